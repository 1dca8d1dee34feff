"""Smart work centres: who can walk to one, what ways to the city that saves, where the next helps most."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.commuting import Commuting, Savings, check_commuting, great_circle_m, savings
from micropolis_map.domain.community import City
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.assessing import Deps, assess_coverage
from micropolis_map.services.coverage_result import (
    OUTSIDE_NAME,
    AreaCoverage,
    CoverageRequest,
    CoverageResult,
    finite,
)
from micropolis_map.services.siting import propose_sites
from micropolis_map.services.siting_result import Site, SitingRequest, SitingResult
from micropolis_map.services.thresholds import check_minutes

KIND = "smart_work_centre"
TIME_LIMIT_S = 8.0
MOST_NEW = 5
FARTHEST_KM = 500.0
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WorkRequest:
    """What is asked of work centres.

    Attributes
    ----------
    minutes
        Near is at most this on foot.
    city
        Where people would work else; None: then nothing is said of kilometres and CO2.
    new
        How many further centres to propose; 0 for none.
    """

    profile: str = "adult"
    minutes: float = 15.0
    city: City | None = None
    commuting: Commuting = field(default_factory=Commuting)
    new: int = 1


@dataclass(frozen=True)
class Settlement:
    """A settlement (a district): who walks to a centre, and what that saves.

    Attributes
    ----------
    city_km
        Mean straight distance of its people to the city, times the detour; nan without a city.
    saved
        By those within reach; None without a city.
    """

    name: str
    population: float
    within: float
    median_s: float
    city_km: float
    saved: Savings | None

    @property
    def is_reached(self) -> bool:
        """Whether at least half of its people walk to a centre within the threshold."""
        return self.population > 0.0 and self.within >= self.population / 2.0


@dataclass(frozen=True)
class NextCentre:
    """A proposed centre: the people it adds within reach, and what they save."""

    site: Site
    saved: Savings | None


@dataclass(frozen=True)
class WorkResult:
    """Today's centres, the settlements, what is saved, and where the next centres serve most people.

    Attributes
    ----------
    coverage
        Walks from every home to its nearest centre.
    saved, saved_with_next
        By all who can walk to a centre, today and with the proposed ones; None without a city.
    proposal
        None where none were asked for.
    """

    request: WorkRequest
    coverage: CoverageResult
    settlements: tuple[Settlement, ...]
    saved: Savings | None
    next: tuple[NextCentre, ...]
    saved_with_next: Savings | None
    proposal: SitingResult | None

    @property
    def within(self) -> float:
        """People who can walk to a centre within the threshold."""
        return self.coverage.total.population * self.coverage.total.share_within[self.request.minutes]

    def figures(self) -> dict[str, float | None]:
        """Return the key figures by name, with their unit in it."""
        total = self.coverage.total
        row: dict[str, float | None] = {
            "centres": float(len(self.coverage.spots)),
            "population": total.population,
            "within": self.within,
            "median_s": finite(total.median_s),
            "settlements_reached": float(sum(one.is_reached for one in self.settlements)),
        }
        for name, saved in (("saved", self.saved), ("saved_with_next", self.saved_with_next)):
            if saved is not None:
                row |= {f"{name}_{key}": value for key, value in asdict(saved).items()}
        return row

    def as_json(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return {
            "community": self.coverage.community,
            "profile": self.request.profile,
            "minutes": self.request.minutes,
            "city": None if self.request.city is None else asdict(self.request.city),
            "commuting": asdict(self.request.commuting),
            **self.figures(),
            "settlements": [_settlement_row(one) for one in self.settlements],
            "next": [
                {
                    "lon": one.site.lon,
                    "lat": one.site.lat,
                    "gained_population": one.site.gained_population,
                    **_saved_row(one.saved),
                }
                for one in self.next
            ],
            "build_id": self.coverage.build_id,
        }


def assess_work_centres(deps: Deps, slug: str, request: WorkRequest) -> WorkResult:
    """Return who can walk to a smart work centre, what that saves, and where the next ones serve most people.

    Raises
    ------
    NotFound, NotLoaded
        There is no such community, or its streets are not loaded.
    InvalidInput
        Profile, threshold, a factor of commuting, the city or the number of new centres is not possible.
    """
    check_minutes([request.minutes])
    check_commuting(request.commuting)
    if not 0 <= request.new <= MOST_NEW:
        raise InvalidInput(
            mark("{n} new centres were asked for"), mark("ask for 0 to {most}"), n=request.new, most=MOST_NEW
        )
    asked = CoverageRequest(request.profile, (request.minutes,), kinds=(KIND,))
    coverage = assess_coverage(deps, slug, asked)
    way_m = _way_m(coverage, request)
    near = coverage.walks.cost_s <= request.minutes * 60.0 + 1e-9
    proposal = _proposal(deps, slug, request, coverage) if request.new else None
    following, after = _next(coverage, request, proposal, way_m)
    return WorkResult(
        request=request,
        coverage=coverage,
        settlements=tuple(
            _settlement(coverage, number, area, near, way_m, request)
            for number, area in enumerate(coverage.districts)
            if area.population > 0.0 and area.name != OUTSIDE_NAME
        ),
        saved=_saved(coverage, near, way_m, request),
        next=following,
        saved_with_next=after,
        proposal=proposal,
    )


def city_at(name: str, lon: float, lat: float) -> City:
    """Return the city; InvalidInput where it is not on earth."""
    if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180.0 and abs(lat) <= 90.0):
        raise InvalidInput(
            mark("{lat}, {lon} is not on earth"),
            mark("give latitude and longitude in degrees"),
            lat=lat,
            lon=lon,
        )
    return City(" ".join(name.split())[:100], lon, lat)


def _way_m(coverage: CoverageResult, request: WorkRequest) -> Floats | None:
    city = request.city
    if city is None:
        return None
    way_m = great_circle_m(coverage.origins.lon, coverage.origins.lat, city.lon, city.lat)
    if way_m.size and float(way_m.min()) > FARTHEST_KM * 1000.0:
        raise InvalidInput(
            mark("{name} is {km} km away"),
            mark("choose the city people commute to"),
            name=repr(city.name),
            km=round(way_m.min() / 1000.0),
        )
    return way_m


def _proposal(deps: Deps, slug: str, request: WorkRequest, coverage: CoverageResult) -> SitingResult:
    existing = coverage.spots
    asked = SitingRequest(
        new=request.new,
        minutes=request.minutes,
        profile=request.profile,
        spots=existing if len(existing) else None,
        keep_existing=len(existing) > 0,
    )
    return propose_sites(deps, slug, asked, time_limit_s=TIME_LIMIT_S)


def _next(
    coverage: CoverageResult, request: WorkRequest, proposal: SitingResult | None, way_m: Floats | None
) -> tuple[tuple[NextCentre, ...], Savings | None]:
    """Return the proposed centres with what their people save, shared by the people each adds."""
    if proposal is None:
        return (), None
    threshold_s = request.minutes * 60.0 + 1e-9
    was, now = proposal.plan.cost_before_s <= threshold_s, proposal.plan.cost_after_s <= threshold_s
    added = _saved(coverage, now & ~was, way_m, request)
    gained = sum(site.gained_population for site in proposal.plan.sites)
    centres = tuple(
        NextCentre(site, _part(added, site.gained_population / gained if gained else 0.0))
        for site in proposal.plan.sites
    )
    return centres, _saved(coverage, now, way_m, request)


def _part(saved: Savings | None, share: float) -> Savings | None:
    return None if saved is None else Savings(*(value * share for value in asdict(saved).values()))


def _saved(
    coverage: CoverageResult, which: NDArray[np.bool_], way_m: Floats | None, request: WorkRequest
) -> Savings | None:
    if way_m is None:
        return None
    return savings(coverage.origin_population[which], way_m[which], request.commuting)


def _settlement(
    coverage: CoverageResult,
    number: int,
    area: AreaCoverage,
    near: NDArray[np.bool_],
    way_m: Floats | None,
    request: WorkRequest,
) -> Settlement:
    mine = coverage.origin_district == number
    people = coverage.origin_population
    km = math.nan
    if way_m is not None:
        km = float(way_m[mine] @ people[mine]) / area.population / 1000.0 * request.commuting.detour
    return Settlement(
        name=area.name,
        population=area.population,
        within=float(people[mine & near].sum()),
        median_s=area.median_s,
        city_km=km,
        saved=_saved(coverage, mine & near, way_m, request),
    )


def _settlement_row(one: Settlement) -> dict[str, Any]:
    return {
        "settlement": one.name,
        "population": one.population,
        "within": one.within,
        "reached": one.is_reached,
        "median_s": finite(one.median_s),
        "city_km": finite(one.city_km),
        **_saved_row(one.saved),
    }


def _saved_row(saved: Savings | None) -> dict[str, float | None]:
    return {
        "saved_km": None if saved is None else saved.person_km,
        "saved_co2_kg": None if saved is None else saved.co2_kg,
    }
