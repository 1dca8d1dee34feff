"""The town's edge: how far streets and places reach beyond the boundary, and who lives near the data's end.

Whoever lives near the boundary walks across it, so streets and meeting places are known `REACH_M` beyond it,
as far as the data go. Where they end (the file was cut there, or nobody asked the server for more), a place
on the other side could be nearer than any that is known: whose figure that may make too low is told.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import KDTree
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from micropolis_map.analysis.profiles import Profile
from micropolis_map.analysis.slope import fastest
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.points import PointSet
from micropolis_map.services import opened
from micropolis_map.services.opened import Build
from micropolis_map.sources.local_projection import LocalProjection
from micropolis_map.sources.osm_known_area import polygons_of

Floats = NDArray[np.float64]

REACH_M = 1_300.0
"""How far beyond the boundary streets and places are known: more than a walk of 15 minutes."""
ROUNDED = 0.998
"""Lengths are right to 0.1 %, and so are these distances: who is only just too far counts as near."""


def widened_area(area: BaseGeometry, by_m: float) -> BaseGeometry:
    """Return the area (EPSG:4326) and what is at most `by_m` metres from it."""
    projection = LocalProjection.around(area)
    wider: BaseGeometry = projection.to_degrees(projection.to_metres(area).buffer(by_m, quad_segs=8))
    return wider


def known_area(extract: OsmExtract, around: BaseGeometry) -> BaseGeometry | None:
    """Return the part of `around` in which the data are whole; empty where they span no area.

    None where nobody knows how far they reach.
    """
    if extract.area is None:
        return None
    return polygons_of(shapely.intersection(polygons_of(shapely.make_valid(extract.area)), around))


def distance_to_end_m(known: BaseGeometry, lon: Floats, lat: Floats) -> Floats:
    """Return how far each point is from where the data end, as the crow flies; 0 beyond it."""
    if known.is_empty or not len(lon):
        return np.zeros(len(lon))
    projection = LocalProjection.around(known)
    area, points = projection.to_metres(known), shapely.points(projection.metres(lon, lat))
    end = area.boundary
    shapely.prepare(area)
    shapely.prepare(end)
    distance: Floats = np.where(shapely.contains(area, points), shapely.distance(end, points), 0.0)
    return distance


def seconds_to_end(
    build: Build, who: Profile, origins: PointSet, spots: PointSet | None = None
) -> Floats | None:
    """Return the least time in which each of `origins` could walk out of the data, on whatever street.

    Where the `spots` are given, all places are known and only a way beyond the end is not: then it is no less
    than the time to the nearest of them as the crow flies. None for a build made before it was kept where its
    data end.
    """
    known = opened.known_area_of(build)
    if known is None:
        return None
    homes = opened.homes_of(build)
    if origins is homes:
        distance_m = _homes_distance_m(build)
    else:
        distance_m = distance_to_end_m(known, origins.lon, origins.lat)
    if spots is not None:
        distance_m = np.maximum(distance_m, _nearest_m(origins, spots))
    heights = opened.network_of(build).point_height_m
    downhill = fastest(who.slope) if np.isfinite(heights).any() else 1.0
    seconds: Floats = distance_m * ROUNDED / (who.speed_m_s * downhill)
    return seconds


def near_end(end_s: Floats, cost_s: Floats, minutes: float) -> NDArray[np.bool_]:
    """Return who is not within `minutes` of any known place, but could be of one beyond the data's end."""
    threshold_s = minutes * 60.0 + 1e-9
    near: NDArray[np.bool_] = (cost_s > threshold_s) & (end_s <= threshold_s)
    return near


def _nearest_m(origins: PointSet, spots: PointSet) -> Floats:
    """Return how far the nearest spot is from each origin, as the crow flies; inf without any."""
    if not len(spots) or not len(origins):
        return np.full(len(origins), np.inf)
    project = LocalProjection.around(shapely.multipoints(np.column_stack((origins.lon, origins.lat)))).metres
    tree = KDTree(project(spots.lon, spots.lat))
    return np.asarray(tree.query(project(origins.lon, origins.lat))[0])


@lru_cache(maxsize=8)
def _homes_distance_m(build: Build) -> Any:
    known, homes = opened.known_area_of(build), opened.homes_of(build)
    return distance_to_end_m(known or Polygon(), homes.lon, homes.lat)
