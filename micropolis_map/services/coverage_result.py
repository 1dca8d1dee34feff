"""What an assessment of coverage asks and answers, for every face the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.points import PointSet
from micropolis_map.errors import Sentence
from micropolis_map.services.thresholds import minutes_key

NO_POINTS = PointSet((), np.empty(0), np.empty(0))
OUTSIDE_NAME = "(outside the districts)"
"""The row for people who live in the community but in none of its districts."""

NEAR_END = "near_data_end"
"""What the people near the end of the data are called in files."""


@dataclass(frozen=True)
class CoverageRequest:
    """What to assess.

    Attributes
    ----------
    profile
        Who walks: ``adult``, ``senior``, ``stroller`` or ``wheelchair``.
    minutes
        Thresholds, ascending.
    spots
        Where people walk to; None for the community's activity spots.
    origins
        Where people walk from; None for the community's homes.
    kinds
        Count only activity spots of these kinds: an activity (``library``) or an OpenStreetMap tag
        (``amenity=library``); empty for all. Ignored with own `spots`.
    step_free, open_at
        Count only spots known to be step-free; only those open at an hour of the week (``Sa 10:00``). Ignored
        with own `spots`.
    people
        Who counts: ``all``, ``older`` (65 and over) or ``children`` (up to 17).
    """

    profile: str = "adult"
    minutes: tuple[float, ...] = (5.0, 10.0, 15.0)
    spots: PointSet | None = None
    origins: PointSet | None = None
    kinds: tuple[str, ...] = ()
    step_free: bool = False
    open_at: str = ""
    people: str = "all"


@dataclass(frozen=True)
class Walks:
    """The least-cost walk from each of n origins to its nearest spot.

    Attributes
    ----------
    cost_s, length_m : float64[n]
        ``inf`` where no spot can be reached.
    spot : int64[n]
        Index of the spot reached, -1 for none.
    snap_m : float64[n]
        Straight gap from the origin to the walk network; ``nan`` where it is farther than the snapping
        distance.
    """

    cost_s: NDArray[np.float64]
    length_m: NDArray[np.float64]
    spot: NDArray[np.int64]
    snap_m: NDArray[np.float64]


@dataclass(frozen=True)
class AreaCoverage:
    """The figures of one area, weighted by population; unreachable people count in every denominator.

    Attributes
    ----------
    share_within
        Share of people at most so many minutes from a spot, by threshold.
    share_within_certain
        The same counting only walks whose every metre is known to be passable; None for profiles that
        take steps.
    near_end
        People not within so many minutes of any spot who live so near to the data's end that one beyond it
        could be: their share may be too low, by threshold; None where nobody knows where the data end.
    median_s, mean_s, p90_s
        Walking time, as `analysis.coverage` defines it; ``inf`` where it falls on people who reach nothing,
        ``nan`` without people.
    """

    name: str
    population: float
    share_within: Mapping[float, float]
    median_s: float
    mean_s: float
    p90_s: float
    unreachable_share: float
    share_within_certain: Mapping[float, float] | None = None
    near_end: Mapping[float, float] | None = None

    def beyond(self, minutes: float) -> float:
        """Return how many people live farther away than `minutes`, a threshold; or reach no spot."""
        return self.population * (1.0 - self.share_within[minutes])

    @classmethod
    def of(cls, name: str, row: Mapping[str, Any]) -> AreaCoverage:
        """Return the area's figures from a row of `analysis.coverage`."""
        nothing = math.inf if row["population"] > 0.0 else math.nan
        times = {key: nothing if row[key] is None else row[key] for key in ("median_s", "mean_s", "p90_s")}
        certain = row.get("share_within_certain")
        return cls(
            name=name,
            population=row["population"],
            share_within=_by_minutes(row["share_within"]),
            unreachable_share=row["unreachable_share"],
            share_within_certain=None if certain is None else _by_minutes(certain),
            median_s=times["median_s"],
            mean_s=times["mean_s"],
            p90_s=times["p90_s"],
        )

    def as_json(self) -> dict[str, Any]:
        """Return the figures as in ``coverage --json``; None for what is not finite."""
        row: dict[str, Any] = {"population": self.population, "share_within": _by_key(self.share_within)}
        if self.share_within_certain is not None:
            row["share_within_certain"] = _by_key(self.share_within_certain)
        for key in ("median_s", "mean_s", "p90_s", "unreachable_share"):
            row[key] = finite(getattr(self, key))
        if self.near_end is not None:
            row[NEAR_END] = _by_key(self.near_end)
        return row


@dataclass(frozen=True)
class CoverageResult:
    """Coverage of a community, its districts and every origin, with all that it rests on.

    Attributes
    ----------
    speed_m_s
        Speed of the profile on level ground.
    origin_population : float64[n]
        The people behind each origin; 1 each where nothing is known.
    origin_district : int64[n]
        Index into `districts`.
    spots, spots_unknown
        Those walked to, and those that were left out because nobody knows whether they are step-free or open.
    walks, certain_walks
        By origin; the latter only over what is known to be passable, None for profiles that take steps.
    notes
        Assumptions in sentences.
    """

    community: str
    request: CoverageRequest
    speed_m_s: float
    origins: PointSet
    spots: PointSet
    origin_population: NDArray[np.float64]
    origin_district: NDArray[np.int64]
    walks: Walks
    certain_walks: Walks | None
    population_source: str
    total: AreaCoverage
    districts: tuple[AreaCoverage, ...]
    district_areas: tuple[BaseGeometry | None, ...]
    build_id: str = ""
    notes: tuple[str, ...] = ()
    spots_unknown: PointSet = NO_POINTS

    @property
    def longest(self) -> float:
        """The longest threshold in minutes: who lives beyond it counts as left out."""
        return max(self.request.minutes)

    @property
    def near_end_words(self) -> str:
        """Say how many people's share within the longest threshold may be too low; empty for nobody."""
        people = (self.total.near_end or {}).get(self.longest, 0.0)
        return near_end_words(people, self.longest) if people > 0.0 else ""

    @property
    def lived_districts(self) -> tuple[AreaCoverage, ...]:
        """The districts with people, the worst-served first (by the share within the longest threshold)."""
        lived = [area for area in self.districts if area.population > 0.0 and area.name != OUTSIDE_NAME]
        return tuple(sorted(lived, key=lambda a: (a.share_within[self.longest], -a.population, a.name)))

    def as_json(self) -> dict[str, Any]:
        """Return what ``coverage --json`` prints."""
        return {
            "community": self.community,
            "profile": self.request.profile,
            "speed_m_s": self.speed_m_s,
            "minutes": [int(m) if m.is_integer() else m for m in self.request.minutes],
            "spots": len(self.spots),
            "spots_source": self.spots.source,
            "spots_unknown": len(self.spots_unknown),
            "kinds": list(self.request.kinds),
            "step_free": self.request.step_free,
            "open_at": self.request.open_at,
            "people": self.request.people,
            "population": self.total.population,
            "population_source": self.population_source,
            "build_id": self.build_id,
            "total": self.total.as_json(),
            "districts": [{"district": area.name, **area.as_json()} for area in self.districts],
            "notes": list(self.notes),
        }


def near_end_words(people: float, minutes: float) -> str:
    """Return the sentence on people near the data's end."""
    return Sentence.counted(
        "{n} person lives so near to the end of the loaded data that a place or a shorter way beyond it "
        "could bring them within {minutes} minutes: their figure may be too low",
        "{n} people live so near to the end of the loaded data that a place or a shorter way beyond it "
        "could bring them within {minutes} minutes: their figure may be too low",
        n=round(max(1, people)),
        minutes=f"{minutes:g}",
    )


def finite(value: float) -> float | None:
    """Return `value`, None where it is infinite or not a number."""
    return float(value) if math.isfinite(value) else None


def _by_minutes(shares: Mapping[str, float]) -> dict[float, float]:
    return {float(key): share for key, share in shares.items()}


def _by_key(shares: Mapping[float, float]) -> dict[str, float]:
    return {minutes_key(minutes): share for minutes, share in shares.items()}
