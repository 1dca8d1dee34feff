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
from micropolis_map.services.importing import ImportPlan

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


Encoding = Annotated[
    str, typer.Option("--encoding", metavar="NAME", help="What the texts are in: cp1250, mac_roman, utf-8 …")
]
Delimiter = Annotated[
    str, typer.Option("--delimiter", metavar="SIGN", help="What stands between columns: ';', tab, bar …")
]
Crs = Annotated[
    str, typer.Option("--crs", metavar="CODE", help="What the coordinates are in: EPSG:2180, 'lat, lon' …")
]
Positions = Annotated[
    str, typer.Option("--position-columns", metavar="'LAT, LON'", help="The columns with the position.")
]
NameColumn = Annotated[
    str, typer.Option("--name-column", metavar="COLUMN", help="The column with the names.")
]
Sheet = Annotated[str, typer.Option("--sheet", metavar="NAME", help="The sheet of a spreadsheet.")]
MOST_ROWS = 1_000
"""Rows that are listed; of longer files only what changed or was skipped, up to as many."""


def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file: docs/import-and-export.md lists all.")
    ],
    community: Community,
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    crs: Crs = "",
    name_column: NameColumn = "",
    position_columns: Positions = "",
    sheet: Sheet = "",
    answer: Answers = None,
    column: Columns = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Take places in from a file: every row is added, updated, unchanged, or skipped with a reason."""
    application = application_of(context, data)
    desk = application.participation
    given = {
        "encoding": encoding,
        "delimiter": delimiter,
        "crs": crs,
        "columns": position_columns,
        "sheet": sheet,
    }
    answers = {kind: value for kind, value in given.items() if value} | _pairs(answer, "--answer")
    columns = ({name_column: "name"} if name_column else {}) | _pairs(column, "--column")
    rows, plan = place_imports.look_at(desk, LOCAL_ADMINISTRATOR, community, file, answers, columns)
    place_imports.check_columns(rows, columns)
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
    _print_each(plan)


def _print_each(plan: ImportPlan) -> None:
    """Print what became of each row; of a long file of those that are not as they were before."""
    long = len(plan.rows) > MOST_ROWS
    rows = [row for row in plan.rows if not long or row.outcome in {"updated", "skipped"}][:MOST_ROWS]
    if rows:
        print_rows(
            [
                {"row": row.row, "outcome": row.outcome, "place": row.place_id, "reason": row.reason}
                for row in rows
            ]
        )
    if long:
        tell(f"of {len(plan.rows)} rows only those updated or skipped are listed, at most {MOST_ROWS}")


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
