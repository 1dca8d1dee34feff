"""What OpenStreetMap's servers do on a bad day, replayed; and a person who stops."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from replay_server import Answers, ReplayServer

from micropolis_map.errors import Cancelled, SourceUnavailable
from micropolis_map.settings import Settings
from micropolis_map.sources import osmnx_session
from micropolis_map.sources.osm_download import download_osm, geocode_boundary
from micropolis_map.sources.osm_geometry import areas_of

AREA = shapely.box(9.09, 39.20, 9.13, 39.23)
NEW = 9_000_000_000_000
"""Ids from here on are in no answer."""
SHAPES = {  # the answers that are at hand, in the shape and size of Overpass's
    "hellerup": ("hellerup/overpass_hellerup_all_network_2021-06-22.json", (12.55, 55.72, 12.59, 55.74)),
    "zywiec": ("zywiec/overpass_drive_zywiec_2025-11-03.json", (19.1, 49.6, 19.3, 49.75)),
}


class _Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr(osmnx_session, "monotonic", clock.monotonic)
    monkeypatch.setattr(osmnx_session, "sleep", clock.sleep)
    return clock


@pytest.mark.parametrize(
    ("status", "retry_after", "waits", "asked"),
    [
        (b"Slot available after: x, in 7 seconds.\nSlot available after: y, in 31 seconds.\n", "", 7, 1),
        (b"Rate limit: 2\n2 slots available now.\n", "", 0, 1),
        (b"<html>nothing of the kind</html>", "", 0, 1),
        (b"", "12", 12, 0),
        (b"", "99999", osmnx_session.MOST_PAUSE_S, 0),
        (b"in 5 seconds", "Wed, 21 Oct 2026 07:28:00 GMT", 5, 1),
    ],
)  # fmt: skip
def test_a_server_that_limits_is_asked_again_when_it_wants_to_be(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path, clock: _Clock,
    status: bytes, retry_after: str, waits: float, asked: int,
) -> None:  # fmt: skip
    replay_server.status, replay_server.retry_after = status, retry_after
    replay_server.mode, replay_server.fail_first = "429", 1
    download_osm(AREA, replace(replay_settings, http_timeout_s=20.0), tmp_path)
    assert clock.now == pytest.approx(max(waits, osmnx_session.PAUSES_S[0]), abs=0.02)
    assert replay_server.statuses == asked
    assert len(replay_server.requests) == 3


def polygons_asked(replay_server: ReplayServer) -> list[shapely.Polygon]:
    asked = []
    for _, query, _ in replay_server.requests:
        if '"highway"](poly' in query and "building" not in query:
            numbers = [float(number) for number in query.split("'")[1].split()]
            asked.append(shapely.Polygon(list(zip(numbers[1::2], numbers[::2], strict=True))))
    return asked


def test_an_area_that_is_too_much_is_asked_for_in_pieces_that_cover_it(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path, recorded: Answers
) -> None:
    replay_server.mode, replay_server.fail_first = "remark", 1
    extract = download_osm(AREA, replace(replay_settings, http_timeout_s=20.0), tmp_path)
    whole, *pieces = polygons_asked(replay_server)
    assert len(pieces) >= 4
    assert all(piece.area < whole.area / 3 for piece in pieces)
    assert whole.difference(shapely.union_all(pieces).buffer(1e-6)).area < whole.area / 1000
    assert set(extract.way_id.tolist()) == recorded.ways("streets") | recorded.ways("features")
    assert len(set(extract.way_id.tolist())) == len(extract.way_id)


def test_a_server_in_trouble_of_its_own_is_asked_again_for_the_same(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    replay_server.mode, replay_server.fail_first = "dispatcher", 1
    download_osm(AREA, replace(replay_settings, http_timeout_s=20.0), tmp_path)
    first, second = polygons_asked(replay_server)
    assert first.equals(second)


def test_packed_answers_are_the_same(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path, recorded: Answers
) -> None:
    replay_server.mode = "gzip"
    extract = download_osm(AREA, replace(replay_settings, http_timeout_s=20.0), tmp_path)
    assert set(extract.way_id.tolist()) == recorded.ways("streets") | recorded.ways("features")


def test_a_circle_of_addresses_is_left_at_once(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    replay_server.mode = "circle"
    with pytest.raises(SourceUnavailable, match=r"127\.0\.0\.1.* in a circle.*file"):
        download_osm(AREA, replace(replay_settings, http_timeout_s=20.0), tmp_path)
    assert len(replay_server.requests) < 40  # once round, not once for each try


@pytest.mark.parametrize("what", ["429", "drip", "slow"])
def test_a_person_who_stops_does_not_wait_for_the_server(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path, what: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(osmnx_session, "PAUSES_S", (600.0,))
    replay_server.mode = what
    stopped: list[float] = []

    def stop(share: float, message: str) -> None:
        if replay_server.requests and (what != "429" or "trying again" in message):
            stopped.append(time.monotonic())
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        download_osm(AREA, replace(replay_settings, http_timeout_s=300.0), tmp_path, stop)
    assert time.monotonic() - stopped[0] < 2
    assert not list(tmp_path.rglob("*.json"))
    assert osmnx_session._LOCK.acquire(timeout=1)
    osmnx_session._LOCK.release()


def test_a_person_who_stops_does_not_wait_for_another_download(
    replay_settings: Settings, tmp_path: Path
) -> None:
    def stop(share: float, message: str) -> None:
        if "another download" in message:
            raise Cancelled("stopped")

    with osmnx_session._LOCK, pytest.raises(Cancelled):
        geocode_boundary("Cagliari", replay_settings, tmp_path, progress=stop)


def test_who_left_leaves_no_trace_when_the_answer_comes_after_all(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    replay_server.mode = "slow"

    def stop(share: float, message: str) -> None:
        if replay_server.requests:
            raise Cancelled("stopped")

    before = {thread.ident for thread in threading.enumerate()}
    with pytest.raises(Cancelled):
        download_osm(AREA, replace(replay_settings, http_timeout_s=60.0), tmp_path, stop)
    for thread in threading.enumerate():
        if thread.name == "request" and thread.ident not in before:
            thread.join(60)
            assert not thread.is_alive()
    assert not list(tmp_path.rglob("*.json"))
    assert not Path("cache").exists()


@pytest.mark.parametrize("name", SHAPES)
def test_answers_of_other_towns_arrive_whole(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path, name: str,
    data_file: Callable[[str], Path],
) -> None:  # fmt: skip
    file, box = SHAPES[name]
    path = data_file(file)
    replay_server.recorded = replay_server.recorded._replace(streets=path, features=path)
    extract = download_osm(shapely.box(*box), replace(replay_settings, http_timeout_s=60.0), tmp_path)
    ways = [e for e in json.loads(path.read_bytes())["elements"] if e["type"] == "way"]
    assert set(extract.way_id.tolist()) == {way["id"] for way in ways}
    order = {way["id"]: len(way["nodes"]) for way in ways}
    assert dict(zip(extract.way_id.tolist(), np.diff(extract.way_offsets).tolist(), strict=True)) == order


def a_relation_with_a_hole() -> list[dict[str, Any]]:
    corners = [(9.10, 39.21), (9.12, 39.21), (9.12, 39.22), (9.10, 39.22)]
    inside = [(9.105, 39.213), (9.115, 39.213), (9.115, 39.217), (9.105, 39.217)]
    n = range(NEW, NEW + 8)
    nodes = [
        {"type": "node", "id": number, "lon": lon, "lat": lat}
        for number, (lon, lat) in zip(n, corners + inside, strict=True)
    ]
    rings = [
        {"type": "way", "id": NEW + 1, "nodes": [n[0], n[1], n[2]], "tags": {}},
        {"type": "way", "id": NEW + 2, "nodes": [n[2], n[3], n[0]], "tags": {}},
        {"type": "way", "id": NEW + 3, "nodes": [*n[4:], n[4]], "tags": {}},
    ]
    members = [
        {"type": "way", "ref": NEW + 1, "role": "outer"},
        {"type": "way", "ref": NEW + 2, "role": "outer"},
        {"type": "way", "ref": NEW + 3, "role": "inner"},
    ]
    tags = {"type": "multipolygon", "natural": "water", "name": "Ring"}
    return [*nodes, *rings, {"type": "relation", "id": NEW, "members": members, "tags": tags}]


def test_the_hole_of_a_relation_stays_a_hole(
    replay_server: ReplayServer, replay_settings: Settings, tmp_path: Path
) -> None:
    document = json.loads(replay_server.recorded.features.read_bytes())
    document["elements"] += a_relation_with_a_hole()
    path = tmp_path / "features.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    replay_server.recorded = replay_server.recorded._replace(features=path)
    extract = download_osm(AREA, replace(replay_settings, http_timeout_s=20.0), tmp_path / "cache")
    areas = areas_of(extract, lambda tags: tags.get("name") == "Ring")
    assert len(areas.geometry) == 1
    assert areas.geometry[0].area == pytest.approx(0.02 * 0.01 - 0.01 * 0.004)
