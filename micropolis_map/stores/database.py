"""A SQL database on SQLAlchemy: SQLite beside the data, or PostgreSQL.

Each transaction has a connection of its own, so nothing is shared between threads. SQLite runs in WAL with
``synchronous=FULL``: what was committed survives a loss of power. Every foreign exception leaves here as
`StoreUnavailable`.
"""

from __future__ import annotations

import logging
import math
import shutil
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
from micropolis_map.i18n import mark
from micropolis_map.stores.damage import text_of_bytes
from micropolis_map.stores.migrations import migrate
from micropolis_map.stores.once_there import forget_store, is_blank, is_emptied, mark_of, name_store
from micropolis_map.stores.stand_in import Fill, StandIn

_LOG = logging.getLogger(__name__)
BUSY_TIMEOUT_S = 30
"""How long a SQLite transaction waits for another process's; then it is reported as locked."""
LOOK_S = 0.05
"""How long a look at whether SQLite can be written waits for who writes just now."""
SCRUB_S = 2.0
"""How long erasing waits for readers of an older state of SQLite."""
_TABLES = sa.text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()")
"""All of them: a list kept by hand would lack the next one."""


class EmptiedDatabase(DatabaseUnavailable):
    """The database was there, and is gone or empty now: that is no fresh start."""


class Database:
    """One database by its SQLAlchemy URL; opened and migrated to the newest schema when first used.

    A database that cannot be opened is tried again at the next use: each use raises `StoreUnavailable`
    until it can be.

    Parameters
    ----------
    beside
        Folder that keeps the mark of a database of PostgreSQL; SQLite's lies beside its file.

    Raises
    ------
    InvalidInput
        The URL is not one of SQLite or PostgreSQL.
    """

    def __init__(
        self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S, beside: Path | None = None
    ) -> None:
        self.url = _checked(url)
        self.name = self.url.database if self.is_sqlite else self.url.render_as_string(hide_password=True)
        self._busy_timeout_s = busy_timeout_s
        self._engine: Engine | None = None
        self._opening = threading.Lock()
        self._owes_scrub = False
        self._lost_file = False
        self._locked_since_s = math.inf
        self._path = _file_of(self.url)
        self._mark = mark_of(self.url, self._path, beside)
        self._stand_in: StandIn | None = None
        self._said = ""
        self.reads_instead = False
        """Whether something else was read last, since the database cannot be written."""

    def read_instead(self, public: Path, fill: Fill) -> None:
        """Let `public`, made a database by `fill`, be read while there is no other (SQLite only)."""
        if self._path is not None:
            self._stand_in = StandIn(self._path, public, fill)

    def require_whole(self) -> None:
        """Raise `DatabaseUnavailable` while only what is public can be read."""
        with self._answering():
            try:
                with self._opened().connect() as connection:
                    connection.exec_driver_sql("SELECT 1 FROM meta")
            except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
                if self._instead(error) is None or self._stand_in is None or self._stand_in.is_partial:
                    raise

    def begin_anew(self) -> bool:
        """Let an emptied database be a fresh start, on purpose; return whether it was emptied."""
        try:
            with self._answering():
                self._opened()
        except EmptiedDatabase:
            self._lost_file = self._path is not None and is_emptied(self._path)
            if self._mark is not None:
                self._mark.unlink()
            return True
        return False

    def stay_emptied(self) -> None:
        """Take `begin_anew` back, where what was to come did not."""
        if not self._lost_file:
            with self.writing() as connection:
                forget_store(connection)
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()
        if self._path is not None and self._lost_file:
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        self._set_mark()

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state."""
        with self._answering(), self._reader() as connection:
            yield connection  # its transaction began with the first question, and is rolled back

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together, durably, when the block ends without error."""
        with self._answering(), self._opened().connect() as plain:
            connection = plain.execution_options(micropolis_writes=True)
            with connection.begin():
                yield connection
        self._locked_since_s = math.inf
        if self._owes_scrub:
            self.scrub(wait_s=0.0)

    def check_writing(self) -> None:
        """Write and take it back, without waiting for the disk; `DatabaseUnavailable` when it cannot be.

        A disk with less room than one change needs cannot be written either. While others write it can be,
        but not once all looks of as long as a change waits have found it held.
        """
        began_s = time.monotonic()
        try:
            with self._answering():
                self._try_writing()
        except DatabaseUnavailable as error:
            if "lock" not in error.what:
                raise
            self._locked_since_s = min(self._locked_since_s, began_s)
            if time.monotonic() - self._locked_since_s >= self._busy_timeout_s:
                raise
        else:
            self._locked_since_s = math.inf
        if self._path is not None and shutil.disk_usage(self._path.parent).free < _ROOM_BYTES:
            raise self._unavailable(OSError("the disk is full"))

    def _try_writing(self) -> None:
        with self._opened().connect() as plain:
            if self.is_sqlite:
                wait_s = min(LOOK_S, self._busy_timeout_s)
                plain.connection.driver_connection.execute(f"PRAGMA busy_timeout={wait_s * 1000:.0f}")  # type: ignore[union-attr]
            connection = plain.execution_options(micropolis_writes=True)
            with connection.begin() as transaction:
                if not self.is_sqlite:
                    connection.execute(sa.text(f"SET LOCAL lock_timeout = {LOOK_S * 1000:.0f}"))
                connection.execute(sa.text("UPDATE meta SET value = value WHERE key = 'store_id'"))
                transaction.rollback()

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
            tables = connection.execute(_TABLES).scalars().all()
            connection.execute(sa.text(f"VACUUM {', '.join(tables)}"))

    def integrity(self) -> list[str]:
        """Return what the database finds wrong with itself; PostgreSQL looks after that by its own sums."""
        if not self.is_sqlite:
            return []
        with self.reading() as connection:
            said = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return [str(line) for line in said if line != "ok"] + [f"row {row} refers to nothing" for row in lost]

    @contextmanager
    def _reader(self) -> Iterator[Connection]:
        try:
            connection = self._opened().connect()
            try:
                if self._path is not None:  # a disk that went read-only is noticed here
                    connection.exec_driver_sql("SELECT 1 FROM meta")
            except BaseException:
                connection.close()
                raise
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            other = self._instead(error)
            if other is None:
                raise
            connection, self.reads_instead = other.connect(), True
        else:
            self.reads_instead = False
        with connection:
            yield connection

    def _instead(self, error: Exception) -> Engine | None:
        if self._stand_in is None:
            return None
        emptied = isinstance(error, EmptiedDatabase)
        cannot_write = any(sign in str(error).lower() for sign in _CANNOT_WRITE)
        if not emptied and not (cannot_write and self._path is not None and self._path.is_file()):
            return None
        if str(error) != self._said:
            self._said = str(error)
            _LOG.error("nothing can be written, what can be read is read: %s", error)
        return self._stand_in.engine(emptied=emptied)

    def _opened(self) -> Engine:
        with self._opening:
            if self._path is not None and is_emptied(self._path):
                self._engine = None
                raise self._emptied()
            if self._engine is None:
                engine = self._make_engine()
                if self.is_sqlite:
                    _switch_to_wal(engine)
                with engine.connect() as plain:
                    connection = plain.execution_options(micropolis_writes=True)
                    with connection.begin():
                        if not self.is_sqlite:
                            connection.execute(sa.text("SELECT pg_advisory_xact_lock(7236400)"))
                        if self._mark is not None and self._mark.exists() and is_blank(connection):
                            raise self._emptied()
                        migrate(connection, str(self.name))
                        name_store(connection)
                self._set_mark()
                self._engine = engine
            return self._engine

    def _emptied(self) -> EmptiedDatabase:
        return EmptiedDatabase(
            f"the database {self.name!r} was there and is gone or empty",
            "restore a backup (command 'restore'), or begin anew on purpose (command 'begin-anew')",
        )

    def _set_mark(self) -> None:
        if self._mark is not None:
            self._mark.touch(mode=0o600)

    def _make_engine(self) -> Engine:
        if not self.is_sqlite:
            return sa.create_engine(self.url, pool_pre_ping=True)
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not self._path.is_dir():
                # What waits and who looks after the map is in it; its log takes over these rights.
                self._path.touch(mode=0o600)
                if self._path.stat().st_mode & 0o077:
                    self._path.chmod(0o600)
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
        return DatabaseUnavailable(
            f"the database {self.name!r} cannot be used: {reason}", todo, keeper=_KEEPER
        )


_KEEPER = mark("MICROPOLIS_DATABASE_URL says which database it is")
_ROOM_BYTES = 200_000
_CANNOT_WRITE = ("readonly", "read-only", "unable to open", "permission denied")
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
    ("no such table", "it is not Micropolis Map's"),
    ("connection", "check that the database server runs"),
)


def _file_of(url: URL) -> Path | None:
    """Return the file of a SQLite database; None for another one, in memory, or with options of its own."""
    plain = url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:"
    return Path(str(url.database)) if plain and not url.query else None


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
