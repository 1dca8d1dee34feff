"""What every candidate site would give to everybody: the one form that siting problems share.

*Most people covered* and *least total walking* are the same question: choose sites ``S`` so that
``sum over i of max over j in S of gain[i, j]`` is greatest. For coverage a gain is the people of a demand
point not yet covered, for every site within the threshold; for the p-median it is the person-seconds saved.
Pairs without a gain are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Gains:
    """Positive gains by site.

    Attributes
    ----------
    first : int64[m + 1]
        The gains of site ``j`` are at ``first[j]:first[j + 1]``.
    row : int64[k]
        The demand point, ascending within a site.
    gain : float64[k]
        More than 0, finite.
    rows
        Number of demand points.
    """

    first: Ints
    row: Ints
    gain: Floats
    rows: int

    @property
    def sites(self) -> int:
        """Number of candidate sites."""
        return self.first.size - 1

    @classmethod
    def of(cls, row: Ints, site: Ints, gain: Floats, rows: int, sites: int) -> Gains:
        """Return the gains of the pairs; those of 0 or less are left out.

        Demand points that gain the same from the same sites are added up into one: exact, and smaller.
        """
        keep = gain > 0.0
        row, site, gain = row[keep], site[keep], gain[keep]
        there, row = np.unique(row, return_inverse=True)
        row, gain, rows = _merged(row.reshape(-1), site, gain, there.size)
        row, site, gain = _summed(row, site, gain)
        first = np.zeros(sites + 1, dtype=np.int64)
        np.cumsum(np.bincount(site, minlength=sites), out=first[1:])
        return cls(first, row, gain, rows)

    @property
    def site(self) -> Ints:
        """The site of every gain, int64[k]."""
        return np.repeat(np.arange(self.sites), np.diff(self.first))

    def take(self, sites: Ints) -> Gains:
        """Return the gains of these `sites` only, in that order, demand points merged anew."""
        place = np.full(self.sites, -1)
        place[sites] = np.arange(sites.size)
        at = place[self.site]
        keep = at >= 0
        return Gains.of(self.row[keep], at[keep], self.gain[keep], self.rows, sites.size)

    def value(self, sites: Ints) -> float:
        """Return what the `sites` give together."""
        best = np.zeros(self.rows)
        for j in sites.tolist():
            part = slice(self.first[j], self.first[j + 1])
            np.maximum.at(best, self.row[part], self.gain[part])
        return float(best.sum())


def _merged(row: Ints, site: Ints, gain: Floats, rows: int) -> tuple[Ints, Floats, int]:
    """Merge rows with one same gain at the same sites: their signature is a sum of random numbers."""
    if not row.size:
        return row, gain, 0
    highest, lowest = np.zeros(rows), np.full(rows, np.inf)
    np.maximum.at(highest, row, gain)
    np.minimum.at(lowest, row, gain)
    signature = np.zeros(rows, dtype=np.uint64)
    np.add.at(signature, row, site_signatures(int(site.max()) + 1)[site])
    even = highest == lowest
    signature[~even] = np.arange(np.count_nonzero(~even), dtype=np.uint64)
    order = np.lexsort((signature, even))
    starts = np.concatenate(
        [[True], (np.diff(signature[order]) != 0) | (np.diff(even[order].astype(np.int8)) != 0)]
    )
    new = np.empty(rows, dtype=np.int64)
    new[order] = np.cumsum(starts) - 1
    return new[row], gain, int(starts.sum())


def _summed(row: Ints, site: Ints, gain: Floats) -> tuple[Ints, Ints, Floats]:
    """Add up the gains of equal pairs; ordered by site, then row."""
    order = np.lexsort((row, site))
    row, site, gain = row[order], site[order], gain[order]
    if not row.size:
        return row, site, gain
    new = np.concatenate([[True], (np.diff(row) != 0) | (np.diff(site) != 0)])
    return row[new], site[new], np.add.reduceat(gain, np.flatnonzero(new))


def site_signatures(sites: int) -> NDArray[np.uint64]:
    """Return a random number a site, the same in every run; a set's signature is the sum of its sites'."""
    return np.random.default_rng(20240229).integers(1, 2**64 - 1, sites, dtype=np.uint64)
