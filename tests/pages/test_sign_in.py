"""Sign-in and accounts under AppTest; the cookie itself is set by our routes, in browser tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import a_session, an_account

from micropolis_map.bootstrap import build_application
from micropolis_map.services import signing_in
from micropolis_map.settings import Settings
from micropolis_map.ui import people
from micropolis_map.web import requests


@pytest.fixture
def application(data):
    return build_application(Settings.read({"MICROPOLIS_DATA": str(data)}))


@pytest.fixture
def administrator(application, monkeypatch):
    account = an_account(application, "ada", role="administrator", communities=())
    token = a_session(application, account)
    monkeypatch.setattr(people, "session_token", lambda: token)
    return account


def text_of(app) -> str:
    return "\n".join(element.proto.body for element in app.get("html")) + "\n".join(
        element.value for element in (*app.markdown, *app.warning, *app.success, *app.info)
    )


def test_the_pages_read_the_cookie_that_the_routes_set():
    assert people.COOKIE == requests.COOKIE


def test_a_resident_finds_the_way_in(application, run_page):
    an_account(application, "ada", role="administrator", communities=())
    app = run_page("sign_in")
    assert not app.exception
    assert "need no account" in text_of(app)
    assert len(app.get("bidi_component")) == 1


def test_who_is_signed_in_is_said_with_the_way_out(application, administrator, run_page):
    app = run_page("sign_in")
    assert not app.exception
    assert "Ada Example" in text_of(app)
    assert "Administrator" in text_of(app)


@pytest.mark.parametrize("link", ["setup", "invited"])
def test_a_one_time_link_opens_its_form(application, explore, link):
    app = explore(**{link: "token-0123456789abcdefghijkl"})
    assert not app.exception
    assert len(app.get("bidi_component")) == 1
    assert not [button for button in app.button if (button.key or "").startswith("w_open_")]


def test_an_ended_session_is_a_resident_again(application, administrator, run_page):
    signing_in.sign_out(application.participation, people.session_token())
    app = run_page("accounts")
    assert "Accounts" not in text_of(app)
    assert "Sign in" in text_of(app)


def test_only_administrators_see_accounts(application, run_page, monkeypatch):
    token = a_session(application, an_account(application))
    monkeypatch.setattr(people, "session_token", lambda: token)
    app = run_page("accounts")
    assert not app.exception
    assert "w_invite" not in {button.key for button in app.button}


def test_an_invitation_gives_a_link_that_works_once(application, administrator, run_page):
    app = run_page("accounts")
    assert not app.exception
    app.text_input(key="w_invite_login").input("ewa@example.org")
    app.text_input(key="w_invite_name").input("Ewa")
    app.multiselect(key="w_invite_communities").select("demo")
    app.button(key="w_invite").click().run()
    assert not app.exception
    link = app.code[0].value
    token = link.split("invited=")[1]
    account = signing_in.accept_invitation(application.participation, token, "correct horse battery")
    assert (account.login, account.role, account.communities) == ("ewa@example.org", "organiser", ("demo",))


def test_a_role_is_changed_and_the_last_administrator_stays_one(application, administrator, run_page):
    other = an_account(application, "ola")
    app = run_page("accounts")
    app.selectbox(key=f"w_role_{other.id}").select("planner")
    app.toggle(key=f"w_active_{other.id}").set_value(False)
    app.button(key=f"w_save_{other.id}").click().run()
    changed = application.participation.accounts.get(other.id)
    assert (changed.role, changed.active) == ("planner", False)
    app.toggle(key=f"w_active_{administrator.id}").set_value(False)
    app.button(key=f"w_save_{administrator.id}").click().run()
    assert application.participation.accounts.get(administrator.id).active
    assert "last administrator" in text_of(app)
