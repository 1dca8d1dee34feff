"""Everybody can use the pages: names, sizes, contrast of what is pressed, order of the keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

READS_ONLY = True

NAMELESS = """() => [...document.querySelectorAll(
    'button, a[href], input, select, textarea, [role=button]')]
  .filter(e => e.offsetParent !== null && e.checkVisibility() && e.type !== 'hidden')
  .filter(e => !(e.getAttribute('aria-label') || e.getAttribute('title') || e.getAttribute('aria-labelledby')
    || e.innerText.trim() || (e.labels && e.labels.length)
    || e.querySelector('img[alt]:not([alt=""]), svg[aria-label]')))
  .map(e => e.outerHTML.slice(0, 160))"""

SMALL = """() => [...document.querySelectorAll(
    '.stMain button, .stMain input[type=text], .leaflet-bar a, .mm-marker')]
  .filter(e => e.offsetParent !== null && e.checkVisibility())
  .map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && box.height > 0 && Math.max(box.height, box.width) < 44)
  .map(([html]) => html)"""


@pytest.mark.parametrize(
    "path", ["/?community=demo", "/coverage?community=demo", "/datasets?community=demo", "/about"]
)
def test_everything_one_can_press_has_a_name_and_is_large_enough(visitor, path):
    one = visitor()
    one.open(path)
    for fold in one.page.locator(".stExpander summary").all():
        fold.click()
    if "data" not in path and "about" not in path:
        one.map.locator("#map_div[data-background]").wait_for()
        for check in (NAMELESS, SMALL):
            assert one.map.locator("html").evaluate(check) == []
    assert one.page.evaluate(NAMELESS) == []
    assert one.page.evaluate(SMALL) == []
    expect(one.page.locator("h1")).to_have_count(1)
