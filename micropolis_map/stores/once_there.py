"""Whether a database that was used before is empty now: that is no fresh start.

A small file, the mark, says that it was there: beside SQLite's file, or in the data folder for a database of
a server. What is there and has no name of its own (``store_id``) was emptied.
"""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from micropolis_map.errors import DatabaseUnavailable
from micropolis_map.stores.tables import META

_MADE = ".made"
_STORE_ID = "store_id"


def mark_of(url: URL, path: Path | None, beside: Path | None) -> Path | None:
    """Return where the mark lies of the database at `url`, in the file `path` if it is SQLite's.

    None where nothing is kept: in memory, or on a server without a folder `beside`. Who signs in there, and
    how, does not make it another database.
    """
    if path is not None:
        return path.with_name(path.name + _MADE)
    if beside is None or url.get_backend_name() == "sqlite":
        return None
    same = repr((url.host, url.port, url.database, sorted(url.query.items())))
    return beside / f"postgresql-{hashlib.sha256(same.encode()).hexdigest()[:12]}{_MADE}"


def is_emptied(path: Path) -> bool:
    """Return whether SQLite's file was there and is gone or has no byte now."""
    if not path.with_name(path.name + _MADE).exists():
        return False
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True


def is_blank(connection: Connection) -> bool:
    """Return whether the database has no name of its own: no table that holds it, or no row."""
    if not sa.inspect(connection).has_table(META.name):
        return True
    return connection.execute(sa.select(META.c.value).where(META.c.key == _STORE_ID)).first() is None


def name_store(connection: Connection) -> None:
    """Write the database's name and counters where it has none: it begins anew on purpose."""
    known = set(connection.execute(sa.select(META.c.key)).scalars())
    first = {_STORE_ID: uuid.uuid4().hex[:12], "changes": "0", "tour_changes": "0"}
    rows = [{"key": key, "value": value} for key, value in first.items() if key not in known]
    if rows:
        connection.execute(sa.insert(META), rows)


def version_in(connection: Connection, counter: str) -> str:
    """Return a token that changes with every change that `counter` counts, and differs between databases.

    Raises
    ------
    DatabaseUnavailable
        The name or the counter is gone: somebody emptied the database while it was used.
    """
    query = sa.select(META.c.key, META.c.value).where(META.c.key.in_([_STORE_ID, counter]))
    found = {row.key: row.value for row in connection.execute(query)}
    if len(found) < 2:
        raise DatabaseUnavailable(
            f"the database has no {_STORE_ID} or no {counter}: it was emptied",
            "restore a backup (command 'restore')",
        )
    return f"{found[_STORE_ID]}-{found[counter]}"


def forget_store(connection: Connection) -> None:
    """Take the database's name away, so that it counts as emptied."""
    connection.execute(sa.delete(META).where(META.c.key == _STORE_ID))
