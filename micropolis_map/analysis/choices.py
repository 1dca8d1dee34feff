"""Choice: how many spots can be reached within a time, from points and from everywhere at once.

From everywhere: one bounded search a spot, backwards, counts every junction and every point of the geometry
it reaches, so that no list of pairs is ever made.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.cost_matrix import cost_matrix
from micropolis_map.analysis.ends import ends
from micropolis_map.analysis.impedance import BACKWARD, FORWARD, Impedance
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.search import UNREACHED, bucket_shift, limit_ms, new_ring, on_all_cores, spread
from micropolis_map.analysis.snapping import Snapped

Ints = NDArray[np.int32]


def nth_spot_cost(
    network: WalkNetwork, impedance: Impedance, origins: Snapped, spots: Snapped, nth: int, cutoff_s: float
) -> NDArray[np.float64]:
    """Return the seconds to each origin's `nth` nearest spot (2 is the second choice), float64[n].

    inf where fewer than `nth` spots are within `cutoff_s`.
    """
    pairs = cost_matrix(network, impedance, origins, spots, cutoff_s, with_lengths=False)
    order = np.lexsort((pairs.cost_s, pairs.origin))
    start = np.searchsorted(pairs.origin[order], np.arange(len(origins) + 1))
    wanted = start[:-1] + nth - 1
    there = wanted < start[1:]
    cost = np.full(len(origins), np.inf)
    cost[there] = pairs.cost_s[order][wanted[there]]
    return cost


def spots_within_everywhere(
    network: WalkNetwork, impedance: Impedance, spots: Snapped, cutoff_s: float
) -> tuple[Ints, Ints]:
    """Return how many spots are within `cutoff_s` (inclusive) of each junction and of each point.

    Returns
    -------
    tuple
        ``int32[n]`` for the junctions, ``int32[p]`` for the points of the geometry.
    """
    graph = impedance.into
    at = ends(impedance, spots)
    shift = bucket_shift(graph.longest)
    edges = (network.edge_first, network.edge_from, network.edge_to, impedance.edge_pass)
    costs = (impedance.forward, impedance.backward, network.point_along_m)
    where = (at.edge, at.from_from, at.from_to, at.forward, at.backward, at.along_m, at.gap_ms)

    def part(start: int, stop: int) -> tuple[Ints, Ints]:
        counted: tuple[Ints, Ints] = _count(
            (graph.first, graph.arc),
            graph.edge,
            edges,
            costs,
            where,
            (start, stop, limit_ms(cutoff_s)),
            shift,
            new_ring(graph.longest, shift),
        )
        return counted

    parts = on_all_cores(part, len(spots))
    return sum(p[0] for p in parts), sum(p[1] for p in parts)


@njit(cache=True, nogil=True)
def _count(graph, arc_edge, edges, costs, spots, span, shift, ring):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    first, _ = graph
    edge_first, tail, head, _ = edges
    s_edge, s_from, s_to, _, _, _, s_gap = spots
    start, stop, limit = span
    labels = np.full(first.size - 1, UNREACHED)
    touched = np.empty(max(first.size - 1, 1), np.int32)
    at_node = np.zeros(first.size - 1, np.int32)
    at_point = np.zeros(edge_first[-1], np.int32)
    done = np.full(tail.size, -1, np.int32)
    seed_node = np.empty(2, np.int32)
    seed_label = np.empty(2, np.int64)
    for s in range(start, stop):
        e = s_edge[s]
        if e < 0:
            continue
        seed_node[0] = tail[e]
        seed_node[1] = head[e]
        seed_label[0] = _label(s_from[s] + s_gap[s])
        seed_label[1] = _label(s_to[s] + s_gap[s])
        if seed_label[0] > seed_label[1]:
            seed_node[:] = seed_node[::-1].copy()
            seed_label[:] = seed_label[::-1].copy()
        count = spread(graph, labels, (seed_node, seed_label), limit, shift, ring, touched, touched[:0])
        _count_edge(e, s, labels, edges, costs, spots, limit, at_point)
        done[e] = s
        for j in range(count):
            v = touched[j]
            at_node[v] += 1
            for a in range(first[v], first[v + 1]):
                f = arc_edge[a]
                if done[f] != s:
                    done[f] = s
                    _count_edge(f, s, labels, edges, costs, spots, limit, at_point)
        for j in range(count):
            labels[touched[j]] = UNREACHED
    return at_node, at_point


@njit(cache=True, nogil=True)
def _label(cost_ms: float) -> int:
    """Return the label of a seed; one that no limit admits for a cost of inf."""
    if cost_ms >= 2147483647.0:
        return UNREACHED - 1  # type: ignore[no-any-return]
    return np.int64(np.rint(cost_ms)) << 32  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _count_edge(f, s, labels, edges, costs, spots, limit, at_point):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Count spot `s` at the points of edge `f` that reach it within `limit`."""
    edge_first, tail, head, passes = edges
    forward, backward, along = costs
    s_edge, _, _, s_forward, s_backward, s_along, s_gap = spots
    come = passes[f] & BACKWARD and labels[tail[f]] != UNREACHED
    go = passes[f] & FORWARD and labels[head[f]] != UNREACHED
    over_tail = limit - (labels[tail[f]] >> 32) if come else np.int64(-1)
    over_head = limit - (labels[head[f]] >> 32) if go else np.int64(-1)
    last = edge_first[f + 1] - 1
    whole = max(forward[last], 1)
    for i in range(edge_first[f], last + 1):
        within = backward[i] <= over_tail or whole - forward[i] <= over_head
        if not within and f == s_edge[s]:
            if along[i] <= s_along[s] and passes[f] & FORWARD:
                within = s_forward[s] - forward[i] + s_gap[s] <= limit
            if along[i] >= s_along[s] and passes[f] & BACKWARD:
                within |= backward[i] - s_backward[s] + s_gap[s] <= limit
        at_point[i] += within
