"""Points on edges as searches see them: what it costs to get from a point to its edge's two ends, or back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.kernels import BACKWARD, FORWARD
from micropolis_map.analysis.snapping import Snapped

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Ends:
    """Snapped points with their costs in ms; inf where that direction may not be walked.

    Attributes
    ----------
    edge : int32[n]
        -1 where unreachable, also where the profile does not pass the edge.
    to_from, to_to : float64[n]
        From the point to the edge's ``from`` and ``to`` nodes.
    from_from, from_to : float64[n]
        From those nodes to the point.
    forward, backward : float64[n]
        From the edge's first point to the point and back, whatever the direction allowed.
    along_m, rest_m : float64[n]
        Metres to the edge's two ends.
    gap_ms, gap_m : float64[n]
    """

    edge: Ints
    to_from: Floats
    to_to: Floats
    from_from: Floats
    from_to: Floats
    forward: Floats
    backward: Floats
    along_m: Floats
    rest_m: Floats
    gap_ms: Floats
    gap_m: Floats


def ends(impedance: Impedance, points: Snapped) -> Ends:
    """Return the costs between `points` and the ends of their edges."""
    network = impedance.network
    allowed = impedance.edge_pass[points.edge] if network.edges else np.zeros(len(points), dtype=np.uint8)
    edge = np.where((points.edge >= 0) & (allowed > 0), points.edge, -1).astype(np.int32)
    if network.edges == 0:
        nothing = np.full(len(points), np.inf)
        return Ends(edge, *[nothing] * 10)
    i = np.where(edge >= 0, points.point, 0)
    after = np.minimum(i + 1, network.point_lon.size - 1)
    last = network.edge_first[np.maximum(edge, 0) + 1] - 1

    def at(values: Ints) -> Floats:
        low = values[i].astype(np.float64)
        cost: Floats = low + points.share * (values[after] - low)
        return cost

    forward, backward = at(impedance.forward), at(impedance.backward)
    go, come = (allowed & FORWARD) > 0, (allowed & BACKWARD) > 0
    along = np.where(edge >= 0, points.offset_m, 0.0)
    gap_m = np.where(edge >= 0, points.gap_m, np.inf)
    return Ends(
        edge=edge,
        to_from=np.where(come, backward, np.inf),
        to_to=np.where(go, np.maximum(impedance.forward[last], 1) - forward, np.inf),
        from_from=np.where(go, forward, np.inf),
        from_to=np.where(come, np.maximum(impedance.backward[last], 1) - backward, np.inf),
        forward=forward,
        backward=backward,
        along_m=along,
        rest_m=network.edge_length_m[np.maximum(edge, 0)] - along,
        gap_ms=gap_m / impedance.profile.speed_m_s * 1000.0,
        gap_m=gap_m,
    )


def seeds(
    costs: tuple[Floats, Floats], points: Ends, impedance: Impedance, limit: int
) -> tuple[Ints, NDArray[np.int64]]:
    """Return seed nodes and labels, ascending, for a search that starts at all `points`.

    Parameters
    ----------
    costs
        Of the way between each point and its edge's ``from`` and ``to`` nodes in ms; the gap is added.
    limit
        Points dearer than this (ms) are left out.
    """
    network = impedance.network
    nodes, labels = [], []
    for end, cost in ((network.edge_from, costs[0]), (network.edge_to, costs[1])):
        total = cost + points.gap_ms
        mine = np.flatnonzero((points.edge >= 0) & (total <= limit))
        nodes.append(end[points.edge[mine]])
        labels.append((np.rint(total[mine]).astype(np.int64) << 32) | mine)
    label = np.concatenate(labels)
    order = np.argsort(label, kind="stable")
    return np.concatenate(nodes)[order].astype(np.int32), label[order]


def by_edge(edge: Ints, edges: int) -> tuple[Ints, Ints]:
    """Return ``first[edges + 1], index``: the points on each edge, those with edge -1 left out."""
    order = np.argsort(edge, kind="stable").astype(np.int32)
    order = order[np.count_nonzero(edge < 0) :]
    first = np.zeros(edges + 1, dtype=np.int32)
    np.cumsum(np.bincount(edge[order], minlength=edges), out=first[1:])
    return first, order
