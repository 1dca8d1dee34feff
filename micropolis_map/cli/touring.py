"""Commands about tours: order the stops, route the walk, write it to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from micropolis_map.bootstrap import Application
from micropolis_map.cli.options import (
    AsJson,
    Crs,
    Data,
    Delimiter,
    Encoding,
    Out,
    Slug,
    Who,
    application_of,
    known_profile,
    language_of,
    points_of,
    position_of,
    told_of,
)
from micropolis_map.cli.terminal import print_json, print_rows, tell, tell_if_compiling
from micropolis_map.domain.tour import Stop
from micropolis_map.errors import InvalidInput
from micropolis_map.services.touring import TourPlan, TourRequest, plan_tour
from micropolis_map.services.touring_files import check_ending, write_tour
from micropolis_map.services.touring_stops import stops_of_ids, stops_of_points
from micropolis_map.sources.delimited_table import TableOptions


def tour(
    context: typer.Context,
    slug: Slug,
    stops: Annotated[
        str, typer.Option(metavar="FILE_or_IDS", help="Points with ids, or ids of places with commas.")
    ],
    start: Annotated[
        Any, typer.Option("--start", parser=position_of, metavar="LON,LAT", help="Where the walk begins.")
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Return to the start.")] = False,
    keep_order: Annotated[bool, typer.Option("--keep-order", help="Walk the stops as they come.")] = False,
    profile: Who = "adult",
    lang: Annotated[
        Any,
        typer.Option("--lang", parser=language_of, metavar="LANG", help="en, pl, da, it, uk: of the words."),
    ] = "en",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    crs: Crs = "",
    out: Out = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Order the stops of a walk and route it along the streets."""
    if out is not None:
        check_ending(out)
    application = application_of(context, data)
    tell_if_compiling()
    profile = known_profile(profile)  # wrong usage before anything is read
    request = TourRequest(
        _stops(application, slug, stops, told_of(application, slug, encoding, delimiter, crs)),
        start,
        loop,
        profile,
        keep_order,
        lang=lang,
    )
    plan = plan_tour(application, slug, request)
    if out is not None:
        write_tour(application, plan, out)
        tell(f"wrote {out}")
    if as_json:
        print_json(plan.as_json())
    elif out is None:
        _print_plan(plan)
    for note in plan.notes:
        tell(f"note: {note}")


def _stops(application: Application, slug: str, text: str, told: TableOptions) -> tuple[Stop, ...]:
    path = Path(text)
    if not text.strip():
        raise InvalidInput("--stops is empty", "give a file of points, or ids of places with commas between")
    if "," not in text and (path.suffix or path.exists()):
        return stops_of_points(points_of(path, told))
    application.community_store.get(slug)
    ids = [part.strip() for part in text.split(",") if part.strip()]
    return stops_of_ids(application.place_store, slug, ids)


def _print_plan(plan: TourPlan) -> None:
    found = plan.as_json()
    shown = ("length_m", "walking_s", "visit_s", "steps", "ascent_m", "descent_m", "step_free", "optimal")
    rows = [{"what": "order", "value": ", ".join(found["order"])}]
    print_rows([*rows, *({"what": key, "value": found[key]} for key in shown)])
    print_rows([{"m": round(d.length_m), "what to do": d.text} for d in plan.directions])
    twin = plan.twin
    if twin is not None and twin.plan is not None:
        tell(f"step-free: {twin.extra_m:+.0f} m, {twin.extra_s / 60:+.1f} min")
    if twin is not None:
        for lost in twin.unreachable:
            tell(f"step-free: without {lost.stop.id!r}: {lost.told(f'stop {lost.stop.id!r}')}")
