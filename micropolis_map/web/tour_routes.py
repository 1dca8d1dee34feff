"""Published tours as files, and posters with a QR code.

====================================================  ========================================================
address                                               answer
====================================================  ========================================================
``/tours/<tour>.gpx .kml .geojson .pdf``              the tour; ``lang`` (en), ``profile`` (adult)
``/tours/<tour>.step-free.gpx …``                     its step-free variant, 404 where there is none
``/data/<slug>/tour.gpx?stops=<id>,<id>`` …           places in their best order; ``loop=1``, ``step_free=1``,
                                                      ``first=1`` (begin with the first one)
``/poster/<place or tour>.pdf``                       a poster; ``lang`` (en), ``paper`` (A4 or A3)
====================================================  ========================================================
"""

from __future__ import annotations

import hashlib
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.place import Place
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.services.public_place import is_public
from micropolis_map.services.touring import TourPlan, TourRequest, plan_tour
from micropolis_map.services.touring_files import FORMATS, tour_bytes
from micropolis_map.services.touring_poster import PAPERS, place_poster, tour_poster
from micropolis_map.services.touring_published import published_tour, tour_name
from micropolis_map.services.touring_stops import stops_of_ids
from micropolis_map.web.answers import Body, answering, respond
from micropolis_map.web.communities import known_slug

STEP_FREE = ".step-free"
LONGEST_ID = 128
MOST_STOPS = 25
"""Of a tour made here: so many are proven in a moment."""


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/tours/…`` and ``/poster/…``."""
    files = [
        Route(f"/tours/{{tour}}{ending}", answering(partial(_file, application, ending)), methods=["GET"])
        for ending in FORMATS
    ]
    made = [
        Route(f"/data/{{slug}}/tour{ending}", answering(partial(_made, application, ending)), methods=["GET"])
        for ending in FORMATS
    ]
    return [
        *files,
        *made,
        Route("/poster/{id}.pdf", answering(partial(_poster, application)), methods=["GET"]),
    ]


def _file(application: Application, ending: str, request: Request) -> Response:
    asked = str(request.path_params["tour"])[: LONGEST_ID + len(STEP_FREE)]
    tour = application.tour_store.get(asked.removesuffix(STEP_FREE))
    lang = asked_language(request)
    plan = published_tour(application, tour.id, lang, request.query_params.get("profile", "adult"))
    if asked.endswith(STEP_FREE):
        plan = _twin_of(plan, f"the tour {tour.id!r}")
    content = tour_bytes(application, plan, ending, tour_name(tour, lang), address_of(request))
    response = respond(request, Body.of(content, FORMATS[ending][0], _etag(content, ending)))
    response.headers["Content-Disposition"] = f'inline; filename="{_file_name(asked)}{ending}"'
    return response


def _made(application: Application, ending: str, request: Request) -> Response:
    slug, query = known_slug(application, request), request.query_params
    ids = [part for part in query.get("stops", "").split(",") if part]
    if not 1 <= len(ids) <= MOST_STOPS:
        raise InvalidInput(f"a tour of {len(ids)} stops", f"give 1 to {MOST_STOPS} ids of places in stops=")
    asked = TourRequest(
        stops_of_ids(application.place_store, slug, ids),
        loop=query.get("loop") == "1",
        profile=query.get("profile", "adult"),
        first=ids[0] if query.get("first") == "1" else "",
        lang=asked_language(request),
    )
    plan = plan_tour(application, slug, asked)
    if query.get("step_free") == "1":
        plan = _twin_of(plan, "this tour")
    content = tour_bytes(application, plan, ending, address=address_of(request))
    return respond(request, Body.of(content, FORMATS[ending][0], _etag(content, ending)))


def _twin_of(plan: TourPlan, what: str) -> TourPlan:
    if plan.twin is None or plan.twin.plan is None:
        raise NotFound(f"{what} has no step-free variant", "take the tour itself")
    return plan.twin.plan


def _poster(application: Application, request: Request) -> Response:
    asked = str(request.path_params["id"])[:LONGEST_ID]
    lang, paper = asked_language(request), request.query_params.get("paper", "A4").upper()
    if paper not in PAPERS:
        raise InvalidInput(f"there is no paper {paper[:20]!r}", f"ask for one of {', '.join(PAPERS)}")
    place = _public_place(application, asked)
    if place is not None:
        content = place_poster(place, lang, address_of(request), paper)
    else:
        content = tour_poster(application.tour_store.get(asked), lang, address_of(request), paper)
    return respond(request, Body.of(content, "application/pdf", _etag(content, asked)))


def _public_place(application: Application, place_id: str) -> Place | None:
    try:
        place = application.place_store.get(place_id)
    except NotFound:
        return None
    return place if is_public(place) else None


def address_of(request: Request) -> str:
    """Return scheme and host under which the asker knows this server."""
    host = request.headers.get("x-forwarded-host") or request.url.netloc
    scheme = request.headers.get("x-forwarded-proto") or request.url.scheme
    return f"{scheme}://{host}"


def asked_language(request: Request) -> str:
    """Return the language of ``?lang=``, English without one; InvalidInput for one we do not speak."""
    lang = request.query_params.get("lang", "en")
    if lang not in LANGUAGES:
        raise InvalidInput(f"there is no language {lang[:20]!r}", f"ask for one of {', '.join(LANGUAGES)}")
    return lang


def _etag(content: bytes, what: str) -> str:
    return hashlib.sha256(content + what.encode()).hexdigest()[:20]


def _file_name(text: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in text)
