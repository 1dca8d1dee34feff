"""Siting as a mixed-integer model, given to HiGHS as arrays.

What a demand point gains from the sites S is a staircase: it climbs a step for every *set* of sites one of
which is in S. So every objective is a weighted sum of hit sets, and equal sets of different demand points
are one: ``maximise sum(w[s] * z[s])``, ``z[s] <= z[inner s] + sum(y[j] for the j that s has more)``,
``sum(y) = p``, ``y`` binary, ``0 <= z <= 1``. For coverage there is one set a demand point, for the p-median
as many as it has distances; this form is as tight as the textbook's and much smaller.

The arrays are HiGHS's own, in a process of its own (`highs_process`).

References
----------
Church, R., ReVelle, C. (1974). The maximal covering location problem. https://doi.org/10.1007/BF01942293
Elloumi, S. (2010). A tighter formulation of the p-median problem. https://doi.org/10.1007/s10878-008-9162-0
Huangfu, Q., Hall, J. A. J. (2018). Parallelizing the dual revised simplex method (HiGHS).
https://doi.org/10.1007/s12532-017-0130-5
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from micropolis_map.analysis.gains import Gains, site_signatures
from micropolis_map.analysis.highs_process import Model, solve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Tell = Callable[[float, str], None]
Found = Callable[["Answer"], None]
OPTIMAL, IMPOSSIBLE = "Optimal", "Infeasible"


@dataclass(frozen=True)
class Answer:
    """What the solver knows: `sites` (None when it found none), `bound` on the objective, and if proven."""

    sites: Ints | None
    bound: float
    is_proven: bool
    is_impossible: bool = False


@dataclass(frozen=True)
class Sets:
    """Sets of sites: set ``s`` holds ``site[first[s]:first[s + 1]]``, each once, in any order."""

    first: Ints
    site: Ints

    def __len__(self) -> int:
        return self.first.size - 1


def sets_of(row: Ints, site: Ints, sites: int) -> Sets:
    """Return the distinct sets that pairs of a row and a site make."""
    if not row.size:
        return Sets(np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64))
    if (np.diff(row) < 0).any():
        order = np.argsort(row, kind="stable")
        row, site = row[order], site[order]
    start = np.flatnonzero(np.concatenate([[True], np.diff(row) != 0]))
    size = np.diff(np.append(start, row.size))
    signature = np.add.reduceat(site_signatures(sites)[site], start)
    _, kept = np.unique(signature, return_index=True)
    at = np.repeat(start[kept] - np.append(0, np.cumsum(size[kept])[:-1]), size[kept])
    return Sets(np.append(0, np.cumsum(size[kept])), site[at + np.arange(at.size)])


def most(
    gains: Gains,
    new: int,
    seconds: float,
    tell: Tell | None,
    must_hit: Sets | None = None,
    found: Found | None = None,
) -> Answer:
    """Return the `new` sites that give most; with `must_hit` among those that hit all of these sets.

    Every better answer or bound is told to `found` meanwhile.
    """
    ends = time.monotonic() + seconds
    weight, inner, first, site = _levels(gains)
    sites, levels = gains.sites, weight.size
    entries = [
        (np.arange(levels), sites + np.arange(levels), np.ones(levels)),
        (np.flatnonzero(inner >= 0), sites + inner[inner >= 0], -np.ones(np.count_nonzero(inner >= 0))),
        (np.repeat(np.arange(levels), np.diff(first)), site, -np.ones(site.size)),
        (np.full(sites, levels), np.arange(sites), np.ones(sites)),
    ]
    lower, upper = np.full(levels + 1, -np.inf), np.zeros(levels + 1)
    lower[levels] = upper[levels] = new
    if must_hit is not None:
        entries.append(_hits(must_hit, levels + 1))
        lower = np.append(lower, np.ones(len(must_hit)))
        upper = np.append(upper, np.full(len(must_hit), np.inf))
    scale = max(float(weight.max(initial=0.0)), 1e-300)
    cost = np.concatenate([np.zeros(sites), -weight / scale])

    def ours(answer: Answer) -> Answer:
        return Answer(answer.sites, -answer.bound * scale, answer.is_proven, answer.is_impossible)

    seconds = max(0.0, ends - time.monotonic())
    ear = _Ear(seconds, tell, None if found is None else lambda answer: found(ours(answer)))
    return ours(_solved(cost, sites, entries, (lower, upper), seconds, ear))


def fewest(sets: Sets, sites: int, seconds: float, tell: Tell | None) -> Answer:
    """Return the fewest sites that hit every set (LSCP); `bound` is how many it takes at least."""
    limits = np.ones(len(sets)), np.full(len(sets), np.inf)
    return _solved(np.ones(sites), sites, [_hits(sets, 0)], limits, seconds, _Ear(seconds, tell))


def _hits(sets: Sets, from_row: int) -> tuple[Ints, Ints, Floats]:
    rows = np.repeat(np.arange(len(sets)), np.diff(sets.first)) + from_row
    return rows, sets.site, np.ones(sets.site.size)


def _levels(gains: Gains) -> tuple[Floats, Ints, Ints, Ints]:
    """Return the distinct sets: weight, the next smaller set (-1 for none), and the sites it has more."""
    row, site, gain = gains.row, gains.site, gains.gain
    if not row.size:
        return np.empty(0), np.empty(0, np.int64), np.zeros(1, np.int64), np.empty(0, np.int64)
    order = np.lexsort((site, -gain, row))
    row, site, gain = row[order], site[order], gain[order]
    new_row = np.concatenate([[True], np.diff(row) != 0])
    new_level = new_row | np.concatenate([[True], np.diff(gain) != 0])
    start = np.flatnonzero(new_level)
    at_row_start = new_row[start]
    sums = np.cumsum(site_signatures(gains.sites)[site])
    end = np.append(start[1:], row.size)
    before_row = np.where(start[at_row_start] > 0, sums[start[at_row_start] - 1], np.uint64(0))
    row_of_level = np.cumsum(at_row_start) - 1
    signature = sums[end - 1] - before_row[row_of_level]
    next_gain = np.append(gain[start[1:]], 0.0)
    next_gain[np.append(at_row_start[1:], True)] = 0.0
    _, kept, level = np.unique(signature, return_index=True, return_inverse=True)
    level = level.reshape(-1)
    weight: Floats = np.bincount(level, gain[start] - next_gain, minlength=kept.size).astype(np.float64)
    inner = np.where(at_row_start[kept], -1, level[np.maximum(kept - 1, 0)])
    size = (end - start)[kept]
    first = np.append(0, np.cumsum(size))
    at = np.repeat(start[kept] - first[:-1], size) + np.arange(int(first[-1]))
    return weight, inner, first, site[at]


def _solved(
    cost: Floats,
    sites: int,
    entries: list[tuple[Ints, Ints, Floats]],
    limits: tuple[Floats, Floats],
    seconds: float,
    heard: _Ear,
) -> Answer:
    """Return the least of `cost` over ``limits[0] <= rows <= limits[1]``; the first `sites` are 0 or 1."""
    row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    rows = sparse.csr_array((value, (row, column)), shape=(limits[0].size, cost.size))
    start, index = rows.indptr.astype(np.int32), rows.indices.astype(np.int32)
    last = solve(Model(cost, sites, *limits, start, index, rows.data), seconds, heard)
    if last is None:
        return heard.answer
    status = last.pop("status")
    if status == IMPOSSIBLE:
        return Answer(None, np.inf, is_proven=False, is_impossible=True)
    heard.take(last)
    return Answer(heard.answer.sites, heard.answer.bound, status == OPTIMAL)


class _Ear:
    """Keeps what the solver says: the best sites, and the greatest bound from below."""

    def __init__(self, seconds: float, tell: Tell | None, found: Found | None = None) -> None:
        self.answer = Answer(None, -np.inf, is_proven=False)
        self._value = np.inf
        self._begun, self._seconds, self._tell, self._found = time.monotonic(), seconds, tell, found

    def __call__(self, said: dict[str, Any]) -> None:
        self.take(said)
        if self._found is not None and said:
            self._found(self.answer)
        if self._tell is not None:
            share = (time.monotonic() - self._begun) / max(self._seconds, 1e-3)
            self._tell(min(0.99, share), "Proving that nothing is better")

    def take(self, said: dict[str, Any]) -> None:
        """Keep what is better than before."""
        sites, bound = self.answer.sites, max(self.answer.bound, said.get("bound", -np.inf))
        if said.get("sites") is not None and said["value"] < self._value:
            sites, self._value = np.array(said["sites"], dtype=np.int64), said["value"]
        self.answer = Answer(sites, bound, is_proven=False)
