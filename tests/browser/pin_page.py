"""What a hand does on the pin page, for the tests of it."""

from __future__ import annotations

import json
import urllib.request

from chrome import PHONE
from playwright.sync_api import Page, expect

TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "service_workers": "block"}
"""Without the worker, which would answer before a test's own routes do; one test has it."""
SPOT = (55.7031, 17.1952)
"""A meadow of the demo town where nothing is pinned."""


class Hand:
    """One hand on a page: counts what it taps and the fields it fills."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def tap(self, what):
        what.click()
        self.count += 1

    def type(self, label, text):
        self.page.get_by_label(label, exact=True).fill(text)
        self.count += 1


def open_pin(visitor, query="", **options):
    one = visitor(**{**TOUCH, **options})
    one.page.goto(f"{one.base}/pin/demo{query}")
    one.page.locator("#map[data-places]").wait_for(state="attached")
    return one


def tap_map(page, across=0.5, down=0.4):
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)


def at_coordinates(page, lat, lon):
    page.locator("#q").fill(f"{lat}, {lon}")
    said = f"{lat:.5f}, {lon:.5f}"  # what was found for another text may still be there
    page.locator("#found button").filter(has_text=said).click()


def fill_in(page, name, words="", lat=SPOT[0], lon=SPOT[1]):
    """Go to the look step with a place of that name."""
    at_coordinates(page, lat, lon)
    page.get_by_role("button", name="This is the spot").click()
    page.locator("#what label").filter(has_text="Natural").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.locator("#words").fill(words)
    page.get_by_role("button", name="See how it will look").click()
    expect(page.locator("#card h2")).to_have_text(name)


def send(page):
    page.get_by_role("button", name="Send to the organisers").click()
    expect(page.get_by_role("heading", name="Sent. Thank you!")).to_be_visible()
    return page.locator(".key-link textarea").input_value()


def things(server, link):
    request = urllib.request.Request(
        f"{server.url}/api/mine", headers={"X-Micropolis-Key": link.split("#")[1]}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["things"]


def public_ids(server):
    with urllib.request.urlopen(f"{server.url}/data/demo/places.geojson", timeout=60) as answer:
        return {feature["id"] for feature in json.load(answer)["features"]}


def demo_features(server):
    with urllib.request.urlopen(f"{server.url}/data/demo/places.geojson", timeout=60) as answer:
        return json.load(answer)["features"]
