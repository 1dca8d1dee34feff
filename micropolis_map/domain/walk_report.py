"""What walkers report of a tour, and what several of them together say of a street."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ObstacleKind = Literal["steps", "gate", "surface", "kerb", "works", "other"]
OBSTACLE_KINDS: tuple[ObstacleKind, ...] = ("steps", "gate", "surface", "kerb", "works", "other")
SurveyState = Literal["proposed", "accepted", "rejected"]

SURVEYED_TAGS: Mapping[str, Mapping[str, str]] = {
    "steps": {"barrier": "step", "wheelchair": "no", "stroller": "no"},
    "gate": {"barrier": "gate", "locked": "yes", "foot": "no"},
    "surface": {"smoothness": "very_bad", "wheelchair": "no"},
    "kerb": {"kerb": "raised", "wheelchair": "no"},
    "works": {"wheelchair": "no", "stroller": "no"},
}
"""What an accepted obstacle says of the way, in OpenStreetMap's words; of "other" nothing follows."""

WORKS_DAYS = 90
"""Works end; after so long what was said of them does not count any more."""


@dataclass(frozen=True)
class WalkReport:
    """How a walk was; `minutes` is None where nobody said how long it took."""

    id: str
    tour_id: str
    community: str
    variant: str
    minutes: int | None
    words: str
    recorded: str
    closed: str = ""


@dataclass(frozen=True)
class Obstacle:
    """Something in the way, at a point the walker chose on the line.

    Attributes
    ----------
    way_id, street
        The OpenStreetMap way nearest to it and the street's name; 0 and "" where streets are not loaded.
    device
        A hash that is the same for a second report of one device about the same kind in the same street,
        and for nothing else.
    """

    id: str
    tour_id: str
    community: str
    kind: ObstacleKind
    lon: float
    lat: float
    way_id: int
    street: str
    device: str
    words: str
    recorded: str
    closed: str = ""


@dataclass(frozen=True)
class Survey:
    """What several walkers found at one spot of a street, and what an organiser decided about it.

    Attributes
    ----------
    obstacles
        Ids of the reports it rests on.
    devices
        How many different devices they came from.
    surveyed
        Day of the newest report.
    """

    id: str
    community: str
    kind: ObstacleKind
    way_id: int
    street: str
    lon: float
    lat: float
    obstacles: tuple[str, ...]
    devices: int
    state: SurveyState = "proposed"
    surveyed: str = ""
    decided: str = ""
    decided_by: str = ""

    @property
    def tags(self) -> Mapping[str, str]:
        """What it says of the way."""
        return SURVEYED_TAGS.get(self.kind, {})
