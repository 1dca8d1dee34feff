"""Serving below a path of a host (``MICROPOLIS_BASE_PATH=/map``): our routes, and what proxies cut off."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from micropolis_map.settings import base_path


def served_below(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """Return the routes below the path this process serves under; as they are at the root of a host."""
    base = base_path()
    if not base:
        return list(routes)
    return [
        Route(
            f"{base}{one.path}",
            one.endpoint,
            methods=list(one.methods) if one.methods else None,
            name=one.name,
        )
        if isinstance(one, Route)
        else one
        for one in routes
    ]


class BasePath:
    """Put the path before an address that comes without it: some proxies pass it on, some cut it off.

    ``/map`` itself leads to ``/map/``: the page's own files are named from there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app, self._base = app, base_path()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        path = scope.get("path", "")
        if not self._base or scope["type"] not in {"http", "websocket"} or path.startswith(f"{self._base}/"):
            await self.app(scope, receive, send)
        elif path == self._base and scope["type"] == "http":
            query = scope["query_string"].decode("latin-1")
            there = f"{path}/?{query}" if query else f"{path}/"
            await RedirectResponse(there, status_code=308)(scope, receive, send)
        else:
            raw = scope.get("raw_path")
            below = {"path": self._base + path, "raw_path": raw and self._base.encode() + raw}
            await self.app({**scope, **below}, receive, send)
