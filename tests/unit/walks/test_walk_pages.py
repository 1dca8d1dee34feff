"""The walker's page, its pack and its map; what is not public is nowhere; guided walks over HTTP."""

from __future__ import annotations

import io
import json
import math
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from icalendar import Calendar
from PIL import Image
from starlette.applications import Starlette
from test_guided_walks import ORGANISER, TOLD, secret

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from asgi import get
from asgi_client import Client

from micropolis_map import web
from micropolis_map.domain.place import Photo, Story
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.services import guided_walks
from micropolis_map.web import walk_pages
from micropolis_map.web.walk_pages import MOST_BYTES

HOSTILE = '</script><img src=x onerror="alert(1)">{{ 7*7 }}'


@pytest.fixture
def site(loaded):
    return Starlette(routes=web.routes(loaded))


@pytest.fixture
def walk(loaded):
    later = replace(TOLD, starts="2099-12-05T14:00")
    return guided_walks.announce(loaded.participation, loaded.tour_store, ORGANISER, "tiny", later)


def state_of(answer):
    found = re.search(r'<script type="application/json" id="state">(.*?)</script>', answer.text, re.DOTALL)
    return json.loads(found.group(1))


def pack_of(site, tour="tiny-round", lang="en"):
    answer = get(site, f"/walk/{tour}/pack.json?lang={lang}")
    assert answer.status == 200
    return answer.json


def test_the_page_holds_the_whole_walk(site):
    state = state_of(get(site, "/walk/tiny-round?lang=en"))
    assert [stop["id"] for stop in state["stops"]] == ["tiny-a", "tiny-b", "tiny-hill"]
    assert state["stops"][0]["stories"][0]["text"] == "We drew water here."
    assert state["legs"][0] is None
    assert len(state["legs"]) == 3
    for leg in state["legs"][1:]:
        assert leg["turns"][0]["at_m"] == 0
        assert leg["turns"][-1]["text"].startswith("You are at:")
        assert not leg["straight"]
    assert any("steps" in turn["text"] for turn in state["legs"][2]["turns"])


def test_a_loop_leads_back_and_says_so(site):
    state = state_of(get(site, "/walk/tiny-flat?lang=en"))
    assert state["loop"]
    assert len(state["legs"]) == len(state["stops"]) + 1
    assert state["legs"][-1]["line"][-1] == pytest.approx(state["legs"][1]["line"][0])


def test_without_streets_the_page_says_the_lines_are_straight(unloaded):
    answer = get(Starlette(routes=web.routes(unloaded)), "/walk/tiny-round?lang=en")
    state = state_of(answer)
    assert "The streets of this town are not loaded" in answer.text
    assert [leg["straight"] for leg in state["legs"][1:]] == [True, True]
    assert state["background"]["tiles"] == ""
    assert state["background"]["outlines"]


def test_the_hill_cannot_be_reached_without_steps_and_the_twin_says_which(site):
    plain = get(site, "/walk/tiny-round?lang=en")
    state = state_of(get(site, "/walk/tiny-round?lang=en&variant=step-free"))
    assert [stop["id"] for stop in state["stops"]] == ["tiny-a", "tiny-b"]
    assert "tiny-hill" in " ".join(state["twin"])
    assert "?lang=en&amp;variant=step-free" in plain.text


@pytest.mark.parametrize(
    "path",
    [
        "/walk/nothing",
        "/walk/nothing/pack.json",
        "/walk/nothing/layers/streets.geojson",
        "/walk/tiny-round?variant=nothing",
        "/walk/tiny-flat?variant=step-free",
        "/walk/tiny-round/layers/secret.geojson",
        "/walk/tiny-round/layers/homes.geojson",
        "/walk/tiny-round/elsewhere",
        "/guided/nothing",
        "/guided/nothing.ics",
        "/calendar/nothing.ics",
        "/calendar/..%2Ftiny.ics",
    ],
)
def test_what_is_not_there_is_404(site, path):
    assert get(site, path).status == 404


def test_a_hidden_stop_is_on_no_page_and_in_no_pack(site, loaded):
    place = loaded.place_store.get("tiny-a")
    loaded.place_store.put(replace(place, status="hidden"))
    assert "We drew water" not in get(site, "/walk/tiny-round?lang=en").text
    for other in ("tiny-b", "tiny-hill"):
        loaded.place_store.put(replace(loaded.place_store.get(other), status="hidden"))
    assert get(site, "/walk/tiny-round").status == 404
    assert get(site, "/walk/tiny-round/pack.json").status == 404


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_speaks_each_language(site, lang):
    answer = get(site, f"/walk/tiny-round?lang={lang}")
    assert f'<html lang="{lang}">' in answer.text
    assert answer.headers["content-language"] == lang


def test_what_residents_wrote_stays_text(site, loaded):
    place = loaded.place_store.get("tiny-b")
    story = Story("st-2", HOSTILE, HOSTILE, "en", HOSTILE)
    loaded.place_store.put(replace(place, name={"en": HOSTILE}, stories=(story,)))
    text = get(site, "/walk/tiny-round?lang=en").text
    assert "<img src=x" not in text
    assert text.count("<script") == text.count("</script>")


def test_each_file_of_the_pack_is_there_as_large_as_said(site):
    pack = pack_of(site)
    assert pack["bytes"] == sum(file["bytes"] for file in pack["files"]) < MOST_BYTES
    urls = [file["url"] for file in pack["files"]]
    assert len(set(urls)) == len(urls)
    for file in pack["files"]:
        answer = get(site, file["url"], **({"Accept_Encoding": "gzip"} if "/tiles/" in file["url"] else {}))
        assert answer.status == 200, file["url"]
        assert len(answer.body) == file["bytes"], file["url"]
    page = get(site, urls[0]).text
    for address in re.findall(r'(?:src|href)="(/(?:assets|vendor)/[^"]+)"', page):
        if "MarkerCluster" not in address:
            assert address in urls


def test_photos_are_in_the_pack_as_long_as_there_is_room(site, loaded, monkeypatch):
    rng = np.random.default_rng(1)
    stored = []
    for _ in range(3):
        noise = Image.fromarray(rng.integers(0, 255, (600, 800, 3), dtype=np.uint8))
        raw = io.BytesIO()
        noise.save(raw, "PNG")
        stored.append(loaded.participation.photos.add(raw.getvalue(), "noise.png").id)
    place = loaded.place_store.get("tiny-b")
    loaded.place_store.put(replace(place, photos=tuple(Photo(one) for one in stored)))
    whole = pack_of(site)
    photos = [file for file in whole["files"] if file["url"].startswith("/photos/")]
    assert [file["url"] for file in photos] == [f"/photos/{one}/960.webp" for one in stored]
    for file in photos:
        assert len(get(site, file["url"]).body) == file["bytes"]
    monkeypatch.setattr(walk_pages, "MOST_BYTES", whole["bytes"] - 1)
    less = pack_of(site)
    assert (whole["left_out"], less["left_out"]) == (0, 1)
    assert less["bytes"] <= whole["bytes"] - 1
    assert less["version"] != whole["version"]


def test_a_story_told_anew_makes_a_new_version(site, loaded):
    before = pack_of(site)
    assert pack_of(site)["version"] == before["version"]
    place = loaded.place_store.get("tiny-b")
    loaded.place_store.put(replace(place, description={"en": "Told anew."}))
    after = pack_of(site)
    changed = {file["url"] for file in after["files"]} - {
        file["url"] for file in after["files"] if file in before["files"]
    }
    assert after["version"] != before["version"]
    assert changed == {"/walk/tiny-round?lang=en", "/walk/tiny-round?lang=en&variant=step-free"}


def test_the_pack_holds_the_tiles_around_the_walk(site):
    state = state_of(get(site, "/walk/tiny-round"))
    west, south, east, north = state["bounds"]
    tile = re.compile(r"/tiles/tiny/[^/]+/(\d+)/(\d+)/(\d+)$")
    found = [tile.search(file["url"]) for file in pack_of(site)["files"]]
    tiles = {tuple(map(int, one.groups())) for one in found if one}
    assert {zoom for zoom, _, _ in tiles} >= {12, 13, 14, 15}
    for zoom, x, y in tiles:
        assert (_lon(x, zoom) <= east, _lon(x + 1, zoom) >= west) == (True, True)
        assert (_lat(y + 1, zoom) <= north, _lat(y, zoom) >= south) == (True, True)
    for stop in state["stops"]:
        assert any(
            zoom == 15
            and _lon(x, 15) <= stop["lon"] <= _lon(x + 1, 15)
            and _lat(y + 1, 15) <= stop["lat"] <= _lat(y, 15)
            for zoom, x, y in tiles
        )


def _lon(column, zoom):
    return column / 2**zoom * 360 - 180


def _lat(row, zoom):
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**zoom))))


def test_the_worker_may_serve_all_walks(site):
    answer = get(site, "/walk/worker.js")
    assert answer.headers["service-worker-allowed"] == "/walk/"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_reports_arrive_once_over_http(site):
    client = Client(site)
    body = {
        "id": "obstacle-0000000001", "device": secret("phone"), "kind": "kerb",
        "lon": 12.002, "lat": 55.001, "text": "x",
    }  # fmt: skip
    assert [client.post("/api/walk/tiny-round/obstacles", json=body).status_code for _ in range(2)] == [
        201,
        200,
    ]
    report = {"id": "report-0000000001", "minutes": 40, "text": "", "variant": ""}
    assert [client.post("/api/walk/tiny-round/reports", json=report).status_code for _ in range(2)] == [
        201,
        200,
    ]
    for wrong in ({"lon": "x"}, {"lon": float("nan")}, {"kind": "dragon"}, {"device": "short"}):
        answer = client.post(
            "/api/walk/tiny-round/obstacles", json={**body, **wrong, "id": "obstacle-0000000002"}
        )
        assert answer.status_code == 400, wrong
    assert client.post("/api/walk/nothing/obstacles", json=body).status_code == 404
    foreign = Client(site, headers={"origin": "https://elsewhere.example"})
    assert foreign.post("/api/walk/tiny-round/reports", json=report).status_code == 404


def test_signing_up_over_http_names_nobody_to_others(site, walk):
    client = Client(site)
    seat = {
        "id": "sign-up-0000000001",
        "secret": secret("ania"),
        "name": HOSTILE[:60],
        "contact": "ania@example.org",
    }
    answer = client.post(f"/api/guided/{walk.id}/seats", json=seat)
    assert (answer.status_code, answer.json()["waiting"]) == (201, 0)
    page = get(site, f"/guided/{walk.id}?lang=en")
    assert page.status == 200
    assert state_of(page)["free"] == 1
    for public in (page.text, get(site, f"/guided/{walk.id}.ics").text, get(site, "/calendar/tiny.ics").text):
        assert "ania@example" not in public
        assert "<img src=x" not in public
    mine = client.ask(
        "GET", f"/api/guided/{walk.id}/seats", headers={"x-micropolis-key": seat["secret"]}
    ).json()
    assert [one["seat"] for one in mine["seats"]] == [seat["id"]]
    nobody = client.ask(
        "GET", f"/api/guided/{walk.id}/seats", headers={"x-micropolis-key": secret("bo")}
    ).json()
    assert nobody["seats"] == []
    back = {"json": {"seat": seat["id"]}}
    assert client.post(f"/api/guided/{walk.id}/give-back", **back).status_code == 400  # without a key
    key = {"x-micropolis-key": seat["secret"]}
    assert client.post(f"/api/guided/{walk.id}/give-back", headers=key, **back).json()["free"] == 2
    trap = client.post(
        f"/api/guided/{walk.id}/seats", json={**seat, "id": "sign-up-0000000002", "website2": "x"}
    )
    assert trap.status_code == 400


def test_the_community_s_calendar_can_be_subscribed_to(site, walk):
    answer = get(site, "/calendar/tiny.ics?lang=da")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.text)
    assert [event["UID"] for event in calendar.walk("VEVENT")] == [f"{walk.id}@micropolis-map"]
    assert len(answer.text) < 8_000  # not a zone's whole history
    assert get(site, "/calendar/tiny.ics?lang=da", if_none_match=answer.headers["etag"]).status == 304
