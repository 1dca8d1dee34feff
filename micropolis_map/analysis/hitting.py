"""Can so few sites hit every set? Decided by branching on the set with the fewest sites left.

One of its sites must be chosen, so each is tried in turn and then excluded. A branch ends when even the
sites in most open sets could not hit all of them. For few sites this decides in milliseconds what a
general solver takes long over.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MOST_WORK = 150_000_000
"""Steps after which the question stays in doubt: about half a second."""
NO, YES, IN_DOUBT = 0, 1, 2


def hitting(first: Ints, site: Ints, sites: int, new: int, most_work: int = MOST_WORK) -> tuple[int, Ints]:
    """Return whether at most `new` sites hit every set (`YES`, `NO`, `IN_DOUBT`), and such sites.

    Set ``s`` holds ``site[first[s]:first[s + 1]]``.
    """
    if first.size == 1:
        return YES, np.empty(0, dtype=np.int64)
    row = np.repeat(np.arange(first.size - 1), np.diff(first))
    order = np.lexsort((row, site))
    of_site = np.zeros(sites + 1, dtype=np.int64)
    np.cumsum(np.bincount(site, minlength=sites), out=of_site[1:])
    answer, chosen = _branch(first, site, of_site, row[order], new, most_work)
    return int(answer), chosen


@njit(cache=True, nogil=True)
def _count(s, first, site, open_in, change):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for k in range(first[s], first[s + 1]):
        open_in[site[k]] += change
    return first[s + 1] - first[s]


@njit(cache=True, nogil=True)
def _promising(open_in, excluded, left, need):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return whether the `left` sites in most open sets are in at least `need` together."""
    best = np.zeros(left, np.int64)
    for j in range(open_in.size):
        if excluded[j] == 0 and open_in[j] > best[0]:
            k = 0
            while k + 1 < left and best[k + 1] < open_in[j]:
                best[k] = best[k + 1]
                k += 1
            best[k] = open_in[j]
    return best.sum() >= need


@njit(cache=True, nogil=True)
def _narrowest(first, site, hits, excluded):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the open set with the fewest sites not excluded."""
    found = -1
    fewest = 1 << 40
    for s in range(hits.size):
        if hits[s] > 0 or (fewest <= 1 and found >= 0):
            continue
        usable = 0
        for k in range(first[s], first[s + 1]):
            usable += excluded[site[k]] == 0
            if usable >= fewest:
                break
        if usable < fewest:
            fewest = usable
            found = s
    return found


@njit(cache=True, nogil=True)
def _branch(first, site, of_site, row, new, most_work):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0912, PLR0915
    sets, sites = first.size - 1, of_site.size - 1
    hits = np.zeros(sets, np.int32)
    excluded = np.zeros(sites, np.int32)
    open_in = of_site[1:] - of_site[:-1]
    at = np.zeros(new + 1, np.int64)  # the next member to try of the set branched on at each depth
    branch = np.full(new + 1, -1, np.int64)
    chosen = np.full(new, -1, np.int64)
    unhit, depth, work = sets, 0, 0
    while depth >= 0:
        work += sites
        if unhit == 0:
            return YES, chosen[:depth].copy()
        if work > most_work:
            return IN_DOUBT, chosen[:0].copy()
        if branch[depth] < 0 and depth < new and _promising(open_in, excluded, new - depth, unhit):
            branch[depth] = _narrowest(first, site, hits, excluded)
            at[depth] = first[branch[depth]]
            work += 4 * unhit
        s = branch[depth]
        while s >= 0 and at[depth] < first[s + 1] and excluded[site[at[depth]]] > 0:
            at[depth] += 1
        if s >= 0 and at[depth] < first[s + 1]:  # choose the next member and go deeper
            j = site[at[depth]]
            chosen[depth] = j
            for k in range(of_site[j], of_site[j + 1]):
                if hits[row[k]] == 0:
                    unhit -= 1
                    work += _count(row[k], first, site, open_in, -1)
                hits[row[k]] += 1
            depth += 1
            branch[depth] = -1
            continue
        if s >= 0:  # all members tried: allow again those this branch excluded
            for k in range(first[s], first[s + 1]):
                if excluded[site[k]] == depth + 1:
                    excluded[site[k]] = 0
        branch[depth] = -1
        depth -= 1
        if depth >= 0:  # take the last choice back and exclude it from what comes next
            j = chosen[depth]
            for k in range(of_site[j], of_site[j + 1]):
                hits[row[k]] -= 1
                if hits[row[k]] == 0:
                    unhit += 1
                    work += _count(row[k], first, site, open_in, 1)
            excluded[j] = depth + 1
            at[depth] += 1
    return NO, chosen[:0].copy()
