"""Laws of siting: links come back the same, a café never lowers coverage, gains add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from micropolis_map.analysis.facility_location import OBJECTIVES, locate
from micropolis_map.analysis.profiles import names
from micropolis_map.analysis.siting_problem import SitingProblem
from micropolis_map.domain.visible_text import visible
from micropolis_map.services.siting_link import (
    GOALS,
    MINUTES,
    MOST_KEPT,
    WEIGHTS,
    WHERE,
    Scenario,
    kept_of,
    kept_text,
    points_of,
    scenario_of_link,
)
from micropolis_map.services.venues import venue_kinds

PATIENCE_S = 600.0
"""For a proof: a busy machine is slow, not wrong. How fast it comes is measured by `make bench`."""

PLACE = some.tuples(
    some.floats(-180, 180).map(lambda v: round(v, 5)), some.floats(-90, 90).map(lambda v: round(v, 5))
)
NAME = some.text(min_size=1, max_size=12).map(lambda text: " ".join(visible(text).split())).filter(bool)
"""As a person calls a plan; what nobody sees in it is left out before it is kept."""
SCENARIO = some.builds(
    Scenario,
    community=some.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True),
    new=some.integers(1, 10),
    minutes=some.sampled_from(MINUTES),
    profile=some.sampled_from(names()),
    goal=some.sampled_from(GOALS),
    keep=some.booleans(),
    where=some.sampled_from(WHERE),
    venues=some.sets(some.sampled_from(venue_kinds())).map(
        lambda s: tuple(k for k in venue_kinds() if k in s)
    ),
    chosen=some.lists(NAME, max_size=3, unique=True).map(tuple),
    districts=some.lists(NAME, max_size=3, unique=True).map(tuple),
    area=some.lists(PLACE, min_size=3, max_size=8).map(tuple) | some.just(()),
    older=some.sampled_from(WEIGHTS),
    children=some.sampled_from(WEIGHTS),
    sites=some.lists(PLACE, max_size=10).map(tuple),
    name=NAME,
)


@given(SCENARIO)
def test_a_scenario_survives_its_link(scenario):
    assert Scenario.parse(scenario.query()) == scenario
    assert scenario.request().new == scenario.new


@given(some.lists(SCENARIO, max_size=MOST_KEPT))
def test_kept_scenarios_survive_one_parameter_that_needs_no_escaping(scenarios):
    text = kept_text(tuple(scenarios))
    assert kept_of(text) == tuple(scenarios)
    assert not text.strip(
        "".join(map(chr, range(48, 58))) + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-~"
    )


@given(some.text(max_size=200))
def test_any_text_is_some_scenario(text):
    assert all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in points_of(text, 10))
    assert len(kept_of(text)) <= MOST_KEPT
    assert 1 <= scenario_of_link(text).new <= 10


@some.composite
def problems(draw):
    rng = np.random.default_rng(draw(some.integers(0, 10_000)))
    homes, sites = draw(some.integers(1, 30)), draw(some.integers(2, 9))
    cost = rng.integers(1, 60, (homes, sites)) * 30.0
    there = rng.random((homes, sites)) < 0.8
    demand, candidate = np.nonzero(there)
    existing = np.where(rng.random(homes) < 0.5, rng.integers(1, 60, homes) * 30.0, np.inf)
    new = draw(some.integers(1, sites - 1))
    return SitingProblem(
        demand, candidate, cost[there], rng.random(homes) * 5.0, sites, new, 600.0, existing, cap_s=1500.0
    )


@settings(max_examples=40)
@given(problems(), some.sampled_from(OBJECTIVES))
def test_one_more_cafe_never_lowers_coverage_and_gains_add_up(problem, objective):
    sites = locate(problem, objective).sites
    covered = [problem.covered(problem.cost_with(sites[:n])) for n in range(sites.size + 1)]
    assert covered == sorted(covered)
    for other in range(problem.candidates):
        assert problem.covered(problem.cost_with(np.append(sites, other))) >= covered[-1]
    assert sum(np.diff(covered)) == pytest.approx(covered[-1] - covered[0])


@settings(max_examples=40)
@given(problems())
def test_one_more_site_never_makes_an_objective_worse(problem):
    for objective in OBJECTIVES:
        one = locate(problem, objective, PATIENCE_S)
        more = locate(SitingProblem(**{**vars(problem), "new": problem.new + 1}), objective, PATIENCE_S)
        assert one.is_proven
        assert more.is_proven
        if objective == "coverage":
            assert more.value >= one.value * (1 - 1e-9)
        else:
            assert more.value <= one.value * (1 + 1e-9)
