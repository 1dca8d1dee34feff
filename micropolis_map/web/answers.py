"""How routes answer: JSON with ETag and gzip, errors from the one table, nothing that is not public."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import threading
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from micropolis_map import i18n
from micropolis_map.errors import InvalidInput, MicropolisError, NotFound, TooMany, answer
from micropolis_map.i18n import mark
from micropolis_map.web.door import door
from micropolis_map.web.reader import reader_language
from micropolis_map.workers.asking import leaving

GEOJSON = "application/geo+json"
JSON = "application/json"
NAMED_BY_REQUEST = "micropolis.named_by_request"
"""In the scope of a request whose answer holds the address it was asked under."""
_NAMES = "Host, Forwarded, X-Forwarded-Host, X-Forwarded-Proto"
_MIN_GZIP = 500
"""Bytes below which compressing saves less than its header costs."""

THREADS, EACH, MOST_WAITING = 16, 12, 128
"""Of routes whose work a worker may do: one address may fill the workers' ten places, not all threads."""

T = TypeVar("T")
Endpoint = Callable[[Request], Response]


@dataclass(frozen=True)
class Body:
    """An answer's bytes, also gzipped where that is shorter, under an ETag."""

    plain: bytes
    gzipped: bytes | None
    etag: str
    media_type: str

    @classmethod
    def of(cls, content: bytes | str, media_type: str, etag: str = "") -> Body:
        """Return the body of `content`; without `etag` its hash is taken."""
        plain = content.encode() if isinstance(content, str) else content
        small = gzip.compress(plain, compresslevel=6, mtime=0) if len(plain) >= _MIN_GZIP else None
        gzipped = small if small is not None and len(small) < len(plain) else None
        return cls(plain, gzipped, etag or hashlib.sha256(plain).hexdigest()[:20], media_type)


def respond(request: Request, body: Body, cache_control: str = "no-cache") -> Response:
    """Return the body, gzipped for who accepts it; 304 for who has it already."""
    varies = f"Accept-Encoding, {_NAMES}" if request.scope.get(NAMED_BY_REQUEST) else "Accept-Encoding"
    headers = {"ETag": f'W/"{body.etag}"', "Cache-Control": cache_control, "Vary": varies}
    if not_modified(request, body.etag):
        return Response(status_code=304, headers=headers)
    content = body.plain
    if body.gzipped is not None and accepts_gzip(request):
        content = body.gzipped
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=body.media_type, headers=headers)


def not_modified(request: Request, etag: str) -> bool:
    """Return whether the asker's ``If-None-Match`` has this ETag (weak comparison)."""
    known = request.headers.get("if-none-match", "")
    return any(part.strip().removeprefix("W/") in {f'"{etag}"', "*"} for part in known.split(","))


def accepts_gzip(request: Request) -> bool:
    """Return whether the asker takes gzip."""
    for part in request.headers.get("accept-encoding", "").split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in {"gzip", "*"} and weight.replace(" ", "") not in {"q=0", "q=0.0"}:
            return True
    return False


def error_response(error: MicropolisError, lang: str = "en") -> Response:
    """Return ``{"error": what, "todo": what to do}`` in the language, with the status of `errors.ANSWERS`."""
    what, todo = error.told_to_anybody(i18n.translation(lang).gettext, lang)
    content = json.dumps({"error": what, "todo": todo}, ensure_ascii=False)
    return Response(
        content,
        status_code=answer(error).http_status,
        media_type=JSON,
        headers={"Cache-Control": "no-store", "Content-Language": lang, **retry_header(error)},
    )


def retry_header(error: MicropolisError) -> dict[str, str]:
    """Return ``Retry-After`` where the error says when to come back."""
    return {"Retry-After": str(max(1, round(error.retry_after_s)))} if isinstance(error, TooMany) else {}


def check_address(request: Request) -> None:
    """Raise InvalidInput for a NUL in the query: no text has one, and PostgreSQL takes none."""
    if b"%00" in request.scope["query_string"]:
        raise InvalidInput("the address holds NUL (%00)", "check the address")


def answering(endpoint: Endpoint) -> Endpoint:
    """Return `endpoint` with `MicropolisError` answered by `error_response`."""

    @wraps(endpoint)
    def answered(request: Request) -> Response:
        try:
            check_address(request)
            return endpoint(request)
        except MicropolisError as error:
            return error_response(error, reader_language(request))

    return answered


def while_asked(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Return `endpoint` as one whose work ends when its asker has gone."""

    @wraps(endpoint)
    async def watched(request: Request) -> Response:
        try:
            return await while_there(request, endpoint, request)
        except MicropolisError as error:
            return error_response(error, reader_language(request))

    return watched


async def while_there(request: Request, function: Callable[..., T], *arguments: Any) -> T:
    """Return ``function(*arguments)``, run in a thread; its workers end when the asker has gone.

    Raises
    ------
    Busy, Cancelled
        As `Door.run`.
    """
    left, gone = threading.Event(), asyncio.Event()

    async def listen() -> None:
        more = True
        while (message := await request.receive())["type"] != "http.disconnect":
            if not more:
                return  # this server says the end again and again, and never who has gone
            more = bool(message.get("more_body"))  # the rest of a body that nobody reads
        left.set()
        gone.set()

    listening = asyncio.create_task(listen())
    try:
        with leaving(left):
            return await door(THREADS, EACH, MOST_WAITING).run(function, *arguments, gone=gone)
    finally:
        listening.cancel()


class Always:
    """An endpoint that answers whatever the method is: a `Route` of a function answers GET only."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        await self._endpoint(Request(scope, receive))(scope, receive, send)


def other_methods(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """Return what answers 405 in our own form where one of `routes` knows the address, not the method."""
    known: dict[str, set[str]] = {}
    for route in routes:
        if isinstance(route, Route):
            known.setdefault(route.path, set()).update(route.methods or ())
    return [Route(path, Always(partial(_wrong_method, methods))) for path, methods in known.items()]


def _wrong_method(methods: Iterable[str], request: Request) -> Response:
    allowed = ", ".join(sorted(methods))
    response = error_response(
        InvalidInput(f"{request.method[:20]!r} is no method of this address", f"ask with {allowed}"),
        reader_language(request),
    )
    response.status_code = 405
    response.headers["Allow"] = allowed
    return response


@answering
def nothing_here(request: Request) -> Response:
    """Answer 404 under our prefixes, where Streamlit would else answer with its own page."""
    raise NotFound(
        mark("there is nothing at {address}"), mark("check the address"), address=repr(request.url.path[:200])
    )


def query_lists(request: Request) -> dict[str, list[str]]:
    """Return the query's parameters with all their values."""
    query: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        query.setdefault(name, []).append(value)
    return query


def json_text(document: Any) -> str:
    """Return `document` as compact JSON."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
