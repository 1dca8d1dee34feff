"""A real server on a free port with a copied data folder, and a real chromium that may talk to it alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from chrome import ARGS, CHROMIUM, DESKTOP
from needs import missing
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FrameLocator,
    Page,
    Request,
    WebSocket,
    expect,
    sync_playwright,
)
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "test-results"
HOSTILE = '<img src=x onerror="window.parent.hacked=window.hacked=1"><b>**Bold**</b> [x](javascript:alert(1))'


PATIENCE_MS = 180_000
"""How long a test waits for a fact: a busy machine is slow, not wrong."""
expect.set_options(timeout=PATIENCE_MS)


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what `-m` does not want
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        # What only asks the server beside them, over HTTP, is no browser test.
        if Path(item.fspath).is_relative_to(Path(__file__).parent) and "chromium" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("journey") is None:
                item.add_marker(pytest.mark.full)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@dataclass
class Server:
    """The product as people run it; it can be stopped and started again on the same address and data."""

    url: str
    data: Path
    port: int = 0
    options: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        environ = os.environ | {"MICROPOLIS_DATA": str(self.data), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)]
        command += ["--server.address", "127.0.0.1", "--server.headless", "true", *self.options]
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT
            )
        _wait_until_healthy(self.url, self.process, self.data / "server.log")

    def stop(self) -> None:
        """Stop and wait until it is gone."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(120)
            self.process = None


@pytest.fixture(scope="session")
def loaded_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo town loaded and one hostile place; copied, never served."""
    folder = tmp_path_factory.mktemp("town") / "data"
    shutil.copytree(ROOT / "data" / "geo", folder / "geo", ignore=shutil.ignore_patterns("built", "cache"))
    shutil.copytree(ROOT / "data" / "tours", folder / "tours")
    shutil.copytree(ROOT / "data" / "media", folder / "media")
    _copy_places(folder / "places.geojson")
    environ = os.environ | {"MICROPOLIS_DATA": str(folder)}
    load = [sys.executable, "-m", "micropolis_map", "load", "demo", "--json"]
    # A fresh clone learns to walk here, not while a page waits for it.
    learn = [sys.executable, "-c", "from micropolis_map.analysis.compiling import compile_kernels as c; c()"]
    for command in (load, learn):
        subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True, timeout=600)
    return folder


@pytest.fixture(scope="module")
def server_options() -> list[str]:
    """What a file of tests adds to the server's command line."""
    return []


@contextmanager
def serving(town: Path, folder: Path, options: list[str]) -> Iterator[Server]:
    """Serve a copy of `town` in `folder` on a free port."""
    shutil.copytree(town, folder)
    port = _free_port()
    one = Server(f"http://127.0.0.1:{port}", folder, port, options)
    try:
        one.start()
        yield one
    finally:
        one.stop()


@pytest.fixture(scope="session")
def reading_server(loaded_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all files of tests that give nothing: they say `READS_ONLY = True`."""
    with serving(loaded_town, tmp_path_factory.mktemp("read") / "data", []) as one:
        yield one


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest,
    loaded_town: Path,
    tmp_path_factory: pytest.TempPathFactory,
    server_options: list[str],
) -> Iterator[Server]:
    """The product as people run it; a file of tests that give something has its own, with its own data."""
    if getattr(request.module, "READS_ONLY", False):
        yield request.getfixturevalue("reading_server")
        return
    with serving(loaded_town, tmp_path_factory.mktemp("served") / "data", server_options) as one:
        yield one


def _copy_places(target: Path) -> None:
    document = json.loads((ROOT / "data" / "places.geojson").read_text(encoding="utf-8"))
    model = next(f for f in document["features"] if f["properties"]["community"] == "middelfart")
    hostile = json.loads(json.dumps(model)) | {"id": "hostile"}
    hostile["properties"] |= {"name": {"en": HOSTILE}, "description": {"en": HOSTILE}, "themes": ["memory"]}
    document["features"].append(hostile)
    target.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(720):
        if process.poll() is not None:
            pytest.fail(f"the server ended at once:\n{log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"the server did not become healthy in 3 minutes:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One chromium for all tests."""
    if not Path(CHROMIUM).exists():
        missing("chromium", f"no chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody with a browser of their own."""

    page: Page
    context: BrowserContext
    base: str
    asked_outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """What the browser said of the page, its requests and its sockets; kept when a test fails."""

    @property
    def map(self) -> FrameLocator:
        """The frame of the map; of two, for one goes when another comes, the new one."""
        return self.page.frame_locator("iframe[title*=folium]").last

    def open(self, path: str = "/") -> None:
        """Open an address of the server and wait until the page has come to rest."""
        self.page.goto(self.base + path)
        self.page.wait_for_selector(".mm-head")

    def places_on_map(self) -> int:
        """Wait for the map's places and return how many it has."""
        div = self.map.locator("#map_div[data-places]")
        div.wait_for()
        return int(div.get_attribute("data-places") or -1)

    def places_in_list(self) -> int:
        """Return the count above the list."""
        return int(self.page.locator("[data-count]").get_attribute("data-count") or -1)

    def agreed_places(self) -> int:
        """Wait until the map and the list have as many places, and return how many."""
        gives_up = time.monotonic() + PATIENCE_MS / 1000
        while (count := self.places_on_map()) != self.places_in_list():
            assert time.monotonic() < gives_up, (
                f"{count} places on the map, {self.places_in_list()} in the list"
            )
            self.page.wait_for_timeout(100)
        return count

    def in_map(self, script: str) -> Any:
        """Evaluate `script` in the map's frame."""
        return self.map.locator("#map_div").evaluate(f"() => {script}")

    def assert_nothing_ran(self) -> None:
        """Assert that no text of `hostile_texts` ran in any frame, set a cookie, or broke the page."""
        expect(self.page.locator("h1:visible")).to_have_count(1)
        self.page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
        for frame in self.page.frames:
            try:
                assert frame.evaluate("window.__pwned") is None, frame.url
            except PlaywrightError:  # a frame that has been drawn anew meanwhile
                assert frame.is_detached(), frame.url
        assert self.page.evaluate("document.cookie.includes('pwned')") is False


@pytest.fixture
def visitor(
    server: Server, chromium: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visitor]]:
    """Make visitors; whatever they ask of another host is refused, and none may have asked."""
    made: list[Visitor] = []

    def make(viewport: dict[str, int] = DESKTOP, **options: Any) -> Visitor:
        context = chromium.new_context(viewport=viewport, locale="en-GB", **options)
        one = Visitor(context.new_page(), context, server.url)

        def note(request: Request) -> None:
            if not re.match(r"(https?://127\.0\.0\.1:|data:|blob:)", request.url):
                one.asked_outside.append(request.url)

        # Listened to, not routed: routing costs a round trip a request and turns the browser's cache off.
        context.on("request", note)
        one.page.on("pageerror", lambda error: one.errors.append(str(error)))
        _listen(one)
        one.page.set_default_timeout(PATIENCE_MS)
        made.append(one)
        return one

    yield make
    failed = request.node.stash.get(FAILED, True)
    for number, one in enumerate(made):
        if failed:
            RESULTS.mkdir(exist_ok=True)
            name = re.sub(r"\W+", "-", request.node.name)
            (RESULTS / f"{name}-{number}.txt").write_text("\n".join([one.page.url, *one.errors, *one.heard]))
            one.page.screenshot(path=RESULTS / f"{name}-{number}.png")
            shutil.copy(server.data / "server.log", RESULTS / f"{name}.log")
        one.context.close()
    if not failed:
        assert [url for one in made for url in one.asked_outside] == []
        assert [error for one in made for error in one.errors] == []


def _listen(one: Visitor) -> None:
    began = time.monotonic()

    def note(what: str) -> None:
        one.heard.append(f"{time.monotonic() - began:.1f} s: {what}")

    def socket_opened(socket: WebSocket) -> None:
        note(f"socket {socket.url} opened")
        socket.on("close", lambda _: note("socket closed"))

    one.page.on("websocket", socket_opened)
    one.page.on("requestfailed", lambda request: note(f"{request.url} failed: {request.failure}"))
    one.page.on("console", lambda message: note(f"{message.type}: {message.text[:500]}"))
    one.page.on("framenavigated", lambda frame: note(f"at {frame.url}"))


NO_NOISE = ("Failed to load resource", "[Violation]")
"""Streamlit asks for its own files below a page's address first; the browser writes each 404 down."""


@pytest.fixture
def watched(visitor: Callable[..., Visitor]) -> Iterator[Callable[..., Visitor]]:
    """Make visitors who are watched for whatever runs: no dialog, no error in the console."""
    noticed: list[str] = []

    def watch(**options: Any) -> Visitor:
        one = visitor(**options)
        one.page.on("dialog", lambda dialog: (noticed.append(f"dialog {dialog.message}"), dialog.dismiss()))
        one.page.on("console", lambda said: noticed.append(said.text) if said.type == "error" else None)
        return one

    yield watch
    assert [text for text in noticed if not text.startswith(NO_NOISE)] == []
