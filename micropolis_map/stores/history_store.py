"""A place's appended revisions, and the one thing that changes them: an author's wish to be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import feature_text
from micropolis_map.domain.proposal import Proposal
from micropolis_map.stores import place_store, proposal_store, tombstones
from micropolis_map.stores.damage import Row
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import CONFIRMATION, PROPOSAL, REPORT, STILL_TRUE, TOMBSTONE
from micropolis_map.stores.place_store import Note
from micropolis_map.stores.tables import PLACE, PLACE_REVISION
from micropolis_map.stores.tombstones import Tombstone


@dataclass(frozen=True)
class Entry:
    """One revision: who (role, with an account's id or ``resident``), when, why, and the whole place."""

    revision: int
    recorded: str
    actor: str
    note: str
    place: Place


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
        wanted = TOMBSTONE.c.community == community if community is not None else None
        with self._database.reading() as connection:
            return tombstones.stones(connection, wanted)

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
            tombstones.put(connection, forgetting.tombstones)


def _entry(row: Row) -> Entry:
    place = place_store.REVISIONS.read(row)
    return Entry(row["revision"], row["recorded"], row["actor"], row["note"], place)


_ENTRIES = place_store.REVISIONS.reading(_entry)
_RECORDED = place_store.REVISIONS.reading(lambda row: (str(row["place_id"]), str(row["recorded"])))


def _erase_revisions(connection: Connection, forgetting: Forgetting, note: Note) -> None:
    """Clean what can be read; what cannot be read cannot be cleaned either: all of it goes."""
    change = forgetting.blank if forgetting.whole else forgetting.clean
    mine = sa.select(PLACE_REVISION).where(PLACE_REVISION.c.place_id == forgetting.place_id)
    numbers = connection.execute(
        mine.with_only_columns(PLACE_REVISION.c.number, PLACE_REVISION.c.revision)
    ).all()
    known = connection.execute(sa.select(PLACE.c.id).where(PLACE.c.id == forgetting.place_id)).first()
    if known is None or change is None:
        return
    newest = max((number.revision for number in numbers), default=1)
    lost = Place(
        forgetting.place_id, forgetting.community, "co-created", {},
        {"type": "Point", "coordinates": [0.0, 0.0]}, status="withdrawn", revision=newest,
    )  # fmt: skip
    whole = {entry.revision: entry.place for entry in _ENTRIES.readable(connection, mine)}
    for number, revision in numbers:
        update = sa.update(PLACE_REVISION).where(PLACE_REVISION.c.number == number)
        if revision in whole:
            update = update.values(document=feature_text(change(whole[revision])))
        else:
            new = forgetting.blank(replace(lost, revision=revision))
            told = {"recorded": note.recorded, "actor": note.actor, "note": note.text}
            update = update.values(document=feature_text(new), status=new.status, **told)
        connection.execute(update)
    # The stored state goes without becoming a revision: else the last one would still hold it. Where it is
    # damaged it is what the newest revision says.
    readable = place_store.stored_places(connection, [forgetting.place_id], damaged=set())
    stored = readable.get(forgetting.place_id) or whole.get(newest)
    left = change(stored) if stored else forgetting.blank(lost)
    current = sa.update(PLACE).where(PLACE.c.id == forgetting.place_id)
    connection.execute(current.values(place_store.row_of(left)))
    place_store.append(connection, left, note, expected_revision=left.revision)


def _erase_proposals(connection: Connection, forgetting: Forgetting) -> None:
    own = PROPOSAL.c.id.in_(forgetting.proposals)
    of_place = PROPOSAL.c.place_id == forgetting.place_id
    for proposal in proposal_store.proposals_where(connection, sa.or_(own, of_place)):
        proposal_store.rewrite(connection, _forgotten(proposal, forgetting))
    # What cannot be read may hold the same words and cannot be cleaned: its content goes.
    damaged = own if forgetting.clean is None else sa.or_(own, of_place)
    proposal_store.blank_damaged(connection, damaged, forgetting.proposals)


def _forgotten(proposal: Proposal, forgetting: Forgetting) -> Proposal:
    if proposal.id in forgetting.proposals:
        return proposal_store.erased(proposal)
    if proposal.content is None or forgetting.clean is None:
        return proposal
    return replace(proposal, content=forgetting.clean(proposal.content))
