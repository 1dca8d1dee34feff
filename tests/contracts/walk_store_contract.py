"""What the stores of guided walks and of walkers' reports promise; a database subclasses with a fixture."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from micropolis_map.domain.guided_walk import GuidedWalk, Seat, waiting_numbers
from micropolis_map.domain.walk_report import Obstacle, Survey, WalkReport
from micropolis_map.errors import Conflict, NotFound
from micropolis_map.stores.database import Database
from micropolis_map.stores.walk_report_store import SqlWalkReportStore
from micropolis_map.stores.walk_store import SqlWalkStore

NOON = "2026-11-21T12:00:00Z"


def a_walk(walk_id: str = "w-one", **changes) -> GuidedWalk:
    values = {
        "id": walk_id, "community": "demo", "tour_id": "demo-tour", "starts": "2026-12-05T13:00:00Z",
        "zone": "Europe/Copenhagen", "minutes": 60, "meeting": "Łąka", "guide": "Ola", "places": 3,
        "languages": ("da", "en"), "created": NOON, "updated": NOON,
    }  # fmt: skip
    return GuidedWalk(**{**values, **changes})


def a_seat(number: int, walk_id: str = "w-one") -> Seat:
    key = f"{number:064d}"
    return Seat(f"seat-{number:012d}", walk_id, f"Person {number}", f"{number}@example.org", key, NOON)


def an_obstacle(number: int, **changes) -> Obstacle:
    values = {
        "id": f"obstacle-{number:010d}", "tour_id": "demo-tour", "community": "demo", "kind": "kerb",
        "lon": 17.2, "lat": 55.7, "way_id": -7, "street": "Torvet", "device": f"{number:064d}", "words": "æ",
        "recorded": NOON,
    }  # fmt: skip
    return Obstacle(**{**values, **changes})


class WalkStoreContract:
    def test_a_walk_is_kept_as_it_was_and_changed_in_turn(self, database: Database) -> None:
        store = SqlWalkStore(database)
        walk = store.put(a_walk())
        assert store.get("w-one") == walk
        later = store.put(replace(walk, meeting="By the quay", sequence=1))
        with pytest.raises(Conflict):
            store.put(replace(walk, meeting="Elsewhere", sequence=1))
        assert store.get("w-one") == later
        store.put(a_walk("w-two", starts="2026-12-01T13:00:00Z", community="wawer"))
        assert [one.id for one in store.walks()] == ["w-two", "w-one"]
        assert [one.id for one in store.walks("demo", since="2026-12-06")] == []
        with pytest.raises(NotFound):
            store.get("nothing")

    def test_at_once_from_many_threads_nobody_is_promised_the_same_place(self, database: Database) -> None:
        store = SqlWalkStore(database)
        store.put(a_walk(places=3))
        told: dict[str, int] = {}
        begin = threading.Barrier(8)

        def sign_up(number: int) -> None:
            begin.wait()
            seat, seats = store.sign_up(a_seat(number))
            told[seat.id] = waiting_numbers(seats, 3)[seat.id]

        threads = [threading.Thread(target=sign_up, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(told.values()) == [0, 0, 0, 1, 2, 3, 4, 5]
        assert told == waiting_numbers(store.seats("w-one"), 3)  # what was answered holds

    def test_the_same_sign_up_twice_is_one_seat_and_an_id_is_nobody_elses(self, database: Database) -> None:
        store = SqlWalkStore(database)
        store.put(a_walk())
        first, _ = store.sign_up(a_seat(1))
        again, seats = store.sign_up(replace(a_seat(1), name="Changed"))
        assert again == first
        assert len(seats) == 1
        with pytest.raises(Conflict):
            store.sign_up(replace(a_seat(1), key_hash="o" * 64))
        with pytest.raises(NotFound):
            store.sign_up(a_seat(2, "nothing"))

    def test_who_waits_moves_up_in_order(self, database: Database) -> None:
        store = SqlWalkStore(database)
        store.put(a_walk(places=2))
        ids = [store.sign_up(a_seat(number))[0].id for number in range(5)]
        store.give_back(ids[0], NOON)
        store.give_back(ids[3], NOON)
        store.give_back(ids[3], "2027-01-01T00:00:00Z")  # again: nothing changes
        assert waiting_numbers(store.seats("w-one"), 2) == {ids[1]: 0, ids[2]: 0, ids[4]: 1}
        gone = store.seat(ids[0])
        assert (gone.name, gone.contact, gone.cancelled) == ("", "", NOON)
        assert store.seat(ids[3]).cancelled == NOON

    def test_people_are_forgotten_and_numbers_stay(self, database: Database) -> None:
        store = SqlWalkStore(database)
        store.put(a_walk())
        store.put(a_walk("w-two"))
        store.sign_up(a_seat(1))
        store.sign_up(a_seat(2))
        store.sign_up(a_seat(3, "w-two"))
        assert store.forget_people(["w-one"], NOON) == 2
        assert store.forget_people(["w-one"], NOON) == 0
        assert {(seat.name, seat.contact) for seat in store.seats("w-one")} == {("", "")}
        assert store.seats("w-two")[0].contact == "3@example.org"
        assert [seat.walk_id for seat in store.seats_of(a_seat(3).key_hash)] == ["w-two"]

    def test_a_report_arrives_once_and_its_words_go_when_it_is_closed(self, database: Database) -> None:
        store = SqlWalkReportStore(database)
        report = WalkReport("report-0000000001", "demo-tour", "demo", "", None, "Łąka 'x'", NOON)
        assert store.add_report(report)
        assert not store.add_report(replace(report, words="changed"))
        assert store.add_obstacle(an_obstacle(1))
        assert not store.add_obstacle(an_obstacle(1))
        assert list(store.reports("demo")) == [report]
        assert list(store.obstacles("demo")) == [an_obstacle(1)]
        assert store.close(report.id, NOON) == "demo"
        assert store.close(an_obstacle(1).id, NOON) == "demo"
        assert list(store.reports("demo")) == list(store.obstacles("demo")) == []
        assert store.reports("demo", open_only=False)[0].words == ""
        with pytest.raises(NotFound):
            store.close("nothing", NOON)

    def test_a_street_is_decided_once_and_undone(self, database: Database) -> None:
        store = SqlWalkReportStore(database)
        survey = Survey(
            "s" * 24, "demo", "kerb", 7, "Torvet", 17.2, 55.7, ("a", "b", "c"), 3, "accepted",
            "2026-11-21", NOON, "x",
        )  # fmt: skip
        store.decide(survey)
        with pytest.raises(Conflict):
            store.decide(replace(survey, state="rejected"))
        assert list(store.surveys("demo")) == [store.survey(survey.id)] == [survey]
        store.undo(survey.id)
        with pytest.raises(NotFound):
            store.survey(survey.id)
