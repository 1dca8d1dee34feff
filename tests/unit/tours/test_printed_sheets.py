"""Booklets, posters and tracks as other programs read them: text, QR codes, the schema of GPX 1.1."""

from __future__ import annotations

import itertools
import sys
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
sys.path.insert(0, str(Path(__file__).parents[2]))

from asgi import get
from pdf_reading import pages, qr_codes

from micropolis_map import web
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.domain.tour import Stop
from micropolis_map.services.touring import TourRequest, plan_tour
from micropolis_map.services.touring_printed import Printed
from micropolis_map.services.touring_xml import gpx_text
from micropolis_map.web import tour_routes

HILL = "demo-op-ad-bakketrappen"
PLACE = "demo-torvebroenden"
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("gpx11.xsd")))


@pytest.fixture(scope="module")
def server(town):
    settings = replace(town.settings, proxies=(ip_network("127.0.0.1"),))
    return Starlette(routes=web.routes(town), middleware=web.middleware(replace(town, settings=settings)))


def test_every_tour_and_its_twin_keep_to_the_schema_of_gpx(town, server):
    addresses = [f"/tours/{tour.id}.gpx?lang=uk" for tour in town.tour_store.tours()]
    assert len(addresses) == 9
    for address in [*addresses, f"/tours/{HILL}.step-free.gpx"]:
        SCHEMA.assertValid(etree.fromstring(get(server, address).body))


def test_a_track_climbs_as_much_as_the_tour_tells(server):
    track = etree.fromstring(get(server, f"/tours/{HILL}.gpx").body)
    rise = []
    for segment in track.findall(".//{*}trkseg"):
        points = segment.findall("{*}trkpt")
        heights = [float(point.findtext("{*}ele")) for point in points]
        rise += [after - before for before, after in itertools.pairwise(heights)]
    told = get(server, f"/tours/{HILL}.geojson").json["micropolis"]["tour"]
    assert len(rise) > 50
    assert sum(step for step in rise if step > 0) == pytest.approx(told["ascent_m"], abs=0.05 * len(rise))
    assert -sum(step for step in rise if step < 0) == pytest.approx(told["descent_m"], abs=0.05 * len(rise))


def test_a_stop_is_as_high_as_the_track_there(server):
    track = etree.fromstring(get(server, f"/tours/{HILL}.gpx").body)
    heights = {(p.get("lon"), p.get("lat")): p.findtext("{*}ele") for p in track.iterfind(".//{*}trkpt")}
    stops = track.findall("{*}wpt")
    assert len(stops) > 2
    for stop in stops:
        assert stop.findtext("{*}ele") == heights[stop.get("lon"), stop.get("lat")] is not None


def test_without_heights_a_track_has_none(town):
    stops = (Stop("a", 17.2, 55.7, {"en": "A"}), Stop("b", 17.201, 55.699, {"en": "B"}))
    plan = plan_tour(town, "demo", TourRequest(stops))
    flat = replace(plan, walks=tuple(replace(w, height_m=np.full(len(w.lon), np.nan)) for w in plan.walks))
    assert "<ele>" in gpx_text(plan, "x")
    assert "<ele>" not in gpx_text(flat, "x")
    SCHEMA.assertValid(etree.fromstring(gpx_text(flat, "x").encode()))


def test_the_schema_refuses_another_order_of_elements(server):
    text = get(server, f"/tours/{HILL}.gpx").text
    broken = text.replace("</metadata>", "</metadata><trk/>", 1)
    assert not SCHEMA.validate(etree.fromstring(broken.encode()))


def test_hostile_names_stay_texts_in_gpx(town):
    name = 'A & B <script> "x" \x00\x1f ]]> 🌳'
    stops = (Stop("a", 17.2, 55.7, {"en": name}, {"en": name}), Stop("b", 17.201, 55.699, {"en": ""}))
    plan = plan_tour(town, "demo", TourRequest(stops))
    document = etree.fromstring(gpx_text(plan, name).encode())
    SCHEMA.assertValid(document)
    told = max((one.text for one in document.findall(".//{*}wpt/{*}name")), key=len)
    assert told.startswith('A & B <script> "x"')
    assert told.endswith("]]> 🌳")


@pytest.mark.parametrize("lang", ["uk", "da"])
def test_the_booklet_has_a_map_the_way_and_every_stop_with_a_code_that_leads_there(server, lang):
    answer = get(server, f"/tours/{HILL}.pdf?lang={lang}", host="map.example.org", x_forwarded_proto="https")
    text, codes = pages(answer.body), qr_codes(answer.body)
    assert codes[0] == codes[-1] == []
    stops = get(server, f"/tours/{HILL}.geojson?lang={lang}").json["micropolis"]["tour"]["order"]
    links = [f"https://map.example.org/?community=demo&place={stop}&lang={lang}" for stop in stops]
    assert sorted(code for page in codes for code in page) == sorted(links)
    assert {len(page) for page in codes[1:-1]} <= {2, 3, 4}
    assert {"uk": "Сходами на пагорб", "da": "Op ad Bakketrappen"}[lang] in text[0]
    assert any("Bakketrappen" in page for page in text[1:3])  # directions name the ways


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_place_has_a_poster_that_opens_its_story_and_the_form_for_ones_own(server, lang, paper):
    answer = get(server, f"/poster/{PLACE}.pdf?lang={lang}&paper={paper}", host="map.example.org")
    (codes,) = qr_codes(answer.body)
    root = "http://map.example.org"
    assert sorted(codes) == [
        f"{root}/?community=demo&place={PLACE}&lang={lang}",
        f"{root}/pin/demo?place={PLACE}&lang={lang}",
    ]
    assert get(server, f"/pin/demo?place={PLACE}&lang={lang}").status == 200


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_a_tour_has_a_poster_that_opens_the_walk_and_the_form_to_pin(server, paper):
    answer = get(server, f"/poster/{HILL}.pdf?lang=pl&paper={paper}", host="map.example.org")
    (codes,) = qr_codes(answer.body)
    root = "http://map.example.org"
    assert sorted(codes) == [f"{root}/pin/demo?lang=pl", f"{root}/walk/{HILL}?lang=pl"]
    assert "Schodami na wzgórze" in pages(answer.body)[0]


def test_a_poster_speaks_the_chosen_language(server):
    (text,) = pages(get(server, "/poster/wawer-wck-marysin.pdf?lang=pl").body)
    assert "To miejsce ma swoją historię" in text
    assert "Wawerskie Centrum Kultury" in text


def test_a_sheet_is_drawn_once_and_asked_again_not_at_all(server, monkeypatch):
    drawn = []
    monkeypatch.setattr(tour_routes, "_PRINTED", Printed())
    monkeypatch.setattr(tour_routes, "tour_bytes", lambda *_: drawn.append(1) or b"%PDF-1.7 booklet")
    first = get(server, f"/tours/{HILL}.pdf?lang=it")
    assert get(server, f"/tours/{HILL}.pdf?lang=it").body == first.body
    assert len(drawn) == 1
    known = get(server, f"/tours/{HILL}.pdf?lang=it", if_none_match=first.headers["etag"])
    assert (known.status, known.body) == (304, b"")
    get(server, f"/tours/{HILL}.pdf?lang=it", host="other.example.org")
    assert len(drawn) == 2  # its codes lead elsewhere


def test_of_many_sheets_the_one_not_asked_for_longest_goes():
    kept = Printed(most=2)
    drawn = []

    def draw(name):
        return kept.get(name, lambda: drawn.append(name) or name.encode())

    for name in ("a", "b", "a", "c", "a", "b"):
        assert draw(name) == name.encode()
    assert drawn == ["a", "b", "c", "b"]
    assert len(kept) == 2
