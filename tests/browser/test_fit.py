"""A map opens on nearly everybody, as large as it goes, and stays where somebody moved it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Visitor
from playwright.sync_api import Locator, expect
from shapely.geometry import shape

from micropolis_map.services.built_files import HOMES, read_points
from micropolis_map.services.people_groups import ALL, people_at

READS_ONLY = True
WIDTHS = [(390, 844), (1280, 900), (1920, 1080)]
PAGES = ["/?", "/coverage?", "/planner?", "/compare?", "/work_centres?"]
OWN = ["/embed/demo?", "/pin/demo?"]


def fitted(visitor: Visitor, path: str) -> Locator:
    """Open a page and return its map when it has been fitted."""
    visitor.page.goto(f"{visitor.base}{path}community=demo")
    within = visitor.page if path in OWN else visitor.map
    box = within.locator(".leaflet-container[data-fitted][data-view]").first
    box.wait_for()
    return box


def view(box: Locator) -> tuple[float, float, float, float]:
    """Return west, south, east, north of what the map shows."""
    west, south, east, north = map(float, str(box.get_attribute("data-view")).split(","))
    return west, south, east, north


def middle(box: Locator) -> tuple[float, float]:
    """Return longitude and latitude of the middle of the map."""
    west, south, east, north = view(box)
    return (west + east) / 2, (south + north) / 2


def seen(town: Path, shown: tuple[float, float, float, float]) -> tuple[float, float]:
    """Return the share of the people who live in view, and how far they fill its width or height."""
    (file,) = (town / "geo" / "demo" / "built").glob(f"*/{HOMES}")
    homes = read_points(file)
    people = people_at(homes, ALL)
    west, south, east, north = shown
    inside = (homes.lon > west) & (homes.lon < east) & (homes.lat > south) & (homes.lat < north)
    lon, lat = homes.lon[inside], homes.lat[inside]
    wide, high = np.ptp(lon) / (east - west), np.ptp(lat) / (north - south)
    return float(people[inside].sum() / people.sum()), float(max(wide, high))


@pytest.mark.parametrize("path", [*PAGES, *OWN])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_nearly_everybody_is_in_view_and_fills_the_frame(visitor, loaded_town, path, width, height):
    one = visitor({"width": width, "height": height})
    share, fill = seen(loaded_town, view(fitted(one, path)))
    assert share >= 0.95
    assert fill >= 0.5


@pytest.mark.journey
def test_a_map_is_fitted_anew_until_somebody_moves_it(visitor: Callable[..., Visitor], loaded_town: Path):
    one = visitor({"width": 900, "height": 700})
    box = fitted(one, "/embed/demo?")
    before = str(box.get_attribute("data-view"))
    one.page.set_viewport_size({"width": 420, "height": 800})
    expect(box).not_to_have_attribute("data-view", before)
    share, fill = seen(loaded_town, view(box))
    assert (share >= 0.95, fill >= 0.5) == (True, True)
    moved_from = middle(box)
    box.press("ArrowRight")
    one.page.wait_for_function(
        "from => { const box = document.querySelector('[data-view]').dataset.view.split(',').map(Number);"
        " return (box[0] + box[2]) / 2 > from + 0.001; }",
        arg=moved_from[0],
    )
    there, fits = middle(box), str(box.get_attribute("data-fitted"))
    one.page.set_viewport_size({"width": 1000, "height": 700})
    one.page.wait_for_function("document.querySelector('.leaflet-container').clientWidth > 900")
    expect(box).to_have_attribute("data-fitted", fits)
    assert middle(box) == pytest.approx(there, abs=5e-4)
    one.page.get_by_role("button", name="Whole town").click()
    assert seen(loaded_town, view(box))[0] >= 0.999


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_the_map_of_walks_holds_them_all(visitor, width, height):
    one = visitor({"width": width, "height": height})
    one.page.goto(f"{one.base}/tours?community=demo")
    box = one.map.locator("[data-walks][data-view]")
    box.wait_for()
    walks = box.evaluate(
        "box => { const all = L.latLngBounds([]);"
        " box.mmMap.eachLayer(one => { if (one instanceof L.Polyline) all.extend(one.getBounds()); });"
        " return [all.getWest(), all.getSouth(), all.getEast(), all.getNorth()]; }"
    )
    west, south, east, north = view(box)
    assert (west < walks[0], south < walks[1], east > walks[2], north > walks[3]) == (True,) * 4
    assert max((walks[2] - walks[0]) / (east - west), (walks[3] - walks[1]) / (north - south)) >= 0.5


def district_box(town: Path, name: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a district of the demo town."""
    (file,) = (town / "geo" / "demo" / "built").glob("*/districts.geojson")
    features = json.loads(file.read_text("utf-8"))["features"]
    (area,) = [shape(one["geometry"]) for one in features if one["properties"]["name"] == name]
    west, south, east, north = area.bounds
    return west, south, east, north


def assert_shows_the_district(box: Locator, town: Path, name: str, before: str) -> None:
    """The map has moved, holds the district, and is about as near as that allows."""
    expect(box).not_to_have_attribute("data-view", before)
    west, south, east, north = view(box)
    left, low, right, high = district_box(town, name)
    assert (west <= left, south <= low, east >= right, north >= high) == (True, True, True, True)
    assert max((right - left) / (east - west), (high - low) / (north - south)) >= 0.4


def test_coverage_looks_at_the_district_whose_row_is_ticked(visitor, loaded_town):
    one = visitor({"width": 1280, "height": 900})
    box = fitted(one, "/coverage?")
    before = str(box.get_attribute("data-view"))
    table = one.page.locator("[class*=st-key-w_districts_] [data-testid=stDataFrame]")
    table.scroll_into_view_if_needed()
    table.locator("canvas").first.wait_for()
    table.click(position={"x": 18, "y": 44 * 2 + 22})
    assert_shows_the_district(box, loaded_town, "Skovholm", before)
    table.click(position={"x": 18, "y": 44 * 2 + 22})
    expect(box).to_have_attribute("data-view", before)


def test_next_cafe_looks_at_the_districts_it_may_be_in(visitor, loaded_town):
    one = visitor({"width": 1280, "height": 900})
    before = str(fitted(one, "/planner?").get_attribute("data-view"))
    assert_shows_the_district(fitted(one, "/planner?in=Skovholm&"), loaded_town, "Skovholm", before)


def test_a_frame_that_is_hidden_at_first_is_fitted_when_it_is_seen(visitor, loaded_town):
    one = visitor()
    one.page.add_init_script(
        "new MutationObserver((_, watch) => { const map = document.getElementById('map');"
        " if (map) { map.style.display = 'none'; watch.disconnect(); } })"
        ".observe(document, { childList: true, subtree: true });"
    )
    one.page.goto(f"{one.base}/embed/demo")
    box = one.page.locator(".leaflet-container")
    box.wait_for(state="attached")
    assert box.get_attribute("data-fitted") is None
    box.evaluate("map => { map.style.display = ''; }")
    one.page.locator("[data-fitted]").wait_for()
    share, fill = seen(loaded_town, view(box))
    assert (share >= 0.95, fill >= 0.5) == (True, True)


def test_where_i_am_is_asked_for_after_a_tap_and_shown(visitor):
    at = {"longitude": 17.2, "latitude": 55.7, "accuracy": 30}
    one = visitor(geolocation=at, permissions=["geolocation"])
    box = fitted(one, "/embed/demo?")
    one.page.get_by_role("button", name="Where I am").click()
    expect(box).to_have_attribute("data-here", "55.70000,17.20000")
    expect(one.page.locator(".mm-here-said")).to_contain_text("30 m")


def test_far_from_the_town_the_map_stays_and_says_so(visitor):
    at = {"longitude": 21.0, "latitude": 52.2, "accuracy": 30}
    one = visitor(geolocation=at, permissions=["geolocation"])
    box = fitted(one, "/embed/demo?")
    before = view(box)
    one.page.get_by_role("button", name="Where I am").click()
    expect(one.page.locator(".mm-here-said")).to_contain_text("outside this map")
    assert view(box) == before


def test_who_keeps_it_to_himself_reads_how_to_allow_it(visitor):
    one = visitor(permissions=[])
    fitted(one, "/embed/demo?")
    one.page.get_by_role("button", name="Where I am").click()
    expect(one.page.locator(".mm-here-said")).to_contain_text("keeps where you are to itself")
