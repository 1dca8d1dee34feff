"""What a resident sees of the organisers' answers, through the private link; both change the same data."""

from __future__ import annotations

import pytest
from pin_page import TOUCH, demo_features, fill_in, open_pin, public_ids, send, things
from playwright.sync_api import expect

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import Actor
from micropolis_map.services import moderating
from micropolis_map.settings import Settings

ORGANISER = Actor("administrator", "tester")


@pytest.fixture
def desk(server):
    """The organisers' desk on the server's data, from another process."""
    return build_application(Settings(data=server.data)).participation


def reworded(page, words):
    page.get_by_role("link", name="Change it").click()
    page.locator("#words").fill(words)
    page.get_by_role("button", name="See how it will look").click()
    return send(page)


def texts(thing):
    return [story["text"] for story in thing["feature"]["properties"]["stories"]]


def test_an_accepted_place_is_public_and_a_change_of_it_waits_again(visitor, server, desk):
    one = open_pin(visitor)
    fill_in(one.page, "Arch of the swallows", "Forty nests.")
    link = send(one.page)
    [thing] = things(server, link)
    moderating.approve(desk, ORGANISER, thing["proposal_id"])
    assert thing["place_id"] in public_ids(server)

    one.page.goto(link)
    expect(one.page.locator(".badge")).to_have_text("on the map")
    address = one.page.get_by_role("link", name="See it on the map").get_attribute("href")
    assert f"place={thing['place_id']}" in address

    reworded(one.page, "Sixty nests.")
    newest = next(found for found in things(server, link) if found["kind"] == "edit")
    assert (newest["state"], texts(newest)) == ("pending", ["Sixty nests."])
    published = next(f for f in demo_features(server) if f["id"] == thing["place_id"])
    assert published["properties"]["stories"][0]["text"] == "Forty nests."

    moderating.approve(desk, ORGANISER, newest["proposal_id"])
    published = next(f for f in demo_features(server) if f["id"] == thing["place_id"])
    assert [story["text"] for story in published["properties"]["stories"]] == ["Sixty nests."]


def test_a_question_is_answered_on_the_same_page(visitor, server, desk):
    one = open_pin(visitor)
    fill_in(one.page, "Yard of the coopers")
    link = send(one.page)
    [thing] = things(server, link)
    moderating.ask(desk, ORGANISER, thing["proposal_id"], "Which yard: the <b>first</b> or the second?")

    one.page.goto(link)
    expect(one.page.locator(".badge")).to_have_text("an organiser asks you something")
    expect(one.page.locator(".question")).to_contain_text("Which yard: the <b>first</b> or the second?")
    one.page.get_by_label("Your answer").fill("The second, behind the arch.")
    one.page.get_by_role("button", name="Answer").click()
    expect(one.page.locator(".badge")).to_have_text("waiting for an organiser")
    [thing] = things(server, link)
    assert thing["thread"][-1]["text"] == "The second, behind the arch."
    one.page.get_by_text("History", exact=True).click()
    expect(one.page.locator(".past")).to_contain_text("You answered: The second, behind the arch.")


def test_a_rejected_place_says_why_and_can_be_sent_anew(visitor, server, desk):
    one = open_pin(visitor)
    fill_in(one.page, "House of a neighbour", "Her door is green.")
    link = send(one.page)
    [thing] = things(server, link)
    moderating.reject(desk, ORGANISER, thing["proposal_id"], "This is somebody's home.")

    one.page.goto(link)
    expect(one.page.locator(".thing")).to_contain_text("Reason: This is somebody's home.")
    again = reworded(one.page, "The gate is green.")
    assert again == link
    states = sorted(found["state"] for found in things(server, link))
    assert states == ["pending", "rejected"]


def test_a_story_that_waits_is_told_again_instead_of_twice(visitor, server, desk):
    place = next(f for f in demo_features(server) if f["geometry"]["type"] == "Point")
    one = open_pin(visitor, f"?place={place['id']}")
    one.page.locator("#words").fill("We danced here.")
    one.page.get_by_role("button", name="See how it will look").click()
    link = send(one.page)
    one.page.goto(link)
    reworded(one.page, "We danced here until five.")
    waiting = [found for found in things(server, link) if found["state"] == "pending"]
    assert len(waiting) == 1
    assert "We danced here until five." in texts(waiting[0])
    moderating.approve(desk, ORGANISER, waiting[0]["proposal_id"])
    now = next(f for f in demo_features(server) if f["id"] == place["id"])
    told = [story["text"] for story in now["properties"]["stories"]]
    assert told.count("We danced here until five.") == 1
    assert "We danced here." not in told

    other = visitor(**TOUCH)
    other.page.goto(link)
    expect(other.page.locator(".is-approved h2")).to_contain_text("Story about")


def test_two_people_changing_the_same_see_both_versions(visitor, server, desk):
    one = open_pin(visitor)
    fill_in(one.page, "Steps of the tinkers", "Eleven steps.")
    link = send(one.page)
    [thing] = things(server, link)
    published = moderating.approve(desk, ORGANISER, thing["proposal_id"])

    one.page.goto(link)
    one.page.get_by_role("link", name="Change it").click()
    one.page.get_by_label("Name", exact=True).fill("Stairs of the tinkers")
    from dataclasses import replace

    moderating.revise(desk, ORGANISER, replace(published, name={"en": "Tinkers' Stairs"}), published.revision)
    one.page.get_by_role("button", name="See how it will look").click()
    one.page.get_by_role("button", name="Send to the organisers").click()
    expect(one.page.get_by_role("heading", name="It was not taken yet")).to_be_visible()
    expect(one.page.locator("#clashes")).to_contain_text("Stairs of the tinkers")
    expect(one.page.locator("#clashes")).to_contain_text("Tinkers' Stairs")
    one.page.get_by_role("button", name="Send mine beside theirs").click()
    expect(one.page.get_by_role("heading", name="Sent. Thank you!")).to_be_visible()
    assert any(found["state"] == "pending" and found["clashes"] for found in things(server, link))
