"""Coverage: the share of people who reach a spot within a time on foot, by district and by hexagon.

Definitions
-----------
Shares count people, not origins; people who reach no spot are in the denominator. A quantile is the cost of
the first origin, in ascending order of cost, at which the people so far are at least that part of all people
(the inverse of the weighted distribution function; no interpolation): where it falls on people who reach
nothing it is None. The mean is that of the people who do reach a spot, None when nobody does. A walk of
exactly the threshold is within it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import h3
import numpy as np
from numpy.typing import NDArray

from micropolis_map.errors import InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def weighted_quantile(cost_s: Floats, population: Floats, share: float) -> float | None:
    """Return the cost that `share` of the people do not exceed; None where those people reach nothing.

    Examples
    --------
    >>> weighted_quantile(np.array([60.0, 300.0, np.inf]), np.array([1.0, 2.0, 1.0]), 0.5)
    300.0
    """
    total = float(population.sum())
    if total <= 0.0:
        return None
    order = np.argsort(cost_s, kind="stable")
    return _quantile(cost_s[order], population[order], total, share)


def _quantile(cost_s: Floats, population: Floats, total: float, share: float) -> float | None:
    """Return the quantile of costs in ascending order."""
    if total <= 0.0:
        return None
    first = int(population.cumsum().searchsorted(share * total * (1.0 - 1e-12)))
    value = float(cost_s[min(first, cost_s.size - 1)])
    return value if math.isfinite(value) else None


def _is_within(cost_s: Floats, minutes: float) -> NDArray[np.bool_]:
    within: NDArray[np.bool_] = cost_s <= minutes * 60.0 + 1e-9
    return within


def summary(
    cost_s: Floats, population: Floats, thresholds_min: Sequence[float], certain_s: Floats | None = None
) -> dict[str, Any]:
    """Return ``population, share_within, median_s, mean_s, p90_s, unreachable_share``.

    Without people the shares are 0 and the rest None. With `certain_s` (costs over ways known to be
    passable) also ``share_within_certain``.
    """
    total = float(population.sum())
    reached = np.isfinite(cost_s)
    people = float(population[reached].sum())
    order = np.argsort(cost_s, kind="stable")
    ascending = cost_s[order], population[order]
    row: dict[str, Any] = {
        "population": total,
        "share_within": _shares(cost_s, population, thresholds_min),
        "median_s": _quantile(*ascending, total, 0.5),
        "mean_s": float((cost_s[reached] * population[reached]).sum() / people) if people > 0.0 else None,
        "p90_s": _quantile(*ascending, total, 0.9),
        "unreachable_share": (total - people) / total if total > 0.0 else 0.0,
    }
    if certain_s is not None:
        row["share_within_certain"] = _shares(certain_s, population, thresholds_min)
    return row


def coverage_summary(
    cost_s: Floats,
    population: Floats,
    thresholds_min: Sequence[float],
    district_index: Ints,
    district_names: Sequence[str],
    certain_s: Floats | None = None,
) -> dict[str, Any]:
    """Return ``{"total": …, "districts": […]}`` as ``coverage --json`` prints it.

    Parameters
    ----------
    cost_s : float64[n]
        Walking time from each origin to its nearest spot in seconds, inf where none can be reached.
    population : float64[n]
        People at each origin, finite and not negative.
    thresholds_min
        Minutes; the keys of ``share_within`` are these as text (``"5"``, ``"7.5"``).
    district_index : int64[n]
        Index into `district_names`, -1 for an origin outside all: it counts in the total only.
    certain_s : float64[n]
        The same as `cost_s` over ways known to be passable, for step-free profiles.

    Raises
    ------
    InvalidInput
        The arrays differ in length, or `population` holds nan, inf or a negative number.
    """
    if not cost_s.size == population.size == district_index.size:
        sizes = (cost_s.size, population.size, district_index.size)
        raise InvalidInput(f"costs, people and districts have {sizes!r} values", "give one value an origin")
    if not (np.isfinite(population).all() and (population >= 0.0).all()):
        bad = population[~(np.isfinite(population) & (population >= 0.0))][0]
        raise InvalidInput(f"an origin has a population of {bad!r}", "give a number of people, 0 or more")
    districts = []
    for i, name in enumerate(district_names):
        mine = district_index == i
        certain = None if certain_s is None else certain_s[mine]
        districts.append(
            {"district": name, **summary(cost_s[mine], population[mine], thresholds_min, certain)}
        )
    return {"total": summary(cost_s, population, thresholds_min, certain_s), "districts": districts}


def coverage_by_hexagon(
    lon: Floats,
    lat: Floats,
    cost_s: Floats,
    population: Floats,
    resolution: int,
    thresholds_min: Sequence[float] = (5, 10, 15),
) -> list[dict[str, Any]]:
    """Return a row for each H3 hexagon that holds an origin: ``hexagon`` and the fields of `summary`.

    Parameters
    ----------
    lon, lat : float64[n]
        Of the origins, EPSG:4326.
    resolution
        H3's, 0 to 15; 9 is about 170 m from centre to corner.
    """
    names, index = hexagons_at(lon, lat, resolution)
    return coverage_by_cell(names, index, cost_s, population, thresholds_min)


def hexagons_at(lon: Floats, lat: Floats, resolution: int) -> tuple[NDArray[np.str_], Ints]:
    """Return the H3 hexagons that hold points, sorted, and which of them each point lies in.

    Raises
    ------
    InvalidInput
        `resolution` is not 0 to 15.
    """
    if not 0 <= resolution <= 15:
        raise InvalidInput(f"H3 resolution {resolution!r} does not exist", "give a whole number from 0 to 15")
    pairs = zip(lat.tolist(), lon.tolist(), strict=True)
    cells = np.array([h3.latlng_to_cell(y, x, resolution) for y, x in pairs], dtype=np.str_)
    names, index = np.unique(cells, return_inverse=True)
    return names, index.astype(np.int64)


def coverage_by_cell(
    names: NDArray[np.str_],
    index: Ints,
    cost_s: Floats,
    population: Floats,
    thresholds_min: Sequence[float] = (5, 10, 15),
) -> list[dict[str, Any]]:
    """Return a row for each of `names`, of the origins at `index`: ``hexagon`` and what `summary` gives."""
    order = np.lexsort((cost_s, index))
    bounds = np.searchsorted(index[order], np.arange(names.size + 1)).tolist()
    cost, people = cost_s[order], population[order]
    total = np.bincount(index, population, names.size)
    reached = np.isfinite(cost_s)
    there = np.bincount(index[reached], population[reached], names.size)
    walked = np.bincount(index[reached], (cost_s * population)[reached], names.size)
    within = {
        f"{minutes:g}": np.bincount(index, population * _is_within(cost_s, minutes), names.size)
        for minutes in thresholds_min
    }
    rows = []
    for i, name in enumerate(names.tolist()):
        mine, everybody = slice(bounds[i], bounds[i + 1]), float(total[i])
        rows.append(
            {
                "hexagon": name,
                "population": everybody,
                "share_within": {
                    key: float(near[i]) / everybody if everybody > 0.0 else 0.0
                    for key, near in within.items()
                },
                "median_s": _quantile(cost[mine], people[mine], everybody, 0.5),
                "mean_s": float(walked[i] / there[i]) if there[i] > 0.0 else None,
                "p90_s": _quantile(cost[mine], people[mine], everybody, 0.9),
                "unreachable_share": max(0.0, 1.0 - float(there[i]) / everybody) if everybody > 0.0 else 0.0,
            }
        )
    return rows


def _shares(cost_s: Floats, population: Floats, thresholds_min: Sequence[float]) -> dict[str, float]:
    total = float(population.sum())
    return {
        f"{minutes:g}": float(population[_is_within(cost_s, minutes)].sum()) / total if total > 0.0 else 0.0
        for minutes in thresholds_min
    }
