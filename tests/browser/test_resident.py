"""What a resident does: opens the map, filters, reads a story, shares it, on a desk and on a phone."""

from __future__ import annotations

import re

import pytest
from chrome import PHONE
from playwright.sync_api import expect

READS_ONLY = True


@pytest.mark.journey("explore")
def test_reads_a_story_and_shares_the_link(visitor):
    anna = visitor()
    anna.open("/?community=middelfart")
    everything = anna.places_on_map()
    assert everything == anna.places_in_list()

    anna.page.get_by_role("button", name="Natural", exact=True).click()
    anna.page.wait_for_url(re.compile("kind=natural"))
    anna.map.locator(f"#map_div:not([data-places='{everything}'])").wait_for()
    assert anna.agreed_places() < everything

    anna.page.locator("[class*=st-key-row-] button").first.click()
    title = anna.page.locator(".st-key-story h2")
    title.wait_for()
    anna.page.wait_for_url(re.compile("place="))

    ben = visitor()
    ben.open(anna.page.url.removeprefix(anna.base))
    expect(ben.page.locator(".st-key-story h2")).to_have_text(title.inner_text())
    assert ben.places_on_map() == anna.places_on_map()
    expect(ben.map.locator(".mm-marker.is-chosen")).to_have_count(1)

    ben.page.get_by_role("button", name="All places").click()
    expect(ben.page.locator("[data-count]")).to_be_visible()
    assert ben.agreed_places() == anna.places_on_map()


def test_a_marker_opens_its_story_and_going_back_closes_it(visitor):
    one = visitor()
    one.open("/?community=demo&kind=natural")
    one.places_on_map()
    marker = one.map.locator(".mm-marker").first
    place = marker.get_attribute("data-place")
    marker.click()
    one.page.wait_for_url(re.compile(f"place={place}"))
    name = one.page.locator(".st-key-story h2").inner_text()
    assert marker.get_attribute("aria-label").startswith(name)
    one.page.go_back()
    expect(one.page.locator(".st-key-story")).to_have_count(0)


def test_a_marker_opens_with_the_keyboard(visitor):
    one = visitor()
    one.open("/?community=demo")
    one.places_on_map()
    marker = one.map.locator(".mm-marker").first
    marker.focus()
    marker.press("Enter")
    expect(one.page.locator(".st-key-story h2")).to_be_visible()


def test_the_map_stays_where_it_is_while_filters_change(visitor):
    one = visitor()
    one.open("/?community=demo")
    before = one.places_on_map()
    one.in_map("window.map.setView([55.702, 17.203], 16, {animate: false})")
    one.page.get_by_role("button", name="Historical", exact=True).click()
    one.map.locator(f"#map_div:not([data-places='{before}'])").wait_for()
    assert one.in_map("window.map.getZoom()") == 16
    assert one.in_map("window.map.getCenter().lat") == pytest.approx(55.702, abs=1e-4)


def test_searching_narrows_map_and_list_alike(visitor):
    one = visitor()
    one.open("/?community=cagliari")
    before = one.places_on_map()
    one.page.get_by_placeholder("Search places and stories").fill("tower")
    one.page.keyboard.press("Enter")
    one.page.wait_for_url(re.compile("q=tower"))
    one.map.locator(f"#map_div:not([data-places='{before}'])").wait_for()
    assert one.agreed_places()
    one.page.get_by_role("button", name="Clear filters").click()
    one.map.locator(f"#map_div[data-places='{before}']").wait_for()


def test_on_a_phone_the_map_comes_first_and_a_story_comes_up_by_itself(visitor):
    one = visitor(PHONE, has_touch=True, is_mobile=True)
    one.open("/?community=demo&kind=co-created")
    one.places_on_map()
    frame = one.page.locator(".st-key-map iframe").bounding_box()
    search = one.page.get_by_placeholder("Search places and stories").bounding_box()
    assert frame["y"] < 300
    assert search["y"] > frame["y"] + frame["height"]
    assert one.page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
    one.map.locator(".mm-marker").first.tap()
    title = one.page.locator(".st-key-story h2")
    title.wait_for()
    box = title.bounding_box()
    assert 0 < box["y"] < 844 - 60


def test_tiles_are_asked_for_only_after_the_box_is_ticked(visitor):
    one = visitor()
    one.open("/?community=demo")
    one.places_on_map()
    one.map.get_by_role("button", name="Background").click()
    expect(one.map.locator(".mm-tiles p")).to_contain_text("openstreetmap.org")
    assert one.asked_outside == []
    with one.page.expect_request(re.compile(r"https://tile\.openstreetmap\.org/")):
        one.map.get_by_label("OpenStreetMap tiles").check()
    expect(one.map.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap contributors")
    assert {url[: url.index(".org/")] for url in one.asked_outside} == {"https://tile.openstreetmap"}
    one.asked_outside.clear()


def test_what_a_resident_typed_is_shown_and_never_obeyed(visitor):
    one = visitor()
    one.open("/?community=middelfart&place=hostile")
    expect(one.page.locator(".st-key-story h2")).to_contain_text("onerror")
    one.places_on_map()
    marker = one.map.locator(".mm-marker.is-chosen")
    one.map.locator("#map_div[data-chosen='hostile']").wait_for()  # the map has come to it
    marker.press("Enter")  # a map that still moves takes it from under a mouse, not from under the keyboard
    expect(one.map.locator(".leaflet-popup-content")).to_contain_text("onerror")
    one.page.get_by_role("button", name="All places").click()
    expect(one.page.locator("[class*=st-key-row-]", has_text="onerror")).to_be_visible()
    assert one.page.evaluate("window.hacked") is None
    assert one.in_map("window.hacked") is None


def test_a_map_that_loses_its_height_on_the_way_shows_the_same_when_it_has_it_again(visitor):
    one = visitor()
    one.open("/?community=demo")
    one.places_on_map()
    the_map = "Object.values(window).find((v) => v instanceof L.Map)"
    middle = f"{the_map}.getCenter()"
    before, height = one.in_map(middle), one.in_map("document.getElementById('map_div').clientHeight")
    for now in (0, height):  # as it happens while the page is laid out
        one.in_map(f"""new Promise((heard) => {{
            {the_map}.once("resize", heard);
            document.getElementById("map_div").style.setProperty("height", "{now}px", "important");
            if ({now}) window.dispatchEvent(new Event("resize")); }})""")  # Leaflet hears of it first
        assert one.in_map(f"{the_map}.getSize().y") == now
    after = one.in_map(middle)
    assert after["lat"] == pytest.approx(before["lat"], abs=1e-4)
    assert after["lng"] == pytest.approx(before["lng"], abs=1e-4)


@pytest.mark.parametrize("lang", ["pl", "da", "it", "uk"])
def test_the_page_speaks_the_language_of_the_address(visitor, lang):
    one = visitor()
    one.open(f"/?community=demo&lang={lang}")
    one.places_on_map()
    assert one.map.locator("html").get_attribute("lang") == lang
    assert one.page.get_by_placeholder("Search places and stories").count() == 0
