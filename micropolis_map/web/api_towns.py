"""The towns a private key asked for: what became of them, and taking a request back."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.town_request import TownRequest
from micropolis_map.services import town_requests
from micropolis_map.web.answers import answering
from micropolis_map.web.requests import answered, holder_of, json_of, posting, text_of


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/api/mine/towns``."""
    desk = application.participation

    @answering
    def asked(request: Request) -> Response:
        return answered({"towns": [_told(one) for one in town_requests.asked_by(desk, holder_of(request))]})

    def take_back(request: Request, body: bytes) -> Response:
        request_id = text_of(json_of(request, body), "id")
        town_requests.take_back(desk, holder_of(request), request_id)
        return answered({"deleted": request_id})

    return [
        Route("/api/mine/towns", asked, methods=["GET"]),
        Route("/api/mine/towns/delete", posting(take_back), methods=["POST"]),
    ]


def _told(one: TownRequest) -> dict[str, Any]:
    names = ("id", "town", "where", "why", "created", "state", "reason", "decided")
    return {name: getattr(one, name) for name in names}
