"""OGC API - Features (Part 1: Core, GeoJSON, OpenAPI 3.0) under ``/ogc``: for QGIS, GDAL and other programs.

==============================================  ==========================================================
address                                         answer
==============================================  ==========================================================
``/ogc``                                        landing page
``/ogc/api``                                    the definition of the interface, OpenAPI 3.0
``/ogc/conformance``                            conformance classes
``/ogc/collections``                            ``places tours districts activity_spots``
``/ogc/collections/<name>``                     one of them, with where and when its features are
``/ogc/collections/<name>/schema``              JSON Schema of its features
``/ogc/collections/<name>/items``               features; ``limit offset bbox datetime`` and properties
``/ogc/collections/<name>/items/<id>``          one feature
==============================================  ==========================================================

Any site may read it (CORS): all of it is public, and no cookie or key changes an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map import i18n
from micropolis_map.bootstrap import Application
from micropolis_map.errors import MicropolisError, NotFound, answer
from micropolis_map.web.answers import GEOJSON, JSON, Body, check_address, json_text, query_lists, respond
from micropolis_map.web.ogc import documents
from micropolis_map.web.ogc.collections import Collection, collections_of
from micropolis_map.web.ogc.documents import OPENAPI, SCHEMA, Json, Links
from micropolis_map.web.ogc.fields import tests_of
from micropolis_map.web.ogc.openapi import openapi_document
from micropolis_map.web.ogc.properties import asked_of
from micropolis_map.web.ogc.published import Published
from micropolis_map.web.ogc.question import OF_ITEMS, Question, check_names
from micropolis_map.web.own_address import ANYWHERE, addressed, own_address
from micropolis_map.web.reader import reader_language

_KEPT_PAGES = 32
_CODES = {400: "InvalidParameterValue", 404: "NotFound"}
_ALLOWED = "GET, HEAD, OPTIONS"
_ANY_SITE = {"Access-Control-Allow-Origin": "*"}

Endpoint = Callable[[Request], Response]
Asked = tuple[tuple[str, str], ...]


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/ogc…``; everything else below it is 404."""
    service = _Service(application)
    endpoints: dict[str, Endpoint] = {
        "": service.landing_page,
        "/api": service.api,
        "/conformance": service.conformance,
        "/collections": service.collections,
        "/collections/{name}": service.collection,
        "/collections/{name}/schema": service.schema,
        "/collections/{name}/items": service.items,
    }
    found = [
        Route(f"/ogc{path}{slash}", _answering(endpoint), methods=["GET", "OPTIONS"])
        for path, endpoint in endpoints.items()
        for slash in ("", "/")
    ]
    feature = _answering(service.feature)
    return [
        *found,
        Route("/ogc/collections/{name}/items/{feature:path}", feature, methods=["GET", "OPTIONS"]),
        Route("/ogc/{rest:path}", _answering(_nothing_here)),
    ]


class _Service:
    """The endpoints, sharing the collections and the pages that were asked for last."""

    def __init__(self, application: Application) -> None:
        self._collections = collections_of(application)
        self._page = lru_cache(maxsize=_KEPT_PAGES)(_page)

    def landing_page(self, request: Request) -> Response:
        return _document(request, documents.landing_page(_links(request)))

    def api(self, request: Request) -> Response:
        root = _links(request).root
        return _document(request, openapi_document(root, self._collections), OPENAPI)

    def conformance(self, request: Request) -> Response:
        return _document(request, documents.conformance(_links(request)))

    def collections(self, request: Request) -> Response:
        links = _links(request)
        described = [_described(links, collection) for collection in self._collections.values()]
        return _document(request, documents.collections_document(links, described))

    def collection(self, request: Request) -> Response:
        return _document(request, _described(_links(request), self._asked(request)))

    def schema(self, request: Request) -> Response:
        return _document(request, documents.schema_document(_links(request), self._asked(request)), SCHEMA)

    def items(self, request: Request) -> Response:
        collection = self._asked(request)
        asked = tuple(request.query_params.multi_items())
        check_names(query_lists(request), (*OF_ITEMS, *asked_of(collection.fields)))
        page = self._page(f"{ANYWHERE}/ogc", collection, collection.read(_lang(request)), asked)
        return respond(request, addressed(request, page))

    def feature(self, request: Request) -> Response:
        links, collection = _links(request), self._asked(request)
        asked = str(request.path_params["feature"])
        found = collection.read(_lang(request)).by_id.get(asked)
        if found is None:
            raise NotFound(
                f"there is no feature {asked[:128]!r} in {collection.name}", "look it up in its items"
            )
        return _document(request, documents.feature_document(links, collection, found), GEOJSON)

    def _asked(self, request: Request) -> Collection:
        name = str(request.path_params["name"])
        if name not in self._collections:
            raise NotFound(
                f"there is no collection {name[:80]!r}", f"ask for one of {', '.join(self._collections)}"
            )
        return self._collections[name]


def _page(root: str, collection: Collection, published: Published, asked: Asked) -> Body:
    query: dict[str, list[str]] = {}
    for name, value in asked:
        query.setdefault(name, []).append(value)
    question = Question.parse(query, asked_of(collection.fields))
    found = published.select(question.boxes, question.interval, tests_of(collection.fields, question.asked))
    return Body.of(documents.items_text(Links(root), collection, published, question, found, query), GEOJSON)


def _described(links: Links, collection: Collection) -> Json:
    published = collection.read("en") if collection.extent else None
    return documents.collection_document(links, collection, published)


def _root(request: Request) -> str:
    return f"{own_address(request)}/ogc"


def _lang(request: Request) -> str:
    return request.query_params.get("lang", "en")


def _links(request: Request) -> Links:
    """Return what makes links for an address that has no parameters of its own."""
    check_names(query_lists(request))
    return Links(_root(request), request.query_params.get("lang"))


def _document(request: Request, document: Json, media_type: str = JSON) -> Response:
    return respond(request, Body.of(json_text(document), media_type))


def _nothing_here(request: Request) -> Response:
    raise NotFound(f"there is nothing at {request.url.path[:200]!r}", "begin at /ogc")


def _answering(endpoint: Endpoint) -> Endpoint:
    """Return `endpoint` for any site's page, with errors in the form of the standard."""

    @wraps(endpoint)
    def answered(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": _ALLOWED, **_ANY_SITE})
        try:
            check_address(request)
            response = endpoint(request)
        except MicropolisError as error:
            response = _failure(error, reader_language(request))
        response.headers.update(_ANY_SITE)
        return response

    return answered


def _failure(error: MicropolisError, lang: str) -> Response:
    what, todo = error.told_to_anybody(i18n.translation(lang).gettext, lang)
    status = answer(error).http_status
    told = {
        "code": _CODES.get(status, "NoApplicableCode"),
        "description": f"{what}; {todo}" if todo else what,
    }
    headers = {"Cache-Control": "no-store", "Content-Language": lang}
    return Response(json_text(told), status_code=status, media_type=JSON, headers=headers)
