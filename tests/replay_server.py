"""A server on this machine that answers like Overpass and Nominatim: recorded answers, or their failures."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

MODES = (
    "ok", "slow", "trickle", "drip", "429", "504", "garbage", "truncated", "empty", "remark", "dispatcher",
    "points", "circle", "gzip",
)  # fmt: skip
GARBAGE = b"<!DOCTYPE html><html><body>The server is probably too busy</body></html>"
STATUS = (
    b"Connected as: 1\nCurrent time: x\nAnnounced endpoint: none\nRate limit: 2\n2 slots available now.\n"
)
REMARK = b'{"version": 0.6, "elements": [], "remark": "runtime error: Query timed out in \\"query\\""}'
DISPATCHER = b'{"version": 0.6, "elements": [], "remark": "runtime error: open64: Dispatcher_Client"}'


NOTHING = b'{"version": 0.6, "generator": "Overpass API", "osm3s": {"copyright": ""}, "elements": []}'


class Answers(NamedTuple):
    """Files of what the servers answered: places by name, streets, and everything else."""

    places: Path
    streets: Path
    features: Path

    def ways(self, name: str) -> set[int]:
        """Return the ids of the ways in ``streets`` or ``features``."""
        elements = json.loads(getattr(self, name).read_bytes())["elements"]
        return {element["id"] for element in elements if element["type"] == "way"}


RECORDED = {
    "look-alike": ("look-alikes/candidates.json", "look-alikes/streets.json", "look-alikes/features.json"),
    "cagliari": (
        "cagliari/nominatim_cagliari_italy.json",
        "cagliari/overpass_drive_cagliari_2026-05-15.json",
        "cagliari/overpass_features_cagliari_2026-02-03.json",
    ),
}
"""The names of `Answers`, as the fixture ``data_file`` finds them."""


class ReplayServer:
    """Answers ``/search`` and ``/interpreter`` from `recorded`.

    Attributes
    ----------
    url
        Where it listens; ``overpass_url`` and ``nominatim_url`` are what the settings take.
    mode
        One of `MODES`; may be changed while it runs.
    fail_first
        So many requests fail in `mode`, those after them are answered well; None: all fail.
    requests
        ``(path, query text, headers)`` of what was asked, in order, but for ``/status``.
    status
        What ``/status`` answers; how often it was asked is `statuses`.
    retry_after
        Header of an answer 429.
    """

    def __init__(self, recorded: Answers, mode: str = "ok", fail_first: int | None = None) -> None:
        self.recorded = recorded
        self.mode = mode
        self.fail_first = fail_first
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.status = STATUS
        self.statuses = 0
        self.retry_after = ""
        self.ending = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.overpass_url = f"{self.url}/api"
        self.nominatim_url = self.url

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()

    def good_answer(self, path: str, query: str) -> bytes:
        """Return the recorded answer for what is asked."""
        if path.endswith("/search"):
            return self.recorded.places.read_bytes()
        return (self.recorded.features if "building" in query else self.recorded.streets).read_bytes()

    def answer(self, path: str, query: str) -> tuple[int, bytes]:
        """Return status and content for what is asked, in the mode that is on."""
        failing = self.fail_first is None or len(self.requests) <= self.fail_first
        mode = self.mode if failing else "ok"
        if mode in {"429", "504"}:
            return int(mode), GARBAGE
        if mode == "garbage":
            return 200, GARBAGE
        if mode in {"remark", "dispatcher"}:
            return 200, REMARK if mode == "remark" else DISPATCHER
        if mode == "circle":
            return 302, b""
        if mode == "points":
            document = json.loads(self.good_answer("/search", ""))
            return 200, json.dumps(
                [{**d, "geojson": {"type": "Point", "coordinates": [9, 39]}} for d in document]
            ).encode()
        if mode == "empty":
            return 200, b"[]" if path.endswith("/search") else NOTHING
        good = self.good_answer(path, query)
        if mode == "slow":
            time.sleep(3)
        return 200, good[: len(good) // 2] if mode == "truncated" else good

    def reply(self, path: str, query: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Return status and content of the answer, and remember the request."""
        if path.endswith("/status"):
            self.statuses += 1
            return 200, self.status
        self.requests.append((path, query, headers))
        return self.answer(path, query)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        return type("Handler", (_Handler,), {"replay": self})


class _Handler(BaseHTTPRequestHandler):
    replay: ReplayServer

    def do_GET(self) -> None:
        self._reply("")

    def do_POST(self) -> None:
        self._reply(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _reply(self, body: str) -> None:
        url = urlsplit(self.path)
        query = parse_qs(body or url.query)
        text = query.get("data", query.get("q", [""]))[0]
        status, content = self.replay.reply(url.path, text, dict(self.headers))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status == 302:
            self.send_header("Location", self.path)
        if status == 429 and self.replay.retry_after:
            self.send_header("Retry-After", self.replay.retry_after)
        if self.replay.mode == "gzip":
            content = gzip.compress(content, 1)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self._send(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client gave up, as it shall

    def _send(self, content: bytes) -> None:
        step, pause_s = {
            "trickle": (max(1, len(content) // 20), 0.2),  # 4 s in all, whatever the size
            "drip": (1, 0.2),  # for ever
        }.get(self.replay.mode, (max(1, len(content)), 0.0))
        for start in range(0, len(content), step):
            self.wfile.write(content[start : start + step])
            if self.replay.ending.wait(pause_s):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


@contextmanager
def replaying(recorded: Answers, mode: str = "ok", fail_first: int | None = None) -> Iterator[ReplayServer]:
    """Run a server for the ``with`` block."""
    with ReplayServer(recorded, mode, fail_first) as server:
        yield server
