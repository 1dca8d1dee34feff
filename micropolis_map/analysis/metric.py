"""Metres on the ground from degrees, on the WGS 84 ellipsoid, without a projection.

Around a latitude a degree is a known number of metres east and north (the radii of curvature of the
ellipsoid), so that a segment's length follows from its ends. For segments up to 20 km the difference from
the geodesic is below 1 : 100,000, a hundred times better than CONTRACT.md asks for, anywhere but within
a kilometre of the poles.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# WGS 84 (NGA.STND.0036): semi-major axis in metres, first eccentricity squared.
SEMI_MAJOR_M = 6378137.0
ECCENTRICITY_2 = 6.69437999014e-3


def metres_per_degree(lat: Floats) -> tuple[Floats, Floats]:
    """Return the metres of one degree of longitude and of latitude at `lat` (degrees)."""
    phi = np.radians(lat)
    w2 = 1.0 - ECCENTRICITY_2 * np.sin(phi) ** 2
    east = np.radians(SEMI_MAJOR_M / np.sqrt(w2) * np.cos(phi))
    north = np.radians(SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / (w2 * np.sqrt(w2)))
    return east, north


def segment_length_m(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Return the length of each segment a–b in metres; longitudes in one frame (see `unwrap`)."""
    east, north = metres_per_degree((lat_a + lat_b) / 2.0)
    return np.hypot((lon_b - lon_a) * east, (lat_b - lat_a) * north)


def unwrap(lon: Floats, reference: float) -> Floats:
    """Return `lon` moved by whole turns to within 180° of `reference`, so that no segment jumps.

    Examples
    --------
    >>> unwrap(np.array([-179.9, 179.9]), 179.8).round(6).tolist()
    [180.1, 179.9]
    """
    return reference + np.mod(np.asarray(lon, dtype=np.float64) - reference + 180.0, 360.0) - 180.0


def wrap(lon: Floats) -> Floats:
    """Return `lon` within [-180, 180], untouched where it is already there."""
    lon = np.asarray(lon, dtype=np.float64)
    return np.where((lon < -180.0) | (lon > 180.0), np.mod(lon + 180.0, 360.0) - 180.0, lon)
