"""Routes that work in a thread have it by turns: one address' requests do not keep another's page waiting."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from functools import partial, wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.errors import MicropolisError
from micropolis_map.web.answers import Endpoint, error_response
from micropolis_map.web.door import door
from micropolis_map.web.reader import reader_language

THREADS, EACH, MOST_WAITING = 16, 4, 512
"""What a route works on in the server's own threads takes turns of one lock: more at once make none faster.

A class of thirty that opens a page in the same moment has 180 connections.
"""


def shared(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """Return the routes; those whose endpoint is no coroutine wait at the door for a thread."""
    return [
        Route(one.path, _by_turns(one.endpoint), methods=list(one.methods or ()), name=one.name)
        if isinstance(one, Route) and _needs_a_thread(one.endpoint)
        else one
        for one in routes
    ]


def _by_turns(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        try:
            return await door(THREADS, EACH, MOST_WAITING).run(endpoint, request)
        except MicropolisError as error:
            return error_response(error, reader_language(request))

    return answered


def _needs_a_thread(endpoint: Any) -> bool:
    while isinstance(endpoint, partial):
        endpoint = endpoint.func
    return inspect.isroutine(endpoint) and not inspect.iscoroutinefunction(endpoint)
