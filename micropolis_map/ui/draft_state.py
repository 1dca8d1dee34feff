"""What a visitor chose for a walk of their own, as the address keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from micropolis_map.services.touring_drafts import VISIT_MIN, VISITS_MIN

LONGEST_ID = 128


@dataclass(frozen=True)
class DraftState:
    """How the chosen places are walked; the places themselves are `ViewState.stops`.

    Attributes
    ----------
    own_order
        Walk them in the order they are listed.
    first, last
        Ids of the places to begin and to end with; empty: wherever it is best.
    when
        Minute of the beginning, ISO 8601, by the clock there; empty: not chosen.
    edit
        Id of the shared walk this is a change of; empty for a new one.
    """

    own_order: bool = False
    first: str = ""
    last: str = ""
    loop: bool = False
    visit_min: int = VISIT_MIN
    when: str = ""
    edit: str = ""

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> DraftState:
        """Return the choices of an address's parameters; what makes no sense counts as not chosen."""
        visit = query.get("visit", "")
        return cls(
            own_order=query.get("order") == "own",
            first=query.get("first", "")[:LONGEST_ID],
            last=query.get("last", "")[:LONGEST_ID],
            loop=query.get("loop") == "1",
            visit_min=int(visit) if visit in {str(minutes) for minutes in VISITS_MIN} else VISIT_MIN,
            when=_minute(query.get("when", "")),
            edit=query.get("edit", "")[:LONGEST_ID],
        )

    def query(self) -> dict[str, str]:
        """Return the parameters that `parse` reads back; empty ones are left out."""
        given = {
            "order": "own" if self.own_order else "",
            "first": self.first,
            "last": self.last,
            "loop": "1" if self.loop else "",
            "visit": "" if self.visit_min == VISIT_MIN else str(self.visit_min),
            "when": self.when,
            "edit": self.edit,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def begins(self) -> datetime | None:
        """The beginning; None while none is chosen."""
        return datetime.fromisoformat(self.when) if self.when else None


def _minute(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text[:16]) if text else None
    except ValueError:
        return ""
    return moment.replace(tzinfo=None).isoformat(timespec="minutes") if moment else ""
