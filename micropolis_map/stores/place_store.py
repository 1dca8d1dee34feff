"""Places in a SQL database: the current state, and every revision that ever was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.geometry import bounds
from micropolis_map.domain.place import Place, Status
from micropolis_map.domain.place_geojson import feature_text, feature_to_place, normalised
from micropolis_map.errors import Conflict, InvalidInput, NotFound, StoreUnavailable
from micropolis_map.stores.database import Database
from micropolis_map.stores.tables import META, PLACE, PLACE_REVISION


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
        with self._database.reading() as connection:
            place = _stored(connection, place_id)
        if place is None:
            raise NotFound(f"there is no place {place_id[:128]!r}", "look it up in the list of places")
        return place

    def places(self, community: str | None = None, *, published_only: bool = True) -> Sequence[Place]:
        """Return places sorted by id (by code point, whatever the database's collation)."""
        query = sa.select(PLACE.c.document, PLACE.c.status)
        if community is not None:
            query = query.where(PLACE.c.community == community)
        if published_only:
            query = query.where(PLACE.c.status == "published")
        with self._database.reading() as connection:
            found = [_place(document, status) for document, status in connection.execute(query)]
        return sorted(found, key=lambda place: place.id)

    def revisions(self, place_id: str) -> Sequence[Place]:
        """Return the place as it was at each revision, oldest first; empty for an unknown place."""
        query = sa.select(PLACE_REVISION.c.document, PLACE_REVISION.c.status)
        query = query.where(PLACE_REVISION.c.place_id == place_id).order_by(PLACE_REVISION.c.revision)
        with self._database.reading() as connection:
            return [_place(document, status) for document, status in connection.execute(query)]

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
        clean = normalised(place)
        with self._database.writing() as connection:
            _wait_for_turn(connection)
            _count_change(connection)
            return _put(connection, clean, _stored(connection, place.id), expected_revision)

    def put_many(self, places: Iterable[Place]) -> int:
        """Add or renew all in one transaction; return how many were not already stored just so."""
        clean = [normalised(place) for place in places]
        with self._database.writing() as connection:
            _wait_for_turn(connection)
            changed = 0
            for place in clean:
                old = _stored(connection, place.id)
                if old is None or replace(old, revision=place.revision) != place:
                    _put(connection, place, old, None)
                    changed += 1
            if changed:
                _count_change(connection)
            return changed

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


def _put(connection: Connection, place: Place, old: Place | None, expected_revision: int | None) -> Place:
    stored_revision = old.revision if old else 0
    if expected_revision is not None and expected_revision != stored_revision:
        raise Conflict(
            f"place {place.id!r} is at revision {stored_revision}, the change was made on "
            f"{expected_revision}",
            "look at what changed, then save again",
        )
    new = replace(place, revision=old.revision + 1) if old else place
    row = _row(new)
    if old:
        connection.execute(sa.update(PLACE).where(PLACE.c.id == new.id).values(row))
    else:
        connection.execute(sa.insert(PLACE).values(row))
    connection.execute(
        sa.insert(PLACE_REVISION).values(
            place_id=new.id,
            revision=new.revision,
            status=new.status,
            document=row["document"],
            recorded=_now(),
            actor="",
            note="",
        )
    )
    return new


def _wait_for_turn(connection: Connection) -> None:
    """Let one writer in at a time: a row lock in PostgreSQL; SQLite's BEGIN IMMEDIATE did it already."""
    connection.execute(sa.select(META.c.value).where(META.c.key == "changes").with_for_update())


def _count_change(connection: Connection) -> None:
    counted = sa.cast(sa.cast(META.c.value, sa.BigInteger) + 1, sa.Text)
    connection.execute(sa.update(META).where(META.c.key == "changes").values(value=counted))


def _stored(connection: Connection, place_id: str) -> Place | None:
    query = sa.select(PLACE.c.document, PLACE.c.status).where(PLACE.c.id == place_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _place(row.document, row.status)


def _row(place: Place) -> dict[str, object]:
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
def _place(document: str, status: str) -> Place:
    try:
        return replace(feature_to_place(json.loads(document)), status=cast("Status", status))
    except (ValueError, InvalidInput) as error:
        raise StoreUnavailable(
            f"a stored place is damaged: {error}", "put the database aside and restore a backup"
        ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
