"""A place nobody has confirmed for long is faded for everybody, until a neighbour says "still true"."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from chrome import PHONE
from playwright.sync_api import expect

from micropolis_map.bootstrap import build_application
from micropolis_map.settings import Settings

OLD = ("demo-sundbroen", "demo-sundengen")


@pytest.fixture(scope="module")
def old_places(server):
    """Two places, one a line and one an area, that nobody has touched for twenty months."""
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(server.data)}))
    moment = (datetime.now(UTC) - timedelta(days=600)).isoformat(timespec="seconds")
    places = [application.place_store.get(place_id) for place_id in OLD]
    application.place_store.put_many([replace(place, created=moment, updated=moment) for place in places])
    with sqlite3.connect(server.data / "micropolis.sqlite", timeout=60) as connection:
        change = "UPDATE place_revision SET recorded = ? WHERE place_id = ?"
        connection.executemany(change, [(moment, place_id) for place_id in OLD])
    return application


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_one_click_makes_a_faded_place_fresh(visitor, old_places, viewport):
    place_id = OLD[0 if viewport is None else 1]
    one = visitor(viewport) if viewport else visitor()
    one.open("/?community=demo")
    one.places_on_map()
    row = one.page.locator(f"[class*='st-key-row-'][class*='-faded-{place_id}']")
    expect(row).to_contain_text("nobody has confirmed this since")
    expect(one.page.locator(".mm-legend")).to_contain_text("faded: nobody has confirmed it for 18 months")
    assert one.in_map(f"map._mmPlaces.pins.get('{place_id}').mm.faded")
    assert one.in_map("map._mmPlaces.pins.get('demo-kyststien').mm.faded") is False
    marker = f"[data-place='{place_id}']"
    one.in_map(
        f"map.setView(map._mmPlaces.pins.get('{place_id}').getLatLng(), 18, {{ animate: false }}) && 1"
    )
    expect(one.map.locator(marker)).to_have_class(re.compile("is-faded"))
    expect(one.map.locator(marker)).to_have_attribute(
        "aria-label", re.compile("nobody has confirmed this since")
    )

    row.get_by_role("button").click()
    expect(one.page.locator(".mm-still")).to_contain_text("Is it still true?")
    expect(one.page.get_by_role("link", name="No, something is wrong")).to_be_visible()
    one.page.get_by_role("button", name="Yes, still true").click()
    expect(one.page.locator(".mm-still")).to_have_count(0)
    expect(one.page.get_by_text("1 neighbour knows this place.")).to_be_visible()
    one.page.get_by_role("button", name="All places").click()
    expect(one.page.locator(f"[class*='st-key-row-'][class*='{place_id}']")).not_to_contain_text("nobody has")
    one.map.locator("#map_div[data-places]").wait_for()
    expect(one.map.locator(f"{marker}.is-faded")).to_have_count(0)
