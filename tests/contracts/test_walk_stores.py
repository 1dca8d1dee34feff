"""One promise, two databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from walk_store_contract import WalkStoreContract

from micropolis_map.stores.database import Database


class TestSqlite(WalkStoreContract):
    @pytest.fixture
    def database(self, tmp_path: Path) -> Database:
        return Database(f"sqlite:///{tmp_path / 'walks.sqlite'}")


class TestPostgres(WalkStoreContract):
    @pytest.fixture
    def database(self, postgres_url: str) -> Database:
        return Database(postgres_url)
