"""That something was erased, and when: what every way back asks, an old backup or what is sent again.

A stone names the kind and the id of what was erased and holds nothing of what it said. Whatever erases leaves
one in the same transaction; `erased_again` erases by them what a restored backup brought back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.stores.damage import Kind, Row, sound_text
from micropolis_map.stores.people_tables import TOMBSTONE

What = Literal[
    "tour", "tour_key", "proposal_words", "report", "walk_report", "seat", "walkers", "town_request", "run",
    "medium",
]  # fmt: skip
"""Kinds whose stones are named ``<kind>:<id>``; ``place``, ``proposal``, ``town`` have their own ways."""


@dataclass(frozen=True)
class Tombstone:
    """That something was deleted for good, and when."""

    id: str
    what: str
    community: str
    recorded: str
    note: str

    @property
    def of(self) -> str:
        """The id of what was erased."""
        return self.id.removeprefix(f"{self.what}:")


def put(connection: Connection, stones: Iterable[Tombstone]) -> None:
    """Keep the stones, each in the place of an older one of its id, in the caller's transaction."""
    for stone in stones:
        connection.execute(sa.delete(TOMBSTONE).where(TOMBSTONE.c.id == stone.id))
        connection.execute(sa.insert(TOMBSTONE).values(asdict(stone)))


def bury(
    connection: Connection,
    what: What,
    erased: Iterable[str],
    recorded: str,
    community: str = "",
    note: str = "",
) -> None:
    """Keep that these were erased, in the caller's transaction."""
    put(connection, [Tombstone(f"{what}:{one}", what, community, recorded, note) for one in erased])


def is_buried(connection: Connection, what: What, one: str) -> bool:
    """Return whether it was erased."""
    query = sa.select(TOMBSTONE.c.id).where(TOMBSTONE.c.id == f"{what}:{one}")
    return connection.execute(query).first() is not None


def unearth(connection: Connection, what: What, again: Iterable[str]) -> None:
    """Forget that these were erased: they were given anew."""
    for one in again:
        connection.execute(sa.delete(TOMBSTONE).where(TOMBSTONE.c.id == f"{what}:{one}"))


def nameless(*parts: str) -> str:
    """Return by what name is buried whose own name (a key, a photo) must not stay either: its hash."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:40]


def stones(connection: Connection, wanted: sa.ColumnElement[bool] | None = None) -> list[Tombstone]:
    """Return those that fulfil `wanted`, the oldest first, in the caller's transaction."""
    query = sa.select(TOMBSTONE) if wanted is None else sa.select(TOMBSTONE).where(wanted)
    order = (TOMBSTONE.c.recorded, TOMBSTONE.c.id)
    return TOMBSTONES.readable(connection, query, *order, instead=_damaged)


def _damaged(row: Row) -> Tombstone:
    """Return what a damaged stone still stands for: its name holds, whatever else of it is lost."""
    kinds = (*get_args(What), "place", "proposal", "town")
    named = row["id"].partition(":")[0]
    what = next((one for one in (row["what"], named) if one in kinds), "proposal")
    return Tombstone(row["id"], what, sound_text(row["community"]), "1970-01-01T00:00:00Z", "")


TOMBSTONES = Kind("tombstone", TOMBSTONE, lambda row: Tombstone(**row), moments=("recorded",))
