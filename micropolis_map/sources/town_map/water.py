"""Waters: the sea, lakes, banks of rivers, pools."""

from __future__ import annotations

import numpy as np
import shapely

from micropolis_map.domain.map_features import MapFeatures, features, joined
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.sources.town_map.areas import KindAreas, areas_by_kind, zooms_by_area
from micropolis_map.sources.town_map.beyond import far_sea
from micropolis_map.sources.town_map.frame import MapFrame
from micropolis_map.sources.town_map.kinds import water_kind
from micropolis_map.sources.town_map.names import name_of, names_of

_WATER_M2 = (2e6, 6e5, 2e5, 4e4, 5e3)


def water_of(extract: OsmExtract, frame: MapFrame) -> tuple[MapFeatures, KindAreas]:
    """Return the waters, large ones first, and the areas of fresh water that they were made from."""
    areas = areas_by_kind(extract, water_kind, frame)
    zoom = zooms_by_area(areas.area_m2, _WATER_M2, 8)
    zoom[areas.kind == "pool"] = 14
    fresh = features(
        "water",
        areas.kind,
        areas.geometry,
        name=np.array([name_of(tags) for tags in areas.tags], object),
        names=np.array([names_of(tags) for tags in areas.tags], object),
        rank=np.arange(1, len(areas) + 1),
        zoom=zoom,
    )
    sea = shapely.get_parts(shapely.union_all([frame.sea, far_sea(frame)]))
    return joined([features("water", "sea", sea, zoom=8), fresh]), areas
