"""Which district a point lies in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

OUTSIDE = -1
"""The index of points in no district."""


def district_of(
    lon: NDArray[np.float64], lat: NDArray[np.float64], districts: Sequence[BaseGeometry]
) -> NDArray[np.int64]:
    """Return for each point the index of the district it lies in, `OUTSIDE` for none.

    A point on a border, or where districts overlap, counts once: in the first of them.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4326, n points.
    districts
        Valid polygons, EPSG:4326.
    """
    index = np.full(len(lon), OUTSIDE, dtype=np.int64)
    for number, geometry in enumerate(districts):
        todo = np.flatnonzero(index == OUTSIDE)
        if not todo.size:
            break
        index[todo[inside(lon[todo], lat[todo], geometry)]] = number
    return index


def inside(lon: NDArray[np.float64], lat: NDArray[np.float64], area: BaseGeometry) -> NDArray[np.bool_]:
    """Return which points lie in `area` or on its border."""
    west, south, east, north = area.bounds
    near = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    shapely.prepare(area)
    near[near] = shapely.intersects_xy(area, lon[near], lat[near])
    return near
