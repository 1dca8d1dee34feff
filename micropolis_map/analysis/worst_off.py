"""Worst-off first: make the longest walk of anybody as short as possible (the p-center problem).

A radius is possible when a choice of sites serves everybody within it; the least possible radius is one of
the walking times, found by halving. Greedy choice and swaps say *possible* at once; where they fail,
branching decides, and where there are many sites a Lagrangian bound or HiGHS.

References
----------
Minieka, E. (1970). The m-center problem. https://doi.org/10.1137/1012016
Daskin, M. S. (2000). A new approach to solving the vertex p-center problem to optimality.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.gains import Gains
from micropolis_map.analysis.hitting import IN_DOUBT, YES, hitting
from micropolis_map.analysis.interchange import greedy, swapped
from micropolis_map.analysis.lagrangian import bounded
from micropolis_map.analysis.set_reduction import reduced
from micropolis_map.analysis.siting_model import Sets, Tell, most, sets_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


SLICE = 0.15
"""Of the time left, what one radius may take: in doubt a longer one is tried."""
MOST_PAIRS = 1_000_000
"""Radii with more pairs than this stay in doubt: HiGHS would hardly have begun when the time is over."""
SHORT = 1 << 16
"""Fewer sites than this are sorted by their digits, which takes a tenth of the time."""


@dataclass(frozen=True)
class Radius:
    """The longest walk that `sites` leave, and the longest that any choice must leave."""

    sites: Ints
    radius_s: float
    bound_s: float


@dataclass(frozen=True)
class Walks:
    """Pairs of a row (ascending) and a site with their time; `now_s` is everybody's without new sites."""

    row: Ints
    site: Ints
    cost_s: Floats
    now_s: Floats
    sites: int

    def must_hit(self, radius_s: float) -> Sets | None:
        """Return the sets of sites that serve each of those too far away; None where one cannot be served."""
        far = self.now_s > radius_s
        near = far[self.row] & (self.cost_s <= radius_s)
        row, site = self.row[near], self.site[near]
        reached = np.zeros(far.size, dtype=bool)
        reached[row] = True
        if (far & ~reached).any():
            return None
        return sets_of(row, site, self.sites)


def least_radius(
    walks: Walks,
    new: int,
    seconds: float,
    tell: Tell | None,
    heard: Callable[[Radius], None] | None = None,
) -> Radius:
    """Return the sites with the shortest longest walk, over all with people.

    Everybody in `walks` must be reached by an existing spot or by some candidate. Whatever is found or proven
    on the way is told to `heard`.
    """
    if not walks.now_s.size:
        return Radius(np.arange(new), 0.0, 0.0)
    ends = time.monotonic() + seconds
    alone = walks.now_s.copy()
    np.minimum.at(alone, walks.row, walks.cost_s)
    floor = float(alone.max(initial=0.0))
    radii = np.unique(np.concatenate([walks.cost_s, walks.now_s]))
    first = _farthest_first(walks, new)
    radii = radii[(radii >= floor) & (radii <= first.radius_s)]
    known = _Known(radii, *_by_greedy(walks, radii, first.sites, ends))
    known.low = _by_packing(walks, radii[: known.possible + 1], new, ends)
    in_doubt = -1
    while (left := ends - time.monotonic()) > 0.0:
        if heard is not None:
            heard(known.radius())
        # What is longer than a radius in doubt may still be possible, or proven impossible.
        from_ = known.low if in_doubt < 0 else in_doubt + 1
        if from_ >= known.possible:
            break
        middle = (from_ + known.possible) // 2
        sets = walks.must_hit(float(radii[middle]))
        found, is_proven = _exact_hits(sets, walks.sites, new, max(left * SLICE, 0.05), tell)
        if found is not None:
            known.possible, known.sites = middle, found
        elif is_proven:
            known.low, in_doubt = middle + 1, -1
        else:
            in_doubt = middle
    return known.radius()


@dataclass
class _Known:
    """Radii, ascending: `sites` make the one at `possible` so; those before `low` are not possible."""

    radii: Floats
    possible: int
    sites: Ints
    low: int = 0

    def radius(self) -> Radius:
        return Radius(self.sites, float(self.radii[self.possible]), float(self.radii[self.low]))


def _farthest_first(walks: Walks, new: int) -> Radius:
    """Return sites each of which is the nearest to whoever walks longest with those before it."""
    cost, sites = walks.now_s.copy(), []
    order = np.argsort(walks.site.astype(np.uint16) if walks.sites < SHORT else walks.site, kind="stable")
    first = np.append(0, np.cumsum(np.bincount(walks.site, minlength=walks.sites)))
    for _ in range(new):
        pairs = slice(*np.searchsorted(walks.row, [(worst := int(np.argmax(cost))), worst + 1]).tolist())
        if pairs.start == pairs.stop:
            break
        site = int(walks.site[pairs][np.argmin(walks.cost_s[pairs])])
        if site in sites:
            break
        sites.append(site)
        mine = order[first[site] : first[site + 1]]
        np.minimum.at(cost, walks.row[mine], walks.cost_s[mine])
    return Radius(
        filled(np.array(sites, dtype=np.int64), walks.sites, new), float(cost.max(initial=0.0)), 0.0
    )


def _by_greedy(walks: Walks, radii: Floats, sites: Ints, ends: float) -> tuple[int, Ints]:
    """Return the shortest radius that greedy choice and swaps make possible, and the sites."""
    low, high, new = 0, radii.size - 1, sites.size
    while low < high and time.monotonic() < ends:
        middle = (low + high) // 2
        found = _greedy_hits(walks.must_hit(float(radii[middle])), walks.sites, new)
        if found is None:
            low = middle + 1
        else:
            high, sites = middle, found
    return high, sites


def _by_packing(walks: Walks, radii: Floats, new: int, ends: float) -> int:
    """Return the first radius that is not ruled out at once, over all before the last, which is possible.

    Where more people than there are new sites share no site among them, the radius is not possible.
    """
    low, high = 0, radii.size - 1
    while low < high and time.monotonic() < ends:
        middle = (low + high) // 2
        sets = walks.must_hit(float(radii[middle]))
        if sets is None or _apart(sets, walks.sites, new + 1) > new:
            low = middle + 1
        else:
            high = middle
    return low


def _apart(sets: Sets, sites: int, enough: int) -> int:
    """Return how many sets that share no site are found, the smallest first; at most `enough`."""
    order = np.argsort(np.diff(sets.first), kind="stable")
    return int(_disjoint(order, sets.first, sets.site, sites, enough))


@njit(cache=True, nogil=True)
def _disjoint(order, first, site, sites, enough):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    taken = np.zeros(sites, np.bool_)
    count = 0
    for s in order:
        is_free = True
        for k in range(first[s], first[s + 1]):
            if taken[site[k]]:
                is_free = False
                break
        if is_free:
            count += 1
            if count == enough:
                break
            for k in range(first[s], first[s + 1]):
                taken[site[k]] = True
    return count


def _exact_hits(
    sets: Sets | None, sites: int, new: int, seconds: float, tell: Tell | None
) -> tuple[Ints | None, bool]:
    """Return `new` sites that hit all sets; None when there are none or, not proven, in doubt."""
    if sets is None:
        return None, True
    fewer, stand_for = reduced(sets, sites)
    found, is_proven = _hits_of(fewer, stand_for.size, min(new, stand_for.size), seconds, tell)
    return None if found is None else filled(stand_for[found], sites, new), is_proven


def _hits_of(sets: Sets, sites: int, new: int, seconds: float, tell: Tell | None) -> tuple[Ints | None, bool]:
    """Return the same for sets from which what does not matter is gone.

    All sets can be hit when the most that can be hit are all: a bound below that proves the opposite.
    """
    hits, wanted = _as_gains(sets, sites), len(sets) - 0.5
    start = swapped(hits, greedy(hits, new))
    if hits.value(start) > wanted:
        return start, True
    said, chosen = hitting(sets.first, sets.site, sites, new)
    if said != IN_DOUBT:
        return (chosen if said == YES else None), True
    known = bounded(hits, start, seconds, tell, wanted=wanted + 0.25)
    if known.value > wanted:
        return known.sites, True
    kept = np.union1d(np.flatnonzero(known.open), known.sites)
    if known.bound < wanted or not known.open.any():
        return None, True
    rest = hits.take(kept)
    if rest.row.size > MOST_PAIRS:
        return None, False
    answer = most(rest, new, seconds, tell)
    if answer.sites is not None and hits.value(kept[answer.sites]) > wanted:
        return kept[answer.sites], True
    return None, answer.is_proven or answer.bound < wanted


def filled(chosen: Ints, sites: int, new: int) -> Ints:
    """Return `chosen` and the first other sites, `new` in all."""
    others = np.setdiff1d(np.arange(sites), chosen)
    return np.concatenate([chosen, others[: new - chosen.size]])


def _greedy_hits(sets: Sets | None, sites: int, new: int) -> Ints | None:
    if sets is None:
        return None
    hits = _as_gains(sets, sites)
    chosen = swapped(hits, greedy(hits, new))
    return chosen if hits.value(chosen) > len(sets) - 0.5 else None


def _as_gains(sets: Sets, sites: int) -> Gains:
    """Return a gain of 1 for every set that a site hits."""
    row = np.repeat(np.arange(len(sets)), np.diff(sets.first))
    short = sets.site.astype(np.uint16) if sites < SHORT else sets.site
    order = np.argsort(short, kind="stable")
    first = np.append(0, np.cumsum(np.bincount(sets.site, minlength=sites)))
    return Gains(first, row[order], np.ones(row.size), len(sets))
