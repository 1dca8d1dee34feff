"""Walking time to the nearest meeting place as map layers: the same figures as the page and the command.

====================================================  ========================================================
address                                               answer
====================================================  ========================================================
``/data/<slug>/coverage/streets.geojson``             streets by walking time, a feature for each class
``/data/<slug>/coverage/homes.geojson``               homes with their people and ``cost_s``
``/data/<slug>/coverage/hexagons.geojson``            H3 hexagons with people, shares and ``median_s``
``/data/<slug>/coverage/districts.geojson``           districts with people, shares, median and those beyond
``/data/<slug>/coverage/spots.geojson``               the spots walked to, pinned ones included
``/data/<slug>/coverage/unknown.geojson``             spots left out because nobody knows whether they count
``/data/<slug>/coverage/worst.geojson``               the worst-served homes
``/data/<slug>/coverage/worst_areas.geojson``         where walks are longest: ``population``, ``at_least_s``
``/data/<slug>/coverage/<profile>.geojson?show=…``    the same: ``streets`` (default), ``homes`` …
``/data/<slug>/coverage/streets.json`` ``.bin``       for drawing: where streets are, and a byte for each
                                                      piece: half minutes, 255 for no way
``/data/<slug>/coverage/homes.json`` ``.bin``         the same of homes
====================================================  ========================================================

Parameters: ``profile`` (adult), ``minutes`` (5,10,15), ``kind`` (repeated or with commas: only these activity
spots), ``step_free=yes``, ``open`` (``Sa 10:00``), ``people`` (all, older, children); ``build``: another kept
state; ``sites`` (``lon,lat;lon,lat``): as if these were meeting places, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.analysis.profiles import profiles
from micropolis_map.bootstrap import Application
from micropolis_map.domain.opening_hours import WeekHour
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.services import walking_time_ground, walking_time_layers, walking_time_worst
from micropolis_map.services.assessing import Subject, subject_of
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.thresholds import parse_minutes
from micropolis_map.services.walking_time_layers import Collection, compact
from micropolis_map.web.answers import GEOJSON, JSON, Body, answering, query_lists, respond

_KEPT_ANSWERS = 64
MOST_SITES = 20
BYTES = "application/octet-stream"

LAYERS: Mapping[str, Callable[[Subject], Collection]] = {
    "streets": walking_time_layers.streets_layer,
    "homes": walking_time_layers.homes_layer,
    "hexagons": walking_time_layers.hexagons_layer,
    "districts": walking_time_layers.districts_layer,
    "spots": walking_time_layers.spots_layer,
    "unknown": walking_time_layers.unknown_layer,
    "worst": walking_time_layers.worst_layer,
    "worst_areas": walking_time_worst.worst_areas_layer,
}


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/data/{slug}/coverage/…``."""

    @answering
    def coverage(request: Request) -> Response:
        layer, asked = _asked(request)
        return respond(request, _layer(layer, _subject(application, request, asked)))

    @answering
    def ground(request: Request) -> Response:
        _, asked = _asked(request)
        return respond(request, _ground(request.path_params["layer"], _subject(application, request, asked)))

    @answering
    def times(request: Request) -> Response:
        _, asked = _asked(request)
        return respond(request, _times(request.path_params["layer"], _subject(application, request, asked)))

    return [
        Route("/data/{slug}/coverage/{layer}.geojson", coverage, methods=["GET"]),
        Route("/data/{slug}/coverage/{layer:str}.json", ground, methods=["GET"]),
        Route("/data/{slug}/coverage/{layer:str}.bin", times, methods=["GET"]),
    ]


@lru_cache(maxsize=_KEPT_ANSWERS)
def _layer(layer: str, subject: Subject) -> Body:
    return Body.of(compact(LAYERS[layer](subject)), GEOJSON, _etag(layer, subject))


@lru_cache(maxsize=16)
def _ground_of(layer: str, subject: Subject) -> Body:
    ground = {"streets": walking_time_ground.street_ground, "homes": walking_time_ground.home_ground}
    return Body.of(compact(ground[layer](subject.build)), JSON, _etag(layer, subject.build))


def _ground(layer: str, subject: Subject) -> Body:
    return _ground_of(_drawn(layer), Subject(subject.build, CoverageRequest(), ()))


@lru_cache(maxsize=_KEPT_ANSWERS)
def _times(layer: str, subject: Subject) -> Body:
    times = {"streets": walking_time_ground.street_times, "homes": walking_time_ground.home_times}
    return Body.of(times[_drawn(layer)](subject), BYTES, _etag(layer, subject))


def _drawn(layer: str) -> str:
    if layer not in {"streets", "homes"}:
        raise NotFound(f"there is no drawing of {layer[:80]!r}", "ask for streets or homes")
    return layer


def _etag(*what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()[:20]


def _subject(application: Application, request: Request, asked: CoverageRequest) -> Subject:
    slug = str(request.path_params["slug"])
    given = request.query_params
    return subject_of(application, slug, asked, given.get("build", ""), _sites(given.get("sites", "")))


def _sites(text: str) -> tuple[tuple[float, float], ...]:
    if not text:
        return ()
    try:
        pairs = [tuple(float(number) for number in part.split(",")) for part in text.split(";")]
    except ValueError:
        pairs = [()]
    sites = tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2)
    if (
        len(sites) < len(pairs)
        or len(sites) > MOST_SITES
        or not all(abs(x) <= 180 and abs(y) <= 90 for x, y in sites)  # so that nan is none, too
    ):
        raise InvalidInput(f"sites {text[:80]!r} are no places", f"give up to {MOST_SITES}, lon,lat;lon,lat")
    return sites


def _asked(request: Request) -> tuple[str, CoverageRequest]:
    query = query_lists(request)

    def last(name: str, default: str = "") -> str:
        return query.get(name, [default])[-1]

    layer, who = str(request.path_params["layer"]), last("profile", "adult")
    if layer in profiles():
        layer, who = last("show", "streets"), layer
    if layer not in LAYERS:
        raise NotFound(f"there is no coverage layer {layer[:80]!r}", f"ask for one of {', '.join(LAYERS)}")
    kinds = tuple(sorted({kind for part in query.get("kind", []) for kind in part.split(",") if kind}))
    return layer, CoverageRequest(
        who,
        parse_minutes(last("minutes", "5,10,15")),
        kinds=kinds,
        step_free=last("step_free") == "yes",
        open_at=str(WeekHour.parse(last("open"))) if last("open") else "",
        people=last("people", "all"),
    )
