"""Pages to pin a place without an account, to add a story, to confirm a place or report a problem.

=====================================  ===================================================================
address                                answer
=====================================  ===================================================================
``/pin/<slug>``                        pin a place in three steps
``/pin/<slug>?osm=<id>`` …             pin what OpenStreetMap knows; see `pin_given`
``/pin/<slug>?place=<id>``             add a story to a published place
``/pin/<slug>?edit=<proposal>``        change what this device sent; the key stays in the browser
``/pin/<slug>/place/<id>``             "I know this place", "Report a problem"
``/pin/worker.js``                     keeps the page on the device, to be opened without a connection
=====================================  ===================================================================

All take ``?lang=``. What a visitor writes stays in the browser until it is sent through the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.community import Community
from micropolis_map.domain.place import ACTIVITIES, Place
from micropolis_map.domain.place_filter import PlaceFilter
from micropolis_map.domain.place_geojson import LICENCE, place_to_feature
from micropolis_map.domain.text import pick
from micropolis_map.errors import NotFound
from micropolis_map.maps.addresses import places_url
from micropolis_map.maps.shapes import shapes_for_script
from micropolis_map.services.public_place import public_place
from micropolis_map.services.sketched_map import sketch_told
from micropolis_map.services.taking_care import REASONS
from micropolis_map.services.town_ground import town_ground
from micropolis_map.services.whereabouts import whereabouts
from micropolis_map.settings import below
from micropolis_map.web import pin_given, pin_texts
from micropolis_map.web.answers import Body, answering, respond
from micropolis_map.web.assets import APP_FOLDER
from micropolis_map.web.communities import known_slug
from micropolis_map.web.page_frame import page, translated
from micropolis_map.web.reader import reader_language

_WORKER = APP_FOLDER / "js" / "pin" / "worker.js"
"""Served under ``/pin/``, because a worker reaches no farther than its own folder."""


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/pin/…``."""

    @answering
    def pin(request: Request) -> Response:
        try:
            community = application.community_store.get(known_slug(application, request))
            asked = request.query_params.get("place", "")
            place = public_place(application.place_store, community.slug, asked) if asked else None
        except NotFound:
            return gone(request)
        return _pin_page(application, request, community, place)

    @answering
    def say(request: Request) -> Response:
        try:
            slug = known_slug(application, request)
            place = public_place(application.place_store, slug, str(request.path_params["place_id"]))
        except NotFound:
            return gone(request)
        return _say_page(request, slug, place)

    @answering
    def worker(request: Request) -> Response:
        body = Body.of(_WORKER.read_bytes(), "text/javascript")
        return respond(request, body)

    return [
        Route("/pin/worker.js", worker, methods=["GET"]),
        Route("/pin/{slug}", pin, methods=["GET"]),
        Route("/pin/{slug}/place/{place_id}", say, methods=["GET"]),
    ]


def _pin_page(
    application: Application, request: Request, community: Community, place: Place | None
) -> Response:
    lang = reader_language(request)
    texts = {**pin_texts.FRAME, **pin_texts.PIN}
    told = pin_given.given(application, community, request.query_params) if place is None else None
    said = pin_given.said(community, told)
    state = {
        "slug": community.slug,
        "name": community_name(community, lang),
        "centre": list(community.centre),
        "zoom": community.zoom,
        "licence": LICENCE,
        "place": None if place is None else place_to_feature(place),
        "given": told,
        "map": map_state(application, community, lang),
    }
    return page(
        request,
        "pin.html",
        texts=texts,
        state=state,
        title=translated(texts, lang)["title"],
        page_class="pin",
        home=home(community.slug, lang, "" if place is None else place.id),
        another=urlencode({"lang": lang}),
        given=translated({"said": said}, lang)["said"] if said else "",
        activities=ACTIVITIES,
        licence=LICENCE,
    )


def map_state(application: Application, community: Community, lang: str) -> dict[str, Any]:
    """Return what ``micropolis.show`` draws: the same background and places as on the Explore page."""
    slug = community.slug
    report = application.community_store.report(slug)
    map_texts: dict[str, Any] = translated(pin_texts.MAP, lang)
    frame = translated(pin_texts.FRAME, lang)
    kinds = {kind: frame[f"kind_{kind}"] for kind in ("historical", "natural", "co-created")}
    credit = translated({"credit": pin_texts.INVENTED}, lang)["credit"] if community.fictional else ""
    return {
        "lang": lang,
        "background": town_ground(application.community_store, slug, lang),
        **whereabouts(application.community_store, community).state(),
        "places": places_url(slug, PlaceFilter(), application.place_store.version()),
        "fromOsm": report is not None and not community.fictional,
        "keepView": True,
        "still": True,
        "shapes": shapes_for_script(),
        "texts": {
            **map_texts,
            "kinds": kinds,
            "credit": credit,
        },
    } | sketch_told(application.community_store, slug, lang)


def _say_page(request: Request, slug: str, place: Place) -> Response:
    lang = reader_language(request)
    name = pick(place.name, lang)[0]
    return page(
        request,
        "say.html",
        texts={**pin_texts.FRAME, **pin_texts.SAY},
        state={"slug": slug, "place": place.id},
        title=name,
        name=name,
        page_class="say",
        home=home(slug, lang, place.id),
        reasons=REASONS,
        story=below(f"/pin/{quote(slug)}?{urlencode({'place': place.id, 'lang': lang})}"),
    )


def gone(request: Request) -> Response:
    """Return the page that says there is nothing at this address."""
    texts = {**pin_texts.FRAME, "gone": pin_texts.PIN["gone"]}
    title = translated(texts, reader_language(request))["gone"]
    state: Mapping[str, Any] = {}
    return page(
        request,
        "gone.html",
        texts=texts,
        state=state,
        status=404,
        title=title,
        page_class="gone",
        home=below("/"),
    )


def home(slug: str, lang: str, place: str = "") -> str:
    """Return the address of the Explore page: of the community, or with the place's story open."""
    query = {"community": slug, "place": place, "lang": lang}
    return below("/?") + urlencode({name: value for name, value in query.items() if value})


def community_name(community: Community, lang: str) -> str:
    """Return the community's name in the language, without what says in brackets that it is invented."""
    return (pick(community.name, lang, community.languages)[0] or community.slug).split(" (")[0]
