"""The command that says where new meeting places should go."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from micropolis_map import figures
from micropolis_map.analysis.facility_location import TIME_LIMIT_S
from micropolis_map.cli.options import (
    AsJson,
    Crs,
    Data,
    Delimiter,
    Encoding,
    Lang,
    OptionalFile,
    OutOrReport,
    Slug,
    Who,
    application_of,
    known_profile,
    minutes_of,
    points_of,
    told_of,
)
from micropolis_map.cli.terminal import print_json, print_rows, progress_bar, tell, tell_if_compiling
from micropolis_map.services.coverage_downloads import write_sites
from micropolis_map.services.load_area import area_from_file
from micropolis_map.services.reporting import is_report, write_report
from micropolis_map.services.reporting_siting import siting_report
from micropolis_map.services.siting import propose_sites
from micropolis_map.services.siting_result import SitingRequest, SitingResult
from micropolis_map.services.table_files import check_ending
from micropolis_map.services.venues import venue_kinds


class Objective(StrEnum):
    """What counts."""

    coverage = "coverage"
    p_median = "p-median"
    equity = "equity"


class Where(StrEnum):
    """Where new ones may be."""

    streets = "streets"
    venues = "venues"
    places = "places"


NewSites = Annotated[int, typer.Option("--new", min=1, help="How many new sites.")]
Near = Annotated[Any, typer.Option("--minutes", parser=minutes_of, metavar="M", help="Near is at most this.")]
Counts = Annotated[
    Objective, typer.Option(help="Most people near; least walking in all; the worst-off first.")
]
Candidates = Annotated[
    OptionalFile, typer.Option(help="Points to choose from, instead of points along the streets.")
]
Spots = Annotated[OptionalFile, typer.Option(help="Points that stay, instead of the activity spots.")]
Existing = Annotated[
    bool, typer.Option("--existing/--no-existing", help="Whether today's meeting places stay.")
]
MayBe = Annotated[
    Where, typer.Option(help="Along the streets, in rooms that are there already, or at published places.")
]
Venue = Annotated[
    list[str] | None, typer.Option(help="Only these rooms: cafe, library, school, hall, church, shop.")
]
InDistrict = Annotated[list[str] | None, typer.Option(help="Only in this district; may be given again.")]
InArea = Annotated[OptionalFile, typer.Option(help="Only inside this polygon (GeoJSON, GPKG).")]
Older = Annotated[float, typer.Option(help="For how many a person of 65 or over counts.")]
Children = Annotated[float, typer.Option(help="For how many a child counts.")]
Seconds = Annotated[float, typer.Option(min=0.0, help="Seconds for the proof.")]


def site(
    context: typer.Context,
    slug: Slug,
    new: NewSites,
    minutes: Near = "15",
    profile: Who = "adult",
    objective: Counts = Objective.coverage,
    candidates: Candidates = None,
    spots: Spots = None,
    existing: Existing = True,
    where: MayBe = Where.streets,
    venue: Venue = None,
    district: InDistrict = None,
    area: InArea = None,
    older: Older = 1.0,
    children: Children = 1.0,
    time_limit: Seconds = TIME_LIMIT_S,
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    crs: Crs = "",
    out: OutOrReport = None,
    lang: Lang = "en",
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Say where new meeting places do most good, with a proof or the gap to the best possible."""
    if len(minutes) != 1:
        raise typer.BadParameter(f"--minutes takes one number here, not {len(minutes)}")
    if out is not None and not is_report(out):
        check_ending(out)
    application = application_of(context, data)
    tell_if_compiling()
    profile = known_profile(profile)  # wrong usage before anything is read
    told = told_of(application, slug, encoding, delimiter, crs)
    request = SitingRequest(
        new=new,
        minutes=minutes[0],
        profile=profile,
        objective=objective.value,
        candidates=points_of(candidates, told) if candidates else None,
        spots=points_of(spots, told) if spots else None,
        keep_existing=existing,
        where=where.value,
        venues=_known(tuple(venue or ())),
        districts=tuple(district or ()),
        area=_corners(area) if area else (),
        older=older,
        children=children,
    )
    with progress_bar() as progress:
        result = propose_sites(application, slug, request, progress, time_limit)
    if out is not None:
        if is_report(out):
            write_report(siting_report(application, slug, request, lang, result=result), out)
        else:
            write_sites(application, result, out)
        tell(f"wrote {out}")
    if as_json:
        print_json(result.as_json())
    else:
        _print(result)


def _known(venues: tuple[str, ...]) -> tuple[str, ...]:
    unknown = sorted(set(venues) - set(venue_kinds()))
    if unknown:
        raise typer.BadParameter(f"--venue {unknown[0]!r} is none of {', '.join(venue_kinds())}")
    return venues


def _corners(path: Path) -> tuple[tuple[float, float], ...]:
    """Return the corners of the file's area; of several the largest one's."""
    area = area_from_file(path).geometry
    largest = max(getattr(area, "geoms", [area]), key=lambda part: part.area)
    return tuple((float(lon), float(lat)) for lon, lat, *_ in largest.exterior.coords[:-1])


def _print(result: SitingResult) -> None:
    plan = result.plan
    print_rows(
        [
            {
                "site": number,
                "lon": f"{site.lon:.6f}",
                "lat": f"{site.lat:.6f}",
                "district": site.name or site.district,
                "people gained": figures.count(site.gained_population),
            }
            for number, site in enumerate(plan.sites, start=1)
        ]
    )
    tell(
        f"within {result.request.minutes:g} minutes: {figures.count(plan.covered_before)} people now, "
        f"{figures.count(plan.covered_after)} of {figures.count(plan.population)} then; {_proof(result)}"
    )
    for note in result.notes:
        tell(f"note: {note}")


def _proof(result: SitingResult) -> str:
    if result.optimal:
        return "proven: no other choice is better"
    return (
        "not proven"
        if result.gap is None
        else f"another choice is at most {figures.percent(result.gap)} better"
    )
