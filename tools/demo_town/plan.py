"""The hand-drawn plan: read, smoothed, and laid on the globe.

The town is the same on every machine, though sines, exponentials, filters and the arcs of buffers are not:
they end differently in the last bit. Each is made `steady` before it decides anything; what follows is plain
arithmetic, which is the same everywhere (IEEE 754). ``tests/other_processor.py`` shakes the last bits.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

HERE = Path(__file__).parent
Xy = tuple[float, float]
Floats = NDArray[np.float64]

STEADY = 9
"""Decimals of sines and smoothed surfaces that are the same everywhere."""
STEADY_M = 6
"""Decimals of coordinates in metres that are: the last bit of 2,000 m is the thirteenth."""

PLAN: dict[str, Any] = tomllib.loads((HERE / "plan.toml").read_text("utf-8"))
LON0, LAT0 = PLAN["centre"]
_PHI = math.radians(LAT0)
# Series of the WGS 84 ellipsoid (Snyder, Map Projections: A Working Manual, 1987, p. 25).
M_PER_LAT = 111132.954 - 559.822 * math.cos(2 * _PHI) + 1.175 * math.cos(4 * _PHI)
M_PER_LON = 111412.84 * math.cos(_PHI) - 93.5 * math.cos(3 * _PHI) + 0.118 * math.cos(5 * _PHI)


def lon_lat(x: float, y: float) -> Xy:
    """Return the degrees of a point given in metres east and north of the centre, to a centimetre."""
    return round(LON0 + x / M_PER_LON, 7), round(LAT0 + y / M_PER_LAT, 7)


def random(name: str) -> np.random.Generator:
    """Return the generator of random numbers called `name`; each part of the town has its own."""
    return np.random.default_rng([PLAN["seed"], *name.encode()])


def steady(values: Any) -> Any:
    """Return numbers, real or complex, without the bits in which processors differ."""
    return np.round(values, STEADY)


def lengths(steps: Floats) -> Floats:
    """Return how long each of the `steps[n, 2]` is."""
    return np.asarray(steady(np.hypot(*steps.T)))


def around(shape: shapely.Geometry, reach_m: float) -> Any:
    """Return what lies within `reach_m` of `shape`, or deeper than ``-reach_m`` inside it."""
    return shapely.transform(shape.buffer(reach_m), lambda xy: np.round(xy, STEADY_M))


def smooth(points: Sequence[Sequence[float]], step_m: float = 12.0, *, closed: bool = False) -> Floats:
    """Return a spline through `points`, sampled about every `step_m`; a closed one repeats its start."""
    p = np.asarray(points, float)
    if closed:
        p = np.vstack([p, p[:1]])
    chord = lengths(np.diff(p, axis=0))
    t = np.concatenate([[0.0], np.cumsum(np.sqrt(chord))])  # centripetal: no loops at sharp corners
    if len(p) == 2:
        curve = p[0] + (p[1] - p[0]) * np.linspace(0, 1, max(2, int(chord[0] / step_m) + 1))[:, None]
        return np.asarray(curve)
    fine = CubicSpline(t, p, bc_type="periodic" if closed else "natural")(np.linspace(0, t[-1], 40 * len(p)))
    return resample(np.asarray(steady(fine)), step_m)


def resample(line: Floats, step_m: float) -> Floats:
    """Return points at equal distances of about `step_m` along `line`, both ends kept."""
    along = np.concatenate([[0.0], np.cumsum(lengths(np.diff(line, axis=0)))])
    want = np.linspace(0, along[-1], max(2, round(along[-1] / step_m) + 1))
    return np.column_stack([np.interp(want, along, line[:, 0]), np.interp(want, along, line[:, 1])])


def area(points: Sequence[Sequence[float]], step_m: float = 14.0) -> shapely.Polygon:
    """Return the smoothed closed shape through `points`."""
    shape = shapely.Polygon(smooth(points, step_m, closed=True)).buffer(0)
    if shape.geom_type == "MultiPolygon":
        shape = max(shape.geoms, key=lambda part: part.area)
    return shape


def polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    """Return the polygons in `shape`, largest first."""
    parts = [p for p in getattr(shape, "geoms", [shape]) if p.geom_type == "Polygon" and not p.is_empty]
    return sorted(parts, key=lambda p: (-p.area, p.bounds))


def lines(shape: shapely.Geometry) -> list[shapely.LineString]:
    """Return the lines in `shape`, in a stable order."""
    parts = [p for p in getattr(shape, "geoms", [shape]) if p.geom_type == "LineString" and not p.is_empty]
    return sorted(parts, key=lambda p: p.coords[:])
