"""The district a place belongs to."""

from __future__ import annotations

import shapely
from shapely.geometry import shape

from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Place


def district_at(community: Community, place: Place) -> str:
    """Return the name of the district the place's middle lies in, the first where several do; "" for none."""
    point = shapely.Point(place.lon_lat)
    for district in community.districts:
        if shapely.make_valid(shape(dict(district.geometry))).covers(point):
            return district.name
    return ""
