"""What people propose, and the decisions on it, in the places' database: one transaction for both."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import asdict, replace
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import feature_text
from micropolis_map.domain.proposal import PROPOSAL_KINDS, STATES, Message, Proposal, State
from micropolis_map.errors import Conflict, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store, tombstones
from micropolis_map.stores.damage import Kind, Row, is_moment, objects_of, sound_text, texts_of
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import MEDIA, PROPOSAL, TOMBSTONE
from micropolis_map.stores.place_store import Note

Change = Callable[[Proposal, Place | None], tuple[Proposal, Place | None]]
"""Takes a proposal and its place as stored; returns both as they should be, the place None to leave it."""


class SqlProposalStore:
    """Proposals on SQLite and PostgreSQL; every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, proposal: Proposal) -> tuple[Proposal, bool]:
        """Keep a new proposal; return it and True, or the one kept before under its id and False."""
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            known = _one(connection, proposal.id)
            if known is not None:
                return known, False
            if connection.execute(sa.select(TOMBSTONE.c.id).where(*_stone_of(proposal.id))).first():
                raise _gone(proposal.id)
            connection.execute(sa.insert(PROPOSAL).values(_row(proposal)))
            return proposal, True

    def get(self, proposal_id: str) -> Proposal:
        """Return the proposal; `NotFound` without one."""
        with self._database.reading() as connection:
            return _existing(connection, proposal_id)

    def find(self, proposal_id: str) -> Proposal | None:
        """Return the proposal, None without one."""
        with self._database.reading() as connection:
            return _one(connection, proposal_id)

    def of_author(self, keys: Iterable[str]) -> Sequence[Proposal]:
        """Return what was sent with any of the (hashed) keys, the newest first."""
        with self._database.reading() as connection:
            return _proposals(connection, PROPOSAL.c.author_key.in_(list(keys)))[::-1]

    def sent_with(self, keys: Iterable[str]) -> Sequence[Proposal]:
        """Return as `of_author` does, and what is damaged too, without its words: it can be deleted."""
        with self._database.reading() as connection:
            return _to_erase(connection, PROPOSAL.c.author_key.in_(list(keys)))[::-1]

    def to_erase(self, proposal_id: str) -> Proposal:
        """Return as `get` does, a damaged one without its words: whose it is and where it belongs."""
        with self._database.reading() as connection:
            found = _to_erase(connection, PROPOSAL.c.id == proposal_id)
        if not found:
            raise _unknown(proposal_id)
        return found[0]

    def with_words(self, states: Iterable[str]) -> Sequence[Proposal]:
        """Return those in these states of which something is kept, damaged ones without their words."""
        wanted = sa.and_(PROPOSAL.c.state.in_(list(states)), PROPOSAL.c.content != "")
        with self._database.reading() as connection:
            return _to_erase(connection, wanted)

    def in_states(self, states: Iterable[str], community: str | None = None) -> Sequence[Proposal]:
        """Return the proposals in these states, the oldest first."""
        wanted: sa.ColumnElement[bool] = PROPOSAL.c.state.in_(list(states))
        if community is not None:
            wanted = sa.and_(wanted, PROPOSAL.c.community == community)
        with self._database.reading() as connection:
            return _proposals(connection, wanted)

    def of_place(self, place_id: str) -> Sequence[Proposal]:
        """Return all proposals about the place, the oldest first."""
        with self._database.reading() as connection:
            return _proposals(connection, PROPOSAL.c.place_id == place_id)

    def approved_count(self, key: str) -> int:
        """Return how many proposals of the (hashed) key were approved."""
        wanted = (PROPOSAL.c.author_key == key, PROPOSAL.c.state == "approved")
        query = sa.select(sa.func.count()).select_from(PROPOSAL).where(*wanted)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def answered(self, community: str, since: str) -> Sequence[tuple[str, str]]:
        """Return ``(created, decided)`` of what was sent since then and answered."""
        columns = (PROPOSAL.c.created, PROPOSAL.c.decided)
        query = sa.select(*columns).where(
            PROPOSAL.c.community == community, PROPOSAL.c.created >= since, PROPOSAL.c.decided != ""
        )
        with self._database.reading() as connection:
            return [(row.created, row.decided) for row in connection.execute(query)]

    def change(self, proposal_id: str, note: Note, change: Change) -> tuple[Proposal, Place | None]:
        """Change a proposal and its place together; nothing is written when `change` raises.

        `change` runs while others wait for their turn: it asks no store.

        Returns
        -------
        tuple
            Both as they are stored now; the place None where it was left alone.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            old = _existing(connection, proposal_id)
            stored = place_store.stored_places(connection, [old.place_id]).get(old.place_id)
            new, place = change(old, stored)
            if place is not None:
                revision = stored.revision if stored else 0
                place = place_store.append(connection, place, note, expected_revision=revision)
                new = replace(new, result_revision=place.revision)
            if new != old:
                connection.execute(sa.update(PROPOSAL).where(PROPOSAL.c.id == old.id).values(_row(new)))
            # What its author corrected, or an organiser took back.
            loses = old.content is not None and new.content != old.content
            if loses := loses or not set(old.thread) <= set(new.thread):
                at = note.recorded or place_store.utc_now()
                # Two corrections of one second are two: a backup between them holds the first stone only.
                which = token_hex(8)
                tombstones.bury(connection, "proposal_words", [old.id], at, old.community, which)
        if loses:
            self._database.scrub()
        return new, place

    def reissue(self, proposal_id: str, key: str) -> Proposal:
        """Give the proposal, and all that was sent with its key, the new (hashed) `key`."""
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            old = _existing(connection, proposal_id)
            if not old.author_key:
                raise _gone(proposal_id)
            for table in (PROPOSAL, MEDIA):
                connection.execute(
                    sa.update(table).where(table.c.author_key == old.author_key).values(author_key=key)
                )
            return replace(old, author_key=key)


def proposals_where(connection: Connection, wanted: sa.ColumnElement[bool]) -> list[Proposal]:
    """Return the proposals that fulfil `wanted`, the oldest first, in the caller's transaction."""
    return _proposals(connection, wanted)


def rewrite(connection: Connection, proposal: Proposal) -> None:
    """Write the proposal over the stored one in the caller's transaction."""
    connection.execute(sa.update(PROPOSAL).where(PROPOSAL.c.id == proposal.id).values(_row(proposal)))


def blank_damaged(connection: Connection, wanted: sa.ColumnElement[bool], own: Container[str] = ()) -> None:
    """Erase what the damaged ones of the proposals that fulfil `wanted` hold, in the caller's transaction.

    They end as deleted: nobody could decide on what says nothing. What was approved and is not of `own` stays
    its author's: the place's history tells what it brought, so that they can delete it yet.
    """
    there = set(connection.execute(sa.select(PROPOSAL.c.id).where(wanted)).scalars())
    lost = there - {proposal.id for proposal in _proposals(connection, wanted)}
    for one in _to_erase(connection, PROPOSAL.c.id.in_(lost)):
        ended = one.state == "approved" and one.id not in own
        rewrite(connection, replace(one, thread=(), flags=()) if ended else erased(one))


def erased(proposal: Proposal) -> Proposal:
    """Return what is left of the proposal once its author deleted it."""
    return replace(
        proposal, state="deleted", content=None, author_key="", thread=(), flags=(), digest="", district=""
    )


def _existing(connection: Connection, proposal_id: str) -> Proposal:
    found = _one(connection, proposal_id)
    if found is None:
        raise _unknown(proposal_id)
    return found


def take_words(old: Connection, now: Connection, proposal_id: str) -> int:
    """Let the proposal behind `old` say what it says behind `now`, nothing where it is not there or damaged.

    Its photos and recordings are known then, too. Returns 1, 0 where there is none behind `old`.
    """
    kept = _to_erase(old, PROPOSAL.c.id == proposal_id)
    told = _proposals(now, PROPOSAL.c.id == proposal_id)
    for one in kept:
        if not told:
            rewrite(old, erased(one))
            continue
        words = {name: getattr(told[0], name) for name in ("content", "thread", "flags", "district")}
        rewrite(old, replace(one, **words))
        query = sa.select(MEDIA).where(MEDIA.c.submission == proposal_id)
        known = set(old.execute(query.with_only_columns(MEDIA.c.id)).scalars())
        for row in now.execute(query).mappings():
            if row["id"] not in known:
                old.execute(sa.insert(MEDIA).values(dict(row)))
    return len(kept)


def _stone_of(proposal_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return TOMBSTONE.c.id == proposal_id, TOMBSTONE.c.what == "proposal"


def _gone(proposal_id: str) -> Conflict:
    return Conflict(
        mark("proposal {id} was deleted by its author"), mark("no link can open it"), id=repr(proposal_id)
    )


def _unknown(proposal_id: str) -> NotFound:
    return NotFound(mark("there is no proposal {id}"), mark("check the address"), id=repr(proposal_id[:64]))


def _one(connection: Connection, proposal_id: str) -> Proposal | None:
    return PROPOSALS.one(connection, sa.select(PROPOSAL).where(PROPOSAL.c.id == proposal_id))


def _proposals(connection: Connection, wanted: sa.ColumnElement[bool]) -> list[Proposal]:
    return PROPOSALS.readable(
        connection, sa.select(PROPOSAL).where(wanted), PROPOSAL.c.created, PROPOSAL.c.id
    )


def _to_erase(connection: Connection, wanted: sa.ColumnElement[bool]) -> list[Proposal]:
    query = sa.select(PROPOSAL).where(wanted)
    return PROPOSALS.readable(connection, query, PROPOSAL.c.created, PROPOSAL.c.id, instead=_without_words)


def _row(proposal: Proposal) -> dict[str, Any]:
    row = {column.name: getattr(proposal, column.name) for column in PROPOSAL.columns}
    row["content"] = feature_text(proposal.content) if proposal.content else ""
    row["thread"] = json.dumps([asdict(message) for message in proposal.thread], ensure_ascii=False)
    row["flags"] = json.dumps(proposal.flags)
    return row


def _proposal(row: Row) -> Proposal:
    if row["state"] not in STATES or row["kind"] not in PROPOSAL_KINDS:
        raise ValueError("its state or kind is unknown")
    content = place_store.place_from(row["content"], "pending") if row["content"] else None
    return Proposal(
        **{
            **row,
            "content": content,
            "thread": tuple(Message(**message) for message in objects_of(row["thread"])),
            "flags": texts_of(row["flags"]),
        }
    )


def _without_words(row: Row) -> Proposal:
    """Return what a damaged row still says for sure; it was closed, at the latest, when it was made."""
    texts = {column.name: sound_text(row[column.name]) for column in PROPOSAL.columns}
    moments = {name: texts[name] if is_moment(texts[name]) else "" for name in PROPOSALS.moments}
    numbers = {name: row[name] if isinstance(row[name], int) else 0 for name in _NUMBERS}
    result = numbers["result_revision"]
    state: State = next((one for one in STATES if one == row["state"]), "approved" if result else "withdrawn")
    made = moments["created"] or _LONG_AGO
    return Proposal(
        **{
            **texts,
            **numbers,
            "id": row["id"],
            "district": "",
            "decided_by": texts["decided_by"] if _ACCOUNT.fullmatch(texts["decided_by"]) else "",
            "digest": texts["digest"] if _HASH.fullmatch(texts["digest"]) else "",
            "kind": row["kind"] if row["kind"] in PROPOSAL_KINDS else "edit",
            "state": state,
            "content": None,
            "thread": (),
            "flags": (),
            "created": made,
            "decided": moments["decided"],
            "closed": (moments["closed"] or made) if state in _CLOSED else "",
        }
    )


_ACCOUNT, _HASH = re.compile(r"[\w:-]*"), re.compile(r"[0-9a-f]*")
_NUMBERS = ("base_revision", "result_revision")
_CLOSED: tuple[State, ...] = ("rejected", "withdrawn")
_LONG_AGO = "1970-01-01T00:00:00Z"
PROPOSALS = Kind("proposal", PROPOSAL, _proposal, moments=("created", "decided", "closed"))
