"""Coverage and new sites as files to take along, each with the question, the build, sources and licence.

Nobody's home is in them: figures are of districts, hexagons and streets.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import shapely
from shapely.geometry import Point

from micropolis_map.errors import InvalidInput
from micropolis_map.services import walking_time_layers
from micropolis_map.services.assessing import Deps, subject_of
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.coverage_tables import origin_of_data, provenance_of, rows_by
from micropolis_map.services.siting_result import Plan, SitingResult, site_row
from micropolis_map.services.table_files import Row, Rows, rows_as_bytes, write_rows
from micropolis_map.services.thresholds import minutes_key

FILE_TYPES: Mapping[str, str] = {
    ".csv": "text/csv",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".parquet": "application/vnd.apache.parquet",
}
BY: tuple[str, ...] = ("district", "hex", "street")
SHOWN_IN_ROWS = ("profile", "minutes", "build_id", "licence", "attribution")
"""Of the provenance: also a column of each row, so that it survives every format."""


def coverage_file(deps: Deps, slug: str, request: CoverageRequest, by: str, ending: str) -> bytes:
    """Return the coverage by ``district``, ``hex`` or ``street`` in the format of `ending`.

    Raises
    ------
    NotFound, NotLoaded
        There is no such community, or its streets are not loaded.
    InvalidInput
        There are no such rows or no such format, or streets were asked for as CSV.
    """
    if by not in BY:
        raise InvalidInput(f"rows by {by[:40]!r} do not exist", f"give one of {', '.join(BY)}")
    if by == "street" and ending == ".csv":
        raise InvalidInput("streets do not fit a CSV", "take .geojson, .gpkg or .parquet")
    subject = subject_of(deps, slug, request)
    told = provenance_of(subject.result, fictional=deps.community_store.get(slug).fictional)
    if by == "street":
        layer = walking_time_layers.streets_layer(subject)
        columns, rows = _street_rows(layer)
    else:
        columns, rows = rows_by(subject.result, by)
    shown = {name: told[name] for name in SHOWN_IN_ROWS}
    return rows_as_bytes(ending, [*columns, *shown], [({**row, **shown}, shape) for row, shape in rows], told)


def siting_file(deps: Deps, result: SitingResult, plan: Plan, ending: str) -> bytes:
    """Return the numbered sites of `plan` in the format of `ending`; `InvalidInput` where there is none."""
    told = siting_provenance(deps, result, plan)
    return rows_as_bytes(ending, *site_rows(result, plan, told), told)


def write_sites(deps: Deps, result: SitingResult, path: Path) -> None:
    """Write what `siting_file` returns, in the format of the ending of `path`.

    Raises
    ------
    InvalidInput
        The ending names no format we write.
    StoreUnavailable
        The file cannot be written there.
    """
    told = siting_provenance(deps, result, result.plan)
    write_rows(path, *site_rows(result, result.plan, told), told)


def site_rows(result: SitingResult, plan: Plan, told: Mapping[str, str]) -> tuple[list[str], Rows]:
    """Return columns and rows of the sites in the order in which they count, with what is `told` of all."""
    shown = {name: told[name] for name in ("profile", "objective", *SHOWN_IN_ROWS[2:])}
    rows: list[tuple[Row, Point]] = []
    for number, site in enumerate(plan.sites, start=1):
        row = {"number": number, "name": site.name, **site_row(site), "minutes": result.request.minutes}
        rows.append((row | shown, Point(site.lon, site.lat)))
    columns = ["number", "id", "name", "lon", "lat", "district", "gained_population", "minutes"]
    return [*columns, *shown], rows


def siting_provenance(deps: Deps, result: SitingResult, plan: Plan) -> dict[str, str]:
    """Return what was asked, what came out in all, and what it rests on."""
    request = result.request
    by_hand = plan is not result.plan
    return {
        "community": result.community,
        "profile": request.profile,
        "minutes": minutes_key(request.minutes),
        "objective": request.objective,
        "keeps_existing": "yes" if request.keep_existing else "no",
        "placed_by_hand": "yes" if by_hand else "no",
        "covered_before": f"{plan.covered_before:.3f}",
        "covered_after": f"{plan.covered_after:.3f}",
        "population": f"{plan.population:.3f}",
        "proven": "yes" if result.optimal and not by_hand else "no",
        "gap": "" if by_hand or result.gap is None else f"{result.gap:.6f}",
        "build_id": result.build_id,
        "population_source": result.population_source,
        "candidates_source": result.candidates_source,
    } | origin_of_data(fictional=deps.community_store.get(result.community).fictional)


def _street_rows(layer: walking_time_layers.Collection) -> tuple[list[str], Rows]:
    """Return the streets, a row for each half minute of walking time; None where no spot can be reached."""
    rows = [
        ({"walk_up_to_s": part["properties"].get("cost_s")}, shapely.geometry.shape(part["geometry"]))
        for part in layer["features"]
    ]
    return ["walk_up_to_s"], rows
