"""What stands in the way: the steps, kerbs and unknown ways that keep most people from a meeting place.

For profiles that never take steps two lists, each exact (`analysis.obstacles`): what a ramp would change, and
what somebody could find out by looking. Finding them takes seconds in a large town, so they are kept.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from micropolis_map.analysis.obstacles import Obstacle, obstacles_that_matter
from micropolis_map.analysis.profiles import profile
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress, silent
from micropolis_map.services import opened
from micropolis_map.services.assessing import Deps, choice_of, snapped, spots_chosen
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.meeting_spots import Pinned, SpotChoice, pinned_spots
from micropolis_map.services.opened import Build
from micropolis_map.services.people_groups import people_at

MOST = 20
_KEPT = 64


@dataclass(frozen=True)
class Question:
    """Everything the answer depends on; the walk network is that of `build`."""

    build: Build
    profile: str
    minutes: float
    choice: SpotChoice
    people: str
    pinned: tuple[Pinned, ...]


@dataclass(frozen=True)
class Barriers:
    """What matters most, those that keep most people away first.

    Attributes
    ----------
    to_open
        Impassable for the profile: ``gained_population`` come within the threshold once it alone is passable.
    to_survey
        Nobody knows whether it is passable: so many more are *certain* to come within the threshold once
        somebody looked and found that it is.
    """

    question: Question
    to_open: tuple[Obstacle, ...]
    to_survey: tuple[Obstacle, ...]

    def collection(self) -> dict[str, Any]:
        """Return both lists as GeoJSON points with ``number``, ``list`` and the people they concern."""
        features = [
            {
                "type": "Feature",
                "id": f"{which}-{number}",
                "properties": {
                    "list": which,
                    "number": number,
                    "gained_population": round(one.gained_population, 1),
                    "osm": f"{one.osm_type}/{one.osm_id}",
                    "name": one.tags.get("name", ""),
                },
                "geometry": {"type": "Point", "coordinates": [round(one.lon, 6), round(one.lat, 6)]},
            }
            for which, found in (("open", self.to_open), ("survey", self.to_survey))
            for number, one in enumerate(found, start=1)
        ]
        return {"type": "FeatureCollection", "features": features}


_FOUND: dict[Question, Barriers] = {}
_LOCK = threading.Lock()


def question_of(deps: Deps, slug: str, request: CoverageRequest) -> Question:
    """Return the question about what stands in the way within the longest threshold of `request`.

    Raises
    ------
    NotFound, NotLoaded
        There is no such community, or its streets are not loaded.
    InvalidInput
        The profile takes steps: nothing but missing streets stands in its way.
    """
    if not profile(request.profile).is_step_free:
        raise InvalidInput(
            mark("the profile {profile} takes steps"),
            mark("ask for stroller or wheelchair"),
            profile=repr(request.profile),
        )
    return Question(
        opened.current_build(deps.community_store, slug),
        request.profile,
        max(request.minutes),
        choice_of(request),
        request.people,
        pinned_spots(deps.place_store, slug),
    )


def barriers_known(question: Question) -> Barriers | None:
    """Return what was found before, None where nobody asked yet."""
    return _FOUND.get(question)


def find_barriers(question: Question, progress: Progress = silent) -> Barriers:
    """Return what matters most, at once where it was asked before.

    Raises
    ------
    Cancelled
        `progress` stopped it.
    """
    known = _FOUND.get(question)
    if known is not None:
        return known
    build, homes = question.build, opened.homes_of(question.build)
    who = profile(question.profile)
    at_homes = snapped(build, who, homes)
    at_spots = snapped(build, who, spots_chosen(build, question.pinned, question.choice).used)
    people = people_at(homes, question.people)

    def found(begin: float, *, certain_only: bool) -> tuple[Obstacle, ...]:
        return tuple(
            obstacles_that_matter(
                opened.impedance_of(build, who.name, certain_only=certain_only),
                at_homes,
                people,
                at_spots,
                question.minutes * 60.0,
                most=MOST,
                progress=lambda share, message: progress(begin + share / 2.0, message),
            )
        )

    answer = Barriers(question, found(0.0, certain_only=False), found(0.5, certain_only=True))
    with _LOCK:
        while len(_FOUND) >= _KEPT:
            _FOUND.pop(next(iter(_FOUND)))
        _FOUND[question] = answer
    return answer
