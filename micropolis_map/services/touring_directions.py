"""A tour in words: head north along this street, turn left into that one, take the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.metric import metres_per_degree
from micropolis_map.analysis.paths import Leg
from micropolis_map.domain.text import pick
from micropolis_map.i18n import mark, translation
from micropolis_map.services.touring_walks import Walk

Floats = NDArray[np.float64]

SHORT_M = 12.0
"""Nameless ways up to so long, such as a crossing or a corner, get no words of their own."""
LOOK_M = 12.0
"""How far before and after a corner one looks to say which way it turns."""
STRAIGHT_DEG, BACK_DEG = 35.0, 150.0

HEADINGS = (
    mark("Head north: {way}"),
    mark("Head north-east: {way}"),
    mark("Head east: {way}"),
    mark("Head south-east: {way}"),
    mark("Head south: {way}"),
    mark("Head south-west: {way}"),
    mark("Head west: {way}"),
    mark("Head north-west: {way}"),
)
STRAIGHT, LEFT, RIGHT = mark("Straight on: {way}"), mark("Turn left: {way}"), mark("Turn right: {way}")
AROUND = mark("Turn around: {way}")
ARRIVED, BACK = mark("You are at: {stop}"), mark("You are back at the start")
CROW = mark("In a straight line to {stop} (the streets are not known)")
STEPS, COUNTED_STEPS = mark("steps"), mark("steps ({n})")
WAYS = {
    "footway": mark("footpath"),
    "path": mark("path"),
    "track": mark("track"),
    "cycleway": mark("cycle path"),
    "pedestrian": mark("pedestrian street"),
    "service": mark("side road"),
    "": mark("across the open ground"),
}
STREET = mark("street without a name")


@dataclass(frozen=True)
class Direction:
    """One thing to do, and for how many metres; `stop` is the id of the stop one has arrived at."""

    text: str
    length_m: float
    stop: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as ``tour --json`` prints it."""
        told = {"text": self.text, "length_m": round(self.length_m, 1)}
        return told | {"stop": self.stop} if self.stop else told


def directions(walks: Sequence[Walk], lang: str) -> tuple[Direction, ...]:
    """Return the directions in `lang`; their lengths add up to that of the walks."""
    told: list[Direction] = []
    for walk in walks:
        told.extend(_ahead(walk, lang))
        told.append(_arrival(walk, lang))
    return tuple(told)


def _ahead(walk: Walk, lang: str) -> list[Direction]:
    say = translation(lang).gettext
    if walk.straight:
        stop = stop_name(walk, lang)
        return [Direction(say(CROW).format(stop=stop), walk.length_m)]
    told: list[Direction] = []
    walked = walk.first_gap_m
    for leg in _spoken(walk.legs):
        if told:
            template = _turn(walk, walked)
        else:
            template = HEADINGS[round(_bearing(walk, walked, walked + LOOK_M) / 45.0) % 8]
        told.append(Direction(say(template).format(way=_way(leg, lang)), leg.length_m))
        walked += leg.length_m
    if told:
        told[0] = replace(told[0], length_m=told[0].length_m + walk.first_gap_m)
    return told


def _arrival(walk: Walk, lang: str) -> Direction:
    rest = 0.0 if walk.straight else walk.gap_m + (0.0 if walk.legs else walk.first_gap_m)
    if walk.destination.id == "start":
        return Direction(translation(lang).gettext(BACK), rest)
    words = translation(lang).gettext(ARRIVED).format(stop=stop_name(walk, lang))
    return Direction(words, rest, walk.destination.id)


def stop_name(walk: Walk, lang: str) -> str:
    """Return the name of where the walk leads, its id where it has none."""
    return pick(walk.destination.name, lang)[0] or walk.destination.id


def _spoken(legs: Sequence[Leg]) -> list[Leg]:
    """Return the legs with short nameless ones joined to a neighbour; steps are always told."""
    spoken: list[Leg] = []
    waiting_m = 0.0
    for leg in legs:
        if not leg.name and leg.highway != "steps" and leg.length_m <= SHORT_M:
            if spoken:
                spoken[-1] = replace(spoken[-1], length_m=spoken[-1].length_m + leg.length_m)
            else:
                waiting_m += leg.length_m
            continue
        same = spoken and leg.highway != "steps" and spoken[-1].highway != "steps"
        if same and leg.name == spoken[-1].name and (leg.name or leg.highway == spoken[-1].highway):
            spoken[-1] = replace(spoken[-1], length_m=spoken[-1].length_m + leg.length_m)
            continue
        spoken.append(replace(leg, length_m=leg.length_m + waiting_m))
        waiting_m = 0.0
    if waiting_m:
        spoken.append(replace(legs[-1], length_m=waiting_m))
    return spoken


def _way(leg: Leg, lang: str) -> str:
    say = translation(lang).gettext
    if leg.highway == "steps":
        what = say(COUNTED_STEPS).format(n=round(leg.steps)) if leg.steps >= 1 else say(STEPS)
        return f"{what}, {leg.name}" if leg.name else what
    return leg.name or say(WAYS.get(leg.highway, STREET))


def _turn(walk: Walk, at_m: float) -> str:
    change = _bearing(walk, at_m, at_m + LOOK_M) - _bearing(walk, max(0.0, at_m - LOOK_M), at_m)
    change = (change + 180.0) % 360.0 - 180.0
    if abs(change) <= STRAIGHT_DEG:
        return STRAIGHT
    if abs(change) >= BACK_DEG:
        return AROUND
    return RIGHT if change > 0 else LEFT


def _bearing(walk: Walk, from_m: float, to_m: float) -> float:
    """Return the compass bearing in degrees between two points of the line, by metres from its start."""
    east, north = metres_per_degree(walk.lat[:1])
    x, y = walk.lon * east[0], walk.lat * north[0]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    xs, ys = np.interp([from_m, to_m], along, x), np.interp([from_m, to_m], along, y)
    return float(np.degrees(np.arctan2(xs[1] - xs[0], ys[1] - ys[0])) % 360.0)
