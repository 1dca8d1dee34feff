"""The map as the painter draws it: facts read from the renderer in a real browser."""

from __future__ import annotations

from itertools import combinations

import pytest
from chrome import PHONE

READS_ONLY = True

MAP = "document.querySelector('#map').mmMap"
LONG_TASKS = """() => {
  window.long = [];
  const note = list => list.getEntries().forEach(task => window.long.push(task.duration));
  new PerformanceObserver(note).observe({type: 'longtask', buffered: true});
}"""
BROKEN = """window.Worker = class {
  constructor() { setTimeout(() => this.onerror(new Event('error', {cancelable: true})), 50); }
  postMessage() {}
  terminate() {}
};"""


def opened(visitor, path="/embed/demo?lang=pl", before="", **options):
    one = visitor(**options)
    if before:
        one.page.add_init_script(before)
    one.page.goto(one.base + path)
    painted(one)
    return one


def painted(one):
    one.page.locator("#map[data-painted]").wait_for(state="attached")


def at_zoom(one, zoom):
    one.page.evaluate(f"zoom => {MAP}.setZoom(zoom, {{animate: false}})", zoom)
    one.page.locator(f'#map[data-painted^="{zoom}/"]').wait_for(state="attached")


def drawn(one):
    return one.page.evaluate(f"micropolis.drawn({MAP})")


def overlaps(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def assert_whole(facts):
    assert facts["unknown"] == []
    assert facts["failed"] == 0
    assert facts["painted"]["covered"] == pytest.approx(1.0)
    for a, b in combinations(facts["names"], 2):
        assert not any(overlaps(one, other) for one in a["boxes"] for other in b["boxes"]), (a, b)


@pytest.mark.parametrize("zoom", [13, 14.25, 15.5, 17])
def test_all_is_painted_and_no_name_lies_over_another(visitor, zoom):
    one = opened(visitor)
    at_zoom(one, zoom)
    facts = drawn(one)
    assert facts["worker"]
    assert len(facts["names"]) >= (5 if zoom > 14 else 0)
    assert_whole(facts)


def test_names_keep_their_size_between_two_zooms_and_are_sharp(visitor):
    one = opened(visitor)
    for zoom in (15, 15.5, 15.75):
        at_zoom(one, zoom)
        pixels, shown = one.page.evaluate(
            "() => { const tile = document.querySelector('.mm-ground canvas');"
            "return [tile.width, tile.getBoundingClientRect().width * devicePixelRatio]; }"
        )
        assert pixels >= shown - 1
        heights = [
            box[3] - box[1]
            for name in drawn(one)["names"]
            if name["layer"] == "labels" and name["kind"] == "park" and " " not in name["text"]
            for box in name["boxes"]
        ]
        assert all(height == pytest.approx(11 * 1.16 + 3, abs=0.5) for height in heights)


def test_another_theme_is_painted_without_a_reload(visitor):
    one = opened(visitor, color_scheme="light")
    one.page.evaluate("window.same = true")
    assert drawn(one)["theme"] == "light"
    one.page.emulate_media(color_scheme="dark")
    painted(one)
    assert drawn(one)["theme"] == "dark"
    one.page.evaluate("micropolis.chooseTheme('contrast')")
    painted(one)
    assert drawn(one)["theme"] == "contrast"
    assert one.page.evaluate("window.same")
    one.page.reload()
    painted(one)
    assert drawn(one)["theme"] == "contrast"  # kept on the device


@pytest.mark.parametrize(
    "without",
    [
        "window.Worker = class { constructor() { throw new Error('forbidden'); } };",
        BROKEN,
    ],
)
def test_without_a_worker_the_page_paints_the_same(visitor, without):
    usual, one = opened(visitor), opened(visitor, before=without)
    facts = drawn(one)
    assert not facts["worker"]
    assert_whole(facts)
    assert {name["text"] for name in facts["names"]} == {name["text"] for name in drawn(usual)["names"]}


def test_painting_holds_the_page_for_no_fifth_of_a_second(visitor):
    one = opened(visitor, before=f"({LONG_TASKS})()", viewport=PHONE)
    for zoom in (12, 14, 16):
        at_zoom(one, zoom)
    assert max(one.page.evaluate("window.long"), default=0) <= 200


def test_the_pin_page_draws_tiles(visitor):
    one = opened(visitor, "/pin/demo?lang=da")
    assert_whole(drawn(one))


def test_nothing_at_all_is_asked_of_other_hosts(visitor):
    one = visitor()
    asked = []
    one.page.on("request", lambda request: asked.append(request.url))
    one.page.goto(f"{one.base}/embed/demo")
    painted(one)
    assert any("/tiles/demo/" in url for url in asked)
    assert [url for url in asked if not url.startswith((one.base, "data:", "blob:"))] == []
