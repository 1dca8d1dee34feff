"""What a store of kept runs promises; a database passes by subclassing with a `database` fixture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from micropolis_map.domain.kept_run import KeptRun
from micropolis_map.errors import NotFound
from micropolis_map.stores.database import Database
from micropolis_map.stores.run_store import SqlRunStore

NOON, LATER = "2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z"


def a_run(run_id: str = "one", **changes) -> KeptRun:
    values = {
        "id": run_id, "community": "wawer", "kind": "coverage", "title": "Żółw 🌳 'quoted' \\ %s",
        "inputs": {"profile": "adult", "minutes": [5.0, 10.0], "kinds": [], "text": "nul \x00"},
        "figures": {"population": 36686.25, "share_within_15": 1 / 3, "median_s": None, "optimal": True},
        "address": "/coverage?community=wawer", "build_id": "20261122T020734Z-de224d0a", "places": "d" * 20,
        "program": "0.1.0", "kept_by": "id-ada", "created": NOON,
    }  # fmt: skip
    return KeptRun(**{**values, **changes})


class RunStoreContract:
    @pytest.fixture
    def store(self, database: Database) -> SqlRunStore:
        return SqlRunStore(database)

    def test_a_run_comes_back_as_it_was(self, store: SqlRunStore) -> None:
        run = a_run()
        assert store.add(run) == run
        assert store.get("one") == run
        with pytest.raises(NotFound):
            store.get("two")

    def test_the_newest_comes_first_and_only_of_the_community(self, store: SqlRunStore) -> None:
        for run in (a_run("old"), a_run("new", created=LATER), a_run("far", community="demo")):
            store.add(run)
        assert [run.id for run in store.of_community("wawer")] == ["new", "old"]
        assert store.of_community("nowhere") == []

    def test_deleting_is_undone(self, store: SqlRunStore) -> None:
        run = store.add(a_run())
        store.set_deleted("one", LATER)
        assert store.of_community("wawer") == []
        assert store.get("one") == replace(run, deleted=LATER)
        store.set_deleted("one", "")
        assert store.of_community("wawer") == [run]
        with pytest.raises(NotFound):
            store.set_deleted("two", LATER)

    def test_only_what_was_deleted_long_ago_is_erased(self, store: SqlRunStore) -> None:
        for name in ("there", "just", "long"):
            store.add(a_run(name))
        store.set_deleted("just", LATER)
        store.set_deleted("long", NOON)
        assert store.deleted_before(LATER) == ["long"]
        assert store.erase(["long", "there"], "2026-11-22T12:00:00Z") == 1
        assert store.get("just").deleted == LATER
        assert store.get("there").deleted == ""
        with pytest.raises(NotFound):
            store.get("long")
