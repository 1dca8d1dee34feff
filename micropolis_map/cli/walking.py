"""Commands about walking: load streets, assess coverage, draw isochrones, write matrices."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from micropolis_map.cli.loading_towns import load_towns, one_or_all
from micropolis_map.cli.options import (
    AsJson,
    By,
    Crs,
    CsvOut,
    Data,
    Delimiter,
    Encoding,
    GeoJsonOut,
    Lang,
    Minutes,
    OptionalFile,
    OutOrReport,
    Slug,
    Who,
    application_of,
    known_profile,
    minutes_of,
    points_of,
    position_of,
    told_of,
)
from micropolis_map.cli.terminal import print_json, print_rows, progress_bar, tell, tell_if_compiling
from micropolis_map.domain.opening_hours import WeekHour
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.errors import StoreUnavailable
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest, CoverageResult
from micropolis_map.services.coverage_tables import words_row, write_table
from micropolis_map.services.coverage_view import coverage_view
from micropolis_map.services.loading import LoadRequest, load_community
from micropolis_map.services.reaching import MatrixRequest, isochrones_from, matrix_notes, write_matrix
from micropolis_map.services.reporting import coverage_report, is_report, write_report
from micropolis_map.services.table_files import check_ending
from micropolis_map.services.town_build import Told
from micropolis_map.sources.delimited_table import TableOptions


def load(
    context: typer.Context,
    slug: Annotated[
        str | None,
        typer.Argument(metavar="[SLUG]", help="The community, such as 'wawer'; 'communities' lists them."),
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(hidden=True)] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every community without streets, one after another, instead.")
    ] = False,
    name: Annotated[str, typer.Option(help="Name of a new community.")] = "",
    osm: Annotated[
        list[Path] | None, typer.Option(help="OpenStreetMap file (.osm .gz .bz2 .zip .pbf .json).")
    ] = None,
    boundary: Annotated[OptionalFile, typer.Option(help="Polygons of its area.")] = None,
    districts: Annotated[OptionalFile, typer.Option(help="Polygons of its districts.")] = None,
    elevation: Annotated[
        list[Path] | None, typer.Option(help="GeoTIFF, HGT or ASC, several if need be.")
    ] = None,
    population: Annotated[OptionalFile, typer.Option(help="Where people live.")] = None,
    population_column: Annotated[
        str, typer.Option(metavar="NAME", help="The column (of a GeoTIFF the band) that counts them.")
    ] = "",
    district_name_column: Annotated[
        str, typer.Option(metavar="NAME", help="The column that names the districts.")
    ] = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    crs: Crs = "",
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask the servers again, within a week too.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> int:
    """Build or renew a community's walk network, activity spots, homes and background."""
    if more and not elevation:
        raise typer.BadParameter(f"unexpected argument {str(more[0])!r} after the community {slug!r}")
    one_or_all(slug, every, (name, osm, boundary, districts, elevation, population))
    application = application_of(context, data)
    if slug is None:
        return load_towns(application, refresh=refresh, as_json=as_json)
    request = LoadRequest(
        name=name,
        osm=tuple(osm or ()),
        boundary=boundary,
        districts=districts,
        elevation=(*(elevation or ()), *(more or ())),
        population=population,
        told=Told(population_column, district_name_column, TableOptions(encoding, delimiter, crs)),
        refresh=refresh,
    )
    with progress_bar() as progress:
        report = load_community(application, slug, request, progress, actor=LOCAL_ADMINISTRATOR)
    if as_json:
        print_json(asdict(report))
        return 0
    print_rows([{"what": key, "value": value} for key, value in asdict(report).items() if key != "notes"])
    for note in report.notes:
        tell(f"note: {note}")
    return 0


def coverage(
    context: typer.Context,
    slug: Slug,
    profile: Who = "adult",
    minutes: Minutes = "5,10,15",
    spots: Annotated[OptionalFile, typer.Option(help="Points instead of the activity spots.")] = None,
    origins: Annotated[OptionalFile, typer.Option(help="Points instead of the homes.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only spots of this kind, such as library; repeat for more.")
    ] = None,
    step_free: Annotated[bool, typer.Option("--step-free", help="Only spots known to be step-free.")] = False,
    open_at: Annotated[str, typer.Option(metavar="HOUR", help='Only spots open then: "Sa 10:00".')] = "",
    people: Annotated[str, typer.Option(help="Who counts: all, older (65+) or children.")] = "all",
    everything: Annotated[
        bool, typer.Option("--all", help="With --json: every profile, curves and fairness, too.")
    ] = False,
    by: Annotated[By, typer.Option(help="What one row of --out is.")] = By.district,
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    crs: Crs = "",
    out: OutOrReport = None,
    lang: Lang = "en",
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Say how many people walk to an activity spot within the thresholds."""
    if out is not None and not is_report(out):
        check_ending(out)
    application = application_of(context, data)
    tell_if_compiling()
    profile = known_profile(profile)  # wrong usage before anything is read
    told = told_of(application, slug, encoding, delimiter, crs)
    request = CoverageRequest(
        profile=profile,
        minutes=minutes,
        spots=points_of(spots, told) if spots else None,
        origins=points_of(origins, told) if origins else None,
        kinds=tuple(sorted(set(kind or ()))),
        step_free=step_free,
        open_at=str(WeekHour.parse(open_at)) if open_at else "",
        people=people,
    )
    result = assess_coverage(application, slug, request)
    if out is not None:
        if is_report(out):
            write_report(coverage_report(application, slug, request, lang), out)
        else:
            fictional = application.community_store.get(slug).fictional
            write_table(result, by.value, out, fictional=fictional)
        tell(f"wrote {out}")
    if as_json:
        view = coverage_view(application, slug, request) if everything else None
        print_json(result.as_json() if view is None else view.as_json())
    else:
        _print_coverage(result)


def isochrone(
    context: typer.Context,
    slug: Slug,
    out: GeoJsonOut,
    start: Annotated[Any, typer.Option("--from", parser=position_of, metavar="LON,LAT", help="Where from.")],
    minutes: Minutes = "5,10,15",
    profile: Who = "adult",
    data: Data = None,
) -> None:
    """Draw how far a person walks from a point within the thresholds."""
    application = application_of(context, data)
    tell_if_compiling()
    collection = isochrones_from(application, slug, start, minutes, known_profile(profile))
    _write_text(out, json.dumps(collection, ensure_ascii=False))
    tell(f"wrote {out}")


def matrix(
    context: typer.Context,
    slug: Slug,
    origins: Annotated[Path, typer.Option(help="Points to walk from.")],
    destinations: Annotated[Path, typer.Option(help="Points to walk to.")],
    out: CsvOut,
    profile: Who = "adult",
    minutes: Annotated[
        Any, typer.Option("--minutes", parser=minutes_of, metavar="M", help="Longest walk; without it all.")
    ] = None,
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    crs: Crs = "",
    data: Data = None,
) -> None:
    """Write the walking cost of every pair of points, those beyond the threshold left out."""
    if minutes is not None and len(minutes) != 1:
        raise typer.BadParameter(f"--minutes takes one number here, not {len(minutes)}")
    longest = None if minutes is None else minutes[0]
    application = application_of(context, data)
    tell_if_compiling()
    profile = known_profile(profile)  # wrong usage before anything is read
    told = told_of(application, slug, encoding, delimiter, crs)
    starts, ends = points_of(origins, told), points_of(destinations, told)
    request = MatrixRequest(starts, ends, profile, longest)
    pairs = write_matrix(application, slug, request, out)
    for note in matrix_notes(application, slug, request):
        tell(f"note: {note}")
    tell(f"wrote {pairs} pairs to {out}")


def _print_coverage(result: CoverageResult) -> None:
    print_rows([words_row(area) for area in (*result.districts, result.total)])
    tell(f"people: {result.population_source}; spots: {result.spots.source}")
    for note in result.notes:
        tell(f"note: {note}")


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreUnavailable(
            f"cannot write {str(path)!r}: {error.strerror}", "give another --out"
        ) from None
