"""What residents typed is shown and never obeyed: on the map, in lists, popups, stories and exports."""

from __future__ import annotations

import csv
import io
import json
import sys
import urllib.request
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import middle_of
from hostile_texts import HOSTILE
from PIL import Image
from playwright.sync_api import expect

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.place import Period, Photo, Place, Story
from micropolis_map.services.exporting import FORMATS
from micropolis_map.settings import Settings

AT_ONCE = 8
PARTS = [HOSTILE[start : start + AT_ONCE] for start in range(0, len(HOSTILE), AT_ONCE)]
TOWN = "cagliari"


@pytest.fixture(scope="module")
def application(server):
    return build_application(Settings.read({"MICROPOLIS_DATA": str(server.data)}))


@pytest.fixture(scope="module")
def hostile_places(application, server):
    """A place for every few texts, with all of them in every field that takes a text."""
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG")
    photo = application.participation.photos.add(picture.getvalue(), "x.jpg").id
    lon, lat = middle_of(server.data, TOWN)
    places = [
        a_hostile_place(number, texts, photo, (lon + number * 0.002, lat))
        for number, texts in enumerate(PARTS)
    ]
    application.place_store.put_many(places)
    return places


def a_hostile_place(number: int, texts: tuple[str, ...], photo: str, at: tuple[float, float]) -> Place:
    everything = " ".join(text[:60] for text in texts)[:195]
    return Place(
        id=f"hostile-{number}",
        community=TOWN,
        kind="historical",
        name={"en": " ".join(texts)[:4000], "it": everything},
        geometry={"type": "Point", "coordinates": list(at)},
        description={"en": "\n\n".join(texts), "it": everything},
        themes=tuple(text[:60].replace(",", ";") for text in texts[:3] if text.strip()),
        period=Period(1900, None),
        access={"step_free": "yes", "toilet": texts[0]},
        opening_hours=everything[:500],
        photos=(Photo(photo, {"en": everything}, everything, everything),),
        stories=tuple(
            Story(
                f"s{number}-{i}", text[:300], text, "en", told_by=text[:200],
                about="past" if i % 2 else "present",
                year=1900 + i, photos=(Photo(photo, {"en": text}, text[:200], text[:200]),), transcript=text,
                translations={"it": {"title": text[:300], "text": text}},
            )
            for i, text in enumerate(texts)
        ),
        source=everything,
        licence=everything,
        created="2026-01-01T00:00:00Z",
        updated="2026-01-01T00:00:00Z",
    )  # fmt: skip


def test_on_the_map_in_the_list_in_popups_and_stories(watched, hostile_places):
    assert len(HOSTILE) >= 60
    one = watched()
    one.open(f"/?community={TOWN}")
    shown = one.places_on_map()
    assert shown == one.places_in_list()
    for place in hostile_places:
        one.in_map(f"map._mmPlaces.pins.get('{place.id}').fire('click') && 1")
        one.page.wait_for_url(f"**place={place.id}*")
        panel = one.page.locator(".st-key-story")
        first = " ".join(place.stories[0].title.split())[:12]
        if first.isprintable():
            expect(panel).to_contain_text(first.strip())
        expect(panel.locator(".mm-tale h4").nth(len(place.stories) - 1)).to_be_attached()
        assert panel.locator("script, iframe, object, form, [onerror], [onload]").count() == 0
        assert one.map.locator(".leaflet-popup-content script, .leaflet-popup-content img").count() == 0
        one.assert_nothing_ran()
    one.page.get_by_role("button", name="All places").click()
    expect(one.page.locator("[data-count]")).to_be_visible()
    assert one.page.locator("[class*=st-key-row-] script, [class*=st-key-row-] img").count() == 0
    one.assert_nothing_ran()


def test_in_the_public_json_it_is_json(server, hostile_places):
    with urllib.request.urlopen(f"{server.url}/data/{TOWN}/places.geojson") as answer:
        assert answer.headers["Content-Type"].startswith("application/geo+json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        features = {f["id"]: f for f in json.loads(answer.read())["features"]}
    for place in hostile_places:
        told = [story["text"] for story in features[place.id]["properties"]["stories"]]
        assert told == [story.text for story in place.stories]


@pytest.mark.parametrize("ending", FORMATS)
def test_exports_are_whole_and_hold_no_formula(ending, hostile_places):
    content = FORMATS[ending](hostile_places, "2026-01-01T00:00:00Z")
    if ending == ".csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert len(rows) == len(hostile_places) + 1
        assert {len(row) for row in rows} == {len(rows[0])}
        numbers = {rows[0].index(name) for name in ("lon", "lat")}
        cells = [cell for row in rows for i, cell in enumerate(row) if i not in numbers]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    elif ending in {".gpx", ".kml"}:
        root = ET.fromstring(content)
        assert not [node for node in root.iter() if node.tag.lower().endswith(("script", "img", "svg"))]
    elif ending in {".geojson", ".json"}:
        assert len(json.loads(content)["features"]) == len(hostile_places)
    else:
        assert content.startswith(b"SQLite format 3")
