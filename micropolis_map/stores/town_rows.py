"""Erasing all rows of a town, in every table that holds something of it."""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from micropolis_map.stores import place_store
from micropolis_map.stores.damage import texts_of
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import ACCOUNT, CONFIRMATION, MEDIA, STILL_TRUE, TOKEN, TOMBSTONE
from micropolis_map.stores.round_store import CARE_ARCHIVED, CARE_BATCH
from micropolis_map.stores.tables import METADATA, PLACE, PLACE_REVISION
from micropolis_map.stores.tour_tables import TOUR, TOUR_KEY, TOUR_REVISION
from micropolis_map.stores.walk_tables import GUIDED_WALK, WALK_SEAT

_BY_PLACE = (PLACE_REVISION, CONFIRMATION, STILL_TRUE)
_BY_TOUR = (TOUR_REVISION, TOUR_KEY)


def media_of_town(database: Database, slug: str) -> list[tuple[str, str]]:
    """Return the kinds (``photo``, ``audio``) and ids of the town's files: gone before what leads to them."""
    with database.reading() as connection:
        rows = connection.execute(sa.select(MEDIA.c.kind, MEDIA.c.id).where(MEDIA.c.community == slug))
        return [(row.kind, row.id) for row in rows]


def erase_town(database: Database, slug: str, recorded: str) -> None:
    """Erase what the database holds of the town, the rights in it too, and leave a tombstone.

    Who looked after this town only may not sign in any more: a planner of no town would be one of all.
    """
    with database.erasing() as connection:
        place_store.wait_for_turn(connection)
        _erase_by(connection, _BY_PLACE, "place_id", sa.select(PLACE.c.id).where(PLACE.c.community == slug))
        _erase_by(connection, _BY_TOUR, "tour_id", sa.select(TOUR.c.id).where(TOUR.c.community == slug))
        walks = sa.select(GUIDED_WALK.c.id).where(GUIDED_WALK.c.community == slug)
        _erase_by(connection, (WALK_SEAT,), "walk_id", walks)
        batches = sa.select(CARE_BATCH.c.id).where(CARE_BATCH.c.community == slug)
        _erase_by(connection, (CARE_ARCHIVED,), "batch", batches)
        for table in METADATA.sorted_tables:
            if "community" in table.c:
                connection.execute(sa.delete(table).where(table.c.community == slug))
        stone = {"id": f"town:{slug}", "what": "town", "community": slug, "recorded": recorded, "note": ""}
        connection.execute(sa.insert(TOMBSTONE).values(stone))
        _take_rights(connection, slug)
        place_store.count_change(connection)


def _erase_by(
    connection: Connection, tables: tuple[sa.Table, ...], column: str, ids: sa.Select[tuple[str]]
) -> None:
    for table in tables:
        connection.execute(sa.delete(table).where(table.c[column].in_(ids)))


def _take_rights(connection: Connection, slug: str) -> None:
    rows = connection.execute(sa.select(ACCOUNT)).mappings().all()
    for row in rows:
        try:
            communities, districts = texts_of(row["communities"]), texts_of(row["districts"])
        except ValueError:  # nobody knows what it may: it may nothing
            connection.execute(sa.update(ACCOUNT).where(ACCOUNT.c.id == row["id"]).values(active=False))
            connection.execute(sa.delete(TOKEN).where(TOKEN.c.account_id == row["id"]))
            continue
        left = [one for one in communities if one != slug]
        inside = [one for one in districts if not one.startswith(f"{slug}/")]
        if (tuple(left), tuple(inside)) == (communities, districts):
            continue
        stays = bool(left or inside) or row["role"] == "administrator"
        values = {"communities": json.dumps(left), "districts": json.dumps(inside, ensure_ascii=False)}
        one = ACCOUNT.c.id == row["id"]
        connection.execute(
            sa.update(ACCOUNT).where(one).values(**values, active=bool(row["active"]) and stays)
        )
        if not stays:
            connection.execute(sa.delete(TOKEN).where(TOKEN.c.account_id == row["id"]))
