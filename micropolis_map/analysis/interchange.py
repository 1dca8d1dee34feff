"""Good sites at once: greedy choice, then swaps of one site for another while that helps.

References
----------
Teitz, M. B., Bart, P. (1968). Heuristic methods for estimating the generalized vertex median of a weighted
graph. https://doi.org/10.1287/opre.16.5.955
Resende, M. G. C., Werneck, R. F. (2007). A fast swap-based local search procedure for location problems.
https://doi.org/10.1007/s10479-006-0154-0
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.gains import Gains

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_SWAPS = 200


def greedy(gains: Gains, new: int) -> Ints:
    """Return `new` sites, each the one that adds most to those before it; ties go to the lower index."""
    chosen: Ints = _greedy(gains.first, gains.row, gains.gain, gains.rows, new)
    return chosen


def swapped(gains: Gains, sites: Ints) -> Ints:
    """Return `sites` after the best swaps of one for another, until none helps."""
    if not 0 < sites.size < gains.sites:
        return sites.copy()
    better: Ints = _swap(gains.first, gains.row, gains.gain, gains.rows, sites.copy())
    return better


@njit(cache=True, nogil=True)
def _greedy(first, row, gain, rows, new):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    best = np.zeros(rows)
    sites = first.size - 1
    taken = np.zeros(sites, np.bool_)
    chosen = np.empty(new, np.int64)
    for n in range(new):
        winner = -1
        most = -1.0
        for j in range(sites):
            if taken[j]:
                continue
            added = 0.0
            for k in range(first[j], first[j + 1]):
                if gain[k] > best[row[k]]:
                    added += gain[k] - best[row[k]]
            if added > most:
                most = added
                winner = j
        taken[winner] = True
        chosen[n] = winner
        for k in range(first[winner], first[winner + 1]):
            best[row[k]] = max(best[row[k]], gain[k])
    return chosen


@njit(cache=True, nogil=True)
def _swap(first, row, gain, rows, chosen):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, C901, PLR0912, PLR0915
    sites = first.size - 1
    p = chosen.size
    best = np.zeros(rows)
    second = np.zeros(rows)
    at = np.full(rows, -1, np.int64)
    for _ in range(MOST_SWAPS):
        best[:] = 0.0
        second[:] = 0.0
        at[:] = -1
        inside = np.zeros(sites, np.bool_)
        for s in range(p):
            inside[chosen[s]] = True
            for k in range(first[chosen[s]], first[chosen[s] + 1]):
                i = row[k]
                if gain[k] > best[i]:
                    second[i] = best[i]
                    best[i] = gain[k]
                    at[i] = s
                elif gain[k] > second[i]:
                    second[i] = gain[k]
        loss = np.zeros(p)
        total = 0.0
        for i in range(rows):
            total += best[i]
            if at[i] >= 0:
                loss[at[i]] += best[i] - second[i]
        most = total * 1e-12
        winner = -1
        out = -1
        for j in range(sites):
            if inside[j]:
                continue
            added = 0.0
            kept = np.zeros(p)  # of what leaving would lose, the part that j makes good
            for k in range(first[j], first[j + 1]):
                i = row[k]
                if gain[k] > best[i]:
                    added += gain[k] - best[i]
                    if at[i] >= 0:
                        kept[at[i]] += best[i] - second[i]
                elif gain[k] > second[i]:
                    kept[at[i]] += gain[k] - second[i]
            for s in range(p):
                if added - loss[s] + kept[s] > most:
                    most = added - loss[s] + kept[s]
                    winner = j
                    out = s
        if winner < 0:
            break
        chosen[out] = winner
    return chosen
