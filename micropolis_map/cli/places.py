"""Commands about places: take a file in, give places out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from micropolis_map import figures
from micropolis_map.cli.options import AsJson, Data, MustOut, application_of
from micropolis_map.cli.terminal import print_json, print_rows, tell
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.errors import InvalidInput
from micropolis_map.services import place_imports
from micropolis_map.services.exporting import export_places

Community = Annotated[
    str, typer.Option("--community", metavar="SLUG", help="The community, such as 'wawer'.")
]
Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", metavar="KIND=VALUE", help="Answer a question of the reader: crs=EPSG:2180."),
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="COLUMN=FIELD", help="Which field a column goes to: Nazwa=name.pl."),
]


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="GeoJSON, uMap, CSV, GPX, KML, KMZ or GPKG.")],
    community: Community,
    answer: Answers = None,
    column: Columns = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Take places in from a file: every row is added, updated, unchanged, or skipped with a reason."""
    application = application_of(context, data)
    desk = application.participation
    answers, columns = _pairs(answer, "--answer"), _pairs(column, "--column")
    rows, plan = place_imports.look_at(desk, LOCAL_ADMINISTRATOR, community, file, answers, columns)
    if plan.places:
        place_imports.bring_in(desk, LOCAL_ADMINISTRATOR, community, rows.name, plan)
        application.publishing.mirror_now()
    for note in plan.notes:
        tell(f"note: {note}")
    if as_json:
        print_json(plan.as_json())
        return
    counts = {name: plan.count(name) for name in ("added", "updated", "unchanged", "skipped")}
    print_rows([{"read": len(plan.rows), **counts}])
    skipped = [{"row": row.row, "reason": row.reason} for row in plan.rows if row.outcome == "skipped"]
    if skipped:
        print_rows(skipped)


def export(context: typer.Context, community: Community, out: MustOut, data: Data = None) -> None:
    """Write the published places to a file: GeoJSON, CSV, GPX, KML or GPKG by its ending."""
    application = application_of(context, data)
    application.community_store.get(community)
    count = export_places(application.place_store.places(community), out)
    tell(f"wrote {figures.count(count)} places to {out}")


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    pairs = {}
    for text in given or ():
        name, separator, value = text.rpartition("=")
        if not separator or not name:
            raise InvalidInput(f"{option} is {text!r}", "write it as NAME=VALUE")
        pairs[name] = value
    return pairs
