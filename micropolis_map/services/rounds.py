"""One round of looking after the map, by a clock that may be wrong.

A computer whose battery is empty begins in another year. So what deletes or archives by the clock asks
`Round.ripe`: it gives only what two rounds found due, some time apart, with no jump of the clock between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from micropolis_map.domain.freshness import iso, moment_of
from micropolis_map.services.participation import Participation
from micropolis_map.stores.damage import is_moment

JUMP = timedelta(days=2)
"""Rounds are six hours apart. Whatever is longer is a clock put right or wrong, or a server that was off."""


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Round:
    """A round at `now`; the one before was at `before`, None for the first."""

    desk: Participation
    now: datetime
    before: datetime | None

    @property
    def jumped(self) -> bool:
        """Whether the clock moved by `JUMP` or more since the round before, forwards or backwards."""
        return self.before is not None and abs(self.now - self.before) >= JUMP

    def ripe(self, kind: str, due: Iterable[str], apart: timedelta) -> list[str]:
        """Return which of the `due` ids an earlier round, `apart` or longer ago, found due as well, sorted.

        Parameters
        ----------
        due
            All of this kind that are due now; what is missing begins anew when it is due again.
        """
        since = self.desk.rounds.found_due(kind, due, iso(self.now))
        return sorted(one for one, at in since.items() if self.now - moment_of(at, self.now) >= apart)


def begin(desk: Participation) -> Round:
    """Begin a round: its moment is kept. After a jump nothing counts as found due before."""
    now = desk.now().astimezone(UTC).replace(microsecond=0)

    def jumped(before: str) -> bool:
        return Round(desk, now, _last(before)).jumped

    before = desk.rounds.begin(iso(now), jumped)
    return Round(desk, now, _last(before) if before else None)


def _last(text: str) -> datetime:
    """Return when the last round was; what is damaged was so long ago that the clock jumped since."""
    return moment_of(text, _LONG_AGO) if is_moment(text) else _LONG_AGO
