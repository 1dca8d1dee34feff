"""Fewer sets and sites that pose the same question, whether so few sites can hit every set.

A set that contains another is hit whenever that one is; a site all of whose sets hold another site is never
needed beside it. Leaving both out, again and again until nothing more falls out, keeps the answer.

References
----------
Toregas, C., ReVelle, C. (1972). Optimal location under time or distance constraints.
https://doi.org/10.1007/BF01942838
"""

from __future__ import annotations

import time

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.hitting import NO, hitting
from micropolis_map.analysis.siting_model import Sets

MOST_SETS = 12_000
"""Beyond, comparing each set with each takes longer than it saves."""
ROUNDS = 4
WORK = 400_000
"""Steps that one candidate's question may take: about a millisecond."""


def reduced(sets: Sets, sites: int) -> tuple[Sets, NDArray[np.int64]]:
    """Return the smaller question, and the sites that its numbers stand for."""
    kept = np.arange(sites)
    if not 1 < len(sets) <= MOST_SETS:
        return sets, kept
    member = _matrix(sets, sites)
    for _ in range(ROUNDS):
        before = member.shape
        member = member[_minimal(member)]
        needed = _minimal(
            ~member.T
        )  # a site whose sets are among another's: its complement contains the other's
        member, kept = member[:, needed], kept[needed]
        if member.shape == before:
            break
    return _sets(member), kept


def of_use(sets: Sets, sites: int, new: int, seconds: float) -> NDArray[np.bool_]:
    """Return which sites may be among `new` ones that hit every set; those not decided in time may."""
    may = np.ones(sites, dtype=bool)
    if not 0 < len(sets) <= MOST_SETS:
        return may
    ends = time.monotonic() + seconds
    member = _matrix(sets, sites)
    member = member[_minimal(member)]
    for site in range(sites):
        if time.monotonic() > ends:
            break
        left = _sets(member[~member[:, site]])
        may[site] = hitting(left.first, left.site, sites, new - 1, WORK)[0] != NO
    return may


def only(sets: Sets, sites: NDArray[np.bool_]) -> Sets:
    """Return the sets with these `sites` only, numbered anew."""
    row = np.repeat(np.arange(len(sets)), np.diff(sets.first))
    keep = sites[sets.site]
    first = np.append(0, np.cumsum(np.bincount(row[keep], minlength=len(sets))))
    return Sets(first, (np.cumsum(sites) - 1)[sets.site[keep]])


def _matrix(sets: Sets, sites: int) -> NDArray[np.bool_]:
    member = np.zeros((len(sets), sites), dtype=bool)
    member[np.repeat(np.arange(len(sets)), np.diff(sets.first)), sets.site] = True
    return member


def _sets(member: NDArray[np.bool_]) -> Sets:
    row, site = np.nonzero(member)
    return Sets(np.append(0, np.cumsum(np.bincount(row, minlength=member.shape[0]))), site)


def _minimal(member: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows contain no other row; of equal rows the first stays."""
    order = np.argsort(member.sum(axis=1), kind="stable")
    packed = np.packbits(member[order], axis=1)
    width = -packed.shape[1] % 8
    words = np.ascontiguousarray(np.pad(packed, ((0, 0), (0, width)))).view(np.uint64)
    keep = np.zeros(order.size, dtype=bool)
    keep[order] = _smallest(words)
    return keep


@njit(cache=True, nogil=True)
def _smallest(words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return which rows contain none of the rows before them that are kept."""
    rows, width = words.shape
    keep = np.ones(rows, np.bool_)
    kept = np.empty(rows, np.int64)
    size = 0
    for i in range(rows):
        for k in range(size):
            j = kept[k]
            inside = True
            for w in range(width):
                if words[j, w] & ~words[i, w] != 0:
                    inside = False
                    break
            if inside:
                keep[i] = False
                break
        if keep[i]:
            kept[size] = i
            size += 1
    return keep
