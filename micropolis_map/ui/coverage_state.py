"""What a visitor asks of coverage beside who walks and how far; in the address, so a link opens it again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from micropolis_map.domain.opening_hours import WeekHour
from micropolis_map.domain.place import ACTIVITIES
from micropolis_map.errors import InvalidInput
from micropolis_map.services.people_groups import GROUPS

COMPARED: tuple[str, ...] = ("profiles", "dates", "scenarios", "communities")
LONGEST = 400


@dataclass(frozen=True)
class CoverageState:
    """Part of a view; every field left empty means: not chosen.

    Attributes
    ----------
    spots
        Activities that count.
    step_free, open_at, people
        ``yes``; an hour of the week (``Sa 10:00``); a group of people.
    obstacle
        The obstacle shown on the map, ``open-3``.
    compare, other
        What two maps compare, and the other one's profile, state, sites or community.
    """

    spots: tuple[str, ...] = ()
    step_free: str = ""
    open_at: str = ""
    people: str = ""
    obstacle: str = ""
    compare: str = ""
    other: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> CoverageState:
        """Return what an address's parameters ask; what makes no sense counts as not chosen."""
        asked = set(query.get("spots", "").split(","))
        people, compare = query.get("people", ""), query.get("compare", "")
        obstacle = query.get("obstacle", "")
        return cls(
            spots=tuple(activity for activity in ACTIVITIES if activity in asked),
            step_free="yes" if query.get("stepfree") == "yes" else "",
            open_at=_hour(query.get("open", "")),
            people=people if people in GROUPS[1:] else "",
            obstacle=obstacle if re.fullmatch(r"(open|survey)-\d{1,3}", obstacle, re.ASCII) else "",
            compare=compare if compare in COMPARED else "",
            other=query.get("other", "").strip()[:LONGEST],
        )

    def query(self) -> dict[str, str]:
        """Return the parameters that `parse` reads back."""
        return {
            "spots": ",".join(self.spots),
            "stepfree": self.step_free,
            "open": self.open_at,
            "people": self.people,
            "obstacle": self.obstacle,
            "compare": self.compare,
            "other": self.other,
        }


def _hour(text: str) -> str:
    if not text:
        return ""
    try:
        return str(WeekHour.parse(text))
    except InvalidInput:
        return ""
