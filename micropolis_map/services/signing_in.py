"""Signing in: a one-time link for the first administrator, passwords, sessions."""

from __future__ import annotations

import re
import secrets
import threading
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from micropolis_map.domain.account import Account
from micropolis_map.domain.freshness import iso
from micropolis_map.domain.password import is_guessable
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, ROLES, Actor, Role, require
from micropolis_map.domain.secret import hashed, new_secret
from micropolis_map.domain.visible_text import visible
from micropolis_map.errors import InvalidInput, NotAllowed, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services import guessing
from micropolis_map.services.participation import Participation
from micropolis_map.stores.account_store import TokenKind

SESSION_DAYS = 14
LINK_HOURS = 72
MIN_PASSWORD = 12
MAX_PASSWORD = 512

_LOGIN = re.compile(r"[^\s@,;<>\"]{1,100}(@[^\s@,;<>\"]{1,99})?")
_HASHER = PasswordHasher()
_HASHING = threading.BoundedSemaphore(2)
"""Each takes 64 MB: a crowd that signs in waits for each other."""
_WRONG = mark("login or password is wrong")


def setup_link(desk: Participation) -> str | None:
    """Return a fresh one-time token for the first administrator; None when there is one already.

    Older tokens open nothing any more; this one expires after `LINK_HOURS`.
    """
    return None if desk.accounts.has_administrator() else _link(desk, "setup", "")


def set_up(desk: Participation, token: str, login: str, name: str, password: str) -> Account:
    """Spend the setup token and make the first administrator.

    Raises
    ------
    NotFound
        The token is unknown, spent or expired.
    NotAllowed
        There is an administrator already.
    """
    account = _new_account(desk, login, name, "administrator")
    return desk.accounts.add_with_token(account, _hash(password), hashed(token), desk.moment())


def invite(
    desk: Participation, actor: Actor, login: str, name: str, role: Role,
    communities: tuple[str, ...] = (), districts: tuple[str, ...] = (),
) -> tuple[Account, str]:  # fmt: skip
    """Make an account; return it and the one-time token by which its owner sets a password."""
    require(actor, "manage_accounts")
    _check_scope(desk, communities, districts)
    account = replace(
        _new_account(desk, login, name, role), communities=tuple(communities), districts=tuple(districts)
    )
    desk.accounts.add(account, by=actor.account_id)
    return account, _link(desk, "invitation", account.id)


def invite_again(desk: Participation, actor: Actor, account_id: str) -> str:
    """Return a fresh one-time token to set a password with: for a forgotten one.

    The old password opens nothing any more and what is open ends: it may be in the wrong hands. Only where
    an administrator asks for a link of their own both stay until the link is used: who loses it is not out.

    Raises
    ------
    NotAllowed
        The actor manages no accounts, or cannot sign in any more since somebody else closed that.
    """
    require(actor, "manage_accounts")
    if actor.account_id == account_id:
        return _link(desk, "invitation", desk.accounts.get(account_id).id)
    token, by = new_secret(), "" if actor == LOCAL_ADMINISTRATOR else actor.account_id
    desk.accounts.close_password(account_id, by, hashed(token), desk.moment(), _link_expires(desk))
    return token


def accept_invitation(desk: Participation, token: str, password: str) -> Account:
    """Spend the invitation and set the password."""
    return desk.accounts.set_password(hashed(token), _hash(password), desk.moment())


def change_account(desk: Participation, actor: Actor, account: Account) -> Account:
    """Write name, role, scope and whether they may sign in; the last administrator stays one."""
    require(actor, "manage_accounts")
    old = desk.accounts.get(account.id)  # what they look after already may be hidden
    communities = tuple(slug for slug in account.communities if slug not in old.communities)
    districts = tuple(one for one in account.districts if one not in old.districts)
    _check_scope(desk, communities, districts)
    named = replace(account, name=visible(account.name).strip() or account.login)
    return desk.accounts.replace(named, by=actor.account_id)


def accounts(desk: Participation, actor: Actor) -> list[Account]:
    """Return all accounts by login."""
    require(actor, "manage_accounts")
    return list(desk.accounts.accounts())


def sign_in(
    desk: Participation, login: str, password: str, address: str = "", device: str = ""
) -> tuple[Account, str]:
    """Return the account and the token of its new session.

    Parameters
    ----------
    device
        The token of a device (`guessing.know_device`), empty without one.

    Raises
    ------
    NotAllowed
        The login is unknown, the password wrong, or the account closed: always with the same words, after
        the same work.
    TooMany
        After wrong passwords there is a wait; never on a device on which the account signed in before.
    """
    name = login.strip().lower()[:200]
    known = guessing.is_known(desk, device, name)
    counted = () if known else guessing.slow_down(desk, name, address)
    found = desk.accounts.by_login(name)
    account, kept = found or (None, "")
    right = _is_right(kept or _nobodys_hash(), password) and bool(kept)
    if account is None or not right or not account.active:
        raise NotAllowed(_WRONG, mark("try again, or ask an administrator for a new link"))
    token = new_secret()
    if not desk.accounts.open_session(hashed(token), account.id, kept, desk.moment(), _session_expires(desk)):
        raise NotAllowed(_WRONG, mark("try again, or ask an administrator for a new link"))
    if known:
        guessing.forgive_device(desk, device)
    else:
        guessing.forgive(desk, name, address, counted)
    return account, token


def open_session(desk: Participation, account: Account) -> str:
    """Return the token of a new session of the account, which the caller has made sure of."""
    token = new_secret()
    desk.accounts.add_token(hashed(token), "session", account.id, desk.moment(), _session_expires(desk))
    return token


def actor_of_session(desk: Participation, token: str) -> Actor | None:
    """Return who the session belongs to; None for none, an ended one, or a closed account."""
    account = desk.accounts.session(hashed(token), desk.moment()) if token else None
    return account.actor if account else None


def sign_out(desk: Participation, token: str) -> None:
    """End the session."""
    desk.accounts.end_token(hashed(token))


def _link(desk: Participation, kind: TokenKind, account_id: str) -> str:
    token = new_secret()
    desk.accounts.add_token(hashed(token), kind, account_id, desk.moment(), _link_expires(desk))
    return token


def _link_expires(desk: Participation) -> str:
    return iso(desk.now() + timedelta(hours=LINK_HOURS))


def _session_expires(desk: Participation) -> str:
    return iso(desk.now() + timedelta(days=SESSION_DAYS))


def _new_account(desk: Participation, login: str, name: str, role: Role) -> Account:
    clean = login.strip().lower()
    if not _LOGIN.fullmatch(clean):
        raise InvalidInput(
            mark("login {login} is not usable"),
            mark("use an e-mail address or a name without blanks"),
            login=repr(login[:80]),
        )
    if role not in ROLES or role == "resident":
        raise InvalidInput(f"role is {role!r}", "give organiser, planner or administrator")
    return Account(
        secrets.token_hex(8), clean, visible(name).strip()[:200] or clean, role, created=desk.moment()
    )


def _check_scope(desk: Participation, communities: tuple[str, ...], districts: tuple[str, ...]) -> None:
    for slug in communities:
        desk.communities.get(slug)
    for full in districts:
        slug, _, name = full.partition("/")
        if name not in {district.name for district in desk.communities.get(slug).districts}:
            raise NotFound(
                mark("there is no district {name}"), mark("write it as community/district"), name=repr(full)
            )


def _hash(password: str) -> str:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidInput(
            mark("the password has {n} characters"),
            mark("choose one of at least {least}"),
            n=len(password),
            least=MIN_PASSWORD,
        )
    if is_guessable(password):
        raise InvalidInput(
            mark("this password is one of those that are tried first"),
            mark("choose another: some words that do not belong together, for example"),
        )
    with _HASHING:
        return _HASHER.hash(password)


def _is_right(kept: str, password: str) -> bool:
    try:
        with _HASHING:
            return _HASHER.verify(kept, password[: MAX_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """Return a hash to compare with where there is no account: so that it takes as long."""
    with _HASHING:
        return _HASHER.hash(new_secret())
