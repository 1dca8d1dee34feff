"""Published tours as files, and posters with a QR code.

====================================================  ========================================================
address                                               answer
====================================================  ========================================================
``/tours/<tour>.gpx .kml .geojson .pdf``              the tour; ``lang`` (en), ``profile`` (adult)
``/tours/<tour>.step-free.gpx …``                     its step-free variant, 404 where there is none
``/data/<slug>/tour.gpx?stops=<id>,<id>`` …           a walk somebody makes (`TourDraft`); ``step_free=1``
…``.geojson?marks=1``                                 with obstacles, benches, toilets and drinking water
``/poster/<place or tour>.pdf``                       a poster; ``lang`` (en), ``paper`` (A4 or A3)
====================================================  ========================================================
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.place import Place
from micropolis_map.domain.text import LANGUAGES
from micropolis_map.domain.tour import Tour
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.paper_ground import paper_ground_of
from micropolis_map.services.public_place import is_public
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_comforts import comforts_near
from micropolis_map.services.touring_drafts import TourDraft, planned_draft
from micropolis_map.services.touring_files import FORMATS, public_stories, tour_bytes
from micropolis_map.services.touring_marks import marks_of
from micropolis_map.services.touring_poster import PAPERS, place_poster, tour_poster
from micropolis_map.services.touring_printed import Printed, content_key
from micropolis_map.services.touring_published import published_tour, tour_name
from micropolis_map.web.answers import Body, answering, not_modified, respond, while_asked
from micropolis_map.web.communities import known_slug
from micropolis_map.web.own_address import own_address
from micropolis_map.workers.pool import WORKERS

STEP_FREE = ".step-free"
LONGEST_ID = 128
PDF = "application/pdf"
_PRINTED = Printed()


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/tours/…`` and ``/poster/…``."""
    files = [
        Route(f"/tours/{{tour}}{ending}", _answering(_file, application, ending), methods=["GET"])
        for ending in FORMATS
    ]
    made = [
        Route(f"/data/{{slug}}/tour{ending}", _answering(_made, application, ending), methods=["GET"])
        for ending in FORMATS
    ]
    return [
        *files,
        *made,
        Route("/poster/{id}.pdf", _answering(_poster, application), methods=["GET"]),
    ]


def _answering(endpoint: Callable[..., Response], *known: object) -> Callable[[Request], Awaitable[Response]]:
    return while_asked(answering(partial(endpoint, *known)))


def _file(application: Application, ending: str, request: Request) -> Response:
    asked = str(request.path_params["tour"])[: LONGEST_ID + len(STEP_FREE)]
    tour = application.tour_store.get(asked.removesuffix(STEP_FREE))
    lang = asked_language(request)
    plan = published_tour(application, tour.id, lang, request.query_params.get("profile", "adult"))
    if asked.endswith(STEP_FREE):
        plan = _twin_of(plan, repr(tour.id))
    response = _answer(application, plan, ending, request, tour_name(tour, lang))
    response.headers["Content-Disposition"] = f'inline; filename="{_file_name(asked)}{ending}"'
    return response


def _made(application: Application, ending: str, request: Request) -> Response:
    slug, query = known_slug(application, request), request.query_params
    plan = planned_draft(application, TourDraft.parse(slug, query), asked_language(request))
    if query.get("step_free") == "1":
        plan = _twin_of(plan, repr("tour"))
    return _answer(application, plan, ending, request)


def _answer(
    application: Application, plan: TourPlan, ending: str, request: Request, name: str = ""
) -> Response:
    address = own_address(request)
    if ending == ".pdf":
        texts = [(stop.id, dict(stop.name), dict(stop.about)) for stop in plan.stops]
        build = application.community_store.current_build(plan.community)
        stories = public_stories(application, plan)
        key = content_key(plan.as_json(), texts, stories, plan.request.lang, name, address, build)
        return _printed(request, key, lambda: tour_bytes(application, plan, ending, name, address))
    content = tour_bytes(application, plan, ending, name, address)
    if ending == ".geojson" and request.query_params.get("marks") == "1":
        content = _with_marks(application, plan, content)
    return respond(request, Body.of(content, FORMATS[ending][0], _etag(content, ending)))


def _with_marks(application: Application, plan: TourPlan, content: bytes) -> bytes:
    document = json.loads(content)
    document["features"] += marks_of(plan, comforts_near(application.community_store, plan))
    return json.dumps(document, ensure_ascii=False).encode()


def _printed(request: Request, key: str, draw: Callable[[], bytes]) -> Response:
    """Return the sheet, drawn only where it is not kept and the asker has not got it."""
    if not_modified(request, key):
        return respond(request, Body(b"", None, key, PDF))
    return respond(request, Body(_PRINTED.get(key, draw), None, key, PDF))


def _twin_of(plan: TourPlan, what: str) -> TourPlan:
    if plan.twin is None or plan.twin.plan is None:
        raise NotFound(mark("{tour} has no step-free variant"), mark("take the tour itself"), tour=what)
    return plan.twin.plan


def _poster(application: Application, request: Request) -> Response:
    asked = str(request.path_params["id"])[:LONGEST_ID]
    lang, paper = asked_language(request), request.query_params.get("paper", "A4").upper()
    if paper not in PAPERS:
        raise InvalidInput(
            mark("there is no paper {paper}"),
            mark("ask for one of {known}"),
            paper=repr(paper[:20]),
            known=", ".join(PAPERS),
        )
    place, address = _public_place(application, asked), own_address(request)
    shown = place or application.tour_store.get(asked)
    build = application.community_store.current_build(shown.community)
    if isinstance(shown, Place):
        parts: tuple[object, ...] = (shown.description, shown.lon_lat)
        draw = partial(_place_poster, application, shown, lang, address, paper)
    else:
        plan = published_tour(application, shown.id, lang)
        parts = (shown.about, plan.as_json())
        draw = partial(_tour_poster, application, shown, plan, address, paper)
    key = content_key(asked, lang, paper, address, dict(shown.name), parts, build)
    return _printed(request, key, draw)


def _place_poster(application: Application, place: Place, lang: str, address: str, paper: str) -> bytes:
    ground = paper_ground_of(application.community_store, place.community)
    return WORKERS.run(place_poster, place, lang, address, paper, ground)


def _tour_poster(application: Application, tour: Tour, plan: TourPlan, address: str, paper: str) -> bytes:
    ground = paper_ground_of(application.community_store, tour.community)
    return WORKERS.run(tour_poster, tour, plan.request.lang, address, paper, ground, plan)


def _public_place(application: Application, place_id: str) -> Place | None:
    try:
        place = application.place_store.get(place_id)
    except NotFound:
        return None
    return place if is_public(place) else None


def asked_language(request: Request) -> str:
    """Return the language of ``?lang=``, English without one; InvalidInput for one we do not speak."""
    lang = request.query_params.get("lang", "en")
    if lang not in LANGUAGES:
        raise InvalidInput(
            mark("there is no language {lang}"),
            mark("ask for one of {known}"),
            lang=repr(lang[:20]),
            known=", ".join(LANGUAGES),
        )
    return lang


def _etag(content: bytes, what: str) -> str:
    return hashlib.sha256(content + what.encode()).hexdigest()[:20]


def _file_name(text: str) -> str:
    return "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in text)
