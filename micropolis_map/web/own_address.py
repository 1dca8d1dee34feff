"""Under which address people reach this server: one answer for links, feeds, files and QR codes.

It is the operator's setting ``MICROPOLIS_PUBLIC_URL``; without it what the request names, http or https only.
"""

from __future__ import annotations

import secrets
from functools import lru_cache

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from micropolis_map.errors import InvalidInput
from micropolis_map.settings import base_path, origin_of
from micropolis_map.web.answers import NAMED_BY_REQUEST, Body

_PUBLIC = "micropolis.public_url"
ANYWHERE = f"http://{secrets.token_hex(16)}.invalid"
"""Stands for our address in what is kept: one copy for all names this server is asked under."""
_KEPT = 32


class PublicAddress:
    """Let every request know the operator's address."""

    def __init__(self, app: ASGIApp, public_url: str = "") -> None:
        self.app = app
        self._public_url = public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with it."""
        await self.app({**scope, _PUBLIC: self._public_url}, receive, send)


def own_address(request: Request) -> str:
    """Return scheme and host of this server and the path it is below, without a slash at the end.

    Raises
    ------
    InvalidInput
        Nothing is set, and the request's ``Host`` is no name of a server.
    """
    if public := request.scope.get(_PUBLIC):
        return f"{public}{base_path()}"
    request.scope[NAMED_BY_REQUEST] = True
    named = origin_of(f"{request.url.scheme}://{_host(request)}")
    if not named:
        raise InvalidInput(f"Host is {_host(request)[:80]!r}", "ask under the name of this server")
    return named + base_path()


def is_own_origin(request: Request, origin: str) -> bool:
    """Return whether a page of ours sent it: of the operator's address, or of the host that was asked.

    A browser lets no page choose its ``Origin`` or the ``Host`` it asks. Without the setting only hosts are
    compared: behind a proxy that is not named https comes in as http. ``null`` is no page of ours.
    """
    theirs, public = origin_of(origin), str(request.scope.get(_PUBLIC) or "")
    asked = origin_of(f"{theirs.partition('://')[0] or 'http'}://{_host(request)}")
    if public and (theirs == public or asked.partition("://")[2] == public.partition("://")[2]):
        return theirs == public
    return bool(theirs) and theirs == asked


def addressed(request: Request, kept: Body) -> Body:
    """Return what was made for `ANYWHERE` as it is under the address of this request."""
    return _addressed(kept, own_address(request))


@lru_cache(maxsize=_KEPT)
def _addressed(kept: Body, address: str) -> Body:
    return Body.of(kept.plain.replace(ANYWHERE.encode(), address.encode()), kept.media_type)


def _host(request: Request) -> str:
    given = request.headers.get("host")
    if given is not None:
        return given
    host, port = request.scope.get("server") or ("", None)
    return f"{host}:{port}" if port else str(host)
