"""Stored documents that cannot be read any more: each hides itself only, and can be named.

Every store reads its rows through a `Kind`: what can be read is returned, what cannot is left out and logged
once, by its id. Nothing here quotes what a document says: it may be a hidden one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.errors import Conflict
from micropolis_map.i18n import mark

_LOG = logging.getLogger(__name__)
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError, Conflict)
"""What reading a document of any content raises; `InvalidInput` is a ValueError."""

Row = Mapping[str, Any]
T = TypeVar("T")
U = TypeVar("U")


class DamagedDocument(Conflict):
    """What is stored under an id cannot be read, so it cannot be changed either."""

    def __init__(self, kind: str, document_id: str) -> None:
        super().__init__(
            mark("what is stored of {kind} {id} is damaged"),
            mark("tell who looks after this server"),
            kind=kind,
            id=repr(document_id[:128]),
        )
        self.args = (kind, document_id)


@dataclass(frozen=True)
class Damage:
    """A stored document that cannot be read: whose it is and what is wrong, never what it says."""

    kind: str
    id: str
    community: str
    why: str

    @property
    def todo(self) -> str:
        """What to do about it."""
        return f"restore a backup made before, or delete what the database holds of this {self.kind}"


@dataclass(frozen=True)
class Kind(Generic[T]):
    """How rows of a table become what they stand for.

    Attributes
    ----------
    read
        Returns it; raises any error of a wrong value for a damaged row.
    keys
        Columns that name a row; an index of the database holds them, so that they survive the row.
    where
        Which column says of which community it is, empty for none.
    moments
        Columns that hold an ISO 8601 moment, or nothing.
    """

    name: str
    table: sa.Table
    read: Callable[[Row], T]
    keys: tuple[str, ...] = ("id",)
    where: str = "community"
    moments: tuple[str, ...] = ()

    def readable(
        self,
        connection: Connection,
        query: sa.Select[Any],
        *order: Any,
        instead: Callable[[Row], T] | None = None,
    ) -> list[T]:
        """Return those of the query's rows that can be read, in that order; `instead` for the others."""
        found = []
        for row in self._rows(connection, query.order_by(*order), order):
            try:
                found.append(self._read(row))
            except _UNREADABLE as error:
                _log(self.name, self._id(row), _why(self.name, error))
                found += [] if instead is None else [instead(row)]
        return found

    def one(self, connection: Connection, query: sa.Select[Any]) -> T | None:
        """Return what the query's only row stands for, None without one; `DamagedDocument` for a bad one."""
        row = next(iter(self._rows(connection, query, ())), None)
        if row is None:
            return None
        try:
            return self._read(row)
        except _UNREADABLE as error:
            _log(self.name, self._id(row), _why(self.name, error))
            raise DamagedDocument(self.name, self._id(row)) from None

    def damaged(self, connection: Connection, known: set[int], sound: set[int]) -> Iterator[Damage]:
        """Yield what cannot be read; `sound` takes the hashes of the others.

        Rows whose hash is in `known` are not read again.
        """
        lost: list[str] = []
        for row in self._rows(connection, sa.select(self.table), (), lost):
            state = hash((self.name, *row.values()))
            try:
                if state not in known:
                    self._read(row)
            except _UNREADABLE as error:
                yield Damage(self.name, self._id(row), self._community(row), _why(self.name, error))
            else:
                sound.add(state)
        yield from (Damage(self.name, one, "", "its page of the database is destroyed") for one in lost)

    def reading(self, read: Callable[[Row], U]) -> Kind[U]:
        """Return the same rows, read as something else."""
        return Kind(self.name, self.table, read, self.keys, self.where, self.moments)

    def _rows(
        self,
        connection: Connection,
        query: sa.Select[Any],
        order: Sequence[Any],
        lost: list[str] | None = None,
    ) -> list[Row]:
        try:
            return [dict(row) for row in connection.execute(query).mappings()]
        except sa.exc.DatabaseError as error:
            if "malformed" not in str(error.orig):
                raise
        # A page of the table is destroyed. Keys are in an index, too: they lead to the rows on sound pages.
        keys = [self.table.c[name] for name in self.keys]
        found: list[Row] = []
        for values in connection.execute(sa.select(*keys)).all():
            one = query.where(*(key == value for key, value in zip(keys, values, strict=True)))
            try:
                found += [dict(row) for row in connection.execute(one).mappings()]
            except sa.exc.DatabaseError:
                name = " ".join(str(value) for value in values)
                _log(self.name, name, "its page of the database is destroyed")
                if lost is not None:
                    lost.append(name)
        return _sorted(found, order)

    def _read(self, row: Row) -> T:
        _check_types(self.table, row)
        for name in self.moments:
            if row[name]:
                datetime.fromisoformat(row[name])
        return self.read(row)

    def _id(self, row: Row) -> str:
        return " ".join(str(row.get(name, "")) for name in self.keys).encode("utf-8", "replace").decode()

    def _community(self, row: Row) -> str:
        value = row.get(self.where, "")
        return value if isinstance(value, str) and value.isascii() else ""


def text_of_bytes(raw: bytes) -> str:
    """Return SQLite's text; what is not UTF-8 in it stays visible as lone surrogates (PEP 383)."""
    return raw.decode("utf-8", "surrogateescape")


def document_of(text: str) -> Any:
    """Return the JSON document of a text; ValueError where it is none, or cannot be written again."""
    document = json.loads(text)
    if "\\ud" in text.lower():  # a lone half of a pair would break every answer it is in
        json.dumps(document, ensure_ascii=False).encode()
    return document


def objects_of(text: str) -> list[dict[str, Any]]:
    """Return the list of objects a text holds."""
    found = document_of(text)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError("it is no list of objects")
    return found


def texts_of(text: str) -> tuple[str, ...]:
    """Return the list of texts a text holds."""
    found = document_of(text)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError("it is no list of texts")
    return tuple(found)


def is_moment(text: object) -> bool:
    """Return whether the text is an ISO 8601 moment."""
    try:
        datetime.fromisoformat(str(text)).astimezone(UTC)
    except (ValueError, OverflowError):  # the second: of year 1 or 9999, in a zone where it is another
        return False
    return True


def sound_text(value: object) -> str:
    """Return a text of a damaged row; "" for what is none, or not Unicode."""
    if not isinstance(value, str):
        return ""
    return value if value.encode("utf-8", "replace").decode() == value else ""


@lru_cache(maxsize=64)
def _types(table: sa.Table) -> dict[str, tuple[type, ...]]:
    found: dict[str, tuple[type, ...]] = {}
    for column in table.columns:
        kind = column.type.python_type
        found[column.name] = ((float, int) if kind is float else (kind,)) + (
            (type(None),) if column.nullable else ()
        )
    return found


def _check_types(table: sa.Table, row: Row) -> None:
    types = _types(table)
    for name, value in row.items():
        if not isinstance(value, types.get(name, (str, bool))):  # what is joined to it
            raise TypeError(f"{name} has not the type of its column")
        if isinstance(value, str) and not value.isascii():
            value.encode()


def _why(kind: str, error: BaseException) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, UnicodeError):
        return "it is not UTF-8"
    if isinstance(cause, json.JSONDecodeError):
        return f"it is not JSON (from character {cause.pos} on)"
    return f"it has not the shape of a {kind}"


def _sorted(rows: list[Row], order: Sequence[Any]) -> list[Row]:
    for column in reversed(order):
        falling = isinstance(column, sa.UnaryExpression)
        name = (column.element if falling else column).name
        rows.sort(key=itemgetter(name), reverse=falling)
    return rows


@lru_cache(maxsize=1_000)
def _log(kind: str, document_id: str, why: str) -> None:
    _LOG.error("the stored %s %r is damaged and left out: %s", kind, document_id, why)
