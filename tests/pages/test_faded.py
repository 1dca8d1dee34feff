"""Places nobody has confirmed for long: faded, asked about, and true again by one click."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st

from micropolis_map.bootstrap import build_application
from micropolis_map.services import taking_care
from micropolis_map.settings import Settings
from micropolis_map.ui.components import still_true

LONG_AGO = datetime.now(UTC) - timedelta(days=600)
DEVICE = "device-0123456789abcdefghijkl"


@pytest.fixture
def old_place(data):
    """A published place of the demo town that nobody has touched for twenty months."""
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))
    place = application.place_store.places("demo")[0]
    moment = LONG_AGO.isoformat(timespec="seconds")
    application.place_store.put_many([replace(place, created=moment, updated=moment)])
    with sqlite3.connect(data / "micropolis.sqlite") as connection:
        connection.execute("UPDATE place_revision SET recorded = ? WHERE place_id = ?", (moment, place.id))
    st.cache_data.clear()
    return application, application.place_store.get(place.id)


def text_of(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def test_the_list_says_since_when_and_the_legend_explains(explore, old_place):
    application, place = old_place
    assert taking_care.Freshnesses(application.participation).of(place) == "faded"
    app = explore(community="demo", lang="en")
    assert not app.exception
    row = next(button for button in app.button if button.key == f"w_open_{place.id}")
    assert f"nobody has confirmed this since {LONG_AGO:%B %Y}" in row.label
    assert sum("nobody has confirmed" in button.label for button in app.button) == 1
    assert "faded: nobody has confirmed it for 18 months" in text_of(app)


def test_a_confirmation_makes_it_fresh_for_everybody(explore, old_place):
    application, place = old_place
    taking_care.confirm(application.participation, "demo", place.id, DEVICE)
    st.cache_data.clear()
    app = explore(community="demo", lang="en")
    assert not any("nobody has confirmed" in button.label for button in app.button)
    assert "faded:" not in text_of(app)


def test_the_panel_asks_whether_it_is_still_true(explore, old_place, monkeypatch):
    place = old_place[1]
    shown = []
    monkeypatch.setattr(still_true, "own_part", lambda name, _key, data, **_: shown.append((name, data)))
    assert not explore(community="demo", place=place.id, lang="pl").exception
    [(name, data)] = shown
    assert name == "still_true"
    assert data["address"] == f"/api/demo/places/{place.id}/confirm"
    assert re.search(rf"\b{LONG_AGO.year}\b", data["texts"]["since"])
    json.dumps(data)


def test_a_fresh_place_is_not_asked_about(explore, data, monkeypatch):
    shown = []
    monkeypatch.setattr(still_true, "own_part", lambda *arguments, **_: shown.append(arguments))
    app = explore(community="demo", place="demo-sundbroen")
    assert not app.exception
    assert shown == []
    assert "faded:" not in text_of(app)
