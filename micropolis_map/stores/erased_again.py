"""What was erased since a backup was made is erased from what it brings back, kind by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy.engine import Connection

from micropolis_map.stores import (
    care_store,
    media_store,
    proposal_store,
    run_store,
    sql_tour_store,
    tombstones,
    town_request_store,
    walk_report_store,
    walk_store,
)
from micropolis_map.stores.place_store import AT_ONCE
from micropolis_map.stores.tombstones import Tombstone, What

ERASING: Mapping[What, Callable[[Connection, Sequence[str], str], int]] = {
    "tour": sql_tour_store.erase_tours,
    "tour_key": sql_tour_store.erase_keys,
    "report": care_store.erase_reports,
    "walk_report": walk_report_store.erase_words,
    "seat": walk_store.erase_seats,
    "walkers": walk_store.erase_people,
    "town_request": town_request_store.erase_requests,
    "run": run_store.erase_runs,
    "medium": media_store.erase_records,
}
"""Each erases what has these ids, if it is there, at that moment; the same that erased it first."""

_KEEP_WHEN: frozenset[What] = frozenset({"tour", "report", "walk_report", "seat"})
"""Of these is kept when they were closed."""


def erase_again(old: Connection, now: Connection, stones: Iterable[Tombstone]) -> int:
    """Erase from the backup behind `old` what `stones` say was erased; return how much of it was there.

    Parameters
    ----------
    now
        The database before the backup takes its place: what somebody wrote over is as they left it there.
    """
    count = 0
    found = list(stones)
    together: dict[tuple[str, str], list[str]] = {}
    for stone in found:
        if stone.what in ERASING:
            at = stone.recorded if stone.what in _KEEP_WHEN else ""
            together.setdefault((stone.what, at), []).append(stone.of)
    for what, erase in ERASING.items():
        for (kind, at), ids in together.items():
            for start in range(0, len(ids) if kind == what else 0, AT_ONCE):
                count += erase(old, ids[start : start + AT_ONCE], at)
    known = set(tombstones.stones(old))
    for stone in found:
        # A backup that holds this very stone was made after the words went.
        if stone.what == "proposal_words" and stone not in known:
            count += proposal_store.take_words(old, now, stone.of)
    return count
