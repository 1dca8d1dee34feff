"""Whatever is tapped on a map is marked at once and kept, also when every answer comes two seconds late."""

from __future__ import annotations

import pytest
from map_hand import Finger, free_pins
from pin_page import PHONE, TOUCH
from playwright.sync_api import expect
from slow_line import SlowLine

STOPS = 12
LATE_S = 2.0
OWN = "/tours?community=demo&order=own"
VIEW = "[map.getZoom(), map.getCenter().lat, map.getCenter().lng]"
RELOAD_AND_TELL_WHEN_ALL_IS_TAKEN = """() => {
    const kept = () => JSON.parse(sessionStorage.getItem("mm-taps:planmap-demo"));
    setInterval(() => kept().waiting.length || console.info("all taken"), 50);
    setTimeout(() => location.reload());
}"""
PLAN = "/planner?community=demo&new=2&within=5"


@pytest.fixture
def line(server):
    one = SlowLine(server.port)
    yield one
    one.close()


@pytest.fixture
def far_away(visitor, line):
    """Make visitors whose answers come late as soon as the line is told so."""

    def make(path, **options):
        one = visitor(**options)
        one.base = line.url
        one.open(path)
        return one

    return make


def makes_a_walk(far_away, **options):
    mia = far_away(OWN, **options)
    mia.page.get_by_role("radio", name="Make your own").click()
    expect(mia.page.locator("[data-stops='0']")).to_be_visible()
    expect(mia.page.locator("iframe[title*=folium]")).to_have_count(1)  # the old map has gone
    mia.places_on_map()
    mia.page.locator("iframe[title*=folium]").scroll_into_view_if_needed()
    return mia


def taps_twelve(mia, finger):
    """Tap twelve places; each has its number before the next one is tapped."""
    free = free_pins(mia)[:STOPS]
    assert len(free) == STOPS
    for number, spot in enumerate(free, start=1):
        finger.tap(spot)
        assert finger.shown("picks") == str(number)
        assert numbers(mia)[spot["id"]] == str(number)
        finger.rest()
    return [spot["id"] for spot in free]


def numbers(one):
    """Return the number on each stop's badge by the place's id."""
    return one.in_map(
        """Object.fromEntries([...document.querySelectorAll('[data-stop]')]
        .map((node) => [node.dataset.stop, node.textContent]))"""
    )


def shows_walk(mia, ids):
    expect(mia.page.locator(f"[data-stops='{len(ids)}']")).to_be_visible()
    expect(mia.page.locator(".mm-stoplist li")).to_have_count(len(ids))
    names = mia.page.locator(".mm-stop-words b").all_inner_texts()
    mia.map.locator(f"#map_div[data-picks='{len(ids)}']").wait_for()
    mia.page.wait_for_url(lambda address: all(place in address for place in ids))
    badges = numbers(mia)
    assert [badges[place] for place in ids] == [str(n) for n in range(1, len(ids) + 1)]
    return names


def test_twelve_quick_taps_are_twelve_stops_in_order_however_late_the_answers_come(far_away, line):
    mia = makes_a_walk(far_away)
    line.delay_s = LATE_S
    ids = taps_twelve(mia, Finger(mia))
    names = shows_walk(mia, ids)
    line.delay_s = 0
    mia.page.reload()
    assert shows_walk(mia, ids) == names


def test_a_walk_reloaded_before_any_answer_came_has_every_tap_of_a_phone(far_away, line):
    mia = makes_a_walk(far_away, viewport=PHONE, has_touch=True, is_mobile=True)
    line.delay_s = LATE_S
    finger = Finger(mia, touch=True)
    before, free = mia.in_map(VIEW), free_pins(mia)[:4]
    for number, spot in enumerate(free, start=1):
        finger.tap(spot)
        assert finger.shown("picks") == str(number)
        finger.rest()
    assert "stops=" not in mia.page.url or len(free) > mia.page.url.count("demo-")
    assert mia.map.locator(".is-chosen").count() == 0  # it is taken in, not opened
    assert mia.in_map(VIEW) == before
    line.delay_s = 0
    mia.page.reload()
    shows_walk(mia, [spot["id"] for spot in free])
    assert mia.map.locator(".is-chosen").count() == 0


def test_the_place_tapped_last_is_marked_at_once_and_opens(far_away, line):
    ben = far_away("/?community=demo")
    ben.agreed_places()
    line.delay_s = LATE_S
    finger = Finger(ben)
    tapped = set()
    for _ in range(3):
        spot = next(one for one in free_pins(ben) if one["id"] not in tapped and well_inside(one))
        tapped.add(spot["id"])
        finger.tap(spot)
        marked = ben.in_map("[...document.querySelectorAll('.is-chosen')].map((one) => one.dataset.place)")
        assert marked == [spot["id"]]
        finger.rest()
    line.delay_s = 0
    ben.page.reload()
    ben.page.wait_for_url(lambda address: spot["id"] in address)
    ben.map.locator(f".is-chosen[data-place='{spot['id']}']").wait_for()


def well_inside(spot):
    """Return whether a popup there has room, so that the map does not move for it."""
    return 150 < spot["x"] < 550 and 200 < spot["y"] < 560


def a_plan(far_away):
    one = far_away(PLAN)
    expect(one.page.get_by_text("Proven best")).to_be_visible()  # the page is at rest
    one.map.locator("#map_div[data-sites='2']").wait_for()
    one.page.locator("iframe[title*=folium]").scroll_into_view_if_needed()
    return one


def test_new_sites_are_drawn_at_once_and_none_is_lost(far_away, line):
    one = a_plan(far_away)
    line.delay_s = LATE_S
    finger = Finger(one)
    for number, spot in enumerate(
        ({"x": 120, "y": 200}, {"x": 300, "y": 150}, {"x": 220, "y": 420}), start=3
    ):
        one.map.get_by_role("button", name="Add a place").click()
        finger.tap(spot)
        assert finger.shown("sites") == str(number)
        finger.rest()
    one.map.locator(".mm-tour", has=one.page.locator(".mm-site", has_text="4")).press("Delete")
    assert finger.shown("sites") == "4"
    expect(one.page.locator(".mm-siterow")).to_have_count(4)
    line.delay_s = 0
    one.page.reload()
    expect(one.page.locator(".mm-siterow")).to_have_count(4)
    one.map.locator("#map_div[data-sites='4']").wait_for()


def test_a_site_the_page_took_while_it_was_being_reloaded_is_kept(far_away, line):
    """A reload opens the address from before the tap, and the old page still hears that it was taken."""
    one = a_plan(far_away)
    line.delay_s = LATE_S
    held = []
    one.page.route("**/planner?**", lambda route, _asked: held.append(route))
    one.map.get_by_role("button", name="Add a place").click()
    Finger(one).tap({"x": 120, "y": 200})
    with (
        one.page.expect_request("**/planner?**") as asked,
        one.page.expect_console_message(lambda said: said.text == "all taken"),
    ):
        one.page.evaluate(RELOAD_AND_TELL_WHEN_ALL_IS_TAKEN)
    assert "sites=" not in asked.value.url
    line.delay_s = 0
    with one.page.expect_navigation():
        held[0].continue_()
    expect(one.page.locator(".mm-siterow")).to_have_count(3)
    one.map.locator("#map_div[data-sites='3']").wait_for()


def test_an_area_and_a_site_tapped_before_a_reload_are_kept(far_away, line):
    one = a_plan(far_away)
    line.delay_s = LATE_S
    finger = Finger(one)
    one.map.get_by_role("button", name="Draw the area").click()
    corners = [(60, 190), (300, 170), (300, 400), (90, 420), (60, 190)]
    for number, (x, y) in enumerate(corners[:-1], start=1):
        finger.tap({"x": x, "y": y})
        assert finger.shown("corners") == str(number)
        finger.rest()
    finger.tap({"x": 60, "y": 190})
    assert "area=" not in one.page.url
    line.delay_s = 0
    one.page.reload()
    one.page.wait_for_url(lambda address: "area=" in address)
    expect(one.page.get_by_role("button", name="Remove the drawn area")).to_be_visible()


def test_corners_of_a_path_are_drawn_one_by_one_and_outlive_a_reload(far_away, line):
    una = far_away_pin(far_away, line)
    page = una.page
    page.locator("label", has=page.locator("input[name=shape][value=line]")).tap()
    line.delay_s = LATE_S
    finger = Finger(una, touch=True)
    box = page.locator("#map").bounding_box()
    drawn = []
    for number in range(1, 7):
        drawn.append((box["x"] + 40 + 45 * number, box["y"] + 100 + 20 * (number % 3)))
        finger.tap_page(*drawn[-1])
        assert page.locator("#drawing-hint").inner_text().count(str(number))
        assert len(kept_corners(page)) == number
        finger.rest()
    corners = kept_corners(page)
    assert [lon for lon, _ in corners] == sorted(lon for lon, _ in corners)
    line.delay_s = 0
    page.reload()
    page.locator("#map[data-places]").wait_for(state="attached")
    assert kept_corners(page) == corners
    expect(page.locator("#drawing-hint")).to_contain_text("6")


def far_away_pin(far_away, line):
    una = far_away("/?community=demo", **TOUCH)
    una.page.goto(f"{line.url}/pin/demo")
    una.page.locator("#map[data-places]").wait_for(state="attached")
    return una


def kept_corners(page):
    """Return the corners of the draft as the device keeps them."""
    return page.evaluate(
        """Object.entries(localStorage).filter(([name]) => name.startsWith('mm-draft:demo'))
        .map(([, draft]) => JSON.parse(draft).corners)[0] || []"""
    )
