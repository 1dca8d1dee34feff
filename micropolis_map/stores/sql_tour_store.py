"""Tours that people make together, in a SQL database: each with its revisions and who may change it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.proposal import STATES, Message
from micropolis_map.domain.shared_tour import TOUR_STATUSES, SharedTour, TourKey, TourRevision
from micropolis_map.domain.tour import Tour
from micropolis_map.domain.tour_document import tour_document, tour_of_document
from micropolis_map.errors import Conflict, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store, tombstones
from micropolis_map.stores.damage import (
    DamagedDocument,
    Kind,
    Row,
    document_of,
    is_moment,
    objects_of,
    sound_text,
    texts_of,
)
from micropolis_map.stores.database import Database
from micropolis_map.stores.once_there import version_in
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
            found = _SHOWN.readable(connection, query.where(wanted), TOUR.c.created, TOUR.c.id)
        return [tour for tour in found if tour is not None]

    def get(self, tour_id: str) -> Tour:
        """Return the published tour; `NotFound` without one."""
        shared = self.find(tour_id)
        tour = shared.public_tour if shared else None
        if tour is None:
            raise _unknown(tour_id)
        return tour

    def version(self) -> str:
        """Return a token that changes with every change, and differs between databases."""
        with self._database.reading() as connection:
            return version_in(connection, "tour_changes")

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
            if connection.execute(sa.select(TOUR.c.id).where(TOUR.c.id == shared.id)).first():
                raise DamagedDocument("tour", shared.id)
            if tombstones.is_buried(connection, "tour", shared.id):
                raise Conflict(
                    mark("the tour {id} was deleted by its author"),
                    mark("make a new one"),
                    id=repr(shared.id),
                )
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
                raise _unknown(tour_id)
            old, new = found[0], change(found[0])
            if new != old:
                _refuse_rewriting(old, new)
                connection.execute(sa.update(TOUR).where(TOUR.c.id == old.id).values(_row(new)))
                _write(connection, new, old)
                _count(connection)
                _bury_keys(connection, old, new)
        if _loses_words(old, new):
            self._database.scrub()
        return new

    def to_erase(self, tour_id: str) -> SharedTour:
        """Return whose the tour is, without its revisions, damaged or not; `NotFound` without one."""
        mine = sa.and_(TOUR_KEY.c.tour_id == tour_id, TOUR_KEY.c.role == "author")
        sent = sa.and_(TOUR_REVISION.c.tour_id == tour_id, TOUR_REVISION.c.by == "author")
        heads = sa.select(TOUR).where(TOUR.c.id == tour_id)
        found: list[SharedTour] = []
        if "\x00" not in tour_id:
            with self._database.reading() as connection:
                found = TOURS.readable(connection, heads, instead=_without_facts)
                keys = set(connection.execute(sa.select(TOUR_KEY.c.key).where(mine)).scalars())
                keys |= set(connection.execute(sa.select(TOUR_REVISION.c.key).where(sent)).scalars())
        if not found:
            raise _unknown(tour_id)
        authors = tuple(TourKey(key, "author", "") for key in sorted(keys - {""}))
        return replace(found[0], status="suggested", published=0, keys=authors)

    def erase(self, tour_id: str, recorded: str, note: str) -> None:
        """Erase every word of the tour, damaged or not; a tombstone stays, and that its author deleted it."""
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            query = sa.select(TOUR.c.community).where(TOUR.c.id == tour_id)
            community = str(connection.execute(query).scalar_one_or_none() or "")
            erase_tours(connection, [tour_id], recorded)
            tombstones.bury(connection, "tour", [tour_id], recorded, community, note)


def erase_tours(connection: Connection, ids: Sequence[str], recorded: str) -> int:
    """Erase every word of the tours in the caller's transaction; return how many had not gone yet."""
    words = sa.or_(TOUR_REVISION.c.document != "", TOUR_REVISION.c.thread != "[]")
    telling = sa.exists().where(TOUR_REVISION.c.tour_id == TOUR.c.id, words)
    wanted = sa.and_(TOUR.c.id.in_(ids), sa.or_(TOUR.c.status != "deleted", telling))
    heads = TOURS.readable(connection, sa.select(TOUR).where(wanted), instead=_without_facts)
    for head in heads:
        tour_id = head.id
        gone = replace(head, status="deleted", published=0)
        connection.execute(sa.update(TOUR).where(TOUR.c.id == tour_id).values(_row(gone)))
        others = sa.and_(TOUR_KEY.c.tour_id == tour_id, TOUR_KEY.c.role != "author")
        connection.execute(sa.delete(TOUR_KEY).where(others))
        named = sa.update(TOUR_KEY).where(TOUR_KEY.c.tour_id == tour_id)
        connection.execute(named.values(name="", added=recorded))
        revisions = sa.select(TOUR_REVISION).where(TOUR_REVISION.c.tour_id == tour_id)
        for row in connection.execute(revisions.with_only_columns(*_STAYS)).mappings().all():
            one = sa.and_(TOUR_REVISION.c.tour_id == tour_id, TOUR_REVISION.c.number == row["number"])
            connection.execute(sa.update(TOUR_REVISION).where(one).values(_blank_row(dict(row), recorded)))
        _count(connection)
    return len(heads)


def erase_keys(connection: Connection, names: Sequence[str], now: str) -> int:  # noqa: ARG001 - as others
    """Take those away who may change a tour by these names (`nameless`); return how many."""
    rows = connection.execute(sa.select(TOUR_KEY.c.tour_id, TOUR_KEY.c.key)).all()
    wanted = frozenset(names)
    gone = [pair for pair in rows if tombstones.nameless(*pair) in wanted]
    for tour_id, key in gone:
        one = sa.and_(TOUR_KEY.c.tour_id == tour_id, TOUR_KEY.c.key == key)
        connection.execute(sa.delete(TOUR_KEY).where(one))
    return len(gone)


def _blank_row(row: Row, recorded: str) -> dict[str, Any]:
    """Return a revision of which only is left that there was one; of a damaged row not even by whom."""
    known = _BY.fullmatch(str(row["by"])) is not None
    at = row["recorded"] if is_moment(row["recorded"]) else recorded
    submission = row["submission"] if _SUBMISSION.fullmatch(str(row["submission"])) else ""
    by = row["by"] if known else "author"
    return _revision_row(TourRevision(row["number"], None, "deleted", at, by, submission=submission))


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
        # One by one: a damaged row, which nobody read, stays whose right it is.
        stays = set(new.keys) & set(old.keys)
        for key in {key.key for key in (*old.keys, *new.keys) if key not in stays}:
            one = sa.and_(TOUR_KEY.c.tour_id == new.id, TOUR_KEY.c.key == key)
            connection.execute(sa.delete(TOUR_KEY).where(one))
        for added in new.keys:
            if added not in stays:
                connection.execute(sa.insert(TOUR_KEY).values(tour_id=new.id, **asdict(added)))


def _bury_keys(connection: Connection, old: SharedTour, new: SharedTour) -> None:
    """Keep that somebody may not change the tour any more, and forget it of whoever may again."""
    before, after = ({tombstones.nameless(old.id, key.key) for key in one.keys} for one in (old, new))
    tombstones.bury(connection, "tour_key", before - after, place_store.utc_now(), old.community)
    tombstones.unearth(connection, "tour_key", after - before)


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
    heads = TOURS.readable(connection, sa.select(TOUR).where(wanted), TOUR.c.created, TOUR.c.id)
    return [whole for head in heads if (whole := _whole(connection, head)) is not None]


def _whole(connection: Connection, head: SharedTour) -> SharedTour | None:
    """Return the tour with its revisions, None where no page of them is left.

    One that cannot be read stands there without its words, like one that was deleted: its number is taken.
    """
    revisions = sa.select(TOUR_REVISION).where(TOUR_REVISION.c.tour_id == head.id)
    keys = sa.select(TOUR_KEY).where(TOUR_KEY.c.tour_id == head.id)
    found = TOUR_REVISIONS.readable(connection, revisions, TOUR_REVISION.c.number, instead=_without_words)
    if not found:
        return None
    return replace(
        head,
        revisions=tuple(replace(one, tour=_in(one.tour, head.community)) for one in found),
        keys=tuple(TOUR_KEYS.readable(connection, keys, TOUR_KEY.c.role, TOUR_KEY.c.added, TOUR_KEY.c.key)),
    )


def _without_words(row: Row) -> TourRevision:
    return TourRevision(row["number"], None, "deleted", "")


def _without_facts(row: Row) -> SharedTour:
    """Return a tour of which the row's own facts are damaged, for erasing it."""
    made = row["created"] if is_moment(row["created"]) else ""
    return SharedTour(row["id"], sound_text(row["community"]), "deleted", made, sound_text(row["district"]))


def _unknown(tour_id: str) -> NotFound:
    return NotFound(
        mark("there is no tour {id}"), mark("look it up in the list of tours"), id=repr(tour_id[:128])
    )


def _head(row: Row) -> SharedTour:
    if row["status"] not in TOUR_STATUSES:
        raise ValueError("its status is unknown")
    return SharedTour(**row)


def _in(tour: Tour | None, community: str) -> Tour | None:
    return replace(tour, community=community) if tour else None


def _revision(row: Row) -> TourRevision:
    given = {name: value for name, value in row.items() if name not in {"tour_id", "document"}}
    if row["state"] not in (*STATES, "replaced"):
        raise ValueError("its state is unknown")
    given["flags"] = texts_of(row["flags"])
    given["thread"] = tuple(Message(**message) for message in objects_of(row["thread"]))
    return TourRevision(tour=_tour(row["tour_id"], "", row["document"]), **given)


def _key(row: Row) -> TourKey:
    if row["role"] not in {"author", "co-author"}:
        raise ValueError("its role is unknown")
    return TourKey(row["key"], row["role"], row["added"], row["name"])


@lru_cache(maxsize=2_000)
def _tour(tour_id: str, community: str, document: str) -> Tour | None:
    if not document:
        return None
    return tour_of_document(tour_id, community, document_of(document))


_STAYS = [TOUR_REVISION.c[name] for name in ("number", "recorded", "by", "submission")]
_BY = re.compile(r"author|co-author|program|[a-z]+:[\w-]{0,40}")
_SUBMISSION = re.compile(r"[\w-]{0,64}")
TOURS = Kind("tour", TOUR, _head)
TOUR_REVISIONS = Kind(
    "tour revision", TOUR_REVISION, _revision, ("tour_id", "number"), "", ("recorded", "decided")
)
TOUR_KEYS = Kind("tour key", TOUR_KEY, _key, ("tour_id", "key"), "", ("added",))
_SHOWN = Kind("tour", TOUR, lambda row: _tour(row["id"], row["community"], row["document"]))
