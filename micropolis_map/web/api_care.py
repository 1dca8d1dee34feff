"""Neighbours look after places: "I know this place", problems, how fresh it is; and the answering time.

==================================================  ======================================================
address                                             answer
==================================================  ======================================================
``POST /api/<slug>/places/<id>/confirm``            counts the device once: ``{"known_by": 3}``
``POST /api/<slug>/places/<id>/report``             keeps a problem for the organisers
``GET /api/<slug>/care.json``                       by place: how many know it, how fresh it is
``GET /api/<slug>/answering.json``                  the median time to an organiser's answer
``GET /photos/<id>/<size>.webp``                    a photo, where the asker may see it
``GET /audio/<id>``                                 a recording, in parts where asked so
==================================================  ======================================================
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.errors import NotFound
from micropolis_map.services import media, moderating, pinning, taking_care
from micropolis_map.web.answers import answering
from micropolis_map.web.communities import known_slug
from micropolis_map.web.requests import address_of, answered, asker_of, json_of, posting, text_of

_PUBLIC = "public, max-age=300"
"""Five minutes: what was taken off the map is soon gone from browsers too."""
_PRIVATE = "private, no-store"
_LONGEST_SIZE = 4
"""Digits of a photo's width."""


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of confirmations, reports, photos and recordings."""
    desk = application.participation

    def confirm(request: Request, body: bytes) -> Response:
        slug = known_slug(application, request)
        pinning.limit(desk, address_of(request), "confirm")
        device = text_of(json_of(request, body), "device")
        return answered(
            {"known_by": taking_care.confirm(desk, slug, request.path_params["place_id"], device)}
        )

    def report(request: Request, body: bytes) -> Response:
        slug = known_slug(application, request)
        pinning.limit(desk, address_of(request), "report")
        document = json_of(request, body)
        reason, text, device = (text_of(document, name) for name in ("reason", "text", "device"))
        place_id = request.path_params["place_id"]
        kept = taking_care.report(desk, slug, place_id, reason, text, device)
        return answered({"report_id": kept.id}, 201)

    @answering
    def care(request: Request) -> Response:
        return answered({"places": taking_care.care(desk, known_slug(application, request))})

    @answering
    def answer_time(request: Request) -> Response:
        slug = known_slug(application, request)
        return answered({"community": slug, "median_s": moderating.median_answer_s(desk, slug)})

    @answering
    def photo(request: Request) -> Response:
        size = str(request.path_params["size"])
        if not (size.isascii() and size.isdigit() and len(size) <= _LONGEST_SIZE):
            raise NotFound(f"there is no photo of size {size[:20]!r}", "ask for 320, 960 or 1920")
        photo_id = str(request.path_params["photo_id"])
        data, public = media.photo(desk, asker_of(desk, request), photo_id, int(size))
        return Response(
            data, media_type="image/webp", headers={"Cache-Control": _PUBLIC if public else _PRIVATE}
        )

    @answering
    def recording(request: Request) -> Response:
        audio_id = str(request.path_params["audio_id"])
        path, media_type, public = media.recording(desk, asker_of(desk, request), audio_id)
        headers = {"Cache-Control": _PUBLIC if public else _PRIVATE}
        return FileResponse(path, media_type=media_type, headers=headers)

    return [
        Route("/api/{slug}/places/{place_id}/confirm", posting(confirm), methods=["POST"]),
        Route("/api/{slug}/places/{place_id}/report", posting(report), methods=["POST"]),
        Route("/api/{slug}/care.json", care, methods=["GET"]),
        Route("/api/{slug}/answering.json", answer_time, methods=["GET"]),
        Route("/photos/{photo_id}/{size}.webp", photo, methods=["GET"]),
        Route("/audio/{audio_id}", recording, methods=["GET"]),
    ]
