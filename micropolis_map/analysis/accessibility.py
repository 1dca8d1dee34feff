"""Accessibility: how much can be reached, and how crowded it is.

References
----------
Hansen W. G. (1959), How accessibility shapes land use, Journal of the American Institute of Planners 25(2),
https://doi.org/10.1080/01944365908978307
Luo W., Wang F. (2003), Measures of spatial accessibility to health care in a GIS environment, Environment and
Planning B 30(6), https://doi.org/10.1068/b29120
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.cost_matrix import CostMatrix
from micropolis_map.errors import InvalidInput

Floats = NDArray[np.float64]


def gravity(pairs: CostMatrix, origins: int, capacity: Floats, half_life_s: float) -> Floats:
    """Return ``sum over spots of capacity · 0.5 ^ (cost / half_life_s)`` for each origin, float64[origins].

    Parameters
    ----------
    pairs
        From `cost_matrix`; spots beyond its cutoff add nothing.
    capacity : float64[spots]
        What each spot offers (seats, 1 …), 0 or more.
    half_life_s
        The walk after which a spot counts half.

    Raises
    ------
    InvalidInput
        `half_life_s` is not above 0, or a capacity is negative or not finite.
    """
    if not half_life_s > 0.0:
        raise InvalidInput(f"a half-life of {half_life_s!r} s makes no sense", "give seconds above 0")
    _check_capacity(capacity)
    weight = capacity[pairs.destination] * np.exp2(-pairs.cost_s / half_life_s)
    return np.bincount(pairs.origin, weight, minlength=origins).astype(np.float64)


def floating_catchment(pairs: CostMatrix, population: Floats, capacity: Floats) -> Floats:
    """Return the places a person has within reach by the two-step floating catchment, float64[origins].

    First each spot's capacity is divided by all people within the cutoff of `pairs`; then each origin adds up
    those ratios over the spots within the cutoff. Where everybody's places are counted
    (``sum(population · result)``) all capacity that anybody reaches comes out again.

    Parameters
    ----------
    population : float64[origins]
    capacity : float64[spots]
        A spot that nobody reaches adds nothing.
    """
    _check_capacity(capacity)
    demand = np.bincount(pairs.destination, population[pairs.origin], minlength=capacity.size)
    ratio = np.divide(capacity, demand, out=np.zeros_like(capacity), where=demand > 0.0)
    return np.bincount(pairs.origin, ratio[pairs.destination], population.size).astype(np.float64)


def _check_capacity(capacity: Floats) -> None:
    wrong = ~(np.isfinite(capacity) & (capacity >= 0.0))
    if wrong.any():
        raise InvalidInput(f"a spot has a capacity of {capacity[wrong][0]!r}", "give a number, 0 or more")
