"""Tours: the order of the stops, the line along the streets, and what the walk asks of the legs.

Commands, pages, files and routes all ask `plan_tour`, so their figures are the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.metric import segment_length_m
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.stop_order import best_order
from micropolis_map.domain.tour import Stop
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark, translation
from micropolis_map.services import opened
from micropolis_map.services.assessing import Deps
from micropolis_map.services.opened import Build
from micropolis_map.services.touring_directions import Direction, directions
from micropolis_map.services.touring_ground import Obstacle, obstacles_of, surfaces_of
from micropolis_map.services.touring_reach import START, Lost, OutOfReach, out_of_reach
from micropolis_map.services.touring_walks import Ground, Walk, straight_walk

Floats = NDArray[np.float64]
OSM = "© OpenStreetMap contributors, ODbL 1.0"
ANYBODY = "adult"
"""The profile that steps and barriers do not stop."""
STRAIGHT = mark(
    "the streets of {community} are not loaded: these are straight lines, the real walk is longer; "
    "steps and climbs are not known"
)


@dataclass(frozen=True)
class TourRequest:
    """A tour somebody wants.

    Attributes
    ----------
    stops
        In any order; `keep_order` walks them as they come.
    start
        ``(lon, lat)`` where the walk begins, which is no stop; None: at a stop.
    first, last
        Ids of the stops to begin and to end with.
    lang
        Of the directions.
    """

    stops: tuple[Stop, ...]
    start: tuple[float, float] | None = None
    loop: bool = False
    profile: str = "adult"
    keep_order: bool = False
    first: str = ""
    last: str = ""
    lang: str = "en"


@dataclass(frozen=True)
class Twin:
    """The nearest variant without steps, steep ways and barriers.

    Attributes
    ----------
    plan
        None where fewer than two of its points can be joined.
    extra_m, extra_s
        What it costs beside the tour through the same stops, at the same pace; may be negative.
    avoided
        The obstacles of the tour.
    unreachable
        Stops left out, with why.
    """

    plan: TourPlan | None
    extra_m: float
    extra_s: float
    avoided: tuple[Obstacle, ...]
    unreachable: tuple[Lost, ...] = ()


@dataclass(frozen=True)
class TourPlan:
    """A tour in full.

    Attributes
    ----------
    stops
        In the order of walking.
    walks
        From the start, or the first stop, to each next one, and back for a loop.
    loaded
        False where the community's streets are not loaded: then the walks are straight lines.
    credit
        Whose streets these are, as their licence wants it said; empty for an invented town's.
    """

    community: str
    request: TourRequest
    stops: tuple[Stop, ...]
    walks: tuple[Walk, ...]
    optimal: bool
    loaded: bool = True
    obstacles: tuple[Obstacle, ...] = ()
    surfaces: tuple[tuple[str, float], ...] = ()
    twin: Twin | None = None
    notes: tuple[str, ...] = ()
    credit: str = ""

    @property
    def length_m(self) -> float:
        """Metres walked, gaps between stops and streets included."""
        return math.fsum(walk.length_m for walk in self.walks)

    @property
    def walking_s(self) -> float:
        """Seconds of walking for the profile."""
        return math.fsum(walk.cost_s for walk in self.walks)

    @property
    def visit_s(self) -> float:
        """Seconds at the stops."""
        return math.fsum(stop.visit_s for stop in self.stops)

    @property
    def steps(self) -> int | None:
        """Flights of steps taken; None where the streets are not known."""
        return sum(walk.staircases for walk in self.walks) if self.loaded else None

    @property
    def step_free(self) -> bool | None:
        """Whether no steps are taken; None where the streets are not known."""
        return None if self.steps is None else self.steps == 0

    @property
    def ascent_m(self) -> float | None:
        """Metres climbed; None where heights are not known."""
        return _known_sum(walk.ascent_m for walk in self.walks)

    @property
    def descent_m(self) -> float | None:
        """Metres gone down; None where heights are not known."""
        return _known_sum(walk.descent_m for walk in self.walks)

    @property
    def directions(self) -> tuple[Direction, ...]:
        """What to do after another, in the language of the request."""
        return directions(self.walks, self.request.lang)

    def as_json(self) -> dict[str, Any]:
        """Return what ``tour --json`` prints."""
        return {
            "community": self.community,
            "profile": self.request.profile,
            "order": [stop.id for stop in self.stops],
            **self._figures(),
            "loop": self.request.loop,
            "streets_loaded": self.loaded,
            "directions": [direction.as_json() for direction in self.directions],
            "surfaces_m": {surface: round(metres, 1) for surface, metres in self.surfaces},
            "obstacles": [obstacle.as_json() for obstacle in self.obstacles],
            "step_free_variant": None if self.twin is None else _twin_json(self.twin),
            "notes": list(self.notes),
        }

    def _figures(self) -> dict[str, Any]:
        return {
            "length_m": round(self.length_m, 2),
            "walking_s": round(self.walking_s, 2),
            "visit_s": round(self.visit_s, 1),
            "steps": self.steps,
            "ascent_m": None if self.ascent_m is None else round(self.ascent_m, 1),
            "descent_m": None if self.descent_m is None else round(self.descent_m, 1),
            "step_free": self.step_free,
            "certain": all(walk.certain for walk in self.walks) if self.loaded else None,
            "optimal": self.optimal,
        }


def plan_tour(deps: Deps, slug: str, request: TourRequest) -> TourPlan:
    """Return the tour through the stops of `request` in the order that takes the least time.

    Where the streets of `slug` are not loaded, in straight lines, and its notes say so. A tour with steps,
    steep ways or barriers comes with its step-free twin.

    Raises
    ------
    NotFound
        There is no such community.
    InvalidInput
        No stops or too many, two with the same id, or a stop that the profile cannot reach: which, and why.
    """
    _check(request)
    folder = deps.community_store.current_build(slug)
    if folder is None:
        return _straight(slug, request)
    build = Build(slug, folder)
    who = profile(request.profile)
    ground = Ground.of(build, request.profile)
    anybody = ground if request.profile == ANYBODY else Ground.of(build, ANYBODY)
    lost = out_of_reach(ground, _points(request), anybody, has_start=request.start is not None)
    if lost:
        raise OutOfReach(lost, request.profile, request.lang)
    plan = _routed(slug, request, ground)
    smooth = Ground.step_free(build, request.profile)
    network = opened.network_of(build)
    invented = deps.community_store.get(slug).fictional
    plan = replace(
        plan,
        credit="" if invented else OSM,
        obstacles=obstacles_of(network, smooth.impedance, plan.walks, request.lang),
        surfaces=surfaces_of(network, plan.walks),
    )
    if who.is_step_free or not plan.obstacles:
        return plan
    return replace(plan, twin=_twin(plan, ground, smooth))


def _check(request: TourRequest) -> None:
    ids = [stop.id for stop in request.stops]
    if not ids:
        raise InvalidInput(mark("a tour without stops"), mark("give at least one stop"))
    twice = next((stop for stop in ids if ids.count(stop) > 1), None)
    if twice is not None:
        raise InvalidInput(
            mark("stop {stop} is there twice"),
            mark("give each stop once; a loop returns by itself"),
            stop=repr(twice),
        )
    for wanted in (request.first, request.last):
        if wanted and wanted not in ids:
            raise InvalidInput(
                mark("{stop} is none of the stops"), mark("give the id of one of them"), stop=repr(wanted)
            )


def _points(request: TourRequest) -> tuple[Stop, ...]:
    """Return what is walked between: the start, if it is no stop, and the stops."""
    if request.start is None:
        return request.stops
    return (Stop(START, *request.start, visit_s=0.0), *request.stops)


def _order(request: TourRequest, cost: Floats) -> tuple[tuple[int, ...], bool]:
    """Return the points in the order of walking and whether it is proven."""
    ids = [point.id for point in _points(request)]
    first = ids.index(request.first) if request.first else None
    found = best_order(
        cost,
        start=0 if request.start is not None else first,
        end=ids.index(request.last) if request.last else None,
        loop=request.loop,
        fixed=request.keep_order,
    )
    order = found.order
    if request.loop and request.start is None and first is None:  # begin with the stop that was given first
        turn = order.index(0)
        order = order[turn:] + order[:turn]
    return order, found.optimal


def _routed(slug: str, request: TourRequest, ground: Ground) -> TourPlan:
    points = _points(request)
    order, proven = _order(request, ground.costs(points))
    legs = _pairs(order, loop=request.loop)
    walks = tuple(ground.walk(points[a], points[b]) for a, b in legs)
    stops = tuple(points[k] for k in order if points[k].id != START or request.start is None)
    return TourPlan(slug, request, stops, walks, proven)


def _straight(slug: str, request: TourRequest) -> TourPlan:
    points = _points(request)
    speed = profile(request.profile).speed_m_s
    lon = np.array([point.lon for point in points])
    lat = np.array([point.lat for point in points])
    apart = segment_length_m(lon[:, None], lat[:, None], lon[None], lat[None])
    order, proven = _order(request, apart / speed)
    legs = _pairs(order, loop=request.loop)
    walks = tuple(straight_walk(points[a], points[b], float(apart[a, b]), speed) for a, b in legs)
    stops = tuple(points[k] for k in order if points[k].id != START or request.start is None)
    note = translation(request.lang).gettext(STRAIGHT).format(community=repr(slug))
    return TourPlan(slug, request, stops, walks, proven, loaded=False, notes=(note,))


def _pairs(order: tuple[int, ...], *, loop: bool) -> list[tuple[int, int]]:
    follow = (*order[1:], order[0]) if loop and len(order) > 1 else order[1:]
    return list(zip(order, follow, strict=False))


def _twin(plan: TourPlan, ground: Ground, smooth: Ground) -> Twin:
    request = plan.request
    lost = out_of_reach(smooth, _points(request), ground, has_start=request.start is not None)
    lost_ids = {one.stop.id for one in lost}
    kept = tuple(stop for stop in plan.stops if stop.id not in lost_ids)
    asked = replace(
        request,
        stops=kept,
        first="" if request.first in lost_ids else request.first,
        last="" if request.last in lost_ids else request.last,
    )
    if START in lost_ids or len(_points(asked)) < 2:
        return Twin(None, 0.0, 0.0, plan.obstacles, lost)
    found = replace(_routed(plan.community, asked, smooth), credit=plan.credit)
    beside = plan if not lost else _routed(plan.community, asked, ground)
    extra_m, extra_s = found.length_m - beside.length_m, found.walking_s - beside.walking_s
    return Twin(found, extra_m, extra_s, plan.obstacles, lost)


def _twin_json(twin: Twin) -> dict[str, Any]:
    found = twin.plan
    return {
        "order": [stop.id for stop in found.stops] if found else [],
        **(found._figures() if found else {}),  # noqa: SLF001 - of our own class
        "extra_m": round(twin.extra_m, 1),
        "extra_s": round(twin.extra_s, 1),
        "avoided": [obstacle.as_json() for obstacle in twin.avoided],
        "unreachable": [
            {"id": one.stop.id, "reason": one.told(f"stop {one.stop.id!r}")} for one in twin.unreachable
        ],
    }


def _known_sum(values: Any) -> float | None:
    total = float(sum(values))
    return total if np.isfinite(total) else None
