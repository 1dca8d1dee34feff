"""A walk suggested: the most worthwhile places within the time one has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.metric import segment_length_m
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.stop_order_choice import most_worthwhile
from micropolis_map.domain.place import Place
from micropolis_map.domain.tour import Stop
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.assessing import Deps
from micropolis_map.services.opened import Build
from micropolis_map.services.touring_stops import stop_of_place
from micropolis_map.services.touring_walks import Ground

Floats = NDArray[np.float64]
MOST_STORIES = 3
"""Stories of one place that count: a tenth one makes no walk better."""
MOST_PLACES = 60


MOST_TOLD = 5
"""Places left out of which one says why."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants of a walk.

    Attributes
    ----------
    theme
        Of the places; empty: any.
    start
        Id of the place to begin at; empty: wherever it is best.
    """

    minutes: float
    profile: str = "adult"
    theme: str = ""
    start: str = ""
    loop: bool = False


@dataclass(frozen=True)
class Taken:
    """A stop of the suggestion, and why it is in: its stories, and how short the walk to it is."""

    stop: Stop
    stories: int
    walk_s: float


@dataclass(frozen=True)
class LeftOut:
    """A place that is not in: with it the walk would take `more_s` more; inf where there is no way."""

    stop: Stop
    stories: int
    more_s: float


@dataclass(frozen=True)
class Suggestion:
    """The stops in order, why they are in, and what was left out.

    Attributes
    ----------
    taken_s, spare_s
        Seconds of the walk with its visits, and how many of those wished for are left.
    left_out
        The most worthwhile of the others, at most `MOST_TOLD`.
    other_theme
        How many places were not looked at because they have another theme.
    optimal
        Whether no choice is better, proven.
    """

    stops: tuple[Stop, ...]
    stories: int
    optimal: bool
    taken: tuple[Taken, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    taken_s: float = 0.0
    spare_s: float = 0.0
    other_theme: int = 0


def suggest_tour(deps: Deps, slug: str, wish: Wish) -> Suggestion:
    """Return the walk with the most places and stories within the time, visits included.

    A place counts one, and one more for each of its first three stories.

    Raises
    ------
    InvalidInput
        No place has the theme, not even one fits the time, or the place to begin at is none of them.
    """
    every = deps.place_store.places(slug)
    places = [place for place in every if _wanted(place, wish)]
    if not places:
        raise InvalidInput(
            mark("no place of {community} has the theme {theme}"),
            mark("choose another theme"),
            community=repr(slug),
            theme=repr(wish.theme),
        )
    places = sorted(places, key=lambda place: (place.id != wish.start, -_worth(place), place.id))[
        :MOST_PLACES
    ]
    if wish.start and places[0].id != wish.start:
        raise InvalidInput(
            mark("there is no place {id} in {community}"),
            mark("begin at one of its places"),
            id=repr(wish.start[:128]),
            community=repr(slug),
        )
    stops = tuple(stop_of_place(place) for place in places)
    cost = _costs(deps, slug, stops, wish.profile)
    found = most_worthwhile(
        cost,
        [_worth(place) for place in places],
        [stop.visit_s for stop in stops],
        wish.minutes * 60.0,
        start=0 if wish.start else None,
        loop=wish.loop,
    )
    spent = found.cost + sum(stops[k].visit_s for k in found.order)
    legs = zip((None, *found.order), found.order, strict=False)
    return Suggestion(
        stops=tuple(stops[k] for k in found.order),
        stories=sum(len(places[k].stories) for k in found.order),
        optimal=found.optimal,
        taken=tuple(
            Taken(stops[k], len(places[k].stories), 0.0 if a is None else float(cost[a, k])) for a, k in legs
        ),
        left_out=_left_out(places, stops, cost, found.order, loop=wish.loop),
        taken_s=spent,
        spare_s=wish.minutes * 60.0 - spent,
        other_theme=len(every) - len([place for place in every if _wanted(place, wish)]),
    )


def _wanted(place: Place, wish: Wish) -> bool:
    return not wish.theme or wish.theme in place.themes or place.id == wish.start


def _left_out(
    places: Sequence[Place], stops: Sequence[Stop], cost: Floats, order: Sequence[int], *, loop: bool
) -> tuple[LeftOut, ...]:
    """Return the most worthwhile places that are not in, with the time the best detour to each takes."""
    out = [k for k in range(len(places)) if k not in order][:MOST_TOLD]
    return tuple(
        LeftOut(stops[k], len(places[k].stories), _detour_s(cost, order, k, loop=loop) + stops[k].visit_s)
        for k in out
    )


def _detour_s(cost: Floats, order: Sequence[int], stop: int, *, loop: bool) -> float:
    ends = [] if loop else [float(cost[order[-1], stop])]
    follow = (*order[1:], order[0]) if loop else order[1:]
    between = [float(cost[a, stop] + cost[stop, b] - cost[a, b]) for a, b in zip(order, follow, strict=False)]
    return min([*ends, *between])


def _worth(place: Place) -> int:
    return 1 + min(len(place.stories), MOST_STORIES)


def _costs(deps: Deps, slug: str, stops: tuple[Stop, ...], who: str) -> Floats:
    folder = deps.community_store.current_build(slug)
    if folder is not None:
        return Ground.of(Build(slug, folder), who).costs(stops)
    lon, lat = np.array([stop.lon for stop in stops]), np.array([stop.lat for stop in stops])
    return segment_length_m(lon[:, None], lat[:, None], lon[None], lat[None]) / profile(who).speed_m_s
