"""Walking time to the nearest meeting place as map layers: the same figures as the page and the command.

====================================================  ========================================================
address                                               answer
====================================================  ========================================================
``/data/<slug>/coverage/streets.geojson``             streets by walking time, a feature for each class
``/data/<slug>/coverage/homes.geojson``               homes with their people and ``cost_s``
``/data/<slug>/coverage/hexagons.geojson``            H3 hexagons with people, shares and ``median_s``
``/data/<slug>/coverage/spots.geojson``               the spots walked to, pinned ones included
``/data/<slug>/coverage/<profile>.geojson?show=…``    the same: ``streets`` (default), ``homes`` …
====================================================  ========================================================

Parameters: ``profile`` (adult), ``minutes`` (5,10,15), ``kind`` (repeated or with commas: only these activity
spots).
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
from micropolis_map.errors import NotFound
from micropolis_map.services import opened, walking_time_layers
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.thresholds import parse_minutes
from micropolis_map.services.walking_time_layers import Collection
from micropolis_map.web.answers import GEOJSON, Body, answering, query_lists, respond

_KEPT_ANSWERS = 64


def _spots(application: Application, slug: str, request: CoverageRequest) -> Collection:
    return walking_time_layers.spots_layer(assess_coverage(application, slug, request))


LAYERS: Mapping[str, Callable[[Application, str, CoverageRequest], Collection]] = {
    "streets": walking_time_layers.streets_layer,
    "homes": walking_time_layers.homes_layer,
    "hexagons": walking_time_layers.hexagons_layer,
    "spots": _spots,
}


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/data/{slug}/coverage/…``."""

    @lru_cache(maxsize=_KEPT_ANSWERS)
    def body_of(slug: str, layer: str, asked: CoverageRequest, state: tuple[str, str]) -> Body:
        text = walking_time_layers.compact(LAYERS[layer](application, slug, asked))
        what = repr((slug, layer, asked, state)).encode()
        return Body.of(text, GEOJSON, etag=hashlib.sha256(what).hexdigest()[:20])

    @answering
    def coverage(request: Request) -> Response:
        slug = str(request.path_params["slug"])
        layer, asked = _asked(request)
        build = opened.current_build(application.community_store, slug)
        state = (build.id, application.place_store.version())
        return respond(request, body_of(slug, layer, asked, state))

    return [Route("/data/{slug}/coverage/{layer}.geojson", coverage, methods=["GET"])]


def _asked(request: Request) -> tuple[str, CoverageRequest]:
    query = query_lists(request)
    layer = str(request.path_params["layer"])
    who = query.get("profile", ["adult"])[-1]
    if layer in profiles():
        layer, who = query.get("show", ["streets"])[-1], layer
    if layer not in LAYERS:
        raise NotFound(f"there is no coverage layer {layer[:80]!r}", f"ask for one of {', '.join(LAYERS)}")
    kinds = tuple(sorted({kind for part in query.get("kind", []) for kind in part.split(",") if kind}))
    return layer, CoverageRequest(who, parse_minutes(query.get("minutes", ["5,10,15"])[-1]), kinds=kinds)
