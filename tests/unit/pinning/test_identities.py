"""Who comes in with OpenID Connect: first by a verified address, then by issuer and subject."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from pinning_builders import ADMINISTRATOR, ORGANISER

from micropolis_map.errors import NotAllowed
from micropolis_map.services import openid, signing_in

ADDRESS = "ada@example.org"


@pytest.fixture
def ada(desk):
    return signing_in.invite(desk, ADMINISTRATOR, ADDRESS, "Ada", "organiser", ("wawer",))[0]


def claims(clock, subject: str = "ada", **changes):
    said = {"iss": "https://login.example.org", "sub": subject, "iat": int(clock.now.timestamp())}
    return said | {"email": ADDRESS, "email_verified": True} | changes


def comes_in(desk, said) -> str | None:
    actor = openid.actor_of_identity(desk, said)
    return actor and actor.account_id


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"email": "Ada@Example.org"}, True),
        ({"email_verified": "true"}, True),  # as Amazon Cognito writes it
        *(
            ({"email_verified": claimed}, False)
            for claimed in (False, "false", "True", "no", "", None, 0, 1, [True], {"true": True})
        ),
        ({"email": "eve@example.org"}, False),
        ({"email": None}, False),
        *(
            ({name: wrong}, False)
            for name in ("iss", "sub")
            for wrong in ("", None, 7, ["x"], "x" * 501, "nul\x00", "\ud800")
        ),
        *(({"iat": odd}, True) for odd in (None, "now", True, 10**400, float("nan"), -(10**18))),
    ],
)
def test_the_first_time_counts_a_verified_address(desk, ada, clock, changes, known):
    assert (comes_in(desk, claims(clock, **changes)) == ada.id) is known
    assert desk.accounts.get(ada.id).has_identity is known
    assert not openid.is_taken(desk, claims(clock, **changes))


def test_without_an_address_nobody_is_known(desk, ada, clock):
    said = claims(clock)
    for name in ("email", "email_verified", "iss", "sub"):
        assert comes_in(desk, {key: value for key, value in said.items() if key != name}) is None
    assert comes_in(desk, {}) is None


def test_then_issuer_and_subject_count_and_the_address_does_not(desk, ada, clock):
    assert comes_in(desk, claims(clock)) == ada.id
    for changes in ({"email": "married@example.org"}, {"email_verified": False}, {"email": None}):
        assert comes_in(desk, claims(clock, **changes)) == ada.id
    for other in (claims(clock, "eve"), claims(clock, iss="https://elsewhere.example.org")):
        assert comes_in(desk, other) is None
        assert openid.is_taken(desk, other)
    assert not openid.is_taken(desk, claims(clock))


def test_one_identity_has_one_account(desk, ada, clock):
    bea, _ = signing_in.invite(desk, ADMINISTRATOR, "bea@example.org", "Bea", "organiser", ("wawer",))
    assert comes_in(desk, claims(clock)) == ada.id
    assert comes_in(desk, claims(clock, email=bea.login)) == ada.id
    assert not desk.accounts.get(bea.id).has_identity


def test_an_administrator_lets_another_sign_in_in(desk, ada, clock):
    old = claims(clock)
    assert comes_in(desk, old) == ada.id
    with pytest.raises(NotAllowed):
        openid.forget_identity(desk, ORGANISER, ada.id)
    clock.move(minutes=5)
    assert not openid.forget_identity(desk, ADMINISTRATOR, ada.id).has_identity
    assert comes_in(desk, old) is None  # a cookie that is still open does not come first
    assert comes_in(desk, claims(clock, "ada-2")) == ada.id
    clock.move(minutes=5)
    assert comes_in(desk, claims(clock, "ada")) is None


def test_a_closed_account_is_out_at_once(desk, ada, clock):
    closed = replace(ada, active=False)
    signing_in.change_account(desk, ADMINISTRATOR, closed)
    assert comes_in(desk, claims(clock)) is None
    signing_in.change_account(desk, ADMINISTRATOR, ada)
    assert comes_in(desk, claims(clock)) == ada.id
    signing_in.change_account(desk, ADMINISTRATOR, closed)
    assert comes_in(desk, claims(clock)) is None
    assert not openid.is_taken(desk, claims(clock, "eve"))


def test_of_two_who_come_first_at_once_one_is_in(desk, ada, clock):
    begin, came = threading.Barrier(6), []

    def come(subject: str) -> None:
        begin.wait()
        came.append(comes_in(desk, claims(clock, subject)))

    threads = [threading.Thread(target=come, args=(f"subject-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, came)) == sorted(["None"] * 5 + [ada.id])
