"""One promise, two databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_store_contract import RunStoreContract

from micropolis_map.stores.database import Database


class TestSqlite(RunStoreContract):
    @pytest.fixture
    def database(self, tmp_path: Path) -> Database:
        return Database(f"sqlite:///{tmp_path / 'runs.sqlite'}")


class TestPostgres(RunStoreContract):
    @pytest.fixture
    def database(self, postgres_url: str) -> Database:
        return Database(postgres_url)
