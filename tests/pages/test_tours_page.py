"""The Walks page under AppTest, with the demo town loaded."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from micropolis_map.services.touring_published import published_tour
from micropolis_map.ui.components.map_taps import Tap
from micropolis_map.ui.components.tour_map import picked
from micropolis_map.ui.view_state import MAX_STOPS

TOURS = Path(__file__).parents[2] / "data" / "tours"
HILL = "demo-op-ad-bakketrappen"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def town(loaded):
    shutil.copytree(TOURS, loaded.settings.data / "tours")
    return loaded


def page_text(app) -> str:
    bodies = [element.proto.body for element in app.get("html")]
    return "\n".join([*bodies, *(m.value for m in app.markdown), *(s.value for s in app.subheader)])


def test_the_list_shows_each_tour_with_its_figures(town, run_page):
    app = run_page("tours", community="demo")
    assert not app.exception
    buttons = [button for button in app.button if str(button.key).startswith("w_tour_demo")]
    assert len(buttons) == 3
    label = next(b.label for b in buttons if HILL in b.key)
    assert "6 stops" in label
    assert "steps, and a way without" in label


def test_each_walk_to_choose_from_has_its_shape_its_hills_and_its_number(town, run_page):
    app = run_page("tours", community="demo")
    pictures = re.findall(r"data:image/svg\+xml,([^\"]+)", page_text(app))
    assert len(pictures) == 3
    for number, picture in enumerate(map(unquote, pictures), start=1):
        drawing = ET.fromstring(picture)
        (way, hills) = (drawing.find(f"{SVG}{tag}") for tag in ("polyline", "polygon"))
        corners = [tuple(map(float, pair.split(","))) for pair in way.get("points").split()]
        _, _, wide, high = map(float, drawing.get("viewBox").split())
        assert all(0 <= x <= wide and 0 <= y <= high for x, y in corners)
        assert hills is not None
        assert drawing.find(f"{SVG}g/{SVG}text").text == str(number)


def test_a_walk_that_is_not_there_opens_none(town, run_page):
    app = run_page("tours", community="demo", tour="demo-no-such-walk")
    assert not app.exception
    assert len([button for button in app.button if str(button.key).startswith("w_tour_demo")]) == 3


def test_a_tour_shows_figures_twin_stops_and_files(town, run_page):
    app = run_page("tours", tour=HILL)
    assert not app.exception
    text = page_text(app)
    plan = published_tour(town, HILL)
    assert f"{round((plan.walking_s + plan.visit_s) / 60)} min" in text
    assert "Not step-free" in text
    assert "bench" in text
    assert "Step\\-free variant" in text
    assert text.count("place=demo-") == 6
    assert f"/walk/{HILL}?lang=en" in text
    assert (
        f"/poster/{HILL}.pdf?lang=en&amp;paper=A3" in text or f"/poster/{HILL}.pdf?lang=en&paper=A3" in text
    )
    for ending in ("pdf", "gpx", "kml", "geojson"):
        assert f"/tours/{HILL}.{ending}?lang=en" in text


WELL, CHAPEL, LOOKOUT = "demo-torvebroenden", "demo-holmkapellet", "demo-klokkeudsigten"
THREE = f"{WELL},{CHAPEL},{LOOKOUT}"


def stops_shown(app) -> list[str]:
    """The stops of the list, which is a part of our own."""
    (part,) = [one for one in app.get("bidi_component") if one.proto.component_name.endswith("stop_list")]
    return [stop["id"] for stop in json.loads(part.proto.json)["stops"]]


def test_places_in_the_address_become_a_walk_in_its_best_order(town, run_page):
    app = run_page("tours", community="demo", stops=THREE)
    assert not app.exception
    assert stops_shown(app) in ([WELL, LOOKOUT, CHAPEL], [CHAPEL, LOOKOUT, WELL])
    assert "/data/demo/tour.pdf?stops=" in page_text(app)


def test_ones_own_order_the_ends_and_the_way_back_are_kept_in_the_address(town, run_page):
    app = run_page("tours", community="demo", stops=THREE, order="own", loop="1", visit="10")
    assert stops_shown(app) == [WELL, CHAPEL, LOOKOUT]
    text = page_text(app)
    assert "order=own" in text
    assert "loop=1" in text
    assert app.selectbox(key="w_visit").value == 10
    app = run_page("tours", community="demo", stops=THREE, first=CHAPEL, last=LOOKOUT)
    assert stops_shown(app) == [CHAPEL, WELL, LOOKOUT]


def test_a_place_found_by_name_is_added(town, run_page):
    app = run_page("tours", community="demo", stops=THREE)
    app.selectbox(key="w_add_stop").select("demo-nordgaard").run()
    assert not app.exception
    assert len(stops_shown(app)) == 4


def test_who_comes_before_it_opens_is_told(town, run_page):
    app = run_page(
        "tours",
        community="demo",
        stops=f"{WELL},demo-biblioteket-kompasset",
        order="own",
        when="2026-11-29T03:00",
    )
    assert not app.exception
    assert any("closed when you come" in warning.value for warning in app.warning)


@pytest.mark.parametrize(
    ("tap", "stops"),
    [
        (Tap(1, "put", {"place": "c"}), ("a", "b", "c")),
        (Tap(1, "put", {"place": "b"}), ("a", "b")),
        (Tap(1, "out", {"place": "a"}), ("b",)),
        (Tap(1, "out", {"place": "x"}), ("a", "b")),
        (Tap(1, "put", {"place": 7}), ("a", "b")),
        (Tap(1, "put", {"place": "x" * 129}), ("a", "b")),
        (Tap(1, "put"), ("a", "b")),
        (Tap(1, "draw", {"place": "c"}), ("a", "b")),
    ],
)
def test_a_tap_puts_a_place_in_or_takes_it_out(tap, stops):
    assert picked(("a", "b"), tap) == stops


def test_a_walk_has_no_more_stops_than_it_may():
    stops = tuple(str(n) for n in range(MAX_STOPS))
    assert picked(stops, Tap(1, "put", {"place": "one more"})) == stops


def test_an_address_that_comes_late_does_not_undo_what_was_chosen(town, run_page):
    app = run_page("tours", community="demo", stops=THREE)
    app.selectbox(key="w_add_stop").select("demo-nordgaard").run()
    app.query_params["stops"] = THREE  # the browser has not heard of the fourth yet
    app.run()
    assert len(stops_shown(app)) == 4


def test_a_tour_that_is_not_there_leaves_the_list(town, run_page):
    app = run_page("tours", community="demo", tour="nope")
    assert not app.exception
    assert any(str(button.key).startswith("w_tour_demo") for button in app.button)


def test_a_town_without_streets_says_that_lines_are_straight(town, run_page):
    app = run_page("tours", tour="cagliari-castello-di-torre-in-torre", lang="it")
    assert not app.exception
    assert any("linea d'aria" in info.value for info in app.info)


def test_a_suggestion_becomes_a_walk_within_the_time(town, run_page):
    app = run_page("tours", community="demo", stops="demo-torvebroenden")
    app.button(key="w_suggest").click().run()
    assert not app.exception
    chosen = stops_shown(app)
    assert len(chosen) >= 5
    text = page_text(app)
    assert f"stops={'%2C'.join(chosen)}" in text
    assert "on foot from the one before" in text
    assert "Left out" in text
