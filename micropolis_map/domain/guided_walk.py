"""A walk with a guide, on a day, for so many people; who has a place and who waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

WalkState = Literal["announced", "cancelled"]


@dataclass(frozen=True)
class GuidedWalk:
    """A walk along a tour with a guide.

    Attributes
    ----------
    starts
        ISO 8601 in UTC.
    zone
        IANA time zone in which it is told, such as ``Europe/Warsaw``.
    minutes
        How long it takes.
    meeting
        Where one meets, in words.
    guide
        Name of who leads it.
    places
        How many people may come.
    languages
        Spoken on the way, the first one first.
    sequence
        Grows with every change that matters to who comes (RFC 5545's SEQUENCE).
    """

    id: str
    community: str
    tour_id: str
    starts: str
    zone: str
    minutes: int
    meeting: str
    guide: str
    places: int
    languages: tuple[str, ...] = ("en",)
    step_free: bool = False
    note: str = ""
    state: WalkState = "announced"
    sequence: int = 0
    created: str = ""
    updated: str = ""

    @property
    def begins(self) -> datetime:
        """The start, by the clocks there."""
        return datetime.fromisoformat(self.starts).astimezone(ZoneInfo(self.zone))

    @property
    def ends(self) -> datetime:
        """The end, by the clocks there; minutes are real ones, also in the night clocks change."""
        end = self.begins.astimezone(UTC) + timedelta(minutes=self.minutes)
        return end.astimezone(ZoneInfo(self.zone))


@dataclass(frozen=True)
class Seat:
    """One person's seat on a guided walk; `number` grows in the order of signing up.

    Attributes
    ----------
    contact
        E-mail or telephone, seen by organisers only.
    key_hash
        Hash of the private key that cancels it.
    cancelled
        When it was given back, ISO 8601; empty while it holds.
    """

    id: str
    walk_id: str
    name: str
    contact: str
    key_hash: str
    created: str
    number: int = 0
    cancelled: str = ""


def waiting_numbers(seats: Iterable[Seat], places: int) -> dict[str, int]:
    """Return by seat that holds 0 where it has a place, else its number on the waiting list.

    The order is that of signing up, so whoever waits moves up by itself when somebody gives a place back,
    and never more than `places` have one.
    """
    holding = sorted((seat for seat in seats if not seat.cancelled), key=lambda seat: seat.number)
    return {seat.id: max(0, rank - places) for rank, seat in enumerate(holding, start=1)}
