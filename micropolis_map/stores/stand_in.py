"""What is read while the database cannot be written: the same file, a copy of it, or the public places.

SQLite in WAL mode writes beside the database even to read it. On a disk that went read-only the file is
opened as one that cannot change; where its log still holds something, both are copied aside first.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

_LOG = logging.getLogger(__name__)
Fill = Callable[[Path], None]
"""Makes a database of what is public at the path."""


class StandIn:
    """Engines that answer in the place of the database at `path`, each made once for a state of the files.

    Parameters
    ----------
    public, fill
        The file of what is public, and how it becomes a database.
    """

    def __init__(self, path: Path, public: Path | None, fill: Fill | None) -> None:
        self._path = path
        self._public = public
        self._fill = fill
        self._making = threading.Lock()
        self._public_only = False
        self._made: tuple[Any, Engine, tempfile.TemporaryDirectory[str] | None] | None = None

    def engine(self, *, emptied: bool) -> Engine | None:
        """Return what is read instead, None where there is nothing."""
        with self._making:
            state = (emptied, *map(_stamp, (self._path, self._log, self._public)))
            if self._made is None or self._made[0] != state:
                whole = None if emptied else self._of_file()
                made = whole or self._of_public()
                self._public_only = whole is None
                self._made = (state, *made) if made else None
            return self._made[1] if self._made else None

    @property
    def is_partial(self) -> bool:
        """Whether only what is public is there."""
        return self._public_only

    @property
    def _log(self) -> Path:
        return self._path.with_name(f"{self._path.name}-wal")

    def _of_file(self) -> tuple[Engine, tempfile.TemporaryDirectory[str] | None] | None:
        """Return an engine on the file as it is; None where it cannot be read."""
        folder, path = None, self._path
        try:
            if self._log.exists() and self._log.stat().st_size:
                folder = tempfile.TemporaryDirectory(prefix="micropolis-")
                path = Path(shutil.copy(self._path, folder.name))
                shutil.copy(self._log, folder.name)
            engine = _engine(path, "mode=ro&immutable=1" if folder is None else "mode=rw")
            with engine.connect() as connection:
                connection.exec_driver_sql("SELECT value FROM meta").all()
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            _LOG.error("the database cannot be read as it is, only what is public: %s", error)
            return None
        return engine, folder

    def _of_public(self) -> tuple[Engine, tempfile.TemporaryDirectory[str] | None] | None:
        if self._public is None or self._fill is None or not self._public.exists():
            return None
        folder = tempfile.TemporaryDirectory(prefix="micropolis-")
        path = Path(folder.name) / "public.sqlite"
        self._fill(path)
        return _engine(path, "mode=rw"), folder


def _engine(path: Path, how: str) -> Engine:
    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, check_same_thread=False)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool)

    def read_only(connection: Any, record: Any) -> None:  # noqa: ARG001 - SQLAlchemy's event signature
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        connection.execute("PRAGMA query_only=ON")

    sa.event.listen(engine, "connect", read_only)
    return engine


def _stamp(path: Path | None) -> tuple[int, int] | None:
    try:
        facts = path.stat() if path else None
    except OSError:
        return None
    return (facts.st_mtime_ns, facts.st_size) if facts else None
