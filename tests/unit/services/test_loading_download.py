"""A community by name through OSMnx, from a server that replays recorded answers, and its failures."""

from __future__ import annotations

import pytest
from replay_server import replaying
from town_loading import load_community

from micropolis_map.bootstrap import build_application
from micropolis_map.errors import MicropolisError
from micropolis_map.services.loading import LoadRequest
from micropolis_map.settings import Settings
from micropolis_map.sources import osmnx_session


def settings(folder, server):
    return Settings(
        data=folder,
        overpass_url=server.overpass_url,
        nominatim_url=server.nominatim_url,
        http_timeout_s=2.0,
        http_retries=1,
    )


@pytest.fixture
def server(recorded, monkeypatch):
    monkeypatch.setattr(osmnx_session, "PAUSES_S", (0.01,))
    with replaying(recorded) as server:
        yield server


@pytest.mark.parametrize("recorded", ["look-alike", "cagliari"], indirect=True)
def test_a_community_by_name_is_the_one_of_the_same_files(recorded, server, tmp_path):
    application = build_application(settings(tmp_path, server))
    by_name = load_community(application, "by-name", LoadRequest(name="Cagliari, Italy"))
    files = LoadRequest(osm=(recorded.streets, recorded.features), boundary=recorded.places)
    of_files = load_community(application, "of-files", files)
    for figure in (
        "nodes",
        "edges",
        "length_km",
        "steps",
        "homes",
        "population",
        "activity_spots",
        "districts",
    ):
        assert getattr(by_name, figure) == getattr(of_files, figure), figure
    assert by_name.homes > 1000
    assert "Cagliari" in by_name.source


def test_a_community_survives_every_failure_of_the_servers(server, tmp_path):
    application = build_application(settings(tmp_path, server))
    before = load_community(application, "town", LoadRequest(name="Amberø"))
    for mode in ("429", "garbage", "truncated", "empty"):
        server.mode = mode
        with pytest.raises(MicropolisError, match="stay in place"):
            load_community(application, "town", LoadRequest(refresh=True))
        assert application.community_store.report("town") == before
    server.mode = "ok"
    after = load_community(application, "town", LoadRequest(refresh=True))
    assert after.build_id != before.build_id
    assert (after.nodes, after.homes) == (before.nodes, before.homes)
