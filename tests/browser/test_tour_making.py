"""A new visitor makes a walk of twelve stops in few taps, suggests it, an organiser approves it."""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from map_hand import Finger, free_pins
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account

from micropolis_map.bootstrap import build_application
from micropolis_map.settings import Settings

STOPS = 12
MOST_TAPS = 16
PHONE = {"width": 390, "height": 844}
START = "/tours?community=demo&stops=demo-torvebroenden,demo-havnekontoret,demo-klokkeudsigten&order=own"


@pytest.fixture(scope="module")
def application(server):
    return build_application(Settings.read({"MICROPOLIS_DATA": str(server.data)}))


@pytest.fixture(scope="module")
def account(application):
    return an_account(application, "oda@example.org", communities=("demo",))


@pytest.fixture
def organiser(visitor, application, account):
    one = visitor()
    token = a_session(application, account)
    one.context.add_cookies([{"name": "micropolis_session", "value": token, "url": one.base}])
    return one


class Hand:
    """Taps, counted."""

    def __init__(self, one):
        self.one, self.taps = one, 0

    def tap(self, locator):
        locator.click()
        self.taps += 1

    def pin(self, spot):
        """Tap a place on the map, as a finger does: at its spot."""
        Finger(self.one).tap(spot)
        self.taps += 1


def waits_until_picked(one, n):
    one.map.locator(f"#map_div[data-picks='{n}']").wait_for()
    expect(one.page.locator(f"[data-stops='{n}']")).to_be_visible()


def status_of(address):
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def suggest(one, hand, name):
    """Name the walk on the page and send it; return the private link."""
    one.page.locator("input[name=walkname]").fill(name)
    hand.tap(one.page.get_by_role("button", name="Suggest this walk"))
    expect(one.page.locator(".mm-thanks")).to_be_visible()
    link = one.page.locator(".mm-thanks a").get_attribute("href")
    kept = json.loads(one.page.evaluate("localStorage.getItem('mm-keys')"))
    assert link.endswith("#" + kept[0]["secret"])
    return link


def approve(desk, name):
    desk.open("/moderation?community=demo")
    desk.page.get_by_role("radio", name=re.compile(r"^Walks \([1-9]")).click()
    expect(desk.page.locator(".st-key-proposal h2")).to_have_text(name)
    desk.page.get_by_role("button", name="Approve").click()
    expect(desk.page.locator(".mm-said")).to_have_text("Approved.")


@pytest.mark.journey("tours")
def test_twelve_stops_are_a_walk_for_everybody_in_few_taps(visitor, organiser, server):
    mia = visitor()
    mia.open("/tours?community=demo")
    hand = Hand(mia)
    hand.tap(mia.page.get_by_role("radio", name="Make your own"))
    expect(mia.page.locator("[data-stops='0']")).to_be_visible()
    expect(mia.page.locator("iframe[title*=folium]")).to_have_count(1)  # the old map has gone
    mia.places_on_map()
    mia.page.locator("iframe[title*=folium]").scroll_into_view_if_needed()
    free = free_pins(mia)
    assert len(free) >= STOPS
    for spot in free[:STOPS]:
        hand.pin(spot)
    waits_until_picked(mia, STOPS)
    expect(mia.page.locator(".mm-stoplist li")).to_have_count(STOPS)
    mia.map.locator("#map_div:not([data-tour=''])").wait_for()
    figures = mia.page.locator(".mm-walkfigures")
    expect(figures).to_contain_text("km")
    expect(figures).to_contain_text("min")

    link = suggest(mia, hand, "Twelve good places")
    assert hand.taps <= MOST_TAPS

    approve(organiser, "Twelve good places")

    ben = visitor()
    ben.open("/tours?community=demo")
    ben.page.get_by_role("button", name="Twelve good places").click()
    expect(ben.page.locator(".mm-walkstops > li")).to_have_count(STOPS)
    address = ben.page.locator(".mm-files a[download]", has_text="GPX").get_attribute("href")
    tour = address.split("/")[2].split(".gpx")[0]
    assert status_of(server.url + address) == 200
    assert status_of(f"{server.url}/walk/{tour}") == 200
    report = {"id": "report-of-ben-0000001", "minutes": 85, "text": "The gate by the mill sticks."}
    told = ben.context.request.post(
        f"{server.url}/api/walk/{tour}/reports", data=report, headers={"Origin": server.url}
    )
    assert told.status == 201, told.text()

    mia.page.goto(link)
    card = mia.page.locator(".thing", has_text="Twelve good places")
    expect(card).to_contain_text("shown to everybody")
    card.get_by_text("What walkers told").click()
    expect(card).to_contain_text("it took 85 min · The gate by the mill sticks.")
    card.get_by_role("link", name="Change it").click()
    mia.page.wait_for_selector(".mm-stoplist li")
    expect(mia.page.locator("input[name=walkname]")).to_have_value("Twelve good places")
    expect(mia.page.get_by_role("button", name="Suggest this change")).to_be_visible()


def test_stops_are_moved_with_the_keyboard_and_dragged_on_a_phone(visitor):
    una = visitor(PHONE, has_touch=True)
    una.open(START)
    names = una.page.locator(".mm-stop-words b")
    expect(names).to_have_text(["The Market Well", "Harbour Master's House", "Bell Lookout"])
    down = una.page.get_by_role("button", name="The Market Well: later")
    down.focus()
    una.page.keyboard.press("Enter")
    expect(names).to_have_text(["Harbour Master's House", "The Market Well", "Bell Lookout"])
    expect(una.page.get_by_role("button", name="The Market Well: later")).to_be_focused()

    handle = una.page.locator(".mm-stop-handle").nth(2)
    handle.scroll_into_view_if_needed()
    box, top = handle.bounding_box(), una.page.locator(".mm-stoplist li").first.bounding_box()
    una.page.mouse.move(box["x"] + 15, box["y"] + 20)
    una.page.mouse.down()
    una.page.mouse.move(box["x"] + 15, top["y"] + 25, steps=8)
    una.page.mouse.move(box["x"] + 15, top["y"] + 8, steps=3)
    una.page.mouse.up()
    expect(names.first).to_have_text("Bell Lookout")
    expect(una.page).to_have_url(re.compile(r"stops=demo-klokkeudsigten"))
    assert una.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    una.page.get_by_role("button", name="Bell Lookout: take it out").click()
    expect(names).to_have_count(2)


def test_the_map_takes_a_number_out_and_fast_taps_are_not_lost(visitor):
    tom = visitor()
    tom.open("/tours?community=demo&stops=demo-torvebroenden,demo-klokkeudsigten")
    tom.places_on_map()
    waits_until_picked(tom, 2)
    tom.map.locator("[data-stop='demo-klokkeudsigten']").click()
    waits_until_picked(tom, 1)
    tom.in_map(
        "(map.fire('mm:pick', {id: 'demo-nordhallen'}), map.fire('mm:pick', {id: 'demo-nordgaard'}), 1)"
    )
    tom.in_map("(map.fire('mm:pick', {id: 'demo-havnekontoret'}), 1)")
    waits_until_picked(tom, 4)
    expect(tom.page.locator(".mm-stoplist li")).to_have_count(4)


def test_a_suggested_walk_says_why_and_what_was_left_out(visitor):
    ida = visitor()
    ida.open("/tours?community=demo")
    ida.page.get_by_role("radio", name="Make your own").click()
    ida.page.get_by_role("button", name="Suggest a walk").click()
    expect(ida.page.locator(".mm-why").first).to_contain_text("on foot from the one before")
    expect(ida.page.locator(".mm-why").last).to_contain_text("more")
    expect(ida.page.locator(".mm-stoplist li").nth(3)).to_be_visible()


def test_on_a_phone_the_walks_and_the_button_to_walk_one_are_on_the_first_screen(visitor):
    one = visitor(viewport=PHONE)
    page = one.page
    page.goto(f"{one.base}/tours?community=demo&lang=uk")
    last = page.locator(".st-key-walks button").nth(2)
    expect(last).to_be_in_viewport(ratio=1)
    expect(page.locator(".st-key-tourmap iframe")).to_be_attached()
    expect(last).to_be_in_viewport(ratio=1)  # the map, which comes, is below
    page.goto(f"{one.base}/tours?community=demo&lang=uk&tour=demo-op-ad-bakketrappen")
    expect(page.locator(".st-key-tourmap iframe")).to_be_in_viewport(ratio=0.9)
    expect(page.locator(".mm-walkit a")).to_be_in_viewport(ratio=1)


def test_all_walks_are_lines_on_the_map_and_a_tap_opens_one(visitor):
    one = visitor()
    one.open("/tours?community=demo")
    one.map.locator("#map_div[data-walks]").wait_for()
    one.map.get_by_role("img", name=re.compile("^2[.] ")).click()
    expect(one.page.locator(".mm-walkstops > li").first).to_be_visible()
    expect(one.page).to_have_url(re.compile("tour=demo-"))
    one.page.get_by_role("button", name="All walks").click()
    one.map.locator("#map_div[data-walks]").wait_for()
