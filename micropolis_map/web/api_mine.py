"""What a private key opens: everything sent with it, and what its holder may do.

The key travels in the header ``X-Micropolis-Key`` (several with commas), never in an address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.permission import Actor
from micropolis_map.domain.place_geojson import place_to_feature
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services import forgetting, mine
from micropolis_map.services.mine import Thing
from micropolis_map.services.public_place import is_public
from micropolis_map.settings import below
from micropolis_map.web.answers import answering
from micropolis_map.web.requests import answered, holder_of, json_of, posting, text_of

Action = Callable[[Actor, Mapping[str, Any]], dict[str, Any]]


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/api/mine``."""
    desk = application.participation

    @answering
    def things(request: Request) -> Response:
        return answered({"things": [_thing(thing) for thing in mine.things(desk, holder_of(request))]})

    def withdraw(actor: Actor, document: Mapping[str, Any]) -> dict[str, Any]:
        return {"state": mine.withdraw(desk, actor, text_of(document, "proposal_id")).state}

    def answer(actor: Actor, document: Mapping[str, Any]) -> dict[str, Any]:
        done = mine.answer(desk, actor, text_of(document, "proposal_id"), text_of(document, "text"))
        return {"state": done.state}

    def delete(actor: Actor, document: Mapping[str, Any]) -> dict[str, Any]:
        if document.get("everything") is True:
            wanted = [thing.id for thing in desk.proposals.sent_with(actor.keys)]
        else:
            wanted = [text_of(document, "proposal_id")]
        return {"deleted": forgetting.forget(desk, actor, wanted)}

    def still_true(actor: Actor, document: Mapping[str, Any]) -> dict[str, Any]:
        return {"status": mine.still_true(desk, actor, text_of(document, "place_id")).status}

    def post(action: Action) -> Callable[[Request], Any]:
        def handle(request: Request, body: bytes) -> Response:
            actor = holder_of(request)
            if not actor.keys:
                raise InvalidInput(mark("no private key was sent"), mark("open your private link again"))
            return answered(action(actor, json_of(request, body)))

        return posting(handle)

    return [
        Route("/api/mine", things, methods=["GET"]),
        Route("/api/mine/withdraw", post(withdraw), methods=["POST"]),
        Route("/api/mine/answer", post(answer), methods=["POST"]),
        Route("/api/mine/delete", post(delete), methods=["POST"]),
        Route("/api/mine/still-true", post(still_true), methods=["POST"]),
    ]


def _thing(thing: Thing) -> dict[str, Any]:
    proposal, place = thing.proposal, thing.place
    return {
        "proposal_id": proposal.id,
        "place_id": proposal.place_id,
        "community": proposal.community,
        "kind": proposal.kind,
        "state": proposal.state,
        "created": proposal.created,
        "decided": proposal.decided,
        "reason": proposal.reason,
        "thread": [vars(message) for message in proposal.thread],
        "feature": place_to_feature(proposal.content) if proposal.content else None,
        "place": _place(thing) if place else None,
        "clashes": [vars(clash) for clash in thing.clashes],
        "looked_at": thing.looked_at,
    }


def _place(thing: Thing) -> dict[str, Any] | None:
    place = thing.place
    if place is None:
        return None
    public = is_public(place)
    old = thing.freshness in {"ask", "faded", "archive"} or place.status == "archived"
    return {
        "status": place.status,
        "revision": place.revision,
        "feature": place_to_feature(place) if public else None,
        "address": below(f"/?community={place.community}&place={place.id}") if public else None,
        "freshness": thing.freshness,
        "ask_still_true": old and thing.proposal.state == "approved",
    }
