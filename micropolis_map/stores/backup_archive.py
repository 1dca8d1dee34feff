"""The whole database in one file: a ZIP of JSON lines a table and the files beside them, each with its sum.

The file knows nothing of SQLite or PostgreSQL: what one wrote, the other takes back.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.errors import UnreadableFile
from micropolis_map.stores.damage import text_of_bytes
from micropolis_map.stores.database import Database
from micropolis_map.stores.files import sync_folder, unreadable, unwritable
from micropolis_map.stores.migrations import HEAD, migrate
from micropolis_map.stores.people_tables import ATTEMPT, TOKEN, TOMBSTONE
from micropolis_map.stores.tables import META, METADATA, SALT

FORMAT = 1
MANIFEST = "manifest.json"
MOST_OF_A_FILE = {"tables": 4_000_000_000, "photos": 15_000_000, "audio": 10_000_000}
"""Bytes of one file by its folder: tables are read row by row, the others whole; as much as we take in."""
MOST_OF_ANOTHER = 50_000_000
MOST_OF_A_ROW = 20_000_000
_AT_ONCE = 500
_MOST_DIGITS = 18
_STORE = sa.select(META.c.value).where(META.c.key == "store_id")
_TODO = "take another backup file"
_BROKEN = (OSError, zipfile.BadZipFile, ValueError, KeyError, EOFError, NotImplementedError, RuntimeError)
"""What `zipfile` and `json` raise for a broken file."""


def write(
    path: Path, connection: Connection, files: Iterable[tuple[str, Path]], facts: Mapping[str, Any]
) -> Any:
    """Write the backup aside, durably, and rename it to `path`; return its manifest.

    Parameters
    ----------
    connection
        Of the database, in the caller's transaction.
    files
        Pairs of a name in the archive and the file; one that is gone by now (its author deleted it
        meanwhile) is named in the manifest's ``missing``.
    facts
        Put into the manifest as they are.

    Raises
    ------
    StoreUnavailable
        The database cannot be read or `path` not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as raw:
                manifest = _fill(raw, connection, files, facts)
                raw.flush()
                os.fsync(raw.fileno())
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    return manifest


def _fill(
    raw: Any, connection: Connection, files: Iterable[tuple[str, Path]], facts: Mapping[str, Any]
) -> Any:
    sums: dict[str, str] = {}
    counts: dict[str, int] = {}
    missing: list[str] = []
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in _tables():
            name = f"tables/{table.name}.jsonl"
            counts[table.name], sums[name] = _dump(connection, table, archive, name)
        for name, path in files:
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                missing.append(name)
                continue
            archive.writestr(name, data, zipfile.ZIP_STORED)
            sums[name] = hashlib.sha256(data).hexdigest()
        manifest = {"micropolis_backup": FORMAT, "schema": HEAD, **facts}
        manifest |= {"tables": counts, "missing": missing, "sha256": sums}
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def _tables() -> list[sa.Table]:
    """Return what is kept, in an order in which rows can be added; counts of attempts are not."""
    return [table for table in METADATA.sorted_tables if table is not ATTEMPT]


def _dump(connection: Connection, table: sa.Table, archive: zipfile.ZipFile, name: str) -> tuple[int, str]:
    total, count = hashlib.sha256(), 0
    with archive.open(name, "w") as out:
        for row in connection.execute(_kept(table).order_by(*table.primary_key)).mappings():
            # Bytes of a damaged document go along as what they are: a backup is never refused for them.
            text = json.dumps(dict(row), ensure_ascii=False, default=text_of_bytes)
            line = (text + "\n").encode("utf-8", "backslashreplace")
            out.write(line)
            total.update(line)
            count += 1
    return count, total.hexdigest()


def _kept(table: sa.Table) -> sa.Select[Any]:
    """Return what is kept of the table: not the day's salt, which must be gone with its day."""
    query = sa.select(table)
    return query.where(META.c.key != SALT) if table is META else query


class Archive:
    """A backup file whose every part was compared with its sum."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest
        self._archive = archive

    def names(self) -> set[str]:
        """Return the names of what is no table."""
        return {name for name in self.manifest["sha256"] if not name.startswith("tables/")}

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the names and contents of what is no table."""
        for name in sorted(self.names()):
            yield name, self._archive.read(name)

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table; none where the backup has no such table."""
        name = f"tables/{table}.jsonl"
        if name in self.manifest["sha256"]:
            with self._archive.open(name) as lines:
                while line := lines.readline(MOST_OF_A_ROW + 1):
                    if len(line) > MOST_OF_A_ROW:
                        raise ValueError("a row is too long")
                    yield json.loads(line)

    def stage(self, folder: Path) -> Database:
        """Return a SQLite database in `folder` with the backup's rows, brought to the newest schema.

        Raises
        ------
        UnreadableFile
            The rows do not fit the schema they claim.
        """
        target = folder / "staged.sqlite"
        engine = sa.create_engine(f"sqlite:///{target}")
        try:
            with engine.begin() as connection:
                migrate(connection, str(self.path), to=str(self.manifest["schema"]))
                found = sa.MetaData()
                found.reflect(connection)
                for table in found.sorted_tables:
                    if table.name != "alembic_version":
                        connection.execute(sa.delete(table))
                        _insert(connection, table, self.rows(table.name))
        except (sa.exc.SQLAlchemyError, *_BROKEN) as error:
            raise self._wrong(f"its rows do not fit: {type(error).__name__}") from error
        finally:
            engine.dispose()
        return Database(f"sqlite:///{target}")

    def _wrong(self, why: str) -> UnreadableFile:
        return UnreadableFile(f"{str(self.path)!r} cannot be restored: {why}", _TODO)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Give the backup at `path` once every byte of it was read and compared with its sum.

    Raises
    ------
    UnreadableFile
        It is no backup, is damaged (which part), or a newer program made it.
    StoreUnavailable
        The file cannot be read.
    """
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise unreadable(path, error) from error
    with _zip(path) as archive:
        _check_listing(path, archive.infolist())
        manifest = _manifest(path, archive)
        for name, wanted in manifest["sha256"].items():
            if _sum(archive, name) != wanted:
                raise UnreadableFile(f"{str(path)!r} is damaged: {name!r} is not what was kept", _TODO)
        yield Archive(path, archive, manifest)


def _check_listing(path: Path, infos: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse what unpacks to more than we would have packed, by what the archive lists, before unpacking."""
    for info in infos:
        most = MOST_OF_A_FILE.get(info.filename.partition("/")[0], MOST_OF_ANOTHER)
        if info.file_size > most:
            raise UnreadableFile(
                f"{str(path)!r} cannot be restored: {info.filename[:80]!r} unpacks to"
                f" {info.file_size / 1e6:.0f} MB, more than {most / 1e6:.0f} MB",
                _TODO,
            )


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _BROKEN as error:
        raise UnreadableFile(f"{str(path)!r} is not a backup of Micropolis Map: {error}", _TODO) from error


def _manifest(path: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        manifest = json.loads(archive.read(MANIFEST))
        whole = manifest["micropolis_backup"] == FORMAT and isinstance(manifest["sha256"], dict)
        schema = str(manifest["schema"])
    except (*_BROKEN, TypeError) as error:
        raise UnreadableFile(f"{str(path)!r} is not a backup of Micropolis Map: {error}", _TODO) from error
    if not whole or schema > HEAD:
        raise UnreadableFile(
            f"{str(path)!r} has schema {schema}, this program knows up to {HEAD}", "upgrade Micropolis Map"
        )
    return manifest  # type: ignore[no-any-return]


def _sum(archive: zipfile.ZipFile, name: str) -> str:
    total = hashlib.sha256()
    try:
        with archive.open(name) as part:
            while piece := part.read(1 << 20):
                total.update(piece)
    except (*_BROKEN, Exception) as error:  # noqa: BLE001 - zlib.error is no subclass of the others
        return f"unreadable: {type(error).__name__}"
    return total.hexdigest()


def lock(connection: Connection) -> None:
    """Let nobody else write until the caller's transaction ends; SQLite's BEGIN IMMEDIATE did it already."""
    if connection.dialect.name != "sqlite":
        # Every writer counts in `meta` first, so that none holds a table we wait for while it waits for us.
        names = dict.fromkeys((META.name, *(table.name for table in METADATA.sorted_tables)))
        connection.execute(sa.text(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE"))


def replace_all(source: Database, new: Connection) -> None:
    """Make the rows behind `new` those of `source`, in the caller's transaction.

    `new` keeps the name of its store. Where the backup is of this store, sessions and one-time links that
    ended since stay ended. Counters of changes go on from the higher one, so that nobody who asked before
    takes the new state for the old one.
    """
    with source.reading() as old:
        kept = {row.key: row.value for row in new.execute(sa.select(META))}
        tokens = set(new.execute(sa.select(TOKEN.c.hash)).scalars())
        same = kept.get("store_id") == old.execute(_STORE).scalar()
        stones = [dict(row) for row in new.execute(sa.select(TOMBSTONE)).mappings()]
        for table in reversed(_tables()):
            new.execute(sa.delete(table))
        for table in _tables():
            rows: Iterable[dict[str, Any]] = (dict(row) for row in old.execute(sa.select(table)).mappings())
            if table is META:
                rows = _meta(rows, kept)
            if table is TOMBSTONE:
                rows = _stones(rows, stones)
            if table is TOKEN and same:
                rows = (row for row in rows if row["hash"] in tokens)
            _insert(new, table, rows)
            if new.dialect.name != "sqlite":
                _count_on(new, table)


def _stones(rows: Iterable[dict[str, Any]], now: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the backup's tombstones and those set since: the next restore must know of them, too."""
    since = {row["id"]: row for row in now if row["what"] != "town"}
    yield from (row for row in rows if row["id"] not in since)
    yield from since.values()


def _meta(rows: Iterable[dict[str, Any]], kept: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield what the store says of itself; what the backup does not say stays as it is."""
    came = {row["key"]: row["value"] for row in rows if row["key"] != SALT}  # an older program put that in
    for key, value in {**came, **kept}.items():
        told = came.get(key, value) if key not in {"store_id", SALT} else value
        if key.endswith("changes"):
            told = str(max(_count(told), _count(kept.get(key, ""))) + 1)
        yield {"key": key, "value": told}


def _count(value: str) -> int:
    """Return a counter; 0 for a damaged one, which only says that nothing was counted yet."""
    return int(value) if value.isdecimal() and len(value) <= _MOST_DIGITS else 0


def _insert(connection: Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> None:
    some: list[dict[str, Any]] = []
    for row in rows:
        some.append(row)
        if len(some) == _AT_ONCE:
            connection.execute(sa.insert(table), some)
            some = []
    if some:
        connection.execute(sa.insert(table), some)


def _count_on(connection: Connection, table: sa.Table) -> None:
    """Let PostgreSQL number new rows after those that came with their numbers."""
    column = table.autoincrement_column
    if column is None or column.autoincrement is not True:
        return
    highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
    connection.execute(sa.select(sa.func.setval(sequence, highest, sa.false())))
