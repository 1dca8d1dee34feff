"""Accounts, and the hashed tokens of sessions and one-time links."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.account import Account, Identity
from micropolis_map.domain.freshness import iso
from micropolis_map.domain.permission import ROLES
from micropolis_map.errors import Conflict, InvalidInput, NotAllowed, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store
from micropolis_map.stores.damage import Kind, Row, texts_of
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import ACCOUNT, IDENTITY, TOKEN

TokenKind = Literal["session", "setup", "invitation", "device"]
MOST_SESSIONS = 50
"""So many sessions of an account are kept, the last ones: who signs in again and again fills no disk."""
MOST_DEVICES = 20
"""So many devices of an account are known, the ones that signed in last."""
AHEAD = timedelta(hours=1)
"""So long after now a token may say it was made; clocks are put right every day."""

_KNOWN = sa.exists().where(IDENTITY.c.account_id == ACCOUNT.c.id).correlate(ACCOUNT).label("has_identity")
_ACCOUNTS = sa.select(ACCOUNT, _KNOWN)
_ADMINISTRATORS = sa.select(ACCOUNT.c.id).where(ACCOUNT.c.role == "administrator", ACCOUNT.c.active)


class SqlAccountStore:
    """Accounts on SQLite and PostgreSQL; moments are ISO 8601 texts, tokens are hashes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts(self) -> Sequence[Account]:
        """Return all accounts by login."""
        with self._database.reading() as connection:
            return ACCOUNTS.readable(connection, _ACCOUNTS, ACCOUNT.c.login)

    def get(self, account_id: str) -> Account:
        """Return the account; `NotFound` without one."""
        with self._database.reading() as connection:
            return _kept(connection, account_id)

    def by_login(self, login: str) -> tuple[Account, str] | None:
        """Return the account and its password's hash, None for an unknown login."""
        query = _ACCOUNTS.where(ACCOUNT.c.login == login.strip().lower())
        with self._database.reading() as connection:
            account = ACCOUNTS.one(connection, query)
            secret = connection.execute(query.with_only_columns(ACCOUNT.c.password)).scalar()
        return None if account is None else (account, str(secret))

    def has_administrator(self) -> bool:
        """Return whether an administrator may sign in."""
        with self._database.reading() as connection:
            return connection.execute(_ADMINISTRATORS.limit(1)).first() is not None

    def add(self, account: Account, password: str = "", by: str = "") -> Account:
        """Add the account with its password's hash; `Conflict` when the login is taken.

        `by` as in `replace`.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            _check_still_administers(connection, by)
            _add(connection, account, password)
        return account

    def add_with_token(self, account: Account, password: str, token: str, now: str) -> Account:
        """Spend the setup token and add the first administrator, both or neither.

        Raises
        ------
        NotFound
            The token is unknown, spent or expired.
        NotAllowed
            There is an administrator already.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            if connection.execute(_ADMINISTRATORS.limit(1)).first() is not None:
                raise NotAllowed(
                    mark("the map has an administrator already"), mark("ask them for an account")
                )
            _spend(connection, token, "setup", now)
            _add(connection, account, password)
        return account

    def set_password(self, token: str, password: str, now: str) -> Account:
        """Spend the invitation and keep the password's hash; the account's sessions end.

        `NotFound` as in `add_with_token`.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            account_id = _spend(connection, token, "invitation", now)
            mine = ACCOUNT.c.id == account_id
            connection.execute(sa.update(ACCOUNT).where(mine).values(password=password))
            # Whoever has an old cookie may be the reason for the new password.
            connection.execute(sa.delete(TOKEN).where(TOKEN.c.account_id == account_id))
            return _kept(connection, account_id)

    def replace(self, account: Account, by: str = "") -> Account:
        """Write name, role, communities, districts and whether they may sign in; sessions end when not.

        Parameters
        ----------
        by
            The account of the administrator who does it; one that is not kept here is not asked.

        Raises
        ------
        NotAllowed
            That administrator is none any more.
        NotFound
            There is no such account.
        InvalidInput
            Nobody else who may sign in is an administrator, and this one would not be either.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)  # two who demote each other at once: one of them stays
            _check_still_administers(connection, by)
            _check_one_stays(connection, account)
            values = _row(account)
            connection.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == account.id).values(values))
            if not account.active:
                connection.execute(sa.delete(TOKEN).where(TOKEN.c.account_id == account.id))
        return account

    def add_token(self, token: str, kind: TokenKind, account_id: str, created: str, expires: str) -> None:
        """Keep a token's hash; of setup and invitations only the newest one of an account stays."""
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            if kind == "session":
                _make_room(connection, kind, account_id, MOST_SESSIONS, created)
            else:
                old = (TOKEN.c.kind == kind, TOKEN.c.account_id == account_id)
                connection.execute(sa.delete(TOKEN).where(*old))
            _insert(connection, token, kind, account_id, created, expires)

    def open_session(self, token: str, account_id: str, password: str, created: str, expires: str) -> bool:
        """Keep a session's hash if the account may sign in, and still by the password of this hash.

        Returns whether it did: between looking at a password and opening the session the account may have
        been closed or given a new one, and that ended all sessions there were.
        """
        unchanged = (ACCOUNT.c.id == account_id, ACCOUNT.c.active, ACCOUNT.c.password == password)
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            if connection.execute(sa.select(ACCOUNT.c.id).where(*unchanged)).first() is None:
                return False
            _make_room(connection, "session", account_id, MOST_SESSIONS, created)
            _insert(connection, token, "session", account_id, created, expires)
            return True

    def close_password(self, account_id: str, by: str, token: str, created: str, expires: str) -> None:
        """Take the account its password and its tokens; only the invitation that is kept here opens it now.

        Parameters
        ----------
        by
            The account of the administrator who does it; empty for whoever holds the server.

        Raises
        ------
        NotAllowed
            That administrator cannot sign in any more: of two who close each other's password one stays.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            _kept(connection, account_id)
            if by and not _signs_in(_kept(connection, by)):
                raise NotAllowed(
                    mark("your own sign-in was closed meanwhile"), mark("sign in again by your new link")
                )
            connection.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(password=""))
            connection.execute(sa.delete(TOKEN).where(TOKEN.c.account_id == account_id))
            _insert(connection, token, "invitation", account_id, created, expires)

    def know_device(self, token: str, session: str, created: str, expires: str, replaces: str = "") -> None:
        """Keep that the account of a session signed in on a device; the token replaces the one it had."""
        holds = sa.select(TOKEN.c.account_id).where(TOKEN.c.hash == session, TOKEN.c.kind == "session")
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            account_id = connection.execute(holds).scalar_one_or_none()
            if account_id is None:  # a new password ended the session meanwhile
                return
            devices = (TOKEN.c.kind == "device", TOKEN.c.account_id == account_id)
            connection.execute(sa.delete(TOKEN).where(*devices, TOKEN.c.hash == replaces))
            _make_room(connection, "device", account_id, MOST_DEVICES, created)
            _insert(connection, token, "device", account_id, created, expires)

    def is_device(self, token: str, login: str, now: str) -> bool:
        """Return whether the login's account signed in on the device that holds the token."""
        query = sa.select(TOKEN.c.hash).join(ACCOUNT, TOKEN.c.account_id == ACCOUNT.c.id)
        query = query.where(TOKEN.c.hash == token, TOKEN.c.kind == "device", *_alive(now))
        with self._database.reading() as connection:
            found = connection.execute(query.where(ACCOUNT.c.login == login.strip().lower()))
            return found.first() is not None

    def session(self, token: str, now: str) -> Account | None:
        """Return whose session it is, None for one that ended, or whose account may not sign in any more."""
        query = _ACCOUNTS.join(TOKEN, TOKEN.c.account_id == ACCOUNT.c.id)
        query = query.where(TOKEN.c.hash == token, TOKEN.c.kind == "session", *_alive(now))
        with self._database.reading() as connection:
            found = ACCOUNTS.readable(connection, query.where(ACCOUNT.c.active))
        return found[0] if found else None

    def of_identity(self, identity: Identity) -> Account | None:
        """Return whose identity it is, whether or not they may sign in."""
        with self._database.reading() as connection:
            return _of_identity(connection, identity)

    def bind_identity(self, account_id: str, identity: Identity, now: str) -> Account | None:
        """Let the account be known by the identity from now on, and return it.

        None where the account is closed or known by another identity, the identity is another account's, or
        was told before the account's last one was forgotten: whoever held that one may still hold a cookie.
        """
        mine = ACCOUNT.c.id == account_id
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            row = connection.execute(_ACCOUNTS.where(mine, ACCOUNT.c.active)).mappings().first()
            if row is None or row["has_identity"] or identity.issued < row["openid_after"]:
                return None
            if _of_identity(connection, identity) is not None:
                return None
            names = {"issuer": identity.issuer, "subject": identity.subject}
            values = {**names, "account_id": account_id, "since": now}
            connection.execute(sa.insert(IDENTITY).values(values))
            return _kept(connection, account_id)

    def forget_identity(self, account_id: str, now: str, by: str = "") -> Account:
        """Let the account's next sign-in with OpenID Connect, after `now`, be its first one again.

        `by` as in `replace`.
        """
        mine = ACCOUNT.c.id == account_id
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            _check_still_administers(connection, by)
            _kept(connection, account_id)
            connection.execute(sa.delete(IDENTITY).where(IDENTITY.c.account_id == account_id))
            connection.execute(sa.update(ACCOUNT).where(mine).values(openid_after=now))
            return _kept(connection, account_id)

    def end_token(self, token: str) -> None:
        """Forget the token."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(TOKEN).where(TOKEN.c.hash == token))

    def expired(self, now: str) -> Sequence[str]:
        """Return the hashes of tokens that are over by the clock; nothing is opened by them any more."""
        with self._database.reading() as connection:
            return list(connection.execute(sa.select(TOKEN.c.hash).where(TOKEN.c.expires <= now)).scalars())

    def erase_tokens(self, tokens: Sequence[str]) -> None:
        """Forget the tokens of these hashes."""
        with self._database.writing() as connection:
            for start in range(0, len(tokens), place_store.AT_ONCE):
                some = TOKEN.c.hash.in_(tokens[start : start + place_store.AT_ONCE])
                connection.execute(sa.delete(TOKEN).where(some))


def _kept(connection: Connection, account_id: str) -> Account:
    account = ACCOUNTS.one(connection, _ACCOUNTS.where(ACCOUNT.c.id == account_id))
    if account is None:
        raise NotFound(
            mark("there is no account {id}"),
            mark("look it up in the list of accounts"),
            id=repr(account_id[:40]),
        )
    return account


def _of_identity(connection: Connection, identity: Identity) -> Account | None:
    query = _ACCOUNTS.join(IDENTITY, IDENTITY.c.account_id == ACCOUNT.c.id)
    named = (IDENTITY.c.issuer == identity.issuer, IDENTITY.c.subject == identity.subject)
    return ACCOUNTS.one(connection, query.where(*named))


def _check_one_stays(connection: Connection, account: Account) -> None:
    if not _administers(_kept(connection, account.id)) or _administers(account):
        return
    others = _ADMINISTRATORS.where(ACCOUNT.c.id != account.id)
    if connection.execute(others.limit(1)).first() is None:
        raise InvalidInput(
            mark("{login} is the last administrator"),
            mark("make another one first"),
            login=repr(account.login),
        )


def _check_still_administers(connection: Connection, by: str) -> None:
    """Raise `NotAllowed` for an account that was taken the right since its owner was recognised."""
    found = ACCOUNTS.one(connection, _ACCOUNTS.where(ACCOUNT.c.id == by)) if by else None
    if found is not None and not _administers(found):
        raise NotAllowed(mark("you are no administrator any more"), mark("ask another one to do it"))


def _administers(account: Account) -> bool:
    return account.active and account.role == "administrator"


def _signs_in(account: Account) -> bool:
    return _administers(account) and (account.has_password or account.has_identity)


def _insert(
    connection: Connection, token: str, kind: TokenKind, account_id: str, created: str, expires: str
) -> None:
    values = {"hash": token, "kind": kind, "account_id": account_id}
    connection.execute(sa.insert(TOKEN).values(**values, created=created, expires=expires))


def _alive(now: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what is asked of a token; one made long after now was made under a wrong clock."""
    return TOKEN.c.expires > now, TOKEN.c.created <= _soon(now)


def _soon(now: str) -> str:
    return iso(datetime.fromisoformat(now) + AHEAD)


def _make_room(connection: Connection, kind: TokenKind, account_id: str, most: int, now: str) -> None:
    """Forget the account's oldest tokens, so that with one more there are at most so many.

    Those made under a clock that was ahead go first: they open nothing.
    """
    mine = (TOKEN.c.kind == kind, TOKEN.c.account_id == account_id)
    order = (TOKEN.c.created > _soon(now), TOKEN.c.created.desc(), TOKEN.c.hash)
    newest = connection.execute(sa.select(TOKEN.c.hash).where(*mine).order_by(*order)).scalars()
    too_many = list(newest)[most - 1 :]
    connection.execute(sa.delete(TOKEN).where(TOKEN.c.hash.in_(too_many)))


def _spend(connection: Connection, token: str, kind: TokenKind, now: str) -> str:
    query = sa.select(TOKEN).where(TOKEN.c.hash == token, TOKEN.c.kind == kind, *_alive(now))
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(mark("this one-time link is spent, expired or wrong"), mark("ask for a new one"))
    connection.execute(sa.delete(TOKEN).where(TOKEN.c.hash == token))
    return str(row.account_id)


def _add(connection: Connection, account: Account, password: str) -> None:
    place_store.wait_for_turn(connection)
    if connection.execute(sa.select(ACCOUNT.c.id).where(ACCOUNT.c.login == account.login)).first():
        raise Conflict(
            mark("an account {login} exists already"), mark("choose another login"), login=repr(account.login)
        )
    connection.execute(sa.insert(ACCOUNT).values(_row(account) | {"password": password}))


def _row(account: Account) -> dict[str, object]:
    return {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "role": account.role,
        "communities": json.dumps(account.communities),
        "districts": json.dumps(account.districts, ensure_ascii=False),
        "active": account.active,
        "created": account.created,
    }


def _account(row: Row) -> Account:
    if row["role"] not in ROLES:
        raise ValueError("its role is unknown")
    return Account(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        role=row["role"],
        communities=texts_of(row["communities"]),
        districts=texts_of(row["districts"]),
        active=bool(row["active"]),
        created=row["created"],
        has_password=bool(row["password"]),
        has_identity=bool(row.get("has_identity")),
    )


ACCOUNTS = Kind("account", ACCOUNT, _account, where="", moments=("created",))
