"""What siting asks and answers, for every face the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.domain.points import PointSet

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
    """

    new: int
    minutes: float = 15.0
    profile: str = "adult"
    objective: str = "coverage"
    candidates: PointSet | None = None
    spots: PointSet | None = None
    keep_existing: bool = True


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
class DistrictGain:
    """People of a district within the threshold, before and after."""

    district: str
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
    """

    sites: tuple[Site, ...]
    population: float
    covered_before: float
    covered_after: float
    districts: tuple[DistrictGain, ...]
    cost_before_s: Floats
    cost_after_s: Floats
    mean_before_s: float
    mean_after_s: float


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
    curve
        People covered by 0, 1, 2 … new sites; `knee` is where one more begins to add little.
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
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what ``site --json`` prints."""
        request = self.request
        return {
            "community": self.community,
            "profile": request.profile,
            "minutes": int(request.minutes) if request.minutes.is_integer() else request.minutes,
            "objective": request.objective,
            "sites": [site_row(site) for site in self.plan.sites],
            "covered_before": self.plan.covered_before,
            "covered_after": self.plan.covered_after,
            "population": self.plan.population,
            "population_source": self.population_source,
            "optimal": self.optimal,
            "gap": self.gap,
            "seconds": round(self.seconds, 3),
            "value": self.value,
            "bound": self.bound,
            "candidates": self.candidates,
            "candidates_source": self.candidates_source,
            "build_id": self.build_id,
            "notes": list(self.notes),
        }


def site_row(site: Site) -> dict[str, Any]:
    """Return a site as in ``site --json``."""
    row: dict[str, Any] = {"lon": site.lon, "lat": site.lat, "gained_population": site.gained_population}
    row |= {"id": site.id, "district": site.district}
    return row | ({"name": site.name} if site.name else {})
