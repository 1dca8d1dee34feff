"""Tours people make together, for our own pages.

=====================================  ====================================================================
address                                answer
=====================================  ====================================================================
``POST /api/<slug>/tours``             suggest a tour, or a change of one: 201, 200 when it was sent before
``GET /api/mine/tours``                the tours that the keys in ``X-Micropolis-Key`` may change
``POST /api/mine/tours/answer``        {tour, text}: answer an organiser's question
``POST /api/mine/tours/withdraw``      {tour} · ``delete`` {tour}: by its author
``POST /api/mine/tours/invite``        {tour, secret, name} · ``uninvite`` {tour, number}: by its author
``POST /api/mine/tours/restore``       {tour, revision}: as a new revision, which waits for an organiser
``GET /api/mine/tours/compare``        ?tour=&before=&after=: what differs between two revisions
=====================================  ====================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.permission import Actor
from micropolis_map.domain.shared_tour import SharedTour, TourRevision
from micropolis_map.domain.tour_document import tour_document
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services import touring_authors
from micropolis_map.services.participation import Participation
from micropolis_map.services.touring_suggesting import TourReceipt, TourSubmission, suggest
from micropolis_map.settings import below
from micropolis_map.web.answers import answering
from micropolis_map.web.communities import known_slug
from micropolis_map.web.requests import address_of, answered, holder_of, json_of, posting, seconds_of, text_of

Document = Mapping[str, Any]


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/api/<slug>/tours`` and ``/api/mine/tours…``."""
    desk = application.participation

    def suggested(request: Request, body: bytes) -> Response:
        slug = known_slug(application, request)
        receipt = suggest(desk, _submission(slug, json_of(request, body)), address_of(request))
        return answered(_receipt(receipt), 201 if receipt.new else 200)

    @answering
    def mine(request: Request) -> Response:
        actor = holder_of(request)
        return answered({"tours": [_tour(one, actor) for one in touring_authors.tours_of(desk, actor)]})

    @answering
    def compare(request: Request) -> Response:
        query = request.query_params
        found = touring_authors.compare_tour(
            desk,
            holder_of(request),
            query.get("tour", "")[:128],
            _number(query.get("before", "0")),
            _number(query.get("after", "")),
        )
        return answered({"differences": [vars(one) for one in found]})

    return [
        Route("/api/{slug}/tours", posting(suggested), methods=["POST"]),
        Route("/api/mine/tours", mine, methods=["GET"]),
        Route("/api/mine/tours/compare", compare, methods=["GET"]),
        *(
            Route(f"/api/mine/tours/{name}", _act(desk, action), methods=["POST"])
            for name, action in ACTIONS.items()
        ),
    ]


Action = Callable[[Participation, Actor, str, Document], SharedTour | None]


def _answer(desk: Participation, actor: Actor, tour: str, document: Document) -> SharedTour:
    return touring_authors.reply(desk, actor, tour, text_of(document, "text"))


def _withdraw(desk: Participation, actor: Actor, tour: str, _: Document) -> SharedTour:
    return touring_authors.withdraw_tour(desk, actor, tour)


def _delete(desk: Participation, actor: Actor, tour: str, _: Document) -> None:
    touring_authors.delete_tour(desk, actor, tour)


def _invite(desk: Participation, actor: Actor, tour: str, document: Document) -> SharedTour:
    secret, name = text_of(document, "secret"), text_of(document, "name")
    return touring_authors.invite(desk, actor, tour, secret, name)


def _uninvite(desk: Participation, actor: Actor, tour: str, document: Document) -> SharedTour:
    return touring_authors.uninvite(desk, actor, tour, _number(document.get("number")))


def _restore(desk: Participation, actor: Actor, tour: str, document: Document) -> SharedTour:
    return touring_authors.restore_tour(desk, actor, tour, _number(document.get("revision")))


ACTIONS: Mapping[str, Action] = {
    "answer": _answer,
    "withdraw": _withdraw,
    "delete": _delete,
    "invite": _invite,
    "uninvite": _uninvite,
    "restore": _restore,
}


def _act(desk: Participation, action: Action) -> Callable[[Request], Any]:
    def handle(request: Request, body: bytes) -> Response:
        actor, document = holder_of(request), json_of(request, body)
        if not actor.keys:
            raise InvalidInput(mark("no private key was sent"), mark("open your private link again"))
        shared = action(desk, actor, text_of(document, "tour")[:128], document)
        return answered({"tour": _tour(shared, actor) if shared else None})

    return posting(handle)


def _submission(slug: str, document: Document) -> TourSubmission:
    tour = document.get("tour")
    if not isinstance(tour, Mapping):
        raise InvalidInput(
            mark("tour is {value}"), mark("give its name, about and stops"), value=repr(str(tour)[:80])
        )
    return TourSubmission(
        id=text_of(document, "id"),
        secret=text_of(document, "secret"),
        community=slug,
        document=tour,
        tour_id=text_of(document, "tour_id")[:128],
        base=_number(document.get("base", 0)),
        seconds=seconds_of(document),
        honeypot=text_of(document, "website2"),
    )


def _receipt(receipt: TourReceipt) -> dict[str, Any]:
    return {
        "tour_id": receipt.shared.id,
        "revision": receipt.revision.number,
        "state": receipt.revision.state,
        "findings": [vars(finding) for finding in receipt.findings],
        "link": below("/mine"),
    }


def _tour(shared: SharedTour, actor: Actor) -> dict[str, Any]:
    me = next((key for key in shared.keys if key.key in actor.keys), None)
    others = [key for key in shared.keys if key.role == "co-author"]
    author = me is not None and me.role == "author"
    public = shared.public_tour is not None
    return {
        "tour_id": shared.id,
        "community": shared.community,
        "status": shared.status,
        "created": shared.created,
        "published": shared.published,
        "role": me.role if me else "",
        "address": below(f"/tours?community={shared.community}&tour={shared.id}") if public else None,
        "co_authors": [{"name": key.name, "added": key.added} for key in others] if author else [],
        "revisions": [_revision(revision, actor) for revision in shared.revisions],
    }


def _revision(revision: TourRevision, actor: Actor) -> dict[str, Any]:
    return {
        "revision": revision.number,
        "state": revision.state,
        "recorded": revision.recorded,
        "by": revision.by.partition(":")[0],
        "mine": bool(revision.key) and revision.key in actor.keys,
        "note": revision.note,
        "reason": revision.reason,
        "thread": [vars(message) for message in revision.thread],
        "tour": tour_document(revision.tour) if revision.tour else None,
    }


def _number(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 7:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**6:
        raise InvalidInput(
            mark("{value} is no number of a revision"),
            mark("give a whole number"),
            value=repr(str(value)[:40]),
        )
    return value
