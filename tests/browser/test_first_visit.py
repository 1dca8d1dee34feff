"""The first page: a town is chosen, by the keyboard too; and what OpenStreetMap knows becomes a pin."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

READS_ONLY = True
SHIFT = """() => new Promise((told) => {
    let sum = 0;
    new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
        .observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => told(sum)));
})"""


@pytest.mark.journey("first_visit")
def test_a_newcomer_chooses_a_town_with_the_keyboard(visitor):
    one = visitor({"width": 390, "height": 844})
    one.page.goto(f"{one.base}/?lang=da")
    pictures = one.page.locator(".towns img")
    expect(pictures).to_have_count(one.page.locator(".towns li").count())
    one.page.wait_for_function(
        "[...document.images].slice(0, 4).every((one) => one.complete && one.naturalWidth)"
    )
    assert one.page.evaluate(SHIFT) <= 0.1
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 390
    first = one.page.locator(".towns a").first
    expect(first).to_contain_text("Middelfart")
    first.focus()
    one.page.keyboard.press("Enter")
    one.page.wait_for_url(re.compile("community=middelfart"))
    expect(one.page.locator(".mm-head h1")).to_have_text("Middelfart")
    one.page.goto(f"{one.base}/")
    expect(one.page.locator(".towns b")).to_have_count(1)  # where they were last
    assert one.asked_outside == []


@pytest.mark.full
def test_a_meeting_place_becomes_a_pin(visitor):
    one = visitor({"width": 1280, "height": 900})
    one.open("/?community=demo&lang=en")
    one.map.locator("#map_div[data-known]").wait_for()
    shown = int(one.map.locator("#map_div").get_attribute("data-known"))
    known = one.context.request.get(f"{one.base}/data/demo/known_spots.geojson").json()["features"]
    assert shown == len(known) > 0
    one.page.locator(".st-key-known summary").click()
    rows = one.page.locator(".mm-known-list a")
    expect(rows).to_have_count(shown)
    name = rows.first.inner_text()
    one.page.locator(".st-key-knowntoggle label").click()
    one.map.locator("#map_div:not([data-known])").wait_for()
    rows.first.click()
    one.page.wait_for_url(re.compile("/pin/demo"))
    expect(one.page.locator("#given")).to_be_visible()
    one.page.locator("#where .go button").click()
    expect(one.page.locator("#name")).to_have_value(name)
