"""Walks on the Moderation page: decided, asked about, hidden, compared and restored."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "tours"))

from desk_builders import a_session, an_account
from tour_senders import STOPS, document, secret

from micropolis_map.services.touring_suggesting import TourSubmission, suggest
from micropolis_map.ui import people

HOSTILE = '<img src=x onerror="alert(1)"> **bold** [x](javascript:alert(1))'


@pytest.fixture(scope="module")
def organiser(loaded):
    return a_session(loaded, an_account(loaded, "walter", communities=("demo",)))


@pytest.fixture
def desk_page(organiser, run_page, monkeypatch):
    monkeypatch.setattr(people, "session_token", lambda: organiser)

    def opened():
        app = run_page("moderation", community="demo")
        app.session_state["w_desk"] = "walks"
        return app.run()

    return opened


def sent(loaded, number, name, **more):
    submission = TourSubmission(
        f"desk-submission-{number:06d}", secret("ania"), "demo", document(name), seconds=60.0, **more
    )
    return suggest(loaded.participation, submission).shared


def text_of(app):
    return "\n".join(element.proto.body for element in app.get("html"))


def test_a_waiting_walk_is_shown_as_it_was_typed_and_approved(loaded, desk_page):
    shared = sent(loaded, 1, HOSTILE)
    app = desk_page()
    assert not app.exception
    text = text_of(app)
    assert "<img" not in text.replace("<img class", "")
    assert "The Market Well" in text
    app.button(key="w_walk_approve").click().run()
    assert not app.exception
    assert "Approved." in text_of(app)
    assert loaded.tour_store.get(shared.id).stops[0][0] == STOPS[0]


def test_a_question_and_a_reason_reach_the_author(loaded, desk_page):
    shared = sent(loaded, 2, "Past the gate")
    app = desk_page()
    app.button(key="w_walk_ask").click().run()
    app.text_area(key="w_walk_reason").input("Is the gate open on Sundays?")
    app.button(key="w_walk_send").click().run()
    assert not app.exception
    waiting = loaded.participation.tours.find(shared.id).waiting
    assert (waiting.state, waiting.reason) == ("questioned", "Is the gate open on Sundays?")
    app.button(key="w_walk_reject").click().run()
    app.text_area(key="w_walk_reason").input("It is private ground.")
    app.button(key="w_walk_send").click().run()
    assert loaded.participation.tours.find(shared.id).latest.state == "rejected"


def test_a_walk_is_hidden_and_an_older_revision_restored(loaded, desk_page):
    shared = sent(loaded, 3, "First name")
    app = desk_page()
    app.button(key="w_walk_approve").click().run()
    sent(loaded, 4, "Second name", tour_id=shared.id, base=1)
    app = desk_page()
    app.button(key="w_walk_approve").click().run()
    app.selectbox(key="w_walk_history").select(shared.id).run()
    assert "<del>First name</del>" in text_of(app)
    app.button(key="w_walk_restore_1").click().run()
    assert not app.exception
    assert loaded.tour_store.get(shared.id).name["en"] == "First name"
    app.button(key="w_walk_hide").click().run()
    assert shared.id not in [tour.id for tour in loaded.tour_store.tours("demo")]


@pytest.mark.parametrize("button", ["w_walk_approve", "w_walk_restore_1", "w_walk_hide"])
def test_who_signed_out_elsewhere_decides_no_walk_from_an_open_page(loaded, desk_page, monkeypatch, button):
    number = 10 + 2 * len(button)
    shared = sent(loaded, number, "Shown name")
    app = desk_page()
    app.button(key="w_walk_approve").click().run()
    sent(loaded, number + 1, "Other name", tour_id=shared.id, base=1)
    app = desk_page()
    if button == "w_walk_restore_1":
        app.button(key="w_walk_approve").click().run()
    app.selectbox(key="w_walk_history").select(shared.id).run()
    before = loaded.participation.tours.find(shared.id)
    monkeypatch.setattr(people, "session_token", lambda: "")
    app.button(key=button).click().run()
    assert loaded.participation.tours.find(shared.id) == before
    assert "Look after this map" in text_of(app)
