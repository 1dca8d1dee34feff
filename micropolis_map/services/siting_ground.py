"""What every plan for a question shares: the homes, who counts, and everybody's walk to the spots that stay.

What one new site changes is computed once and kept: a site that is moved costs one short search.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.cost_matrix import CostMatrix, cost_matrix
from micropolis_map.analysis.facility_location import OBJECTIVES
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.siting_problem import SitingProblem
from micropolis_map.analysis.snapping import snap
from micropolis_map.analysis.what_if import Improvement, WhatIf
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput
from micropolis_map.services import opened
from micropolis_map.services.assessing import Deps, assess_build, snapped
from micropolis_map.services.coverage_result import NO_POINTS, CoverageRequest, CoverageResult
from micropolis_map.services.meeting_spots import Pinned, pinned_spots
from micropolis_map.services.opened import Build
from micropolis_map.services.people_groups import CHILDREN, OLDER, groups_of, people_at
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.services.thresholds import check_minutes

Floats = NDArray[np.float64]
HEAVIEST = 10.0
"""One person of a group counts for at most so many."""


@dataclass(frozen=True)
class _Present:
    """The state that is compared with: these spots of a build, or none, for a profile."""

    build: Build
    profile: str
    pinned: tuple[Pinned, ...]
    keep_existing: bool


@dataclass(frozen=True)
class Ground:
    """The homes with their people, and their walks to the spots that stay (`before_s`, inf without any)."""

    request: SitingRequest
    present: _Present
    before: CoverageResult
    before_s: Floats

    @property
    def threshold_s(self) -> float:
        """Near is at most this."""
        return self.request.minutes * 60.0

    @property
    def people(self) -> Floats:
        """People at each home."""
        return self.before.origin_population

    @property
    def weight(self) -> Floats:
        """People at each home, those of the groups asked for counted more."""
        weight = self.people.copy()
        for group, factor in ((OLDER, self.request.older), (CHILDREN, self.request.children)):
            if factor != 1.0:
                weight += (factor - 1.0) * people_at(self.before.origins, group)
        return np.maximum(weight, 0.0)

    def groups(self) -> dict[str, Floats]:
        """Return the people of each group at each home, where they are known."""
        homes = self.before.origins
        return {group: people_at(homes, group) for group in groups_of(homes)[1:]}

    def costs(self, points: PointSet, cutoff_s: float) -> CostMatrix:
        """Return the walks from the homes to `points`."""
        build, who = self.present.build, profile(self.request.profile)
        return cost_matrix(
            opened.network_of(build),
            opened.impedance_of(build, who.name),
            snapped(build, who, self.before.origins),
            snapped(build, who, points),
            cutoff_s,
            with_lengths=False,
        )

    def problem(self, costs: CostMatrix, candidates: int, new: int) -> SitingProblem:
        """Return the arrays of the problem."""
        pairs = costs.origin, costs.destination, costs.cost_s
        return SitingProblem(*pairs, self.weight, candidates, new, self.threshold_s, self.before_s)

    def improvement(self, lon: float, lat: float) -> Improvement:
        """Return what one more spot there changes."""
        if self.request.spots is None:
            return _improvement(self.present, lon, lat)
        return _with_spot(_what_if(self.present.build, self.request.profile, self.before.spots), lon, lat)


def ground_of(deps: Deps, slug: str, request: SitingRequest) -> Ground:
    """Return the ground of a question.

    Raises
    ------
    NotFound, NotLoaded
        There is no such community, or its streets are not loaded.
    InvalidInput
        Threshold, profile, objective or a weight are not possible, or nobody knows where a group lives.
    """
    check_minutes([request.minutes])
    if request.objective not in OBJECTIVES:
        known = ", ".join(OBJECTIVES)
        raise InvalidInput(f"there is no objective {request.objective!r}", f"give one of {known}")
    for factor in (request.older, request.children):
        if not 0.0 <= factor <= HEAVIEST:
            raise InvalidInput(
                f"one person cannot count for {factor:g}", f"give a weight from 0 to {HEAVIEST:g}"
            )
    build = opened.current_build(deps.community_store, slug)
    pinned = pinned_spots(deps.place_store, slug)
    asked = CoverageRequest(request.profile, (request.minutes,), spots=request.spots)
    before = assess_build(build, asked, pinned)
    keeps = request.keep_existing or request.spots is not None
    before_s = before.walks.cost_s if keeps else np.full(len(before.origins), np.inf)
    return Ground(request, _Present(build, request.profile, pinned, keeps), before, before_s)


@lru_cache(maxsize=512)
def _improvement(present: _Present, lon: float, lat: float) -> Improvement:
    return _with_spot(_what_if_of(present), lon, lat)


@lru_cache(maxsize=12)
def _what_if_of(present: _Present) -> WhatIf:
    spots = NO_POINTS
    if present.keep_existing:
        spots = assess_build(present.build, CoverageRequest(present.profile), present.pinned).spots
    return _what_if(present.build, present.profile, spots)


def _what_if(build: Build, profile_name: str, spots: PointSet) -> WhatIf:
    who = profile(profile_name)
    cost = opened.impedance_of(build, who.name)
    return WhatIf(cost, snapped(build, who, opened.homes_of(build)), snapped(build, who, spots))


def _with_spot(state: WhatIf, lon: float, lat: float) -> Improvement:
    at = snap(state.impedance.network, np.array([lon]), np.array([lat]), impedance=state.impedance)
    return state.with_spot(at)
