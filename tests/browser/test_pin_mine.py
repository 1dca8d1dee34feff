"""What its author sees and may do after sending, and what neighbours may do."""

from __future__ import annotations

import time

import pytest
from pin_page import TOUCH, demo_features, fill_in, open_pin, send, things
from playwright.sync_api import expect


@pytest.mark.journey("mine")
def test_the_private_link_opens_everything_on_another_device(visitor, server):
    one = open_pin(visitor)
    fill_in(one.page, "Corner of the chess players", "They play until dark.")
    link = send(one.page)

    other = visitor(**TOUCH)
    other.page.goto(link)
    expect(other.page.locator(".thing h2")).to_have_text("Corner of the chess players")
    other.page.get_by_role("link", name="Change it").click()
    expect(other.page.locator("#words")).to_have_value("They play until dark.")
    other.page.locator("#words").fill("They play until dark, in winter too.")
    other.page.get_by_role("button", name="See how it will look").click()
    send(other.page)
    [thing] = things(server, link)
    assert thing["feature"]["properties"]["stories"][0]["text"] == "They play until dark, in winter too."

    other.page.goto(f"{other.base}/mine")
    other.page.get_by_role("button", name="Withdraw").click()
    other.page.get_by_role("button", name="Undo").click()
    assert things(server, link)[0]["state"] == "pending"
    other.page.get_by_role("button", name="Withdraw").click()
    expect(other.page.locator(".badge")).to_have_text("withdrawn")
    assert things(server, link)[0]["state"] == "withdrawn"


def test_taking_everything_back_leaves_nothing(visitor, server):
    one = open_pin(visitor)
    fill_in(one.page, "Hut of the beekeeper", "Honey on Fridays.")
    link = send(one.page)
    one.page.goto(link)
    one.page.get_by_role("button", name="Take back everything").click()
    one.page.goto(f"{one.base}/pin/demo")  # leaving the page does it at once
    deadline = time.monotonic() + 60
    while any(thing["feature"] for thing in things(server, link)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(thing["feature"] for thing in things(server, link))
    one.page.goto(link)
    expect(one.page.get_by_text("This private link opens nothing")).to_be_visible()


@pytest.mark.journey("say")
def test_a_neighbour_confirms_and_reports(visitor, server):
    place = demo_features(server)[0]
    one = visitor(**TOUCH)
    one.page.goto(f"{one.base}/pin/demo/place/{place['id']}")
    one.page.get_by_role("button", name="I know this place").click()
    expect(one.page.locator("#know-status")).to_contain_text("Neighbours who know this place: 1")
    one.page.get_by_role("button", name="Send to the organisers").click()
    expect(one.page.locator("#reason-error")).to_have_text("Choose what the problem is.")
    one.page.get_by_text("Something is wrong", exact=True).click()
    one.page.get_by_role("button", name="Send to the organisers").click()
    expect(one.page.locator("#report-status")).to_have_text("Thank you. An organiser will look at it.")


def test_only_its_author_sees_a_pending_place(visitor, server):
    one = open_pin(visitor)
    fill_in(one.page, "Pond of the newts")
    link = send(one.page)
    [thing] = things(server, link)

    one.page.get_by_role("link", name="My things").last.click()
    expect(one.page.locator(".thing h2")).to_have_text("Pond of the newts")
    expect(one.page.locator(".badge")).to_have_text("waiting for an organiser")

    other = visitor(**TOUCH)
    other.page.goto(f"{other.base}/mine")
    expect(other.page.get_by_text("There is nothing here yet.")).to_be_visible()
    other.page.goto(f"{other.base}/pin/demo?place={thing['place_id']}")
    expect(other.page.get_by_role("heading")).to_have_text("This place is not on the map, or not any more.")
