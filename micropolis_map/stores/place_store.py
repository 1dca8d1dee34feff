"""Places in a SQL database: the current state, and every revision that ever was."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.geometry import bounds
from micropolis_map.domain.place import STATUSES, Place, Status
from micropolis_map.domain.place_geojson import feature_text, feature_to_place, normalised
from micropolis_map.errors import Conflict, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores.damage import DamagedDocument, Kind, Row, document_of
from micropolis_map.stores.database import Database
from micropolis_map.stores.once_there import version_in
from micropolis_map.stores.people_tables import TOMBSTONE
from micropolis_map.stores.tables import META, PLACE, PLACE_REVISION

AT_ONCE = 500
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
        """Return the place in any status; `NotFound` without one that can be read."""
        found: dict[str, Place] = {}
        if "\x00" not in place_id:  # PostgreSQL would not even compare it
            with self._database.reading() as connection:
                found = stored_places(connection, [place_id], damaged=set())
        if place_id not in found:
            raise NotFound(
                mark("there is no place {id}"),
                mark("look it up in the list of places"),
                id=repr(place_id[:128]),
            )
        return found[place_id]

    def places(self, community: str | None = None, *, published_only: bool = True) -> Sequence[Place]:
        """Return places sorted by id (by code point, whatever the database's collation)."""
        query = sa.select(PLACE.c.id, PLACE.c.document, PLACE.c.status)
        if community is not None:
            query = query.where(PLACE.c.community == community)
        if published_only:
            query = query.where(PLACE.c.status == "published")
        with self._database.reading() as connection:
            found = PLACES.readable(connection, query)
        return sorted(found, key=lambda place: place.id)

    def statuses(self, without: Collection[str] = ()) -> Mapping[str, str]:
        """Return the status of every place by id, of damaged ones too, but of those communities."""
        query = sa.select(PLACE.c.id, PLACE.c.status).where(PLACE.c.community.not_in(list(without)))
        with self._database.reading() as connection:
            return {row.id: row.status for row in connection.execute(query)}

    def revisions(self, place_id: str) -> Sequence[Place]:
        """Return the place as it was at each revision, oldest first; empty for an unknown place."""
        query = sa.select(PLACE_REVISION).where(PLACE_REVISION.c.place_id == place_id)
        with self._database.reading() as connection:
            return REVISIONS.readable(connection, query, PLACE_REVISION.c.revision)

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
        """Add or renew all in one transaction; return how many were not already stored just so.

        What was deleted by its author, and what is stored damaged, is left as it is.
        """
        clean = [normalised(place) for place in places]
        with self._database.writing() as connection:
            wait_for_turn(connection)
            damaged: set[str] = set()
            stored = stored_places(connection, [place.id for place in clean], damaged)
            known, steps = dict(stored), []
            gone = buried(connection, stored) | damaged
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
        with self._database.reading() as connection:
            return version_in(connection, "changes")

    def check(self) -> None:
        """Write, without keeping it, and read; `StoreUnavailable` when either fails."""
        self._database.check_writing()
        self.version()


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


def append_many(connection: Connection, places: Iterable[Place], note: Note) -> list[Place]:
    """Append the next revision of each place that is stored just at the revision given; return them so.

    What was changed meanwhile, deleted by its author or is damaged is left alone. The caller has `normalised`
    the places, before its transaction: whoever writes waits for it.
    """
    wait_for_turn(connection)
    wanted = {place.id: place for place in places}
    stored = stored_places(connection, list(wanted), damaged=set())
    gone = buried(connection, stored)
    steps = [
        _next(place, stored[place.id])
        for place in wanted.values()
        if place.id in stored and place.id not in gone and stored[place.id].revision == place.revision
    ]
    if steps:
        count_change(connection, len(steps))
        _write(connection, steps, stored, note)
    return steps


def buried(connection: Connection, ids: Iterable[str]) -> frozenset[str]:
    """Return those of `ids` whose authors deleted them for good."""
    wanted = list(ids)
    found: set[str] = set()
    for start in range(0, len(wanted), AT_ONCE):
        some = TOMBSTONE.c.id.in_(wanted[start : start + AT_ONCE])
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
    about = {"recorded": note.recorded or utc_now(), "actor": note.actor, "note": note.text}
    revisions = [{"place_id": row["id"], **{key: row[key] for key in kept}, **about} for row in rows]
    connection.execute(sa.insert(PLACE_REVISION), revisions)


def wait_for_turn(connection: Connection) -> None:
    """Let one writer in at a time: a row lock in PostgreSQL; SQLite's BEGIN IMMEDIATE did it already."""
    connection.execute(sa.select(META.c.value).where(META.c.key == "changes").with_for_update())


def count_change(connection: Connection, changes: int = 1) -> None:
    """Let `SqlPlaceStore.version` change with the caller's transaction."""
    counted = sa.cast(sa.cast(META.c.value, sa.BigInteger) + changes, sa.Text)
    connection.execute(sa.update(META).where(META.c.key == "changes").values(value=counted))


def stored_places(
    connection: Connection, ids: Sequence[str], damaged: set[str] | None = None
) -> dict[str, Place]:
    """Return the stored ones of the places with these ids, in any status.

    Parameters
    ----------
    damaged
        Takes the ids of those that cannot be read.

    Raises
    ------
    DamagedDocument
        One cannot be read, and there is no `damaged`.
    """
    found: dict[str, Place] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = PLACE.c.id.in_(ids[start : start + AT_ONCE])
        found |= {place.id: place for place in PLACES.readable(connection, sa.select(PLACE).where(some))}
        if len(found) < len(ids[: start + AT_ONCE]):  # new ones, or damaged ones
            there = set(connection.execute(sa.select(PLACE.c.id).where(some)).scalars())
            bad = sorted(there - found.keys())
            if bad and damaged is None:
                raise DamagedDocument("place", bad[0])
            if damaged is not None:
                damaged.update(bad)
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
def place_from(document: str, status: Status) -> Place:
    """Return the place of a stored document; ValueError where it is damaged."""
    if status not in STATUSES:
        raise ValueError("its status is unknown")
    return replace(feature_to_place(document_of(document)), status=status)


def _place_of(row: Row, key: str) -> Place:
    place = place_from(row["document"], row["status"])
    if place.id != row[key]:  # what one place says stands in the row of another
        raise ValueError("its id is another one")
    return place


PLACES = Kind("place", PLACE, lambda row: _place_of(row, "id"))
REVISIONS = Kind(
    "revision", PLACE_REVISION, lambda row: _place_of(row, "place_id"), ("place_id", "revision"), where="",
    moments=("recorded",),
)  # fmt: skip


def utc_now() -> str:
    """Return the present as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
