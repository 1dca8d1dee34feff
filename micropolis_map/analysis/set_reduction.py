"""Fewer sets and sites that pose the same question, whether so few sites can hit every set.

A set that contains another is hit whenever that one is; a site all of whose sets hold another site is never
needed beside it. Leaving both out, again and again until nothing more falls out, keeps the answer.

References
----------
Toregas, C., ReVelle, C. (1972). Optimal location under time or distance constraints.
https://doi.org/10.1007/BF01942838
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.siting_model import Sets

MOST_SETS = 12_000
"""Beyond, comparing each set with each takes longer than it saves."""
ROUNDS = 4


def reduced(sets: Sets, sites: int) -> tuple[Sets, NDArray[np.int64]]:
    """Return the smaller question, and the sites that its numbers stand for."""
    kept = np.arange(sites)
    if not 1 < len(sets) <= MOST_SETS:
        return sets, kept
    member = np.zeros((len(sets), sites), dtype=bool)
    member[np.repeat(np.arange(len(sets)), np.diff(sets.first)), sets.site] = True
    for _ in range(ROUNDS):
        before = member.shape
        member = member[_minimal(member)]
        needed = _minimal(
            ~member.T
        )  # a site whose sets are among another's: its complement contains the other's
        member, kept = member[:, needed], kept[needed]
        if member.shape == before:
            break
    row, site = np.nonzero(member)
    first = np.append(0, np.cumsum(np.bincount(row, minlength=member.shape[0])))
    return Sets(first, site), kept


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
