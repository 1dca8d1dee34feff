"""An organiser finds two café sites, moves one, compares two plans, and shares the link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

READS_ONLY = True

FAR_FROM_ALL = (17.1890, 55.7045)
"""Streets of Æblehaven where many live and no meeting place is near."""

PLAN = "/planner?community=demo&new=2&within=5"


def planner(visitor, path=PLAN, **options):
    one = visitor(**options)
    one.open(path)
    expect(one.page.locator(".mm-figures")).to_be_visible()
    one.map.locator("#map_div[data-sites='2']").wait_for()
    expect(one.page.get_by_text("Proven best")).to_be_visible()  # the page is at rest
    return one


def point(one, lon, lat):
    """Return where on the map's frame a position is drawn."""
    return one.in_map(
        f"""(() => {{ const map = Object.values(window).find((v) => v instanceof L.Map);
            const at = map.latLngToContainerPoint([{lat}, {lon}]); return {{ x: at.x, y: at.y }}; }})()"""
    )


def figures(one):
    return one.page.locator(".mm-figures").inner_text()


def moved(one, before):
    """Wait until the figures are other ones; the map may show what they are of a moment later."""
    expect(one.page.locator(".mm-figures")).not_to_have_text(before, use_inner_text=True)


def shows(one, expected):
    """Wait until the figures are the expected ones."""
    expect(one.page.locator(".mm-figures")).to_have_text(expected, use_inner_text=True)


def drag(one, number, by):
    pin = one.map.locator(".mm-site", has_text=str(number))
    box = pin.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = one.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + by[0] / 2, y + by[1] / 2, steps=4)
    mouse.move(x + by[0], y + by[1], steps=4)
    mouse.up()


@pytest.mark.journey("planner")
def test_an_organiser_finds_two_sites_moves_one_compares_two_plans_and_shares_the_link(visitor):
    one = planner(visitor)
    page = one.page
    proposed = figures(one)
    page.get_by_label("Name of this plan").fill("As proposed")
    page.get_by_label("Name of this plan").press("Enter")
    page.get_by_role("button", name="Keep this plan").click()
    expect(page.get_by_role("button", name="Open As proposed")).to_be_visible()

    one.map.locator(".mm-site", has_text="2").scroll_into_view_if_needed()
    drag(one, 2, (90, 60))
    moved(one, proposed)
    expect(page.get_by_text("Placed by hand")).to_be_visible()
    page.wait_for_url(re.compile("sites="))
    by_hand = figures(one)
    expect(page.get_by_role("columnheader", name="On the map now")).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    shows(one, proposed)
    expect(page.get_by_role("button", name="Redo")).to_be_enabled()
    # The button that had the focus is disabled now; keys go to the page again with the next frame.
    page.wait_for_function("!document.activeElement.disabled")
    page.keyboard.press("Control+y")
    shows(one, by_hand)
    page.get_by_role("button", name="Keep this plan").click()
    expect(page.get_by_role("button", name="Open Plan B")).to_be_visible()
    table = page.locator(".mm-plans")
    expect(table.get_by_role("columnheader")).to_have_count(2)
    compared = table.inner_text()

    link = page.locator("[data-testid=stCode]").inner_text().strip()
    other = visitor()
    other.open(link.removeprefix(other.base))
    expect(other.page.locator(".mm-plans")).to_be_visible()
    shows(other, by_hand)
    expect(other.page.locator(".mm-plans")).to_have_text(compared, use_inner_text=True)
    other.page.get_by_role("button", name="Open As proposed").click()
    shows(other, proposed)


def test_a_place_is_added_by_a_tap_moved_by_keys_and_removed(visitor):
    one = planner(visitor)
    before = figures(one)
    one.map.get_by_role("button", name="Add a place").click()
    expect(one.map.get_by_role("status")).to_contain_text("Tap where a new place could be")
    one.map.locator("#map_div").click(position=point(one, *FAR_FROM_ALL))
    one.map.locator("#map_div[data-sites='3']").wait_for()
    moved(one, before)
    three = figures(one)

    pin = one.map.get_by_role("button", name=re.compile(r"^3 ·"))
    pin.focus()
    for _ in range(6):
        pin.press("ArrowRight")
    moved(one, three)
    one.page.wait_for_url(re.compile("sites="))
    one.page.get_by_role("button", name="Remove place 3").click()
    one.map.locator("#map_div[data-sites='2']").wait_for()
    shows(one, before)


def test_an_area_is_drawn_and_new_places_stay_inside(visitor):
    one = planner(visitor)
    before = figures(one)
    one.map.get_by_role("button", name="Draw the area").click()
    corners = [(60, 190), (300, 170), (300, 400), (90, 420), (60, 190)]
    for x, y in corners:
        one.map.locator("#map_div").click(position={"x": x, "y": y})
    one.page.wait_for_url(re.compile("area="))
    moved(one, before)
    expect(one.page.get_by_role("button", name="Remove the drawn area")).to_be_visible()
    # The figures may be drawn before the map has heard of the new places: the map's own word counts.
    frame = one.map.locator("#map_div").element_handle().owner_frame()
    frame.wait_for_function(
        """() => { const map = Object.values(window).find((v) => v instanceof L.Map);
            return map._mmSites.pins.length === 2
              && map._mmSites.pins.map((pin) => map.latLngToContainerPoint(pin.getLatLng()))
                .every((at) => at.x >= 58 && at.x <= 302 && at.y >= 168 && at.y <= 422); }"""
    )


def test_districts_limit_new_places_without_a_mouse(visitor):
    one = planner(visitor, f"{PLAN}&children=2")  # what is limited or weighted stands open from the start
    before = figures(one)
    box = one.page.get_by_role("combobox", name="Only in these districts")
    box.focus()
    one.page.keyboard.type("Skov")
    expect(box).to_have_value("Skov")
    expect(one.page.get_by_role("option", name="Skovholm")).to_be_visible()
    one.page.keyboard.press("Enter")
    moved(one, before)
    rows = one.page.locator(".mm-siterow")
    expect(rows).to_have_text([re.compile("Skovholm")] * 2)  # they come after the figures
