"""Features of a map cut into tiles: simplified for each zoom, clipped, and snapped to the tile's grid.

Everything is done for a whole layer and zoom at once; only what reaches over a tile's edge is clipped tile by
tile, and only polygons that snapping made invalid are mended.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.domain.map_features import MapFeatures
from micropolis_map.sources.tiles.mercator import world_of
from micropolis_map.sources.tiles.mvt import (
    EXTENT,
    LINE,
    POINT,
    POLYGON,
    encode_geometries,
    layer_bytes,
)
from micropolis_map.sources.tiles.pyramid import HIGHEST, LOWEST, Pyramid, Range

BUFFER = 64
"""Units around a tile in which lines and areas go on, so that their edges are drawn outside of it."""
TOLERANCE = 4.0
"""Corners nearer than this (half a pixel) to the line through their neighbours go; less at the last zoom."""
LAST_TOLERANCE = 1.0
SMALLEST = 48.0
"""Square units (less than one pixel) below which an area of ground or water is not drawn on a zoom."""
_SIMPLE = 16
"""Corners of a part that may just cover its tile, as a veil does: that is seen quicker than it is clipped."""
APPROXIMATE_BELOW = 14
"""Tile zoom from which on borders that nobody surveyed are not drawn."""
SHADE_BELOW = 15
"""Tile zoom from which on hills are not shaded: there are houses to see, and it is much to send."""
ORDER = (
    "ground",
    "shade",
    "water",
    "waterways",
    "buildings",
    "streets",
    "railways",
    "beyond",
    "borders",
    "labels",
)
NAMED = frozenset({"streets", "waterways", "labels"})
"""Layers whose features carry their name; those of areas are labels of their own."""
_KINDS = {0: POINT, 1: LINE, 3: POLYGON}

Ints = NDArray[np.int64]
Tile = tuple[int, int, int]


class Cut(NamedTuple):
    """Parts of features in tiles: geometry in units of the tile, which feature, the tile's column and row."""

    geometry: Any
    feature: Ints
    x: Ints
    y: Ints


def tiles_of(features: MapFeatures, pyramid: Pyramid) -> Iterator[tuple[Tile, bytes]]:
    """Yield ``(zoom, column, row)`` and the gzipped Mapbox Vector Tile of all tiles that hold something.

    Columns count from the west, rows from the north. In a tile, layers and features come in the order in
    which they are drawn: that of `ORDER`, and of `features`.
    """
    known = set(features.layer.tolist())
    layers = [_Layer(features.of(name), name) for name in ORDER if name in known]
    for zoom in range(HIGHEST, LOWEST - 1, -1):
        found: dict[tuple[int, int], list[bytes]] = {}
        for layer in layers:
            for place, content in layer.at(zoom, pyramid.range(zoom)):
                found.setdefault(place, []).append(content)
        packed: dict[bytes, bytes] = {}  # a veil without anything is the same everywhere
        for (x, y), contents in sorted(found.items()):
            content = b"".join(contents)
            if content not in packed:
                packed[content] = _gzip(content)
            yield (zoom, x, y), packed[content]


def _gzip(content: bytes) -> bytes:
    packer = zlib.compressobj(6, wbits=31)
    return packer.compress(content) + packer.flush()


class _Layer:
    """A layer's features in the world's square, with their properties."""

    def __init__(self, features: MapFeatures, name: str) -> None:
        self.features = features
        self.name = name
        self.shapes = shapely.transform(features.geometry, lambda xy: world_of(xy) * (EXTENT * 2**HIGHEST))
        self.kind = _KINDS[int(shapely.get_type_id(self.shapes)[0])]
        self.properties = _properties(features, name)

    def at(self, zoom: int, tiles: Range) -> Iterator[tuple[tuple[int, int], bytes]]:
        """Yield column, row and the layer's bytes of the tiles of a zoom.

        Zooms are asked for from the highest down: each is simplified from what the one above it shows.
        """
        drawn = self.features.zoom <= zoom
        if self.name == "borders" and zoom >= APPROXIMATE_BELOW:
            drawn &= self.features.kind != "approximate"
        if self.name == "shade" and zoom >= SHADE_BELOW:
            return
        index = np.flatnonzero(drawn)
        if self.kind != POINT:
            finer = LAST_TOLERANCE if zoom == HIGHEST else TOLERANCE * 2.0 ** (HIGHEST - zoom)
            areas = self.kind == POLYGON
            self.shapes[index] = shapely.simplify(self.shapes[index], finer, preserve_topology=areas)
        shapes, unit = self.shapes[index], 2 ** (HIGHEST - zoom)
        if self.kind == POINT:
            cut = _points(shapes, unit, tiles)
        else:
            if self.kind == POLYGON and self.name in {"ground", "water", "shade"} and zoom < HIGHEST:
                keep = shapely.area(shapes) >= SMALLEST * unit**2
                index, shapes = index[keep], shapes[keep]
            cut = _snapped(_cut(shapes, unit, tiles), unit, self.kind)
        yield from self._encoded(cut, index)

    def _encoded(self, cut: Cut, index: Ints) -> Iterator[tuple[tuple[int, int], bytes]]:
        if not len(cut.geometry):
            return
        order = np.lexsort((cut.feature, cut.y, cut.x))
        x, y, of = cut.x[order], cut.y[order], cut.feature[order]
        new = np.ones(len(of), np.bool_)
        new[1:] = (of[1:] != of[:-1]) | (x[1:] != x[:-1]) | (y[1:] != y[:-1])
        content, ends = encode_geometries(cut.geometry[order], np.cumsum(new) - 1, self.kind)
        x, y, which = x[new], y[new], index[of[new]].tolist()
        begins = np.flatnonzero(np.concatenate(([True], (x[1:] != x[:-1]) | (y[1:] != y[:-1]))))
        places, of_tile = zip(x[begins].tolist(), y[begins].tolist(), strict=True), ends.tolist()
        for place, first, last in zip(
            places, begins.tolist(), [*begins[1:].tolist(), len(which)], strict=True
        ):
            rows = (
                (self.properties[which[i]], content[of_tile[i] : of_tile[i + 1]]) for i in range(first, last)
            )
            yield place, layer_bytes(self.name, self.kind, rows)


def _properties(features: MapFeatures, layer: str) -> list[Mapping[str, str | int]]:
    """Return the properties of each feature; equal ones are one object."""
    nothing = np.zeros(len(features), np.int64)
    blank = np.full(len(features), "", object)
    named = layer in NAMED
    rows = zip(
        features.kind.tolist(),
        (features.name if named else blank).tolist(),
        (features.names if named else blank).tolist(),
        (features.rank if layer == "labels" else nothing).tolist(),
        features.bridge.tolist(),
        features.tunnel.tolist(),
        features.level.tolist(),
        strict=True,
    )
    known: dict[tuple[Any, ...], Mapping[str, str | int]] = {}
    return [known.get(row) or known.setdefault(row, _property(*row)) for row in rows]


def _property(*row: Any) -> Mapping[str, str | int]:
    kind, name, names, rank, bridge, tunnel, level = row
    others = {f"name_{lang}": text for lang, text in json.loads(names).items()} if names else {}
    found = {"kind": kind, "name": name, **others}
    found |= {"rank": rank, "bridge": int(bridge), "tunnel": int(tunnel), "level": level}
    return {key: value for key, value in found.items() if value}


def _points(shapes: Any, unit: int, tiles: Range) -> Cut:
    """Return each point in the one tile in which it lies."""
    xy = np.rint(shapely.get_coordinates(shapes) / unit)
    place = np.floor(xy / EXTENT).astype(np.int64)
    first_x, last_x, first_y, last_y = tiles
    x, y = place[:, 0], place[:, 1]
    inside = np.flatnonzero((x >= first_x) & (x <= last_x) & (y >= first_y) & (y <= last_y))
    geometry = shapely.points(xy[inside] - place[inside] * EXTENT)
    return Cut(geometry, inside, x[inside], y[inside])


def _cut(shapes: Any, unit: int, tiles: Range) -> Cut:
    """Return the parts of lines or polygons in the tiles that they meet, with the buffer around.

    They stay where they are in the world, in units of the highest zoom; `unit` of them are one of this zoom.
    First all are clipped to columns, so that what has many corners is not clipped anew for each tile.
    """
    bounds = shapely.bounds(shapes)
    low, high = _met(bounds[:, :2], bounds[:, 2:], unit)
    low, high = np.maximum(low, tiles[::2]), np.minimum(high, tiles[1::2])
    feature, x = _spread(np.arange(len(shapes)), low[:, 0], high[:, 0])
    columns = _clipped(shapes[feature], feature, (x, low[feature, 1], high[feature, 1]), unit)
    bounds = shapely.bounds(columns.geometry)
    first, last = _met(bounds[:, 1], bounds[:, 3], unit)
    row, y = _spread(
        np.arange(len(columns.geometry)), np.maximum(first, tiles[2]), np.minimum(last, tiles[3])
    )
    return _clipped(columns.geometry[row], columns.feature[row], (columns.x[row], y, y), unit)


def _met(low: Any, high: Any, unit: int) -> tuple[Ints, Ints]:
    """Return the first and the last column or row of tiles that are met, with the buffer around them."""
    first = np.ceil(low / unit / EXTENT - 1 - BUFFER / EXTENT).astype(np.int64)
    return first, np.floor(high / unit / EXTENT + BUFFER / EXTENT).astype(np.int64)


def _spread(index: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return each index with all numbers from its first to its last."""
    counts = np.maximum(last - first + 1, 0)
    repeated = np.repeat(index, counts)
    within = np.arange(len(repeated)) - np.repeat(np.cumsum(counts) - counts, counts)
    return repeated, np.repeat(first, counts) + within


def _clipped(geometry: Any, feature: Ints, tiles: tuple[Ints, Ints, Ints], unit: int) -> Cut:
    """Return the geometries clipped to their column, from the first to the last row; without empty ones."""
    x, first, last = tiles
    low = (np.column_stack((x, first)) * EXTENT - BUFFER) * unit
    high = ((np.column_stack((x, last)) + 1) * EXTENT + BUFFER) * unit
    bounds = shapely.bounds(geometry)
    over: Any = ((bounds[:, :2] < low) | (bounds[:, 2:] > high)).any(axis=1)
    at = np.flatnonzero(over)
    areas = shapely.get_type_id(geometry[at]) == POLYGON
    simple = at[areas & (shapely.get_num_coordinates(geometry[at]) <= _SIMPLE)]
    if len(simple):
        boxes = shapely.box(*low[simple].T, *high[simple].T)
        whole = shapely.covers(geometry[simple], boxes)
        geometry[simple[whole]] = boxes[whole]
        over[simple[whole]] = False
        at = np.flatnonzero(over)
    box, which = np.unique(np.hstack((low[at], high[at])), axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    begins = np.searchsorted(which.ravel()[order], np.arange(len(box) + 1))
    for number, (west, south, east, north) in enumerate(box.tolist()):
        some = at[order[begins[number] : begins[number + 1]]]
        geometry[some] = shapely.clip_by_rect(geometry[some], west, south, east, north)
    keep = ~shapely.is_empty(geometry)
    return Cut(geometry[keep], feature[keep], x[keep], first[keep])


def _snapped(cut: Cut, unit: int, kind: int) -> Cut:
    """Return the parts in whole units of their tile, one ring or line after the other, valid polygons."""
    origin = np.column_stack((cut.x, cut.y)) * EXTENT
    xy, of = shapely.get_coordinates(cut.geometry, return_index=True)
    exact = xy / unit - origin[of]
    snapped = shapely.set_coordinates(cut.geometry, np.rint(exact))
    if kind == POLYGON and not (valid := shapely.is_valid(snapped)).all():
        snapped[~valid] = _mended(shapely.set_coordinates(snapped[~valid], exact[~valid[of]]))
    parts, of = shapely.get_parts(snapped, return_index=True)
    if (shapely.get_type_id(parts) > POLYGON).any():  # a collection may hold several in one
        parts, again = shapely.get_parts(parts, return_index=True)
        of = of[again]
    keep = shapely.get_type_id(parts) == (3 if kind == POLYGON else 1)
    keep &= (shapely.area(parts) if kind == POLYGON else shapely.length(parts)) >= 1
    parts, of = parts[keep], of[keep]
    if kind == POLYGON:
        parts = shapely.orient_polygons(parts)
    return Cut(parts, cut.feature[of], cut.x[of], cut.y[of])


def _mended(polygons: Any) -> Any:
    """Return polygons snapped so that they stay valid; may be empty, or several in one."""
    valid = shapely.make_valid(polygons, method="structure", keep_collapsed=False)
    return shapely.set_precision(valid, 1.0)
