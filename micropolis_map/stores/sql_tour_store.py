"""Tours that people make together, in a SQL database: each with its revisions and who may change it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.proposal import Message
from micropolis_map.domain.shared_tour import SharedTour, TourKey, TourRevision
from micropolis_map.domain.tour import Tour
from micropolis_map.domain.tour_document import tour_document, tour_of_document
from micropolis_map.errors import Conflict, NotFound, StoreUnavailable
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import TOMBSTONE
from micropolis_map.stores.tables import META
from micropolis_map.stores.tour_tables import TOUR, TOUR_KEY, TOUR_REVISION

Change = Callable[[SharedTour], SharedTour]


class SqlTourStore:
    """The tours residents suggest, with every revision; a `ports.TourStore` of those that are public."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---- what everybody sees ----

    def tours(self, community: str | None = None) -> Sequence[Tour]:
        """Return the published tours, the oldest first."""
        wanted: sa.ColumnElement[bool] = TOUR.c.status == "published"
        if community is not None:
            wanted = sa.and_(wanted, TOUR.c.community == community)
        shown = TOUR.join(
            TOUR_REVISION,
            sa.and_(TOUR_REVISION.c.tour_id == TOUR.c.id, TOUR_REVISION.c.number == TOUR.c.published),
        )
        query = sa.select(TOUR.c.id, TOUR.c.community, TOUR_REVISION.c.document).select_from(shown)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(wanted).order_by(TOUR.c.created, TOUR.c.id)).all()
        return [tour for row in rows if (tour := _tour(row.id, row.community, row.document)) is not None]

    def get(self, tour_id: str) -> Tour:
        """Return the published tour; `NotFound` without one."""
        shared = self.find(tour_id)
        tour = shared.public_tour if shared else None
        if tour is None:
            raise NotFound(
                mark("there is no tour {id}"), mark("look it up in the list of tours"), id=repr(tour_id[:128])
            )
        return tour

    def version(self) -> str:
        """Return a token that changes with every change, and differs between databases."""
        query = sa.select(META.c.key, META.c.value).where(META.c.key.in_(["store_id", "tour_changes"]))
        with self._database.reading() as connection:
            values = {row.key: row.value for row in connection.execute(query)}
        return f"{values['store_id']}-{values['tour_changes']}"

    # ---- what its authors and organisers see ----

    def find(self, tour_id: str) -> SharedTour | None:
        """Return the tour in any status, None without one."""
        if "\x00" in tour_id:
            return None
        with self._database.reading() as connection:
            found = _shared(connection, TOUR.c.id == tour_id)
        return found[0] if found else None

    def of_submission(self, submission: str) -> SharedTour | None:
        """Return the tour that has a revision sent as this submission, None without one."""
        ids = sa.select(TOUR_REVISION.c.tour_id).where(TOUR_REVISION.c.submission == submission)
        with self._database.reading() as connection:
            found = _shared(connection, TOUR.c.id.in_(ids))
        return found[0] if found else None

    def of_keys(self, keys: Iterable[str]) -> Sequence[SharedTour]:
        """Return the tours any of the (hashed) keys may change, the newest first."""
        ids = sa.select(TOUR_KEY.c.tour_id).where(TOUR_KEY.c.key.in_(list(keys)))
        with self._database.reading() as connection:
            return _shared(connection, TOUR.c.id.in_(ids))[::-1]

    def of_community(self, community: str) -> Sequence[SharedTour]:
        """Return all tours of the community in any status, the oldest first."""
        with self._database.reading() as connection:
            return _shared(connection, TOUR.c.community == community)

    def in_states(self, states: Iterable[str], community: str | None = None) -> Sequence[SharedTour]:
        """Return the tours that have a revision in one of these states, the oldest first."""
        ids = sa.select(TOUR_REVISION.c.tour_id).where(TOUR_REVISION.c.state.in_(list(states)))
        wanted: sa.ColumnElement[bool] = TOUR.c.id.in_(ids)
        if community is not None:
            wanted = sa.and_(wanted, TOUR.c.community == community)
        with self._database.reading() as connection:
            return _shared(connection, wanted)

    def ids(self) -> frozenset[str]:
        """Return the ids of all tours in any status."""
        with self._database.reading() as connection:
            return frozenset(connection.execute(sa.select(TOUR.c.id)).scalars())

    # ---- what changes them ----

    def add(self, shared: SharedTour) -> tuple[SharedTour, bool]:
        """Keep a new tour; return it and True, or the one kept before under its id and False."""
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            known = _shared(connection, TOUR.c.id == shared.id)
            if known:
                return known[0], False
            connection.execute(sa.insert(TOUR).values(_row(shared)))
            _write(connection, shared, SharedTour(shared.id, shared.community, "suggested", shared.created))
            _count(connection)
            return shared, True

    def change(self, tour_id: str, change: Change) -> SharedTour:
        """Change the tour; nothing is written when `change` raises.

        `change` runs while others wait for their turn: it asks no store.

        Raises
        ------
        NotFound
            There is no such tour.
        Conflict
            `change` altered the content of a revision: they are appended, never rewritten.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            found = _shared(connection, TOUR.c.id == tour_id)
            if not found:
                raise NotFound(
                    mark("there is no tour {id}"),
                    mark("look it up in the list of tours"),
                    id=repr(tour_id[:128]),
                )
            old, new = found[0], change(found[0])
            if new != old:
                _refuse_rewriting(old, new)
                connection.execute(sa.update(TOUR).where(TOUR.c.id == old.id).values(_row(new)))
                _write(connection, new, old)
                _count(connection)
        if _loses_words(old, new):
            self._database.scrub()
        return new

    def bury(self, tour_id: str, recorded: str, note: str) -> None:
        """Leave a tombstone of a tour whose author deleted it."""
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            found = _shared(connection, TOUR.c.id == tour_id)
            row = {"id": f"tour:{tour_id}", "what": "tour", "recorded": recorded, "note": note}
            connection.execute(sa.delete(TOMBSTONE).where(TOMBSTONE.c.id == row["id"]))
            community = found[0].community if found else ""
            connection.execute(sa.insert(TOMBSTONE).values(**row, community=community))


def _loses_words(old: SharedTour, new: SharedTour) -> bool:
    """Return whether a revision's content or thread, or somebody who may change the tour, is gone."""
    after = {revision.number: revision for revision in new.revisions}
    return not set(old.keys) <= set(new.keys) or any(
        (before.tour is not None and after[before.number].tour is None)
        or not set(before.thread) <= set(after[before.number].thread)
        for before in old.revisions
    )


def _refuse_rewriting(old: SharedTour, new: SharedTour) -> None:
    after = {revision.number: revision for revision in new.revisions}
    for before in old.revisions:
        kept = after.get(before.number)
        if kept is None or (kept.tour is not None and kept.tour != before.tour):
            raise Conflict(
                mark("revision {revision} of {id} was rewritten"),
                mark("append a new one instead"),
                revision=before.number,
                id=repr(old.id),
            )


def _write(connection: Connection, new: SharedTour, old: SharedTour) -> None:
    before = {revision.number: revision for revision in old.revisions}
    for revision in new.revisions:
        known = before.get(revision.number)
        if known is None:
            connection.execute(sa.insert(TOUR_REVISION).values(tour_id=new.id, **_revision_row(revision)))
        elif known != revision:
            one = sa.and_(TOUR_REVISION.c.tour_id == new.id, TOUR_REVISION.c.number == revision.number)
            connection.execute(sa.update(TOUR_REVISION).where(one).values(_revision_row(revision)))
    if new.keys != old.keys:
        connection.execute(sa.delete(TOUR_KEY).where(TOUR_KEY.c.tour_id == new.id))
        for key in new.keys:
            connection.execute(sa.insert(TOUR_KEY).values(tour_id=new.id, **asdict(key)))


def _count(connection: Connection) -> None:
    counted = sa.cast(sa.cast(META.c.value, sa.BigInteger) + 1, sa.Text)
    connection.execute(sa.update(META).where(META.c.key == "tour_changes").values(value=counted))


def _row(shared: SharedTour) -> dict[str, Any]:
    return {column.name: getattr(shared, column.name) for column in TOUR.columns}


def _revision_row(revision: TourRevision) -> dict[str, Any]:
    document = json.dumps(tour_document(revision.tour), ensure_ascii=False) if revision.tour else ""
    thread = json.dumps([asdict(message) for message in revision.thread], ensure_ascii=False)
    given = {
        column.name: getattr(revision, column.name, "")
        for column in TOUR_REVISION.columns
        if column.name != "tour_id"
    }
    return given | {"document": document, "flags": json.dumps(revision.flags), "thread": thread}


def _shared(connection: Connection, wanted: sa.ColumnElement[bool]) -> list[SharedTour]:
    heads = connection.execute(sa.select(TOUR).where(wanted).order_by(TOUR.c.created, TOUR.c.id)).mappings()
    found = [SharedTour(**row) for row in heads]
    return [_whole(connection, head) for head in found]


def _whole(connection: Connection, head: SharedTour) -> SharedTour:
    revisions = connection.execute(
        sa.select(TOUR_REVISION).where(TOUR_REVISION.c.tour_id == head.id).order_by(TOUR_REVISION.c.number)
    ).mappings()
    keys = connection.execute(
        sa.select(TOUR_KEY)
        .where(TOUR_KEY.c.tour_id == head.id)
        .order_by(TOUR_KEY.c.role, TOUR_KEY.c.added, TOUR_KEY.c.key)
    ).mappings()
    return replace(
        head,
        revisions=tuple(_revision(head, dict(row)) for row in revisions),
        keys=tuple(TourKey(row["key"], row["role"], row["added"], row["name"]) for row in keys),
    )


def _revision(head: SharedTour, row: dict[str, Any]) -> TourRevision:
    tour = _tour(row.pop("tour_id"), head.community, row.pop("document"))
    row["flags"] = tuple(json.loads(row["flags"]))
    row["thread"] = tuple(Message(**message) for message in json.loads(row["thread"]))
    return TourRevision(tour=tour, **row)


@lru_cache(maxsize=2_000)
def _tour(tour_id: str, community: str, document: str) -> Tour | None:
    if not document:
        return None
    try:
        return tour_of_document(tour_id, community, json.loads(document))
    except ValueError as error:
        raise StoreUnavailable(
            f"a stored tour is damaged: {error}", "put the database aside and restore a backup"
        ) from error
