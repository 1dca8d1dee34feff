"""The product below a path of a host, behind nginx: nothing is asked for beside the path."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from needs import missing

ROOT = Path(__file__).parents[2]
BASE = "/town/map"
TOUR = "demo-op-ad-bakketrappen"


@dataclass(frozen=True)
class Served:
    url: str
    data: Path


def a_free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def running(command, url, log, **options):
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, **options)
    try:
        deadline = time.monotonic() + 300
        while True:
            try:
                urllib.request.urlopen(url, timeout=120).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{command[0]} does not answer at {url}: {log.read_text()[-3000:]}")
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(120)


@pytest.fixture(scope="module", params=["passes the path on", "cuts the path off"])
def server(request, loaded_town, tmp_path_factory):
    """The product below `BASE`, and nginx in front; beside the path the host has nothing."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        missing("nginx", "no nginx")
    folder = tmp_path_factory.mktemp("below")
    data = folder / "data"
    shutil.copytree(loaded_town, data)
    port, front = a_free_port(), a_free_port()
    behind = f"http://127.0.0.1:{port}" + ("/" if request.param.startswith("cuts") else "")
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"""
        daemon off; master_process off; pid {folder / "pid"}; error_log {folder / "error.log"}; events {{}}
        http {{ access_log off; {temporary}
            map $http_upgrade $connection_told {{ default upgrade; "" ""; }}
            server {{
                listen 127.0.0.1:{front};
                location / {{ return 404; }}
                location {BASE}/ {{
                    proxy_pass {behind};
                    proxy_http_version 1.1;
                    proxy_read_timeout 1h;
                    proxy_set_header Host $http_host;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $connection_told;
                }}
            }}
        }}
        """
    )
    environ = os.environ | {"MICROPOLIS_DATA": str(data), "MICROPOLIS_BASE_PATH": BASE}
    serve = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    serve += ["--server.address=127.0.0.1", "--server.headless=true"]
    begin = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    url = f"http://127.0.0.1:{front}{BASE}"
    with (
        running(serve, f"http://127.0.0.1:{port}{BASE}/healthz", data / "server.log", cwd=ROOT, env=environ),
        running(begin, f"{url}/healthz", folder / "nginx.log"),
    ):
        yield Served(url, data)


@pytest.fixture
def staying(visitor):
    """A visitor whose browser asks for nothing beside the path, but where Streamlit is."""
    asked = []

    def make(**options):
        one = visitor(**options)
        one.context.on("request", lambda request: asked.append(urlsplit(request.url)))
        return one

    yield make
    beside = [at.path for at in asked if at.scheme == "http" and not at.path.startswith(f"{BASE}/")]
    assert [path for path in beside if not path.startswith("/_stcore/")] == []
    assert len(asked) > len(beside)


def test_pages_the_map_and_the_way_from_one_to_the_next(staying):
    one = staying()
    one.open("/?community=demo")
    assert one.agreed_places() > 5
    assert one.in_map("document.fonts.size") > 0
    one.page.get_by_role("link", name="Walks").first.click()
    one.page.wait_for_url(f"**{BASE}/tours**")
    one.open(f"/tours?community=demo&tour={TOUR}")
    for kind in ("walk", "poster", "tours"):
        link = one.page.locator(f"a[href*='/{kind}/{TOUR}']").first
        assert urlsplit(link.get_attribute("href")).path.startswith(f"{BASE}/{kind}/")
    one.open("/coverage?community=demo")
    one.map.locator("#map_div").wait_for()


def test_a_place_is_pinned_and_found_again(staying):
    one = staying()
    one.page.goto(f"{one.base}/pin/demo")
    one.page.locator("#map[data-places]").wait_for()
    worker = one.page.evaluate("async () => (await navigator.serviceWorker.ready).scope")
    assert urlsplit(worker).path == f"{BASE}/pin/"
    one.page.locator("a.mine-link").click()
    one.page.wait_for_url(f"**{BASE}/mine**")
    one.page.locator("#main").wait_for()


def test_a_walk_is_kept_on_the_phone(staying):
    one = staying()
    one.page.goto(f"{one.base}/walk/{TOUR}?lang=en")
    one.page.locator("body[data-pack=ready]").wait_for(state="attached")
    one.context.set_offline(True)
    one.page.reload()
    one.page.locator("body[data-walk=ready]").wait_for(state="attached")
    one.context.set_offline(False)
