"""What stands where on a phone and on the organisers' pages: nothing cut, nothing over something else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from chrome import PHONE
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account, middle_of, sent

from micropolis_map.bootstrap import build_application
from micropolis_map.settings import Settings

TOP = "node => node.getBoundingClientRect().top"
BOX = "node => { const b = node.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; }"


@pytest.fixture(scope="module")
def administrator(server):
    """The session of an administrator, with three places that wait."""
    application = build_application(Settings(data=server.data))
    lon, lat = middle_of(server.data, "demo")
    for number, name in enumerate(
        ("Pump", "Bench of the early birds who meet at six with tea and wait for the ferry", "Pond")
    ):
        sent(application, (lon + number / 1000, lat), name, who=f"who{number}")
    account = an_account(application, "maria@example.org", "administrator", communities=())
    return a_session(application, account)


@pytest.fixture
def maria(visitor, administrator):
    def come(viewport):
        one = visitor(viewport)
        one.context.add_cookies([{"name": "micropolis_session", "value": administrator, "url": one.base}])
        return one

    return come


def test_on_a_phone_the_list_follows_the_map_and_time_stands_below_it(visitor):
    one = visitor(PHONE)
    one.open("/?community=demo")
    one.places_on_map()
    one.map.locator("#map_div[data-fitted][data-painted]").wait_for()
    order = [".st-key-map", ".st-key-places", ".st-key-time", ".mm-legend"]
    tops = [one.page.locator(block).evaluate(TOP) for block in order]
    assert tops == sorted(tops)
    left, top, right, bottom = one.map.locator(".leaflet-control-scale-line:visible").evaluate(BOX)
    credit = one.map.locator(".leaflet-control-attribution").evaluate(BOX)
    assert right <= credit[0] or bottom <= credit[1], "the credit lies over the scale"
    assert left >= 0
    assert top < bottom
    pins = one.in_map(
        "[...map._mmPlaces.pins.values()].map((pin) => map.latLngToContainerPoint(pin.getLatLng()))"
        ".map((at) => [at.x, at.y])"
    )
    width = one.in_map("map.getSize().x")
    seen = [x for x, _ in pins if 0 < x < width]  # it opens on the homes: a place at the tip may lie beyond
    assert len(seen) >= 0.95 * len(pins)
    assert max(seen) - min(seen) > 0.65 * width, "the first view is too far away"


@pytest.mark.parametrize("address", ["/moderation", "/import_export", "/accounts", "/sign_in", "/datasets"])
def test_no_page_of_the_desk_is_cut_on_a_phone(maria, address):
    one = maria(PHONE)
    one.open(f"{address}?community=demo&lang=pl")
    lead = one.page.locator(".mm-head p")
    assert lead.evaluate("node => node.scrollHeight - node.clientHeight") <= 1, "the sentence is cut"
    assert one.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_names_in_the_queue_begin_where_the_ones_above_begin(maria):
    one = maria({"width": 1280, "height": 900})
    one.open("/moderation?community=demo&lang=en")
    names = one.page.locator("[class*='st-key-wait-'] button strong")
    expect(names).to_have_count(3)
    lefts = [name.evaluate("node => node.getBoundingClientRect().left") for name in names.all()]
    assert max(lefts) - min(lefts) < 1
    ticks = one.page.locator("[class*='st-key-wait-'] .stCheckbox label")
    expect(ticks).to_have_count(3)
    right = ticks.first.evaluate("node => node.getBoundingClientRect().right")
    assert 0 <= lefts[0] - right < 40
    expect(one.page.get_by_text("nobody knows yet")).to_be_visible()


@pytest.mark.journey("accounts")
def test_addresses_of_accounts_are_no_links(maria):
    one = maria({"width": 1280, "height": 900})
    one.open("/accounts?lang=en")
    expect(one.page.locator(".stExpander summary").first).to_contain_text("maria")
    expect(one.page.locator(".stExpander summary a")).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "pl", "da", "it", "uk"])
def test_every_page_is_named_at_the_top(visitor, lang):
    one = visitor({"width": 1280, "height": 900})
    one.open(f"/about?lang={lang}")
    links = one.page.get_by_test_id("stTopNavLink")
    expect(links).to_have_count(9)
    left_over = one.page.locator(".rc-overflow-item[aria-hidden='true']:not(.rc-overflow-item-rest)")
    expect(left_over).to_have_count(0)
    expect(links.last).to_be_in_viewport(ratio=1)


def test_a_phone_says_what_to_do_before_the_first_scroll(visitor):
    one = visitor(PHONE)
    one.open("/?community=wawer&lang=uk")
    one.places_on_map()
    hint = one.page.locator(".mm-hint")
    expect(hint).to_have_text("Оберіть місце, щоб прочитати його історію.")
    bar = one.page.locator(".st-key-pinlinks").evaluate(TOP)
    assert hint.evaluate(BOX)[3] <= bar, "what to do is below the first screen"
    assert one.page.locator(".st-key-w_q").evaluate(BOX)[3] <= bar, "the search is below the first screen"
    menu = one.page.get_by_test_id("stExpandSidebarButton")
    assert "Меню" in menu.evaluate("node => getComputedStyle(node, '::after').content")
    tops = [one.page.locator(block).evaluate(TOP) for block in (".st-key-nostreets", ".mm-legend")]
    assert tops == sorted(tops), "how to load streets stands before what the signs mean"
    menu.click()
    expect(one.page.get_by_test_id("stSidebarNavLink")).to_have_count(
        5
    )  # those that need streets are not named
