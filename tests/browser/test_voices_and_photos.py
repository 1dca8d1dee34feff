"""A recorded voice, the place a photo tells, paths and areas, then and now: from the pin to its readers."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pytest
from chrome import ARGS, CHROMIUM
from PIL import Image
from pin_page import SPOT, at_coordinates, open_pin, send, tap_map, things
from playwright.sync_api import expect

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import Actor
from micropolis_map.domain.place import Photo, Story
from micropolis_map.services import moderating
from micropolis_map.settings import Settings

ORGANISER = Actor("administrator", "tester")
THEN, NOW = (150, 110, 60), (40, 140, 90)
MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="module")
def chromium(chromium):
    """A chromium with a microphone that hums and a visitor who allows it."""
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*ARGS, *MICROPHONE])
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def desk(server):
    return build_application(Settings(data=server.data)).participation


def test_a_recorded_story_is_approved_with_its_words_and_plays_on_the_map(visitor, server, desk):
    one = open_pin(visitor)
    at_coordinates(one.page, *SPOT)
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.locator("#what label").filter(has_text="Historical").click()
    one.page.get_by_label("Name", exact=True).fill("Stone of the ferrywoman")
    one.page.get_by_role("button", name="Record voice").click()
    expect(one.page.locator("#record-status")).to_contain_text(re.compile("0:0[1-9]"))
    one.page.locator("#record").click()
    expect(one.page.locator("#playback")).to_have_attribute("src", re.compile("^blob:"))
    one.page.get_by_label(re.compile("^What is said in the recording")).fill(
        "My grandmother rowed people across for an egg."
    )
    one.page.reload()  # the recording is kept on the device like the rest of the draft
    expect(one.page.locator("#playback")).to_have_attribute("src", re.compile("^blob:"))
    one.page.get_by_role("button", name="See how it will look").click()
    expect(one.page.locator("#card audio")).to_have_count(1)
    expect(one.page.locator("#card .transcript")).to_contain_text("rowed people across")
    [thing] = things(server, send(one.page))
    [story] = thing["feature"]["properties"]["stories"]
    assert story["audio"]
    assert story["transcript"] == "My grandmother rowed people across for an egg."

    place = moderating.approve(desk, ORGANISER, thing["proposal_id"])
    ben = visitor()
    ben.open(f"/?community=demo&place={place.id}")
    player = ben.page.locator(f"audio[src='/audio/{story['audio']}']")
    expect(player).to_have_attribute("aria-label", "Listen to this story")
    ben.page.locator(".mm-transcript summary").click()
    expect(ben.page.locator(".mm-transcript")).to_contain_text("for an egg.")
    assert player.evaluate(
        """(audio) => new Promise((resolve) => {
            audio.ontimeupdate = () => { if (audio.currentTime > 0) resolve(true); };
            audio.onended = () => resolve(true);
            audio.onerror = () => resolve(audio.error.message || false);
            audio.muted = true;
            audio.play().catch((error) => resolve(String(error)));
        })"""
    )
    assert player.evaluate("(audio) => audio.error === null && audio.currentTime > 0")


def test_without_a_microphone_the_words_can_still_be_written(visitor):
    one = open_pin(visitor)
    one.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'Not')); }"
    )
    at_coordinates(one.page, *SPOT)
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.get_by_role("button", name="Record voice").click()
    expect(one.page.locator("#record-status")).to_contain_text("microphone")
    one.page.locator("#words").fill("Then I write it.")
    expect(one.page.locator("#words")).to_have_value("Then I write it.")


def located_photo(path, lat, lon):
    """A JPEG that says in its EXIF where it was taken."""

    def degrees(value):
        value = abs(value)
        minutes = (value % 1) * 60
        return (float(int(value)), float(int(minutes)), round((minutes % 1) * 60, 3))

    image = Image.new("RGB", (640, 480), THEN)
    exif = Image.Exif()
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N" if lat >= 0 else "S", 2: degrees(lat), 3: "E" if lon >= 0 else "W", 4: degrees(lon)})
    image.save(path, exif=exif)


def test_the_place_of_a_photo_is_asked_first_and_never_sent_with_it(visitor, server, tmp_path):
    located_photo(tmp_path / "here.jpg", *SPOT)
    one = open_pin(visitor)
    asked = one.page.locator("#photo-ask")
    expect(asked).to_be_hidden()
    one.page.get_by_role("button", name="From a photo").click()
    expect(asked).to_be_visible()
    expect(one.page.locator("#photo-yes")).to_be_focused()
    one.page.locator("#photo-no").click()
    expect(asked).to_be_hidden()
    expect(one.page.locator("#where.has-spot")).to_have_count(0)

    sent = []
    one.page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    one.page.get_by_role("button", name="From a photo").click()
    with one.page.expect_file_chooser() as chooser:
        one.page.locator("#photo-yes").click()
    chooser.value.set_files(tmp_path / "here.jpg")
    expect(one.page.locator("#where-status")).to_have_attribute("data-tone", "good")
    assert sent == []  # it is read on the device
    one.page.get_by_role("button", name="This is the spot").click()
    one.page.locator("#what label").filter(has_text="Natural").click()
    one.page.get_by_label("Name", exact=True).fill("Where the photo was taken")
    one.page.locator("#photos").set_input_files(tmp_path / "here.jpg")
    expect(one.page.locator("#photo-list img")).to_have_js_property("naturalWidth", 640)
    one.page.get_by_role("button", name="See how it will look").click()
    [thing] = things(server, send(one.page))
    lon, lat = thing["feature"]["geometry"]["coordinates"]
    assert abs(lat - SPOT[0]) < 1e-4
    assert abs(lon - SPOT[1]) < 1e-4


def test_a_photo_that_does_not_say_where_it_was_taken_says_so(visitor, tmp_path):
    Image.new("RGB", (64, 48), NOW).save(tmp_path / "nowhere.jpg")
    one = open_pin(visitor)
    one.page.get_by_role("button", name="From a photo").click()
    with one.page.expect_file_chooser() as chooser:
        one.page.locator("#photo-yes").click()
    chooser.value.set_files(tmp_path / "nowhere.jpg")
    expect(one.page.locator("#where-status")).to_have_attribute("data-tone", "warn")
    expect(one.page.locator("#where.has-spot")).to_have_count(0)


def test_a_path_needs_no_map_and_no_mouse(visitor, server):
    one = open_pin(visitor, viewport={"width": 1280, "height": 900}, is_mobile=False, has_touch=False)
    one.page.locator("input[name=shape][value=line]").focus()
    one.page.keyboard.press("Space")
    for number, (lat, lon) in enumerate(((55.7031, 17.1952), (55.7036, 17.1961), (55.7040, 17.1972)), 1):
        one.page.locator("#q").focus()
        one.page.keyboard.press("Control+a")
        one.page.keyboard.type(f"{lat}, {lon}")
        expect(one.page.locator("#found button")).to_have_count(1)
        one.page.keyboard.press("Enter")
        expect(one.page.locator("#drawing-hint")).to_have_text(f"Corners: {number}")
        expect(one.page.get_by_role("button", name="This is the spot")).to_be_focused()
    one.page.keyboard.press("Enter")
    expect(one.page.get_by_role("heading", name="What is it?")).to_be_focused()
    one.page.locator("#what label").filter(has_text="Natural").click()
    one.page.get_by_label("Name", exact=True).fill("The otters' path")
    one.page.get_by_role("button", name="See how it will look").click()
    [thing] = things(server, send(one.page))
    assert thing["feature"]["geometry"] == {
        "type": "LineString",
        "coordinates": [[17.1952, 55.7031], [17.1961, 55.7036], [17.1972, 55.704]],
    }


def test_a_path_and_an_area_are_approved_and_drawn_for_everybody(visitor, server, desk):
    ids = {}
    for shape, label in (("LineString", "A path"), ("Polygon", "An area")):
        one = open_pin(visitor)
        one.page.get_by_text(label, exact=True).click()
        for number, (across, down) in enumerate(((0.3, 0.35), (0.6, 0.3), (0.7, 0.6)), start=1):
            tap_map(one.page, across, down)
            expect(one.page.locator("#drawing-hint")).to_have_text(f"Corners: {number}")
        one.page.get_by_role("button", name="This is the spot").click()
        one.page.locator("#what label").filter(has_text="Co-created").click()
        one.page.get_by_label("Name", exact=True).fill(f"{label} of quillwort")
        one.page.get_by_role("button", name="See how it will look").click()
        [thing] = things(server, send(one.page))
        ids[shape] = moderating.approve(desk, ORGANISER, thing["proposal_id"]).id
        assert thing["feature"]["geometry"]["type"] == shape
    ben = visitor()
    ben.open("/?community=demo&q=quillwort")
    assert ben.agreed_places() == 2
    for place_id in ids.values():
        expect(ben.map.locator(f"[data-outline='{place_id}']")).to_have_attribute("stroke", "#0a62a0")


@pytest.fixture(scope="module")
def two_photos(desk):
    """A place with a photo of then and one of now."""
    photos = []
    for number, colour in enumerate((THEN, NOW)):
        photo_id = desk.photos.add(_jpeg(colour), "photo.jpg").id
        photos.append(Photo(photo_id, {"en": f"Photo {number}"}))
    place = desk.places.get("demo-sundbroen")
    stories = (
        Story("then", "Then", "It was of wood.", "en", about="past", year=1937, photos=(photos[0],)),
        Story("now", "Now", "It is of steel.", "en", about="present", year=2024, photos=(photos[1],)),
    )
    return desk.places.put(replace(place, stories=stories), expected_revision=place.revision)


def _jpeg(colour):
    out = BytesIO()
    Image.new("RGB", (1200, 900), colour).save(out, "JPEG")
    return out.getvalue()


def shown_of_old(page):
    clip = page.locator(".mm-curtain .mm-then").evaluate("image => image.style.clipPath")
    return 100 - float(re.search(r"inset\(0(?:px)? ([\d.]+)%", clip)[1])


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])
def test_then_and_now_are_drawn_over_each_other_by_keyboard_and_pointer(visitor, two_photos, viewport):
    one = visitor(viewport)
    one.open(f"/?community=demo&place={two_photos.id}")
    slider = one.page.get_by_label("How much of the old photo is shown")
    expect(slider).to_have_attribute("aria-valuetext", "50 per cent of the old photo")
    for name in ("then", "now"):
        expect(one.page.locator(f".mm-curtain .mm-{name}")).to_have_js_property("complete", value=True)
        assert one.page.locator(f".mm-curtain .mm-{name}").evaluate("image => image.naturalWidth") == 960
    assert shown_of_old(one.page) == 50
    slider.focus()
    for _ in range(3):
        one.page.keyboard.press("ArrowRight")
    assert shown_of_old(one.page) == 53
    one.page.keyboard.press("Home")
    assert shown_of_old(one.page) == 0
    one.page.keyboard.press("End")
    assert shown_of_old(one.page) == 100
    expect(slider).to_have_attribute("aria-valuetext", "100 per cent of the old photo")

    slider.scroll_into_view_if_needed()
    box = one.page.locator(".mm-curtain").bounding_box()
    middle = box["y"] + box["height"] / 2
    one.page.mouse.move(box["x"] + box["width"] * 0.9, middle)
    one.page.mouse.down()
    one.page.mouse.move(box["x"] + box["width"] * 0.25, middle, steps=8)
    one.page.mouse.up()
    assert 20 <= shown_of_old(one.page) <= 30
