"""From "there is a step" of three walkers to a wheelchair's way that does not take that street any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from town_loading import load_community
from walk_builders import at

from micropolis_map.analysis.profiles import Passage
from micropolis_map.analysis.snapping import snap
from micropolis_map.domain.permission import RESIDENT, Actor
from micropolis_map.domain.shared_tour import SharedTour, TourKey
from micropolis_map.errors import InvalidInput, NotAllowed, UnreadableFile
from micropolis_map.services import opened, walk_feedback
from micropolis_map.services.surveyed_streets import FILE, SurveyedSpot, read_surveys, surveyed
from micropolis_map.services.walk_feedback import ObstacleNote, WalkNote
from micropolis_map.sources.osm_file import read_osm

ORGANISER = Actor("organiser", "ola", frozenset({"tiny"}))


def tell(desk, loaded, number, x=2.5, y=2.0, kind="kerb", device=None, words=""):
    lon, lat = at(x, y)
    secret = f"device-{device or number}-0123456789abcdefgh"
    note = ObstacleNote(f"obstacle-{number:010d}", secret, kind, lon, lat, words)
    return walk_feedback.add_obstacle(desk, loaded.tour_store.get("tiny-round"), note)


def passage(loaded, x, y, profile="wheelchair"):
    build = opened.current_build(loaded.community_store, "tiny")
    network = opened.network_of(build)
    lon, lat = at(x, y)
    edge = int(snap(network, np.array([lon]), np.array([lat]), furthest_m=5.0).edge[0])
    return opened.impedance_of(build, profile).edge_passage[edge] if edge >= 0 else None


def test_three_people_within_25_metres_and_an_organiser_change_the_street_until_undone(
    desk, loaded, request_
):
    folder = loaded.settings.data / "geo" / "tiny"
    for number in range(2):
        assert tell(desk, loaded, number, x=2.5 + number * 0.1)
    assert walk_feedback.proposed(desk, "tiny") == []
    tell(desk, loaded, 3, x=2.55)
    (survey,) = walk_feedback.proposed(desk, "tiny")
    assert (survey.kind, survey.devices, survey.way_id) == ("kerb", 3, 5)
    assert passage(loaded, 2.5, 2.0) != Passage.IMPASSABLE

    with pytest.raises(NotAllowed):
        walk_feedback.decide(desk, RESIDENT, folder, survey, "accepted")
    walk_feedback.decide(desk, ORGANISER, folder, survey, "accepted")
    assert walk_feedback.proposed(desk, "tiny") == []
    assert passage(loaded, 2.5, 2.0) != Passage.IMPASSABLE  # only the next loading knows of it

    report = load_community(loaded, "tiny", request_)
    assert "1 stretch of a street has tags from a survey on the spot" in report.notes
    assert passage(loaded, 2.5, 2.0) == Passage.IMPASSABLE
    assert passage(loaded, 1.5, 2.0) != Passage.IMPASSABLE  # the rest of the way is as it was
    assert passage(loaded, 3.5, 2.0) != Passage.IMPASSABLE
    assert passage(loaded, 2.5, 2.0, "adult") != Passage.IMPASSABLE

    (decided,) = walk_feedback.decided(desk, ORGANISER, "tiny")
    walk_feedback.undo(desk, ORGANISER, folder, decided.id)
    assert not (folder / FILE).exists()
    assert [one.id for one in walk_feedback.proposed(desk, "tiny")] == [survey.id]
    load_community(loaded, "tiny", request_)
    assert passage(loaded, 2.5, 2.0) != Passage.IMPASSABLE


def test_a_locked_gate_closes_the_stretch_for_everybody(desk, loaded, request_):
    for number in range(3):
        tell(desk, loaded, number, kind="gate")
    (survey,) = walk_feedback.proposed(desk, "tiny")
    walk_feedback.decide(desk, ORGANISER, loaded.settings.data / "geo" / "tiny", survey, "accepted")
    load_community(loaded, "tiny", request_)
    assert passage(loaded, 2.5, 2.0, "adult") is None
    assert passage(loaded, 1.5, 2.0, "adult") == Passage.PASSABLE


@pytest.mark.parametrize(
    "told",
    [
        [{}, {}, {"device": 1}],  # the third is the second's phone
        [{}, {"x": 2.4}, {"x": 2.8}],  # the third is 30 m farther
        [{}, {"kind": "steps"}, {"kind": "surface"}],  # not the same thing
        [{}, {}, {"x": 3.0, "y": 2.1}],  # another street
        [{"kind": "other"}] * 3,  # of "something else" no tag follows
    ],
)
def test_less_than_that_proposes_nothing(desk, loaded, told):
    for number, what in enumerate(told):
        tell(desk, loaded, number, **what)
    assert walk_feedback.proposed(desk, "tiny") == []
    assert len(walk_feedback.obstacles(desk, ORGANISER, "tiny")) == 3


def test_rejected_stays_rejected_and_new_reports_are_proposed_anew(desk, loaded):
    folder = loaded.settings.data / "geo" / "tiny"
    for number in range(3):
        tell(desk, loaded, number)
    (survey,) = walk_feedback.proposed(desk, "tiny")
    walk_feedback.decide(desk, ORGANISER, folder, survey, "rejected")
    assert not (folder / FILE).exists()
    tell(desk, loaded, 7)
    assert walk_feedback.proposed(desk, "tiny") == []
    for number in (8, 9):
        tell(desk, loaded, number)
    assert len(walk_feedback.proposed(desk, "tiny")) == 1


def test_a_report_sent_twice_is_one_and_no_device_is_kept(desk, loaded):
    assert tell(desk, loaded, 1, words="a high kerb")
    assert not tell(desk, loaded, 1, words="a high kerb")
    tell(desk, loaded, 2, device=1, kind="steps")
    one, two = walk_feedback.obstacles(desk, ORGANISER, "tiny")
    assert one.device != two.device  # the same phone cannot be followed from one report to the other
    assert "device-1" not in repr((one, two))
    note = WalkNote("report-0000000001", 42, "lovely", "step-free")
    tour = loaded.tour_store.get("tiny-round")
    assert walk_feedback.add_report(desk, tour, note)
    assert not walk_feedback.add_report(desk, tour, note)
    (report,) = walk_feedback.reports(desk, ORGANISER, "tiny")
    assert (report.minutes, report.words, report.variant) == (42, "lovely", "step-free")
    walk_feedback.close(desk, ORGANISER, report.id)
    walk_feedback.close(desk, ORGANISER, one.id)
    assert walk_feedback.reports(desk, ORGANISER, "tiny") == []
    assert [left.id for left in walk_feedback.obstacles(desk, ORGANISER, "tiny")] == [two.id]
    for forbidden in (walk_feedback.reports, walk_feedback.obstacles, walk_feedback.decided):
        with pytest.raises(NotAllowed):
            forbidden(desk, RESIDENT, "tiny")


@pytest.mark.parametrize(
    "wrong", [{"kind": "dragon"}, {"lon": 181.0}, {"words": "x" * 1001}, {"id": "short"}]
)
def test_what_cannot_be_is_refused(desk, loaded, wrong):
    note = ObstacleNote(**{
        "id": "obstacle-0000000001", "device": "device-0123456789abcdefgh", "kind": "kerb", "lon": 12.0,
        "lat": 55.0, "words": "", **wrong,
    })  # fmt: skip
    with pytest.raises(InvalidInput):
        walk_feedback.add_obstacle(desk, loaded.tour_store.get("tiny-round"), note)


def test_a_survey_whose_way_is_gone_or_far_or_over_does_not_count(request_):
    extract = read_osm(request_.osm[0])
    lon, lat = at(2.5, 2.0)
    tags = {"wheelchair": "no"}
    gone = SurveyedSpot(999_999, lon, lat, tags, "2026-11-21")
    far = SurveyedSpot(5, lon, lat + 0.01, tags, "2026-11-21")
    over = SurveyedSpot(5, lon, lat, tags, "2026-01-01", date(2026, 4, 1))
    same, notes = surveyed(extract, [gone, far, over], date(2026, 11, 21))
    assert same is extract
    assert len(notes) == 2
    assert all("is not there any more" in note for note in notes)


def test_only_the_stretch_of_the_way_gets_the_tags(request_):
    extract = read_osm(request_.osm[0])
    lon, lat = at(2.5, 2.0)
    found, _ = surveyed(
        extract, [SurveyedSpot(5, lon, lat, {"kerb": "raised"}, "2026-11-21")], date(2026, 11, 21)
    )
    pieces = [way for way in range(len(found.way_id)) if found.way_id[way] == 5]
    assert [found.way_nodes(way).size for way in pieces] == [3, 2, 4]
    assert [found.way_tags[way].get("kerb") for way in pieces] == [None, "raised", None]
    assert found.way_tags[pieces[1]]["source:survey"] == "survey, 2026-11-21"
    before = next(way for way in range(len(extract.way_id)) if extract.way_id[way] == 5)
    joined = np.concatenate(
        [found.way_nodes(pieces[0]), found.way_nodes(pieces[1])[1:], found.way_nodes(pieces[2])[1:]]
    )
    assert joined.tolist() == extract.way_nodes(before).tolist()
    assert len(found.way_tags) == len(found.way_id) == len(extract.way_id) + 2
    assert found.way_offsets[-1] == found.way_refs.size


def test_a_damaged_file_of_surveys_is_named(tmp_path):
    (tmp_path / FILE).write_text('{"features": [{}]}')
    with pytest.raises(UnreadableFile, match=FILE):
        read_surveys(tmp_path)


def test_the_authors_of_a_tour_read_what_walkers_told(desk, loaded, monkeypatch):
    tell(desk, loaded, 1, words="a high kerb")
    tour = loaded.tour_store.get("tiny-round")
    other = replace(tour, id="tiny-flat")
    author = Actor(keys=frozenset({"a" * 64}))
    shared = SharedTour(tour.id, "tiny", "published", "", keys=(TourKey("a" * 64, "author", ""),))
    monkeypatch.setattr(
        type(desk.tours), "find", lambda _store, tour_id: shared if tour_id == tour.id else None
    )
    _, (obstacle,) = walk_feedback.of_tour(desk, author, tour)
    assert obstacle.words == "a high kerb"
    assert walk_feedback.of_tour(desk, ORGANISER, other) == ([], [])
    for actor, asked in ((RESIDENT, tour), (Actor(keys=frozenset({"b" * 64})), tour), (author, other)):
        with pytest.raises(NotAllowed):
            walk_feedback.of_tour(desk, actor, asked)
