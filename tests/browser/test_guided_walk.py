"""Signing up for a guided walk on a phone, waiting, moving up, giving the place back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.services import guided_walks
from micropolis_map.services.guided_walks import Announcement
from micropolis_map.settings import Settings

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def announced(server, places, note=""):
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(server.data)}))
    told = Announcement(
        "demo-op-ad-bakketrappen",
        "2099-12-05T14:00",
        "Europe/Copenhagen",
        75,
        "By the well",
        "Ola",
        places,
        note=note,
    )
    walk = guided_walks.announce(
        application.participation, application.tour_store, LOCAL_ADMINISTRATOR, "demo", told
    )
    return f"/guided/{walk.id}?lang=en"


def sign_up(one, address, name):
    one.page.goto(one.base + address)
    one.page.get_by_label("Name or nickname").fill(name)
    one.page.locator("#send").click()
    expect(one.page.locator(".seat")).to_be_visible()


@pytest.mark.journey("guided_walks", "guided")
def test_who_waits_moves_up_when_a_place_is_given_back(visitor, server):
    address = announced(server, places=1)
    first, second = visitor(**PHONE), visitor(**PHONE)
    sign_up(first, address, "Ania")
    expect(first.page.locator(".seat h2").first).to_have_text("You have a place, Ania.")
    expect(first.page.locator("#free")).to_have_text("All 1 places are taken; 0 wait")
    sign_up(second, address, "Bo")
    expect(second.page.locator(".seat h2").first).to_have_text(
        "You are number 1 on the waiting list, Bo. You move up by yourself."
    )
    first.page.reload()
    expect(first.page.locator(".seat h2").first).to_have_text("You have a place, Ania.")
    first.page.get_by_role("button", name="I cannot come").click()
    expect(first.page.locator("#seats-status")).to_have_text(
        "Your place is given back. Thank you for telling."
    )
    expect(first.page.locator(".seat")).to_have_count(0)
    second.page.reload()
    expect(second.page.locator(".seat h2").first).to_have_text("You have a place, Bo.")


def test_the_private_link_opens_the_place_on_another_device_and_leaves_the_address(visitor, server):
    address = announced(server, places=2)
    one = visitor(**PHONE)
    one.page.goto(one.base + address)
    one.page.locator("#send").click()
    expect(one.page.locator("#sign-error")).to_have_text("Write a name or a nickname.")
    sign_up(one, address, "Cy")
    link = one.page.locator(".key-link textarea").input_value()
    other = visitor(**PHONE)
    other.page.goto(link)
    expect(other.page.locator(".seat h2").first).to_contain_text("Cy")
    assert "#" not in other.page.url
    assert other.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_a_guide_writes_stays_on_the_phone_line_by_line(visitor, server):
    one = visitor(**PHONE)
    one.page.goto(one.base + announced(server, places=2, note="Bring water.\n" + "ł" * 400))
    expect(one.page.locator(".as-written")).to_contain_text("Bring water.\nł", use_inner_text=True)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 390
