"""Where new sites do most good: against brute force, and what is said where there is no proof."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from micropolis_map.analysis.facility_location import OBJECTIVES, Siting, locate
from micropolis_map.analysis.gains import Gains
from micropolis_map.analysis.hitting import IN_DOUBT, NO, YES, hitting
from micropolis_map.analysis.interchange import greedy, swapped
from micropolis_map.analysis.lagrangian import bounded
from micropolis_map.analysis.siting_model import fewest, sets_of
from micropolis_map.analysis.siting_problem import SitingProblem
from micropolis_map.errors import Cancelled, InvalidInput

PATIENCE_S = 600.0
"""For a proof: a busy machine is slow, not wrong. How fast it comes is measured by `make bench`."""


def random_problem(seed: int, new: int | None = None) -> SitingProblem:
    """A small town: some pairs cannot be walked, some homes are empty, some have a spot already."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 25)), int(rng.integers(1, 9))
    cost = rng.integers(1, 40, (n, m)) * 60.0  # few values: many ties
    there = rng.random((n, m)) < 0.8
    demand, candidate = np.nonzero(there)
    existing = np.where(rng.random(n) < 0.4, rng.integers(1, 60, n) * 60.0, np.inf)
    return SitingProblem(
        demand,
        candidate,
        cost[there],
        rng.integers(0, 5, n) * 1.5,
        m,
        new or int(rng.integers(1, m + 1)),
        900.0,
        existing if rng.random() < 0.7 else None,
        cap_s=1800.0,
    )


def worth(problem: SitingProblem, sites: tuple[int, ...], objective: str) -> tuple[float, ...]:
    """The objective's definition, word by word; greater is better."""
    cost = problem.cost_with(np.array(sites, dtype=int))
    covered = problem.weight[cost <= problem.threshold_s].sum()
    if objective == "coverage":
        return (covered,)
    capped = np.minimum(cost, problem.cap_s)
    if objective == "p-median":
        return (-(problem.weight * capped).sum(),)
    every = problem.cost_with(np.arange(problem.candidates))
    counted = (problem.weight > 0) & (every < problem.cap_s)
    return (-capped[counted].max(initial=0.0), covered)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(50))
def test_brute_force_finds_nothing_better(seed, objective):
    problem = random_problem(seed)
    found = locate(problem, objective, PATIENCE_S)
    assert len(set(found.sites.tolist())) == problem.new
    assert found.is_proven
    assert found.gap == 0.0
    choices = itertools.combinations(range(problem.candidates), problem.new)
    best = max(worth(problem, sites, objective) for sites in choices)
    assert worth(problem, tuple(found.sites), objective) == pytest.approx(best)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_value_is_what_the_definition_says(objective):
    problem = random_problem(7)
    found = locate(problem, objective)
    said = worth(problem, tuple(found.sites), objective)[0]
    before = problem.covered(problem.cost_with(np.empty(0, dtype=int)))
    assert found.value == pytest.approx(said - before if objective == "coverage" else -said)


def town(n: int, m: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    homes, sites = rng.random((n, 2)), rng.random((m, 2))
    return np.hypot(*(homes[:, None] - sites[None]).transpose(2, 0, 1)) * 3600.0, rng.integers(
        1, 100, n
    ) * 1.0


def dense(cost: np.ndarray, weight: np.ndarray, new: int, threshold_s: float) -> SitingProblem:
    demand, candidate = np.indices(cost.shape).reshape(2, -1)
    return SitingProblem(demand, candidate, cost.ravel(), weight, cost.shape[1], new, threshold_s)


def test_bounds_hold_and_a_short_time_leaves_an_honest_gap():
    problem = dense(*town(600, 80), 6, 400.0)
    exact = locate(problem, "p-median", PATIENCE_S)
    hurried = locate(problem, "p-median", time_limit_s=0.0)
    assert exact.is_proven
    assert not hurried.is_proven
    assert hurried.bound <= exact.value <= hurried.value
    assert hurried.gap == pytest.approx((hurried.value - hurried.bound) / hurried.value)


def test_the_lagrangian_never_rules_out_what_is_best():
    for seed in range(30):
        problem = random_problem(seed)
        gains = problem.saving_gains()
        start = swapped(gains, greedy(gains, problem.new))
        known = bounded(gains, start, 1.0)
        choices = itertools.combinations(range(problem.candidates), problem.new)
        best = max(gains.value(np.array(sites)) for sites in choices)
        assert known.value <= best * (1 + 1e-9)
        assert best <= known.bound * (1 + 1e-9)
        if best > known.value * (1 + 1e-9):
            assert known.open.any()


def test_equal_demand_points_are_one():
    row = np.array([0, 0, 1, 1, 2, 3, 3])
    site = np.array([0, 1, 0, 1, 1, 0, 1])
    gain = np.array([2.0, 2.0, 3.0, 3.0, 1.0, 5.0, 4.0])
    gains = Gains.of(row, site, gain, 5, 2)
    assert gains.rows == 3
    assert gains.value(np.array([0])) == 10.0
    assert gains.value(np.array([1])) == 10.0
    assert gains.value(np.array([0, 1])) == 11.0


def test_fewest_sites_that_reach_everybody():
    row, site = np.nonzero(np.array([[1, 0, 1], [1, 1, 0], [0, 1, 1]]))
    answer = fewest(sets_of(row, site, 3), 3, PATIENCE_S, None)
    assert answer.is_proven
    assert answer.sites is not None
    assert answer.sites.size == 2


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_good_sites_come_first_and_a_person_can_stop(objective):
    shown: list[Siting] = []

    def tell(share: float, message: str) -> None:
        assert 0.0 <= share <= 1.0
        assert message
        raise Cancelled("stopped", "start again")

    with pytest.raises(Cancelled):
        locate(dense(*town(300, 40), 4, 400.0), objective, tell=tell, better=shown.append)
    assert shown
    assert shown[0].sites.size == 4


def test_sites_that_cover_nobody_more_shorten_walks():
    cost = np.array([[60.0, 2000.0, 2000.0, 50.0], [2000.0, 1500.0, 1000.0, 2000.0]])
    found = locate(dense(cost, np.ones(2), 2, 300.0), "coverage")
    assert 2 in found.sites
    assert found.value == 1.0


@pytest.mark.parametrize("new", [0, 5])
def test_more_sites_than_candidates_are_refused_with_the_number(new):
    cost, weight = town(10, 4)
    with pytest.raises(InvalidInput, match=f"{new} new sites"):
        dense(cost, weight, new, 300.0)


def test_an_unknown_objective_names_the_known_ones():
    with pytest.raises(InvalidInput, match="p-median"):
        locate(random_problem(1), "fair")


def test_branching_agrees_with_trying_everything():
    rng = np.random.default_rng(0)
    for _ in range(200):
        member = rng.random((rng.integers(1, 12), rng.integers(1, 8))) < rng.uniform(0.15, 0.7)
        member = member[member.any(axis=1)]
        new = int(rng.integers(1, 4))
        sites = member.shape[1]
        first, site = np.append(0, np.cumsum(member.sum(axis=1))), np.nonzero(member)[1]
        said, chosen = hitting(first, site, sites, new)
        choices = itertools.combinations(range(sites), min(new, sites))
        possible = any(member[:, list(choice)].any(axis=1).all() for choice in choices)
        assert said == (YES if possible else NO)
        if possible:
            assert chosen.size <= new
            assert member[:, chosen].any(axis=1).all()
    assert hitting(np.array([0, 1, 2]), np.array([0, 1]), 2, 1, most_work=0)[0] == IN_DOUBT
