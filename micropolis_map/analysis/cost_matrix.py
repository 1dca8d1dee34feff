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
from micropolis_map.analysis.impedance import Graph, Impedance
from micropolis_map.analysis.kernels import search_rows
from micropolis_map.analysis.nearest import Nearest, nearest_spot
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.paths import Path, path
from micropolis_map.analysis.search import bucket_shift, limit_ms, new_ring, on_all_cores
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
    order = _by_pair(origin, destination, len(origins), len(destinations))
    return CostMatrix(origin[order], destination[order], cost[order] / 1000.0, length[order])


@njit(cache=True, nogil=True)
def _by_pair(origin: Ints, destination: Ints, origins: int, destinations: int) -> NDArray[np.int64]:
    """Return the order by origin, then destination: two passes of counting, no comparisons."""
    order = np.arange(origin.size)
    for key, size in ((destination, destinations), (origin, origins)):
        start = np.zeros(size + 1, np.int64)
        for k in range(key.size):
            start[key[k] + 1] += 1
        for i in range(size):
            start[i + 1] += start[i]
        sorted_ = np.empty_like(order)
        for k in range(order.size):
            i = key[order[k]]
            sorted_[start[i]] = order[k]
            start[i] += 1
        order = sorted_
    return order


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
    few = (needed if needed.size <= 4096 else needed[:0]).astype(np.int32)
    result: tuple[Ints, Ints, Floats, Floats] = search_rows(
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
        few,
        backwards,
        with_lengths,
    )
    return result
