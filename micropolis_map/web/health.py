"""``/healthz``: can the server read and write."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.web.answers import JSON, json_text


def routes(application: Application) -> list[BaseRoute]:
    """Return the route of ``/healthz``.

    While the server runs it needs no thread, no store and no file: whatever those are busy with, it is told
    what was seen seconds ago.
    """
    health = application.health

    async def healthz(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
        seen = health.last()
        if seen is None:  # the server is not running (yet)
            seen = await to_thread.run_sync(health.look)
        return Response(
            json_text(seen.document),
            status_code=200 if seen.is_well else 503,
            media_type=JSON,
            headers={"Cache-Control": "no-store"},
        )

    return [Route("/healthz", healthz, methods=["GET"])]
