"""All documents a database holds, looked at as their stores read them."""

from __future__ import annotations

from typing import Any

from micropolis_map.stores import (
    account_store,
    care_store,
    media_store,
    place_store,
    proposal_store,
    round_store,
    run_store,
    sql_tour_store,
    tombstones,
    town_request_store,
    walk_report_store,
    walk_store,
)
from micropolis_map.stores.damage import Damage, Kind
from micropolis_map.stores.database import Database

KINDS: tuple[Kind[Any], ...] = (
    place_store.PLACES,
    place_store.REVISIONS,
    proposal_store.PROPOSALS,
    tombstones.TOMBSTONES,
    media_store.MEDIA_RECORDS,
    care_store.REPORTS,
    care_store.CONFIRMATIONS,
    care_store.FOUND_TRUE,
    sql_tour_store.TOURS,
    sql_tour_store.TOUR_REVISIONS,
    sql_tour_store.TOUR_KEYS,
    walk_store.WALKS,
    walk_store.SEATS,
    walk_report_store.REPORTS,
    walk_report_store.OBSTACLES,
    walk_report_store.SURVEYS,
    run_store.RUNS,
    account_store.ACCOUNTS,
    round_store.QUESTIONS,
    town_request_store.TOWN_REQUESTS,
)


def damaged_documents(database: Database, known: set[int] | None = None) -> tuple[list[Damage], int]:
    """Return every stored document that cannot be read, and how many were looked at.

    Parameters
    ----------
    known
        Hashes of rows that were sound before: they are not read again. Takes those found now.

    Raises
    ------
    StoreUnavailable
        The database itself cannot be read.
    """
    sound: set[int] = set()
    before = known if known is not None else set()
    found: list[Damage] = []
    with database.reading() as connection:
        for kind in KINDS:
            found += kind.damaged(connection, before, sound)
    if known is not None:
        known.clear()
        known |= sound
    return found, len(found) + len(sound)
