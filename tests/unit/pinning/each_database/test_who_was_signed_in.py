"""Who is signed in stays so by a clock that is put right; what is over is erased by rounds, days apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from pinning_builders import ADMINISTRATOR, look_daily

from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.services import guessing, retention, rounds, signing_in
from micropolis_map.services.caretaking import Caretaker
from micropolis_map.stores import account_store
from micropolis_map.stores.people_tables import TOKEN

PASSWORD = "a long enough sentence"


def invited(desk, login: str):
    """Somebody with an account and a password."""
    _, link = signing_in.invite(desk, ADMINISTRATOR, login, login, "administrator")
    return signing_in.accept_invitation(desk, link, PASSWORD)


def tokens(desk) -> int:
    with desk.care._database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(TOKEN)).scalar_one()


@pytest.mark.parametrize("days", [17, -3 * 365])
def test_who_signs_in_by_a_wrong_clock_signs_nobody_else_out(desk, clock, days):
    mine = signing_in.open_session(desk, invited(desk, "ola"))
    device = guessing.know_device(desk, mine)
    other = invited(desk, "ewa")
    invitation = signing_in.invite_again(desk, LOCAL_ADMINISTRATOR, invited(desk, "jan").id)

    def look() -> None:
        retention.erase_expired_tokens(desk, rounds.begin(desk))

    look()
    clock.move(days=days)
    assert signing_in.actor_of_session(desk, mine) is None
    theirs = signing_in.sign_in(desk, "ewa", PASSWORD)[1]
    guessing.know_device(desk, theirs)
    signing_in.open_session(desk, other)
    signing_in.invite_again(desk, LOCAL_ADMINISTRATOR, other.id)
    look()
    clock.move(days=2)
    look()
    clock.move(days=-2 - days)
    look()
    assert signing_in.actor_of_session(desk, mine).account_id
    assert guessing.is_known(desk, device, "ola")
    assert signing_in.accept_invitation(desk, invitation, PASSWORD).login == "jan"


def test_ended_sessions_are_erased_by_two_rounds_days_apart(desk, clock):
    ola = invited(desk, "ola")
    ended = signing_in.open_session(desk, ola)
    clock.move(days=13)
    open_still = signing_in.open_session(desk, ola)
    look_daily(desk, clock, 1)
    there = []
    for _ in range(4):
        clock.move(hours=24)
        Caretaker(desk).look()
        there.append(tokens(desk))
    assert there == [2, 2, 1, 1]
    assert signing_in.actor_of_session(desk, open_still) is not None
    assert signing_in.actor_of_session(desk, ended) is None


def test_an_account_has_so_many_sessions_and_the_last_stay(desk, clock, monkeypatch):
    monkeypatch.setattr(account_store, "MOST_SESSIONS", 4)
    ola, ewa = invited(desk, "ola"), invited(desk, "ewa")
    untouched = signing_in.open_session(desk, ewa)
    clock.now += timedelta(days=365)
    for _ in range(3):  # by a clock that was ahead: they open nothing once it is right
        signing_in.open_session(desk, ola)
    clock.now -= timedelta(days=365)
    opened = []

    def known() -> str:
        return signing_in.open_session(desk, ola)

    def by_password() -> str:
        return signing_in.sign_in(desk, "ola", PASSWORD)[1]

    for way in (by_password, known, known, known, known, by_password):
        clock.move(seconds=1)
        opened.append(way())
    alive = [signing_in.actor_of_session(desk, one) is not None for one in opened]
    assert alive == [False, False, True, True, True, True]
    assert signing_in.actor_of_session(desk, untouched) is not None
    assert tokens(desk) == 4 + 1
