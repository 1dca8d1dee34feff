"""The ground: where people live and work, woods, parks, fields, sand and squares."""

from __future__ import annotations

import numpy as np
import shapely

from micropolis_map.domain.map_features import MapFeatures, features, joined
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.sources.osm_geometry import way_lines, ways_where
from micropolis_map.sources.town_map.areas import KindAreas, areas_by_kind, zooms_by_area
from micropolis_map.sources.town_map.frame import MapFrame
from micropolis_map.sources.town_map.kinds import ground_kind
from micropolis_map.sources.town_map.names import name_of, names_of

BUILT_UP = ("residential", "industrial", "civic")
SMALL = ("sand", "rock", "square", "parking", "pier")
_GREEN_M2 = (2e6, 6e5, 2e5, 6e4, 8e3)
_BUILT_UP_M2 = (2e6, 2e5, 2e4)
_PIER_M = 1.5
"""Half the width of a pier that is mapped as a line."""


def ground_of(extract: OsmExtract, frame: MapFrame) -> tuple[MapFeatures, KindAreas]:
    """Return the areas of the ground, large ones first, and what they were made from."""
    areas = areas_by_kind(extract, ground_kind, frame)
    zoom = zooms_by_area(areas.area_m2, _GREEN_M2, 8)
    built_up, small = np.isin(areas.kind.astype(str), BUILT_UP), np.isin(areas.kind.astype(str), SMALL)
    zoom[built_up] = zooms_by_area(areas.area_m2[built_up], _BUILT_UP_M2, 9)
    zoom[small] = np.maximum(zoom[small], 12)
    order = np.lexsort((-areas.area_m2, ~built_up))  # a wood in a residential area lies on it
    found = features(
        "ground",
        areas.kind,
        areas.geometry,
        name=np.array([name_of(tags) for tags in areas.tags], object),
        names=np.array([names_of(tags) for tags in areas.tags], object),
        rank=np.arange(1, len(areas) + 1),
        zoom=zoom,
    )
    return joined([found.take(order), _piers(extract, frame)]), areas


def _piers(extract: OsmExtract, frame: MapFrame) -> MapFeatures:
    """Return piers that are mapped as lines, as narrow areas."""
    ways = ways_where(extract, lambda tags: tags.get("man_made") in {"pier", "breakwater", "groyne"})
    _, lines = way_lines(extract, ways)
    lines = frame.clipped(lines)
    lines = lines[~shapely.is_empty(lines) & ~shapely.is_closed(lines)]
    wide = shapely.buffer(frame.plane.to_metres(lines), _PIER_M, quad_segs=1, cap_style="square")
    parts = shapely.get_parts(frame.plane.to_degrees(wide))
    return features("ground", "pier", parts, zoom=13, rank=len(parts))
