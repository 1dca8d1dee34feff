"""The pieces of street that a map of walking times draws: between two points of a way, near the districts."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.analysis.metric import wrap
from micropolis_map.analysis.network import WAY
from micropolis_map.analysis.search import UNREACHED
from micropolis_map.services import opened
from micropolis_map.services.extract_window import widened
from micropolis_map.services.opened import Build

STEP_S = 30.0
"""Streets are drawn in classes of half a minute: finer than what people choose, few enough to draw."""

SHOWN_BEYOND_M = 500.0
"""Streets are drawn so far beyond the districts."""


@lru_cache(maxsize=8)
def drawn_pieces(build: Build) -> NDArray[np.bool_]:
    """Return which points of the network's geometry start a piece to draw."""
    network = opened.network_of(build)
    _, districts = opened.districts_of(build)
    west, south, east, north = widened(tuple(shapely.total_bounds(list(districts)).tolist()), SHOWN_BEYOND_M)
    lon, lat = wrap(network.point_lon), network.point_lat
    drawn = np.repeat(network.edge_kind == WAY, np.diff(network.edge_first))
    drawn &= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    drawn[network.edge_first[1:] - 1] = False
    drawn.flags.writeable = False
    return drawn


def half_minutes(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the walk from each piece's middle in units of `STEP_S`, rounded up; -1 where there is no way.

    Comparing it with a threshold of whole or half minutes is exact at the middle of every piece.
    """
    cost_s = np.where(labels == UNREACHED, np.inf, (labels >> 32) / 1000.0)
    middle = (cost_s + np.append(cost_s[1:], np.inf)) / 2.0
    reached = np.isfinite(middle)
    return np.where(reached, np.ceil(np.where(reached, middle, 0.0) / STEP_S), -1).astype(np.int64)
