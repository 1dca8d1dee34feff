"""The pages of our own: what they hold, in which language, for whom, and what they never run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

import pytest
from asgi import get
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from place_builders import a_place

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.settings import Settings
from micropolis_map.web import pin_texts
from micropolis_map.web.assets import APP_FOLDER
from micropolis_map.web.page_frame import translated
from micropolis_map.web.reader import reader_language

HOSTILE = '</script><img src=x onerror="alert(1)">{{ 7*7 }}\u2028'
MODULES = sorted((APP_FOLDER / "js" / "pin").glob("*.js"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    application = build_application(Settings(data=tmp_path_factory.mktemp("data")))
    application.community_store.save(
        Community("wawer", {"en": HOSTILE, "pl": "Wawer"}, centre=(21.15, 52.21), languages=("pl",))
    )
    place = a_place("p1", community="wawer", name={"en": HOSTILE})
    application.place_store.put(place)
    application.place_store.put(a_place("p2", community="wawer", status="hidden"))
    return Starlette(routes=web.routes(application))


def state_of(answer):
    found = re.search(r'<script type="application/json" id="state">(.*?)</script>', answer.text, re.DOTALL)
    return json.loads(found.group(1))


@pytest.mark.parametrize("path", ["/pin/wawer", "/pin/wawer?place=p1", "/pin/wawer/place/p1", "/mine"])
def test_what_residents_wrote_stays_text(site, path):
    answer = get(site, path)
    assert answer.status == 200
    assert "<img src=x" not in answer.text
    assert 'onerror="alert' not in answer.text
    assert answer.text.count("<script") == answer.text.count("</script>")


def test_a_page_runs_only_scripts_of_this_server(site):
    answer = get(site, "/pin/wawer")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    inline = re.findall(r"<script type=\"importmap\">(.*?)</script>", answer.text)
    assert len(inline) == 1
    digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy["script-src"]
    page = re.sub(r'<script type="application/json".*?</script>', "", answer.text, flags=re.DOTALL)
    assert not re.findall(r"\son\w+=|javascript:|<style| style=", page)
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", answer.text)
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_every_module_is_in_the_import_map_and_every_asset_is_there(site):
    answer = get(site, "/pin/wawer")
    imports = json.loads(re.search(r'"importmap">(.*?)<', answer.text).group(1))["imports"]
    of_pin = {address for address in imports if not address.startswith("/assets/walk/")}
    assert of_pin == {f"/assets/js/pin/{path.name}" for path in MODULES}
    for address in [
        *imports.values(),
        *re.findall(r'(?:src|href)="(/(?:assets|vendor)/[^"]+)"', answer.text),
    ]:
        assert get(site, address).status == 200, address


def test_modules_import_only_each_other():
    for path in MODULES:
        for name in re.findall(r'from "([^"]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / name).is_file(), (path.name, name)


def test_no_module_writes_html():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|insertAdjacentHTML|outerHTML|document\.write|eval\(|new Function", text
        )


@pytest.mark.parametrize(
    "path", ["/pin/nowhere", "/pin/wawer?place=p2", "/pin/wawer?place=x", "/pin/wawer/place/p2"]
)
def test_what_is_not_public_is_not_there(site, path):
    answer = get(site, path)
    assert answer.status == 404
    assert "This place is not on the map" in answer.text


def test_a_story_begins_with_the_place_as_it_is(site):
    assert state_of(get(site, "/pin/wawer?place=p1"))["place"]["id"] == "p1"
    assert state_of(get(site, "/pin/wawer"))["place"] is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_speak_every_language(site, lang):
    answer = get(site, f"/pin/wawer?lang={lang}")
    assert f'<html lang="{lang}">' in answer.text
    state = state_of(answer)
    assert state["lang"] == lang
    assert (state["t"]["send_it"] == "Send to the organisers") == (lang == "en")


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("pl", "pl"), ("da-DK,da;q=0.9,en;q=0.8", "da"), ("de,it;q=0.4,uk;q=0.7", "uk"), ("de", "en"),
        ("", "en"), ("en;q=0.1,pl;q=x,it;q=0.5", "it"), (",;;q=,", "en"),
    ],
)  # fmt: skip
def test_the_browsers_language_is_spoken(header, lang):
    scope = {"type": "http", "query_string": b"", "headers": [(b"accept-language", header.encode())]}
    assert reader_language(Request(scope)) == lang


@given(st.text(max_size=300))
def test_any_language_header_finds_a_language(header):
    value = header.encode("utf-8", "replace")
    scope = {"type": "http", "query_string": b"lang=xx", "headers": [(b"accept-language", value)]}
    assert reader_language(Request(scope)) in LANGUAGES


def test_every_text_the_scripts_ask_for_exists():
    known = set(pin_texts.FRAME) | set(pin_texts.PIN) | set(pin_texts.MINE) | set(pin_texts.SAY)
    for path in MODULES:
        asked = set(re.findall(r'\bt\("(\w+)"', path.read_text(encoding="utf-8")))
        assert asked <= known, path.name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_is_empty(lang):
    for texts in (pin_texts.FRAME, pin_texts.MAP, pin_texts.PIN, pin_texts.MINE, pin_texts.SAY):
        assert all(translated(texts, lang).values())


def test_the_worker_is_served_where_it_can_reach_the_pin_page(site):
    answer = get(site, "/pin/worker.js")
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, "text/javascript")


@pytest.mark.parametrize("lang", ["en", "pl"])
def test_a_page_knows_its_theme_before_its_style_and_offers_to_choose(site, lang):
    text = get(site, f"/mine?lang={lang}").text
    assert text.index("/assets/js/theme.js") < text.index('rel="stylesheet"')
    offered = text.partition("<select data-mm-theme")[2].partition("</select>")[0]
    assert re.findall(r'value="(\w+)"', offered) == ["auto", "light", "dark", "contrast"]
