"""Rows with shapes as CSV, GeoJSON, GeoPackage and GeoParquet files that say where they come from."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.geometry import as_geojson
from micropolis_map.errors import InvalidInput, StoreUnavailable

WGS84 = "EPSG:4326"
PROVENANCE = "micropolis"
"""The member of a GeoJSON, and the metadata of GeoPackage and GeoParquet, that hold the provenance."""
UNKNOWN: Mapping[str, str] = {}

Row = dict[str, Any]
Rows = Sequence[tuple[Row, BaseGeometry | None]]
Writer = Callable[..., None]


def check_ending(path: Path) -> None:
    """Raise `InvalidInput` where the ending of `path` names no format we write."""
    if path.suffix.lower() not in WRITERS:
        raise InvalidInput(
            f"{path.name!r} does not end in a format we write", f"end it in one of {', '.join(WRITERS)}"
        )


def write_rows(
    path: Path, columns: Sequence[str], rows: Rows, provenance: Mapping[str, str] = UNKNOWN
) -> None:
    """Write rows to `path`, in the format of its ending.

    Parameters
    ----------
    provenance
        Texts such as ``licence``, kept beside the rows; CSV has no place for them.

    Raises
    ------
    InvalidInput
        The ending names no format we write.
    StoreUnavailable
        The file cannot be written there.
    """
    check_ending(path)
    try:
        WRITERS[path.suffix.lower()](path, list(columns), rows, provenance)
    except (OSError, RuntimeError) as error:
        raise StoreUnavailable(f"cannot write {str(path)!r} ({error})", "give another --out") from None


def rows_as_bytes(
    ending: str, columns: Sequence[str], rows: Rows, provenance: Mapping[str, str] = UNKNOWN
) -> bytes:
    """Return the file that `write_rows` would write with this ending, such as ``.csv``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows{ending}"
        write_rows(path, columns, rows, provenance)
        return path.read_bytes()


def _write_csv(path: Path, columns: list[str], rows: Rows, _: Mapping[str, str] = UNKNOWN) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(row for row, _ in rows)


def _write_geojson(path: Path, _: list[str], rows: Rows, provenance: Mapping[str, str] = UNKNOWN) -> None:
    features = [
        {"type": "Feature", "properties": row, "geometry": None if shape is None else as_geojson(shape)}
        for row, shape in rows
    ]
    collection: dict[str, Any] = {"type": "FeatureCollection"}
    if provenance:
        collection[PROVENANCE] = dict(provenance)
    collection["features"] = features
    path.write_text(json.dumps(collection, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _write_gpkg(path: Path, columns: list[str], rows: Rows, provenance: Mapping[str, str] = UNKNOWN) -> None:
    path.unlink(missing_ok=True)
    told = {f"{PROVENANCE}_{key}": value for key, value in provenance.items()}
    _frame(columns, rows).to_file(path, driver="GPKG", layer="coverage", layer_metadata=told or None)


def _write_parquet(
    path: Path, columns: list[str], rows: Rows, provenance: Mapping[str, str] = UNKNOWN
) -> None:
    import pyarrow.parquet as pq  # noqa: PLC0415 - a third of a second to import, for this format only

    memory = io.BytesIO()
    _frame(columns, rows).to_parquet(memory, index=False)
    table = pq.read_table(io.BytesIO(memory.getvalue()))
    told = {PROVENANCE.encode(): json.dumps(dict(provenance), ensure_ascii=False).encode()}
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, **told}), path)


def _frame(columns: list[str], rows: Rows) -> Any:
    import geopandas as gpd  # noqa: PLC0415 - a second to import, for these formats only

    values = {column: [row[column] for row, _ in rows] for column in columns}
    return gpd.GeoDataFrame(values, geometry=[shape for _, shape in rows], crs=WGS84)


WRITERS: Mapping[str, Writer] = {
    ".csv": _write_csv,
    ".geojson": _write_geojson,
    ".json": _write_geojson,
    ".gpkg": _write_gpkg,
    ".parquet": _write_parquet,
}
