"""A half-written pin survives a reload, a lost connection and a lost answer; sent twice it is one place."""

from __future__ import annotations

import re
import time

from pin_page import SPOT, at_coordinates, fill_in, open_pin, send, things
from playwright.sync_api import expect


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
    deadline = time.monotonic() + 60
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
    expect(one.page.get_by_role("heading", name="Sent. Thank you!")).to_be_visible()
    assert answers == [201, 200]
    link = one.page.locator(".key-link textarea").input_value()
    assert len(things(server, link)) == 1
