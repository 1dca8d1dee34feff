"""Smart work centres of the demo town: reach, savings by settlement, the next centre, kept results."""

from __future__ import annotations

from dataclasses import replace

import pytest

from micropolis_map.analysis.commuting import Commuting
from micropolis_map.domain.permission import Actor
from micropolis_map.errors import InvalidInput
from micropolis_map.services import kept_runs
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.work_centres import WorkRequest, assess_work_centres, city_at

STORHAVN = city_at("Storhavn", 16.79, 55.59)
ASKED = WorkRequest(minutes=10.0, city=STORHAVN, new=2)


@pytest.fixture(scope="module")
def result(town):
    return assess_work_centres(town, "demo", ASKED)


def test_who_walks_there_is_what_coverage_says(town, result):
    coverage = assess_coverage(town, "demo", CoverageRequest(minutes=(10.0,), kinds=("smart_work_centre",)))
    assert len(result.coverage.spots) == 1
    assert result.within == pytest.approx(coverage.total.population * coverage.total.share_within[10.0])
    assert sum(one.within for one in result.settlements) == pytest.approx(result.within)


def test_the_settlements_savings_add_up(result):
    assert sum(one.saved.co2_kg for one in result.settlements) == pytest.approx(result.saved.co2_kg)
    assert sum(one.saved.person_km for one in result.settlements) == pytest.approx(result.saved.person_km)
    for one in result.settlements:
        assert one.is_reached == (one.within >= one.population / 2)
        assert 30.0 < one.city_km < 45.0  # 28 km as the crow flies, and a third more by road


def test_the_next_centres_add_what_is_gained(result):
    gained = sum(one.site.gained_population for one in result.next)
    assert result.within + gained == pytest.approx(result.proposal.plan.covered_after)
    more = result.saved_with_next.co2_kg - result.saved.co2_kg
    assert sum(one.saved.co2_kg for one in result.next) == pytest.approx(more)
    assert more > 0


def test_without_a_city_nothing_is_said_of_kilometres(town, result):
    without = assess_work_centres(town, "demo", replace(ASKED, city=None, new=0))
    assert without.saved is None
    assert without.within == result.within
    assert "saved_co2_kg" not in without.figures()
    assert without.proposal is None


def test_no_days_no_savings(town):
    none = assess_work_centres(town, "demo", replace(ASKED, commuting=Commuting(days_a_week=0.0), new=1))
    assert none.saved.co2_kg == 0.0
    assert none.next[0].saved.person_km == 0.0
    assert none.next[0].site.gained_population > 0


def test_a_longer_walk_never_reaches_fewer(town):
    reached = [
        assess_work_centres(town, "demo", replace(ASKED, minutes=minutes, new=0)).within
        for minutes in (5.0, 10.0, 20.0)
    ]
    assert reached == sorted(reached)


@pytest.mark.parametrize("city", [("x", 200.0, 0.0), ("x", float("nan"), 0.0)])
def test_a_city_is_on_earth(city):
    with pytest.raises(InvalidInput):
        city_at(*city)


def test_a_city_is_not_at_the_other_end_of_the_world(town):
    with pytest.raises(InvalidInput, match="km away"):
        assess_work_centres(town, "demo", replace(ASKED, city=city_at("Sydney", 151.2, -33.9)))


def test_the_number_of_new_centres_is_limited(town):
    with pytest.raises(InvalidInput, match="99 new centres"):
        assess_work_centres(town, "demo", replace(ASKED, new=99))


def test_it_is_kept_and_repeated_exactly(town, result):
    planner = Actor("planner", "id-ada", frozenset({"demo"}))
    run = kept_runs.keep_work_centres(town, planner, result)
    again = kept_runs.repeat(town, planner, run.id)
    assert again.changed == ()
    assert run.figures["saved_co2_kg"] == result.saved.co2_kg
    kept_runs.delete(town, planner, run.id)
