"""A database that cannot be used: every address says so (503), none breaks, all come back by themselves."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from asgi import get
from starlette.applications import Starlette
from starlette.routing import Route

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.settings import Settings

DATA = Path(__file__).parents[3] / "data"
KNOWN = {"slug": "wawer", "name": "places", "tour": "wawer-anin-ogrody-i-pamiec", "place_id": "wawer-anin"}
ASKS_NOTHING = re.compile(
    r"/(vendor|assets)/|worker\.js|/ogc/?$|/ogc/(api|conformance)|/schema/?$|/data/\w+/(districts|layers|tour|known_spots)|/walk/paint\.js$|/mine$|/session$"
)
"""What needs no database, or something else first (streets, stops)."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unusable") / "data"
    shutil.copytree(DATA / "geo" / "wawer", folder / "geo" / "wawer", ignore=shutil.ignore_patterns("built"))
    shutil.copytree(DATA / "tours", folder / "tours")
    shutil.copy(DATA / "places.geojson", folder / "places.geojson")
    return folder


@pytest.fixture(scope="module")
def server(folder):
    return Starlette(routes=web.routes(build_application(Settings(data=folder))))


def addresses(server):
    for route in server.routes:
        if isinstance(route, Route) and "GET" in (route.methods or ()):
            filled = re.sub(r"{(\w+)(:\w+)?}", lambda found: KNOWN.get(found[1], "x"), route.path)
            yield filled


def test_every_address_says_that_the_store_cannot_be_used(server, folder):
    before = {address: get(server, address).status for address in addresses(server)}
    assert set(before.values()) <= {200, 400, 404}
    stored = sorted(folder.glob("micropolis.sqlite*"))
    for path in stored:
        path.rename(folder / f"aside-{path.name}")
    (folder / "micropolis.sqlite").mkdir()
    broken = {address: get(server, address) for address in before}
    assert {answer.status for answer in broken.values()} <= {200, 400, 404, 503}
    answered = [address for address, answer in broken.items() if before[address] == answer.status == 200]
    assert [address for address in answered if not ASKS_NOTHING.search(address)] == []
    for address in ("/healthz", "/pin/wawer", "/guided/x", f"/walk/{KNOWN['tour']}", "/embed/wawer"):
        assert broken[address].status == 503, address
    assert [address for address, answer in broken.items() if str(folder) in answer.text] == []  # says no path
    (folder / "micropolis.sqlite").rmdir()
    for path in stored:
        (folder / f"aside-{path.name}").rename(path)
    assert {address: get(server, address).status for address in before} == before
