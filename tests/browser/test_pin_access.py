"""The pin pages for everybody: names, targets of 44 px, one heading, nothing sideways, also at 320 px."""

from __future__ import annotations

import pytest
from pin_page import SPOT, TOUCH, at_coordinates, demo_features
from playwright.sync_api import expect

NAMELESS = """() => [...document.querySelectorAll('button, a[href], input, select, textarea, summary, audio')]
  .filter((e) => e.checkVisibility() && !e.closest('[aria-hidden=true]'))
  .filter((e) => !(e.getAttribute('aria-label') || e.innerText?.trim() || e.labels?.length || e.title))
  .map((e) => e.outerHTML.slice(0, 160))"""

SMALL = """() => [...document.querySelectorAll(
    'button, a[href], input, select, textarea, summary, label.button')]
  .filter((e) => e.checkVisibility({ opacityProperty: true }))
  .filter((e) => !e.closest('.trap, .leaflet-control-attribution'))
  .map((e) => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && box.right > 0 && (box.height < 44 || box.width < 40))
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""

CHOICES = """() => [...document.querySelectorAll('input[type=radio]')]
  .filter((e) => e.checkVisibility())
  .map((e) => e.nextElementSibling.getBoundingClientRect()).filter((box) => box.height < 44).length"""

SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def check(page, what):
    assert page.evaluate(NAMELESS) == [], what
    assert page.evaluate(SMALL) == [], what
    assert page.evaluate(CHOICES) == 0, what
    assert page.evaluate(SIDEWAYS) <= 0, what
    assert len([one for one in page.locator("h1").all() if one.is_visible()]) == 1, what


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (1280, 900)])
def test_every_step_is_for_everybody(visitor, width, height):
    one = visitor(**{**TOUCH, "viewport": {"width": width, "height": height}, "is_mobile": width < 800})
    page = one.page
    page.goto(f"{one.base}/pin/demo?lang=it")
    page.locator("#map[data-places]").wait_for()
    check(page, "where")
    at_coordinates(page, *SPOT)
    page.locator("#where [type=submit]").click()
    page.locator("#more summary").click()
    check(page, "what")
    page.locator("#what label").first.click()
    page.locator("#name").fill("Prato delle lucciole")
    page.locator("#what [type=submit]").click()
    expect(page.locator("#look-status")).to_have_attribute("data-tone", "good")
    check(page, "look")
    page.locator("#send").click()
    expect(page.locator("#sent")).to_have_attribute("data-state", "sent")
    check(page, "sent")
    page.goto(f"{one.base}/mine?lang=it")
    page.locator(".thing").wait_for()
    for fold in page.locator(".thing summary").all():
        fold.click()
    expect(page.locator(".qr svg")).to_be_visible()
    check(page, "mine")


def test_the_page_of_a_place_is_for_everybody(visitor, server):
    one = visitor(**TOUCH)
    place = demo_features(server)[0]["id"]
    one.page.goto(f"{one.base}/pin/demo/place/{place}?lang=uk")
    check(one.page, "say")
