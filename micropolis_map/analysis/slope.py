"""How slope changes walking speed.

A slope function gives the speed relative to that on level ground, 1 at slope 0, for a slope of rise over
run in the direction of walking. The default is Irmischer & Clarke's for walking on paths: fitted to GPS
tracks of people, and smooth, where Tobler's hiking function (fitted to Imhof's figures of 1950) has a cusp
at -5 % that turns the noise of elevation models into speed. Theirs for women is the same times 0.95, which
cancels here: only the speed relative to level ground is taken.

References
----------
Irmischer I. J., Clarke K. C. (2018), Measuring and modeling the speed of human navigation, Cartography and
Geographic Information Science 45(2), https://doi.org/10.1080/15230406.2017.1292150
Tobler W. (1993), Three presentations on geographical analysis and modeling, NCGIA technical report 93-1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEEPEST = 0.5  # what is steeper on a street is noise of the elevation model


def irmischer_clarke(slope: Floats) -> Floats:
    """Return the relative speed ``(0.11 + exp(-(100 s + 5)² / 1800)) / (0.11 + exp(-25 / 1800))``.

    Examples
    --------
    >>> irmischer_clarke(np.array([0.0, 0.1, -0.1])).round(3).tolist()
    [1.0, 0.905, 1.0]
    """
    speed = 0.11 + np.exp(-((100.0 * slope + 5.0) ** 2) / 1800.0)
    relative: Floats = speed / (0.11 + np.exp(-25.0 / 1800.0))
    return relative


def tobler(slope: Floats) -> Floats:
    """Return the relative speed ``exp(-3.5 |s + 0.05|) / exp(-3.5 · 0.05)``."""
    relative: Floats = np.exp(-3.5 * (np.abs(slope + 0.05) - 0.05))
    return relative


def level(slope: Floats) -> Floats:
    """Return 1: slope does not matter."""
    return np.ones_like(slope)


SLOPE_FUNCTIONS: Mapping[str, Callable[[Floats], Floats]] = {
    "irmischer-clarke": irmischer_clarke,
    "tobler": tobler,
    "level": level,
}


def fastest(function: str) -> float:
    """Return the highest speed at any slope relative to level ground: gently downhill.

    Examples
    --------
    >>> fastest("level"), round(fastest("irmischer-clarke"), 3)
    (1.0, 1.013)
    """
    return float(relative_speed(function, np.linspace(-STEEPEST, STEEPEST, 1001)).max())


def relative_speed(function: str, slope: Floats) -> Floats:
    """Return the speed at `slope` relative to level ground; slopes beyond `STEEPEST` count as that."""
    return SLOPE_FUNCTIONS[function](np.clip(slope, -STEEPEST, STEEPEST))
