"""The desk of `pinning`, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

import pytest
from pinning_builders import ANIN, FALENICA

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.settings import Settings


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request, tmp_path):
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return Settings(data=tmp_path / "data", database_url=url)


@pytest.fixture
def application(settings):
    application = build_application(settings)
    wawer = Community("wawer", {"en": "Wawer"}, centre=(21.15, 52.22), districts=(ANIN, FALENICA))
    application.community_store.save(wawer)
    return application
