"""Every page as everybody, and every callback of a page as who lost the account after it was drawn.

Pages are read from the navigation: one without a line in `WHO` fails.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from page_scripts import MAIN, ONE_PAGE, copied_data
from streamlit.testing.v1 import AppTest

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "tours"))

from desk_builders import a_session, an_account, middle_of, sent, stored_rows
from tour_senders import document, secret

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.account import Account
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.services import (
    guided_walks,
    moderating,
    removing_towns,
    signing_in,
    taking_care,
    touring_deciding,
    touring_suggesting,
    town_requests,
)
from micropolis_map.services.town_requests import TownWish
from micropolis_map.settings import Settings
from micropolis_map.ui import people
from micropolis_map.ui.pages import sign_in

STRANGER, ADMINISTRATOR = "stranger", "administrator"
PLANNER, SWITCHED_OFF = "planner", "switched-off account"
ORGANISER, ELSEWHERE, DISTRICT = "organiser", "organiser of another community", "organiser of a district"
ROLES = (STRANGER, ELSEWHERE, DISTRICT, ORGANISER, PLANNER, ADMINISTRATOR, SWITCHED_OFF)
EVERYBODY = frozenset(ROLES)
ORGANISERS = frozenset({ELSEWHERE, DISTRICT, ORGANISER, ADMINISTRATOR})

WHO = {
    **dict.fromkeys(("explore", "coverage", "compare", "planner", "work_centres"), EVERYBODY),
    **dict.fromkeys(("tours", "data", "about", "sign_in"), EVERYBODY),
    "moderation": ORGANISERS,
    "guided_walks": ORGANISERS,
    "import_export": frozenset({ORGANISER, ADMINISTRATOR}),
    "runs": frozenset({ORGANISER, PLANNER, ADMINISTRATOR}),
    "accounts": frozenset({ADMINISTRATOR}),
}
"""Who is shown a page of the navigation; others find the way in."""

NOT_OPEN = ("Planners and organisers of this community find", "Organisers of this community bring in files")
"""What two pages say to others, beside what is everybody's."""

WITH_CALLBACK = (
    ONE_PAGE
    + """
from streamlit.runtime.scriptrunner import get_script_run_ctx
if "then" in st.session_state:
    st.session_state["then"](get_script_run_ctx())
"""
)


_numbers = count(1)


@dataclass
class Town:
    """The demo town with something of everything that waits for somebody."""

    application: Any
    accounts: dict[str, Account]

    def rows(self) -> list[str]:
        """All that is stored, and which towns are not shown."""
        return [*map(repr, self.application.town_states.all().items()), *stored_rows(self.application)]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """One for all: who may not changes nothing of it."""
    folder = copied_data(tmp_path_factory.mktemp("everybody"))
    with pytest.MonkeyPatch.context() as patch:
        hasher = signing_in.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(signing_in, "_HASHER", hasher)  # its time is no matter here
        patch.setenv("MICROPOLIS_DATA", str(folder))
        st.cache_resource.clear()
        yield built(folder)


def built(folder: Path) -> Town:
    application = build_application(Settings.read({"MICROPOLIS_DATA": str(folder)}))
    application.publishing.renew()
    desk = application.participation
    accounts = {
        ADMINISTRATOR: an_account(application, "ada", "administrator", ()),
        ORGANISER: an_account(application, "ola", "organiser", ("demo",)),
        DISTRICT: an_account(application, "dan", "organiser", ("demo",), ("demo/Strandby",)),
        ELSEWHERE: an_account(application, "eli", "organiser", ("wawer",)),
        PLANNER: an_account(application, "pla", "planner", ("demo",)),
        SWITCHED_OFF: an_account(application, "off", "administrator", ()),
    }
    signing_in.change_account(desk, LOCAL_ADMINISTRATOR, replace(accounts[SWITCHED_OFF], active=False))
    at = middle_of(folder, "demo")
    sent(application, at, "Waiting pump")
    published = moderating.approve(desk, LOCAL_ADMINISTRATOR, sent(application, at, "Shown pump").id)
    taking_care.report(desk, "demo", published.id, "wrong", "Not here", secret("device"))
    name = "everybody-tour-0001"
    tour = touring_suggesting.TourSubmission(name, secret("ania"), "demo", document(), seconds=60.0)
    touring_suggesting.suggest(desk, tour)
    told = guided_walks.Announcement(
        moderated_tour(application), "2099-05-01T10:00", "Europe/Copenhagen", 60, "Quay", "Ola", 5
    )
    guided_walks.announce(desk, application.tour_store, LOCAL_ADMINISTRATOR, "demo", told)
    wish = TownWish("town-request-000001", secret("ania"), "Annecy", "France", "Why not", seconds=60.0)
    town_requests.ask(desk, wish)
    removing_towns.hide(application, LOCAL_ADMINISTRATOR, "cagliari")
    return Town(application, accounts)


def moderated_tour(application: Any) -> str:
    """A published walk."""
    name, told = "everybody-tour-0002", document("Shown walk")
    tour = touring_suggesting.TourSubmission(name, secret("ania"), "demo", told, seconds=60.0)
    shared = touring_suggesting.suggest(application.participation, tour).shared
    touring_deciding.approve_tour(application.participation, LOCAL_ADMINISTRATOR, shared.id)
    return shared.id


@dataclass
class Clicks:
    """Presses whatever a page was drawn with; `first` is done between drawing and pressing."""

    town: Town
    first: Callable[[], object]
    pressed: int = 0
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)

    def __call__(self, context: Any) -> None:
        drawn = list(context.session_state._state._new_widget_state.widget_metadata.values())
        self.first()
        self.before = self.town.rows()
        for widget in drawn:
            if widget.callback is not None:
                self.pressed += 1
                # Pressed in the same run, some may not set the fields that were just drawn: no matter here.
                with suppress(Exception):
                    widget.callback(*(widget.callback_args or ()), **(widget.callback_kwargs or {}))
        self.after = self.town.rows()


def clicked(
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    account: Account,
    page: str,
    first: Callable[[], object],
    **state: Any,
) -> Clicks:
    token = a_session(town.application, account)
    monkeypatch.setattr(people, "session_token", lambda: token)
    clicks = Clicks(town, first)
    app = AppTest.from_string(WITH_CALLBACK.format(name=page), default_timeout=300)
    app.query_params["community"] = "demo"
    for name, value in {"then": clicks, **state}.items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return clicks


CLICKED: list[tuple[str, dict[str, Any]]] = [
    ("moderation", {}),
    ("moderation", {"w_desk": "walks"}),
    ("guided_walks", {}),
    ("accounts", {}),
    ("data", {}),
    ("runs", {}),
    ("import_export", {}),
    ("tours", {}),
]
CHANGING = CLICKED[:5]
"""Pages on which these presses change something as long as the account is there."""


@pytest.mark.parametrize(("page", "state"), CLICKED)
def test_who_lost_the_account_changes_nothing(town, monkeypatch, page, state):
    account = an_account(town.application, f"gone{next(_numbers)}", "administrator", ())

    def switch_off() -> None:
        desk = town.application.participation
        signing_in.change_account(desk, LOCAL_ADMINISTRATOR, replace(account, active=False))

    clicks = clicked(town, monkeypatch, account, page, switch_off, **state)
    assert clicks.pressed
    assert clicks.after == clicks.before


def test_every_page_of_the_navigation_has_a_line(town):
    app = AppTest.from_file(str(MAIN), default_timeout=300).run()
    assert set(app.session_state["mm_pages"]) == set(WHO)


@pytest.mark.parametrize("page", [page for page, who in WHO.items() if who != EVERYBODY])
def test_who_may_not_finds_the_way_in(town, run_page, monkeypatch, page):
    shown = set()
    for role in ROLES:
        account = town.accounts.get(role)
        token = a_session(town.application, account) if account else ""
        monkeypatch.setattr(people, "session_token", lambda token=token: token)
        ways: list[str] = []
        monkeypatch.setattr(sign_in, "page", lambda ways=ways: ways.append("page"))
        monkeypatch.setattr(sign_in, "ways_in", lambda *_, ways=ways: ways.append("ways in"))
        app = run_page(page, community="demo", lang="en")
        assert not app.exception, role
        if not ways and not any(words in part.value for part in app.markdown for words in NOT_OPEN):
            shown.add(role)
    assert shown == WHO[page]


@pytest.mark.parametrize(("page", "state"), CHANGING)
def test_the_same_presses_change_something_while_the_account_is_there(town, monkeypatch, page, state):
    account = an_account(town.application, f"there{next(_numbers)}", "administrator", ())
    clicks = clicked(town, monkeypatch, account, page, lambda: None, **state)
    assert clicks.after != clicks.before
