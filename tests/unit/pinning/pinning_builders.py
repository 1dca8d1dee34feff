"""People, districts, a clock that tests move, and what people send."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from micropolis_map.domain.community import District
from micropolis_map.domain.permission import Actor
from micropolis_map.services import moderating, pinning
from micropolis_map.services.caretaking import Caretaker
from micropolis_map.services.mine import actor_of
from micropolis_map.services.participation import Participation
from micropolis_map.services.submission import Submission
from micropolis_map.stores.run_store import SqlRunStore

ANIN = District(
    "Anin",
    {
        "type": "Polygon",
        "coordinates": [[[21.1, 52.2], [21.2, 52.2], [21.2, 52.3], [21.1, 52.3], [21.1, 52.2]]],
    },
    (21.15, 52.25),
)
FALENICA = District(
    "Falenica",
    {
        "type": "Polygon",
        "coordinates": [[[21.2, 52.1], [21.3, 52.1], [21.3, 52.2], [21.2, 52.2], [21.2, 52.1]]],
    },
    (21.25, 52.15),
)
ORGANISER = Actor("organiser", "org1", frozenset({"wawer"}), name="Ola")
ANIN_ORGANISER = Actor("organiser", "org2", frozenset({"wawer"}), frozenset({"wawer/Anin"}))
ELSEWHERE = Actor("organiser", "org3", frozenset({"demo"}))
ADMINISTRATOR = Actor("administrator", "adm")
PLANNER = Actor("planner", "pla", frozenset({"wawer"}))

_numbers = count()


@dataclass(eq=False)
class Clock:
    now: datetime = field(default=datetime(2026, 11, 21, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def look_daily(desk: Participation, clock: Clock, days: int = 4) -> None:
    """Look after the map today and on the days that follow: enough for what needs two rounds days apart."""
    caretaker = Caretaker(desk, 12, SqlRunStore(desk.care._database))
    caretaker.look()
    for _ in range(days):
        clock.move(days=1)
        caretaker.look()


def secret(name: str = "ania") -> str:
    return f"{name}-0123456789abcdefghijkl"


def holder(*names: str) -> Actor:
    return actor_of(secret(name) for name in names or ("ania",))


def feature(
    name: str = "Old pump", lon: float = 21.15, lat: float = 52.22, **properties: Any
) -> dict[str, Any]:
    properties = {"kind": "co-created", "name": {"en": name}, **properties}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": properties,
    }


def a_story(text: str = "We drew water here.", **more: Any) -> dict[str, Any]:
    return {"title": "Water", "text": text, "lang": "en", "told_by": "Ania", **more}


def a_submission(number: int | None = None, who: str = "ania", **changes: Any) -> Submission:
    number = next(_numbers) if number is None else number
    values = {
        "id": f"submission-{number:08d}",
        "secret": secret(who),
        "kind": "place",
        "community": "wawer",
        "feature": feature(),
        "seconds": 30.0,
    }
    return Submission(**{**values, **changes})


def published(desk, who: str = "ania", **changes: Any):
    """A place that was sent and approved: the proposal and the place."""
    receipt = pinning.submit(desk, a_submission(who=who, **changes))
    return receipt.proposal, moderating.approve(desk, ORGANISER, receipt.proposal.id)
