"""Serving below a path of a host: every address that leaves the server is below it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from asgi_client import Client
from server_process import ROOT
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount

from micropolis_map import settings, web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.errors import InvalidInput
from micropolis_map.maps.addresses import places_url
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.settings import Settings, read_base_path

BASE = "/town/map"
PAGES = ("/pin/demo", "/mine", "/embed/demo", "/walk/nowhere", "/pin/nowhere")
FEEDS = (
    "/ogc",
    "/ogc/api",
    "/ogc/collections/places/items",
    "/feeds/demo.atom",
    "/calendar/demo.ics",
    "/data/demo/version.json",
)
_ADDRESS = re.compile(r"""(?:(?:href|src|action)=["']|"|: ")(/[a-z_][^"'\s<]*)""")
_NOT_OURS = re.compile(r"/(collections|conformance|api)\b|/text|/\d")


@pytest.fixture
def below(monkeypatch):
    """This process serves below `BASE`, as long as the test runs."""
    monkeypatch.setenv("MICROPOLIS_BASE_PATH", f"{BASE}/")
    settings.base_path.cache_clear()
    yield
    settings.base_path.cache_clear()


@pytest.fixture
def client(below, tmp_path):
    application = build_application(Settings(data=tmp_path))
    application.community_store.save(Community("demo", {"en": "Demo"}, centre=(17.2, 55.7)))
    streamlit = Mount(BASE, app=PlainTextResponse("Streamlit"))
    return Client(
        Starlette(routes=[*web.routes(application), streamlit], middleware=web.middleware(application))
    )


@pytest.mark.parametrize("path", [*PAGES, *FEEDS])
def test_an_answer_is_there_with_the_path_and_where_a_proxy_cut_it_off(client, path):
    whole, cut = client.get(BASE + path), client.get(path)
    assert whole.status_code == cut.status_code
    assert whole.content == cut.content
    assert whole.content != b"Streamlit"


@pytest.mark.parametrize("path", PAGES)
def test_no_address_of_a_page_leaves_the_path(client, path):
    html = client.get(BASE + path).content.decode()
    found = {address for address in _ADDRESS.findall(html) if not _NOT_OURS.match(address)}
    assert f"{BASE}/assets/icon.svg" in found
    assert {address for address in found - {BASE} if not address.startswith(f"{BASE}/")} == set()


def test_no_script_names_an_address_from_the_root_of_the_host():
    """Pages and parts are told the path; a worker knows it from its own address."""
    own = "|".join((*web._OURS, "assets", "vendor", "mine", "tours"))
    for script in sorted((ROOT / "micropolis_map" / "web" / "static").rglob("*.js")):
        text = script.read_text(encoding="utf-8")
        assert re.findall(rf"""["'`]/(?:{own})\b[^"'`]*|["'`]/\?""", text) == [], script.name


@pytest.mark.parametrize("path", [path for path in FEEDS if not path.endswith((".json", ".ics"))])
def test_links_for_other_programs_are_below_the_path(client, path):
    text = client.get(BASE + path).content.decode()
    links = re.findall(r"http://map\.example(/[^\"\s<]*)", text)
    assert links
    assert {link for link in links if not link.startswith(f"{BASE}/")} == set()


def test_a_map_of_a_page_fetches_all_of_it_below_the_path(below):
    shown = BaseMap((17.2, 55.7), 13)
    fetched = [address for _, address in (*shown.default_js, *shown.default_css)]
    assert {address for address in fetched if not address.startswith(f"{BASE}/")} == set()
    assert places_url("demo", web.places.PlaceFilter()).startswith(f"{BASE}/data/demo/")


def test_the_path_itself_leads_to_its_folder(client):
    answer = client.get(f"{BASE}?community=demo")
    assert (answer.status_code, answer.headers["location"]) == (308, f"{BASE}/?community=demo")
    assert client.get(f"{BASE}/").content == b"Streamlit"
    assert client.get("/coverage").content == b"Streamlit"
    assert client.get(f"{BASE}/api/nothing").status_code == 404
    assert client.get(f"{BASE}-x/ogc").content == b"Streamlit"  # below the path again: none of ours


@pytest.mark.parametrize("https", [False, True])
def test_a_cookie_goes_only_below_the_path(client, https, tmp_path):
    if https:
        told = Settings(data=tmp_path, public_url="https://map.example")
        application = build_application(told)
        client = Client(Starlette(routes=web.routes(application), middleware=web.middleware(application)))
        client.headers = {"origin": "https://map.example"}
    ended = client.post(f"{BASE}/api/session/end", json={}).headers["set-cookie"]
    assert ended.startswith("__Secure-micropolis_session=" if https else "micropolis_session=")
    assert f"Path={BASE}/" in ended
    assert ("Secure" in ended) is https


def test_a_worker_reaches_its_own_folder(client):
    answer = client.get(f"{BASE}/walk/worker.js")
    assert answer.headers["service-worker-allowed"] == f"{BASE}/walk/"


@pytest.mark.parametrize("wrong", ["a b", "../x", "x//y", "https://host/x", "/x?y", "%2e", "x/" * 9])
def test_what_is_no_path_is_refused_with_what_to_do(wrong):
    with pytest.raises(InvalidInput, match=r"MICROPOLIS_BASE_PATH is .*/map"):
        Settings.read({"MICROPOLIS_BASE_PATH": wrong})


@pytest.mark.parametrize(("text", "path"), [("", ""), ("/", ""), (" map ", "/map"), ("/a/b-c/", "/a/b-c")])
def test_a_path_is_read_with_and_without_its_slashes(text, path):
    assert read_base_path(text) == path


def test_streamlit_is_told_the_path_and_its_fonts():
    code = (
        "import json; from micropolis_map.ui import served_below; from streamlit import config;"
        "served_below.install(); print(json.dumps([config.get_option('server.baseUrlPath'),"
        "[face['url'] for face in config.get_option('theme.fontFaces')]]))"
    )
    environ = os.environ | {"MICROPOLIS_BASE_PATH": BASE}
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    )
    path, fonts = json.loads(told.stdout)
    assert path == BASE.strip("/")
    assert fonts
    assert all(url.startswith(f"{BASE}/assets/fonts/") for url in fonts)
