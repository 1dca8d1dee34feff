"""What walkers send, guided walks and their calendar.

=============================================  ===========================================================
address                                        answer
=============================================  ===========================================================
``POST /api/walk/<tour>/obstacles``            keeps what is in the way: 201, or 200 when it came before
``POST /api/walk/<tour>/reports``              keeps how the walk was: 201, or 200 when it came before
``GET /api/walk/<tour>/feedback``              what walkers told, for the tour's authors and organisers
``/guided/<walk>``                             a guided walk: who, when, where; to sign up (``lang``)
``/guided/<walk>.ics``                         the walk as a calendar event (``lang``)
``/calendar/<slug>.ics``                       the community's guided walks, to subscribe to (``lang``)
``POST /api/guided/<walk>/seats``              takes a seat, or one on the waiting list
``GET /api/guided/<walk>/seats``               the seats of the key in ``X-Micropolis-Key``
``POST /api/guided/<walk>/give-back``          gives a seat of that key back
=============================================  ===========================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map import figures
from micropolis_map.bootstrap import Application
from micropolis_map.domain.guided_walk import GuidedWalk
from micropolis_map.domain.text import LANGUAGES, pick
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services import guided_walks, walk_feedback
from micropolis_map.services.guided_walks import Standing
from micropolis_map.services.walk_calendar import calendar_of, public_tour, walk_title
from micropolis_map.services.walk_feedback import ObstacleNote
from micropolis_map.settings import below
from micropolis_map.web import pin_texts
from micropolis_map.web.answers import Body, answering, respond
from micropolis_map.web.communities import known_slug
from micropolis_map.web.own_address import own_address
from micropolis_map.web.page_frame import page, translated
from micropolis_map.web.reader import reader_language
from micropolis_map.web.requests import (
    address_of,
    answered,
    asker_of,
    json_of,
    keys_of,
    number_of,
    posting,
    text_of,
)
from micropolis_map.web.walk_pages import walk_address
from micropolis_map.web.walk_texts import GUIDED

CALENDAR = "text/calendar; charset=utf-8"


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of reports, guided walks and calendars."""
    return [*_reports(application), *_calendars(application), *_seats(application)]


def _reports(application: Application) -> list[BaseRoute]:
    desk = application.participation

    def obstacles(request: Request, body: bytes) -> Response:
        tour = application.tour_store.get(_tour_id(request))
        document = json_of(request, body)
        note = ObstacleNote(
            id=text_of(document, "id"),
            device=text_of(document, "device"),
            kind=text_of(document, "kind"),
            lon=_required(document, "lon"),
            lat=_required(document, "lat"),
            words=text_of(document, "text"),
        )
        new = walk_feedback.add_obstacle(desk, tour, note, address_of(request))
        return answered({"id": note.id}, 201 if new else 200)

    def reports(request: Request, body: bytes) -> Response:
        tour = application.tour_store.get(_tour_id(request))
        document = json_of(request, body)
        minutes = number_of(document, "minutes")
        note = walk_feedback.WalkNote(
            id=text_of(document, "id"),
            minutes=None if minutes is None else round(minutes),
            words=text_of(document, "text"),
            variant=text_of(document, "variant"),
        )
        new = walk_feedback.add_report(desk, tour, note, address_of(request))
        return answered({"id": note.id}, 201 if new else 200)

    @answering
    def feedback(request: Request) -> Response:
        tour = application.tour_store.get(_tour_id(request))
        told, found = walk_feedback.of_tour(desk, asker_of(desk, request), tour)
        told_fields, found_fields = (
            ("minutes", "words", "recorded"),
            ("kind", "street", "lon", "lat", "words"),
        )
        return answered(
            {
                "reports": [{name: getattr(one, name) for name in told_fields} for one in told],
                "obstacles": [{name: getattr(one, name) for name in found_fields} for one in found],
            }
        )

    return [
        Route("/api/walk/{tour}/feedback", feedback, methods=["GET"]),
        Route("/api/walk/{tour}/obstacles", posting(obstacles), methods=["POST"]),
        Route("/api/walk/{tour}/reports", posting(reports), methods=["POST"]),
    ]


def _calendars(application: Application) -> list[BaseRoute]:
    desk, tours = application.participation, application.tour_store

    @answering
    def calendar(request: Request) -> Response:
        slug = known_slug(application, request)
        community = application.community_store.get(slug)
        lang = request.query_params.get("lang", "")
        lang = lang if lang in LANGUAGES else _first_spoken(community.languages)
        name = pick(community.name, lang, community.languages)[0] or slug
        walks = guided_walks.in_calendar(desk, slug)
        content = calendar_of(walks, tours, own_address(request), lang, name)
        return _calendar(request, content, f"{slug}.ics")

    @answering
    def event(request: Request) -> Response:
        walk = guided_walks.open_walk(desk, _walk_id(request))
        content = calendar_of([walk], tours, own_address(request), reader_language(request), "")
        return _calendar(request, content, f"{walk.id}.ics")

    return [
        Route("/calendar/{slug}.ics", calendar, methods=["GET"]),
        Route("/guided/{walk}.ics", event, methods=["GET"]),
        Route("/guided/{walk}", _guided_page(application), methods=["GET"]),
    ]


def _seats(application: Application) -> list[BaseRoute]:
    desk = application.participation

    def sign_up(request: Request, body: bytes) -> Response:
        document = json_of(request, body)
        if text_of(document, "website2"):
            raise InvalidInput(mark("a field is filled that people do not see"), mark("leave it empty"))
        standing = guided_walks.sign_up(
            desk,
            guided_walks.SignUp(
                walk_id=_walk_id(request),
                id=text_of(document, "id"),
                secret=text_of(document, "secret"),
                name=text_of(document, "name"),
                contact=text_of(document, "contact"),
            ),
            address_of(request),
        )
        return answered(_seat(standing), 201)

    @answering
    def mine(request: Request) -> Response:
        walk = guided_walks.open_walk(desk, _walk_id(request))
        held = [one for key in keys_of(request)[:20] for one in guided_walks.standings(desk, key, walk.id)]
        return answered({"seats": [_seat(one) for one in held], **_free(application, walk)})

    def give_back(request: Request, body: bytes) -> Response:
        (key,) = keys_of(request)[:1] or [""]
        seat = text_of(json_of(request, body), "seat")
        return answered(_free(application, guided_walks.give_back(desk, key, seat, _walk_id(request))))

    return [
        Route("/api/guided/{walk}/seats", posting(sign_up), methods=["POST"]),
        Route("/api/guided/{walk}/seats", mine, methods=["GET"]),
        Route("/api/guided/{walk}/give-back", posting(give_back), methods=["POST"]),
    ]


def _guided_page(application: Application) -> Callable[[Request], Response]:
    desk, tours = application.participation, application.tour_store

    @answering
    def guided(request: Request) -> Response:
        lang = reader_language(request)
        texts = {**pin_texts.FRAME, **GUIDED}
        t = translated(texts, lang)
        try:
            walk = guided_walks.open_walk(desk, _walk_id(request))
        except NotFound:
            return page(
                request, "gone.html", texts=texts, state={}, status=404, title=t["gone"], page_class="gone",
                home=below(f"/tours?lang={lang}"),
            )  # fmt: skip
        tour = public_tour(tours, walk.tour_id)
        over = walk.begins <= desk.now()
        query = {"community": walk.community, "tour": walk.tour_id if tour else "", "lang": lang}
        return page(
            request,
            "guided.html",
            texts=texts,
            state={
                "walk": walk.id,
                "open": walk.state == "announced" and not over,
                "places": walk.places,
                **_free(application, walk),
            },
            title=walk_title(walk, tours, lang),
            page_class="guided",
            home=below("/tours?") + urlencode({name: value for name, value in query.items() if value}),
            walk=walk,
            over=over,
            when=when_words(walk, lang),
            spoken=", ".join(LANGUAGES[code] for code in walk.languages),
            along=walk_address(walk.tour_id, lang, "") if tour else "",
            ics=below(f"/guided/{quote(walk.id, safe='')}.ics?lang={lang}"),
        )

    return guided


def when_words(walk: GuidedWalk, lang: str) -> str:
    """Return day and time by the clocks there, with the zone, in the reader's language."""
    return f"{figures.appointment(walk.begins, lang)} ({walk.begins.tzname()})"


def _calendar(request: Request, content: bytes, name: str) -> Response:
    response = respond(request, Body.of(content, CALENDAR))
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _fields(things: Iterable[object], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: getattr(thing, name) for name in names} for thing in things]


def _seat(standing: Standing) -> dict[str, Any]:
    return {"seat": standing.seat.id, "name": standing.seat.name, "waiting": standing.waiting}


def _free(application: Application, walk: GuidedWalk) -> dict[str, int]:
    full = guided_walks.occupancy(application.participation, walk)
    return {"free": full.free, "waiting": full.waiting}


def _first_spoken(languages: tuple[str, ...]) -> str:
    return next((lang for lang in languages if lang in LANGUAGES), "en")


def _tour_id(request: Request) -> str:
    return str(request.path_params["tour"])[:128]


def _walk_id(request: Request) -> str:
    return str(request.path_params["walk"])[:64]


def _required(document: Mapping[str, Any], name: str) -> float:
    value = number_of(document, name)
    if value is None:
        raise InvalidInput(mark("{name} is {value}"), mark("give a number"), name=name, value="null")
    return value
