"""One promise, two databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from tour_store_contract import TourStoreContract

from micropolis_map.stores.database import Database


class TestSqlite(TourStoreContract):
    @pytest.fixture
    def database(self, tmp_path: Path) -> Database:
        return Database(f"sqlite:///{tmp_path / 'tours.sqlite'}")


class TestPostgres(TourStoreContract):
    @pytest.fixture
    def database(self, postgres_url: str) -> Database:
        return Database(postgres_url)
