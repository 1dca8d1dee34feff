"""Coverage as a file: a row for each district, hexagon or origin, in each format of `table_files`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import h3
import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon

from micropolis_map import __version__, figures
from micropolis_map.errors import InvalidInput
from micropolis_map.services.coverage_result import NEAR_END, AreaCoverage, CoverageResult
from micropolis_map.services.hexagons import hexagons_of
from micropolis_map.services.table_files import Row, Rows, write_rows
from micropolis_map.services.thresholds import minutes_key

LICENCE = "ODbL-1.0"
ATTRIBUTION = "© OpenStreetMap contributors"


def write_table(result: CoverageResult, by: str, path: Path, *, fictional: bool = False) -> int:
    """Write `result` to `path`, in the format of its ending, and return how many rows it has.

    Parameters
    ----------
    by
        ``district``, ``hex`` or ``origin``: what one row is.
    fictional
        Whether the community is invented, so that nothing of it is OpenStreetMap's.

    Raises
    ------
    InvalidInput
        The ending names no format we write, or `by` is none of the three.
    StoreUnavailable
        The file cannot be written there.
    """
    columns, rows = rows_by(result, by)
    write_rows(path, columns, rows, provenance_of(result, fictional=fictional))
    return len(rows)


def rows_by(result: CoverageResult, by: str) -> tuple[list[str], Rows]:
    """Return columns and rows of `result`; a row for each ``district``, ``hex`` or ``origin``."""
    if by not in ROWS:
        raise InvalidInput(f"rows by {by!r} do not exist", f"give one of {', '.join(ROWS)}")
    return ROWS[by](result)


def provenance_of(result: CoverageResult, *, fictional: bool = False) -> dict[str, str]:
    """Return what the figures rest on: the question, the build, the sources, the licence."""
    request = result.request
    return {
        "community": result.community,
        "profile": request.profile,
        "minutes": ",".join(minutes_key(minutes) for minutes in request.minutes),
        "kinds": ",".join(request.kinds),
        "step_free_spots_only": "yes" if request.step_free else "no",
        "open_at": request.open_at,
        "people_counted": request.people,
        "build_id": result.build_id,
        "population_source": result.population_source,
        "spots_source": result.spots.source,
    } | origin_of_data(fictional=fictional)


def origin_of_data(*, fictional: bool) -> dict[str, str]:
    """Return program, licence and whom to name, for every file that leaves us."""
    program = f"Micropolis Map {__version__}"
    if fictional:
        return {"program": program, "licence": "CC0-1.0", "attribution": "an invented town"}
    return {"program": program, "licence": LICENCE, "attribution": ATTRIBUTION}


def area_row(area: AreaCoverage) -> Row:
    """Return the figures of `area` as one flat row."""
    figures = area.as_json()
    row: Row = {"population": figures.pop("population")}
    for kind in ("share_within", "share_within_certain", NEAR_END):
        row |= {f"{kind}_{key}": share for key, share in figures.pop(kind, {}).items()}
    return row | figures


def words_row(area: AreaCoverage) -> dict[str, str]:
    """Return the figures of `area` as a reader wants them: whole per cents, minutes; a dash for none."""
    row = {"district": area.name, "people": figures.count(area.population)}
    for minutes, share in area.share_within.items():
        row[f"{minutes:g} min"] = figures.share(share)
    for minutes, share in (area.share_within_certain or {}).items():
        row[f"{minutes:g} min certain"] = figures.share(share)
    for name, cost_s in (("median", area.median_s), ("mean", area.mean_s), ("90 %", area.p90_s)):
        row[name] = f"{figures.fixed(cost_s / 60)} min" if math.isfinite(cost_s) else figures.NOTHING
    return row | {"unreachable": figures.percent(area.unreachable_share)}


def _by_district(result: CoverageResult) -> tuple[list[str], Rows]:
    rows = [
        ({"district": area.name, **area_row(area)}, shape)
        for area, shape in zip(result.districts, result.district_areas, strict=True)
    ]
    return ["district", *area_row(result.total)], rows


def _by_hexagon(result: CoverageResult) -> tuple[list[str], Rows]:
    rows = [
        (
            {"hex": area.name, **area_row(area)},
            Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(area.name)]),
        )
        for area in hexagons_of(result)
    ]
    return ["hex", *(column for column in area_row(result.total) if not column.startswith(NEAR_END))], rows


def _by_origin(result: CoverageResult) -> tuple[list[str], Rows]:
    origins, walks = result.origins, result.walks
    spot_id = np.asarray([*result.spots.id, ""], dtype=np.str_)[walks.spot]
    rows = [
        (dict(zip(ORIGIN_COLUMNS, values, strict=True)), Point(values[1], values[2]))
        for values in zip(
            origins.id,
            origins.lon.tolist(),
            origins.lat.tolist(),
            result.origin_population.tolist(),
            _or_none(walks.cost_s),
            _or_none(walks.length_m),
            spot_id.tolist(),
            _or_none(walks.snap_m),
            strict=True,
        )
    ]
    return list(ORIGIN_COLUMNS), rows


ORIGIN_COLUMNS = ("origin_id", "lon", "lat", "population", "cost_s", "length_m", "spot_id", "snap_m")
ROWS: Mapping[str, Callable[[CoverageResult], tuple[list[str], Rows]]] = {
    "district": _by_district,
    "hex": _by_hexagon,
    "origin": _by_origin,
}


def _or_none(values: NDArray[np.float64]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]
