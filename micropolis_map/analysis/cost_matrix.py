"""Costs between many origins and many destinations, sparse: only the pairs within a cutoff are made.

Each search starts at one point, stays within the cutoff and touches only what it reaches. Searches start on
the side with fewer points (backwards from destinations when these are fewer) and are shared among the cores.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.ends import Ends, by_edge, ends
from micropolis_map.analysis.impedance import COST, NODE, Graph, Impedance
from micropolis_map.analysis.nearest import Nearest, nearest_spot
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.paths import Path, path
from micropolis_map.analysis.search import bucket_shift, limit_ms, new_ring, on_all_cores, spread
from micropolis_map.analysis.snapping import Snapped

__all__ = ["CostMatrix", "Nearest", "Path", "cost_matrix", "nearest_spot", "path", "spots_within"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class CostMatrix:
    """Pairs within the cutoff, by origin, then destination.

    Attributes
    ----------
    origin, destination : int32[k]
        Indices of the points.
    cost_s, length_m : float64[k]
        Gaps included; ``length_m`` is that of the least-cost walk.
    """

    origin: Ints
    destination: Ints
    cost_s: Floats
    length_m: Floats

    def __len__(self) -> int:
        return self.origin.size


def cost_matrix(
    network: WalkNetwork,
    impedance: Impedance,
    origins: Snapped,
    destinations: Snapped,
    cutoff_s: float | None = None,
    *,
    with_lengths: bool = True,
) -> CostMatrix:
    """Return the cost of walking from origins to destinations, pairs beyond `cutoff_s` left out.

    Parameters
    ----------
    cutoff_s
        A walk of exactly `cutoff_s` is in. None: all pairs that are joined.
    with_lengths
        False leaves ``length_m`` nan and saves the time to retrace the walks.
    """
    backwards = len(destinations) < len(origins)
    start, aim = (destinations, origins) if backwards else (origins, destinations)
    graph = impedance.into if backwards else impedance.out
    sources, targets = ends(impedance, start), ends(impedance, aim)
    limit = limit_ms(cutoff_s)

    def part(first: int, last: int) -> tuple[Ints, Ints, Floats, Floats]:
        return _rows(
            network, impedance, graph, sources, targets, (first, last, limit), backwards, with_lengths
        )

    parts = on_all_cores(part, len(start))
    source, target, cost, length = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    near = cost <= (np.inf if cutoff_s is None else cutoff_s * 1000.0 + 1e-6)
    source, target, cost, length = source[near], target[near], cost[near], length[near]
    origin, destination = (target, source) if backwards else (source, target)
    order = np.lexsort((destination, origin))
    return CostMatrix(origin[order], destination[order], cost[order] / 1000.0, length[order])


def spots_within(
    network: WalkNetwork, impedance: Impedance, origins: Snapped, spots: Snapped, cutoff_s: float
) -> NDArray[np.int64]:
    """Return how many spots each origin reaches within `cutoff_s` (inclusive), int64[n]."""
    pairs = cost_matrix(network, impedance, origins, spots, cutoff_s, with_lengths=False)
    return np.bincount(pairs.origin, minlength=len(origins))


def _columns(points: Ends, *, away: bool) -> tuple[NDArray[np.generic], ...]:
    """Return what a search needs of points it leaves (`away`) or arrives at, following the arcs."""
    over_from, over_to = (points.to_from, points.to_to) if away else (points.from_from, points.from_to)
    return (
        points.edge,
        over_from,
        over_to,
        points.gap_ms,
        points.forward,
        points.backward,
        points.along_m,
        points.rest_m,
        points.gap_m,
    )


def _rows(
    network: WalkNetwork,
    impedance: Impedance,
    graph: Graph,
    sources: Ends,
    targets: Ends,
    span: tuple[int, int, int],
    backwards: bool,  # noqa: FBT001
    with_lengths: bool,  # noqa: FBT001
) -> tuple[Ints, Ints, Floats, Floats]:
    shift = bucket_shift(graph.longest)
    other = impedance.out if backwards else impedance.into
    first_target, target_at = by_edge(targets.edge, network.edges)
    needed = np.unique(
        np.concatenate(
            [
                network.edge_from[targets.edge[targets.edge >= 0]],
                network.edge_to[targets.edge[targets.edge >= 0]],
            ]
        )
    )
    few = needed if needed.size <= 4096 and network.edges else np.empty(0, dtype=np.int32)
    result: tuple[Ints, Ints, Floats, Floats] = _search_rows(
        (graph.first, graph.arc, graph.edge),
        (other.first, other.arc, other.edge),
        (network.edge_from, network.edge_to, network.edge_length_m, impedance.edge_pass),
        _columns(sources, away=not backwards),
        _columns(targets, away=backwards),
        first_target,
        target_at,
        span,
        shift,
        new_ring(graph.longest, shift),
        few.astype(np.int32),
        backwards,
        with_lengths,
    )
    return result


@njit(cache=True, nogil=True)
def _search_rows(  # type: ignore[no-untyped-def]  # noqa: ANN202, PLR0913, PLR0915, C901, PLR0912
    graph,
    other,
    edges,
    sources,
    targets,
    first_target,
    target_at,
    span,
    shift,
    ring,
    needed,
    backwards,
    lengths,  # noqa: ANN001
):
    first, arc, arc_edge = graph
    tail, head, edge_m, edge_pass = edges
    s_edge, s_from, s_to, s_gap, s_forward, s_backward, s_along, s_rest, s_gap_m = sources
    t_edge, t_from, t_to, t_gap, t_forward, t_backward, t_along, t_rest, t_gap_m = targets
    start, stop, limit = span
    nothing = np.int64(0x7FFFFFFFFFFFFFFF)
    labels = np.full(first.size - 1, nothing)
    touched = np.empty(max(first.size - 1, 1), np.int32)
    best = np.full(t_edge.size, np.inf)
    hit = np.empty(t_edge.size, np.int32)
    out_s = np.empty(1024, np.int32)
    out_t = np.empty(1024, np.int32)
    out_c = np.empty(1024, np.float64)
    out_m = np.empty(1024, np.float64)
    n = 0
    seed_node = np.empty(2, np.int32)
    seed_label = np.empty(2, np.int64)
    for s in range(start, stop):
        e = s_edge[s]
        if e < 0:
            continue
        k = 0
        for side in range(2):
            cost = s_gap[s] + (s_from[s] if side == 0 else s_to[s])
            if cost <= limit:
                seed_node[k] = tail[e] if side == 0 else head[e]
                seed_label[k] = (np.int64(np.rint(cost)) << 32) | side
                k += 1
        if k == 2 and seed_label[0] > seed_label[1]:
            seed_node[0], seed_node[1] = seed_node[1], seed_node[0]
            seed_label[0], seed_label[1] = seed_label[1], seed_label[0]
        count = spread(
            (first, arc), labels, (seed_node[:k], seed_label[:k]), limit, shift, ring, touched, needed
        )
        hits = 0
        for j in range(count):  # targets over the junctions reached
            v = touched[j]
            for a in range(first[v], first[v + 1]):
                f = arc_edge[a]
                for q in range(first_target[f], first_target[f + 1]):
                    t = target_at[q]
                    there = np.inf
                    if tail[f] == v:
                        there = t_from[t]
                    if head[f] == v:
                        there = min(there, t_to[t])
                    cost = (labels[v] >> 32) + there + t_gap[t]
                    if cost < best[t]:
                        if best[t] == np.inf:
                            hit[hits] = t
                            hits += 1
                        best[t] = cost
        for q in range(first_target[e], first_target[e + 1]):  # and those on the same edge
            t = target_at[q]
            walk = _along(
                s_along[s],
                t_along[t],
                s_forward[s],
                t_forward[t],
                s_backward[s],
                t_backward[t],
                edge_pass[e],
                backwards,
            )
            cost = walk + s_gap[s] + t_gap[t]
            if cost < best[t]:
                if best[t] == np.inf:
                    hit[hits] = t
                    hits += 1
                best[t] = cost
        for j in range(hits):
            t = hit[j]
            if best[t] <= limit:
                if n == out_s.size:
                    out_s = np.concatenate((out_s, np.empty(n, np.int32)))
                    out_t = np.concatenate((out_t, np.empty(n, np.int32)))
                    out_c = np.concatenate((out_c, np.empty(n, np.float64)))
                    out_m = np.concatenate((out_m, np.empty(n, np.float64)))
                out_s[n] = s
                out_t[n] = t
                out_c[n] = best[t]
                out_m[n] = np.nan
                if lengths:
                    out_m[n] = s_gap_m[s] + t_gap_m[t]
                    f = t_edge[t]
                    over_from = np.inf
                    over_to = np.inf
                    if labels[tail[f]] != nothing:
                        over_from = (labels[tail[f]] >> 32) + t_from[t] + t_gap[t]
                    if labels[head[f]] != nothing:
                        over_to = (labels[head[f]] >> 32) + t_to[t] + t_gap[t]
                    if min(over_from, over_to) > best[t]:
                        out_m[n] += abs(s_along[s] - t_along[t])
                    elif over_from <= over_to:
                        out_m[n] += t_along[t] + _back(
                            tail[f],
                            labels,
                            other,
                            edge_m,
                            seed_node[:k],
                            seed_label[:k],
                            s_along[s],
                            s_rest[s],
                        )
                    else:
                        out_m[n] += t_rest[t] + _back(
                            head[f],
                            labels,
                            other,
                            edge_m,
                            seed_node[:k],
                            seed_label[:k],
                            s_along[s],
                            s_rest[s],
                        )
                n += 1
            best[t] = np.inf
        for j in range(count):
            labels[touched[j]] = nothing
    return out_s[:n].copy(), out_t[:n].copy(), out_c[:n].copy(), out_m[:n].copy()


@njit(cache=True, nogil=True)
def _along(  # type: ignore[no-untyped-def]  # noqa: ANN202
    s_along,
    t_along,
    s_forward,
    t_forward,
    s_backward,
    t_backward,
    passes,
    backwards,  # noqa: ANN001
):
    """Return the ms between two points of one edge, walking from s to t (from t to s when `backwards`)."""
    if backwards:
        s_along, t_along = t_along, s_along
        s_forward, t_forward = t_forward, s_forward
        s_backward, t_backward = t_backward, s_backward
    walk = np.inf
    if t_along >= s_along and passes & 1:
        walk = t_forward - s_forward
    if t_along <= s_along and passes & 2:
        walk = min(walk, s_backward - t_backward)
    return walk


@njit(cache=True, nogil=True)
def _back(node, labels, other, edge_m, seed_node, seed_label, along, rest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the metres from `node` back to the search's source, its gap left out."""
    first, arc, arc_edge = other
    total = 0.0
    v = node
    while True:
        for k in range(seed_node.size):
            if seed_node[k] == v and seed_label[k] == labels[v]:
                return total + (along if seed_label[k] & 1 == 0 else rest)
        for a in range(first[v], first[v + 1]):
            w = arc[a] & NODE
            if labels[w] != 0x7FFFFFFFFFFFFFFF and labels[w] + (arc[a] & COST) == labels[v]:
                total += edge_m[arc_edge[a]]
                v = w
                break
        else:
            return np.nan


def node_matrix(
    impedance: Impedance, spots: Snapped, cutoff_s: float | None
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return ``spot, node, cost_ms`` for every junction within `cutoff_s` of a spot, on the way there."""
    at = ends(impedance, spots)
    graph = impedance.into
    shift = bucket_shift(graph.longest)

    def part(start: int, stop: int) -> tuple[Ints, Ints, Ints]:
        result: tuple[Ints, Ints, Ints] = _node_rows(
            graph.first, graph.arc, impedance.network.edge_from, impedance.network.edge_to,
            at.edge, at.from_from + at.gap_ms, at.from_to + at.gap_ms,
            (start, stop, limit_ms(cutoff_s)), shift, new_ring(graph.longest, shift),
        )  # fmt: skip
        return result

    spot, node, cost = (np.concatenate(c) for c in zip(*on_all_cores(part, len(spots)), strict=True))
    return spot, node, cost


@njit(cache=True, nogil=True)
def _node_rows(first, arc, tail, head, edge, over_from, over_to, span, shift, ring):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913
    start, stop, limit = span
    nothing = np.int64(0x7FFFFFFFFFFFFFFF)
    labels = np.full(first.size - 1, nothing)
    touched = np.empty(max(first.size - 1, 1), np.int32)
    out_s = np.empty(4096, np.int32)
    out_v = np.empty(4096, np.int32)
    out_c = np.empty(4096, np.int32)
    n = 0
    seed_node = np.empty(2, np.int32)
    seed_label = np.empty(2, np.int64)
    for s in range(start, stop):
        e = edge[s]
        if e < 0:
            continue
        k = 0
        for side in range(2):
            cost = over_from[s] if side == 0 else over_to[s]
            if cost <= limit:
                seed_node[k] = tail[e] if side == 0 else head[e]
                seed_label[k] = np.int64(np.rint(cost)) << 32
                k += 1
        if k == 2 and seed_label[0] > seed_label[1]:
            seed_node[0], seed_node[1] = seed_node[1], seed_node[0]
            seed_label[0], seed_label[1] = seed_label[1], seed_label[0]
        count = spread(
            (first, arc), labels, (seed_node[:k], seed_label[:k]), limit, shift, ring, touched, touched[:0]
        )
        while n + count > out_s.size:
            size = out_s.size
            out_s = np.concatenate((out_s, np.empty(size, np.int32)))
            out_v = np.concatenate((out_v, np.empty(size, np.int32)))
            out_c = np.concatenate((out_c, np.empty(size, np.int32)))
        for j in range(count):
            v = touched[j]
            out_s[n] = s
            out_v[n] = v
            out_c[n] = labels[v] >> 32
            n += 1
            labels[v] = nothing
    return out_s[:n].copy(), out_v[:n].copy(), out_c[:n].copy()
