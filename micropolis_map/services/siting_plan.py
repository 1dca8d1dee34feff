"""What a set of sites does: for everybody, by site, by district and by group of people."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.coverage import weighted_quantile
from micropolis_map.domain.points import PointSet
from micropolis_map.services.district_index import district_of
from micropolis_map.services.siting_ground import Ground
from micropolis_map.services.siting_result import AreaGain, Plan, Site

Floats = NDArray[np.float64]
PARTS = 2.0**20
"""People are told to such a part of one, so that gains add up to the last digit."""


def plan_of(ground: Ground, points: PointSet) -> Plan:
    """Return what new sites at `points` do, each after those before it."""
    cost, after = ground.before_s, [ground.before_s]
    for lon, lat in zip(points.lon.tolist(), points.lat.tolist(), strict=True):
        found = ground.improvement(lon, lat)
        cost = cost.copy()
        np.minimum.at(cost, found.home, found.cost_s)
        after.append(cost)
    people, near = ground.people, [one <= ground.threshold_s for one in after]
    covered = [people_told(float(people[within].sum())) for within in near]
    return Plan(
        sites=_sites(ground, points, covered),
        population=people_told(float(people.sum())),
        covered_before=covered[0],
        covered_after=covered[-1],
        districts=_by_district(ground, near[0], near[-1]),
        groups=tuple(
            AreaGain(
                group, *(people_told(float(who[within].sum())) for within in (who >= 0.0, near[0], near[-1]))
            )
            for group, who in ground.groups().items()
        ),
        cost_before_s=ground.before_s,
        cost_after_s=cost,
        mean_before_s=_mean(ground.before_s, people),
        mean_after_s=_mean(cost, people),
        p90_before_s=_p90(ground.before_s, people),
        p90_after_s=_p90(cost, people),
    )


def people_told(people: float) -> float:
    """Return a number of people to the nearest millionth, a binary fraction: sums of such are exact.

    Examples
    --------
    >>> a, b, c = people_told(1703.7), people_told(820.1), people_told(77.3)
    >>> (a - b) + (b - c) == a - c
    True
    """
    return round(people * PARTS) / PARTS


def _sites(ground: Ground, points: PointSet, covered: list[float]) -> tuple[Site, ...]:
    areas = [area for area in ground.before.district_areas if area is not None]
    where = district_of(points.lon, points.lat, areas)
    return tuple(
        Site(
            points.id[n],
            float(points.lon[n]),
            float(points.lat[n]),
            covered[n + 1] - covered[n],
            ground.before.districts[where[n]].name if where[n] >= 0 else "",
            points.name[n] if points.name else "",
        )
        for n in range(len(points))
    )


def _by_district(ground: Ground, was: NDArray[np.bool_], now: NDArray[np.bool_]) -> tuple[AreaGain, ...]:
    size, people, district = len(ground.before.districts), ground.people, ground.before.origin_district

    def people_of(within: NDArray[np.bool_]) -> list[float]:
        counted = np.bincount(district[within], people[within], minlength=size)
        return [people_told(value) for value in counted.tolist()]

    rows = zip(people_of(np.ones_like(was)), people_of(was), people_of(now), strict=True)
    return tuple(AreaGain(area.name, *row) for area, row in zip(ground.before.districts, rows, strict=True))


def _mean(cost_s: Floats, people: Floats) -> float:
    reached = np.isfinite(cost_s)
    many = float(people[reached].sum())
    return float(cost_s[reached] @ people[reached]) / many if many > 0.0 else math.nan


def _p90(cost_s: Floats, people: Floats) -> float:
    if people.sum() <= 0.0:
        return math.nan
    found = weighted_quantile(cost_s, people, 0.9)
    return math.inf if found is None else found
