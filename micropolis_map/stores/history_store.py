"""A place's appended revisions, and the one thing that changes them: an author's wish to be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import feature_text
from micropolis_map.domain.proposal import Proposal
from micropolis_map.stores import place_store, proposal_store
from micropolis_map.stores.damage import Kind, Row
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import CONFIRMATION, PROPOSAL, REPORT, STILL_TRUE, TOMBSTONE
from micropolis_map.stores.place_store import Note
from micropolis_map.stores.tables import PLACE, PLACE_REVISION


@dataclass(frozen=True)
class Entry:
    """One revision: who (role, with an account's id or ``resident``), when, why, and the whole place."""

    revision: int
    recorded: str
    actor: str
    note: str
    place: Place


@dataclass(frozen=True)
class Tombstone:
    """That something was deleted for good, and when."""

    id: str
    what: str
    community: str
    recorded: str
    note: str


@dataclass(frozen=True)
class Forgetting:
    """What is to be forgotten of one place.

    Attributes
    ----------
    proposals
        Ids of the proposals whose contents go.
    clean
        Returns a state of the place without what its author put there; used on every revision and on others'
        proposals. None leaves the place, its revisions and the others' proposals alone.
    whole
        Whether nothing of the place remains (nobody else told anything about it).
    blank
        What stays of it then.
    """

    place_id: str
    community: str
    proposals: tuple[str, ...]
    clean: Callable[[Place], Place] | None
    whole: bool
    blank: Callable[[Place], Place]
    tombstones: tuple[Tombstone, ...]


class SqlHistoryStore:
    """Revisions and tombstones on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, place_id: str) -> Sequence[Entry]:
        """Return the place's revisions, the oldest first; empty for an unknown place."""
        query = sa.select(PLACE_REVISION).where(PLACE_REVISION.c.place_id == place_id)
        with self._database.reading() as connection:
            return _ENTRIES.readable(connection, query, PLACE_REVISION.c.revision)

    def last_recorded(self, community: str | None = None) -> dict[str, str]:
        """Return when each place's newest revision was recorded, by place id.

        Where the newest moment is none (damage), the newest that is one.
        """
        place, recorded = PLACE_REVISION.c.place_id, PLACE_REVISION.c.recorded
        newest = sa.select(place, sa.func.max(recorded).label("recorded")).group_by(place)
        if community is not None:
            newest = newest.join(PLACE, PLACE.c.id == place).where(PLACE.c.community == community)
        with self._database.reading() as connection:
            found = _RECORDED.readable(connection, newest, instead=lambda row: (str(row["place_id"]), ""))
            bad = [place_id for place_id, moment in found if not moment]
            for start in range(0, len(bad), place_store.AT_ONCE):
                some = place.in_(bad[start : start + place_store.AT_ONCE])
                found += _RECORDED.readable(connection, sa.select(place, recorded).where(some))
        last: dict[str, str] = {}
        for place_id, moment in found:
            last[place_id] = max(moment, last.get(place_id, ""))
        return {place_id: moment for place_id, moment in last.items() if moment}

    def tombstones(self, community: str | None = None) -> Sequence[Tombstone]:
        """Return what was deleted for good, the oldest first."""
        query = sa.select(TOMBSTONE)
        if community is not None:
            query = query.where(TOMBSTONE.c.community == community)
        with self._database.reading() as connection:
            return _stones(connection, query)

    def put(self, place: Place, note: Note, *, expected_revision: int) -> Place:
        """Append the place's next revision and say who did it and why; `Conflict` on another revision."""
        with self._database.writing() as connection:
            return place_store.append(connection, place, note, expected_revision=expected_revision)

    def put_many(self, places: Sequence[Place], note: Note) -> int:
        """Append the next revisions of all that changed in one transaction; return how many."""
        return place_store.SqlPlaceStore(self._database).put_many(places, note)

    def forget(self, forgetting: Forgetting, note: Note) -> None:
        """Erase what `forgetting` says from every table in one transaction, then from the file's free pages.

        Photos and recordings, and their records, are the caller's.
        """
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            _erase_revisions(connection, forgetting, note)
            _erase_proposals(connection, forgetting)
            if forgetting.whole:
                for table in (CONFIRMATION, REPORT, STILL_TRUE):
                    connection.execute(sa.delete(table).where(table.c.place_id == forgetting.place_id))
            for stone in forgetting.tombstones:
                connection.execute(sa.delete(TOMBSTONE).where(TOMBSTONE.c.id == stone.id))
                connection.execute(sa.insert(TOMBSTONE).values(vars(stone)))


def tombstones_in(connection: Connection) -> list[Tombstone]:
    """Return what was deleted for good, in the caller's transaction."""
    return _stones(connection, sa.select(TOMBSTONE))


def _stones(connection: Connection, query: sa.Select[Any]) -> list[Tombstone]:
    return TOMBSTONES.readable(connection, query, TOMBSTONE.c.recorded, TOMBSTONE.c.id)


def _entry(row: Row) -> Entry:
    place = place_store.REVISIONS.read(row)
    return Entry(row["revision"], row["recorded"], row["actor"], row["note"], place)


_ENTRIES = place_store.REVISIONS.reading(_entry)
_RECORDED = place_store.REVISIONS.reading(lambda row: (str(row["place_id"]), str(row["recorded"])))
TOMBSTONES = Kind("tombstone", TOMBSTONE, lambda row: Tombstone(**row), moments=("recorded",))


def _erase_revisions(connection: Connection, forgetting: Forgetting, note: Note) -> None:
    stored = place_store.stored_places(connection, [forgetting.place_id]).get(forgetting.place_id)
    change = forgetting.blank if forgetting.whole else forgetting.clean
    if stored is None or change is None:
        return
    mine = sa.select(PLACE_REVISION).where(PLACE_REVISION.c.place_id == forgetting.place_id)
    numbers = (PLACE_REVISION.c.number, PLACE_REVISION.c.revision)
    whole = {entry.revision: entry.place for entry in _ENTRIES.readable(connection, mine)}
    for number, revision in connection.execute(mine.with_only_columns(*numbers)).all():
        # One that cannot be read cannot be cleaned either: all of it goes.
        new = change(whole[revision]) if revision in whole else forgetting.blank(stored)
        update = sa.update(PLACE_REVISION).where(PLACE_REVISION.c.number == number)
        connection.execute(update.values(document=feature_text(new)))
    # The stored state goes without becoming a revision: else the last one would still hold it.
    current = sa.update(PLACE).where(PLACE.c.id == stored.id)
    connection.execute(current.values(place_store.row_of(change(stored))))
    place_store.append(connection, change(stored), note, expected_revision=stored.revision)


def _erase_proposals(connection: Connection, forgetting: Forgetting) -> None:
    for proposal in proposal_store.proposals_where(connection, PROPOSAL.c.place_id == forgetting.place_id):
        proposal_store.rewrite(connection, _forgotten(proposal, forgetting))
    # What cannot be read may hold the same words and cannot be cleaned: its content goes.
    proposal_store.blank_damaged(connection, PROPOSAL.c.place_id == forgetting.place_id)


def _forgotten(proposal: Proposal, forgetting: Forgetting) -> Proposal:
    if proposal.id in forgetting.proposals:
        return replace(
            proposal,
            state="deleted",
            content=None,
            author_key="",
            thread=(),
            flags=(),
            digest="",
            district="",
        )
    if proposal.content is None or forgetting.clean is None:
        return proposal
    return replace(proposal, content=forgetting.clean(proposal.content))
