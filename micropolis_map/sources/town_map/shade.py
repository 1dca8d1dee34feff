"""Hill shading: where the ground turns away from the light in the north-west, and where towards it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from micropolis_map.domain.map_features import MapFeatures, features, joined
from micropolis_map.sources.tiles.mercator import degrees_of, world_of
from micropolis_map.sources.town_map.frame import MapFrame
from micropolis_map.sources.town_map.isolines import areas_above
from micropolis_map.workers.mending import valid_areas

Floats = NDArray[np.float64]
Sample = Callable[[Floats, Floats], Floats]

STEP_M = 40.0
MOST_STEPS = 300
"""Of a side of the grid: a larger town has a coarser one."""
AZIMUTH, ALTITUDE = np.radians(315.0), np.radians(40.0)
"""Where maps have their sun."""
LIMITS = ((-1, -0.12, 0.25), (-2, -0.30, 0.08), (1, 0.10, 0.15))
"""Level, beyond which difference from the brightness of level ground it is, and of how much at most."""
LEAST_CELLS = 16.0
"""Smaller patches are not drawn."""
SMOOTH_CELLS = 0.15


def shade_of(sample: Sample, frame: MapFrame) -> MapFeatures:
    """Return polygons of levels -1, -2 (darkest, within those of -1) and 1 (light); none without heights.

    Parameters
    ----------
    sample
        Heights in metres at longitudes and latitudes, nan where none is known.
    """
    brightness, corner, step = _brightness(sample, frame)
    parts = []
    for level, least, most in LIMITS:
        sign = 1.0 if level > 0 else -1.0
        limit = sign * max(sign * least, float(np.quantile(sign * brightness, 1 - most)))
        areas = areas_above(sign * brightness, sign * limit)
        areas = shapely.simplify(areas[shapely.area(areas) >= LEAST_CELLS], SMOOTH_CELLS)
        in_world = shapely.transform(areas, lambda xy: corner + xy * step)
        polygons = shapely.get_parts(shapely.transform(valid_areas(in_world), degrees_of))
        polygons = polygons[shapely.get_type_id(polygons) == 3]
        parts.append(features("shade", "shade", polygons, zoom=8, level=level))
    return joined(parts)


def _brightness(sample: Sample, frame: MapFrame) -> tuple[Floats, Floats, float]:
    """Return how much brighter than level ground a grid is, its corner and its step in the world.

    Rows go from north to south; unknown ground is level.
    """
    west, south, east, north = frame.bounds
    (left, bottom), (right, top) = world_of(np.array([[west, south], [east, north]])).tolist()
    width_m = frame.box_m[2] - frame.box_m[0]
    metre = (right - left) / width_m
    step = max(STEP_M * metre, max(right - left, bottom - top) / MOST_STEPS)
    columns, rows = (int(np.ceil(size / step)) + 1 for size in (right - left, bottom - top))
    x, y = np.meshgrid(left + np.arange(columns) * step, top + np.arange(rows) * step)
    lon, lat = degrees_of(np.column_stack((x.ravel(), y.ravel()))).T
    height = sample(lon, lat).reshape(rows, columns)
    unknown = ~np.isfinite(height)
    if unknown.all():
        return np.zeros((1, 1)), np.array([left, top]), step
    nearest = ndimage.distance_transform_edt(unknown, return_distances=False, return_indices=True)
    height = height[tuple(nearest)]
    smooth = ndimage.gaussian_filter(height, 1.6)
    down, across = np.gradient(smooth, step / metre)
    slope, aspect = np.arctan(1.6 * np.hypot(across, down)), np.arctan2(-across, down)
    light = np.sin(ALTITUDE) * np.cos(slope) + np.cos(ALTITUDE) * np.sin(slope) * np.cos(AZIMUTH - aspect)
    light -= np.sin(ALTITUDE)
    light[unknown] = 0
    return ndimage.gaussian_filter(light, 1.2), np.array([left, top]), step
