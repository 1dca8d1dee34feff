"""Towns that people ask for, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.town_request import TownRequest, TownState
from micropolis_map.errors import Conflict, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store, tombstones
from micropolis_map.stores.damage import Kind, Row, is_moment, sound_text
from micropolis_map.stores.database import Database
from micropolis_map.stores.tables import METADATA

TOWN_REQUEST = sa.Table(
    "town_request",
    METADATA,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("town", sa.Text, nullable=False),
    sa.Column("where", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("contact", sa.Text, nullable=False),
    sa.Column("author_key", sa.String(64), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided", sa.String(40), nullable=False),
    sa.Column("decided_by", sa.String(60), nullable=False),
    sa.Column("network", sa.String(64), nullable=False),
)


class SqlTownRequestStore:
    """Every method is one transaction; moments are ISO 8601 texts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, request: TownRequest, most: int) -> TownRequest:
        """Keep the request and return it, or the one kept before under its id.

        Where `most` wait already, the newest of the network that most of them came from makes room and is
        erased, unless the new one's has as many.

        Raises
        ------
        Conflict
            `most` are waiting already, and no network has more of them than this one's.
        """
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            known = _requests(connection, TOWN_REQUEST.c.id == request.id)
            if known:
                return known[0]
            if tombstones.is_buried(connection, "town_request", request.id):
                raise Conflict(mark("this request's id is taken"), mark("reload the page and ask again"))
            _make_room(connection, request, most)
            connection.execute(sa.insert(TOWN_REQUEST).values(asdict(request)))
            return request

    def get(self, request_id: str) -> TownRequest:
        """Return the request; `NotFound` without one."""
        with self._database.reading() as connection:
            return _existing(connection, request_id)

    def all(self) -> Sequence[TownRequest]:
        """Return all requests, the oldest first."""
        with self._database.reading() as connection:
            return _requests(connection, sa.true())

    def of_keys(self, keys: Iterable[str]) -> Sequence[TownRequest]:
        """Return what was asked for with any of the (hashed) keys, the newest first."""
        with self._database.reading() as connection:
            return _requests(connection, TOWN_REQUEST.c.author_key.in_(list(keys)))[::-1]

    def change(self, request_id: str, change: Callable[[TownRequest], TownRequest]) -> TownRequest:
        """Change the request; nothing is written when `change` raises."""
        mine = TOWN_REQUEST.c.id == request_id
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            new = change(_existing(connection, request_id))
            connection.execute(sa.update(TOWN_REQUEST).where(mine).values(asdict(new)))
            return new

    def to_erase(self) -> Sequence[TownRequest]:
        """Return all requests, damaged ones without their words, as if they had been answered when made."""
        query = sa.select(TOWN_REQUEST)
        with self._database.reading() as connection:
            return TOWN_REQUESTS.readable(connection, query, instead=_without_words)

    def remove(self, request_id: str, now: str) -> None:
        """Erase the request."""
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            erase_requests(connection, [request_id], now)
            tombstones.bury(connection, "town_request", [request_id], now)

    def erase_decided(self, ids: Iterable[str], now: str) -> int:
        """Erase those of them that do not wait; return how many."""
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            waiting = {one.id for one in _requests(connection, TOWN_REQUEST.c.state == "waiting")}
            gone = [one for one in ids if one not in waiting]
            tombstones.bury(connection, "town_request", gone, now)
            return erase_requests(connection, gone, now)


def erase_requests(connection: Connection, ids: Sequence[str], now: str) -> int:  # noqa: ARG001 - as others
    """Erase the requests in the caller's transaction; return how many."""
    return int(connection.execute(sa.delete(TOWN_REQUEST).where(TOWN_REQUEST.c.id.in_(ids))).rowcount)


def _make_room(connection: Connection, request: TownRequest, most: int) -> None:
    """Erase a request where `most` wait, so that `request` can; `Conflict` where none has to go for it."""
    table = TOWN_REQUEST.c
    query = sa.select(table.id, table.network).where(table.state == "waiting")
    waiting = connection.execute(query.order_by(table.created.desc(), table.id.desc())).all()
    if len(waiting) < most:
        return
    # What came from nobody knows where is a network by itself.
    held = Counter(row.network or row.id for row in waiting)
    last = max(waiting, key=lambda row: held[row.network or row.id], default=None)
    if last is None or held[last.network or last.id] <= held[request.network or request.id] + 1:
        raise Conflict(
            mark("{n} towns wait already for an administrator"), mark("ask again in some days"), n=most
        )
    erase_requests(connection, [last.id], request.created)


def _existing(connection: Connection, request_id: str) -> TownRequest:
    found = _requests(connection, TOWN_REQUEST.c.id == request_id)
    if not found:
        raise NotFound(
            mark("there is no request {id}"), mark("look at the list again"), id=repr(request_id[:64])
        )
    return found[0]


def _requests(connection: Connection, wanted: sa.ColumnElement[bool]) -> list[TownRequest]:
    query = sa.select(TOWN_REQUEST).where(wanted)
    return TOWN_REQUESTS.readable(connection, query, TOWN_REQUEST.c.created, TOWN_REQUEST.c.id)


def _read(row: Row) -> TownRequest:
    if row["state"] not in get_args(TownState):
        raise ValueError("its state is unknown")
    return TownRequest(**row)


def _without_words(row: Row) -> TownRequest:
    made = row["created"] if is_moment(row["created"]) else "1970-01-01T00:00:00Z"
    decided = row["decided"] if row["decided"] and is_moment(row["decided"]) else made
    return TownRequest(
        row["id"], "", "", "", "", sound_text(row["author_key"]), made, "declined", "", decided
    )


TOWN_REQUESTS = Kind("request for a town", TOWN_REQUEST, _read, where="", moments=("created", "decided"))
