"""Where the next meeting places do most good: proposed with proof or gap, and any other choice compared."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from micropolis_map.analysis.cost_matrix import CostMatrix
from micropolis_map.analysis.facility_location import TIME_LIMIT_S, Siting, locate
from micropolis_map.analysis.interchange import greedy, swapped
from micropolis_map.analysis.siting_curve import coverage_curve, knee
from micropolis_map.analysis.siting_problem import CAP_S, SitingProblem, in_order
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress, silent
from micropolis_map.services import opened
from micropolis_map.services.assessing import Deps
from micropolis_map.services.siting_candidates import candidates_of
from micropolis_map.services.siting_ground import Ground, ground_of
from micropolis_map.services.siting_plan import people_told, plan_of
from micropolis_map.services.siting_result import Plan, SitingRequest, SitingResult
from micropolis_map.services.siting_sites import points_at
from micropolis_map.services.timed_notes import timed_notes

Shown = Callable[[SitingResult], None]
CURVE_TO = 12
"""Numbers of sites on the curve, at least."""


def propose_sites(
    deps: Deps,
    slug: str,
    request: SitingRequest,
    progress: Progress = silent,
    time_limit_s: float = TIME_LIMIT_S,
    better: Shown | None = None,
) -> SitingResult:
    """Return where `request.new` meeting places do most good.

    Parameters
    ----------
    better
        Shown good sites before any proof, then whatever is better or bounded closer.

    Raises
    ------
    NotFound, NotLoaded
        There is no such community, or its streets are not loaded.
    InvalidInput
        Number, threshold, profile, objective, weights or candidates are not possible.
    Cancelled
        `progress` stopped it; what `better` was shown last is the best known.
    """
    begun = time.monotonic()
    ground = ground_of(deps, slug, request)
    progress(0.02, "Measuring walks from every home")
    candidates = candidates_of(deps, slug, request, ground.before)
    _check_candidates(candidates, request.new)
    costs = ground.costs(candidates, ground.threshold_s)
    problem = ground.problem(costs, len(candidates), request.new)
    notes, curve = _notes(ground, candidates, costs), _curve(ground, problem)

    def result_of(found: Siting) -> SitingResult:
        plan = plan_of(ground, candidates.take(found.sites))
        values = _with_plan(curve, plan)
        return SitingResult(
            community=slug,
            request=request,
            plan=plan,
            optimal=found.is_proven,
            gap=found.gap,
            value=found.value,
            bound=found.bound,
            seconds=time.monotonic() - begun,
            candidates=len(candidates),
            candidates_source=candidates.source,
            population_source=ground.before.population_source,
            build_id=ground.present.build.id,
            curve=values,
            knee=knee(values),
            notes=notes,
            near_end=_near_end(ground),
        )

    def show(found: Siting) -> None:
        if better is not None:
            better(result_of(found))

    if request.objective != "coverage":
        show(_at_once(problem, request.objective))
        progress(0.04, "Measuring longer walks")
        problem = ground.problem(
            ground.costs(candidates, max(CAP_S, ground.threshold_s)), len(candidates), request.new
        )
    return result_of(locate(problem, request.objective, time_limit_s, progress, show))


def assess_sites(
    deps: Deps, slug: str, request: SitingRequest, points: tuple[tuple[float, float], ...]
) -> Plan:
    """Return what new sites at `points` (lon, lat) do, each after those before it.

    Raises
    ------
    InvalidInput
        The profile, threshold or a weight is not possible.
    """
    return plan_of(ground_of(deps, slug, request), points_at(points))


def _check_candidates(candidates: PointSet, new: int) -> None:
    if new < 1:
        raise InvalidInput(mark("{n} new sites were asked for"), mark("ask for at least one"), n=new)
    if len(candidates) < new:
        raise InvalidInput(
            mark("{n} new sites were asked for, but there are only {n_candidates} candidates"),
            mark("ask for fewer, or give more candidates"),
            n=new,
            n_candidates=len(candidates),
        )


def _at_once(problem: SitingProblem, objective: str) -> Siting:
    """Return sites near most people, good for a first look while longer walks are still being measured."""
    gains = problem.coverage_gains()
    sites = in_order(problem, swapped(gains, greedy(gains, problem.new)))
    return Siting(sites, objective, math.nan, math.nan, None, is_proven=False, seconds=0.0)


def _curve(ground: Ground, problem: SitingProblem) -> tuple[float, ...]:
    """Return how many people 0, 1, 2 … sites cover; people, whatever anybody weighs."""
    people = replace(problem, weight=ground.people)
    before = people.covered(ground.before_s)
    values = coverage_curve(people.coverage_gains(), max(CURVE_TO, problem.new))
    everybody = people_told(float(ground.people.sum()))
    return tuple(min(everybody, people_told(before + value)) for value in values)


def _with_plan(curve: tuple[float, ...], plan: Plan) -> tuple[float, ...]:
    """Return the curve, nowhere below what is known of the plan: it has that many sites."""
    new = len(plan.sites)
    if new < len(curve):
        known = max(curve[new], plan.covered_after)
        curve = (*curve[:new], *(max(known, value) for value in curve[new:]))
    return curve


def _near_end(ground: Ground) -> float | None:
    before = ground.before.total.near_end
    return before[ground.request.minutes] if before and ground.present.keep_existing else None


def _notes(ground: Ground, candidates: PointSet, costs: CostMatrix) -> tuple[str, ...]:
    kept = ground.present.keep_existing
    notes = list(ground.before.notes) if kept else timed_notes(opened.network_of(ground.present.build))
    alone = len(candidates) - np.unique(costs.destination).size
    if alone:
        notes.append(
            Sentence.counted(
                "{n} of {all} candidates is within reach of no home",
                "{n} of {all} candidates are within reach of no home",
                n=alone,
                all=len(candidates),
            )
        )
    return tuple(notes)
