"""All figures of a look at coverage: the same wherever they are shown, right where they can be checked."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tiny_town import BLOCK_LAT, BLOCK_LON, LAT, LON, write_boundary, write_town
from town_loading import load_community

from micropolis_map import cli
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.services.assessing import assess_coverage, subject_of
from micropolis_map.services.barriers import barriers_known, find_barriers, question_of
from micropolis_map.services.comparing import compared
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.coverage_view import CURVE_MINUTES, coverage_view
from micropolis_map.services.kept_builds import kept_builds
from micropolis_map.services.loading import LoadRequest
from micropolis_map.services.plan_link import sites_of_link
from micropolis_map.services.walking_time_ground import (
    NO_WAY,
    SCALE,
    home_ground,
    home_times,
    street_ground,
    street_times,
)
from micropolis_map.services.walking_time_layers import districts_layer, streets_layer, worst_layer
from micropolis_map.settings import Settings

HILL = (LON + 3 * BLOCK_LON, LAT + 7.5 * BLOCK_LAT)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("view")
    application = build_application(Settings(data=folder / "data"))
    rows = [(f"{x}{y}", x + 0.5, y + 0.1, x + 1, 1, y % 2) for x in range(6) for y in range(6)]
    rows += [(f"h{x}", x + 0.5, 7.6, 10, 0, 10) for x in range(6)]
    people = [
        f"{name},{LON + x * BLOCK_LON},{LAT + y * BLOCK_LAT},{everybody},{children},{older}"
        for name, x, y, everybody, children, older in rows
    ]
    header = "id,lon,lat,population,age_0_14,age_65_plus"
    (folder / "people.csv").write_text("\n".join([header, *people]))
    request = LoadRequest(
        name="Tiny",
        osm=(write_town(folder),),
        boundary=write_boundary(folder),
        population=folder / "people.csv",
    )
    load_community(application, "tiny", request)
    return application


@pytest.fixture(scope="module")
def view(loaded):
    return coverage_view(loaded, "tiny", CoverageRequest("wheelchair", (3.0, 6.0)))


def test_the_view_is_the_assessment_and_its_json_holds_that_of_the_command(loaded, view):
    assert view.result is assess_coverage(loaded, "tiny", view.result.request)
    document = view.as_json()
    plain = view.result.as_json()
    assert {key: document[key] for key in plain if key not in {"total", "districts"}} == {
        key: plain[key] for key in plain if key not in {"total", "districts"}
    }
    assert plain["total"].items() <= document["total"].items()
    json.dumps(document, allow_nan=False)


def test_the_command_prints_it(loaded, view, capsys):
    command = ["coverage", "tiny", "--json", "--all", "--profile", "wheelchair", "--minutes", "3,6"]
    assert cli.main([*command, "--data", str(loaded.settings.data)]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(view.as_json()))


def test_people_beyond_are_those_not_within(view):
    result = view.result
    cost, people = result.walks.cost_s, result.origin_population
    assert view.asked.people_beyond == pytest.approx(people[cost > 360 + 1e-9].sum())
    assert sum(view.people_beyond) == pytest.approx(view.asked.people_beyond)
    assert view.asked.total == result.total


def test_the_curve_rises_and_meets_the_shares(view):
    for one in view.profiles:
        assert list(one.curve) == sorted(one.curve)
        assert one.curve[-1] <= 1.0
        assert one.curve[CURVE_MINUTES.index(6)] == pytest.approx(one.total.share_within[6.0])


def test_the_worst_homes_have_no_way_or_are_the_farthest(view):
    cost = [home.cost_s for home in view.worst_homes]
    assert cost == sorted(cost, reverse=True)
    assert math.isinf(cost[0])
    assert min(cost) >= np.sort(view.result.walks.cost_s)[-len(cost)]
    assert all(home.population > 0 for home in view.worst_homes)


def test_who_counts_changes_weights_and_not_walks(loaded):
    everybody = assess_coverage(loaded, "tiny", CoverageRequest())
    older = assess_coverage(loaded, "tiny", CoverageRequest(people="older"))
    children = assess_coverage(loaded, "tiny", CoverageRequest(people="children"))
    assert (older.total.population, children.total.population) == (78, 36)
    assert older.walks is everybody.walks
    assert "age_65_plus" in older.population_source
    assert coverage_view(loaded, "tiny", CoverageRequest()).groups == ("all", "older", "children")


def test_two_places_to_choose_from_are_two_within_the_threshold(loaded):
    request = CoverageRequest(minutes=(4.0,))
    share = coverage_view(loaded, "tiny", request).asked.fairness.choice_share
    near = [
        assess_coverage(loaded, "tiny", replace(request, kinds=(kind,))).walks.cost_s <= 240
        for kind in ("library", "local_activity_place")
    ]
    people = assess_coverage(loaded, "tiny", request).origin_population
    assert share == pytest.approx(people[near[0] & near[1]].sum() / people.sum())


def test_own_points_have_no_view(loaded):
    with pytest.raises(InvalidInput, match="own homes"):
        coverage_view(loaded, "tiny", CoverageRequest(spots=PointSet((), np.empty(0), np.empty(0))))


def test_bytes_of_streets_say_what_the_layer_says(loaded):
    subject = subject_of(loaded, "tiny", CoverageRequest("wheelchair"))
    ground, times = street_ground(subject.build), street_times(subject)
    pieces = sum(len(line) // 2 - 1 for line in ground["lines"])
    assert len(times) == pieces
    metres = {}
    number = iter(times)
    for line in ground["lines"]:
        points = np.cumsum(np.array(line).reshape(-1, 2), axis=0) / SCALE
        for one, other in pairwise(points):
            key = next(number)
            metres[key] = metres.get(key, 0.0) + math.dist(one, other)
    layer = {}
    for feature in streets_layer(subject)["features"]:
        cost = feature["properties"].get("cost_s")
        key = NO_WAY if cost is None else round(cost / 30)
        for line in feature["geometry"]["coordinates"]:
            for one, other in pairwise(line):
                layer[key] = layer.get(key, 0.0) + math.dist(one, other)
    assert metres == pytest.approx(layer, rel=1e-3)
    assert NO_WAY in metres


def test_bytes_of_homes_say_what_the_assessment_says(loaded):
    subject = subject_of(loaded, "tiny", CoverageRequest("wheelchair"))
    ground, times = home_ground(subject.build), home_times(subject)
    assert len(ground["points"]) == 2 * len(times) == 2 * len(ground["people"])
    for byte, cost in zip(times, subject.result.walks.cost_s, strict=True):
        assert byte == (NO_WAY if math.isinf(cost) else math.ceil(cost / 30 - 1e-9))


def test_layers_of_districts_and_worst_homes_have_the_figures(loaded, view):
    subject = subject_of(loaded, "tiny", view.result.request)
    for feature, area in zip(districts_layer(subject)["features"], view.result.districts, strict=True):
        assert feature["properties"]["name"] == area.name
        assert feature["properties"]["beyond"] == pytest.approx(area.beyond(6.0), abs=0.1)
    assert len(worst_layer(subject)["features"]) == len(view.worst_homes)


def test_the_steps_to_the_hill_are_what_stands_in_the_way(loaded):
    question = question_of(loaded, "tiny", CoverageRequest("wheelchair", (30.0,)))
    assert barriers_known(question) is None
    told = []
    found = find_barriers(question, lambda share, _: told.append(share))
    first = found.to_open[0]
    assert (first.tags["highway"], first.gained_population) == ("steps", 60.0)
    assert barriers_known(question) is found
    assert told == sorted(told)
    features = found.collection()["features"]
    assert features[0]["id"] == "open-1"
    assert features[0]["geometry"]["coordinates"][1] == pytest.approx(LAT + 7 * BLOCK_LAT, abs=BLOCK_LAT)
    with pytest.raises(InvalidInput, match="takes steps"):
        question_of(loaded, "tiny", CoverageRequest("adult"))


def test_two_profiles_differ_by_their_figures(loaded):
    left, right = (subject_of(loaded, "tiny", CoverageRequest(who)) for who in ("adult", "wheelchair"))
    rows = {row.name: row for row in compared(left, right).totals}
    assert rows["within_15"].left == left.result.total.share_within[15.0]
    assert rows["within_15"].right == right.result.total.share_within[15.0]
    assert rows["unreachable_share"].change == pytest.approx(60 / right.result.total.population)
    assert all(row.change == 0.0 for row in compared(left, left).totals if not math.isnan(row.change))


def test_a_new_place_counts_whatever_is_asked_for(loaded):
    request = CoverageRequest("wheelchair", kinds=("library",), step_free=True, open_at="Su 03:00")
    before = subject_of(loaded, "tiny", request)
    after = subject_of(loaded, "tiny", request, sites=(HILL,))
    assert len(before.result.spots) == 0
    assert len(after.result.spots) == 1
    rows = {row.name: row for row in compared(before, after).totals}
    assert rows["people_beyond"].change == pytest.approx(-60)


def test_two_dates_are_two_kept_states(loaded, tmp_path):
    current = kept_builds(loaded.community_store, "tiny")
    assert len(current) == 1
    older = current[0].folder.with_name("20200101T000000Z-00000000")
    shutil.copytree(current[0].folder, older)
    try:
        assert [build.id for build in kept_builds(loaded.community_store, "tiny")] == [
            current[0].id,
            older.name,
        ]
        then = subject_of(loaded, "tiny", CoverageRequest(), build_id=older.name)
        now = subject_of(loaded, "tiny", CoverageRequest())
        assert then.result.build_id == older.name
        assert then.result.total == now.result.total
    finally:
        shutil.rmtree(older)
    with pytest.raises(NotFound, match="is kept"):
        subject_of(loaded, "tiny", CoverageRequest(), build_id="../../etc")


def test_the_places_of_a_planners_link(loaded):
    link = "http://map.example/planner?community=tiny&new=1&sites=12.001000,55.001000"
    assert sites_of_link(loaded, "tiny", link) == ((12.001, 55.001),)
    proposed = sites_of_link(loaded, "tiny", "/planner?community=tiny&new=2&within=5")
    assert len(proposed) == 2
    assert sites_of_link(loaded, "tiny", "12,55;x;200,1;13.5,-9") == ((12.0, 55.0), (13.5, -9.0))
    area = sites_of_link(loaded, "tiny", "/planner?community=tiny&new=1&area=12,55;12.001,55;12.001,55.001")
    assert all(12 <= lon <= 12.001 and 55 <= lat <= 55.001 for lon, lat in area)
    with pytest.raises(InvalidInput, match="'demo'"):
        sites_of_link(loaded, "tiny", "?community=demo&new=1")
    with pytest.raises(InvalidInput, match="no link"):
        sites_of_link(loaded, "tiny", "hello")
