"""How fairly meeting places are spread: between people, districts and those who walk differently."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.inequality import gini, palma
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.second_choice import second_spot_cost
from micropolis_map.services import opened
from micropolis_map.services.assessing import choice_of, snapped, spots_chosen
from micropolis_map.services.coverage_result import CoverageResult, finite
from micropolis_map.services.meeting_spots import Pinned, SpotChoice
from micropolis_map.services.opened import Build

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fairness:
    """Of one profile and threshold.

    Attributes
    ----------
    gini, palma
        Of the walking time of those who reach a spot (`analysis.inequality`); nan without any.
    choice_share
        Share of people with at least two spots within the threshold.
    best_district, worst_district
        Names and shares within the threshold; empty and nan where fewer than two districts have people.
    """

    gini: float
    palma: float
    choice_share: float
    best_district: str = ""
    best_share: float = math.nan
    worst_district: str = ""
    worst_share: float = math.nan

    @property
    def times_as_long(self) -> float:
        """How many times as long a person of the longest-walking tenth walks as one of the 40 % nearest."""
        return 4.0 * self.palma

    def as_json(self) -> dict[str, Any]:
        """Return the figures; None for what is not finite."""
        return {
            "gini": finite(self.gini),
            "palma": finite(self.palma),
            "choice_share": finite(self.choice_share),
            "best_district": self.best_district,
            "best_share": finite(self.best_share),
            "worst_district": self.worst_district,
            "worst_share": finite(self.worst_share),
        }


def fairness_of(build: Build, result: CoverageResult, pinned: tuple[Pinned, ...]) -> Fairness:
    """Return how fair `result`, of the community's own homes and spots, is."""
    weight = result.origin_population
    second = second_nearest(build, result.request.profile, pinned, choice_of(result.request))
    total = float(weight.sum())
    choice = float(weight[second <= result.longest * 60.0 + 1e-9].sum()) / total if total > 0.0 else math.nan
    cost_s = result.walks.cost_s
    lived = result.lived_districts
    if len(lived) < 2:
        return Fairness(gini(cost_s, weight), palma(cost_s, weight), choice)
    worst, best = lived[0], lived[-1]
    return Fairness(
        gini(cost_s, weight),
        palma(cost_s, weight),
        choice,
        best.name,
        best.share_within[result.longest],
        worst.name,
        worst.share_within[result.longest],
    )


@lru_cache(maxsize=32)
def second_nearest(build: Build, profile_name: str, pinned: tuple[Pinned, ...], choice: SpotChoice) -> Floats:
    """Return the seconds from each home to its second nearest spot, inf where there is none."""
    who, homes = profile(profile_name), opened.homes_of(build)
    spots = spots_chosen(build, pinned, choice).used
    return second_spot_cost(
        opened.network_of(build),
        opened.impedance_of(build, profile_name),
        snapped(build, who, homes),
        snapped(build, who, spots),
    )
