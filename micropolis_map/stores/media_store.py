"""What we know of photos and recordings: who sent them, with which submission."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.errors import Conflict
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store, tombstones
from micropolis_map.stores.damage import Kind, Row, sound_text
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import MEDIA


@dataclass(frozen=True)
class Medium:
    """A photo or recording that was sent; `digest` is of the bytes as sent, to know them again."""

    id: str
    kind: Literal["photo", "audio"]
    submission: str
    community: str
    author_key: str
    digest: str
    created: str
    width: int = 0
    height: int = 0


class SqlMediaStore:
    """Records of media on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, medium: Medium, most: int) -> Medium:
        """Keep the record; the same bytes of the same sender for the submission are kept once.

        Returns
        -------
        Medium
            The record, or the one that was kept before.

        Raises
        ------
        Conflict
            The submission has `most` of its kind already.
        """
        with self._database.writing() as connection:
            place_store.wait_for_turn(connection)
            same = (MEDIA.c.submission == medium.submission, MEDIA.c.kind == medium.kind)
            sent = (*same, MEDIA.c.author_key == medium.author_key, MEDIA.c.digest == medium.digest)
            known = connection.execute(sa.select(MEDIA).where(*sent)).mappings().first()
            if known is not None:
                return Medium(**known)
            query = sa.select(sa.func.count()).select_from(MEDIA).where(*same)
            if connection.execute(query).scalar_one() >= most:
                raise Conflict(
                    mark("{most} of these are there already"),
                    mark("send at most {most}, or remove one first"),
                    most=most,
                )
            connection.execute(sa.insert(MEDIA).values(asdict(medium)))
            return medium

    def all(self) -> Sequence[Medium]:
        """Return every record, sorted by id."""
        return sorted(self._where(sa.true()), key=lambda medium: medium.id)

    def find(self, medium_id: str) -> Medium | None:
        """Return the record, None without one."""
        found = self._where(MEDIA.c.id == medium_id)
        return found[0] if found else None

    def of_submission(self, submission: str) -> Sequence[Medium]:
        """Return what was sent with the submission, the oldest first; of a damaged record who sent it too."""
        return self._where(MEDIA.c.submission == submission, instead=_damaged)

    def of_author(self, key: str) -> Sequence[Medium]:
        """Return what was sent with the (hashed) key; of a damaged record who sent it too."""
        return self._where(MEDIA.c.author_key == key, instead=_damaged)

    def older_than(self, moment: str) -> Sequence[Medium]:
        """Return what was sent before the ISO 8601 moment."""
        return self._where(MEDIA.c.created < moment)

    def remove(self, ids: Sequence[str], now: str) -> None:
        """Forget the records, in the file's free pages too: they name the key of who sent them."""
        with self._database.erasing() as connection:
            place_store.wait_for_turn(connection)
            names = [tombstones.nameless(one) for one in ids]
            erase_records(connection, names, now)
            tombstones.bury(connection, "medium", names, now)

    def _where(
        self, wanted: sa.ColumnElement[bool], instead: Callable[[Row], Medium] | None = None
    ) -> list[Medium]:
        query = sa.select(MEDIA).where(wanted)
        with self._database.reading() as connection:
            return MEDIA_RECORDS.readable(connection, query, MEDIA.c.created, MEDIA.c.id, instead=instead)


def erase_records(connection: Connection, names: Sequence[str], now: str) -> int:  # noqa: ARG001 - as others
    """Forget the records of these names (`nameless`) in the caller's transaction; return how many."""
    there = connection.execute(sa.select(MEDIA.c.id)).scalars().all()
    wanted = frozenset(names)
    ids = [one for one in there if tombstones.nameless(one) in wanted]
    gone = [sa.delete(MEDIA).where(MEDIA.c.id == one) for one in ids]
    return sum(int(connection.execute(one).rowcount) for one in gone)


def media_in(connection: Connection) -> list[Medium]:
    """Return all records, the oldest first, in the caller's transaction."""
    return MEDIA_RECORDS.readable(connection, sa.select(MEDIA), MEDIA.c.created, MEDIA.c.id)


def _medium(row: Row) -> Medium:
    if row["kind"] not in {"photo", "audio"}:
        raise ValueError("its kind is unknown")
    return Medium(**row)


def _damaged(row: Row) -> Medium:
    """Return what leads from a damaged record to its file, so that deleting takes that along."""
    return Medium(
        id=row["id"],
        kind="audio" if row["id"].startswith("a") else "photo",
        submission=sound_text(row["submission"]),
        community=sound_text(row["community"]),
        author_key=sound_text(row["author_key"]),
        digest="",
        created="",
    )


MEDIA_RECORDS = Kind("photo or recording", MEDIA, _medium, moments=("created",))
