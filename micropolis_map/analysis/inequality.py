"""How unequally walking is shared: Gini and Palma of walking time, weighted by people.

Both look at the people who reach a spot; who reaches none has no finite walk and is to be said beside them.
Neither changes when all times are multiplied, when people are counted twice, or with the order.

References
----------
Gini, C. (1912). Variabilità e mutabilità. Bologna: Cuppini.
Lerman, R. I., Yitzhaki, S. (1989). Improving the accuracy of estimates of Gini coefficients. Journal of
Econometrics 42(1), 43-47. https://doi.org/10.1016/0304-4076(89)90074-2
Palma, J. G. (2011). Homogeneous middles vs. heterogeneous tails, and the end of the "inverted-U". Development
and Change 42(1), 87-153. https://doi.org/10.1111/j.1467-7660.2011.01676.x
Lucas, K., van Wee, B., Maat, K. (2016). A method to evaluate equitable accessibility. Transportation 43,
473-490. https://doi.org/10.1007/s11116-015-9585-2 (both measures for accessibility)
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from micropolis_map.errors import InvalidInput

Floats = NDArray[np.float64]

LONGEST, SHORTEST = 0.1, 0.4
"""Palma compares the tenth of the people who have most with the four tenths who have least."""


def gini(cost_s: Floats, population: Floats) -> float:
    """Return the Gini coefficient of walking time: 0 when all walk equally long, near 1 when one walks all.

    Twice the area between the diagonal and the Lorenz curve, the share L of all walking that falls on the
    share p of people who walk least, joined by straight lines:
    ``G = 1 - Σ (p_i - p_(i-1)) (L_i + L_(i-1))``.

    Parameters
    ----------
    cost_s : float64[n]
        Walking time, not negative; inf for people who reach nothing: they are left out.
    population : float64[n]
        People, not negative.

    Returns
    -------
    float
        0 where nobody has to walk at all; nan without people who reach a spot.

    Examples
    --------
    >>> round(gini(np.array([0.0, 60.0]), np.array([1.0, 1.0])), 9)
    0.5
    """
    people, walking = _lorenz(cost_s, population)
    if people.size < 2:
        return math.nan
    if walking[-1] <= 0.0:
        return 0.0
    p, share = people / people[-1], walking / walking[-1]
    return max(0.0, 1.0 - float(np.sum(np.diff(p) * (share[1:] + share[:-1]))))


def palma(cost_s: Floats, population: Floats) -> float:
    """Return the Palma ratio: all walking of the tenth who walk longest ÷ of the four tenths who walk least.

    Equal walks give ``0.1 / 0.4 = 0.25``; so a person of the first group walks ``4 × palma`` times as long,
    on average, as one of the second. A group's border may fall inside a home: its people are divided.

    Returns
    -------
    float
        inf where the 40 % do not walk at all but others do, 0.25 where nobody does; nan without people who
        reach a spot. Parameters as in `gini`.

    Examples
    --------
    >>> palma(np.array([60.0, 60.0, 120.0]), np.array([4.0, 5.0, 1.0]))
    0.5
    """
    people, walking = _lorenz(cost_s, population)
    if people.size < 2:
        return math.nan
    if walking[-1] <= 0.0:
        return LONGEST / SHORTEST
    most = walking[-1] - float(np.interp((1.0 - LONGEST) * people[-1], people, walking))
    least = float(np.interp(SHORTEST * people[-1], people, walking))
    return most / least if least > 0.0 else math.inf


def _lorenz(cost_s: Floats, population: Floats) -> tuple[Floats, Floats]:
    """Return people and their walking summed up from the shortest walk on, both from 0."""
    if cost_s.size != population.size:
        raise InvalidInput(f"{cost_s.size} costs for {population.size} homes", "give one cost a home")
    there = np.isfinite(cost_s) & (population > 0.0)
    order = np.argsort(cost_s[there], kind="stable")
    cost, people = cost_s[there][order], population[there][order]
    return np.append(0.0, np.cumsum(people)), np.append(0.0, np.cumsum(cost * people))
