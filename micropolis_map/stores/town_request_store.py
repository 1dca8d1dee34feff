"""Towns that people ask for, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.town_request import TownRequest, TownState
from micropolis_map.errors import Conflict, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store
from micropolis_map.stores.damage import Kind, Row
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
)


class SqlTownRequestStore:
    """Every method is one transaction; moments are ISO 8601 texts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, request: TownRequest, most: int) -> TownRequest:
        """Keep the request and return it, or the one kept before under its id.

        Raises
        ------
        Conflict
            `most` are waiting already.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            known = _requests(connection, TOWN_REQUEST.c.id == request.id)
            if known:
                return known[0]
            query = sa.select(sa.func.count()).select_from(TOWN_REQUEST)
            waiting = connection.execute(query.where(TOWN_REQUEST.c.state == "waiting")).scalar_one()
            if waiting >= most:
                raise Conflict(
                    mark("{n} towns wait already for an administrator"),
                    mark("ask again in some days"),
                    n=most,
                )
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

    def remove(self, request_id: str) -> None:
        """Erase the request."""
        self._erase(TOWN_REQUEST.c.id == request_id)

    def erase_decided(self, ids: Iterable[str]) -> int:
        """Erase those of them that were declined or done; return how many."""
        return self._erase(sa.and_(TOWN_REQUEST.c.state != "waiting", TOWN_REQUEST.c.id.in_(list(ids))))

    def _erase(self, wanted: sa.ColumnElement[bool]) -> int:
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            return int(connection.execute(sa.delete(TOWN_REQUEST).where(wanted)).rowcount)


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


TOWN_REQUESTS = Kind("request for a town", TOWN_REQUEST, _read, where="", moments=("created", "decided"))
