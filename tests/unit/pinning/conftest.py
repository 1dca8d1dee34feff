"""A desk with a clock that tests move, and two communities."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pinning_builders import ANIN, FALENICA, Clock

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.settings import Settings


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def application(tmp_path):
    application = build_application(Settings(data=tmp_path))
    wawer = Community("wawer", {"en": "Wawer"}, centre=(21.15, 52.22), districts=(ANIN, FALENICA))
    application.community_store.save(wawer)
    application.community_store.save(Community("demo", {"en": "Demo"}, centre=(9.7, 55.5)))
    return application


@pytest.fixture
def desk(application, clock):
    return replace(application.participation, now=clock)
