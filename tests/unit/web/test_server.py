"""The real server: pages and routes on one port, started from any folder."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

import pytest
from server_process import a_server
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from micropolis_map.web.socket_guard import MOST_BYTES


def ask(address: str, **headers: str):
    request = urllib.request.Request(address, headers=headers)
    try:
        return urllib.request.urlopen(request, timeout=120)
    except urllib.error.HTTPError as answer:
        return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with a_server(tmp_path_factory.mktemp("server")) as server:
        yield f"http://127.0.0.1:{server.port}", server.data, server.process


def test_pages_and_routes_answer_on_one_port(server):
    address, _, _ = server
    for path, media_type in {
        "/": "text/html",
        "/tours": "text/html",
        "/_stcore/health": "text/plain",
        "/healthz": "application/json",
        "/vendor/leaflet.js": "text/javascript",
        "/assets/css/map.css": "text/css",
        "/ogc": "application/json",
    }.items():
        with ask(address + path) as answer:
            assert (answer.status, answer.headers.get_content_type()) == (200, media_type), path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_what_is_not_public_is_not_answered_with_the_app(server):
    address, _, _ = server
    ours = ["data", "photos", "audio", "poster", "calendar", "embed", "report", "guided", "pin", "feeds"]
    others = ("walk", "assets/x.js", "vendor/x.js", "tours/x", "tours/x.csv", "tours/x/y", "photos/x/1.png")
    for path in (*(f"/{one}" for one in (*ours, *others)), *(f"/{one}/x/y" for one in ours)):
        with ask(address + path) as answer:
            assert (answer.status, answer.headers.get_content_type()) == (404, "application/json")


def test_gzip_and_etag_pass_through_streamlit(server):
    address, _, _ = server
    with ask(f"{address}/vendor/leaflet.js", **{"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.read()[:2] == b"\x1f\x8b"
        etag = answer.headers["ETag"]
    with ask(f"{address}/vendor/leaflet.js", **{"If-None-Match": etag}) as answer:
        assert answer.status == 304


def test_the_public_file_is_kept_while_it_runs(server):
    _, data, process = server
    deadline = time.monotonic() + 300
    while not (data / "places.geojson").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (data / "places.geojson").exists()
    assert process.poll() is None


def test_a_page_that_says_too_much_is_ended_before_all_of_it_has_come(server):
    address, _, _ = server
    stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    with connect(stream, origin=address, subprotocols=["streamlit"]) as page:
        page.send([bytes(MOST_BYTES // 2)] * 3)
        with pytest.raises(ConnectionClosedError, match="1009"):
            page.recv(120)
