"""Rounds of looking after the map: when the last one was, what they found due, archived, and ask about."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import normalised
from micropolis_map.errors import NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store
from micropolis_map.stores.damage import Kind, Row, is_moment, texts_of
from micropolis_map.stores.database import Database
from micropolis_map.stores.place_store import Note
from micropolis_map.stores.tables import METADATA

Reason = Literal["clock", "many"]

CARE_ROUND = sa.Table(
    "care_round",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("moment", sa.String(40), nullable=False),
)
CARE_DUE = sa.Table(
    "care_due",
    METADATA,
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("id", sa.String(200), primary_key=True),
    sa.Column("since", sa.String(40), nullable=False),
)
CARE_BATCH = sa.Table(
    "care_batch",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("actor", sa.String(60), nullable=False),
    sa.Column("recorded", sa.String(40), nullable=False),
    sa.Column("taken_back", sa.String(40), nullable=False),
)
CARE_ARCHIVED = sa.Table(
    "care_archived",
    METADATA,
    sa.Column("batch", sa.String(40), sa.ForeignKey("care_batch.id"), primary_key=True),
    sa.Column("place_id", sa.String(128), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
)
CARE_QUESTION = sa.Table(
    "care_question",
    METADATA,
    sa.Column("community", sa.String(40), primary_key=True),
    sa.Column("reason", sa.String(20), nullable=False),
    sa.Column("asked", sa.String(40), nullable=False),
    sa.Column("before", sa.String(40), nullable=False),
    sa.Column("public", sa.Integer, nullable=False),
    sa.Column("places", sa.Text, nullable=False),
    sa.Column("put_off", sa.String(40), nullable=False),
)
_ONLY = 1
"""The one row of ``care_round``."""


@dataclass(frozen=True)
class Batch:
    """Places of one community that were archived together, by whom and when; `taken_back` is "" or when."""

    id: str
    community: str
    actor: str
    recorded: str
    places: tuple[str, ...] = ()
    taken_back: str = ""


@dataclass(frozen=True)
class Question:
    """What organisers are asked before anything of a community is archived.

    Attributes
    ----------
    reason
        ``clock``: it moved by days since the round at `before`; ``many``: too many of the `public` places.
    put_off
        Until when nobody is asked again, "" for now.
    """

    community: str
    reason: Reason
    asked: str
    before: str
    public: int
    places: tuple[str, ...]
    put_off: str = ""


class SqlRoundStore:
    """On SQLite and PostgreSQL; every method is one transaction, moments are ISO 8601 texts in UTC."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, now: str, jumped: Callable[[str], bool]) -> str:
        """Keep `now` as the last round's moment and return the one before, "" for the first round.

        When `jumped` says so of it, nothing counts as found due any more.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            before = connection.execute(sa.select(CARE_ROUND.c.moment)).scalar_one_or_none() or ""
            connection.execute(sa.delete(CARE_ROUND))
            connection.execute(sa.insert(CARE_ROUND).values(number=_ONLY, moment=now))
            if before and jumped(before):
                connection.execute(sa.delete(CARE_DUE))
            return before

    def found_due(self, kind: str, ids: Iterable[str], now: str) -> dict[str, str]:
        """Keep that just these of a kind are due, and return since when each has been found so."""
        due = set(ids)
        query = sa.select(CARE_DUE.c.id, CARE_DUE.c.since).where(CARE_DUE.c.kind == kind)
        with self._database.reading() as connection:
            found = {str(row.id): str(row.since) for row in connection.execute(query)}
        known = {one: since for one, since in found.items() if is_moment(since)}
        if found.keys() != due or known != found:
            with self._database.writing() as connection:
                place_store.wait_for_turn(connection)
                connection.execute(sa.delete(CARE_DUE).where(CARE_DUE.c.kind == kind))
                rows = [{"kind": kind, "id": one, "since": known.get(one, now)} for one in sorted(due)]
                if rows:
                    connection.execute(sa.insert(CARE_DUE), rows)
        return {one: known.get(one, now) for one in due}

    def archive(self, batch: Batch, places: Sequence[Place], note: Note) -> Batch:
        """Archive the places together and return the batch with those that were; others changed meanwhile."""
        wanted = [normalised(replace(place, status="archived")) for place in places]
        with self._database.writing() as connection:
            done = place_store.append_many(connection, wanted, note)
            kept = replace(batch, places=tuple(place.id for place in done))
            if done:
                values = {name: value for name, value in asdict(kept).items() if name != "places"}
                connection.execute(sa.insert(CARE_BATCH).values(values))
                rows = [
                    {"batch": batch.id, "place_id": place.id, "revision": place.revision} for place in done
                ]
                connection.execute(sa.insert(CARE_ARCHIVED), rows)
            connection.execute(sa.delete(CARE_QUESTION).where(CARE_QUESTION.c.community == batch.community))
            return kept

    def batch(self, batch_id: str) -> Batch:
        """Return the batch; `NotFound` without one."""
        with self._database.reading() as connection:
            found = _batches(connection, CARE_BATCH.c.id == batch_id)
        if not found:
            raise NotFound(
                mark("no places were archived together as {id}"),
                mark("look at the desk again"),
                id=repr(batch_id[:40]),
            )
        return found[0]

    def batches(self, community: str, most: int) -> Sequence[Batch]:
        """Return what was archived together and not taken back, the newest first."""
        wanted = sa.and_(CARE_BATCH.c.community == community, CARE_BATCH.c.taken_back == "")
        with self._database.reading() as connection:
            return _batches(connection, wanted)[:most]

    def archived_by(self, actor: str) -> Sequence[tuple[str, str, int]]:
        """Return what the actor archived that was not taken back: of which community, when, how many."""
        batch = (CARE_BATCH.c.id, CARE_BATCH.c.community, CARE_BATCH.c.recorded)
        query = sa.select(*batch, sa.func.count().label("places")).join(CARE_ARCHIVED)
        query = query.where(CARE_BATCH.c.actor == actor, CARE_BATCH.c.taken_back == "").group_by(*batch)
        with self._database.reading() as connection:
            return [(row.community, row.recorded, row.places) for row in connection.execute(query)]

    def take_back(self, batch_id: str, note: Note) -> int:
        """Publish again what is still as the batch left it; return how many. Twice is once."""
        rows = sa.select(CARE_ARCHIVED).where(CARE_ARCHIVED.c.batch == batch_id)
        with self._database.reading() as connection:
            left = {str(row.place_id): int(row.revision) for row in connection.execute(rows)}
            stored = place_store.stored_places(connection, list(left), damaged=set())
        # Read and checked before its turn comes; what is changed until then is at another revision.
        as_left = [
            normalised(replace(place, status="published"))
            for place in stored.values()
            if (place.status, place.revision) == ("archived", left[place.id])
        ]
        one = (CARE_BATCH.c.id == batch_id, CARE_BATCH.c.taken_back == "")
        update = sa.update(CARE_BATCH).where(*one).values(taken_back=note.recorded)
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            if not connection.execute(update).rowcount:
                return 0
            return len(place_store.append_many(connection, as_left, note))

    def ask(self, question: Question) -> None:
        """Keep the question in the place of the community's last one."""
        values = asdict(question) | {"places": json.dumps(question.places)}
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            same = CARE_QUESTION.c.community == question.community
            connection.execute(sa.delete(CARE_QUESTION).where(same))
            connection.execute(sa.insert(CARE_QUESTION).values(values))

    def drop_question(self, community: str) -> None:
        """Forget the community's question."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(CARE_QUESTION).where(CARE_QUESTION.c.community == community))

    def questions(self) -> dict[str, Question]:
        """Return what organisers are asked, by community."""
        with self._database.reading() as connection:
            found = QUESTIONS.readable(connection, sa.select(CARE_QUESTION))
        return {question.community: question for question in found}

    def asked_about(self) -> frozenset[str]:
        """Return the communities something is asked about, also where the question cannot be read."""
        with self._database.reading() as connection:
            return frozenset(connection.execute(sa.select(CARE_QUESTION.c.community)).scalars())


def _question(row: Row) -> Question:
    if row["reason"] not in get_args(Reason):
        raise ValueError("its reason is unknown")
    return Question(**{**row, "places": texts_of(row["places"])})


QUESTIONS = Kind(
    "question about old places",
    CARE_QUESTION,
    _question,
    keys=("community",),
    moments=("asked", "before", "put_off"),
)


def _batches(connection: Connection, wanted: sa.ColumnElement[bool]) -> list[Batch]:
    query = sa.select(CARE_BATCH).where(wanted).order_by(CARE_BATCH.c.recorded.desc(), CARE_BATCH.c.id)
    heads: list[Any] = list(connection.execute(query).mappings())
    found = []
    for head in heads:
        rows = sa.select(CARE_ARCHIVED.c.place_id).where(CARE_ARCHIVED.c.batch == head["id"])
        places = tuple(connection.execute(rows.order_by(CARE_ARCHIVED.c.place_id)).scalars())
        found.append(Batch(**head, places=places))
    return found
