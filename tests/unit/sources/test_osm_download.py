"""Downloading through OSMnx from a server that replays recorded answers, and from one that fails."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import replace
from pathlib import Path

import osmnx
import pytest
import shapely
from look_alikes.town_files import outline
from replay_server import RECORDED, Answers, ReplayServer

from micropolis_map.errors import Cancelled, InvalidInput, NotFound, SourceUnavailable
from micropolis_map.settings import Settings
from micropolis_map.sources.osm_download import download_osm, feature_tags, geocode_boundary

AREA = shapely.box(9.09, 39.20, 9.13, 39.23)


@pytest.mark.parametrize("recorded", RECORDED, indirect=True)
def test_streets_and_features_arrive_in_two_requests(
    recorded: Answers, replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    heard: list[str] = []
    extract = download_osm(AREA, replay_settings, tmp_path, lambda _, message: heard.append(message))
    streets = recorded.ways("streets")
    assert set(extract.way_id.tolist()) == streets | recorded.ways("features")
    assert sum("highway" in tags for tags in extract.way_tags) >= len(streets)
    elements = [*extract.node_tags.values(), *extract.way_tags]
    assert any(tags.get("amenity") == "library" for tags in elements)
    assert "127.0.0.1" in extract.source
    assert len(replay_server.requests) == 2
    assert 'way["highway"](poly:' in replay_server.requests[0][1]
    assert any("MB" in message for message in heard)


def test_requests_name_the_product(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    geocode_boundary("Cagliari, Italy", replay_settings, tmp_path)
    headers = {name.lower(): value for name, value in replay_server.requests[0][2].items()}
    assert headers["user-agent"].startswith("MicropolisMap/")
    assert headers["referer"] == "Micropolis Map"


def test_the_cache_is_used_again_and_renewed_on_demand(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    first = download_osm(AREA, replay_settings, tmp_path)
    replay_server.mode = "504"
    again = download_osm(AREA, replay_settings, tmp_path)
    assert again.way_id.tolist() == first.way_id.tolist()
    assert len(replay_server.requests) == 2
    with pytest.raises(SourceUnavailable):
        download_osm(AREA, replay_settings, tmp_path, refresh=True)
    assert len(download_osm(AREA, replay_settings, tmp_path).way_id) == len(first.way_id)


def test_old_and_damaged_answers_are_asked_for_again(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    first = download_osm(AREA, replay_settings, tmp_path)
    for folder in tmp_path.iterdir():
        os.utime(folder, (1, 1))
    download_osm(AREA, replay_settings, tmp_path)
    assert len(replay_server.requests) == 4
    for answer in tmp_path.glob("*/*.json"):
        answer.write_bytes(answer.read_bytes()[:1000])
    assert download_osm(AREA, replay_settings, tmp_path).way_id.tolist() == first.way_id.tolist()
    assert len(replay_server.requests) == 6


FAILURES = {
    "429": "429",
    "504": "504",
    "garbage": "web page",
    "truncated": "broke off",
    "remark": 'Query timed out in "query"',
    "slow": "within 1 s",
    "trickle": "within 1 s",
    "drip": "within 1 s",
    "dispatcher": "Dispatcher_Client",
}


@pytest.mark.parametrize("mode", FAILURES)
def test_failures_name_the_server_and_leave_no_trace(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path, mode: str
) -> None:
    replay_server.mode = mode
    settings = replace(replay_settings, http_retries=1)
    began = time.monotonic()
    with pytest.raises(SourceUnavailable) as caught:
        download_osm(AREA, settings, tmp_path)
    assert time.monotonic() - began < 60  # it gave up by itself: OSMnx alone would pause for minutes
    assert "127.0.0.1" in str(caught.value)
    assert FAILURES[mode] in str(caught.value)
    assert caught.value.todo
    assert not list(tmp_path.rglob("*.json"))
    assert len(replay_server.requests) == (3 if mode == "remark" else 2)  # the area, its quarter, that one's


def test_a_server_that_recovers_is_asked_again(
    recorded: Answers, replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    replay_server.mode, replay_server.fail_first = "429", 2
    extract = download_osm(AREA, replay_settings, tmp_path)
    assert set(extract.way_id.tolist()) == recorded.ways("streets") | recorded.ways("features")


def test_a_server_that_is_down(replay_settings: Settings, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    settings = replace(replay_settings, overpass_url=url, nominatim_url=url)
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        download_osm(AREA, settings, tmp_path)
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        geocode_boundary("Cagliari", settings, tmp_path)


def test_nothing_there_is_not_found_and_not_kept(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    replay_server.mode = "empty"
    with pytest.raises(NotFound, match="knows no street"):
        download_osm(AREA, replay_settings, tmp_path)
    with pytest.raises(NotFound, match="Nowhere"):
        geocode_boundary("Nowhere", replay_settings, tmp_path)
    assert not list(tmp_path.rglob("*.json"))


@pytest.mark.parametrize(
    ("recorded", "area"),
    [("look-alike", shapely.geometry.shape(outline()).area), ("cagliari", 0.00876)],
    indirect=["recorded"],
)
def test_the_municipality_is_chosen_of_the_candidates(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path, area: float
) -> None:
    boundary = geocode_boundary("Cagliari, Italy", replay_settings, tmp_path)
    assert boundary.is_valid
    assert boundary.area == pytest.approx(area, abs=1e-5)
    geocode_boundary("Cagliari, Italy", replay_settings, tmp_path)
    assert len(replay_server.requests) == 1


def test_points_and_empty_names_are_refused(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    replay_server.mode = "points"
    with pytest.raises(InvalidInput, match="without an outline"):
        geocode_boundary("Cagliari", replay_settings, tmp_path)
    with pytest.raises(InvalidInput, match="' '"):
        geocode_boundary(" ", replay_settings, tmp_path)


def test_osmnx_is_left_as_it_was(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    before = (osmnx.settings.overpass_url, osmnx.settings.requests_kwargs, socket.getaddrinfo)
    download_osm(AREA, replay_settings, tmp_path)
    assert (osmnx.settings.overpass_url, osmnx.settings.requests_kwargs, socket.getaddrinfo) == before


def test_a_download_can_be_cancelled(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    def cancel(share: float, message: str) -> None:
        if "MB" in message:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        download_osm(AREA, replay_settings, tmp_path, cancel)
    assert not list(tmp_path.rglob("*.json"))


def test_a_fine_outline_is_simplified_outwards(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    fine = shapely.Point(9.11, 39.21).buffer(0.02, quad_segs=500)
    download_osm(fine, replay_settings, tmp_path)
    assert len(replay_server.requests[0][1]) < 10_000


def test_a_line_is_no_area(replay_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="LineString"):
        download_osm(shapely.LineString([(0, 0), (1, 1)]), replay_settings, tmp_path)


def test_every_kind_of_spot_is_asked_for() -> None:
    tags = feature_tags()
    assert tags["amenity"] is True  # "library;cafe", too
    assert tags["garden:type"] == ["community"]
