"""The Walks page under AppTest, with the demo town loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from micropolis_map.services.touring_published import published_tour
from micropolis_map.services.touring_words import figures_words

TOURS = Path(__file__).parents[2] / "data" / "tours"
HILL = "demo-op-ad-bakketrappen"


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
    assert "15 min on foot" in next(b.label for b in buttons if HILL in b.key)


def test_a_tour_shows_figures_twin_stops_and_files(town, run_page):
    app = run_page("tours", tour=HILL)
    assert not app.exception
    text = page_text(app)
    assert figures_words(published_tour(town, HILL), "en") in text
    assert "Step\\-free variant" in text
    assert text.count("place=demo-") == 6
    for ending in ("pdf", "gpx", "kml", "geojson"):
        assert f"/tours/{HILL}.{ending}?lang=en" in text


def test_places_in_the_address_become_a_walk_in_its_best_order(town, run_page):
    app = run_page(
        "tours", community="demo", stops="demo-torvebroenden,demo-holmkapellet,demo-klokkeudsigten"
    )
    assert not app.exception
    text = page_text(app)
    positions = [text.index(f"place={stop}&") for stop in ("demo-torvebroenden", "demo-klokkeudsigten")]
    positions.append(text.index("place=demo-holmkapellet&"))
    assert positions in (sorted(positions), sorted(positions, reverse=True))
    assert "/data/demo/tour.pdf?stops=" in text


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
    chosen = app.multiselect(key="w_stops").value
    assert len(chosen) >= 5
    text = page_text(app)
    assert f"stops={'%2C'.join(chosen)}" in text
