"""The spots people walk to: OpenStreetMap's and the pinned ones, each place once, and who asks for which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.domain.duplicates import similar
from micropolis_map.domain.opening_hours import OPEN, UNKNOWN, WeekHour, state_at
from micropolis_map.domain.points import PointSet
from micropolis_map.domain.text import pick
from micropolis_map.ports import PlaceStore
from micropolis_map.services import opened
from micropolis_map.services.opened import Build
from micropolis_map.sources.local_projection import LocalProjection

SAME_WITHIN_M = 30.0
"""A pinned place and one of OpenStreetMap that are alike and so near to each other are one spot."""

NEW_SITE = "new_site"
"""What a place is that could be opened; see `new_sites`."""

ON_TOP_M = 3.0
"""Of the same kind and this near they are one, whatever their names."""


@dataclass(frozen=True)
class Pinned:
    """A published place with an activity, as far as walking there matters; `names` in every language."""

    id: str
    lon: float
    lat: float
    name: str
    what: str
    step_free: str = "unknown"
    opening_hours: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class SpotChoice:
    """Which spots count: of `kinds` (all without any), only step-free ones, only those open at `open_at`.

    A kind is an activity (``library``) or an OpenStreetMap tag (``amenity=library``); `open_at` is a moment
    such as ``Sa 10:00``, empty for any.
    """

    kinds: tuple[str, ...] = ()
    step_free: bool = False
    open_at: str = ""


def new_sites(points: Sequence[tuple[float, float]]) -> tuple[Pinned, ...]:
    """Return meeting places that could be opened at `points` (lon, lat): they count whatever is asked for."""
    return tuple(
        Pinned(f"new-{number}", lon, lat, "", NEW_SITE, "yes", "24/7")
        for number, (lon, lat) in enumerate(points, start=1)
    )


@dataclass(frozen=True)
class Chosen:
    """`used` are the spots that count; of `unknown` nobody knows whether they would."""

    used: PointSet
    unknown: PointSet


def pinned_spots(store: PlaceStore, slug: str) -> tuple[Pinned, ...]:
    """Return the community's published places that have an activity."""
    return tuple(
        Pinned(
            place.id,
            *place.lon_lat,
            pick(place.name, "en")[0],
            place.activity,
            str(place.access.get("step_free", "unknown")),
            place.opening_hours,
            tuple(sorted(set(place.name.values()))),
        )
        for place in store.places(slug)
        if place.activity
    )


@lru_cache(maxsize=16)
def activity_spots(build: Build, pinned: tuple[Pinned, ...]) -> PointSet:
    """Return the pinned places, and OpenStreetMap's that are not pinned.

    A place that is in both counts once, as it was pinned; what residents did not say of it (step-free access,
    opening hours) is taken from OpenStreetMap.
    """
    osm = opened.osm_spots_of(build)
    twin = twins(osm, pinned)
    rest = osm.take(~np.isin(np.arange(len(osm)), twin))

    def own(values: Sequence[str], key: str, empty: str) -> list[str]:
        known = _texts(osm, key)
        return [
            known[twin[i]] if value == empty and twin[i] >= 0 else value for i, value in enumerate(values)
        ]

    added = {
        "what": [place.what for place in pinned],
        "activity": [place.what for place in pinned],
        "label": [place.what.replace("_", " ") for place in pinned],
        "step_free": own([place.step_free for place in pinned], "step_free", "unknown"),
        "opening_hours": own([place.opening_hours for place in pinned], "opening_hours", ""),
        "tag": own([""] * len(pinned), "what", ""),
        "also": own([""] * len(pinned), "also", ""),
        "beyond": [""] * len(pinned),
    }
    both, made = int((twin >= 0).sum()), sum(place.what != NEW_SITE for place in pinned)
    twice = f", {both} of them in OpenStreetMap too" if both else ""
    return PointSet(
        id=(*rest.id, *(place.id for place in pinned)),
        lon=np.concatenate([rest.lon, [place.lon for place in pinned]]),
        lat=np.concatenate([rest.lat, [place.lat for place in pinned]]),
        name=(*(rest.name or [""] * len(rest)), *(place.name for place in pinned)),
        columns={
            key: np.asarray([*_texts(rest, "what" if key == "tag" else key), *values], np.str_)
            for key, values in added.items()
        },
        source=f"{len(rest)} meeting places of OpenStreetMap, {made} pinned by residents{twice}"
        + (f", {len(pinned) - made} new ones that are planned" if made < len(pinned) else ""),
    )


def twins(osm: PointSet, pinned: Sequence[Pinned]) -> NDArray[np.int64]:
    """Return for each pinned place the index of the same spot in `osm`, -1 for none; none is taken twice."""
    found = np.full(len(pinned), -1, dtype=np.int64)
    if not len(osm) or not pinned:
        return found
    centre = shapely.multipoints(np.column_stack((osm.lon, osm.lat)))
    project = LocalProjection.around(centre).metres
    at: Any = shapely.points(project(osm.lon, osm.lat))
    pins: Any = shapely.points(
        project(np.array([place.lon for place in pinned]), np.array([place.lat for place in pinned]))
    )
    pin, spot = shapely.STRtree(at).query(pins, predicate="dwithin", distance=SAME_WITHIN_M)
    distance = shapely.distance(pins[pin], at[spot])
    activity = _texts(osm, "activity")
    taken: set[int] = set()
    for i in np.argsort(distance, kind="stable").tolist():
        p, s = int(pin[i]), int(spot[i])
        if found[p] < 0 and s not in taken and _alike(pinned[p], osm.name[s], activity[s], distance[i]):
            found[p] = s
            taken.add(s)
    return found


def choose_spots(spots: PointSet, choice: SpotChoice, year: int) -> Chosen:
    """Return the spots of `choice`, and those of its kinds of which nobody knows whether they belong to it.

    Raises
    ------
    InvalidInput
        `choice.open_at` is no hour of the week.
    """
    if choice.kinds:
        wanted = np.isin(_texts(spots, "tag") or _texts(spots, "what"), choice.kinds)
        wanted |= np.isin(_texts(spots, "activity"), choice.kinds)
        wanted |= np.isin(_texts(spots, "what"), (*choice.kinds, NEW_SITE))
        wanted |= [not also.isdisjoint(choice.kinds) for also in map(_parts, _texts(spots, "also"))]
        spots = spots.take(wanted)
    sure = np.ones(len(spots), dtype=np.bool_)
    possible = sure.copy()
    if choice.step_free:
        state = np.array(_texts(spots, "step_free"), np.str_)
        sure &= state == "yes"
        possible &= np.isin(state, ("yes", "unknown", ""))
    if choice.open_at:
        moment = WeekHour.parse(choice.open_at)
        hours = np.array([state_at(t, moment, year) for t in _texts(spots, "opening_hours")], np.str_)
        sure &= hours == OPEN
        possible &= np.isin(hours, (OPEN, UNKNOWN))
    return Chosen(spots.take(sure), spots.take(possible & ~sure))


def _alike(pin: Pinned, name: str, activity: str, distance_m: float) -> bool:
    names = [text for text in pin.names or (pin.name,) if text.strip()]
    if name and any(similar(one, name) or _contains(one, name) for one in names):
        return True
    return activity == pin.what and (not name or distance_m <= ON_TOP_M)


def _contains(one: str, other: str) -> bool:
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    return len(short) > 3 and short in long


def _parts(text: str) -> frozenset[str]:
    return frozenset(text.split(";")) if text else frozenset()


def _texts(points: PointSet, key: str) -> list[str]:
    if key not in points.columns:
        return [""] * len(points)
    return [str(value) for value in points.columns[key].tolist()]
