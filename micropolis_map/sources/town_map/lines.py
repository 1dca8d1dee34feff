"""Streets, railways, rivers and streams: ways of one name and kind are one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.domain.map_features import MapFeatures, features
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.sources.osm_geometry import Tags, way_lines, ways_where
from micropolis_map.sources.town_map import kinds
from micropolis_map.sources.town_map.frame import MapFrame
from micropolis_map.sources.town_map.names import name_of, names_of

SIDINGS = frozenset({"yard", "spur", "siding", "crossover"})
SIDING_ZOOM = 13

Key = tuple[str, str, str, bool, bool, int, int]
"""Kind, name, names, bridge, tunnel, level and zoom."""


def streets_of(extract: OsmExtract, frame: MapFrame) -> MapFeatures:
    """Return the streets and ways, the least important first, bridges last."""

    def zoom(kind: str, _tags: Tags) -> int:
        return kinds.STREET_ZOOMS[kind]

    return _lines_of(extract, frame, "streets", kinds.street_kind, zoom, kinds.STREET_ZOOMS)


def railways_of(extract: OsmExtract, frame: MapFrame) -> MapFeatures:
    """Return the railways."""

    def zoom(kind: str, tags: Tags) -> int:
        return SIDING_ZOOM if tags.get("service") in SIDINGS else kinds.RAILWAY_ZOOMS[kind]

    return _lines_of(extract, frame, "railways", kinds.railway_kind, zoom, kinds.RAILWAY_ZOOMS)


def waterways_of(extract: OsmExtract, frame: MapFrame) -> MapFeatures:
    """Return rivers, canals and streams as lines."""

    def zoom(kind: str, _tags: Tags) -> int:
        return kinds.WATERWAY_ZOOMS[kind]

    return _lines_of(extract, frame, "waterways", kinds.waterway_kind, zoom, kinds.WATERWAY_ZOOMS)


def _lines_of(
    extract: OsmExtract,
    frame: MapFrame,
    layer: str,
    kind_of: Callable[[Tags], str],
    zoom_of: Callable[[str, Tags], int],
    ranks: Mapping[str, int],
) -> MapFeatures:
    ways, lines = way_lines(extract, ways_where(extract, lambda tags: bool(kind_of(tags))))
    lines = frame.clipped(lines)
    keys: dict[Key, int] = {}
    of_way: dict[int, int] = {}
    for way in ways.tolist():
        if way not in of_way:
            tags = extract.way_tags[way]
            of_way[way] = keys.setdefault(_key(tags, kind_of(tags), zoom_of), len(keys))
    group = np.array([of_way[way] for way in ways.tolist()], np.int64)
    merged, group = _merged(lines, group)
    columns = [np.array(column, object) for column in zip(*keys, strict=True)] if keys else [_NONE] * 7
    kind, name, names, bridge, tunnel, level, zoom = (column[group] for column in columns)
    order_of = {each: number for number, each in enumerate(ranks, 1)}
    rank = np.array([order_of[each] for each in kind.tolist()], np.int32)
    found = features(
        layer, kind, merged, name=name, names=names, rank=rank, zoom=zoom, bridge=bridge, tunnel=tunnel,
        level=level,
    )  # fmt: skip
    return found.take(np.lexsort((-rank, found.level, found.bridge, ~found.tunnel)))


_NONE = np.empty(0, object)


def _key(tags: Tags, kind: str, zoom_of: Callable[[str, Tags], int]) -> Key:
    bridge, tunnel = kinds.is_bridge(tags), kinds.is_tunnel(tags)
    level = kinds.level_of(tags)
    return kind, name_of(tags), names_of(tags), bridge, tunnel, level, zoom_of(kind, tags)


def _merged(lines: Any, group: NDArray[np.int64]) -> tuple[Any, NDArray[np.int64]]:
    """Return the lines of each group joined end to end, each of one part, and their groups."""
    parts, of = shapely.get_parts(lines, return_index=True)
    group = group[of]
    keep = (shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 0)
    parts, group = parts[keep], group[keep]
    if not len(parts):
        return _NONE, np.empty(0, np.int64)
    order = np.argsort(group, kind="stable")
    known, number = np.unique(group[order], return_inverse=True)
    bundles = shapely.multilinestrings(parts[order], indices=number)
    merged, of = shapely.get_parts(shapely.line_merge(bundles), return_index=True)
    return merged, known[of]
