"""How sure we can be that what a place says still holds: asked after a year, faded, then archived."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

Freshness = Literal["fresh", "ask", "faded", "archive"]

ASK_MONTHS = 12
FADED_MONTHS = 18
ARCHIVE_MONTHS = 24


def freshness(confirmed: datetime, now: datetime) -> Freshness:
    """Return how fresh a place is that was last changed or found still true at `confirmed`.

    A month is a calendar month; at its very end the next state begins.
    """
    months = months_since(confirmed, now)
    if months >= ARCHIVE_MONTHS:
        return "archive"
    if months >= FADED_MONTHS:
        return "faded"
    return "ask" if months >= ASK_MONTHS else "fresh"


def months_since(then: datetime, now: datetime) -> int:
    """Return how many whole calendar months have passed."""
    months = (now.year - then.year) * 12 + now.month - then.month
    return months - 1 if (now.day, now.time()) < (then.day, then.time()) else months


def moment_of(text: str, default: datetime) -> datetime:
    """Return the ISO 8601 moment in UTC; `default` for an empty one."""
    if not text:
        return default
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def iso(moment: datetime) -> str:
    """Return the moment as ISO 8601 in UTC, to the second: ``2026-11-21T12:00:00Z``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
