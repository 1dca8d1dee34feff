"""Sending places, stories and changes; checking before; photos and recordings; finding a name.

==========================================  ==============================================================
address                                     answer
==========================================  ==============================================================
``POST /api/<slug>/submissions``            keeps a proposal: 201, or 200 when it was sent before
``POST /api/<slug>/check``                  what may be the same place, what may be personal
``POST /api/<slug>/photos?submission=…``    takes a photo in (raw bytes)
``POST /api/<slug>/audio?submission=…``     takes a recording in (raw bytes)
``GET /api/<slug>/find?q=…``                streets, addresses, named features, places
==========================================  ==============================================================

``docs/api.md`` has the shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.duplicates import distance_m
from micropolis_map.domain.place import Place
from micropolis_map.domain.place_fields import Fields
from micropolis_map.services import finding, media, pinning
from micropolis_map.services.pinning import PersonalData
from micropolis_map.services.submission import Submission
from micropolis_map.settings import below
from micropolis_map.stores import audio, photos
from micropolis_map.web.answers import answering
from micropolis_map.web.communities import known_slug
from micropolis_map.web.requests import (
    KEY_HEADER,
    address_of,
    answered,
    json_of,
    posting,
    seconds_of,
    text_of,
)


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/api/{slug}/submissions check photos audio find``."""
    desk = application.participation

    def submissions(request: Request, body: bytes) -> Response:
        submission = _submission(known_slug(application, request), json_of(request, body))
        receipt = pinning.submit(desk, submission, address_of(request))
        proposal = receipt.proposal
        document = {
            "proposal_id": proposal.id,
            "place_id": proposal.place_id,
            "state": proposal.state,
            "findings": _findings(receipt.findings),
            "mended": receipt.mended,
            "link": below(f"/mine#{submission.secret}"),
        }
        return answered(document, 201 if receipt.new else 200)

    def check(request: Request, body: bytes) -> Response:
        slug = known_slug(application, request)
        pinning.limit(desk, address_of(request), "check")
        feature = _draft(json_of(request, body))
        similar, findings = pinning.check(desk, slug, feature)
        duplicates = [_duplicate(place, feature) for place in similar[:5]]
        return answered({"duplicates": duplicates, "findings": _findings(findings)})

    def add_photo(request: Request, body: bytes) -> Response:
        received = media.add_photo(desk, _sending(application, request), body)
        medium = received.medium
        document: dict[str, Any] = {"id": medium.id, "width": medium.width, "height": medium.height}
        document["gps"] = list(received.gps) if received.gps else None
        return answered({**document, "attached": received.attached}, 201)

    def add_audio(request: Request, body: bytes) -> Response:
        received = media.add_audio(desk, _sending(application, request), body)
        return answered({"id": received.medium.id, "attached": received.attached}, 201)

    @answering
    def find(request: Request) -> Response:
        slug = known_slug(application, request)
        query = request.query_params.get("q", "")
        names = finding.find(application.place_store, application.community_store, slug, query)
        return answered({"results": [vars(name) for name in names]})

    return [
        Route("/api/{slug}/submissions", posting(submissions), methods=["POST"]),
        Route("/api/{slug}/check", posting(check), methods=["POST"]),
        Route("/api/{slug}/photos", posting(add_photo, photos.MAX_BYTES), methods=["POST"]),
        Route("/api/{slug}/audio", posting(add_audio, audio.MAX_BYTES), methods=["POST"]),
        Route("/api/{slug}/find", find, methods=["GET"]),
    ]


def _submission(slug: str, document: Mapping[str, Any]) -> Submission:
    base = Fields("the submission", document).whole("base_revision", None, low=0, high=2**31 - 1)
    return Submission(
        id=text_of(document, "id"),
        secret=text_of(document, "secret"),
        kind=text_of(document, "kind", "place"),  # type: ignore[arg-type] # check_submission refuses others
        community=slug,
        feature=document.get("feature"),  # type: ignore[arg-type] # as above
        place_id=text_of(document, "place_id"),
        base_revision=base,
        seconds=seconds_of(document),
        honeypot=text_of(document, "website2"),
        keep_both=document.get("keep_both") is True,
    )


def _draft(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the Feature to check: ``feature``, or one made of ``name``, ``lon``, ``lat`` and ``text``."""
    feature = document.get("feature")
    if isinstance(feature, Mapping):
        return feature
    lang = text_of(document, "lang", "en")
    name, text = text_of(document, "name"), text_of(document, "text")
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [document.get("lon"), document.get("lat")]},
        "properties": {
            "name": {lang: name} if name.strip() else {},
            "description": {lang: text} if text else {},
        },
    }


def _duplicate(place: Place, feature: Mapping[str, Any]) -> dict[str, Any]:
    lon, lat = place.lon_lat
    return {
        "id": place.id,
        "name": dict(place.name),
        "kind": place.kind,
        "stories": len(place.stories),
        "lon": lon,
        "lat": lat,
        "distance_m": round(distance_m(feature["geometry"], place.geometry)),
    }


def _findings(findings: Iterable[PersonalData]) -> list[dict[str, str]]:
    return [vars(finding) for finding in findings]


def _sending(application: Application, request: Request) -> media.Sending:
    return media.Sending(
        community=known_slug(application, request),
        submission=request.query_params.get("submission", ""),
        secret=request.headers.get(KEY_HEADER, ""),
        address=address_of(request),
        alt=request.query_params.get("alt", ""),
        lang=Fields("the sending", {"lang": request.query_params.get("lang", "en")}).language("lang"),
    )
