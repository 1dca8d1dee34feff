"""A real town without its streets is a sketch and says so; the invented one shows what a place can have."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

READS_ONLY = True
pytestmark = pytest.mark.full


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/embed/cagliari?lang=it", "Schizzo: costa del 2017, semplificata; non per camminare"),
        ("/embed/middelfart?lang=da", "Skitse: kysten fra 2017, forenklet; ikke til at gå efter"),
        (
            "/embed/wawer?lang=pl",
            "Szkic: środek Wisły, kolej w linii prostej między stacjami; nie do chodzenia",
        ),
    ],
)
def test_a_sketch_is_marked_and_names_openstreetmap(visitor, address, words):
    one = visitor({"width": 390, "height": 600})
    one.page.goto(one.base + address)
    expect(one.page.locator(".mm-sketch")).to_have_text(words)
    expect(one.page.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap")
    note, map_ = (one.page.locator(name).bounding_box() for name in (".mm-sketch", "#map"))
    assert map_["x"] <= note["x"]
    assert note["x"] + note["width"] <= map_["x"] + map_["width"]


def test_a_loaded_town_is_no_sketch(visitor):
    one = visitor()
    one.page.goto(f"{one.base}/embed/demo")
    one.page.locator("#map[data-places]").wait_for()
    expect(one.page.locator(".mm-sketch")).to_have_count(0)


def test_a_walk_of_a_sketched_town_shows_its_stops_and_says_that_the_line_is_straight(visitor):
    one = visitor()
    one.open("/tours?community=wawer&lang=en&tour=wawer-anin-ogrody-i-pamiec")
    frame = one.page.frame_locator("iframe[title^='streamlit_folium']").first
    expect(frame.locator(".mm-tour-stop")).to_have_text([str(number) for number in range(1, 8)])
    expect(frame.locator(".mm-sketch")).to_contain_text("not for walking")
    expect(frame.locator("path[stroke-dasharray]").or_(frame.locator("canvas")).first).to_be_attached()
    expect(one.page.get_by_text("the lines are straight", exact=False).first).to_be_visible()


def test_the_lighthouse_shows_its_pictures_and_reads_aloud(visitor):
    one = visitor()
    one.open("/?community=demo&lang=en&place=demo-amberoe-fyr")
    pictures = one.page.locator(".mm-photo img")
    expect(pictures).to_have_count(3)
    for number in range(3):
        picture = pictures.nth(number)
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_attribute("alt", re.compile("^Drawing: "))
        picture.evaluate("image => image.decode()")
        assert picture.evaluate("image => image.naturalWidth") == 960
    sound = one.page.locator("audio.mm-audio").first
    seconds = sound.evaluate(
        "node => new Promise((done, fail) => { node.onloadedmetadata = () => done(node.duration);"
        " node.onerror = () => fail(node.error.message); node.preload = 'metadata'; node.load(); })"
    )
    assert 15 < seconds < 40
    expect(one.page.locator(".mm-transcript").first).to_contain_text("synthetic voice")


def test_the_harbour_is_shown_then_and_now(visitor):
    one = visitor()
    one.open("/?community=demo&lang=en&place=demo-havnekontoret")
    expect(one.page.get_by_role("heading", name="Then and now")).to_be_visible()
    expect(one.page.get_by_text("1954", exact=True).first).to_be_visible()
