"""A clock that tests move, spots and places of the tiny town, two tours through it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tiny_town import BLOCK_LAT, BLOCK_LON, LAT, LON

from micropolis_map.domain.place import Place

TOURS = """
[[tour]]
id = "tiny-round"
stops = [{ place = "tiny-a", minutes = 2 }, { place = "tiny-b" }, { place = "tiny-hill", minutes = 4 }]
name = { en = "Round the tiny town" }
about = { en = "A walk with steps." }

[[tour]]
id = "tiny-flat"
loop = true
stops = [{ place = "tiny-a" }, { place = "tiny-b" }]
name = { en = "Flat" }
"""


@dataclass(eq=False)
class Clock:
    now: datetime = field(default=datetime(2026, 11, 21, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def at(x: float, y: float) -> tuple[float, float]:
    return LON + x * BLOCK_LON, LAT + y * BLOCK_LAT


def a_place(place_id: str, x: float, y: float, **more) -> Place:
    point = {"type": "Point", "coordinates": list(at(x, y))}
    return Place(place_id, "tiny", "historical", {"en": place_id}, point, **more)
