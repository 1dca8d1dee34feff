"""Points on edges as searches see them: what it costs to get from a point to its edge's two ends, or back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.kernels import BACKWARD, FORWARD
from micropolis_map.analysis.snapping import Snapped

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Ends:
    """Snapped points with their costs in ms; inf where that direction may not be walked.

    A point at an end of its edge is at that node, whatever the direction.

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
    edge, columns = _ends(
        (network.edge_first, impedance.edge_pass, network.point_along_m),
        (impedance.forward, impedance.backward, impedance.profile.speed_m_s),
        (points.edge, points.point, points.share, points.offset_m, points.gap_m),
    )
    return Ends(edge, *columns)


@njit(cache=True, nogil=True)
def _ends(edges, costs, points):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the columns of `Ends`; one loop, because every array made on the way costs page faults."""
    edge_first, edge_pass, along_m = edges
    forward, backward, speed_m_s = costs
    on, point, share, offset_m, gap_m = points
    edge = np.empty(on.size, np.int32)
    out = np.empty((10, on.size))
    for n in range(on.size):
        e = on[n]
        if e < 0 or edge_pass[e] == 0:
            edge[n] = -1
            for k in range(10):
                out[k, n] = 0.0 if k >= 4 else np.inf  # the first four are ways over the ends
            out[8, n] = out[9, n] = np.inf
            continue
        i, last = point[n], edge_first[e + 1] - 1
        after = min(i + 1, last)
        there = forward[i] + share[n] * (forward[after] - forward[i])
        back = backward[i] + share[n] * (backward[after] - backward[i])
        go, come = edge_pass[e] & FORWARD > 0, edge_pass[e] & BACKWARD > 0
        # who stands at the foot of an escalator stands on the street it starts from, too
        at_from = i == edge_first[e] and share[n] == 0.0
        at_to = after == last and share[n] == 1.0
        edge[n] = e
        out[0, n] = back if come or at_from else np.inf
        out[1, n] = max(forward[last], 1) - there if go or at_to else np.inf
        out[2, n] = there if go or at_from else np.inf
        out[3, n] = max(backward[last], 1) - back if come or at_to else np.inf
        out[4, n] = there
        out[5, n] = back
        out[6, n] = offset_m[n]
        out[7, n] = along_m[last] - offset_m[n]
        out[8, n] = gap_m[n] / speed_m_s * 1000.0
        out[9, n] = gap_m[n]
    return edge, out


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
    grouped: tuple[Ints, Ints] = _by_edge(edge, edges)
    return grouped


@njit(cache=True, nogil=True)
def _by_edge(edge: Ints, edges: int) -> tuple[Ints, Ints]:
    first = np.zeros(edges + 1, np.int32)
    for i in range(edge.size):
        if edge[i] >= 0:
            first[edge[i] + 1] += 1
    for e in range(edges):
        first[e + 1] += first[e]
    fill = first[:-1].copy()
    index = np.empty(first[edges], np.int32)
    for i in range(edge.size):
        if edge[i] >= 0:
            index[fill[edge[i]]] = i
            fill[edge[i]] += 1
    return first, index
