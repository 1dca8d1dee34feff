"""Pinning a place as a resident does: on a phone, by keyboard, without a connection, in two browsers."""

from __future__ import annotations

import json
import re
import time
import urllib.request

import pytest
from playwright.sync_api import Page, expect

PHONE = {"width": 390, "height": 844}
TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "service_workers": "block"}
"""Without the worker, which would answer before a test's own routes do; one test has it."""
HOSTILE = '<img src=x onerror="window.hacked=1"></textarea><script>window.hacked=1</script> {{7*7}}\u202ex'
SPOT = (55.7031, 17.1952)
"""A meadow of the demo town where nothing is pinned."""


class Hand:
    """One hand on a page: counts what it taps and the fields it fills."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def tap(self, what):
        what.click()
        self.count += 1

    def type(self, label, text):
        self.page.get_by_label(label, exact=True).fill(text)
        self.count += 1


def open_pin(visitor, query="", **options):
    one = visitor(**{**TOUCH, **options})
    one.page.goto(f"{one.base}/pin/demo{query}")
    one.page.locator("#map[data-places]").wait_for(state="attached")
    return one


def tap_map(page, across=0.5, down=0.4):
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)


def at_coordinates(page, lat, lon):
    page.locator("#q").fill(f"{lat}, {lon}")
    page.locator("#found button").first.click()


def fill_in(page, name, words="", lat=SPOT[0], lon=SPOT[1]):
    """Go to the look step with a place of that name."""
    at_coordinates(page, lat, lon)
    page.get_by_role("button", name="This is the spot").click()
    page.locator("#what label").filter(has_text="Natural").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.locator("#words").fill(words)
    page.get_by_role("button", name="See how it will look").click()
    expect(page.locator("#card h2")).to_have_text(name)


def send(page):
    page.get_by_role("button", name="Send to the organisers").click()
    expect(page.get_by_role("heading", name="Sent. Thank you!")).to_be_visible()
    return page.locator(".key-link textarea").input_value()


def things(server, link):
    request = urllib.request.Request(
        f"{server.url}/api/mine", headers={"X-Micropolis-Key": link.split("#")[1]}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["things"]


def public_ids(server):
    with urllib.request.urlopen(f"{server.url}/data/demo/places.geojson", timeout=20) as answer:
        return {feature["id"] for feature in json.load(answer)["features"]}


def test_a_place_is_sent_within_a_minute_and_twelve_taps_and_fields(visitor, server):
    one = open_pin(visitor)
    hand = Hand(one.page)
    began = time.monotonic()
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
    assert time.monotonic() - began < 60
    assert hand.count <= 12
    link = one.page.locator(".key-link textarea").input_value()
    [thing] = things(server, link)
    assert (thing["state"], thing["kind"]) == ("pending", "place")
    assert thing["feature"]["properties"]["stories"][0]["text"] == "Here we meet at six, with tea."
    assert thing["place_id"] not in public_ids(server)


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


def test_the_draft_survives_a_reload_with_its_photos(visitor, tmp_path):
    from PIL import Image

    Image.new("RGB", (640, 480), "#3a6").save(tmp_path / "meadow.jpg")
    one = open_pin(visitor)
    at_coordinates(one.page, *SPOT)
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.locator("#what label").filter(has_text="Natural").click()
    one.page.get_by_label("Name", exact=True).fill("Meadow of the hares")
    one.page.locator("#photos").set_input_files(tmp_path / "meadow.jpg")
    one.page.locator("#alt-0").fill("A green meadow")
    expect(one.page.locator("#kept")).to_have_text("Saved on this device")

    one.page.reload()
    expect(one.page.locator("#line")).to_contain_text("Your draft is back")
    expect(one.page.get_by_label("Name", exact=True)).to_have_value("Meadow of the hares")
    expect(one.page.locator("#what input[value=natural]")).to_be_checked()
    expect(one.page.locator("#alt-0")).to_have_value("A green meadow")
    expect(one.page.locator("#photo-list img")).to_have_js_property("naturalWidth", 640)

    one.page.get_by_role("button", name="See how it will look").click()
    link = send(one.page)
    one.page.goto(link)
    one.page.get_by_role("link", name="Change it").click()
    expect(one.page.locator("#photo-list img")).to_have_js_property("naturalWidth", 640)
    expect(one.page.locator("#alt-0")).to_have_value("A green meadow")


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


def test_what_is_sent_offline_arrives_once_when_the_connection_is_back(visitor, server):
    one = open_pin(visitor)
    fill_in(one.page, "Gate of the storks")
    one.context.set_offline(True)
    one.page.get_by_role("button", name="Send to the organisers").click()
    expect(one.page.get_by_role("heading", name="Kept, and sent as soon")).to_be_visible()
    link = one.page.locator(".key-link textarea").input_value()
    one.page.get_by_role("button", name="Try now").click()
    one.page.get_by_role("button", name="Try now").click()
    one.context.set_offline(False)
    expect(one.page.get_by_role("heading", name="Sent. Thank you!")).to_be_visible()
    assert len(things(server, link)) == 1


def test_what_waits_to_be_sent_survives_closing_the_page(visitor, server):
    one = open_pin(visitor)
    fill_in(one.page, "Stone of the giants")
    one.page.route("**/submissions", lambda route: route.abort())
    one.page.get_by_role("button", name="Send to the organisers").click()
    expect(one.page.get_by_role("heading", name="Kept, and sent as soon")).to_be_visible()
    link = one.page.locator(".key-link textarea").input_value()
    one.page.close()

    page = one.context.new_page()
    page.goto(f"{one.base}/mine")
    expect(page.locator(".thing h2")).to_have_text("Stone of the giants")
    expect(page.locator(".badge")).to_have_text("waiting for an organiser")
    assert len(things(server, link)) == 1


def test_the_page_and_its_draft_open_without_a_connection(visitor, server):
    one = open_pin(visitor, service_workers="allow")
    one.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    at_coordinates(one.page, *SPOT)
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.get_by_label("Name", exact=True).fill("Rock of the otters")
    kept = (
        "async () => (await (await caches.open('mm-pin')).keys()).some((one) => one.url.includes('pin.js'))"
    )
    deadline = time.monotonic() + 15
    while not one.page.evaluate(kept) and time.monotonic() < deadline:
        one.page.wait_for_timeout(100)
    one.context.set_offline(True)
    one.page.reload()
    expect(one.page.get_by_label("Name", exact=True)).to_have_value("Rock of the otters")
    one.page.locator("#what label").filter(has_text="Natural").click()
    one.page.get_by_role("button", name="See how it will look").click()
    expect(one.page.locator("#look-status")).to_contain_text("Without a connection")
    one.page.get_by_role("button", name="Send to the organisers").click()
    expect(one.page.get_by_role("heading", name="Kept, and sent as soon")).to_be_visible()
    link = one.page.locator(".key-link textarea").input_value()
    one.context.set_offline(False)
    expect(one.page.get_by_role("heading", name="Sent. Thank you!")).to_be_visible()
    assert len(things(server, link)) == 1


def test_what_is_refused_can_be_corrected_now_or_later(visitor, server):
    one = open_pin(visitor)
    fill_in(
        one.page, "Links of all", "https://a.example https://b.example https://c.example https://d.example"
    )
    one.page.get_by_role("button", name="Send to the organisers").click()
    expect(one.page.get_by_role("heading", name="It was not taken yet")).to_be_visible()
    expect(one.page.locator("#sent-error")).to_have_text("In a few words: has more than three links.")
    link = one.page.locator(".key-link textarea").input_value()
    one.page.goto(f"{one.base}/mine")
    one.page.get_by_role("button", name="Correct it").click()
    expect(one.page.locator("#words")).to_have_value(re.compile("d.example"))
    one.page.locator("#words").fill("https://a.example is enough.")
    one.page.get_by_role("button", name="See how it will look").click()
    assert send(one.page) == link
    assert len(things(server, link)) == 1


def test_a_lost_answer_and_a_second_sending_make_one_place(visitor, server):
    one = open_pin(visitor)
    fill_in(one.page, "Mill of the mice")
    answers = []

    def lose_the_first(route):
        answer = route.fetch()
        answers.append(answer.status)
        if len(answers) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    one.page.route("**/submissions", lose_the_first)
    one.page.get_by_role("button", name="Send to the organisers").dblclick()
    expect(one.page.get_by_role("heading", name="Sent. Thank you!")).to_be_visible(timeout=15_000)
    assert answers == [201, 200]
    link = one.page.locator(".key-link textarea").input_value()
    assert len(things(server, link)) == 1


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


def demo_features(server):
    with urllib.request.urlopen(f"{server.url}/data/demo/places.geojson", timeout=20) as answer:
        return json.load(answer)["features"]


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


def test_hostile_texts_are_shown_as_they_were_typed(visitor):
    one = open_pin(visitor)
    fill_in(one.page, HOSTILE, HOSTILE)
    expect(one.page.locator("#card .tale p")).to_have_text(HOSTILE)
    link = send(one.page)
    one.page.goto(link)
    expect(one.page.locator(".thing h2")).to_have_text(HOSTILE)
    one.page.get_by_text("History", exact=True).click()
    assert one.page.evaluate("window.hacked") is None
    assert one.page.locator("main img").count() == 0


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
    expect(other.page.locator(".badge")).to_have_text("withdrawn", timeout=15_000)
    assert things(server, link)[0]["state"] == "withdrawn"


def test_taking_everything_back_leaves_nothing(visitor, server):
    one = open_pin(visitor)
    fill_in(one.page, "Hut of the beekeeper", "Honey on Fridays.")
    link = send(one.page)
    one.page.goto(link)
    one.page.get_by_role("button", name="Take back everything").click()
    one.page.goto(f"{one.base}/pin/demo")  # leaving the page does it at once
    deadline = time.monotonic() + 10
    while any(thing["feature"] for thing in things(server, link)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(thing["feature"] for thing in things(server, link))
    one.page.goto(link)
    expect(one.page.get_by_text("This private link opens nothing")).to_be_visible()


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
    for across, down in ((0.3, 0.3), (0.6, 0.3), (0.6, 0.5), (0.9, 0.9)):
        tap_map(one.page, across, down)
        one.page.wait_for_timeout(50)
    one.page.get_by_role("button", name="Undo last corner").click()
    expect(one.page.locator("#drawing-hint")).to_have_text("Corners: 3")
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.locator("#what label").filter(has_text="Natural").click()
    one.page.get_by_label("Name", exact=True).fill("Triangle of thyme")
    one.page.get_by_role("button", name="See how it will look").click()
    [thing] = things(server, send(one.page))
    assert thing["feature"]["geometry"]["type"] == "Polygon"
    assert len(thing["feature"]["geometry"]["coordinates"][0]) == 4


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
