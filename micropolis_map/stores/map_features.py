"""The features that a town's map is drawn from, as GeoParquet in its build: for tiles, paper and pictures."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from micropolis_map.domain.map_features import COLUMNS, MapFeatures
from micropolis_map.errors import StoreUnavailable
from micropolis_map.i18n import mark

FILE = "map_features.parquet"
"""Its name in a build's folder."""

ROWS = 4_096
"""Rows of a group: a reader skips the groups that lie elsewhere or hold other layers."""

_BOX = ("west", "south", "east", "north")


def prepare() -> None:
    """Begin to import what writes the file, a third of a second, while files are read."""
    threading.Thread(target=import_module, args=("pyarrow.parquet",), daemon=True).start()


def write_map_features(path: Path, features: MapFeatures) -> None:
    """Write the features sorted by layer and then by place, as GeoParquet 1.0 with four columns of bounds."""
    import pyarrow as pa  # noqa: PLC0415 - half a second to import
    import pyarrow.parquet as pq  # noqa: PLC0415

    features = features.take(_order(features))
    bounds = shapely.bounds(features.geometry)
    columns: dict[str, Any] = {name: getattr(features, name) for name in COLUMNS[:-1]}
    columns |= {name: bounds[:, i].astype(np.float32) for i, name in enumerate(_BOX)}
    columns["geometry"] = pa.array(shapely.to_wkb(features.geometry), pa.binary())
    kinds = sorted(set(shapely.get_type_id(features.geometry).tolist()))
    types = [("Point", "LineString", "", "Polygon")[kind] for kind in kinds]
    geo = {"geometry": {"encoding": "WKB", "geometry_types": types}}
    told = {"version": "1.0.0", "primary_column": "geometry", "columns": geo}
    table = pa.table(columns).replace_schema_metadata({"geo": json.dumps(told)})
    pq.write_table(table, path, row_group_size=ROWS, compression="zstd")


def read_map_features(
    path: Path,
    bbox: tuple[float, float, float, float] | None = None,
    layers: Sequence[str] | None = None,
) -> MapFeatures:
    """Return the features of the file that meet `bbox` and are of `layers`.

    Parameters
    ----------
    path
        The file `FILE` of a build.
    bbox
        West, south, east, north in degrees; None for everywhere. Nothing is clipped.
    layers
        None for all.

    Raises
    ------
    StoreUnavailable
        The file is missing or damaged.
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    wanted = [] if layers is None else [pc.field("layer").isin(list(layers))]
    if bbox is not None:
        west, south, east, north = bbox
        wanted += [pc.field("west") <= east, pc.field("south") <= north]
        wanted += [pc.field("east") >= west, pc.field("north") >= south]
    rows = wanted[0] if wanted else None
    for more in wanted[1:]:
        rows = rows & more
    try:
        table = pq.read_table(path, columns=list(COLUMNS), filters=rows)
        columns = {name: table[name].to_numpy() for name in COLUMNS[:-1]}
        return MapFeatures(**columns, geometry=shapely.from_wkb(table["geometry"].to_numpy()))
    except (pa.ArrowException, OSError, ValueError, KeyError, shapely.errors.ShapelyError) as error:
        raise StoreUnavailable(
            mark("{file} cannot be read: {reason}"),
            mark("load the community again"),
            file=repr(str(path)),
            reason=error,
        ) from error


def _order(features: MapFeatures) -> Any:
    """Return the order by layer, then by squares of the map; what is drawn first stays first in a square."""
    bounds = shapely.bounds(features.geometry)
    if not len(bounds):
        return np.empty(0, np.int64)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    low, high = middle.min(axis=0), middle.max(axis=0)
    cell = ((middle - low) / np.maximum(high - low, 1e-9) * 255).astype(np.int64)
    place = np.zeros(len(cell), np.int64)
    for bit in range(8):  # one bit of each in turn: neighbours stay together
        place |= (cell[:, 0] >> bit & 1) << 2 * bit | (cell[:, 1] >> bit & 1) << (2 * bit + 1)
    _, layer = np.unique(features.layer.astype(str), return_inverse=True)
    return np.lexsort((place, layer))
