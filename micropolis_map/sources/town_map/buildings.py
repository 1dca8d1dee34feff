"""Buildings."""

from __future__ import annotations

import numpy as np

from micropolis_map.domain.map_features import MapFeatures, features
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.sources.town_map.areas import KindAreas, areas_by_kind
from micropolis_map.sources.town_map.frame import MapFrame
from micropolis_map.sources.town_map.kinds import building_kind

BIG_M2 = 1_500.0


def buildings_of(extract: OsmExtract, frame: MapFrame) -> tuple[MapFeatures, KindAreas]:
    """Return the buildings, large ones first, and what they were made from."""
    areas = areas_by_kind(extract, building_kind, frame)
    zoom = np.where(areas.area_m2 > BIG_M2, 12, 13)
    rank = np.arange(1, len(areas) + 1)
    return features("buildings", "building", areas.geometry, zoom=zoom, rank=rank), areas
