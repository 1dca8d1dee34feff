"""Headers that keep a page to what this server gives it."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from micropolis_map.bootstrap import Application
from micropolis_map.web.answers import nothing_here
from micropolis_map.web.base_path import BasePath
from micropolis_map.web.open_sockets import OpenSockets
from micropolis_map.web.own_address import PublicAddress
from micropolis_map.web.page_style import PageStyle
from micropolis_map.web.patience import SlowBodies
from micropolis_map.web.proxies import Proxies, trust_nobody
from micropolis_map.web.requests import address_of
from micropolis_map.web.socket_guard import SocketGuard
from micropolis_map.web.turns import Turns
from micropolis_map.web.upload_guard import UploadGuard
from micropolis_map.workers.asking import asking

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

TILE_HOSTS = ("https://tile.openstreetmap.org",)
"""Images a visitor may ask for on the map; nothing is loaded from there before that."""

POLICY = "; ".join(
    (
        "default-src 'self'",
        # Not narrower, as long as Streamlit draws these pages (our own have a policy without both, see
        # `page_frame`): streamlit-folium 0.27 writes each map's script into the page of its frame and changes
        # the map by eval(), another text each time, so that no hash fits; Streamlit's page has one in it,
        # its charts evaluate Vega's expressions, and its workers WebAssembly.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        f"img-src 'self' data: blob: {' '.join(TILE_HOSTS)}",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)

HSTS = "max-age=31536000"
"""A year of https only, for this name alone: what else lives under the domain is not ours to decide."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()",
}


class SecurityHeaders:
    """Add the headers to every answer that does not set its own; with `https` that we are nowhere else."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self.app = app
        self._headers = _HEADERS | ({"Strict-Transport-Security": HSTS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add headers to the start of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class PlainPaths:
    """Answer 404 for a path with control characters: none of ours has any, and patterns of routes know none.

    A line's end would slip past every one of our routes, to Streamlit's page.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless its path is none."""
        if scope["type"] == "http" and _CONTROL.search(scope["path"]):
            await nothing_here(Request(scope))(scope, receive, send)
            return
        await self.app(scope, receive, send)


class Askers:
    """Say whose places in the pool of workers a request takes, so that no route can forget it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what is worked on for it counts for its address."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with asking(address_of(HTTPConnection(scope))):
            await self.app(scope, receive, send)


def middleware(application: Application) -> list[Middleware]:
    """Return what wraps the whole server, pages and routes; the outermost first."""
    settings = application.settings
    trust_nobody()
    return [
        Middleware(Proxies, trusted=settings.proxies),
        Middleware(BasePath),
        Middleware(Turns),
        Middleware(Askers),
        Middleware(OpenSockets),
        Middleware(PublicAddress, public_url=settings.public_url),
        Middleware(SecurityHeaders, https=settings.public_url.startswith("https:")),
        Middleware(PageStyle),
        Middleware(PlainPaths),
        Middleware(SlowBodies),
        Middleware(SocketGuard),
        Middleware(UploadGuard, uploads=application.uploads),
    ]
