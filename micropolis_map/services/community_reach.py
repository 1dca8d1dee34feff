"""How far from a community a place may lie to belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.community import Community
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

NEAREST_KM = 20.0
"""A place's nearest point lies at most this far from the community's outline (0 when it lies inside)."""
FARTHEST_KM = 100.0
"""And its farthest corner at most this far: a path may leave the town, a continent is no place of it."""
WITHOUT_OUTLINE_KM = 30.0
"""Added to both where only the community's centre is known."""

_KM_PER_DEGREE = 111.2  # mean radius 6,371 km; good to half a percent, the limits are round numbers anyway


@dataclass(frozen=True)
class Reach:
    """Where a community lies."""

    name: str
    centre: tuple[float, float]
    area: BaseGeometry
    bounds: tuple[float, float, float, float]
    extra_km: float

    @classmethod
    def of(cls, community: Community) -> Reach | None:
        """Return the reach of the community; None where nobody said where it is (no outline, centre 0, 0)."""
        outlines = [community.outline] if community.outline else [d.geometry for d in community.districts]
        areas = [shapely.make_valid(shape(dict(outline))) for outline in outlines]
        area = shapely.union_all(areas) if areas else shapely.Point(community.centre)
        if area.is_empty or (not areas and community.centre == (0.0, 0.0)):
            return None
        centre = community.centre
        if centre == (0.0, 0.0):
            centre = (area.centroid.x, area.centroid.y)
        west, south, east, north = area.bounds
        return cls(
            community.slug, centre, area, (west, south, east, north), 0.0 if areas else WITHOUT_OUTLINE_KM
        )

    def check(self, geometry: Mapping[str, Any]) -> None:
        """Raise InvalidInput where the geometry lies too far away, with how far."""
        there = self._km(shape(dict(geometry)))
        here = self._km(self.area)
        nearest = float(shapely.distance(there, here))
        if nearest > NEAREST_KM + self.extra_km:
            lon, lat = geometry_corner(geometry)
            raise InvalidInput(
                mark("lies {far} km from {name} (lon {lon}, lat {lat})"),
                mark("places within {most} km are taken"),
                far=round(nearest),
                name=self.name,
                lon=lon,
                lat=lat,
                most=round(NEAREST_KM + self.extra_km),
            )
        corners = shapely.points(shapely.get_coordinates(there))
        farthest = float(shapely.distance(corners, here).max())
        if farthest > FARTHEST_KM + self.extra_km:
            raise InvalidInput(
                mark("reaches {far} km away from {name}"),
                mark("places within {most} km are taken"),
                far=round(farthest),
                name=self.name,
                most=round(FARTHEST_KM + self.extra_km),
            )

    def _km(self, geometry: BaseGeometry) -> BaseGeometry:
        scale = np.array([np.cos(np.radians(self.centre[1])), 1.0]) * _KM_PER_DEGREE
        return shapely.transform(geometry, lambda xy: xy * scale)


def geometry_corner(geometry: Mapping[str, Any]) -> tuple[float, float]:
    """Return ``(lon, lat)`` of the geometry's first position."""
    corner = geometry["coordinates"]
    while isinstance(corner[0], list | tuple):
        corner = corner[0]
    return float(corner[0]), float(corner[1])
