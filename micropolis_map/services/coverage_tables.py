"""Coverage as a file: a row for each district, hexagon or origin, as CSV, GeoJSON or GeoPackage."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import h3
import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon, mapping
from shapely.geometry.base import BaseGeometry

from micropolis_map.errors import InvalidInput, StoreUnavailable
from micropolis_map.services.coverage_result import AreaCoverage, CoverageResult
from micropolis_map.services.hexagons import hexagons_of

WGS84 = "EPSG:4326"

Row = dict[str, Any]
Rows = list[tuple[Row, BaseGeometry | None]]


def check_ending(path: Path) -> None:
    """Raise `InvalidInput` where the ending of `path` names no format we write."""
    if path.suffix.lower() not in WRITERS:
        raise InvalidInput(
            f"{path.name!r} does not end in a format we write", f"end it in one of {', '.join(WRITERS)}"
        )


def write_table(result: CoverageResult, by: str, path: Path) -> int:
    """Write `result` to `path`, in the format of its ending, and return how many rows it has.

    Parameters
    ----------
    by
        ``district``, ``hex`` or ``origin``: what one row is.

    Raises
    ------
    InvalidInput
        The ending names no format we write, or `by` is none of the three.
    StoreUnavailable
        The file cannot be written there.
    """
    check_ending(path)
    if by not in ROWS:
        raise InvalidInput(f"rows by {by!r} do not exist", f"give one of {', '.join(ROWS)}")
    columns, rows = ROWS[by](result)
    try:
        WRITERS[path.suffix.lower()](path, columns, rows)
    except (OSError, RuntimeError) as error:
        raise StoreUnavailable(f"cannot write {str(path)!r} ({error})", "give another --out") from None
    return len(rows)


def _write_csv(path: Path, columns: list[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(row for row, _ in rows)


def _write_geojson(path: Path, _: list[str], rows: Rows) -> None:
    features = [
        {"type": "Feature", "properties": row, "geometry": None if shape is None else mapping(shape)}
        for row, shape in rows
    ]
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _write_gpkg(path: Path, columns: list[str], rows: Rows) -> None:
    import geopandas as gpd  # noqa: PLC0415 - a second to import, for this format only

    values = {column: [row[column] for row, _ in rows] for column in columns}
    frame = gpd.GeoDataFrame(values, geometry=[shape for _, shape in rows], crs=WGS84)
    path.unlink(missing_ok=True)
    frame.to_file(path, driver="GPKG", layer="coverage")


def area_row(area: AreaCoverage) -> Row:
    """Return the figures of `area` as one flat row."""
    figures = area.as_json()
    row: Row = {"population": figures.pop("population")}
    for kind in ("share_within", "share_within_certain"):
        row |= {f"{kind}_{key}": share for key, share in figures.pop(kind, {}).items()}
    return row | figures


def words_row(area: AreaCoverage) -> dict[str, str]:
    """Return the figures of `area` as a reader wants them: whole per cents, minutes; ``-`` for none."""
    row = {"district": area.name, "people": f"{area.population:,.0f}"}
    for minutes, share in area.share_within.items():
        row[f"{minutes:g} min"] = f"{share:.0%}"
    for minutes, share in (area.share_within_certain or {}).items():
        row[f"{minutes:g} min certain"] = f"{share:.0%}"
    for name, cost_s in (("median", area.median_s), ("mean", area.mean_s), ("90 %", area.p90_s)):
        row[name] = f"{cost_s / 60:.1f} min" if math.isfinite(cost_s) else "-"
    return row | {"unreachable": f"{area.unreachable_share:.1%}"}


def _by_district(result: CoverageResult) -> tuple[list[str], Rows]:
    rows: Rows = [
        ({"district": area.name, **area_row(area)}, shape)
        for area, shape in zip(result.districts, result.district_areas, strict=True)
    ]
    return ["district", *area_row(result.total)], rows


def _by_hexagon(result: CoverageResult) -> tuple[list[str], Rows]:
    rows: Rows = [
        (
            {"hex": area.name, **area_row(area)},
            Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(area.name)]),
        )
        for area in hexagons_of(result)
    ]
    return ["hex", *area_row(result.total)], rows


def _by_origin(result: CoverageResult) -> tuple[list[str], Rows]:
    origins, walks = result.origins, result.walks
    spot_id = np.asarray([*result.spots.id, ""], dtype=np.str_)[walks.spot]
    rows: Rows = [
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


WRITERS: Mapping[str, Callable[[Path, list[str], Rows], None]] = {
    ".csv": _write_csv,
    ".geojson": _write_geojson,
    ".json": _write_geojson,
    ".gpkg": _write_gpkg,
}


def _or_none(values: NDArray[np.float64]) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in values.tolist()]
