"""Headers that keep a page to what this server gives it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from micropolis_map.bootstrap import Application
from micropolis_map.web.patience import SlowBodies
from micropolis_map.web.upload_guard import UploadGuard

TILE_HOSTS = ("https://tile.openstreetmap.org",)
"""Images a visitor may ask for on the map; nothing is loaded from there before that."""

POLICY = "; ".join(
    (
        "default-src 'self'",
        # Streamlit's own scripts evaluate code (Vega expressions) and WebAssembly; streamlit-folium puts the
        # map's script into the page of its frame.
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

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()",
}


class SecurityHeaders:
    """Add the headers to every answer that does not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add headers to the start of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def middleware(application: Application) -> list[Middleware]:
    """Return what wraps the whole server, pages and routes."""
    return [
        Middleware(SecurityHeaders),
        Middleware(SlowBodies),
        Middleware(UploadGuard, uploads=application.uploads),
    ]
