"""Asking for a town on the Data page, and what an administrator does with it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.services import town_requests
from micropolis_map.settings import Settings
from micropolis_map.ui import people
from micropolis_map.ui.components import town_requests as component


@pytest.fixture
def application(data):
    return build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))


def asked(app, monkeypatch, town="Annecy"):
    for key, text in (("w_town", town), ("w_town_where", "France"), ("w_town_why", "Cafés")):
        (app.text_area if key.endswith("why") else app.text_input)(key=key).input(text)
    late = time.monotonic() + 60
    monkeypatch.setattr(component.time, "monotonic", lambda: late)
    return app.button(key="w_town_ask").click().run()


def test_a_stranger_asks_and_gets_a_private_link_once(application, run_page, monkeypatch):
    app = run_page("data", community="demo", lang="en")
    assert not [field for field in app.text_input if field.key == "w_new_name"]
    app = asked(app, monkeypatch)
    assert not app.exception
    assert "/mine#" in app.code[0].value
    (one,) = town_requests.requests(application.participation, LOCAL_ADMINISTRATOR)
    assert (one.town, one.where, one.why) == ("Annecy", "France", "Cafés")
    app.button(key="w_town_seen").click().run()
    app = asked(app, monkeypatch, town="")
    assert "empty" in app.warning[0].value
    assert len(town_requests.requests(application.participation, LOCAL_ADMINISTRATOR)) == 1


def test_an_administrator_starts_declines_and_undoes(application, run_page, monkeypatch):
    desk = application.participation
    asked(run_page("data", community="demo", lang="en"), monkeypatch)
    (one,) = desk.town_requests.all()
    token = a_session(application, an_account(application, "ada", role="administrator", communities=()))
    monkeypatch.setattr(people, "session_token", lambda: token)
    app = run_page("data", community="demo", lang="en")
    app.button(key=f"w_town_start_{one.id}").click().run()
    assert app.text_input(key="w_new_name").value == "Annecy, France"
    app.text_input(key=f"w_town_reason_{one.id}").input("Too far.")
    app.button(key=f"w_town_decline_{one.id}").click().run()
    assert desk.town_requests.get(one.id).reason == "Too far."
    app.button(key=f"w_town_undo_{one.id}").click().run()
    assert desk.town_requests.get(one.id).state == "waiting"
    monkeypatch.setattr(people, "session_token", lambda: "")
    app.button(key=f"w_town_done_{one.id}").click().run()
    assert desk.town_requests.get(one.id).state == "waiting"  # who lost the right does nothing
    assert not app.exception
