"""Organisers: the first one signs in by the printed link, decides with a key, and others see it at once."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import pytest
from chrome import PHONE
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import PASSWORD, a_session, an_account, middle_of, sent

from micropolis_map.bootstrap import build_application
from micropolis_map.settings import Settings


@pytest.fixture(scope="module")
def application(server):
    return build_application(Settings.read({"MICROPOLIS_DATA": str(server.data)}))


@pytest.fixture(scope="module")
def organiser(application):
    return an_account(application, "ola@example.org", communities=("demo",))


@pytest.fixture
def at(server):
    return middle_of(server.data, "demo")


@pytest.fixture
def ola(visitor, application, organiser):
    """An organiser who signed in before."""
    one = visitor()
    token = a_session(application, organiser)
    one.context.add_cookies([{"name": "micropolis_session", "value": token, "url": one.base}])
    return one


@pytest.mark.journey("moderation")
def test_an_approved_pin_appears_in_another_browser_without_reloading(
    visitor, application, organiser, at, server
):
    ben = visitor()
    ben.open("/?community=demo")
    before = ben.places_on_map()
    assert ben.places_in_list() == before
    ben.page.evaluate("window.__same = 1")
    sent(application, (at[0] + 0.001, at[1]), "The pump by the lime tree", who="pump")

    ola = visitor()
    ola.open("/moderation?community=demo")
    ola.page.locator("input[name=login]").fill("ola@example.org")
    ola.page.locator("input[name=password]").fill("wrong " + PASSWORD)
    ola.page.get_by_role("button", name="Sign in").click()
    expect(ola.page.locator(".mm-session-said")).to_contain_text("wrong")
    ola.page.locator("input[name=password]").fill(PASSWORD)
    ola.page.get_by_role("button", name="Sign in").click()
    expect(ola.page.locator(".st-key-proposal h2")).to_have_text("The pump by the lime tree")
    assert ben.places_in_list() == before
    ola.places_on_map()  # the page has come to rest: keys count from now on

    ola.page.keyboard.press("a")
    expect(ola.page.locator(".mm-said")).to_have_text("Approved.")
    # That it comes within five seconds: tests/unit/services/test_seen_within_seconds.py.
    expect(ben.page.locator(f"[data-count='{before + 1}']")).to_be_visible()
    ben.map.locator(f"#map_div[data-places='{before + 1}']").wait_for()
    expect(ben.page.get_by_text("The pump by the lime tree")).to_be_visible()
    assert ben.page.evaluate("window.__same") == 1
    public = server.data / "places.geojson"
    gives_up = time.monotonic() + 60
    while "The pump by the lime tree" not in public.read_text(encoding="utf-8"):
        assert time.monotonic() < gives_up, "the public file never had it"
        time.sleep(0.1)

    ola.page.keyboard.press("u")
    expect(ola.page.locator(".mm-said")).to_contain_text("taken back")
    expect(ben.page.locator(f"[data-count='{before}']")).to_be_visible()
    ola.page.keyboard.press("x")
    ola.page.get_by_label("Why not?").fill("A pump stood elsewhere.")
    ola.page.get_by_role("button", name="Reject with this reason").click()
    expect(ola.page.locator(".mm-said")).to_contain_text("rejected")


def test_keys_walk_through_the_queue_and_a_click_on_the_map_opens(ola, application, at):
    names = ["Bench by the sea", "Bench by the mill"]
    proposals = [
        sent(application, (at[0], at[1] + 0.002 * i), name, who=f"bench{i}") for i, name in enumerate(names)
    ]
    ola.open("/moderation?community=demo")
    title = ola.page.locator(".st-key-proposal h2")
    title.wait_for()
    first = title.inner_text()
    ola.places_on_map()
    ola.page.keyboard.press("j")
    expect(title).not_to_have_text(first)
    ola.page.keyboard.press("k")
    expect(title).to_have_text(first)
    ola.places_on_map()
    ola.in_map(f"map._mmPlaces.pins.get('{proposals[1].id}').fire('click') && 1")
    expect(title).to_have_text(names[1])
    for proposal in proposals:
        ola.page.locator(f".st-key-w_pick_{proposal.id} label").click()
    expect(ola.page.locator(".st-key-several")).to_contain_text("2 chosen")
    ola.page.get_by_role("button", name="Approve all").click()
    expect(ola.page.locator(".mm-said")).to_have_text("2 approved.")


def test_signing_out_closes_the_desk(ola):
    ola.open("/sign_in")
    ola.page.get_by_role("button", name="Sign out").click()
    ola.page.wait_for_url(re.compile(r"/$|/\?"))
    ola.open("/moderation")
    expect(ola.page.locator("input[name=login]")).to_be_visible()


@pytest.mark.journey("sign_in")
def test_an_invited_person_sets_a_password_by_the_link(visitor, application):
    from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
    from micropolis_map.services import signing_in

    desk = application.participation
    _account, token = signing_in.invite(desk, LOCAL_ADMINISTRATOR, "ewa", "Ewa", "organiser", ("demo",))
    ewa = visitor()
    ewa.open(f"/?invited={token}")
    ewa.page.locator("input[name=password]").fill(PASSWORD)
    ewa.page.get_by_role("button", name="Keep this password").click()
    expect(ewa.page.locator("h1")).to_contain_text("Moderation")
    again = visitor()
    again.open(f"/?invited={token}")
    again.page.locator("input[name=password]").fill(PASSWORD)
    again.page.get_by_role("button", name="Keep this password").click()
    expect(again.page.locator(".mm-session-said")).to_contain_text("spent")


def test_the_time_slider_moves_with_the_keyboard_and_map_and_list_follow(visitor):
    one = visitor()
    one.open("/?community=demo")
    everything = one.places_on_map()
    thumb = one.page.locator(".st-key-time input[type=range]").last
    thumb.focus()
    for _ in range(4):
        one.page.keyboard.press("ArrowLeft")
    one.page.wait_for_url(re.compile(r"years=\.\.\d{4}"))
    one.map.locator(f"#map_div:not([data-places='{everything}'])").wait_for()
    assert one.agreed_places() < everything
    chosen = one.page.locator(".mm-bar.is-chosen")
    assert 0 < chosen.count() < one.page.locator(".mm-bar").count()
    two = visitor(PHONE)
    two.open(one.page.url.removeprefix(one.base))
    assert two.agreed_places() == one.agreed_places()
    one.page.get_by_role("button", name="All years").click()
    one.map.locator(f"#map_div[data-places='{everything}']").wait_for()


@pytest.mark.journey("import_export")
def test_exports_are_downloaded_with_all_their_places(visitor, server):
    one = visitor()
    one.open("/import_export?community=demo")
    count = int(one.page.locator("[data-export]").get_attribute("data-export"))
    with one.page.expect_download() as given:
        one.page.get_by_role("button", name="GeoJSON").click()
    features = json.loads(Path(given.value.path()).read_text(encoding="utf-8"))["features"]
    assert len(features) == count > 0
