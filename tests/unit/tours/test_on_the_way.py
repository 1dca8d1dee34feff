"""What one meets on the way: benches, water, closed doors; and why a suggestion has its stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from micropolis_map.analysis.metric import metres_per_degree
from micropolis_map.errors import InvalidInput
from micropolis_map.services.touring_comforts import NEAR_M, comforts_near
from micropolis_map.services.touring_drafts import TourDraft, planned_draft
from micropolis_map.services.touring_hours import visits
from micropolis_map.services.touring_marks import marks_of
from micropolis_map.services.touring_published import published_tour
from micropolis_map.services.touring_suggestion import Wish, suggest_tour
from micropolis_map.sources.osm_comforts import comfort_kind

HILL, SHORE = "demo-op-ad-bakketrappen", "demo-rundt-om-holmen"
WELL, LIBRARY, LOOKOUT = "demo-torvebroenden", "demo-biblioteket-kompasset", "demo-klokkeudsigten"


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "bench"}, "bench"),
        ({"amenity": "toilets"}, "toilets"),
        ({"amenity": "toilets", "access": "private"}, None),
        ({"amenity": "drinking_water"}, "drinking_water"),
        ({"amenity": "drinking_water", "drinking_water": "no"}, None),
        ({"amenity": "fountain", "drinking_water": "yes"}, "drinking_water"),
        ({"man_made": "water_tap"}, None),
        ({"amenity": "cafe"}, None),
    ],
)
def test_what_counts_as_a_comfort(tags, kind):
    assert comfort_kind(tags) == kind


def nearest_m(plan, lon, lat):
    """Metres from a point to the nearest of many points along the line: an answer of another kind."""
    east, north = (float(v) for v in metres_per_degree(np.array(lat)))
    best = np.inf
    for walk in plan.walks:
        steps = np.linspace(0.0, 1.0, 200)[:, None]
        x = walk.lon[:-1] + (walk.lon[1:] - walk.lon[:-1]) * steps
        y = walk.lat[:-1] + (walk.lat[1:] - walk.lat[:-1]) * steps
        best = min(best, float(np.hypot((x - lon) * east, (y - lat) * north).min()))
    return best


def test_what_is_near_the_line_is_within_its_distance_and_in_the_order_of_walking(town):
    plan = published_tour(town, HILL)
    found = comforts_near(town.community_store, plan)
    assert found.count("toilets") == 1
    assert found.count("drinking_water") == 1
    assert found.count("bench") >= 1
    for one in found.nearby:
        assert one.off_m <= NEAR_M[one.kind]
        assert nearest_m(plan, one.lon, one.lat) == pytest.approx(one.off_m, abs=0.5)
    along = [one.along_m for one in found.nearby]
    assert along == sorted(along)
    assert 0 < found.longest_without_bench_m <= plan.length_m + 1


def test_without_streets_nothing_is_claimed(town):
    plan = published_tour(town, "cagliari-quattro-quartieri")
    assert comforts_near(town.community_store, plan) is None
    assert marks_of(plan, None) == []


def test_marks_are_the_obstacles_and_the_comforts(town):
    plan = published_tour(town, HILL)
    found = comforts_near(town.community_store, plan)
    roles = [mark["properties"]["role"] for mark in marks_of(plan, found)]
    assert roles.count("obstacle") == len(plan.obstacles) > 0
    assert roles.count("comfort") == len(found.nearby)


def clock(*moment):
    """A moment by the clock of the place."""
    return datetime(*moment)  # noqa: DTZ001


HOURS = {
    LIBRARY: "Mo-Fr 10:00-19:00; Sa 10:00-15:00; Su 12:00-16:00",
    LOOKOUT: "24/7",
    WELL: "",
}


@pytest.mark.parametrize(
    ("begins", "state", "opens"),
    [
        (clock(2026, 11, 23, 9, 0), "closed", clock(2026, 11, 23, 10, 0)),  # a Monday
        (clock(2026, 11, 23, 12, 0), "open", None),
        (clock(2026, 11, 28, 14, 57), "closed", None),  # closes during the visit
        (clock(2026, 11, 29, 20, 0), "closed", clock(2026, 11, 30, 10, 0)),
    ],
)
def test_a_stop_is_open_for_the_whole_visit_or_told_as_closed(town, begins, state, opens):
    plan = planned_draft(town, TourDraft("demo", (LIBRARY, LOOKOUT, WELL), own_order=True), "en")
    found = visits(plan, HOURS, begins)
    assert [visit.stop.id for visit in found] == [LIBRARY, LOOKOUT, WELL]
    assert (found[0].state, found[0].opens) == (state, opens) if opens else found[0].state == state
    assert [visit.state for visit in found[1:]] == ["open", "unknown"]
    whole = (found[-1].leaves - begins).total_seconds()
    assert whole == pytest.approx(plan.walking_s + plan.visit_s, abs=1)


def test_hours_nobody_can_read_are_not_known(town):
    plan = planned_draft(town, TourDraft("demo", (LIBRARY, WELL), own_order=True), "en")
    found = visits(plan, {LIBRARY: "whenever Ola is in", WELL: "x" * 400}, clock(2026, 11, 23, 9, 0))
    assert [visit.state for visit in found] == ["unknown", "unknown"]


def test_a_draft_is_its_address(town):
    draft = TourDraft(
        "demo", (WELL, LOOKOUT, LIBRARY), own_order=True, loop=True, visit_min=10, profile="senior"
    )
    assert TourDraft.parse("demo", draft.query()) == draft
    ends = TourDraft("demo", (WELL, LOOKOUT, LIBRARY), first=LIBRARY, last=WELL)
    assert TourDraft.parse("demo", ends.query()) == ends
    plan = planned_draft(town, ends, "en")
    assert [stop.id for stop in plan.stops] == [LIBRARY, LOOKOUT, WELL]
    own = planned_draft(town, replace(ends, own_order=True), "en")
    assert [stop.id for stop in own.stops] == [WELL, LOOKOUT, LIBRARY]
    with pytest.raises(InvalidInput):
        TourDraft.parse("demo", {"stops": ""})


def test_a_suggestion_fits_says_why_and_nothing_left_out_would_fit(town):
    found = suggest_tour(town, "demo", Wish(60.0))
    assert found.optimal
    assert found.taken_s <= 3600
    assert found.spare_s == pytest.approx(3600 - found.taken_s)
    assert [one.stop.id for one in found.taken] == [stop.id for stop in found.stops]
    walking = sum(one.walk_s for one in found.taken)
    assert walking + sum(stop.visit_s for stop in found.stops) == pytest.approx(found.taken_s)
    assert found.left_out
    assert all(one.more_s > found.spare_s for one in found.left_out if one.stories >= 0)


def test_a_suggestion_begins_where_one_wants(town):
    found = suggest_tour(town, "demo", Wish(60.0, start=LOOKOUT))
    assert found.stops[0].id == LOOKOUT
    back = suggest_tour(town, "demo", Wish(60.0, start=LOOKOUT, loop=True))
    assert back.stops[0].id == LOOKOUT
    with pytest.raises(InvalidInput, match="no place"):
        suggest_tour(town, "demo", Wish(60.0, start="nowhere"))
