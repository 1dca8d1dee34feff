"""What people propose, and the decisions on it, in the places' database: one transaction for both."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import feature_text
from micropolis_map.domain.proposal import PROPOSAL_KINDS, STATES, Message, Proposal
from micropolis_map.errors import Conflict, NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store
from micropolis_map.stores.damage import Kind, Row, objects_of, texts_of
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import MEDIA, PROPOSAL
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
        if (old.content is not None and new.content != old.content) or not set(old.thread) <= set(new.thread):
            self._database.scrub()  # what its author corrected, or an organiser took back
        return new, place

    def reissue(self, proposal_id: str, key: str) -> Proposal:
        """Give the proposal, and all that was sent with its key, the new (hashed) `key`."""
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            old = _existing(connection, proposal_id)
            if not old.author_key:
                raise Conflict(
                    mark("proposal {id} was deleted by its author"),
                    mark("no link can open it"),
                    id=repr(proposal_id),
                )
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


def blank_damaged(connection: Connection, wanted: sa.ColumnElement[bool]) -> None:
    """Erase what the damaged ones of the proposals that fulfil `wanted` hold, in the caller's transaction."""
    there = set(connection.execute(sa.select(PROPOSAL.c.id).where(wanted)).scalars())
    for proposal_id in there - {proposal.id for proposal in _proposals(connection, wanted)}:
        one = sa.update(PROPOSAL).where(PROPOSAL.c.id == proposal_id)
        connection.execute(one.values(content="", thread="[]", flags="[]"))


def _existing(connection: Connection, proposal_id: str) -> Proposal:
    found = _one(connection, proposal_id)
    if found is None:
        raise NotFound(
            mark("there is no proposal {id}"), mark("check the address"), id=repr(proposal_id[:64])
        )
    return found


def _one(connection: Connection, proposal_id: str) -> Proposal | None:
    return PROPOSALS.one(connection, sa.select(PROPOSAL).where(PROPOSAL.c.id == proposal_id))


def _proposals(connection: Connection, wanted: sa.ColumnElement[bool]) -> list[Proposal]:
    return PROPOSALS.readable(
        connection, sa.select(PROPOSAL).where(wanted), PROPOSAL.c.created, PROPOSAL.c.id
    )


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


PROPOSALS = Kind("proposal", PROPOSAL, _proposal, moments=("created", "decided", "closed"))
