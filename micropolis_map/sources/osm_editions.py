"""Which of several listings of one element counts: the newest edition, whatever the order of the files.

An *edition* is one number an element: its version in the upper bits, the second it was made in the lower ones
(`edition_of`). A listing without either is as old as its file. `PLACE_ONLY` marks nodes and ways of which
just the place is known, written into something else: they count where nothing better is listed.

References
----------
OpenStreetMap Wiki, "Elements" (common attributes ``version``, ``timestamp``, ``visible``).
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

PLACE_ONLY = -1
_TIME_BITS = 34
"""Seconds since 1970 fit until the year 2514; 29 bits are left for versions."""
_TIME = (1 << _TIME_BITS) - 1
MOST_VERSIONS = 1 << (62 - _TIME_BITS)


def edition_of(version: str | int, timestamp: str = "") -> int:
    """Return the edition of an element; 0 where neither is known (or is no version, no time).

    >>> edition_of(2, "2024-01-01T00:00:00Z") > edition_of(1, "2026-01-01T00:00:00Z") > edition_of(0)
    True
    """
    try:
        number = int(version)
    except ValueError:
        number = 0
    return (min(max(number, 0), MOST_VERSIONS) << _TIME_BITS) | seconds_of(timestamp)


def seconds_of(timestamp: str) -> int:
    """Return the seconds since 1970 of an ISO timestamp, 0 where it is none."""
    if not timestamp:
        return 0
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return 0
    return min(max(int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()), 0), _TIME)


def editions_of(version: Ints, seconds: Ints) -> Ints:
    """Return `edition_of` for columns of versions and seconds."""
    editions: Ints = (np.clip(version, 0, MOST_VERSIONS) << _TIME_BITS) | np.clip(seconds, 0, _TIME)
    return editions


def dated(edition: Ints, timestamp: str) -> Ints:
    """Return the editions, those without a time being of their file's: it shows the state of that moment."""
    seconds = seconds_of(timestamp)
    undated = (edition >= 0) & ((edition & _TIME) == 0)
    return np.where(undated, edition | seconds, edition) if seconds else edition


def is_newer(one: int, other: int) -> bool:
    """Return whether the edition `one` is known to come after `other`."""
    if one >> _TIME_BITS > 0 and other >> _TIME_BITS > 0:
        return one > other
    return one & _TIME > other & _TIME > 0 and other >= 0


def newest(ids: Ints, edition: Ints, *preferred: NDArray[np.generic]) -> Ints:
    """Return the position of the listing to keep of each id, in the order of their first listing.

    The highest version counts, where every listing of the id names one; else the latest time, where each has
    one; among equals the greatest of `preferred`, one column after the other; else the first.
    """
    known, first, group = np.unique(ids, return_index=True, return_inverse=True)
    if len(known) == len(ids):
        return np.arange(len(ids))
    real = edition >= 0
    versioned, timed = np.ones(len(known), np.bool_), np.ones(len(known), np.bool_)
    versioned[group[real & (edition >> _TIME_BITS == 0)]] = False
    timed[group[real & (edition & _TIME == 0)]] = False
    age = np.where(versioned[group], edition, np.where(timed[group], edition & _TIME, 0))
    age = np.where(real, age, PLACE_ONLY)
    keys = [np.arange(len(ids)), *(-column.astype(np.int64) for column in reversed(preferred)), -age, group]
    order = np.lexsort(keys)
    _, head = np.unique(group[order], return_index=True)
    kept: Ints = order[head][np.argsort(first, kind="stable")]
    return kept
