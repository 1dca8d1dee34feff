"""Pinning a place as a resident does: on a phone, by keyboard, with anything as its text."""

from __future__ import annotations

import re
import time

import pytest
from chrome import DESKTOP, PHONE
from pin_page import (
    SPOT,
    TOUCH,
    Hand,
    at_coordinates,
    demo_features,
    fill_in,
    open_pin,
    public_ids,
    send,
    tap_map,
    things,
)
from playwright.sync_api import expect

HOSTILE = '<img src=x onerror="window.hacked=1"></textarea><script>window.hacked=1</script> {{7*7}}\u202ex'


@pytest.mark.journey("pin")
def test_a_place_is_sent_with_twelve_taps_and_fields_at_most(visitor, server):
    one = open_pin(visitor)
    hand = Hand(one.page)
    tap_map(one.page, 0.75, 0.38)
    hand.count += 1
    hand.tap(one.page.get_by_role("button", name="This is the spot"))
    hand.tap(one.page.locator("#what label").filter(has_text="Co-created"))
    hand.type("Name", "Bench of the early birds")
    one.page.locator("#words").fill("Here we meet at six, with tea.")
    hand.count += 1
    hand.tap(one.page.get_by_role("button", name="See how it will look"))
    hand.tap(one.page.get_by_role("button", name="Send to the organisers"))
    expect(one.page.get_by_role("heading", name="Sent. Thank you!")).to_be_visible()
    assert hand.count <= 12
    link = one.page.locator(".key-link textarea").input_value()
    [thing] = things(server, link)
    assert (thing["state"], thing["kind"]) == ("pending", "place")
    assert thing["feature"]["properties"]["stories"][0]["text"] == "Here we meet at six, with tea."
    assert thing["place_id"] not in public_ids(server)


def test_the_first_step_says_what_to_do_until_it_is_done(visitor):
    one = open_pin(visitor)
    shown = "getComputedStyle(document.querySelector('#where-status'), '::before').content"
    assert "Tap the map where it is" in one.page.evaluate(shown)
    tap_map(one.page, 0.75, 0.38)
    expect(one.page.locator("#where-status")).to_contain_text("The pin is at")
    assert one.page.evaluate(shown) == "none"


def test_a_private_link_opens_in_the_language_it_was_made_in(visitor):
    one = open_pin(visitor, "?lang=uk")
    at_coordinates(one.page, *SPOT)
    one.page.locator("#where [type=submit]").click()
    one.page.locator("#what label").nth(1).click()
    one.page.locator("#name").fill("Дуб на лузі")
    one.page.locator("#what [type=submit]").click()
    one.page.locator("#send").click()
    expect(one.page.locator("#sent[data-state=sent]")).to_be_visible()  # the link is there before
    link = one.page.locator(".key-link textarea").input_value()
    other = visitor(**TOUCH)
    other.page.goto(link)
    expect(other.page.locator("html")).to_have_attribute("lang", "uk")
    expect(other.page.locator(".thing h2")).to_have_text("Дуб на лузі")


def test_files_that_are_no_photos_get_a_sentence_and_are_left_out(visitor, tmp_path):
    (tmp_path / "fake.jpg").write_text("<script>alert(1)</script>")
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (tmp_path / "huge.jpg").write_bytes(b"\xff\xd8\xff" + bytes(15 * 1024 * 1024 + 1))
    one = open_pin(visitor)
    at_coordinates(one.page, *SPOT)
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.locator("#photos").set_input_files([tmp_path / n for n in ("fake.jpg", "cut.png", "huge.jpg")])
    error = one.page.locator("#photos-error")
    expect(error).to_contain_text("fake.jpg is not a photo we can read")
    expect(error).to_contain_text("cut.png is not a photo we can read")
    expect(error).to_contain_text("huge.jpg has 15.0 MB")
    expect(one.page.locator("#photo-list li")).to_have_count(0)


def test_everything_works_with_the_keyboard_and_without_the_map(visitor, server):
    one = visitor(service_workers="block")
    one.page.route(re.compile("/layers/|/vendor/.*png"), lambda route: route.abort())
    one.page.goto(f"{one.base}/pin/demo")
    expect(one.page.locator(".steps [aria-current=step]")).to_contain_text("Where")
    one.page.locator("#q").focus()
    keys = one.page.keyboard
    keys.type(f"{SPOT[0]}, {SPOT[1]}")
    expect(one.page.locator("#found button")).to_have_count(1)
    keys.press("Enter")
    expect(one.page.get_by_role("button", name="This is the spot")).to_be_focused()
    keys.press("Enter")
    expect(one.page.get_by_role("heading", name="What is it?")).to_be_focused()

    def tab_to(selector, most=30):
        for _ in range(most):
            if one.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            keys.press("Tab")
        pytest.fail(f"no way by keyboard to {selector}")

    tab_to("[name=kind]")
    keys.press("Space")
    tab_to("#name")
    keys.type("Well of the sisters")
    tab_to("#words")
    keys.type("Three sisters dug it.")
    tab_to("#what [type=submit]")
    keys.press("Enter")
    expect(one.page.get_by_role("heading", name="This is what neighbours will see")).to_be_focused()
    tab_to("#send")
    keys.press("Enter")
    expect(one.page.get_by_role("heading", name="Sent. Thank you!")).to_be_focused()
    link = one.page.locator(".key-link textarea").input_value()
    assert things(server, link)[0]["feature"]["geometry"]["coordinates"] == [SPOT[1], SPOT[0]]


def test_errors_stand_beside_their_fields_and_are_tied_to_them(visitor):
    one = open_pin(visitor)
    one.page.get_by_role("button", name="This is the spot").click()
    expect(one.page.locator("#where-error")).to_have_text(
        "First show where it is: tap the map or choose a place you searched for."
    )
    at_coordinates(one.page, *SPOT)
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.get_by_role("button", name="See how it will look").click()
    expect(one.page.locator("#kind-error")).to_have_text("Choose one of the three kinds.")
    expect(one.page.locator("#name-error")).to_have_text("Give the place a name.")
    expect(one.page.locator("#name")).to_have_attribute("aria-invalid", "true")
    assert "name-error" in one.page.locator("#name").get_attribute("aria-describedby")
    assert one.page.evaluate("document.activeElement.name") == "kind"


def test_a_place_that_is_there_already_is_offered_first(visitor, server):
    one = open_pin(visitor)
    known = next(f for f in demo_features(server) if f["geometry"]["type"] == "Point")
    lon, lat = known["geometry"]["coordinates"]
    name = known["properties"]["name"]["en"]
    at_coordinates(one.page, lat, lon)
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.get_by_label("Name", exact=True).fill(name)
    box = one.page.locator("#duplicates")
    expect(box).to_contain_text("Is it one of these?")
    box.get_by_role("button", name="Add my story to this one").first.click()
    expect(one.page.get_by_role("heading", name="Your story about this place")).to_be_visible()
    one.page.locator("#words").fill("I learned to whistle here.")
    one.page.get_by_role("button", name="See how it will look").click()
    link = send(one.page)
    [thing] = things(server, link)
    assert (thing["kind"], thing["place_id"]) == ("story", known["id"])
    assert "I learned to whistle here." in [
        story["text"] for story in thing["feature"]["properties"]["stories"]
    ]


def test_personal_data_is_pointed_out_and_taken_out_with_one_tap(visitor):
    one = open_pin(visitor)
    fill_in(one.page, "Shed of tools", "Ask Anna Kowalska, tel. 601 234 567, or write to anna@example.org.")
    items = one.page.locator("#findings li")
    expect(items).to_have_count(3)
    for left in (2, 1, 0):
        items.first.get_by_role("button", name="Take it out").click()
        expect(items).to_have_count(left)
    card = one.page.locator("#card")
    expect(card).to_contain_text("Ask A. K., tel.")
    expect(card).not_to_contain_text("601 234 567")
    expect(card).not_to_contain_text("anna@example.org")
    expect(one.page.locator("#look-status")).to_contain_text("no phone number")


def test_a_slow_answer_to_the_last_look_is_waited_for(visitor):
    one = open_pin(visitor)

    def slow(route):
        time.sleep(1)  # longer than the page waits before it asks for places near by
        route.continue_()

    one.page.route("**/check", slow)
    fill_in(one.page, "Shed of tools", "Ask Anna Kowalska.")
    expect(one.page.locator("#findings li")).to_have_count(1)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP])
def test_the_buttons_stay_under_the_finger_when_the_last_look_is_answered(visitor, viewport):
    one = open_pin(visitor, viewport=viewport)
    held = []

    def hold(route):
        held.append(route)

    one.page.route("**/check", hold)
    fill_in(one.page, "Shed of tools", "Ask Anna Kowalska.")
    button = one.page.get_by_role("button", name="Send to the organisers")
    expect(one.page.locator("#look-status")).not_to_have_text("")
    before = button.bounding_box()
    assert abs(before["y"] + before["height"] - viewport["height"]) < 40  # at the thumb
    for route in held:
        route.continue_()
    expect(one.page.locator("#findings li")).to_have_count(1)
    assert button.bounding_box() == before


def test_a_result_under_the_finger_is_chosen_though_newer_ones_have_come(visitor):
    """What is pressed before the search answers anew is what the finger meant."""
    one = visitor(service_workers="block")
    page = one.page
    page.goto(f"{one.base}/pin/demo")
    page.locator("#q").fill("55.7031, 17.1952")
    pressed = page.locator("#found button").filter(has_text="55.70310, 17.19520")
    box = pressed.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.locator("#q").fill("55.7000, 17.2000")
    # The search begins 220 ms after the last letter: a timer that was set later and is longer ends later.
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
    page.mouse.up()
    expect(page.locator("#q")).to_have_value("55.70310, 17.19520")
    expect(page.locator("#found button")).to_have_count(0)
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
    expect(page.locator("#found button")).to_have_count(0)
    page.get_by_role("button", name="This is the spot").click()
    expect(page.get_by_role("heading", name="What is it?")).to_be_visible()


def test_hostile_texts_are_shown_as_words(visitor):
    one = open_pin(visitor)
    fill_in(one.page, HOSTILE, HOSTILE)
    expect(one.page.locator("#card .tale p")).to_have_text(HOSTILE)
    link = send(one.page)
    one.page.goto(link)
    expect(one.page.locator(".thing h2")).to_have_text(
        HOSTILE.replace("\u202e", "")
    )  # what nobody sees is left out
    one.page.get_by_text("History", exact=True).click()
    assert one.page.evaluate("window.hacked") is None
    assert one.page.locator("main img").count() == 0


def test_my_location_is_asked_on_tap_only_and_warns_when_rough(visitor):
    one = open_pin(
        visitor,
        permissions=["geolocation"],
        geolocation={"latitude": SPOT[0], "longitude": SPOT[1], "accuracy": 40},
    )
    expect(one.page.locator("#where-status")).to_have_text("")
    sent = []
    one.page.on("request", lambda request: sent.append((request.url, request.post_data or "")))
    one.page.get_by_role("button", name="My location").click()
    expect(one.page.locator("#where-status")).to_contain_text("give or take 40 m")
    expect(one.page.locator("#where-status")).to_have_attribute("data-tone", "warn")
    assert [url for url, body in sent if str(SPOT[0]) in url + body] == []


def test_paths_and_areas_are_drawn_corner_by_corner(visitor, server):
    one = open_pin(visitor)
    one.page.get_by_text("An area", exact=True).click()
    for count, (across, down) in enumerate(((0.3, 0.3), (0.6, 0.3), (0.6, 0.5), (0.9, 0.9)), 1):
        tap_map(one.page, across, down)
        expect(one.page.locator("#drawing-hint")).to_have_text(f"Corners: {count}")
    one.page.get_by_role("button", name="Undo last corner").click()
    expect(one.page.locator("#drawing-hint")).to_have_text("Corners: 3")
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.locator("#what label").filter(has_text="Natural").click()
    one.page.get_by_label("Name", exact=True).fill("Triangle of thyme")
    one.page.get_by_role("button", name="See how it will look").click()
    [thing] = things(server, send(one.page))
    assert thing["feature"]["geometry"]["type"] == "Polygon"
    assert len(thing["feature"]["geometry"]["coordinates"][0]) == 4


@pytest.mark.parametrize("address", ["/pin/demo", "/mine"])
def test_pages_speak_the_readers_language_and_run_no_inline_script(visitor, address):
    one = visitor(**TOUCH)
    refused = []
    one.page.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security" in message.text else None,
    )
    answer = one.page.goto(f"{one.base}{address}?lang=da")
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert one.page.evaluate("document.documentElement.lang") == "da"
    one.page.wait_for_load_state("networkidle")
    assert refused == []
