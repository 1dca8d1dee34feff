"""Web Mercator, in which maps are drawn: degrees to the world's square, and to metres around a town."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

MOST_LAT = 85.0511287798066
"""Of the square map (EPSG:3857)."""
AROUND_M = 40_075_016.686
"""Of the equator (WGS 84)."""

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]


def world_of(degrees: Floats) -> Floats:
    """Return where float64[n, 2] of lon and lat lie in the world's square: 0 to 1 east and south."""
    lat = np.radians(np.clip(degrees[:, 1], -MOST_LAT, MOST_LAT))
    south = 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)
    return np.column_stack((degrees[:, 0] / 360 + 0.5, south))


def degrees_of(world: Floats) -> Floats:
    """Return lon and lat of places in the world's square; undoes `world_of`."""
    lat = np.degrees(np.arctan(np.sinh((0.5 - world[:, 1]) * 2 * np.pi)))
    return np.column_stack(((world[:, 0] - 0.5) * 360, lat))


@dataclass(frozen=True)
class Plane:
    """Metres east and north on a map whose scale is true at the latitude `lat`.

    A box of degrees is a box here. Within 20 km north or south lengths are right to 1 % up to 70°.
    """

    lon: float
    lat: float

    @classmethod
    def around(cls, bounds: Bounds) -> Plane:
        """Return the plane around the middle of a box in degrees."""
        west, south, east, north = bounds
        return cls((west + east) / 2, float(np.clip((south + north) / 2, -MOST_LAT, MOST_LAT)))

    @property
    def _scale(self) -> float:
        return AROUND_M * float(np.cos(np.radians(self.lat)))

    @property
    def _middle(self) -> Floats:
        return world_of(np.array([[self.lon, self.lat]]))

    def to_metres(self, geometry: Any) -> Any:
        """Return the geometry, or array of geometries, in metres."""
        sign, middle = np.array([1.0, -1.0]) * self._scale, self._middle
        return shapely.transform(geometry, lambda xy: (world_of(xy) - middle) * sign)

    def to_degrees(self, geometry: Any) -> Any:
        """Return the geometry, or array of geometries, in degrees (EPSG:4326)."""
        sign, middle = np.array([1.0, -1.0]) * self._scale, self._middle
        return shapely.transform(geometry, lambda xy: degrees_of(xy / sign + middle))

    def box_m(self, bounds: Bounds) -> Bounds:
        """Return a box of degrees in metres."""
        west, south, east, north = shapely.bounds(self.to_metres(shapely.box(*bounds))).tolist()
        return west, south, east, north
