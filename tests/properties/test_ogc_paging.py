"""OGC API - Features: pages of any size give each published place exactly once, whatever is in the store."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

sys.path.insert(0, str(Path(__file__).parent.parent / "contracts"))
sys.path.insert(0, str(Path(__file__).parent.parent / "unit" / "web"))

from asgi import get
from dict_place_store import DictPlaceStore
from place_builders import places

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.domain.place import STATUSES
from micropolis_map.domain.place_geojson import collection
from micropolis_map.settings import Settings
from micropolis_map.web import ogc

ANY_STATUS = st.builds(lambda place, status: replace(place, status=status), places, st.sampled_from(STATUSES))
MANY = st.lists(ANY_STATUS, max_size=8, unique_by=lambda place: place.id)
BOXES = st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90))


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    application = build_application(Settings(data=tmp_path_factory.mktemp("paging")))
    application.community_store.save(Community("wawer", {"en": "Wawer"}))
    return application


def with_places(application, many):
    store = DictPlaceStore()
    store.put_many(many)
    return Starlette(routes=ogc.routes(replace(application, place_store=store))), store


def pages(server, address):
    while address:
        parts = urlsplit(address)
        page = get(server, f"{parts.path}?{parts.query}").json
        yield page
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)


@settings(max_examples=40)
@given(MANY, st.integers(1, 9))
def test_all_pages_together_are_the_public_file(application, many, limit):
    server, store = with_places(application, many)
    public = json.loads(collection(store.places(), ""))["features"]
    found = []
    for page in pages(server, f"/ogc/collections/places/items?limit={limit}"):
        assert page["numberMatched"] == len(public)
        assert page["numberReturned"] == len(page["features"]) <= limit
        found += page["features"]
    assert sorted(feature["id"] for feature in found) == [feature["id"] for feature in public]
    for feature in found:
        written = next(one for one in public if one["id"] == feature["id"])
        assert written["geometry"] == feature["geometry"]
        assert written["properties"].items() <= feature["properties"].items()
        alone = get(server, f"/ogc/collections/places/items/{feature['id']}").json
        assert (alone["properties"], alone["geometry"]) == (feature["properties"], feature["geometry"])


@settings(max_examples=40)
@given(MANY, BOXES)
def test_two_halves_of_the_earth_hold_what_the_whole_holds(application, many, box):
    server, _ = with_places(application, many)
    west, south, east, north = box
    assume(west != east)  # two halves of no width are the same line twice
    south, north = min(south, north), max(south, north)

    def within(*edges):
        text = ",".join(map(repr, edges))
        page = get(server, f"/ogc/collections/places/items?limit=100&bbox={text}")
        assert page.status == 200
        return {feature["id"] for feature in page.json["features"]}

    inside, across = within(west, south, east, north), within(east, south, west, north)
    assert inside | across == within(-180.0, south, 180.0, north)
    assert within(west, south, east, 90.0) >= inside


@settings(max_examples=40)
@given(MANY, st.datetimes(), st.datetimes())
def test_a_longer_interval_never_holds_less(application, many, one, other):
    server, _ = with_places(application, many)
    start, end = sorted((one, other))

    def during(text):
        page = get(server, f"/ogc/collections/places/items?limit=100&datetime={text}")
        assert page.status == 200
        return {feature["id"] for feature in page.json["features"]}

    start_text, end_text = f"{start.isoformat()}Z", f"{end.isoformat()}Z"
    both = during(f"{start_text}/{end_text}")
    assert during(start_text) <= both
    assert both == during(f"{start_text}/..") & during(f"../{end_text}")
    assert during(f"{start_text}/..") | during(f"../{end_text}") == during("../..")
