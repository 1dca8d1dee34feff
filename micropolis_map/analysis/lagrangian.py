"""How good sites could be at most: a Lagrangian bound, which also rules candidates out.

With a price ``u[i] >= 0`` on serving each demand point, sites no longer compete for people:
``bound(u) = sum(u) + the p greatest of rho[j]``, ``rho[j] = sum over i of max(0, gain[i, j] - u[i])``.
Every price gives a bound from above; subgradient steps look for prices that make it low. A candidate that
is not among the p greatest can be in a better solution only if ``bound + rho[j] - rho[p-th]`` exceeds the
best value known, so most candidates fall out; likewise some of the p are proven to be in.

References
----------
Cornuejols, G., Fisher, M. L., Nemhauser, G. L. (1977). Location of bank accounts to optimize float.
https://doi.org/10.1287/mnsc.23.8.789
Beasley, J. E. (1993). Lagrangean heuristics for location problems.
https://doi.org/10.1016/0377-2217(93)90118-7
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.gains import Gains
from micropolis_map.analysis.interchange import swapped

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_STEPS = 800
PATIENCE = 15
"""Steps without a better bound after which the steps become half as long."""
SHORTEST_STEP = 1e-3
CLOSE = 1e-9
"""A relative difference below this is rounding."""


@dataclass(frozen=True)
class Bounded:
    """What is known after the search for prices.

    Attributes
    ----------
    sites : int64[p]
        The best sites found.
    value
        What they give.
    bound
        No choice of p sites gives more.
    open
        bool[m]: the candidates that a better solution may contain.
    """

    sites: Ints
    value: float
    bound: float
    open: NDArray[np.bool_]

    @property
    def is_proven(self) -> bool:
        """Whether nothing better exists."""
        return self.bound <= self.value * (1.0 + CLOSE) or not self.open.any()


def bounded(
    gains: Gains,
    start: Ints,
    seconds: float,
    tell: Callable[[float, str], None] | None = None,
    wanted: float | None = None,
    found: Callable[[Bounded], None] | None = None,
) -> Bounded:
    """Return the best sites found from `start` on, a bound on all others, and which candidates remain.

    Parameters
    ----------
    seconds
        After this time the search for better prices ends; what was found until then holds.
    tell
        Told the share of steps done; may raise to stop.
    wanted
        Only sites that give this much are of use: candidates of less are ruled out, and a bound below ends
        the search.
    found
        Told every 20 steps what is known.
    """
    best, value = start, gains.value(start)
    price = _first_prices(gains, start)
    low, low_price, length, waited = np.inf, price, 1.0, 0
    ruled_out = np.zeros(gains.sites, dtype=bool)
    ends = time.monotonic() + seconds
    for step in range(MOST_STEPS):
        rho, slope, chosen, total = _priced(gains, price, start.size)
        least = value if wanted is None else max(value, wanted)
        ruled_out |= _ruled_out(rho, chosen, total, least)
        if total < low - CLOSE * abs(low if np.isfinite(low) else 0.0):
            low, low_price, waited = total, price, 0
        else:
            waited += 1
        if step % 10 == 0:
            other = swapped(gains, chosen) if step % 50 == 0 else chosen
            worth = gains.value(other)
            if worth > value:
                best, value = other, worth
        norm = float(slope @ slope)
        if low <= least * (1.0 + CLOSE) or norm == 0.0 or time.monotonic() > ends:
            break
        if waited >= PATIENCE:
            length, price, waited = length / 2.0, low_price, 0
            if length < SHORTEST_STEP:
                break
            continue
        price = np.maximum(0.0, price - length * (total - least) / norm * slope)
        if tell is not None and step % 20 == 0:
            tell(step / MOST_STEPS, "Looking for a proof")
        if found is not None and step % 20 == 0:
            found(Bounded(best, value, max(low, value), ~ruled_out))
    return Bounded(best, value, max(low, value), ~ruled_out)


def _first_prices(gains: Gains, sites: Ints) -> Floats:
    """Return what each demand point gets now: then rho is what a candidate would add."""
    best = np.zeros(gains.rows)
    for j in sites.tolist():
        part = slice(gains.first[j], gains.first[j + 1])
        np.maximum.at(best, gains.row[part], gains.gain[part])
    return best


def _priced(gains: Gains, price: Floats, new: int) -> tuple[Floats, Floats, Ints, float]:
    rho = _rho(gains.first, gains.row, gains.gain, price)
    chosen = np.sort(np.argpartition(-rho, new - 1)[:new]) if new < rho.size else np.arange(rho.size)
    slope = _slope(gains.first, gains.row, gains.gain, price, chosen)
    return rho, slope, chosen, float(price.sum() + rho[chosen].sum())


def _ruled_out(rho: Floats, chosen: Ints, total: float, value: float) -> NDArray[np.bool_]:
    """Return the candidates with which the bound stays below the value known."""
    out: NDArray[np.bool_] = total + rho - rho[chosen].min() < value * (1.0 - CLOSE)
    out[chosen] = False
    return out


@njit(cache=True, nogil=True)
def _rho(first, row, gain, price):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    rho = np.zeros(first.size - 1)
    for j in range(rho.size):
        total = 0.0
        for k in range(first[j], first[j + 1]):
            total += max(0.0, gain[k] - price[row[k]])
        rho[j] = total
    return rho


@njit(cache=True, nogil=True)
def _slope(first, row, gain, price, chosen):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    slope = np.ones(price.size)
    for j in chosen:
        for k in range(first[j], first[j + 1]):
            if gain[k] > price[row[k]]:
                slope[row[k]] -= 1.0
    return slope
