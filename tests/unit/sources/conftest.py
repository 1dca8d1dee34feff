"""What the tests of the sources share."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from replay_server import Answers, ReplayServer

from micropolis_map.settings import Settings
from micropolis_map.sources import osmnx_session


@pytest.fixture
def replay_server(recorded: Answers, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReplayServer]:
    """A server that answers like Overpass and Nominatim; pauses between tries are short."""
    monkeypatch.setattr(osmnx_session, "PAUSES_S", (0.01, 0.02))
    monkeypatch.setattr("osmnx._nominatim.time", SimpleNamespace(sleep=lambda _: None))
    with ReplayServer(recorded) as server:
        yield server


@pytest.fixture
def replay_settings(replay_server: ReplayServer) -> Settings:
    """Settings that ask the replaying server, and wait a second for it."""
    return Settings(
        overpass_url=replay_server.overpass_url,
        nominatim_url=replay_server.nominatim_url,
        http_timeout_s=1.0,
        http_retries=2,
    )
