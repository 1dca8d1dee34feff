"""The first administrator, invitations, passwords, sessions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pinning_builders import ADMINISTRATOR, ORGANISER

from micropolis_map.errors import Conflict, InvalidInput, NotAllowed, NotFound
from micropolis_map.services import signing_in

PASSWORD = "correct horse battery"


@pytest.fixture
def first(desk):
    return signing_in.set_up(desk, signing_in.setup_link(desk), "Ada@Example.org", "Ada", PASSWORD)


def test_the_setup_link_works_once(desk):
    token = signing_in.setup_link(desk)
    account = signing_in.set_up(desk, token, "Ada@Example.org", "Ada", PASSWORD)
    assert (account.login, account.role) == ("ada@example.org", "administrator")
    assert signing_in.setup_link(desk) is None
    with pytest.raises(NotAllowed):
        signing_in.set_up(desk, token, "eve", "Eve", PASSWORD)
    assert [a.login for a in signing_in.accounts(desk, ADMINISTRATOR)] == ["ada@example.org"]


def test_only_the_newest_setup_link_works_and_not_for_ever(desk, clock):
    old, new = signing_in.setup_link(desk), signing_in.setup_link(desk)
    for token in (old, "x" * 32):
        with pytest.raises(NotFound, match="one-time"):
            signing_in.set_up(desk, token, "ada", "Ada", PASSWORD)
    clock.move(hours=signing_in.LINK_HOURS, seconds=1)
    with pytest.raises(NotFound, match="one-time"):
        signing_in.set_up(desk, new, "ada", "Ada", PASSWORD)
    assert signing_in.setup_link(desk) is not None


def test_a_weak_password_does_not_spend_the_link(desk):
    token = signing_in.setup_link(desk)
    with pytest.raises(InvalidInput, match="characters"):
        signing_in.set_up(desk, token, "ada", "Ada", "short")
    assert signing_in.set_up(desk, token, "ada", "Ada", PASSWORD).role == "administrator"


def test_neither_password_nor_token_is_stored(desk, first, tmp_path):
    _, session = signing_in.sign_in(desk, "ada@example.org", PASSWORD)
    data = b"".join(path.read_bytes() for path in tmp_path.glob("micropolis.sqlite*"))
    assert b"$argon2id$" in data
    assert PASSWORD.encode() not in data
    assert session.encode() not in data


def test_a_session_ends_by_time_by_hand_and_with_the_account(desk, first, clock):
    account, session = signing_in.sign_in(desk, " ADA@example.org ", PASSWORD)
    assert signing_in.actor_of_session(desk, session).account_id == account.id
    assert signing_in.actor_of_session(desk, "x" * 32) is None
    assert signing_in.actor_of_session(desk, "") is None
    other = signing_in.open_session(desk, account)
    signing_in.sign_out(desk, session)
    assert signing_in.actor_of_session(desk, session) is None
    assert signing_in.actor_of_session(desk, other) is not None
    clock.move(days=signing_in.SESSION_DAYS, seconds=1)
    assert signing_in.actor_of_session(desk, other) is None


def test_an_invitation_sets_a_password_once(desk, first):
    account, token = signing_in.invite(
        desk, first.actor, "ola@example.org", "Ola", "organiser", ("wawer",), ("wawer/Anin",)
    )
    with pytest.raises(NotAllowed):
        signing_in.sign_in(desk, "ola@example.org", "")
    signing_in.accept_invitation(desk, token, "a new long password")
    with pytest.raises(NotFound):
        signing_in.accept_invitation(desk, token, "another long password")
    found, session = signing_in.sign_in(desk, "ola@example.org", "a new long password")
    actor = signing_in.actor_of_session(desk, session)
    assert (found.id, actor.role, actor.districts) == (account.id, "organiser", {"wawer/Anin"})
    again = signing_in.invite_again(desk, first.actor, account.id)
    signing_in.accept_invitation(desk, again, "the third long password")
    signing_in.sign_in(desk, "ola@example.org", "the third long password")


@pytest.mark.parametrize(
    ("login", "role", "communities", "districts", "error"),
    [
        ("ada@example.org", "organiser", (), (), Conflict),
        ("two words", "organiser", (), (), InvalidInput),
        ("x@y.org", "king", (), (), InvalidInput),
        ("x@y.org", "resident", (), (), InvalidInput),
        ("x@y.org", "organiser", ("atlantis",), (), NotFound),
        ("x@y.org", "organiser", ("wawer",), ("wawer/Atlantis",), NotFound),
    ],
)
def test_accounts_that_cannot_be(desk, first, login, role, communities, districts, error):
    with pytest.raises(error):
        signing_in.invite(desk, first.actor, login, "X", role, communities, districts)
    assert len(signing_in.accounts(desk, first.actor)) == 1


def test_only_administrators_make_accounts(desk, first):
    with pytest.raises(NotAllowed):
        signing_in.invite(desk, ORGANISER, "x@y.org", "X", "administrator")
    with pytest.raises(NotAllowed):
        signing_in.accounts(desk, ORGANISER)
    with pytest.raises(NotAllowed):
        signing_in.change_account(desk, ORGANISER, first)


def test_the_last_administrator_stays(desk, first):
    for changed in (replace(first, role="planner"), replace(first, active=False)):
        with pytest.raises(InvalidInput, match="last administrator"):
            signing_in.change_account(desk, first.actor, changed)


def test_a_closed_account_is_out_at_once(desk, first):
    account, token = signing_in.invite(desk, first.actor, "ola", "Ola", "organiser", ("wawer",))
    signing_in.accept_invitation(desk, token, PASSWORD)
    _, session = signing_in.sign_in(desk, "ola", PASSWORD)
    signing_in.change_account(desk, first.actor, replace(account, active=False))
    assert signing_in.actor_of_session(desk, session) is None
    with pytest.raises(NotAllowed):
        signing_in.sign_in(desk, "ola", PASSWORD)


def test_a_new_password_ends_the_sessions_before_it(desk, first):
    _, stolen = signing_in.sign_in(desk, "ada@example.org", PASSWORD)
    link = signing_in.invite_again(desk, first.actor, first.id)
    assert signing_in.actor_of_session(desk, stolen) is not None
    account = signing_in.accept_invitation(desk, link, "a new long password")
    assert signing_in.actor_of_session(desk, stolen) is None
    assert signing_in.actor_of_session(desk, signing_in.open_session(desk, account)) is not None


def test_a_link_for_somebody_closes_the_old_password_and_what_is_open(desk, first):
    account, token = signing_in.invite(desk, first.actor, "ola", "Ola", "organiser", ("wawer",))
    signing_in.accept_invitation(desk, token, PASSWORD)
    _, session = signing_in.sign_in(desk, "ola", PASSWORD)
    link = signing_in.invite_again(desk, first.actor, account.id)
    assert signing_in.actor_of_session(desk, session) is None
    with pytest.raises(NotAllowed):
        signing_in.sign_in(desk, "ola", PASSWORD)
    signing_in.accept_invitation(desk, link, "a new long password")
    assert signing_in.sign_in(desk, "ola", "a new long password")[0].id == account.id


def test_a_link_of_ones_own_locks_nobody_out(desk, first):
    _, session = signing_in.sign_in(desk, first.login, PASSWORD)
    signing_in.invite_again(desk, first.actor, first.id)
    assert signing_in.actor_of_session(desk, session) is not None
    assert signing_in.sign_in(desk, first.login, PASSWORD)[0].id == first.id
