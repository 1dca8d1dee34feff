"""Hiding, showing and erasing a town on the Data page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.services import removing_towns
from micropolis_map.settings import Settings
from micropolis_map.ui import people


@pytest.fixture
def application(data):
    return build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))


@pytest.fixture
def signed_in(application, monkeypatch):
    def sign_in(login: str, role: str = "administrator", communities: tuple[str, ...] = ()) -> None:
        token = a_session(application, an_account(application, login, role=role, communities=communities))
        monkeypatch.setattr(people, "session_token", lambda: token)

    return sign_in


def keys(app) -> set[str]:
    return {button.key for button in app.button}


def test_a_town_is_hidden_shown_and_erased_in_two_steps(application, run_page, signed_in):
    signed_in("ada")
    app = run_page("data", community="wawer", lang="en")
    assert not [key for key in keys(app) if key and key.startswith("w_erase_")]
    app.button(key="w_hide_town").click().run()
    assert not app.exception
    assert "wawer" not in application.community_store.slugs()
    assert "show it again" in app.success[0].value
    app.button(key="w_show_wawer").click().run()
    assert "wawer" in application.community_store.slugs()
    run_page("data", community="wawer", lang="en").button(key="w_hide_town").click().run()
    app = run_page("data", community="wawer", lang="en")
    app.button(key="w_erase_wawer").click().run()
    assert not app.exception
    assert application.participation.places.places("wawer", published_only=False) == []
    assert "w_show_wawer" not in keys(app)


def test_nobody_else_finds_the_button_and_who_lost_the_right_does_nothing(
    application, run_page, signed_in, monkeypatch
):
    signed_in("ola", "organiser", ("wawer",))
    assert "w_hide_town" not in keys(run_page("data", community="wawer", lang="en"))
    signed_in("ada")
    app = run_page("data", community="wawer", lang="en")
    monkeypatch.setattr(people, "session_token", lambda: "")
    app.button(key="w_hide_town").click().run()
    assert not app.exception
    assert "wawer" in application.community_store.slugs()


PAGES = ("explore", "coverage", "compare", "planner", "work_centres", "tours", "data", "about", "sign_in")


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_no_hidden_town_on_any_page(application, run_page, explore, page):
    """A page that asks for it is drawn as for a town that never was: for the first town there is."""
    removing_towns.hide(application, LOCAL_ADMINISTRATOR, "cagliari")
    query = {"community": "cagliari", "lang": "en"}
    app = explore(**query) if page == "explore" else run_page(page, **query)
    assert not app.exception
    assert app.main.children or app.sidebar.children
    drawn = f"{app.main} {app.sidebar}".lower()
    at = drawn.find("cagliari")
    assert at < 0, drawn[max(0, at - 200) : at + 200]
