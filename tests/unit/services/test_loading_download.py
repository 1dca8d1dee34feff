"""A community by name through OSMnx, from a server that replays recorded answers, and its failures."""

from __future__ import annotations

import pytest
from replay_server import replaying

from micropolis_map.bootstrap import build_application
from micropolis_map.errors import MicropolisError
from micropolis_map.services.loading import LoadRequest, load_community
from micropolis_map.settings import Settings

CAGLIARI = LoadRequest(name="Cagliari, Italy")


def settings(folder, server):
    return Settings(
        data=folder,
        overpass_url=server.overpass_url,
        nominatim_url=server.nominatim_url,
        http_timeout_s=2.0,
        http_retries=1,
    )


def test_a_community_is_loaded_by_name_and_survives_every_failure_of_the_servers(test_data, tmp_path):
    with replaying(test_data) as server:
        application = build_application(settings(tmp_path, server))
        before = load_community(application, "cagliari", CAGLIARI)
        assert before.length_km == pytest.approx(662.8, rel=0.01)
        assert before.activity_spots >= 22  # 17 libraries and 5 community centres, and more
        assert "Cagliari" in before.source
        for mode in ("429", "garbage", "truncated", "empty"):
            server.mode = mode
            with pytest.raises(MicropolisError, match="stay in place"):
                load_community(application, "cagliari", LoadRequest(refresh=True))
            assert application.community_store.report("cagliari") == before
        server.mode = "ok"
        after = load_community(application, "cagliari", LoadRequest(refresh=True))
    assert after.build_id != before.build_id
    assert (after.nodes, after.homes) == (before.nodes, before.homes)
