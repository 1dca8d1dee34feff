"""Confirmations, reports, and the two years of a place nobody speaks of."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pinning_builders import (
    ANIN_ORGANISER,
    ELSEWHERE,
    ORGANISER,
    a_submission,
    holder,
    look_daily,
    published,
    secret,
)  # fmt: skip

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from place_builders import a_place

from micropolis_map.domain.freshness import freshness
from micropolis_map.errors import InvalidInput, NotAllowed, NotFound
from micropolis_map.services import mine, moderating, pinning, taking_care
from micropolis_map.stores.place_store import Note


@pytest.mark.parametrize(
    ("confirmed", "now", "state"),
    [
        ("2025-03-31", "2026-03-30T23:59:59", "fresh"),
        ("2025-03-31", "2026-03-31", "ask"),
        ("2025-03-31", "2026-09-30", "ask"),
        ("2025-03-31", "2026-10-01", "faded"),
        ("2025-03-31", "2027-03-30", "faded"),
        ("2025-03-31", "2027-03-31", "archive"),
        ("2024-02-29", "2025-02-28", "fresh"),
        ("2024-02-29", "2025-03-01", "ask"),
        ("2026-03-31", "2025-03-31", "fresh"),
    ],
)
def test_months_are_calendar_months(confirmed, now, state):
    moments = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (confirmed, now))
    assert freshness(*moments) == state


def test_a_device_counts_once(desk):
    _, place = published(desk)
    assert taking_care.confirm(desk, "wawer", place.id, secret("phone-one")) == 1
    assert taking_care.confirm(desk, "wawer", place.id, secret("phone-one")) == 1
    assert taking_care.confirm(desk, "wawer", place.id, secret("phone-two")) == 2
    assert taking_care.care(desk, "wawer") == {place.id: {"known_by": 2, "freshness": "fresh"}}
    assert taking_care.care(desk, "demo") == {}


def test_only_public_places_are_confirmed_and_reported(desk):
    waiting = pinning.submit(desk, a_submission()).proposal
    _, place = published(desk)
    for community, place_id in (("wawer", waiting.place_id), ("demo", place.id), ("wawer", "nowhere")):
        with pytest.raises(NotFound):
            taking_care.confirm(desk, community, place_id, secret())
        with pytest.raises(NotFound):
            taking_care.report(desk, community, place_id, "wrong", "", secret())


def test_a_report_reaches_those_who_look_after_the_place(desk):
    _, place = published(desk)
    taking_care.report(desk, "wawer", place.id, "wrong", "first", secret("a"))
    report = taking_care.report(desk, "wawer", place.id, "closed", "It burnt down.", secret("a"))
    assert moderating.reports(desk, ELSEWHERE) == []
    ((seen, where),) = moderating.reports(desk, ANIN_ORGANISER)
    assert (seen.text, where) == ("It burnt down.", place)
    with pytest.raises(NotFound):
        moderating.close_report(desk, ELSEWHERE, report.id)
    moderating.close_report(desk, ANIN_ORGANISER, report.id)
    assert moderating.reports(desk, ORGANISER) == []
    (closed,) = desk.care.reports(open_only=False)
    assert (closed.text, closed.device, closed.closed_by) == ("", "", "org2")
    with pytest.raises(InvalidInput, match="reason"):
        taking_care.report(desk, "wawer", place.id, "boring", "", secret("a"))


def test_two_silent_years_and_back(desk, clock):
    _, place = published(desk)

    def state():
        (thing,) = mine.things(desk, holder())
        look_daily(desk, clock)
        return thing.freshness, desk.places.get(place.id).status

    assert state() == ("fresh", "published")
    clock.move(days=366)
    assert state() == ("ask", "published")
    clock.move(days=190)
    assert state() == ("faded", "published")
    clock.move(days=162)
    look_daily(desk, clock, 2)
    assert state() == ("archive", "archived")
    assert desk.places.places() == []
    with pytest.raises(NotAllowed):
        mine.still_true(desk, holder("ewa"), place.id)
    back = mine.still_true(desk, holder(), place.id)
    assert (back.status, back.revision) == ("published", 3)
    assert state() == ("fresh", "published")
    actors = [entry.actor for entry in desk.revisions.entries(place.id)]
    assert actors == ["organiser:org1", "caretaker", "resident"]


@pytest.mark.parametrize("who", ["neighbour", "organiser", "author"])
def test_whoever_says_it_is_true_keeps_it_fresh(desk, clock, who):
    _, place = published(desk)
    clock.move(days=600)
    if who == "neighbour":
        taking_care.confirm(desk, "wawer", place.id, secret("phone"))
    elif who == "organiser":
        taking_care.still_true(desk, ORGANISER, place.id)
    else:
        mine.still_true(desk, holder(), place.id)
    clock.move(days=300)
    look_daily(desk, clock)
    assert taking_care.Freshnesses(desk).of(place) == "fresh"
    clock.move(days=425)
    look_daily(desk, clock, 6)
    assert desk.places.get(place.id).status == "archived"


def test_hidden_places_are_not_archived(desk, clock):
    _, place = published(desk)
    moderating.hide(desk, ORGANISER, place.id, "no")
    clock.move(days=900)
    look_daily(desk, clock)
    assert desk.places.get(place.id).status == "hidden"


def test_what_an_old_file_brings_in_is_not_archived_at_once(desk, clock):
    old = a_place(updated="2019-01-01T00:00:00Z", created="2018-01-01T00:00:00Z")
    desk.revisions.put(old, Note("import", "", desk.moment()), expected_revision=0)
    look_daily(desk, clock)
    assert desk.places.get(old.id).status == "published"
    clock.move(days=362)
    assert taking_care.Freshnesses(desk).of(old) == "ask"
    clock.move(days=363)
    look_daily(desk, clock, 6)
    assert desk.places.get(old.id).status == "archived"
