"""``/healthz``: can the server read and write."""

from __future__ import annotations

from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map import __version__
from micropolis_map.bootstrap import Application
from micropolis_map.errors import MicropolisError
from micropolis_map.web.answers import JSON, json_text

_THREADS = 4
"""Of its own: it answers whatever the threads of all other routes do."""


def routes(application: Application) -> list[BaseRoute]:
    """Return the route of ``/healthz``."""
    own = CapacityLimiter(_THREADS)

    async def healthz(request: Request) -> Response:  # noqa: ARG001 - Starlette's signature
        document, healthy = await to_thread.run_sync(health, application, limiter=own)
        return Response(
            json_text(document),
            status_code=200 if healthy else 503,
            media_type=JSON,
            headers={"Cache-Control": "no-store"},
        )

    return [Route("/healthz", healthz, methods=["GET"])]


def health(application: Application) -> tuple[dict[str, Any], bool]:
    """Return what ``/healthz`` prints, and whether the store can be read and written.

    ``status`` is ``ok``; ``degraded`` when only the mirror, a folder of communities or some documents fail
    (``damaged`` counts them by community); ``read-only`` when it can be read only, or what is public only;
    ``unavailable``.
    """
    problems = []
    store = {"kind": application.settings.sql_url.split(":", 1)[0], "writable": True}
    try:
        application.place_store.check()
    except MicropolisError as error:
        store["writable"] = False
        problems.append(_told(error))
    slugs: list[str] = []
    try:
        slugs = list(application.community_store.slugs())
    except MicropolisError as error:
        problems.append(_told(error))
    readable = bool(store["writable"]) or _readable(application)
    damaged = _damaged(application, problems) if readable else {}
    if application.publishing.problem:
        problems.append(application.publishing.problem)
    healthy = bool(store["writable"])
    status = "degraded" if problems else "ok"
    if not healthy:
        status = "read-only" if readable and application.database.reads_instead else "unavailable"
    return {
        "status": status,
        "version": __version__,
        "store": store,
        "communities": slugs,
        "problems": problems,
        **({"damaged": damaged} if damaged else {}),
    }, healthy


def _readable(application: Application) -> bool:
    try:
        application.place_store.version()
    except MicropolisError:
        return False
    return True


def _damaged(application: Application, problems: list[str]) -> dict[str, int]:
    try:
        counts = application.soundness.counts()
    except MicropolisError as error:
        problems.append(_told(error))
        return {}
    for community, count in sorted(counts.items()):
        where = community or "the whole server"
        problems.append(f"{where}: {count} stored documents are damaged; 'verify' names them")
    return {community or "server": count for community, count in sorted(counts.items())}


def _told(error: MicropolisError) -> str:
    """Return what happened and what to do; everybody reads it, so it does not say where."""
    return "; ".join(filter(None, error.told_to_anybody()))
