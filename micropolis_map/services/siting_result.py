"""What siting asks and answers, for every face the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.domain.points import PointSet
from micropolis_map.services.coverage_result import NEAR_END, finite, near_end_words

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SitingRequest:
    """Where should new meeting places go: the question.

    Attributes
    ----------
    new
        How many.
    minutes
        The threshold.
    profile, objective
        Who walks, and what counts: ``coverage``, ``p-median`` or ``equity``.
    candidates
        Where they may go; None for points along the network.
    spots
        Existing spots that stay; None for the community's activity spots.
    keep_existing
        False plans as if there were no spots yet. Ignored with own `spots`.
    where
        Where new ones may be: ``streets`` (anywhere along them), ``venues`` (cafés, halls, schools … of
        OpenStreetMap) or ``places`` (published ones). Ignored with own `candidates`.
    venues, chosen
        Only these kinds of venues (`sources.osm_venues`); only these published places, by id. Empty for all.
    districts, area
        Only inside these districts, by name; only inside a drawn polygon, its corners ``(lon, lat)``. With
        both, in either.
    older, children
        For how many one person of 65 and over, one child, counts when sites are chosen. Figures are people.
    """

    new: int
    minutes: float = 15.0
    profile: str = "adult"
    objective: str = "coverage"
    candidates: PointSet | None = None
    spots: PointSet | None = None
    keep_existing: bool = True
    where: str = "streets"
    venues: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    area: tuple[tuple[float, float], ...] = ()
    older: float = 1.0
    children: float = 1.0


@dataclass(frozen=True)
class Site:
    """A new site: `gained_population` are the people it brings within the threshold after those before it."""

    id: str
    lon: float
    lat: float
    gained_population: float
    district: str
    name: str = ""


@dataclass(frozen=True)
class AreaGain:
    """People of a district or a group (``older``, ``children``) within the threshold, before and after."""

    name: str
    population: float
    covered_before: float
    covered_after: float

    @property
    def gained(self) -> float:
        """People newly within the threshold."""
        return self.covered_after - self.covered_before


@dataclass(frozen=True)
class Plan:
    """What a set of sites does; the gains of the sites add up to ``covered_after - covered_before``.

    Attributes
    ----------
    cost_before_s, cost_after_s : float64[n]
        Walking time of every home to its nearest spot without and with the sites.
    mean_before_s, mean_after_s
        Of the people who reach a spot; nan without any.
    p90_before_s, p90_after_s
        Nine of ten people walk at most this; inf where fewer than nine of ten reach a spot.
    groups
        Who gains, where the homes' data know the group.
    """

    sites: tuple[Site, ...]
    population: float
    covered_before: float
    covered_after: float
    districts: tuple[AreaGain, ...]
    groups: tuple[AreaGain, ...]
    cost_before_s: Floats
    cost_after_s: Floats
    mean_before_s: float
    mean_after_s: float
    p90_before_s: float
    p90_after_s: float

    @property
    def gained(self) -> float:
        """People newly within the threshold."""
        return self.covered_after - self.covered_before

    @property
    def points(self) -> tuple[tuple[float, float], ...]:
        """The sites' ``(lon, lat)``."""
        return tuple((site.lon, site.lat) for site in self.sites)


@dataclass(frozen=True)
class SitingResult:
    """The proposed plan, and how sure it is that there is no better one.

    Attributes
    ----------
    gap
        How much better another choice could be at most, as a part of `value`; 0 when proven, None where the
        value is 0.
    value, bound
        Of the objective: people gained, person-seconds in all, or seconds of the longest walk.
    near_end
        People not near now who could be to a place beyond the end of the loaded data; None where nobody knows
        where it is, or no place of today counts.
    curve
        People covered by 0, 1, 2 … new sites; `knee` is where one more begins to add little.
    stopped
        Whether a person ended the search for a proof.
    """

    community: str
    request: SitingRequest
    plan: Plan
    optimal: bool
    gap: float | None
    value: float
    bound: float
    seconds: float
    candidates: int
    candidates_source: str
    population_source: str
    build_id: str
    curve: tuple[float, ...]
    knee: int
    stopped: bool = False
    notes: tuple[str, ...] = ()
    near_end: float | None = None

    @property
    def near_end_words(self) -> str:
        """Say how many people's figure may be too low; empty for nobody."""
        return near_end_words(self.near_end, self.request.minutes) if self.near_end else ""

    def as_json(self) -> dict[str, Any]:
        """Return what ``site --json`` prints."""
        request = self.request
        return {
            "community": self.community,
            "profile": request.profile,
            "minutes": int(request.minutes) if request.minutes.is_integer() else request.minutes,
            "objective": request.objective,
            **plan_json(self.plan),
            "population_source": self.population_source,
            "optimal": self.optimal,
            "gap": self.gap,
            "seconds": round(self.seconds, 3),
            "where": request.where,
            "keep_existing": request.keep_existing,
            "weights": {"older": request.older, "children": request.children},
            "curve": list(self.curve),
            "knee": self.knee,
            "value": self.value,
            "bound": self.bound,
            NEAR_END: self.near_end,
            "candidates": self.candidates,
            "candidates_source": self.candidates_source,
            "build_id": self.build_id,
            "notes": list(self.notes),
        }


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return the figures of a plan as in ``site --json``; None for a walk that is not finite."""
    walks = ("mean_before_s", "mean_after_s", "p90_before_s", "p90_after_s")
    return {
        "sites": [site_row(site) for site in plan.sites],
        "covered_before": plan.covered_before,
        "covered_after": plan.covered_after,
        "population": plan.population,
        **{name: finite(getattr(plan, name)) for name in walks},
        "districts": [vars(area) | {"gained": area.gained} for area in plan.districts],
        "groups": [vars(area) | {"gained": area.gained} for area in plan.groups],
    }


def site_row(site: Site) -> dict[str, Any]:
    """Return a site as in ``site --json``."""
    row: dict[str, Any] = {"lon": site.lon, "lat": site.lat, "gained_population": site.gained_population}
    row |= {"id": site.id, "district": site.district}
    return row | ({"name": site.name} if site.name else {})
