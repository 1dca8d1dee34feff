"""Who comes without a town chooses one; who asks for one that is not here is told so."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import MISSING, fields
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from asgi_client import Client
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from desk_builders import an_account
from place_builders import a_place

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import LoadReport
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.domain.points import PointSet
from micropolis_map.services import removing_towns
from micropolis_map.services.built_files import HOMES, write_points
from micropolis_map.settings import Settings
from micropolis_map.web.pin_given import SOURCE

STREAMLIT = "Streamlit's page"
TOWNS = {"wawer", "middelfart", "cagliari", "demo"}


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    shutil.copytree(Path(__file__).parents[3] / "data" / "geo", data / "geo")
    return build_application(Settings(data=data))


@pytest.fixture(scope="module")
def browser(application):
    page = Route("/{rest:path}", lambda _: PlainTextResponse(STREAMLIT), methods=["GET", "POST"])
    app = Starlette(routes=[*web.routes(application), page], middleware=web.middleware(application))
    return Client(app)


def cards(reply) -> list[str]:
    return re.findall(r'data-town="([^"]+)"', reply.content.decode())


@pytest.mark.parametrize(
    ("speaks", "first"), [("pl", "wawer"), ("da-DK,en;q=0.5", "middelfart"), ("it", "cagliari")]
)
def test_the_town_of_the_readers_language_is_the_first(browser, speaks, first):
    reply = browser.get("/", headers={"accept-language": speaks})
    assert reply.status_code == 200
    assert set(cards(reply)) == TOWNS
    assert (cards(reply)[0], cards(reply)[-1]) == (first, "demo")
    assert "Accept-Language" in reply.headers["vary"]


def test_whoever_started_the_map_reads_where_the_link_is_until_somebody_looks_after_it(tmp_path):
    shutil.copytree(Path(__file__).parents[3] / "data" / "geo", tmp_path / "geo")
    application = build_application(Settings(data=tmp_path))
    browser = Client(Starlette(middleware=web.middleware(application)))
    assert 'class="lead nobody"' in browser.get("/").content.decode()
    an_account(application, "ada", "administrator", communities=())
    assert 'class="lead nobody"' not in browser.get("/").content.decode()


def test_the_chosen_language_goes_before_the_browsers_and_is_taken_along(browser):
    reply = browser.get("/?lang=da", headers={"accept-language": "it"})
    assert cards(reply)[0] == "middelfart"
    assert 'href="/?community=middelfart&lang=da"' in unescape(reply.content.decode())


@pytest.mark.parametrize(
    "address",
    ["/?community=wawer", "/?place=p1", "/?setup=token", "/?invited=token", "/coverage", "/about", "/sign_in",
     "/coverage?community=wawer", "/?lang=pl&kind=natural"],
)  # fmt: skip
def test_whoever_asks_for_something_gets_it(browser, address):
    assert browser.get(address).content.decode() == STREAMLIT


@pytest.mark.parametrize("address", ["/?community=nonsense", "/coverage?community=nonsense&lang=en"])
def test_a_town_that_is_not_here_is_said_to_be_none(browser, address):
    reply = browser.get(address, headers={"accept-language": "en"})
    assert reply.status_code == 404
    assert "There is no town “nonsense” on this map" in reply.content.decode()
    assert set(cards(reply)) == TOWNS


def test_what_stands_in_the_address_is_text(browser):
    reply = browser.get("/", params={"community": "<script>alert(1)</script>" + "x" * 5_000})
    text = reply.content.decode()
    assert "<script>alert" not in text


def test_only_a_page_is_answered(browser):
    assert browser.post("/").content.decode() == STREAMLIT


def test_the_page_asks_nobody_else_and_keeps_room_for_pictures(browser):
    reply = browser.get("/")
    text = reply.content.decode()
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert not re.findall(r'(?:src|action)="(?:https?:)?//', text)
    assert len(re.findall(r'<img src="/towns/[^"]+/picture.svg" width="800" height="500"', text)) == len(
        TOWNS
    )


def test_a_picture_is_asked_for_once(browser):
    first = browser.get("/towns/wawer/picture.svg")
    assert (first.status_code, first.headers["content-type"]) == (200, "image/svg+xml")
    again = browser.get("/towns/wawer/picture.svg", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert "script" not in first.headers["content-security-policy"]
    assert browser.get("/towns/wawer/picture.svg?theme=neon").status_code == 400
    assert browser.get("/towns/..%2fwawer/picture.svg").status_code == 404


def given(reply) -> dict:
    found = re.search(r'id="state">(.*?)</script>', reply.content.decode(), re.DOTALL)
    return json.loads(found.group(1))["given"]


def build_with(application, slug: str, spots: list[dict]) -> None:
    """Give the town a build with nothing but these meeting places, and one home."""
    store = application.community_store
    build = store.begin_build(slug)
    layer = {"type": "FeatureCollection", "source": "OpenStreetMap", "features": spots}
    (build / "activity_spots.geojson").write_text(json.dumps(layer), encoding="utf-8")
    here = (np.array([21.15]), np.array([52.22]))
    write_points(build / HOMES, PointSet(("home",), *here, population=np.ones(1)))
    counted = dict.fromkeys((one.name for one in fields(LoadReport) if one.default is MISSING), 0)
    store.finish_build(slug, build, LoadReport(**{**counted, "community": slug, "population_source": ""}))


def a_spot(osm_id: str, name: str, lon: float, lat: float, **more: str) -> dict:
    told = {"what": "amenity=library", "activity": "library", "label": "library", "beyond": "", **more}
    at = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": osm_id, "geometry": at, "properties": {"name": name, **told}}


@pytest.fixture
def known(tmp_path):
    shutil.copytree(Path(__file__).parents[3] / "data" / "geo", tmp_path / "geo")
    application = build_application(Settings(data=tmp_path))
    build_with(
        application,
        "wawer",
        [
            a_spot("node/1", "Biblioteka Anin\u202e", 21.15, 52.22),
            a_spot("way/2", "<b>Świetlica</b>", 21.16, 52.22, activity="culture_centre"),
            a_spot("node/3", "Willa w Aninie", 21.1501, 52.22),
            a_spot("node/4", "Za miastem", 21.17, 52.22, beyond="yes"),
            a_spot("file-5", "Of a table", 21.17, 52.23),
        ],
    )
    application.place_store.put(a_place())  # the villa is pinned
    return application, Client(Starlette(routes=web.routes(application)))


def test_known_spots_are_those_of_the_town_that_nobody_pinned(known):
    _, client = known
    found = client.get("/data/wawer/known_spots.geojson").json()
    assert [one["id"] for one in found["features"]] == ["way/2", "node/1"]
    assert found["features"][1]["properties"]["name"] == "Biblioteka Anin"
    assert "OpenStreetMap" in found["attribution"]
    for query, ids in (
        ("q=anin", ["node/1"]),
        ("activity=culture_centre", ["way/2"]),
        ("q=x&activity=y", []),
    ):
        found = client.get(f"/data/wawer/known_spots.geojson?{query}").json()
        assert [one["id"] for one in found["features"]] == ids


def test_a_pin_starts_with_what_openstreetmap_knows_and_says_so(known):
    _, client = known
    reply = client.get("/pin/wawer?osm=way/2&name=Mine&lon=1&lat=2&lang=en")
    told = given(reply)
    assert (told["name"], told["at"], told["activity"]) == (
        "<b>Świetlica</b>",
        [21.16, 52.22],
        "culture_centre",
    )
    assert told["source"] == SOURCE.format(id="way/2")
    text = reply.content.decode()
    assert 'id="given"' in text
    assert "<b>Świetlica" not in text


@pytest.mark.parametrize(
    "query", ["osm=node/99", "osm=../etc/passwd", "lon=nan&lat=1", "lon=1", "lon=500&lat=0", ""]
)
def test_what_makes_no_sense_is_not_given(known, query):
    _, client = known
    reply = client.get(f"/pin/wawer?{query}")
    assert reply.status_code == 200
    assert given(reply) is None


def test_an_address_may_name_a_place_but_not_say_it_is_openstreetmaps(known):
    _, client = known
    reply = client.get(
        "/pin/wawer", params={"name": "N" * 5_000, "lon": "21.1", "lat": "52.2", "osm": "node/77"}
    )
    told = given(reply)
    assert (len(told["name"]), told["at"], told["osm"], told["source"]) == (200, [21.1, 52.2], "", "")
    assert 'id="given"' not in reply.content.decode()


def test_a_hidden_town_is_none_at_all(known):
    application, client = known
    removing_towns.hide(application, LOCAL_ADMINISTRATOR, "wawer")
    for address in ("/towns/wawer/picture.svg", "/data/wawer/known_spots.geojson", "/pin/wawer?osm=node/1"):
        assert client.get(address).status_code == 404
