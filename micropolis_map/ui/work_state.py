"""What a visitor asks of work centres; in the address, so that a link opens it again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from micropolis_map.analysis.commuting import LIMITS, Commuting, check_commuting
from micropolis_map.domain.community import City
from micropolis_map.errors import InvalidInput
from micropolis_map.services.work_centres import MOST_NEW, city_at

NEAR, NEAR_MINUTES = 15, (5, 10, 15, 20, 30)
LONGEST = 160


@dataclass(frozen=True)
class WorkState:
    """Part of a view; the defaults mean: not chosen.

    Attributes
    ----------
    minutes, new
        Near is at most this on foot; how many further centres to propose.
    city
        Where people work else; None for the community's own.
    commuting
        How people commute.
    """

    minutes: int = NEAR
    new: int = 1
    city: City | None = None
    commuting: Commuting = field(default_factory=Commuting)

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> WorkState:
        """Return what an address's parameters ask; what makes no sense counts as not chosen."""
        minutes, new = query.get("walk", ""), query.get("centres", "")
        return cls(
            minutes=int(minutes) if minutes in map(str, NEAR_MINUTES) else NEAR,
            new=int(new) if new in map(str, range(MOST_NEW + 1)) else 1,
            city=_city(query.get("city", "")),
            commuting=_commuting(query.get("commute", "")),
        )

    def query(self) -> dict[str, str]:
        """Return the parameters that `parse` reads back."""
        usual, city = asdict(Commuting()), self.city
        changed = {name: value for name, value in asdict(self.commuting).items() if value != usual[name]}
        return {
            "walk": "" if self.minutes == NEAR else str(self.minutes),
            "centres": "" if self.new == 1 else str(self.new),
            "city": "" if city is None else f"{city.name}@{city.lat:.6f},{city.lon:.6f}",
            "commute": ",".join(f"{name}:{value!r}" for name, value in changed.items()),
        }


def _city(text: str) -> City | None:
    name, _sep, position = text[:LONGEST].rpartition("@")
    parts = position.split(",")
    try:
        return city_at(name, float(parts[1]), float(parts[0])) if name.strip() and len(parts) == 2 else None
    except ValueError:  # no number, or not on earth
        return None


def _commuting(text: str) -> Commuting:
    chosen = {}
    for part in text.split(",")[: len(LIMITS)]:
        name, _sep, number = part.partition(":")
        try:
            value = float(number)
        except ValueError:
            continue
        if name in LIMITS and math.isfinite(value):
            chosen[name] = value
    try:
        return check_commuting(replace(Commuting(), **chosen))
    except InvalidInput:
        return Commuting()
