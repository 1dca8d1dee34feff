"""Where a new meeting place may go when nobody says where: anywhere along the streets, evenly spread."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from micropolis_map.analysis.network_points import dense_points, points_along
from micropolis_map.domain.points import PointSet
from micropolis_map.services import opened
from micropolis_map.services.district_index import inside
from micropolis_map.services.opened import Build

SPACING_M = 100.0
"""Squares with at most one candidate: a block of houses. They grow where the town is larger."""
GROWTH = 1.25
MOST_CANDIDATES = 600
MOST_PAIRS = 8_000_000
"""Of homes and candidates: what is measured in a few seconds."""
FEWEST_CANDIDATES = 60


def network_candidates(
    build: Build, profile_name: str, outline: Mapping[str, Any] | None, homes: int
) -> PointSet:
    """Return points along the streets that the profile passes, inside the community.

    There is one in each square of `SPACING_M`, nearest to its middle; the squares grow until there are at
    most `MOST_CANDIDATES` (fewer where there are very many homes). The outline bounds them, without one the
    districts, without any the loaded streets.
    """
    most = max(FEWEST_CANDIDATES, min(MOST_CANDIDATES, MOST_PAIRS // max(1, homes)))
    network, cost = opened.network_of(build), opened.impedance_of(build, profile_name)
    lon, lat = dense_points(network, cost)
    areas = [shape(dict(outline))] if outline else list(opened.districts_of(build)[1])
    within = None
    if areas:
        area = shapely.make_valid(shapely.union_all([shapely.make_valid(area) for area in areas]))
        within = inside(lon, lat, area)
        within = within if within.any() else None
    spacing = SPACING_M
    x, y = points_along(network, cost, spacing, within)
    while x.size > most:
        spacing *= max(GROWTH, math.sqrt(x.size / most) * 0.9)
        x, y = points_along(network, cost, spacing, within)
    return PointSet(
        id=tuple(f"n{i}" for i in range(1, x.size + 1)),
        lon=np.round(x, 7),
        lat=np.round(y, 7),
        source=f"{x.size} points along the streets, about {spacing:.0f} m apart",
    )
