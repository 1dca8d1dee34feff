"""Parquet files: of GeoParquet the shapes with their coordinate system, of others the columns alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.i18n import mark

MOST_ROWS = 2_000_000
DEGREES = "OGC:CRS84"
"""What GeoParquet is in where it does not say (specification 1.1, "crs")."""
_SHAPES = ("geometry", "geom", "wkb_geometry", "wkb", "the_geom")
"""Binary columns of files that lack GeoParquet's metadata, as DuckDB writes them."""
_AGAIN = mark("export it as GeoParquet with WKB geometries, or as GeoJSON")


@dataclass(frozen=True)
class ParquetRows:
    """The rows of a Parquet file in columns.

    Attributes
    ----------
    geometry : object[n] or None
        2-D, in `crs`; None in a file without shapes.
    crs
        As WKT, JSON or code; None where the file says that it is not known.
    """

    columns: Mapping[str, Sequence[Any]]
    geometry: NDArray[np.object_] | None
    crs: str | None


def read_parquet(path: Path) -> ParquetRows:
    """Return the rows of the file at `path`; for a worker.

    Raises
    ------
    UnreadableFile
        It is no Parquet, or its shapes are no WKB.
    InvalidInput
        It has more than `MOST_ROWS` rows.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second to import, for Parquet only
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(path) as file:
            _check_length(path, file.metadata.num_rows)
            table = file.read()
        column, crs = _shape_column(table.schema)
        columns = {name: table[name].to_pylist() for name in table.column_names if name != column}
        geometry = None if column is None else _shapes(table[column].to_pylist())
    except InvalidInput:
        raise  # it is a ValueError too
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(
            mark("{file} cannot be read as Parquet: {why}"), _AGAIN, file=path.name, why=error
        ) from error
    except shapely.errors.ShapelyError as error:
        raise UnreadableFile(
            mark("{file} has geometries that are no WKB: {why}"), _AGAIN, file=path.name, why=error
        ) from error
    return ParquetRows(columns, geometry, crs)


def _check_length(path: Path, rows: int) -> None:
    if rows > MOST_ROWS:
        raise InvalidInput(
            mark("{file} has {rows} rows, more than {most}"),
            mark("cut it to the surroundings of the town"),
            file=path.name,
            rows=rows,
            most=MOST_ROWS,
        )


def _shape_column(schema: Any) -> tuple[str | None, str | None]:
    """Return the column that holds the shapes and their coordinate system."""
    geo = json.loads((schema.metadata or {}).get(b"geo", b"null"))
    if geo is not None:
        column = str(geo["primary_column"])
        crs = geo["columns"][column].get("crs", DEGREES)
        return column, json.dumps(crs) if isinstance(crs, dict) else crs
    binary = [field.name for field in schema if str(field.type) in {"binary", "large_binary"}]
    return next((name for name in binary if name.lower() in _SHAPES), None), None


def _shapes(values: Sequence[bytes | None]) -> NDArray[np.object_]:
    found: NDArray[np.object_] = shapely.force_2d(shapely.from_wkb(np.array(values, object)))
    found[shapely.is_empty(found)] = None
    return found
