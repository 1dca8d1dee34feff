"""What we know of photos and recordings: who sent them, with which submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.errors import Conflict
from micropolis_map.i18n import mark
from micropolis_map.stores import place_store
from micropolis_map.stores.damage import Kind, Row
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
        """Return what was sent with the submission, the oldest first."""
        return self._where(MEDIA.c.submission == submission)

    def of_author(self, key: str) -> Sequence[Medium]:
        """Return what was sent with the (hashed) key."""
        return self._where(MEDIA.c.author_key == key)

    def older_than(self, moment: str) -> Sequence[Medium]:
        """Return what was sent before the ISO 8601 moment."""
        return self._where(MEDIA.c.created < moment)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget the records, in the file's free pages too: they name the key of who sent them."""
        with self._database.erasing() as connection:
            for medium_id in ids:
                connection.execute(sa.delete(MEDIA).where(MEDIA.c.id == medium_id))

    def _where(self, wanted: sa.ColumnElement[bool]) -> list[Medium]:
        with self._database.reading() as connection:
            return media_in(connection, wanted)


def media_in(connection: Connection, wanted: sa.ColumnElement[bool] | None = None) -> list[Medium]:
    """Return the records that fulfil `wanted`, the oldest first, in the caller's transaction."""
    query = sa.select(MEDIA) if wanted is None else sa.select(MEDIA).where(wanted)
    return MEDIA_RECORDS.readable(connection, query, MEDIA.c.created, MEDIA.c.id)


def _medium(row: Row) -> Medium:
    if row["kind"] not in {"photo", "audio"}:
        raise ValueError("its kind is unknown")
    return Medium(**row)


MEDIA_RECORDS = Kind("photo or recording", MEDIA, _medium, moments=("created",))
