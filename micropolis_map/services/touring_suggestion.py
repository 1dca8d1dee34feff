"""A walk suggested: the most worthwhile places within the time one has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.metric import segment_length_m
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.stop_order_choice import most_worthwhile
from micropolis_map.domain.place import Place
from micropolis_map.domain.tour import Stop
from micropolis_map.errors import InvalidInput
from micropolis_map.services.assessing import Deps
from micropolis_map.services.opened import Build
from micropolis_map.services.touring_stops import stop_of_place
from micropolis_map.services.touring_walks import Ground

Floats = NDArray[np.float64]
MOST_STORIES = 3
"""Stories of one place that count: a tenth one makes no walk better."""
MOST_PLACES = 60


@dataclass(frozen=True)
class Wish:
    """What somebody wants of a walk; without `theme` any place may be on it."""

    minutes: float
    profile: str = "adult"
    theme: str = ""
    loop: bool = False


@dataclass(frozen=True)
class Suggestion:
    """The stops in order, how many places and stories they are, and whether nothing better is possible."""

    stops: tuple[Stop, ...]
    stories: int
    optimal: bool


def suggest_tour(deps: Deps, slug: str, wish: Wish) -> Suggestion:
    """Return the walk with the most places and stories within the time, visits included.

    A place counts one, and one more for each of its first three stories.

    Raises
    ------
    InvalidInput
        No place has the theme, or not even one fits the time.
    """
    places = [
        place for place in deps.place_store.places(slug) if not wish.theme or wish.theme in place.themes
    ]
    if not places:
        raise InvalidInput(f"no place of {slug!r} has the theme {wish.theme!r}", "choose another theme")
    places = sorted(places, key=lambda place: (-_worth(place), place.id))[:MOST_PLACES]
    stops = tuple(stop_of_place(place) for place in places)
    worth = [_worth(place) for place in places]
    found = most_worthwhile(
        _costs(deps, slug, stops, wish.profile),
        worth,
        [stop.visit_s for stop in stops],
        wish.minutes * 60.0,
        loop=wish.loop,
    )
    stories = sum(len(places[k].stories) for k in found.order)
    return Suggestion(tuple(stops[k] for k in found.order), stories, found.optimal)


def _worth(place: Place) -> int:
    return 1 + min(len(place.stories), MOST_STORIES)


def _costs(deps: Deps, slug: str, stops: tuple[Stop, ...], who: str) -> Floats:
    folder = deps.community_store.current_build(slug)
    if folder is not None:
        return Ground.of(Build(slug, folder), who).costs(stops)
    lon, lat = np.array([stop.lon for stop in stops]), np.array([stop.lat for stop in stops])
    return segment_length_m(lon[:, None], lat[:, None], lon[None], lat[None]) / profile(who).speed_m_s
