"""Organisers sign in and out; the first one and invited ones set a password by a one-time link.

==============================  ==========================================================================
address                         answer
==============================  ==========================================================================
``POST /api/session``           ``{login, password}``: signs in, sets the cookies
``POST /api/session/end``       signs out
``GET /api/session``            who is signed in
``POST /api/session/setup``     ``{token, login, name, password}``: makes the first administrator
``POST /api/session/invited``   ``{token, password}``: sets an invited account's password
==============================  ==========================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.account import Account
from micropolis_map.domain.permission import Actor
from micropolis_map.services import guessing, pinning, signing_in
from micropolis_map.settings import below, safe_cookie
from micropolis_map.web.answers import answering
from micropolis_map.web.requests import (
    COOKIE,
    address_of,
    answered,
    asker_of,
    is_https,
    json_of,
    posting,
    secret_of,
    session_token,
    text_of,
)

DEVICE = "micropolis_device"
"""The cookie by which a device is known on which somebody signed in; it opens nothing."""


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/api/session``."""
    desk = application.participation

    def sign_in(request: Request, body: bytes) -> Response:
        document = json_of(request, body)
        login, password = text_of(document, "login"), text_of(document, "password")
        device = secret_of(request, DEVICE)
        account, token = signing_in.sign_in(desk, login, password, address_of(request), device)
        return signed_in(request, account, token)

    def signed_in(request: Request, account: Account, token: str) -> Response:
        response = answered(_who(account.actor))
        _keep(request, response, COOKIE, token, signing_in.SESSION_DAYS)
        device = guessing.know_device(desk, token, secret_of(request, DEVICE))
        _keep(request, response, DEVICE, device, guessing.DEVICE_DAYS)
        return response

    def set_up(request: Request, body: bytes) -> Response:
        pinning.limit(desk, address_of(request), "sign_in")
        token, login, name, password = _texts(json_of(request, body), "token", "login", "name", "password")
        account = signing_in.set_up(desk, token, login, name, password)
        return signed_in(request, account, signing_in.open_session(desk, account))

    def invited(request: Request, body: bytes) -> Response:
        pinning.limit(desk, address_of(request), "sign_in")
        token, password = _texts(json_of(request, body), "token", "password")
        account = signing_in.accept_invitation(desk, token, password)
        return signed_in(request, account, signing_in.open_session(desk, account))

    def end(request: Request, body: bytes) -> Response:  # noqa: ARG001 - Handle's signature
        signing_in.sign_out(desk, session_token(request))
        response = answered({"signed_in": False})
        secure = is_https(request)
        name = safe_cookie(COOKIE) if secure else COOKIE
        response.delete_cookie(name, path=below("/"), secure=secure, httponly=True, samesite="lax")
        return response

    @answering
    def who(request: Request) -> Response:
        actor = asker_of(desk, request)
        return answered(_who(actor) if actor.account_id else {"signed_in": False})

    return [
        Route("/api/session", posting(sign_in), methods=["POST"]),
        Route("/api/session", who, methods=["GET"]),
        Route("/api/session/end", posting(end), methods=["POST"]),
        Route("/api/session/setup", posting(set_up), methods=["POST"]),
        Route("/api/session/invited", posting(invited), methods=["POST"]),
    ]


def _texts(document: Mapping[str, Any], *names: str) -> list[str]:
    return [text_of(document, name) for name in names]


def _keep(request: Request, response: Response, name: str, secret: str, days: int) -> None:
    """Let the browser keep the secret where no script reads it."""
    secure = is_https(request)
    response.set_cookie(
        safe_cookie(name) if secure else name,
        secret,
        max_age=days * 86_400,
        path=below("/"),
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def _who(actor: Actor) -> dict[str, Any]:
    return {
        "signed_in": True,
        "name": actor.name,
        "role": actor.role,
        "communities": sorted(actor.communities),
        "districts": sorted(actor.districts),
    }
