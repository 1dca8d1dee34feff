"""A community's districts, and the layers of its current build (background, activity spots)."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.opened import as_loaded
from micropolis_map.stores.community_store import FolderCommunityStore
from micropolis_map.stores.districts_geojson import write_districts
from micropolis_map.stores.files import unreadable
from micropolis_map.web.answers import GEOJSON, Body, answering, respond
from micropolis_map.web.communities import known_slug

_KEPT_LAYERS = 64


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/data/{slug}/districts.geojson`` and ``/data/{slug}/layers/…``."""

    @answering
    def districts(request: Request) -> Response:
        community = as_loaded(application.community_store, known_slug(application, request))
        return respond(request, Body.of(write_districts(community), GEOJSON))

    @answering
    def layer(request: Request) -> Response:
        return _layer(application, request, request.path_params["name"])

    return [
        Route("/data/{slug}/districts.geojson", districts, methods=["GET"]),
        Route("/data/{slug}/layers/{name}.geojson", layer, methods=["GET"]),
    ]


def _layer(application: Application, request: Request, name: str) -> Response:
    slug = known_slug(application, request)
    build = application.community_store.current_build(slug)
    if build is None:
        raise NotFound(mark("nothing is loaded for {town}"), mark("load its streets first"), town=repr(slug))
    try:
        path = FolderCommunityStore.layer_path(build, name)
    except InvalidInput as error:
        raise NotFound(
            mark("{town} has no layer {name}"),
            mark("check the address"),
            town=repr(slug),
            name=repr(name[:80]),
        ) from error
    if not path.is_file():
        raise NotFound(
            mark("{town} has no layer {name}"),
            mark("check the address, or load the community again"),
            town=repr(slug),
            name=repr(name),
        )
    try:
        return respond(request, _body(path))
    except OSError as error:  # a newer build may just have taken this one's place
        raise unreadable(path, error) from error


@lru_cache(maxsize=_KEPT_LAYERS)
def _body(path: Path) -> Body:
    """Return the layer's bytes; a build never changes, so its path is all there is to know."""
    etag = hashlib.sha256(f"{path.parts[-3:]}{path}".encode()).hexdigest()[:20]
    packed = path.with_name(path.name + ".gz")
    if packed.is_file():
        return Body(path.read_bytes(), packed.read_bytes(), etag, GEOJSON)
    return Body.of(path.read_bytes(), GEOJSON, etag)
