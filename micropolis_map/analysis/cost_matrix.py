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
from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.kernels import search_rows
from micropolis_map.analysis.nearest import Nearest, nearest_spot
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.paths import Path, path
from micropolis_map.analysis.search import NOTHING, bucket_shift, limit_ms, new_ring, on_all_cores
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
    network: WalkNetwork,  # noqa: ARG001 - every measure is asked in the same way
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
    rows = _Rows(impedance, ends(impedance, start), ends(impedance, aim), backwards, with_lengths)
    limit = limit_ms(cutoff_s)
    parts = on_all_cores(lambda first, last: rows.part((first, last, limit)), len(start))
    first, source, cost_s, length_m = _by_target(parts, rows.target, 1000.0, len(aim))
    if not backwards:
        same = np.arange(len(start), dtype=np.int32)
        first, source, cost_s, length_m = _by_target(
            [(np.diff(first), source, cost_s, length_m)], same, 1.0, len(start)
        )
    if not with_lengths:
        length_m = np.broadcast_to(np.nan, cost_s.shape)
    origin = np.repeat(np.arange(len(origins), dtype=np.int32), np.diff(first))
    return CostMatrix(origin, source, cost_s, length_m)


Rows = tuple[NDArray[np.int64], Ints, Floats, Floats]
"""How many targets each of some sources reaches; which of the targets, the costs and the metres."""


def _by_target(
    parts: list[Rows], item: Ints, unit: float, items: int
) -> tuple[NDArray[np.int64], Ints, Floats, Floats]:
    """Return the pairs by ``item[target]``, then source: where each item's begin, sources, costs, metres.

    Costs are divided by `unit`. Two passes of counting, no comparisons.
    """
    first = np.zeros(items + 1, dtype=np.int64)
    for _, target, _, _ in parts:
        _tally(target, item, first)
    first = np.cumsum(first)
    size, metres = int(first[-1]), sum(part[3].size for part in parts)
    found = (np.empty(size, dtype=np.int32), np.empty(size), np.empty(metres))
    fill, row = first[:-1].copy(), 0
    for reached, target, cost, length in parts:
        _turn((row, reached, target, cost, length), item, unit, fill, found)
        row += reached.size
    return first, *found


@njit(cache=True, nogil=True)
def _tally(target: Ints, item: Ints, count: NDArray[np.int64]) -> None:
    for k in range(target.size):
        count[item[target[k]] + 1] += 1


@njit(cache=True, nogil=True)
def _turn(rows, item, unit, fill, found):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    row, reached, target, cost, length = rows
    new_row, new_cost, new_length = found
    k = 0
    for r in range(reached.size):
        for _ in range(reached[r]):
            i = item[target[k]]
            to = fill[i]
            fill[i] += 1
            new_row[to] = row + r
            new_cost[to] = cost[k] / unit
            if length.size > 0:
                new_length[to] = length[k]
            k += 1


def spots_within(
    network: WalkNetwork, impedance: Impedance, origins: Snapped, spots: Snapped, cutoff_s: float
) -> NDArray[np.int64]:
    """Return how many spots each origin reaches within `cutoff_s` (inclusive), int64[n]."""
    pairs = cost_matrix(network, impedance, origins, spots, cutoff_s, with_lengths=False)
    return np.bincount(pairs.origin, minlength=len(origins))


def _columns(points: Ends, *, away: bool) -> tuple[NDArray[np.generic], ...]:
    """Return what a search needs of points walked from (`away`) or to; gaps are in the first costs."""
    over_from, over_to = (points.to_from, points.to_to) if away else (points.from_from, points.from_to)
    return (
        points.edge,
        over_from + points.gap_ms,
        over_to + points.gap_ms,
        points.gap_ms,
        points.forward,
        points.backward,
        points.along_m,
        points.rest_m,
        points.gap_m,
    )


class _Rows:
    """Searches from some points to others, with what all of them share."""

    def __init__(
        self,
        impedance: Impedance,
        sources: Ends,
        targets: Ends,
        backwards: bool,  # noqa: FBT001
        with_lengths: bool,  # noqa: FBT001
    ) -> None:
        self.impedance, self.backwards, self.with_lengths = impedance, backwards, with_lengths
        graph, other = (impedance.into, impedance.out) if backwards else (impedance.out, impedance.into)
        self.graph, self.other = (graph.first, graph.arc, graph.edge), (other.first, other.arc, other.edge)
        self.longest = graph.longest
        if np.count_nonzero(targets.edge >= 0) <= FEW:
            self._place_few(sources, targets)
        else:
            self._place_many(sources, targets)
        self.sources = _columns(sources, away=not backwards)
        columns = _columns(targets, away=backwards)
        self.targets = (self.target, *(column[self.target] for column in columns[1:4]), *columns[4:])

    def _place_few(self, sources: Ends, targets: Ends) -> None:
        """Look at every target after each search; stop each when all targets' labels are final."""
        network = self.impedance.network
        order = np.argsort(targets.edge, kind="stable").astype(np.int32)
        self.target = order[targets.edge[order] >= 0]
        edge, first = np.unique(targets.edge[self.target], return_index=True)
        at = np.searchsorted(edge, sources.edge)
        found = np.append(edge, -1)[at] == sources.edge
        own = np.where(found & (sources.edge >= 0), at, -1).astype(np.int32)
        self.places = (edge, np.append(first, self.target.size).astype(np.int32), own)
        self.around: tuple[Ints, ...] = (*(NOTHING,) * 5, NOTHING.reshape(0, 2))
        self.needed = np.unique(np.concatenate([network.edge_from[edge], network.edge_to[edge]]))

    def _place_many(self, sources: Ends, targets: Ends) -> None:
        """Look at the targets over the junctions that a search reaches."""
        around = self.impedance.around_into if self.backwards else self.impedance.around_out
        place = np.where(targets.edge >= 0, around.place[targets.edge], -1).astype(np.int32)
        first, self.target = by_edge(place, around.place.size)
        own = np.where(sources.edge >= 0, around.place[sources.edge], -1).astype(np.int32)
        self.places = (around.own_edge, first, own)
        self.around = tuple(around)
        self.needed = NOTHING

    def part(self, span: tuple[int, int, int]) -> Rows:
        """Return the targets each of these sources reaches: how many, which, ms, metres."""
        network = self.impedance.network
        shift = bucket_shift(self.longest)
        room = min((span[1] - span[0]) * self.target.size + 1, MOST_ROOM)
        found: Rows = search_rows(
            self.graph,
            self.other,
            (network.edge_from, network.edge_to, network.edge_length_m, self.impedance.edge_pass),
            self.sources,
            self.targets,
            self.places,
            self.around,
            span,
            shift,
            new_ring(self.longest, shift),
            self.needed,
            self.backwards,
            (np.empty(room, np.int32), np.empty(room), np.empty(room if self.with_lengths else 0)),
        )
        return found


MOST_ROOM = 2**18
"""Pairs there is room for at first: untouched memory costs nothing, and large arrays get large pages."""


FEW = 256
"""Up to so many targets a search looks at each of them, and whether all of them are final."""
