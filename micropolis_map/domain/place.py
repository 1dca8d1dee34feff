"""A place residents pinned, and the stories told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from micropolis_map.domain.text import LangText

Kind = Literal["historical", "natural", "co-created"]
KINDS: tuple[Kind, ...] = ("historical", "natural", "co-created")

Activity = Literal[
    "neighbourhood_cafe",
    "local_activity_place",
    "library",
    "culture_centre",
    "community_garden",
    "sports",
    "smart_work_centre",
    "help_point",
]
ACTIVITIES: tuple[str, ...] = get_args(Activity)

StepFree = Literal["yes", "limited", "no", "unknown"]
STEP_FREE: tuple[StepFree, ...] = ("yes", "limited", "no", "unknown")

Status = Literal["pending", "published", "hidden", "withdrawn", "archived"]
STATUSES: tuple[Status, ...] = ("pending", "published", "hidden", "withdrawn", "archived")
"""Only ``published`` is what the public sees."""


@dataclass(frozen=True)
class Period:
    """The years a place is about, both ends included; ``None`` is open."""

    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Photo:
    """A photo of a place or story; the picture itself lies in the photo store under `id`."""

    id: str
    alt: LangText = field(default_factory=dict)
    credit: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Story:
    """What somebody tells about a place."""

    id: str
    title: str
    text: str
    lang: str
    told_by: str = ""
    about: Literal["past", "present"] = "past"
    year: int | None = None
    photos: tuple[Photo, ...] = ()
    audio: str | None = None
    transcript: str = ""
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language: ``{"title": …, "text": …}``."""


@dataclass(frozen=True)
class Place:
    """A spot residents pinned.

    Attributes
    ----------
    id
        Never changes.
    geometry
        GeoJSON geometry (Point, LineString, Polygon …), EPSG:4326.
    created, updated
        ISO 8601 in UTC.
    revision
        1 for the first; grows by one with every change.
    """

    id: str
    community: str
    kind: Kind
    name: LangText
    geometry: Mapping[str, Any]
    description: LangText = field(default_factory=dict)
    activity: str | None = None
    themes: tuple[str, ...] = ()
    period: Period | None = None
    access: Mapping[str, Any] = field(default_factory=lambda: {"step_free": "unknown"})
    opening_hours: str = ""
    website: str = ""
    photos: tuple[Photo, ...] = ()
    stories: tuple[Story, ...] = ()
    source: str = ""
    licence: str = ""
    status: Status = "published"
    created: str = ""
    updated: str = ""
    revision: int = 1

    @property
    def lon_lat(self) -> tuple[float, float]:
        """A point that stands for the place: its own, else the mean of its outline's corners."""
        positions = list(_positions(self.geometry["coordinates"]))
        n = len(positions)
        return sum(p[0] for p in positions) / n, sum(p[1] for p in positions) / n


def _positions(coordinates: Any) -> list[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        return [(float(coordinates[0]), float(coordinates[1]))]
    return [position for part in coordinates for position in _positions(part)]
