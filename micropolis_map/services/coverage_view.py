"""All figures of a look at coverage in one result, for the page, the command and the report alike.

``coverage_view(application, slug, request)`` measures; whoever shows figures takes them from here: they are
the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.coverage import summary
from micropolis_map.analysis.profiles import profiles
from micropolis_map.errors import InvalidInput
from micropolis_map.services import opened
from micropolis_map.services.assessing import Deps, assess_build, walks_between
from micropolis_map.services.coverage_result import AreaCoverage, CoverageRequest, CoverageResult, finite
from micropolis_map.services.fairness import Fairness, fairness_of
from micropolis_map.services.meeting_spots import Pinned, pinned_spots
from micropolis_map.services.opened import Build
from micropolis_map.services.people_groups import groups_of
from micropolis_map.services.thresholds import minutes_key

CURVE_MINUTES = tuple(range(31))
"""The cumulative curve has a point for each of these minutes."""
WORST = 20
"""So many of the worst-served homes are marked."""


@dataclass(frozen=True)
class ProfileView:
    """How one profile fares with the same spots, people and thresholds.

    Attributes
    ----------
    total
        Figures of the whole community.
    people_beyond
        People farther away than the longest threshold, or without any way.
    curve
        Share of people within each of `CURVE_MINUTES`.
    """

    profile: str
    total: AreaCoverage
    people_beyond: float
    curve: tuple[float, ...]
    fairness: Fairness

    def as_json(self) -> dict[str, Any]:
        """Return the figures."""
        row = {"profile": self.profile, **self.total.as_json(), "people_beyond": self.people_beyond}
        return row | {"curve": list(self.curve), "fairness": self.fairness.as_json()}


@dataclass(frozen=True)
class WorstHome:
    """A home far from every spot; `cost_s` is inf where there is no way."""

    lon: float
    lat: float
    population: float
    cost_s: float
    district: str

    def as_json(self) -> dict[str, Any]:
        """Return the home."""
        return {
            "lon": self.lon,
            "lat": self.lat,
            "population": self.population,
            "cost_s": finite(self.cost_s),
            "district": self.district,
        }


@dataclass(frozen=True)
class CoverageView:
    """All figures of a look at coverage.

    Attributes
    ----------
    result
        The coverage of the profile asked for: total, districts, homes, walks, spots (`CoverageResult`).
    profiles
        Every profile with the same spots, people and thresholds; the one asked for is among them.
    worst_homes
        The worst-served homes: those without a way first, then the farthest.
    people_beyond
        By district in the order of ``result.districts``: people farther away than the longest threshold.
    with_unknown
        The total if the spots of which nobody knows whether they count (``result.spots_unknown``) counted;
        None without any.
    groups
        Groups of people that the homes' data know: ``all``, ``older``, ``children``.
    """

    result: CoverageResult
    profiles: tuple[ProfileView, ...]
    worst_homes: tuple[WorstHome, ...]
    people_beyond: tuple[float, ...]
    with_unknown: AreaCoverage | None
    groups: tuple[str, ...]

    @property
    def asked(self) -> ProfileView:
        """The view of the profile asked for."""
        return next(view for view in self.profiles if view.profile == self.result.request.profile)

    def of(self, profile_name: str) -> ProfileView:
        """Return the view of another profile."""
        return next(view for view in self.profiles if view.profile == profile_name)

    def as_json(self) -> dict[str, Any]:
        """Return what ``coverage --all --json`` prints: ``coverage --json`` and the rest."""
        document = self.result.as_json()
        for row, beyond in zip(document["districts"], self.people_beyond, strict=True):
            row["people_beyond"] = beyond
        document["total"]["people_beyond"] = self.asked.people_beyond
        return document | {
            "profiles": [view.as_json() for view in self.profiles],
            "curve_minutes": list(CURVE_MINUTES),
            "worst_homes": [home.as_json() for home in self.worst_homes],
            "with_unknown": None if self.with_unknown is None else self.with_unknown.as_json(),
            "groups": list(self.groups),
            "beyond_minutes": minutes_key(self.result.longest),
        }


def coverage_view(deps: Deps, slug: str, request: CoverageRequest) -> CoverageView:
    """Return all figures of `request`, which must be about the community's own homes and spots.

    Raises
    ------
    NotFound, NotLoaded
        There is no such community, or its streets are not loaded.
    InvalidInput
        The profile, hour or group of people is not known, or the request brings homes or spots of its own.
    """
    if request.spots is not None or request.origins is not None:
        raise InvalidInput(
            "a view of all figures is of the community's own homes and spots",
            "leave --spots and --origins out",
        )
    return view_of_build(
        opened.current_build(deps.community_store, slug), request, pinned_spots(deps.place_store, slug)
    )


@lru_cache(maxsize=48)
def view_of_build(build: Build, request: CoverageRequest, pinned: tuple[Pinned, ...]) -> CoverageView:
    """Return all figures of `build`, whichever it is, with these pinned places; kept for who asks again."""
    result = assess_build(build, request, pinned)
    return CoverageView(
        result=result,
        profiles=tuple(_profile_view(build, replace(request, profile=name), pinned) for name in profiles()),
        worst_homes=worst_homes(result),
        people_beyond=tuple(area.beyond(result.longest) for area in result.districts),
        with_unknown=_with_unknown(build, result),
        groups=groups_of(opened.homes_of(build)),
    )


def worst_homes(result: CoverageResult, most: int = WORST) -> tuple[WorstHome, ...]:
    """Return the worst-served homes: without a way first, then the farthest; of equals the more people."""
    people, cost = result.origin_population, result.walks.cost_s
    lived = np.flatnonzero(people > 0.0)
    order = lived[np.lexsort((-people[lived], -cost[lived]))][:most]
    return tuple(
        WorstHome(
            float(result.origins.lon[i]),
            float(result.origins.lat[i]),
            float(people[i]),
            float(cost[i]),
            result.districts[result.origin_district[i]].name,
        )
        for i in order.tolist()
    )


def curve_of(cost_s: NDArray[np.float64], people: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the share of people within each of `CURVE_MINUTES` (inclusive); zeros without people."""
    total = float(people.sum())
    if total <= 0.0:
        return (0.0,) * len(CURVE_MINUTES)
    order = np.argsort(cost_s, kind="stable")
    so_far = np.append(0.0, np.cumsum(people[order]))
    within = np.searchsorted(cost_s[order], np.asarray(CURVE_MINUTES) * 60.0 + 1e-9, side="right")
    return tuple((so_far[within] / total).tolist())


@lru_cache(maxsize=64)
def _profile_view(build: Build, request: CoverageRequest, pinned: tuple[Pinned, ...]) -> ProfileView:
    result = assess_build(build, request, pinned)
    return ProfileView(
        profile=request.profile,
        total=result.total,
        people_beyond=result.total.beyond(result.longest),
        curve=curve_of(result.walks.cost_s, result.origin_population),
        fairness=fairness_of(build, result, pinned),
    )


def _with_unknown(build: Build, result: CoverageResult) -> AreaCoverage | None:
    """Return the total if everybody could walk to the spots of unknown state, too."""
    if not len(result.spots_unknown):
        return None
    more = walks_between(
        build, result.request.profile, result.origins, result.spots_unknown, certain_only=False
    )
    cost_s = np.minimum(result.walks.cost_s, more.cost_s)
    return AreaCoverage.of("total", summary(cost_s, result.origin_population, result.request.minutes))
