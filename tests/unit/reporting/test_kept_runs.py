"""Kept results: repeated exactly, marked when the ground changed, seen by planners only."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as some

from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, Actor
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput, NotAllowed, NotFound
from micropolis_map.services import kept_inputs, kept_runs
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.siting import assess_sites, propose_sites
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.stores.damage import DamagedDocument

PLANNER = Actor("planner", "id-ada", frozenset({"demo"}))
COLLEAGUE = Actor("planner", "id-bo", frozenset({"demo"}))
ELSEWHERE = Actor("planner", "id-cy", frozenset({"wawer"}))


@pytest.fixture(scope="module")
def coverage(town):
    return assess_coverage(town, "demo", CoverageRequest("wheelchair", (5.0, 10.0)))


@pytest.fixture(autouse=True)
def nothing_kept(town):
    yield
    for run in town.run_store.of_community("demo"):
        town.run_store.set_deleted(run.id, "2000-01-01T00:00:00Z")
    town.run_store.erase(town.run_store.deleted_before("2001-01-01T00:00:00Z"), "2001-01-01T00:00:00Z")


def test_a_coverage_is_kept_listed_and_repeated_exactly(town, coverage):
    run = kept_runs.keep_coverage(
        town, PLANNER, coverage, title=" For  the council ", address="/coverage?x=1"
    )
    (listed,) = kept_runs.listed(town, COLLEAGUE, "demo")
    assert listed.run == run
    assert (run.title, run.kind, listed.older) == ("For the council", "coverage", ())
    again = kept_runs.repeat(town, COLLEAGUE, run.id)
    assert again.figures == dict(run.figures)
    assert again.changed == ()
    assert run.figures["share_within_10"] == coverage.total.share_within[10.0]
    assert run.figures["share_within_certain_10"] == coverage.total.share_within_certain[10.0]
    assert coverage.total.near_end is not None
    assert not any(name.startswith("near_data_end") for name in run.figures)  # runs of before have none


@pytest.mark.parametrize("column", ["inputs", "figures", "kind", "title", "created", "deleted"])
def test_a_damaged_result_is_deleted_by_who_kept_it_and_erased(town, coverage, column):
    run = kept_runs.keep_coverage(town, PLANNER, coverage)
    with sqlite3.connect(town.settings.data / "micropolis.sqlite") as connection:
        connection.execute(f"UPDATE kept_run SET {column} = CAST(? AS TEXT)", (b"\xff zqxw",))
    connection.close()
    with pytest.raises(DamagedDocument):
        kept_runs.repeat(town, PLANNER, run.id)
    for stranger in (COLLEAGUE, ELSEWHERE):
        with pytest.raises(NotAllowed):
            kept_runs.delete(town, stranger, run.id)
    gone = kept_runs.delete(town, PLANNER, run.id)
    assert (gone.id, gone.community, gone.kept_by) == (run.id, "demo", PLANNER.account_id)
    assert "zqxw" not in repr(gone)
    kept_runs.restore(town, PLANNER, run.id)
    kept_runs.delete(town, LOCAL_ADMINISTRATOR, run.id)
    assert town.run_store.erase([run.id], "2027-01-01T00:00:00Z") == 1
    with pytest.raises(NotFound):
        kept_runs.delete(town, PLANNER, run.id)


def test_the_same_result_is_kept_once(town, coverage):
    first = kept_runs.keep_coverage(town, PLANNER, coverage)
    assert kept_runs.keep_coverage(town, PLANNER, coverage) == first
    assert kept_runs.keep_coverage(town, COLLEAGUE, coverage) != first
    assert len(kept_runs.listed(town, PLANNER, "demo")) == 2


def test_proposed_and_moved_sites_are_repeated_exactly(town):
    request = SitingRequest(2, 5.0, keep_existing=False)
    result = propose_sites(town, "demo", request)
    proposed = kept_runs.keep_siting(town, PLANNER, result)
    moved = assess_sites(town, "demo", request, ((17.2, 55.7), (17.21, 55.701)))
    by_hand = kept_runs.keep_siting(town, PLANNER, result, moved)
    assert proposed.figures["optimal"] is True
    for run, plan in ((proposed, result.plan), (by_hand, moved)):
        assert run.figures["gained"] == plan.covered_after - plan.covered_before
        assert kept_runs.repeat(town, PLANNER, run.id).changed == ()


def test_what_was_made_on_other_ground_is_marked_and_both_figures_stand(town, coverage):
    run = kept_runs.keep_coverage(town, PLANNER, coverage)
    other = replace(
        run, id="other", build_id="20200101T000000Z-0", figures={**run.figures, "population": 1.0}
    )
    town.run_store.add(other)
    by_id = {listed.run.id: listed for listed in kept_runs.listed(town, PLANNER, "demo")}
    assert by_id["other"].older == ("network",)
    again = kept_runs.repeat(town, PLANNER, "other")
    assert again.changed == ("population",)
    assert again.run.figures["population"] == 1.0
    assert again.figures["population"] == coverage.total.population
    assert kept_runs.build_date(other.build_id) == "2020-01-01"


def test_only_planners_of_the_community_keep_see_and_repeat(town, coverage):
    run = kept_runs.keep_coverage(town, PLANNER, coverage)
    for stranger in (Actor(), ELSEWHERE, Actor("organiser", "id-dan", frozenset({"wawer"}))):
        with pytest.raises(NotAllowed):
            kept_runs.keep_coverage(town, stranger, coverage)
        with pytest.raises(NotAllowed):
            kept_runs.listed(town, stranger, "demo")
        with pytest.raises(NotAllowed):
            kept_runs.repeat(town, stranger, run.id)
        with pytest.raises(NotAllowed):
            kept_runs.delete(town, stranger, run.id)
    with pytest.raises(NotFound):
        kept_runs.repeat(town, PLANNER, "nothing")


def test_deleting_is_for_who_kept_it_and_undone(town, coverage):
    run = kept_runs.keep_coverage(town, PLANNER, coverage)
    with pytest.raises(NotAllowed):
        kept_runs.delete(town, COLLEAGUE, run.id)
    kept_runs.delete(town, PLANNER, run.id)
    assert kept_runs.listed(town, PLANNER, "demo") == []
    kept_runs.restore(town, PLANNER, run.id)
    assert [listed.run for listed in kept_runs.listed(town, PLANNER, "demo")] == [run]
    kept_runs.delete(town, LOCAL_ADMINISTRATOR, run.id)
    assert kept_runs.listed(town, PLANNER, "demo") == []


def test_a_long_title_is_refused(town, coverage):
    with pytest.raises(InvalidInput, match="121 characters"):
        kept_runs.keep_coverage(town, PLANNER, coverage, title="x" * 121)


@dataclass(frozen=True)
class Weight:
    group: str
    factor: float


@dataclass(frozen=True)
class Question:
    minutes: tuple[float, ...] = ()
    sites: tuple[tuple[float, float], ...] = ()
    who: str | None = None
    weights: tuple[Weight, ...] = ()
    groups: frozenset[str] = frozenset()
    at: datetime | None = None
    inner: Weight | None = None
    shares: dict = field(default_factory=dict)


def test_a_question_of_every_shape_comes_back():
    asked = Question(
        (5.0, 7.5), ((1.0, 2.0),), "adult", (Weight("65+", 2.0),), frozenset({"b", "a"}),
        inner=Weight("x", 1.0), shares={"a": 1.0},
    )  # fmt: skip
    assert kept_inputs.from_json(Question, kept_inputs.to_json(asked)) == asked


@given(some.tuples(some.floats(allow_nan=False, allow_infinity=False)), some.none() | some.text())
def test_any_question_comes_back(minutes, who):
    asked = Question(minutes, who=who)
    assert kept_inputs.from_json(Question, kept_inputs.to_json(asked)) == asked


def test_points_and_shapes_come_back():
    points = PointSet(
        ("a", "b"), np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([1.5, 0.0]), ("A", "B"),
        {"what": np.array(["x", "y"])}, "a file",
    )  # fmt: skip
    back = kept_inputs.from_json(SitingRequest, kept_inputs.to_json(SitingRequest(2, candidates=points)))
    assert back.candidates.id == points.id
    assert back.candidates.columns["what"].tolist() == ["x", "y"]
    assert np.array_equal(back.candidates.population, points.population)
    assert (back.candidates.name, back.candidates.source) == (points.name, points.source)
    shape = shapely.box(0, 0, 1, 2)
    assert shapely.equals(kept_inputs._read(object, kept_inputs.to_json(shape)), shape)


def test_a_question_of_a_newer_version_is_refused():
    with pytest.raises(InvalidInput, match="'flavour'"):
        kept_inputs.from_json(CoverageRequest, {"profile": "adult", "flavour": "sweet"})


def test_a_question_of_an_older_version_has_the_defaults():
    assert kept_inputs.from_json(CoverageRequest, {"profile": "senior"}) == CoverageRequest("senior")


def test_no_figure_is_kept_that_json_cannot_hold(coverage):
    figures = kept_runs.coverage_figures(replace(coverage, total=replace(coverage.total, median_s=math.inf)))
    assert figures["median_s"] is None
