"""Two looks at coverage side by side: what differs, figure by figure and district by district."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from micropolis_map.services.assessing import Subject
from micropolis_map.services.coverage_result import OUTSIDE_NAME, finite
from micropolis_map.services.coverage_view import CoverageView, view_of_build
from micropolis_map.services.thresholds import minutes_key

SHARE, PEOPLE, SECONDS, NUMBER = "share", "people", "seconds", "number"


@dataclass(frozen=True)
class Difference:
    """A figure of both sides; `name` is that of ``coverage --json``, `unit` how it is read.

    Where one of them is not finite (nobody there, or no way) there is no `change`: it is nan.
    """

    name: str
    unit: str
    left: float
    right: float

    @property
    def change(self) -> float:
        """Right less left."""
        both = math.isfinite(self.left) and math.isfinite(self.right)
        return self.right - self.left if both else math.nan

    def as_json(self) -> dict[str, Any]:
        """Return the figures; None for what is not finite."""
        return {
            "name": self.name,
            "unit": self.unit,
            "left": finite(self.left),
            "right": finite(self.right),
            "change": finite(self.change),
        }


@dataclass(frozen=True)
class Comparison:
    """Both looks, and their differences.

    Attributes
    ----------
    totals
        Of the whole community: shares, people beyond, times, fairness.
    districts
        Share within the longest threshold by district, where both sides have a district of that name.
    """

    left: CoverageView
    right: CoverageView
    totals: tuple[Difference, ...]
    districts: tuple[Difference, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the differences."""
        return {
            "left": self.left.result.as_json(),
            "right": self.right.result.as_json(),
            "totals": [one.as_json() for one in self.totals],
            "districts": [one.as_json() for one in self.districts],
        }


def compared(left: Subject, right: Subject) -> Comparison:
    """Return how `right` differs from `left`; both need the same thresholds."""
    views = [view_of_build(one.build, one.request, one.pinned) for one in (left, right)]
    return Comparison(views[0], views[1], _totals(*views), _districts(*views))


def _totals(left: CoverageView, right: CoverageView) -> tuple[Difference, ...]:
    one, other = left.result.total, right.result.total
    minutes = [m for m in left.result.request.minutes if m in other.share_within]
    fair, fairer = left.asked.fairness, right.asked.fairness
    return (
        Difference("population", PEOPLE, one.population, other.population),
        Difference("spots", NUMBER, len(left.result.spots), len(right.result.spots)),
        *(
            Difference(f"within_{minutes_key(m)}", SHARE, one.share_within[m], other.share_within[m])
            for m in minutes
        ),
        Difference("people_beyond", PEOPLE, left.asked.people_beyond, right.asked.people_beyond),
        Difference("median_s", SECONDS, one.median_s, other.median_s),
        Difference("p90_s", SECONDS, one.p90_s, other.p90_s),
        Difference("unreachable_share", SHARE, one.unreachable_share, other.unreachable_share),
        Difference("choice_share", SHARE, fair.choice_share, fairer.choice_share),
        Difference("gini", NUMBER, fair.gini, fairer.gini),
        Difference("palma", NUMBER, fair.palma, fairer.palma),
    )


def _districts(left: CoverageView, right: CoverageView) -> tuple[Difference, ...]:
    longest = left.result.longest
    other = {area.name: area for area in right.result.districts}
    return tuple(
        Difference(area.name, SHARE, area.share_within[longest], other[area.name].share_within[longest])
        for area in left.result.districts
        if area.population > 0.0 and area.name in other and area.name != OUTSIDE_NAME
    )
