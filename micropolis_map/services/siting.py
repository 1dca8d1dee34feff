"""Where the next meeting places do most good: proposed with proof or gap, and any other choice compared."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point

from micropolis_map.analysis.cost_matrix import CostMatrix, cost_matrix
from micropolis_map.analysis.facility_location import OBJECTIVES, TIME_LIMIT_S, locate
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.siting_curve import coverage_curve, knee
from micropolis_map.analysis.siting_problem import CAP_S, SitingProblem, in_order
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput, StoreUnavailable
from micropolis_map.ports import Progress, silent
from micropolis_map.services import opened
from micropolis_map.services.assessing import Deps, assess_coverage, snapped
from micropolis_map.services.coverage_result import CoverageRequest, CoverageResult
from micropolis_map.services.coverage_tables import WRITERS, check_ending
from micropolis_map.services.district_index import district_of
from micropolis_map.services.opened import Build
from micropolis_map.services.siting_candidates import network_candidates
from micropolis_map.services.siting_result import (
    DistrictGain,
    Plan,
    Site,
    SitingRequest,
    SitingResult,
    site_row,
)
from micropolis_map.services.thresholds import check_minutes

Floats = NDArray[np.float64]
CURVE_TO = 12
"""Numbers of sites on the curve, at least."""
NO_SPOTS = PointSet((), np.empty(0), np.empty(0), source="no spots: planned as if there were none yet")


@dataclass(frozen=True)
class _Ground:
    """What every plan for a request shares: the homes, and their walks to the spots that stay."""

    build: Build
    request: SitingRequest
    before: CoverageResult

    @property
    def threshold_s(self) -> float:
        return self.request.minutes * 60.0

    def costs(self, points: PointSet, cutoff_s: float) -> CostMatrix:
        """Return the walks from the homes to `points`."""
        who = profile(self.request.profile)
        return cost_matrix(
            opened.network_of(self.build),
            opened.impedance_of(self.build, who.name),
            snapped(self.build, who, self.before.origins),
            snapped(self.build, who, points),
            cutoff_s,
            with_lengths=False,
        )

    def problem(self, costs: CostMatrix, candidates: int, new: int) -> SitingProblem:
        """Return the arrays of the problem."""
        return SitingProblem(
            costs.origin,
            costs.destination,
            costs.cost_s,
            self.before.origin_population,
            candidates,
            new,
            self.threshold_s,
            self.before.walks.cost_s,
        )


def propose_sites(
    deps: Deps,
    slug: str,
    request: SitingRequest,
    progress: Progress = silent,
    time_limit_s: float = TIME_LIMIT_S,
) -> SitingResult:
    """Return where `request.new` meeting places do most good.

    Raises
    ------
    NotFound, NotLoaded
        There is no such community, or its streets are not loaded.
    InvalidInput
        Number, threshold, profile or objective are not possible, or there are too few candidates.
    Cancelled
        `progress` stopped it.
    """
    begun = time.monotonic()
    ground = _ground(deps, slug, request)
    progress(0.02, "Measuring walks from every home")
    candidates = request.candidates
    if candidates is None:
        outline = deps.community_store.get(slug).outline
        candidates = network_candidates(ground.build, request.profile, outline, len(ground.before.origins))
    _check_candidates(candidates, request.new)
    near_only = request.objective == "coverage"
    costs = ground.costs(candidates, ground.threshold_s if near_only else CAP_S)
    problem = ground.problem(costs, len(candidates), request.new)
    found = locate(problem, request.objective, time_limit_s, progress)
    gains = problem.coverage_gains()
    curve = coverage_curve(gains, max(CURVE_TO, request.new))
    before = problem.covered(ground.before.walks.cost_s)
    return SitingResult(
        community=slug,
        request=request,
        plan=_plan(ground, problem, candidates, found.sites),
        optimal=found.is_proven,
        gap=found.gap,
        value=found.value,
        bound=found.bound,
        seconds=time.monotonic() - begun,
        candidates=len(candidates),
        candidates_source=candidates.source,
        population_source=ground.before.population_source,
        build_id=ground.build.id,
        curve=tuple(before + value for value in curve),
        knee=knee(curve),
        notes=_notes(ground, candidates, costs),
    )


def assess_sites(
    deps: Deps, slug: str, request: SitingRequest, points: tuple[tuple[float, float], ...]
) -> Plan:
    """Return what new sites at `points` (lon, lat) do; their order is that of what each one adds.

    Raises
    ------
    InvalidInput
        There are no points, or the profile or threshold is not possible.
    """
    ground = _ground(deps, slug, request)
    sites = PointSet(
        tuple(str(n) for n in range(1, len(points) + 1)),
        np.array([lon for lon, _ in points]),
        np.array([lat for _, lat in points]),
    )
    _check_candidates(sites, 1)
    costs = ground.costs(sites, CAP_S)
    problem = ground.problem(costs, len(sites), len(sites))
    return _plan(ground, problem, sites, in_order(problem, np.arange(len(sites))))


def write_sites(result: SitingResult, path: Path) -> int:
    """Write the sites to `path` as CSV, GeoJSON or GeoPackage, by its ending; return how many.

    Raises
    ------
    InvalidInput
        The ending names no format we write.
    StoreUnavailable
        The file cannot be written there.
    """
    check_ending(path)
    rows = [
        ({"number": n} | site_row(site) | {"minutes": result.request.minutes}, Point(site.lon, site.lat))
        for n, site in enumerate(result.plan.sites, start=1)
    ]
    try:
        WRITERS[path.suffix.lower()](path, list(rows[0][0]), [(row, shape) for row, shape in rows])
    except (OSError, RuntimeError) as error:
        raise StoreUnavailable(f"cannot write {str(path)!r} ({error})", "give another --out") from None
    return len(rows)


def _ground(deps: Deps, slug: str, request: SitingRequest) -> _Ground:
    check_minutes([request.minutes])
    if request.objective not in OBJECTIVES:
        known = ", ".join(OBJECTIVES)
        raise InvalidInput(f"there is no objective {request.objective!r}", f"give one of {known}")
    spots = request.spots if request.spots is not None or request.keep_existing else NO_SPOTS
    asked = CoverageRequest(request.profile, (request.minutes,), spots=spots)
    before = assess_coverage(deps, slug, asked)
    return _Ground(opened.current_build(deps.community_store, slug), request, before)


def _check_candidates(candidates: PointSet, new: int) -> None:
    if new < 1:
        raise InvalidInput(f"{new} new sites were asked for", "ask for at least one")
    if len(candidates) < new:
        raise InvalidInput(
            f"{new} new sites were asked for, but there are only {len(candidates)} candidates",
            "ask for fewer, or give more candidates",
        )


def _plan(ground: _Ground, problem: SitingProblem, points: PointSet, chosen: NDArray[np.int64]) -> Plan:
    before = ground.before
    cost, covered = before.walks.cost_s, [problem.covered(before.walks.cost_s)]
    for n in range(1, chosen.size + 1):
        cost = problem.cost_with(chosen[:n])
        covered.append(problem.covered(cost))
    areas = [area for area in before.district_areas if area is not None]
    where = district_of(points.lon[chosen], points.lat[chosen], areas)
    sites = tuple(
        Site(
            points.id[index],
            float(points.lon[index]),
            float(points.lat[index]),
            covered[n + 1] - covered[n],
            before.districts[where[n]].name if where[n] >= 0 else "",
            points.name[index] if points.name else "",
        )
        for n, index in enumerate(chosen.tolist())
    )
    weight = problem.weight
    return Plan(
        sites=sites,
        population=float(weight.sum()),
        covered_before=covered[0],
        covered_after=covered[-1],
        districts=_by_district(before, cost, ground.threshold_s),
        cost_before_s=before.walks.cost_s,
        cost_after_s=cost,
        mean_before_s=_mean(before.walks.cost_s, weight),
        mean_after_s=_mean(cost, weight),
    )


def _by_district(before: CoverageResult, cost_s: Floats, threshold_s: float) -> tuple[DistrictGain, ...]:
    size, weight, district = len(before.districts), before.origin_population, before.origin_district

    def people(within: NDArray[np.bool_]) -> Floats:
        return np.bincount(district[within], weight[within], minlength=size).astype(np.float64)

    everybody = people(np.ones(weight.size, dtype=bool))
    was, now = people(before.walks.cost_s <= threshold_s), people(cost_s <= threshold_s)
    return tuple(
        DistrictGain(area.name, float(everybody[i]), float(was[i]), float(now[i]))
        for i, area in enumerate(before.districts)
    )


def _mean(cost_s: Floats, weight: Floats) -> float:
    reached = np.isfinite(cost_s)
    people = float(weight[reached].sum())
    return float(cost_s[reached] @ weight[reached]) / people if people > 0.0 else math.nan


def _notes(ground: _Ground, candidates: PointSet, costs: CostMatrix) -> tuple[str, ...]:
    notes = list(ground.before.notes)
    alone = len(candidates) - np.unique(costs.destination).size
    if alone:
        notes.append(f"{alone} of {len(candidates)} candidates are within reach of no home")
    return tuple(notes)
