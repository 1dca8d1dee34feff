"""The published places of a community as GeoJSON, filtered by the address's parameters."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.place_filter import PlaceFilter, filtered
from micropolis_map.domain.place_geojson import collection, feature_text
from micropolis_map.services.public_place import public_place
from micropolis_map.web.answers import GEOJSON, JSON, Body, answering, json_text, query_lists, respond
from micropolis_map.web.communities import known_slug

_KEPT_ANSWERS = 64
"""Filtered answers kept in memory, all communities together; a change of the store renews them."""


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/data/{slug}/places…`` and of their version."""
    store = application.place_store

    @lru_cache(maxsize=_KEPT_ANSWERS)
    def body_of(slug: str, wanted: PlaceFilter, version: str) -> Body:
        text = collection(filtered(store.places(slug), wanted), exported="")
        return Body.of(text, GEOJSON, etag=_short_hash(version, slug, repr(wanted)))

    @answering
    def places(request: Request) -> Response:
        slug = known_slug(application, request)
        wanted = PlaceFilter.from_query(query_lists(request))
        return respond(request, body_of(slug, wanted, store.version()))

    @answering
    def place(request: Request) -> Response:
        slug = known_slug(application, request)
        found = public_place(store, slug, request.path_params["place_id"])
        return respond(request, Body.of(feature_text(found), GEOJSON))

    @answering
    def version(request: Request) -> Response:
        known_slug(application, request)
        return respond(request, Body.of(json_text({"version": store.version()}), JSON))

    return [
        Route("/data/{slug}/version.json", version, methods=["GET"]),
        Route("/data/{slug}/places.geojson", places, methods=["GET"]),
        Route("/data/{slug}/places/{place_id}.json", place, methods=["GET"]),
    ]


def _short_hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:20]
