"""Published tours as features: the line that is walked, what it asks of the legs, its public stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from micropolis_map.bootstrap import Application
from micropolis_map.domain.geometry import DECIMALS
from micropolis_map.domain.text import pick
from micropolis_map.domain.tour import Stop, Tour
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.services.touring import TourPlan, TourRequest, plan_tour
from micropolis_map.services.touring_stops import stops_of_tour
from micropolis_map.web.ogc.published import Feature

_KEPT_LINES = 512
"""Tours whose line is kept: a change of a text does not plan them anew."""

Where = tuple[tuple[str, float, float, float], ...]
"""Id, longitude, latitude and seconds of a visit of each stop."""
Walked = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A GeoJSON geometry and the figures that are known."""


def tour_reader(application: Application) -> Callable[[str], Iterator[Feature]]:
    """Return what yields the published tours that have a public stop, titled in a language."""

    @lru_cache(maxsize=_KEPT_LINES)
    def walked(community: str, build: str, where: Where, loop: bool) -> Walked:  # noqa: ARG001, FBT001 - keys
        stops = tuple(Stop(stop, lon, lat, visit_s=visit_s) for stop, lon, lat, visit_s in where)
        try:
            plan = plan_tour(application, community, TourRequest(stops, loop=loop, keep_order=True))
        except InvalidInput:  # an adult cannot reach one of the stops: the way is not known
            return _straight(stops, loop=loop)
        return _line(plan), _figures(plan)

    def features(lang: str) -> Iterator[Feature]:
        for tour in application.tour_store.tours():
            try:
                stops = stops_of_tour(application.place_store, tour)
                build = str(application.community_store.current_build(tour.community))
            except NotFound:  # all its places, or its community, were taken off the map
                continue
            where = tuple((stop.id, stop.lon, stop.lat, stop.visit_s) for stop in stops)
            geometry, figures = walked(tour.community, build, where, tour.loop)
            yield Feature(tour.id, geometry, {**_properties(tour, stops, lang), **figures})

    return features


def _properties(tour: Tour, stops: Sequence[Stop], lang: str) -> dict[str, Any]:
    return {
        "community": tour.community,
        "name": dict(tour.name),
        "about": dict(tour.about),
        "title": pick(tour.name, lang, ("en", *tour.languages))[0],
        "stops": [stop.id for stop in stops],
        "loop": tour.loop,
        "languages": list(tour.languages),
        "licence": tour.licence,
    }


def _figures(plan: TourPlan) -> dict[str, Any]:
    known = {
        "length_m": round(plan.length_m, 1),
        "walking_s": round(plan.walking_s, 1),
        "visit_s": round(plan.visit_s, 1),
        "steps": plan.steps,
        "step_free": plan.step_free,
        "ascent_m": None if plan.ascent_m is None else round(plan.ascent_m, 1),
        "descent_m": None if plan.descent_m is None else round(plan.descent_m, 1),
        "streets_loaded": plan.loaded,
    }
    return {name: value for name, value in known.items() if value is not None}


def _straight(stops: Sequence[Stop], *, loop: bool) -> Walked:
    turned = (*stops, stops[0]) if loop else stops
    figures = {"visit_s": sum(stop.visit_s for stop in stops), "streets_loaded": False}
    return _geometry([(stop.lon, stop.lat) for stop in turned]), figures


def _line(plan: TourPlan) -> Mapping[str, Any]:
    walks = [zip(walk.lon.tolist(), walk.lat.tolist(), strict=True) for walk in plan.walks]
    return _geometry(
        [point for walk in walks for point in walk] or [(stop.lon, stop.lat) for stop in plan.stops]
    )


def _geometry(points: Sequence[tuple[float, float]]) -> Mapping[str, Any]:
    """Return the line of the points, each once in a row; a point where they are all the same."""
    rounded = [[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat in points]
    line = [point for n, point in enumerate(rounded) if n == 0 or point != rounded[n - 1]]
    if len(line) == 1:
        return {"type": "Point", "coordinates": line[0]}
    return {"type": "LineString", "coordinates": line}
