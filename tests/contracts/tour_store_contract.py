"""What the store of tours promises; a database passes by subclassing with a `database` fixture."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from micropolis_map.domain.proposal import Message
from micropolis_map.domain.shared_tour import SharedTour, TourKey, TourRevision
from micropolis_map.domain.tour import Tour
from micropolis_map.errors import Conflict, NotFound
from micropolis_map.stores.database import Database
from micropolis_map.stores.sql_tour_store import SqlTourStore

NOON, LATER = "2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z"
KEY, OTHER = "k" * 64, "o" * 64


def a_tour(tour_id: str = "demo-walk-one", **changes) -> Tour:
    values = {
        "id": tour_id, "community": "demo", "name": {"en": "Quay", "pl": "Nabrzeże 'Łąka' 🌳"},
        "about": {"en": "%s \x00"},
        "stops": (("one", 300.0), ("two", 0.0)), "loop": True, "licence": "CC0", "authors": ("Ada",),
        "languages": ("en", "pl"),
    }  # fmt: skip
    return Tour(**{**values, **changes})


def a_shared(tour_id: str = "demo-walk-one", **changes) -> SharedTour:
    thread = (Message("author", NOON, "Łąka 🌳 'quoted'"),)
    revision = TourRevision(
        1, a_tour(tour_id), "pending", NOON, key=KEY, submission=f"sub-{tour_id}",
        flags=("first_time",), thread=thread,
    )  # fmt: skip
    values = {"id": tour_id, "community": "demo", "status": "suggested", "created": NOON, "district": "Kajen"}
    values |= {"revisions": (revision,), "keys": (TourKey(KEY, "author", NOON),)}
    return SharedTour(**{**values, **changes})


def published(old: SharedTour) -> SharedTour:
    revisions = tuple(replace(one, state="approved") for one in old.revisions)
    return replace(old, status="published", published=old.latest.number, revisions=revisions)


class TourStoreContract:
    def test_a_tour_is_kept_once_and_as_it_was(self, database: Database) -> None:
        store = SqlTourStore(database)
        shared = a_shared()
        assert store.add(shared) == (shared, True)
        assert store.add(replace(shared, created=LATER)) == (shared, False)
        assert store.find(shared.id) == shared
        assert store.of_submission("sub-demo-walk-one") == shared
        assert list(store.of_keys([OTHER, KEY])) == [shared]
        assert list(store.in_states(["pending"], "demo")) == [shared]
        assert list(store.in_states(["pending"], "wawer")) == []
        assert store.ids() == {shared.id}
        assert store.find("nothing") is None
        assert store.find("\x00") is None

    def test_at_once_from_many_threads_one_is_kept(self, database: Database) -> None:
        store = SqlTourStore(database)
        outcomes = []
        threads = [
            threading.Thread(target=lambda n=n: outcomes.append(store.add(a_shared(created=f"{NOON}{n}"))))
            for n in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [new for _, new in outcomes].count(True) == 1
        assert len({kept.created for kept, _ in outcomes}) == 1

    def test_only_what_is_published_is_public_and_the_version_tells(self, database: Database) -> None:
        store = SqlTourStore(database)
        before = store.version()
        store.add(a_shared())
        assert store.version() != before
        assert store.tours() == []
        with pytest.raises(NotFound):
            store.get("demo-walk-one")
        between = store.version()
        store.change("demo-walk-one", published)
        assert store.version() != between
        assert list(store.tours("demo")) == [a_tour()]
        assert store.get("demo-walk-one") == a_tour()
        assert store.tours("wawer") == []
        for status in ("hidden", "withdrawn", "deleted"):
            store.change("demo-walk-one", lambda old, status=status: replace(old, status=status))
            assert store.tours() == []

    def test_revisions_are_appended_and_never_rewritten(self, database: Database) -> None:
        store = SqlTourStore(database)
        store.add(a_shared())

        def appended(old: SharedTour) -> SharedTour:
            tour = a_tour(name={"en": "Longer quay"})
            return replace(old, revisions=(*old.revisions, TourRevision(2, tour, "pending", LATER, base=1)))

        store.change("demo-walk-one", appended)
        kept = store.find("demo-walk-one")
        assert [revision.tour.name["en"] for revision in kept.revisions] == ["Quay", "Longer quay"]

        def rewritten(old: SharedTour) -> SharedTour:
            first = replace(old.revisions[0], tour=a_tour(name={"en": "Another"}))
            return replace(old, revisions=(first, *old.revisions[1:]))

        with pytest.raises(Conflict):
            store.change("demo-walk-one", rewritten)
        with pytest.raises(Conflict):
            store.change("demo-walk-one", lambda old: replace(old, revisions=old.revisions[1:]))
        assert store.find("demo-walk-one") == kept

    def test_what_raises_changes_nothing(self, database: Database) -> None:
        store = SqlTourStore(database)
        store.add(a_shared())
        version = store.version()

        def fails(old: SharedTour) -> SharedTour:
            raise Conflict("no")

        with pytest.raises(Conflict):
            store.change("demo-walk-one", fails)
        with pytest.raises(NotFound):
            store.change("nothing", published)
        assert store.version() == version

    def test_deleted_words_are_gone_and_a_tombstone_stays(self, database: Database) -> None:
        store = SqlTourStore(database)
        store.add(a_shared())
        assert [key.role for key in store.to_erase("demo-walk-one").keys] == ["author"]
        for _ in range(2):
            store.erase("demo-walk-one", LATER, "deleted by its author")
        assert store.find("demo-walk-one").status == "deleted"
        with pytest.raises(NotFound):
            store.to_erase("nothing")
        assert store.find("demo-walk-one").revisions[0].tour is None
        if database.is_sqlite:
            with open(database.name, "rb") as file:  # noqa: PTH123
                assert "Nabrzeże".encode() not in file.read()
