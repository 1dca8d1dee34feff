"""Places in a SQL database: the current state, and every revision that ever was."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.geometry import bounds
from micropolis_map.domain.place import Place, Status
from micropolis_map.domain.place_geojson import feature_text, feature_to_place, normalised
from micropolis_map.errors import Conflict, InvalidInput, NotFound, StoreUnavailable
from micropolis_map.i18n import mark
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import TOMBSTONE
from micropolis_map.stores.tables import META, PLACE, PLACE_REVISION

_AT_ONCE = 500
"""Ids asked for in one query: SQLite takes at most 999 values in old versions."""


@dataclass(frozen=True)
class Note:
    """Who changed a place and why: a role with an account's id or ``resident``, and a sentence."""

    actor: str = ""
    text: str = ""
    recorded: str = ""


class SqlPlaceStore:
    """The `ports.PlaceStore` on SQLite and PostgreSQL.

    A place is kept as its canonical GeoJSON text, with what queries need in columns beside it. Each `put`
    appends a row to ``place_revision``; nothing there is ever changed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def name(self) -> str:
        """The database's file, or its address without the password."""
        return str(self._database.name)

    def get(self, place_id: str) -> Place:
        """Return the place in any status; `NotFound` without one."""
        found: dict[str, Place] = {}
        if "\x00" not in place_id:  # PostgreSQL would not even compare it
            with self._database.reading() as connection:
                found = stored_places(connection, [place_id])
        if place_id not in found:
            raise NotFound(
                mark("there is no place {id}"),
                mark("look it up in the list of places"),
                id=repr(place_id[:128]),
            )
        return found[place_id]

    def places(self, community: str | None = None, *, published_only: bool = True) -> Sequence[Place]:
        """Return places sorted by id (by code point, whatever the database's collation)."""
        query = sa.select(PLACE.c.document, PLACE.c.status)
        if community is not None:
            query = query.where(PLACE.c.community == community)
        if published_only:
            query = query.where(PLACE.c.status == "published")
        with self._database.reading() as connection:
            found = [place_from(document, status) for document, status in connection.execute(query)]
        return sorted(found, key=lambda place: place.id)

    def revisions(self, place_id: str) -> Sequence[Place]:
        """Return the place as it was at each revision, oldest first; empty for an unknown place."""
        query = sa.select(PLACE_REVISION.c.document, PLACE_REVISION.c.status)
        query = query.where(PLACE_REVISION.c.place_id == place_id).order_by(PLACE_REVISION.c.revision)
        with self._database.reading() as connection:
            return [place_from(document, status) for document, status in connection.execute(query)]

    def put(self, place: Place, *, expected_revision: int | None = None) -> Place:
        """Add the place or append its next revision, and return it as it is stored.

        Parameters
        ----------
        expected_revision
            The revision the change was made on; 0 for a place that must be new; None takes any.

        Raises
        ------
        Conflict
            The stored revision is another one.
        InvalidInput
            The place breaks the schema.
        """
        with self._database.writing() as connection:
            return append(connection, place, Note(), expected_revision=expected_revision)

    def put_many(self, places: Iterable[Place], note: Note | None = None) -> int:
        """Add or renew all in one transaction; return how many were not already stored just so."""
        clean = [normalised(place) for place in places]
        with self._database.writing() as connection:
            wait_for_turn(connection)
            stored = stored_places(connection, [place.id for place in clean])
            known, steps = dict(stored), []
            gone = buried(connection, stored)
            for place in clean:
                old = known.get(place.id)
                if place.id in gone:
                    continue
                if old is None or replace(old, revision=place.revision) != place:
                    known[place.id] = _next(place, old)
                    steps.append(known[place.id])
            if steps:
                count_change(connection)
                _write(connection, steps, stored, note or Note())
            return len(steps)

    def version(self) -> str:
        """Return a token that changes with every change, and differs between databases."""
        query = sa.select(META.c.key, META.c.value).where(META.c.key.in_(["store_id", "changes"]))
        with self._database.reading() as connection:
            values = {row.key: row.value for row in connection.execute(query)}
        return f"{values['store_id']}-{values['changes']}"

    def check(self) -> None:
        """Write and read; `StoreUnavailable` when either fails."""
        now = _now()
        with self._database.writing() as connection:
            connection.execute(sa.delete(META).where(META.c.key == "checked"))
            connection.execute(sa.insert(META).values(key="checked", value=now))
        with self._database.reading() as connection:
            connection.execute(sa.select(META.c.value).where(META.c.key == "checked")).scalar_one()


def append(
    connection: Connection, place: Place, note: Note, *, expected_revision: int | None = None
) -> Place:
    """Add the place or append its next revision in the caller's transaction, and return it as it is stored.

    Raises
    ------
    Conflict
        The stored revision is not `expected_revision`, or its author deleted the place for good.
    InvalidInput
        The place breaks the schema.
    """
    clean = normalised(place)
    wait_for_turn(connection)
    known = stored_places(connection, [place.id])
    old = known.get(place.id)
    if buried(connection, [place.id]):
        raise Conflict(mark("place {id} was deleted by its author"), mark("pin it anew"), id=repr(place.id))
    if expected_revision is not None and expected_revision != (old.revision if old else 0):
        raise Conflict(
            mark("place {id} is at revision {now}, the change was made on {then}"),
            mark("look at what changed, then save again"),
            id=repr(place.id),
            now=old.revision if old else 0,
            then=expected_revision,
        )
    new = _next(clean, old)
    count_change(connection)
    _write(connection, [new], known, note)
    return new


def buried(connection: Connection, ids: Iterable[str]) -> frozenset[str]:
    """Return those of `ids` whose authors deleted them for good."""
    wanted = list(ids)
    found: set[str] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        some = TOMBSTONE.c.id.in_(wanted[start : start + _AT_ONCE])
        found.update(
            connection.execute(sa.select(TOMBSTONE.c.id).where(some, TOMBSTONE.c.what == "place")).scalars()
        )
    return frozenset(found)


def _next(place: Place, old: Place | None) -> Place:
    return replace(place, revision=old.revision + 1) if old else place


def _write(connection: Connection, steps: Sequence[Place], stored: Container[str], note: Note) -> None:
    """Append each of `steps` as a revision; the last one of each place becomes its current state.

    `stored` are the ids that have a current state already.
    """
    rows = [row_of(place) for place in steps]
    current = {row["id"]: row for row in rows}
    added = [row for row in current.values() if row["id"] not in stored]
    renewed = [{"place": row["id"], **row} for row in current.values() if row["id"] in stored]
    if added:
        connection.execute(sa.insert(PLACE), added)
    if renewed:
        update = sa.update(PLACE).where(PLACE.c.id == sa.bindparam("place"))
        connection.execute(update.values({name: sa.bindparam(name) for name in rows[0]}), renewed)
    kept = ("revision", "status", "document")
    about = {"recorded": note.recorded or _now(), "actor": note.actor, "note": note.text}
    revisions = [{"place_id": row["id"], **{key: row[key] for key in kept}, **about} for row in rows]
    connection.execute(sa.insert(PLACE_REVISION), revisions)


def wait_for_turn(connection: Connection) -> None:
    """Let one writer in at a time: a row lock in PostgreSQL; SQLite's BEGIN IMMEDIATE did it already."""
    connection.execute(sa.select(META.c.value).where(META.c.key == "changes").with_for_update())


def count_change(connection: Connection) -> None:
    """Let `SqlPlaceStore.version` change with the caller's transaction."""
    counted = sa.cast(sa.cast(META.c.value, sa.BigInteger) + 1, sa.Text)
    connection.execute(sa.update(META).where(META.c.key == "changes").values(value=counted))


def stored_places(connection: Connection, ids: Sequence[str]) -> dict[str, Place]:
    """Return the stored ones of the places with these ids, in any status."""
    found: dict[str, Place] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = PLACE.c.id.in_(ids[start : start + _AT_ONCE])
        for row in connection.execute(sa.select(PLACE.c.id, PLACE.c.document, PLACE.c.status).where(some)):
            found[row.id] = place_from(row.document, row.status)
    return found


def row_of(place: Place) -> dict[str, Any]:
    """Return the place's row of the table ``place``."""
    min_lon, min_lat, max_lon, max_lat = bounds(place.geometry)
    return {
        "id": place.id,
        "community": place.community,
        "kind": place.kind,
        "activity": place.activity,
        "status": place.status,
        "revision": place.revision,
        "created": place.created,
        "updated": place.updated,
        "min_lon": min_lon,
        "min_lat": min_lat,
        "max_lon": max_lon,
        "max_lat": max_lat,
        "document": feature_text(place),
    }


@lru_cache(maxsize=20_000)
def place_from(document: str, status: str) -> Place:
    """Return the place of a stored document; `StoreUnavailable` where it is damaged."""
    try:
        return replace(feature_to_place(json.loads(document)), status=cast("Status", status))
    except (ValueError, InvalidInput) as error:
        raise StoreUnavailable(
            f"a stored place is damaged: {error}", "put the database aside and restore a backup"
        ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
