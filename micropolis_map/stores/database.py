"""A SQL database on SQLAlchemy: SQLite beside the data, or PostgreSQL.

Each transaction has a connection of its own, so nothing is shared between threads. SQLite runs in WAL with
``synchronous=FULL``: what was committed survives a loss of power. Every foreign exception leaves here as
`StoreUnavailable`.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import NullPool

from micropolis_map.errors import DatabaseUnavailable, InvalidInput, MicropolisError
from micropolis_map.stores.damage import text_of_bytes
from micropolis_map.stores.migrations import migrate

_LOG = logging.getLogger(__name__)
BUSY_TIMEOUT_S = 30
"""How long a SQLite transaction waits for another process's; then it is reported as locked."""
SCRUB_S = 2.0
"""How long erasing waits for readers of an older state of SQLite."""
_ERASED_FROM = (
    "place", "place_revision", "proposal", "media", "report", "tour_revision", "tour_key", "walk_seat",
    "walk_report", "walk_obstacle", "kept_run", "attempt", "town_request",
)  # fmt: skip


class Database:
    """One database by its SQLAlchemy URL; opened and migrated to the newest schema when first used.

    A database that cannot be opened is tried again at the next use: each use raises `StoreUnavailable`
    until it can be.

    Raises
    ------
    InvalidInput
        The URL is not one of SQLite or PostgreSQL.
    """

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.url = _checked(url)
        self.name = self.url.database if self.is_sqlite else self.url.render_as_string(hide_password=True)
        self._busy_timeout_s = busy_timeout_s
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        self._owes_scrub = False

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state."""
        with self._answering(), self._opened().connect() as connection:
            yield connection  # its transaction begins with the first question, and is rolled back

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together, durably, when the block ends without error."""
        with self._answering(), self._opened().connect() as plain:
            connection = plain.execution_options(micropolis_writes=True)
            with connection.begin():
                yield connection
        if self._owes_scrub:
            self.scrub(wait_s=0.0)

    @contextmanager
    def erasing(self) -> Iterator[Connection]:
        """Give a connection as `writing` does; what is deleted or written over leaves the disk too."""
        with self.writing() as connection:
            yield connection
        self.scrub()

    def scrub(self, wait_s: float = SCRUB_S) -> None:
        """Let what was deleted leave the disk too: SQLite's log is emptied, PostgreSQL's dead rows go.

        Where somebody reads an older state for longer than `wait_s`, the next change does it.
        """
        with self._answering(), self._opened().connect() as plain:
            if self.is_sqlite:
                self._owes_scrub = not _empty_wal(plain.connection.driver_connection, wait_s)
                return
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(sa.text(f"VACUUM {', '.join(_ERASED_FROM)}"))

    def integrity(self) -> list[str]:
        """Return what the database finds wrong with itself; PostgreSQL looks after that by its own sums."""
        if not self.is_sqlite:
            return []
        with self.reading() as connection:
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return [str(line) for line in said if line != "ok"] + [f"row {row} refers to nothing" for row in lost]

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is None:
                engine = self._make_engine()
                if self.is_sqlite:
                    _switch_to_wal(engine)
                with engine.connect() as plain:
                    connection = plain.execution_options(micropolis_writes=True)
                    with connection.begin():
                        if not self.is_sqlite:
                            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7236400)"))
                        migrate(connection, str(self.name))
                self._engine = engine
            return self._engine

    def _make_engine(self) -> Engine:
        if not self.is_sqlite:
            return sa.create_engine(self.url, pool_pre_ping=True)
        if self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            self.url, poolclass=NullPool, connect_args={"timeout": self._busy_timeout_s}
        )
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            if isinstance(error, MicropolisError):  # NotAllowed, said by what runs in it, is an OSError too
                raise
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> DatabaseUnavailable:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        todo = next((todo for sign, todo in _WHAT_TO_DO if sign in reason.lower()), _OTHERWISE)
        _LOG.error("the database %r cannot be used: %s", self.name, reason)
        return DatabaseUnavailable(f"the database {self.name!r} cannot be used: {reason}", todo)


_OTHERWISE = "check that the database exists and may be read and written"
_WHAT_TO_DO = (
    ("locked", "another process holds it: wait, or end that process"),
    ("readonly", "give this user the right to write the file and its folder"),
    ("read-only", "give this user the right to write the file and its folder"),
    ("permission denied", "give this user the right to write the file and its folder"),
    ("unable to open", "check that its folder exists and may be written"),
    ("not a database", "it is damaged: put it aside and restore a backup"),
    ("malformed", "it is damaged: put it aside and restore a backup"),
    ("disk i/o error", "check the disk, then restore a backup if it is damaged"),
    ("full", "free some space on the disk"),
    ("no such table", "it is not Micropolis Map's: set MICROPOLIS_DATABASE_URL to another one"),
    ("connection", "check that the database server runs and that MICROPOLIS_DATABASE_URL is right"),
)


def _checked(text: str) -> URL:
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except sa.exc.ArgumentError:
        backend = text.split(":", 1)[0][:40]  # not the whole of it: it may hold a password
    if backend not in {"sqlite", "postgresql"}:
        raise InvalidInput(
            f"the database's address begins with {backend!r}",
            "set MICROPOLIS_DATABASE_URL to sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
        )
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _set_up_sqlite(connection: Any, record: Any) -> None:  # noqa: ARG001 - SQLAlchemy's event signature
    connection.text_factory = text_of_bytes  # damaged bytes hide one row, not every row read with it
    connection.isolation_level = None  # SQLAlchemy, not the driver, opens transactions (`_begin_sqlite`)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")  # what its author deleted is overwritten, not only unlinked


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a transaction that reads first and then writes would else fail
    # at the write when another process wrote in between, without waiting for the busy timeout.
    writes = connection.get_execution_options().get("micropolis_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _empty_wal(connection: Any, wait_s: float) -> bool:
    """Empty SQLite's log and return whether it is; a reader of an older state holds that up."""
    connection.execute(f"PRAGMA busy_timeout={wait_s * 1000:.0f}")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _switch_to_wal(engine: Engine, attempts: int = 100) -> None:
    """Turn WAL on; SQLite does not wait for its busy timeout here, so it is tried for some seconds."""
    for attempt in range(attempts):
        raw = engine.raw_connection()
        try:
            if raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                return
            raw.execute("PRAGMA journal_mode=WAL")
        except sqlite3.Error as error:
            if "locked" not in str(error) or attempt == attempts - 1:
                raise
        else:
            return
        finally:
            raw.close()
        time.sleep(0.05)
