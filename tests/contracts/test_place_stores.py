"""One promise, three stores: dict, SQLite, PostgreSQL."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from dict_place_store import DictPlaceStore
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from place_builders import a_place, places
from place_store_contract import PlaceStoreContract

from micropolis_map.errors import Conflict
from micropolis_map.stores.database import Database
from micropolis_map.stores.place_store import SqlPlaceStore


class TestDict(PlaceStoreContract):
    @pytest.fixture
    def store(self) -> DictPlaceStore:
        return DictPlaceStore()


class SqlContract(PlaceStoreContract):
    def test_revisions_are_kept_as_they_were(self, store: SqlPlaceStore) -> None:
        first = store.put(a_place(source="one"))
        second = store.put(a_place(source="two", status="hidden"))
        assert store.revisions("wawer-anin") == [first, second]
        assert store.revisions("nowhere") == []


class TestSqlite(SqlContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> SqlPlaceStore:
        return SqlPlaceStore(Database(f"sqlite:///{tmp_path / 'places.sqlite'}"))


class TestPostgres(SqlContract):
    @pytest.fixture
    def store(self, postgres_url: str) -> SqlPlaceStore:
        return SqlPlaceStore(Database(postgres_url))


class StoreAgainstDict(RuleBasedStateMachine):
    """Whatever is done to both, SQLite answers as the dict does."""

    known = Bundle("known")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.sql = SqlPlaceStore(Database(f"sqlite:///{self.folder.name}/places.sqlite"))
        self.model = DictPlaceStore()

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(target=known, place=places)
    def put(self, place):
        assert self.sql.put(place) == self.model.put(place)
        return place.id

    @rule(place_id=known, place=places, expected=st.integers(0, 4))
    def put_expecting(self, place_id, place, expected):
        outcomes = []
        for store in (self.sql, self.model):
            try:
                outcomes.append(store.put(a_place(place_id, name=place.name), expected_revision=expected))
            except Conflict:
                outcomes.append("conflict")
        assert outcomes[0] == outcomes[1]

    @rule(many=st.lists(places, max_size=3))
    def put_many(self, many):
        assert self.sql.put_many(many) == self.model.put_many(many)

    @rule()
    def reopen(self):
        self.sql = SqlPlaceStore(Database(f"sqlite:///{self.folder.name}/places.sqlite"))

    @rule(place_id=known)
    def revisions(self, place_id):
        assert self.sql.revisions(place_id) == self.model.revisions(place_id)

    @invariant()
    def same_places(self):
        assert self.sql.places() == self.model.places()
        assert self.sql.places("demo", published_only=False) == self.model.places(
            "demo", published_only=False
        )


TestStoreAgainstDict = StoreAgainstDict.TestCase
TestStoreAgainstDict.settings = settings(
    max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
)
