"""Worst-off first: make the longest walk of anybody as short as possible (the p-center problem).

A radius is possible when a choice of sites serves everybody within it; the least possible radius is one of
the walking times, found by halving. Greedy choice says *possible* at once; only where it fails does HiGHS
count the fewest sites needed.

References
----------
Minieka, E. (1970). The m-center problem. https://doi.org/10.1137/1012016
Daskin, M. S. (2000). A new approach to solving the vertex p-center problem to optimality.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.siting_model import Sets, Tell, fewest, sets_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Radius:
    """The longest walk that `sites` leave, and the longest that any choice must leave."""

    sites: Ints
    radius_s: float
    bound_s: float


@dataclass(frozen=True)
class Walks:
    """Pairs of a row and a site with their walking time; `now_s` is everybody's without new sites."""

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
        if np.unique(row).size < np.count_nonzero(far):
            return None
        return sets_of(row, site, self.sites)


def least_radius(walks: Walks, new: int, seconds: float, tell: Tell | None) -> Radius:
    """Return the sites with the shortest longest walk, over all with people.

    Everybody in `walks` must be reached by an existing spot or by some candidate.
    """
    ends = time.monotonic() + seconds
    alone = walks.now_s.copy()
    np.minimum.at(alone, walks.row, walks.cost_s)
    floor = float(alone.max(initial=0.0))
    radii = np.unique(np.concatenate([walks.cost_s, walks.now_s]))
    radii = radii[radii >= floor]
    low, high, sites = 0, radii.size - 1, np.arange(new)
    while low < high:  # by greedy choice: what it finds is possible
        middle = (low + high) // 2
        found = _greedy_hits(walks.must_hit(float(radii[middle])), walks.sites, new)
        if found is None:
            low = middle + 1
        else:
            high, sites = middle, found
    possible, low = high, 0
    while low < possible:
        left = ends - time.monotonic()
        if left <= 0.0:
            break
        middle = (low + possible) // 2
        found, is_proven = _exact_hits(walks.must_hit(float(radii[middle])), walks.sites, new, left, tell)
        if found is not None:
            possible, sites = middle, found
        elif is_proven:
            low = middle + 1
        else:
            break
    return Radius(
        sites, float(radii[possible]) if radii.size else 0.0, float(radii[low]) if radii.size else 0.0
    )


def _exact_hits(
    sets: Sets | None, sites: int, new: int, seconds: float, tell: Tell | None
) -> tuple[Ints | None, bool]:
    """Return at most `new` sites that hit all sets; None when there are none or, not proven, in doubt."""
    found = _greedy_hits(sets, sites, new)
    if found is not None or sets is None:
        return found, True
    answer = fewest(sets, sites, seconds, tell)
    if answer.sites is not None and answer.sites.size <= new:
        return filled(answer.sites, sites, new), True
    return None, answer.is_impossible or answer.bound > new + 1e-6


def _greedy_hits(sets: Sets | None, sites: int, new: int) -> Ints | None:
    if sets is None:
        return None
    chosen = _cover(sets.first, sets.site, sites, new)
    return None if chosen.size > new else filled(chosen, sites, new)


def filled(chosen: Ints, sites: int, new: int) -> Ints:
    """Return `chosen` and the first other sites, `new` in all."""
    others = np.setdiff1d(np.arange(sites), chosen)
    return np.concatenate([chosen, others[: new - chosen.size]])


@njit(cache=True, nogil=True)
def _cover(first, site, sites, new):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return sites that hit every set, each the one in most sets left; more than `new` where that fails."""
    left = np.ones(first.size - 1, np.bool_)
    chosen = np.empty(new + 1, np.int64)
    for n in range(new + 1):
        count = np.zeros(sites, np.int64)
        for s in range(left.size):
            if left[s]:
                for k in range(first[s], first[s + 1]):
                    count[site[k]] += 1
        winner = np.argmax(count)
        if count[winner] == 0:
            return chosen[:n]
        chosen[n] = winner
        for s in range(left.size):
            if left[s]:
                for k in range(first[s], first[s + 1]):
                    if site[k] == winner:
                        left[s] = False
                        break
    return chosen
