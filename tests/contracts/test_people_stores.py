"""One promise, two databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from people_store_contract import PeopleStoreContract

from micropolis_map.stores.database import Database


class TestSqlite(PeopleStoreContract):
    @pytest.fixture
    def database(self, tmp_path: Path) -> Database:
        return Database(f"sqlite:///{tmp_path / 'people.sqlite'}")


class TestPostgres(PeopleStoreContract):
    @pytest.fixture
    def database(self, postgres_url: str) -> Database:
        return Database(postgres_url)
