"""Announcing a guided walk, coming along, waiting, staying away; what is kept of people, and how long."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import shapely
from icalendar import Calendar
from walk_builders import at

from micropolis_map.domain.community import Community, District
from micropolis_map.domain.guided_walk import GuidedWalk
from micropolis_map.domain.permission import RESIDENT, Actor
from micropolis_map.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooMany
from micropolis_map.services import guided_walks
from micropolis_map.services.caretaking import Caretaker
from micropolis_map.services.guided_walks import Announcement, SignUp
from micropolis_map.services.time_zones import zone_of
from micropolis_map.services.walk_calendar import calendar_of

ORGANISER = Actor("organiser", "ola", frozenset({"tiny"}))
TOLD = Announcement(
    "tiny-round",
    "2026-12-05T14:00",
    "Europe/Copenhagen",
    75,
    "By the well",
    "Ola",
    2,
    ("da", "en"),
    note="Boots",
)


@pytest.fixture
def walk(desk, loaded) -> GuidedWalk:
    return guided_walks.announce(desk, loaded.tour_store, ORGANISER, "tiny", TOLD)


def secret(name: str) -> str:
    return f"{name}-0123456789abcdefghijkl"


def asked(walk: GuidedWalk, name: str, contact: str = "") -> SignUp:
    return SignUp(walk.id, f"sign-up-{name}-0000000", secret(name), name, contact)


def events(walks, loaded, name="Tiny") -> list:
    calendar = Calendar.from_ical(calendar_of(walks, loaded.tour_store, "https://map.example", "en", name))
    return calendar.walk("VEVENT")


def test_only_who_organises_the_community_announces(desk, loaded):
    others = (
        RESIDENT,
        Actor("organiser", "x", frozenset({"wawer"})),
        Actor("planner", "p", frozenset({"tiny"})),
    )
    for actor in others:
        with pytest.raises(NotAllowed):
            guided_walks.announce(desk, loaded.tour_store, actor, "tiny", TOLD)
    assert guided_walks.upcoming(desk, "tiny") == []


def test_who_looks_after_one_district_guides_the_walks_that_begin_there(desk, loaded):
    tours, community = loaded.tour_store, desk.communities.get("tiny")
    around = shapely.Point(at(1, 1)).buffer(0.0005)
    district = District("By the well", shapely.geometry.mapping(around), at(1, 1))
    loaded.community_store.save(replace(community, districts=(district,)))
    own, other = (
        Actor("organiser", "d", districts=frozenset({f"tiny/{name}"})) for name in ("By the well", "Beyond")
    )
    with pytest.raises(NotAllowed):
        guided_walks.announce(desk, tours, other, "tiny", TOLD)
    walk = guided_walks.announce(desk, tours, own, "tiny", TOLD)
    guided_walks.sign_up(desk, asked(walk, "zuzanna"))
    assert [seat.name for seat, _ in guided_walks.people(desk, own, walk, tours)] == ["zuzanna"]
    walk = guided_walks.change(desk, tours, own, walk, replace(TOLD, places=5))
    for act in (guided_walks.people, guided_walks.cancel, guided_walks.revive):
        with pytest.raises(NotAllowed):
            act(desk, other, walk, tours)
    assert guided_walks.cancel(desk, own, walk, tours).state == "cancelled"


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts": "2026-11-20T14:00"},  # past
        {"starts": "2027-03-28T02:30"},  # clocks jump from 2 to 3
        {"starts": "tomorrow"},
        {"zone": "Middle/Earth"},
        {"places": 0},
        {"places": 201},
        {"minutes": 4},
        {"languages": ()},
        {"languages": ("xx",)},
        {"meeting": "  "},
        {"guide": "x" * 101},
        {"note": "a\x07b"},
    ],
)
def test_what_cannot_be_is_refused(desk, loaded, wrong):
    with pytest.raises(InvalidInput):
        guided_walks.announce(desk, loaded.tour_store, ORGANISER, "tiny", replace(TOLD, **wrong))


def test_a_tour_of_another_place_is_not_found(desk, loaded):
    for tour in ("nothing", ""):
        with pytest.raises(NotFound):
            guided_walks.announce(desk, loaded.tour_store, ORGANISER, "tiny", replace(TOLD, tour_id=tour))


def test_the_first_have_places_and_the_others_move_up(desk, walk):
    for name in ("ania", "bo", "cy", "dea"):
        guided_walks.sign_up(desk, asked(walk, name))
    assert guided_walks.occupancy(desk, walk) == guided_walks.Occupancy(2, 0, 2)
    assert [one.waiting for one in guided_walks.standings(desk, secret("cy"))] == [1]
    guided_walks.give_back(desk, secret("ania"), asked(walk, "ania").id)
    assert [one.waiting for one in guided_walks.standings(desk, secret("cy"))] == [0]
    assert [one.waiting for one in guided_walks.standings(desk, secret("dea"), walk.id)] == [1]
    assert guided_walks.standings(desk, secret("ania")) == []
    coming = guided_walks.people(desk, ORGANISER, walk)
    assert [(seat.name, waiting) for seat, waiting in coming] == [("bo", 0), ("cy", 0), ("dea", 1)]
    with pytest.raises(NotAllowed):
        guided_walks.people(desk, RESIDENT, walk)


def test_another_key_gives_nothing_back(desk, walk):
    guided_walks.sign_up(desk, asked(walk, "ania"))
    with pytest.raises(NotFound):
        guided_walks.give_back(desk, secret("bo"), asked(walk, "ania").id)
    assert guided_walks.occupancy(desk, walk).taken == 1


def test_sent_twice_is_signed_up_once(desk, walk):
    first = guided_walks.sign_up(desk, asked(walk, "ania"))
    assert guided_walks.sign_up(desk, asked(walk, "ania")) == first
    assert guided_walks.occupancy(desk, walk).taken == 1


def test_nobody_signs_up_for_what_is_called_off_or_has_begun(desk, walk, clock):
    with pytest.raises(InvalidInput):
        guided_walks.sign_up(desk, asked(walk, "   "))
    off = guided_walks.cancel(desk, ORGANISER, walk)
    with pytest.raises(Conflict, match="called off"):
        guided_walks.sign_up(desk, asked(walk, "ania"))
    guided_walks.revive(desk, ORGANISER, off)
    clock.now = datetime(2026, 12, 5, 13, 0, tzinfo=UTC)
    with pytest.raises(Conflict, match="begun"):
        guided_walks.sign_up(desk, asked(walk, "ania"))


def test_fewer_places_put_the_last_back_on_the_list(desk, loaded, walk):
    for name in ("ania", "bo"):
        guided_walks.sign_up(desk, asked(walk, name))
    smaller = guided_walks.change(desk, loaded.tour_store, ORGANISER, walk, replace(TOLD, places=1))
    assert guided_walks.occupancy(desk, smaller) == guided_walks.Occupancy(1, 0, 1)
    with pytest.raises(Conflict):
        guided_walks.cancel(desk, ORGANISER, walk)  # as it was before the change


def test_who_came_is_forgotten_a_day_after_in_the_file_too(desk, loaded, walk, clock):
    guided_walks.sign_up(desk, asked(walk, "zuzanna", "zuzanna@example.org"))
    caretaker = Caretaker(desk)
    clock.now = datetime(2026, 12, 5, 14, 20, tzinfo=UTC)
    caretaker.look()
    clock.now = datetime(2026, 12, 6, 14, 0, tzinfo=UTC)
    caretaker.look()
    assert guided_walks.people(desk, ORGANISER, walk)[0][0].contact == "zuzanna@example.org"
    clock.move(minutes=30)
    caretaker.look()
    (seat, _), *rest = guided_walks.people(desk, ORGANISER, walk)
    assert (seat.name, seat.contact, rest) == ("", "", [])
    file = loaded.settings.data / "micropolis.sqlite"
    assert sqlite3.connect(file).execute("SELECT count(*) FROM walk_seat").fetchone() == (1,)
    for part in file.parent.glob("micropolis.sqlite*"):
        assert b"zuzanna@example" not in part.read_bytes()


def test_the_calendar_is_read_by_icalendar_with_the_right_moment(desk, loaded, walk):
    (event,) = events([walk], loaded)
    assert event["UID"] == f"{walk.id}@micropolis-map"
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 12, 5, 13, 0, tzinfo=UTC)
    assert event["DTSTART"].params["TZID"] == "Europe/Copenhagen"
    assert event["DTEND"].dt.astimezone(UTC) == datetime(2026, 12, 5, 14, 15, tzinfo=UTC)
    assert event["SUMMARY"] == "Guided walk: Round the tiny town"
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 0)
    assert event["DTSTAMP"].dt == desk.now()
    assert f"https://map.example/guided/{walk.id}?lang=en" in event["DESCRIPTION"]


def test_a_walk_that_ends_in_the_hour_that_comes_twice_ends_in_the_right_one(desk, loaded):
    told = replace(TOLD, starts="2027-10-31T01:30", minutes=120)  # clocks go from 3 back to 2
    (event,) = events([guided_walks.announce(desk, loaded.tour_store, ORGANISER, "tiny", told)], loaded)
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2027, 10, 30, 23, 30, tzinfo=UTC)
    assert event["DTEND"].dt.astimezone(UTC) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_a_change_and_a_cancelling_grow_the_sequence_under_the_same_uid(desk, loaded, walk, clock):
    clock.move(hours=1)
    changed = guided_walks.change(
        desk,
        loaded.tour_store,
        ORGANISER,
        walk,
        replace(TOLD, starts="2026-07-05T14:00".replace("2026", "2027")),
    )
    off = guided_walks.cancel(desk, ORGANISER, changed)
    (event,) = events([off], loaded)
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (f"{walk.id}@micropolis-map", 2, "CANCELLED")
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2027, 7, 5, 12, 0, tzinfo=UTC)  # summer time
    assert event["DTSTAMP"].dt == desk.now()


def test_what_people_write_cannot_add_lines_to_a_calendar(desk, loaded):
    told = replace(TOLD, meeting="Well\nBEGIN:VEVENT\nUID:evil", guide="O; la, \\x")
    walk = guided_walks.announce(desk, loaded.tour_store, ORGANISER, "tiny", told)
    (event,) = events([walk], loaded)
    assert event["LOCATION"] == told.meeting
    assert "O; la, \\x" in event["DESCRIPTION"]


def test_a_walk_of_a_tour_that_is_gone_does_not_name_it(desk, loaded, walk):
    (event,) = events([replace(walk, tour_id="gone")], loaded)
    assert event["SUMMARY"] == "Guided walk"


@pytest.mark.parametrize(
    ("country", "centre", "zone"),
    [
        ("PL", (21.15, 52.21), "Europe/Warsaw"),
        ("DK", (9.73, 55.5), "Europe/Copenhagen"),
        ("IT", (9.11, 39.22), "Europe/Rome"),
        ("BR", (-51.2, -30.0), "America/Sao_Paulo"),
        ("", (7.42, 43.73), "Europe/Monaco"),
    ],
)
def test_a_community_has_the_time_zone_of_its_country_and_place(country, centre, zone):
    assert zone_of(Community("x", {}, country=country, centre=centre)) == zone


def test_a_community_may_name_its_time_zone():
    assert zone_of(Community("x", {}, centre=(17.2, 55.7), time_zone="Europe/Oslo")) == "Europe/Oslo"


def test_one_address_takes_half_a_walk_at_most_and_others_still_come(desk, walk):
    def ask(name: str, address: str) -> bool:
        try:
            guided_walks.sign_up(desk, asked(walk, name), address)
        except TooMany:
            return False
        return True

    most = min(guided_walks.MOST_SEATS, max(guided_walks.TWO_AT_HOME, (walk.places + 1) // 2))
    assert most <= walk.places
    taken = [ask(f"greedy{number}", "192.0.2.1") for number in range(most + 3)]
    assert taken == [True] * most + [False] * 3
    assert ask("greedy0", "192.0.2.1")  # the same seat asked for again is the same seat
    assert ask("ania", "192.0.2.2")
