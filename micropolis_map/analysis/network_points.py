"""Points spread evenly along the walk network: where something new could stand when nobody says where."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.metric import metres_per_degree, wrap
from micropolis_map.analysis.network import TUNNEL, WalkNetwork

Floats = NDArray[np.float64]

STEP_M = 25.0
"""Streets are looked at so densely along their length."""


def points_along(
    network: WalkNetwork, impedance: Impedance, spacing_m: float, inside: NDArray[np.bool_] | None = None
) -> tuple[Floats, Floats]:
    """Return ``lon, lat`` of at most one point in each square of `spacing_m`, on ways the profile passes.

    In every square it is the point nearest to the middle. Islands of ways shorter than 1 km are left out, as
    for homes; squares without ways have no point.

    Parameters
    ----------
    spacing_m
        Side of the squares in metres.
    inside
        bool over `dense_points`: which of them may be taken.
    """
    lon, lat = dense_points(network, impedance)
    if inside is not None:
        lon, lat = lon[inside], lat[inside]
    if not lon.size:
        return lon, lat
    east, north = metres_per_degree(np.array(float(np.median(lat))))
    x, y = lon * float(east) / spacing_m, lat * float(north) / spacing_m
    column, row = np.floor(x), np.floor(y)
    off_middle = (x - column - 0.5) ** 2 + (y - row - 0.5) ** 2
    order = np.lexsort((off_middle, column, row))
    column, row = column[order], row[order]
    first = np.concatenate([[True], (np.diff(column) != 0) | (np.diff(row) != 0)])
    chosen = order[first]
    return wrap(lon[chosen]), lat[chosen]


def dense_points(network: WalkNetwork, impedance: Impedance) -> tuple[Floats, Floats]:
    """Return points at most `STEP_M` apart along every way the profile may pass, in the network's frame.

    Tunnels are left out: what stands there would be joined to a street above.
    """
    open_ = network.edge_is_joined & (impedance.edge_passage > 0) & (network.edge_structure != TUNNEL)
    if not network.edges:
        return np.empty(0), np.empty(0)
    inside = np.repeat(open_, np.diff(network.edge_first))
    inside[network.edge_first[1:] - 1] = False
    i = np.flatnonzero(inside)
    length = network.point_along_m[i + 1] - network.point_along_m[i]
    parts = np.maximum(1, np.ceil(length / STEP_M)).astype(np.int64)
    start = np.repeat(i, parts)
    within = np.arange(start.size) - np.repeat(np.cumsum(parts) - parts, parts)
    share = within / np.repeat(parts, parts)
    lon, lat = network.point_lon, network.point_lat
    return lon[start] + share * (lon[start + 1] - lon[start]), lat[start] + share * (
        lat[start + 1] - lat[start]
    )
