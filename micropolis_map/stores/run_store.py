"""Planners' kept runs, on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.domain.kept_run import KeptRun, RunKind
from micropolis_map.errors import NotFound
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store, tombstones
from micropolis_map.stores.damage import Kind, Row, document_of, is_moment, sound_text
from micropolis_map.stores.database import Database
from micropolis_map.stores.tables import METADATA

KEPT_RUN = sa.Table(
    "kept_run",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("community", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("inputs", sa.Text, nullable=False),
    sa.Column("figures", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("build_id", sa.String(80), nullable=False),
    sa.Column("places", sa.String(64), nullable=False),
    sa.Column("program", sa.String(20), nullable=False),
    sa.Column("kept_by", sa.String(40), nullable=False),
    sa.Column("created", sa.String(40), nullable=False),
    sa.Column("deleted", sa.String(40), nullable=False),
)
_JSON = ("inputs", "figures")


class SqlRunStore:
    """Every method is one transaction; moments are ISO 8601 texts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: KeptRun, is_same: Callable[[KeptRun, KeptRun], bool] | None = None) -> KeptRun:
        """Keep the run and return it; or one of its community that `is_same` finds to be the same."""
        # ASCII only: PostgreSQL's texts cannot hold U+0000
        values = asdict(run) | {name: json.dumps(getattr(run, name), allow_nan=False) for name in _JSON}
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            if is_same is not None:
                for kept in _of_community(connection, run.community):
                    if is_same(kept, run):
                        return kept
            connection.execute(sa.insert(KEPT_RUN).values(values))
        return run

    def get(self, run_id: str) -> KeptRun:
        """Return the run, a deleted one too; `NotFound` without one."""
        query = sa.select(KEPT_RUN).where(KEPT_RUN.c.id == run_id)
        with self._database.reading() as connection:
            run = RUNS.one(connection, query)
        if run is None:
            raise _no_run(run_id)
        return run

    def to_erase(self, run_id: str) -> KeptRun:
        """Return as `get` does, a damaged one without what it says: whose it is, and of which community."""
        query = sa.select(KEPT_RUN).where(KEPT_RUN.c.id == run_id)
        with self._database.reading() as connection:
            found = RUNS.readable(connection, query, instead=_without_words)
        if not found:
            raise _no_run(run_id)
        return found[0]

    def of_community(self, community: str) -> Sequence[KeptRun]:
        """Return the community's runs that are not deleted, the newest first."""
        with self._database.reading() as connection:
            return _of_community(connection, community)

    def set_deleted(self, run_id: str, moment: str) -> None:
        """Mark the run as deleted at `moment`; with an empty one it is there again."""
        update = sa.update(KEPT_RUN).where(KEPT_RUN.c.id == run_id).values(deleted=moment)
        with self._database.writing() as connection:
            if not connection.execute(update).rowcount:
                raise _no_run(run_id)

    def deleted_before(self, moment: str) -> Sequence[str]:
        """Return the ids of the runs that were deleted before the moment, sorted."""
        wanted = (KEPT_RUN.c.deleted != "", KEPT_RUN.c.deleted < moment)
        with self._database.reading() as connection:
            return list(
                connection.execute(sa.select(KEPT_RUN.c.id).where(*wanted).order_by(KEPT_RUN.c.id)).scalars()
            )

    def erase(self, ids: Sequence[str], now: str) -> int:
        """Erase those of the runs that are deleted; return how many."""
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            query = sa.select(KEPT_RUN.c.id).where(KEPT_RUN.c.deleted != "")
            deleted = set(connection.execute(query).scalars())
            gone = [one for one in ids if one in deleted]
            tombstones.bury(connection, "run", gone, now)
            return erase_runs(connection, gone, now)


def erase_runs(connection: Connection, ids: Sequence[str], now: str) -> int:  # noqa: ARG001 - as others
    """Erase the runs in the caller's transaction; return how many."""
    gone = [sa.delete(KEPT_RUN).where(KEPT_RUN.c.id == one) for one in ids]
    return sum(int(connection.execute(one).rowcount) for one in gone)


def _of_community(connection: Connection, community: str) -> list[KeptRun]:
    query = sa.select(KEPT_RUN).where(KEPT_RUN.c.community == community, KEPT_RUN.c.deleted == "")
    return RUNS.readable(connection, query, KEPT_RUN.c.created.desc(), KEPT_RUN.c.id)


def _run(row: Row) -> KeptRun:
    given = {name: document_of(row[name]) for name in _JSON}
    if not all(isinstance(value, dict) for value in given.values()):
        raise ValueError("its inputs or figures are no object")
    return KeptRun(**{**row, **given})


def _without_words(row: Row) -> KeptRun:
    """Return what a damaged row still says for sure."""
    texts = {column.name: sound_text(row[column.name]) for column in KEPT_RUN.columns}
    moments = {name: texts[name] if is_moment(texts[name]) else "" for name in RUNS.moments}
    kind = next((one for one in get_args(RunKind) if one == row["kind"]), "coverage")
    given: dict[str, Any] = {**texts, **moments, "kind": kind, "title": "", "inputs": {}, "figures": {}}
    return KeptRun(**given)


RUNS = Kind("kept result", KEPT_RUN, _run, moments=("created", "deleted"))


def _no_run(run_id: str) -> NotFound:
    return NotFound(
        mark("there is no kept result {result}"),
        mark("look it up in the list of results"),
        result=repr(run_id[:40]),
    )
