"""What our posting routes read of a request: JSON or bytes within limits, keys, address, whose page sent it.

Every POST must come from our own pages: a browser says where it comes from (``Origin``, ``Sec-Fetch-Site``),
and what another site sends is refused. With the session cookie's ``SameSite=Lax`` this is our guard against
forged requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, Protocol

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response

from micropolis_map import i18n
from micropolis_map.domain.json_document import read_json, short
from micropolis_map.domain.network_address import household
from micropolis_map.domain.permission import RESIDENT, Actor
from micropolis_map.errors import Busy, InvalidInput, MicropolisError, NotAllowed, TooMany, answer
from micropolis_map.i18n import mark
from micropolis_map.services import signing_in
from micropolis_map.services.mine import actor_of
from micropolis_map.services.participation import Participation
from micropolis_map.services.pinning import ChangedMeanwhile
from micropolis_map.services.submission import WrongFields
from micropolis_map.settings import safe_cookie
from micropolis_map.web.answers import JSON, check_address, json_text, retry_header, while_there
from micropolis_map.web.own_address import is_own_origin, own_address
from micropolis_map.web.reader import reader_language
from micropolis_map.workers.pool import RETRY_AFTER_S

COOKIE = "micropolis_session"
KEY_HEADER = "x-micropolis-key"
MAX_JSON = 512_000
MOST_HELD = 200_000_000
"""Bytes of all bodies together: some dozen of the largest photos."""
_LONGEST_LENGTH = 18
"""Digits of a Content-Length."""


class Handle(Protocol):
    """Answers a request whose body was read; runs in a thread."""

    def __call__(self, request: Request, body: bytes) -> Response:
        """Return the answer."""


def posting(handle: Handle, most: int = MAX_JSON) -> Callable[[Request], Any]:
    """Return an endpoint that reads a body of at most `most` bytes and answers errors in JSON."""

    @wraps(handle)
    async def endpoint(request: Request) -> Response:
        try:
            check_address(request)
            check_same_origin(request)
            with _BODIES.room(address_of(request)) as room:
                body = await _body(request, most, room)
                return await while_there(request, handle, request, body)
        except MicropolisError as error:
            return failure(error, reader_language(request))

    return endpoint


def check_same_origin(request: Request) -> None:
    """Raise `NotAllowed` for a request that another site's page sent."""
    origin = request.headers.get("origin")
    if origin is None:
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            raise NotAllowed(mark("this came from another site's page"), mark("use our own pages"))
        return
    if not is_own_origin(request, origin):
        raise NotAllowed(mark("this came from another site's page"), mark("use our own pages"))


def json_of(request: Request, body: bytes) -> Mapping[str, Any]:
    """Return the body's JSON object.

    Raises
    ------
    InvalidInput
        Not declared as JSON (so that no form of another site can send it), or not an object.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != JSON:
        raise InvalidInput("the request is not JSON", f"send it with Content-Type: {JSON}")
    document = read_json(body)
    if not isinstance(document, Mapping):
        raise InvalidInput("the request is not a JSON object", "send one JSON object")
    return document


def text_of(document: Mapping[str, Any], name: str, default: str = "") -> str:
    """Return the document's text of that name; InvalidInput where it is something else."""
    value = document.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise InvalidInput(f"{name} is {short(value)}", "give a text")
    return value


def number_of(document: Mapping[str, Any], name: str) -> float | None:
    """Return the document's number of that name, None where there is none; InvalidInput for anything else."""
    value = document.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(mark("{name} is {value}"), mark("give a number"), name=name, value=short(value))
    return float(value)


def seconds_of(document: Mapping[str, Any]) -> float | None:
    """Return the seconds from ``started`` to ``sent``, in ms of the sender's clock; None without."""
    started, sent = number_of(document, "started"), number_of(document, "sent")
    return None if started is None or sent is None else (sent - started) / 1000


def keys_of(request: Request) -> list[str]:
    """Return the private keys in the header ``X-Micropolis-Key``, separated by commas."""
    return [key.strip() for key in request.headers.get(KEY_HEADER, "").split(",") if key.strip()]


def holder_of(request: Request) -> Actor:
    """Return the resident who holds the header's keys."""
    return actor_of(keys_of(request))


def asker_of(desk: Participation, request: Request) -> Actor:
    """Return who asks: the session's account, with the keys they hold; a resident without a session."""
    keys = holder_of(request).keys
    actor = signing_in.actor_of_session(desk, session_token(request)) or RESIDENT
    return Actor(actor.role, actor.account_id, actor.communities, actor.districts, keys=keys, name=actor.name)


def is_https(request: Request) -> bool:
    """Return whether people reach this server by https."""
    return own_address(request).startswith("https:")


def secret_of(request: Request, cookie: str) -> str:
    """Return the secret in the cookie, empty without one; over https only that of its safe name."""
    safe = request.cookies.get(safe_cookie(cookie), "")
    return safe if safe or is_https(request) else request.cookies.get(cookie, "")


def session_token(request: Request) -> str:
    """Return the token in the session's cookie, empty without one."""
    return secret_of(request, COOKIE)


def address_of(request: HTTPConnection) -> str:
    """Return the sender's network address (`proxies`); an IPv6 one as its /64, which one household shares."""
    return household(request.client.host if request.client else "")


def answered(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return the JSON answer; nothing may keep a copy of it."""
    return Response(
        json_text(document),
        status_code=status,
        media_type=JSON,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def failure(error: MicropolisError, lang: str = "en") -> Response:
    """Return ``{"error", "todo"}`` in the language, with what the error carries.

    That is ``fields``, ``clashes``, ``Retry-After``.
    """
    what, todo = error.told_to_anybody(i18n.translation(lang).gettext, lang)
    document: dict[str, Any] = {"error": what, "todo": todo}
    headers = {"Content-Language": lang}
    if isinstance(error, WrongFields):
        document["fields"] = error.fields
    if isinstance(error, ChangedMeanwhile):
        document["clashes"] = [vars(clash) for clash in error.clashes]
        document["current_revision"] = error.current.revision
    if isinstance(error, TooMany):
        document["retry_after_s"] = round(error.retry_after_s)
    return answered(document, answer(error).http_status, headers | retry_header(error))


class Bodies:
    """Bytes of bodies that are read or worked on: strangers must not fill the memory with half-sent ones.

    An address holds at most as much as is left for all others: one half, two a third each, and whoever comes
    next always finds room. (The rule of buffers in switches: Choudhury and Hahne, doi:10.1109/90.664262.)
    """

    def __init__(self, most: int) -> None:
        self._most, self._held = most, Counter[str]()

    @contextmanager
    def room(self, address: str) -> Iterator[Callable[[int], None]]:
        """Give what takes room for so many bytes more, `Busy` when there is none; all is given back after."""
        mine = 0

        def take(size: int) -> None:
            nonlocal mine
            left = self._most - self._held.total() - size
            if self._held[address] + size > left:
                raise Busy(
                    mark("so much is being sent that there is no room for more"),
                    mark("try again in a few seconds"),
                    retry_after_s=RETRY_AFTER_S,
                )
            self._held[address] += size
            mine += size

        try:
            yield take
        finally:
            self._held[address] -= mine
            if not self._held[address]:
                del self._held[address]


_BODIES = Bodies(MOST_HELD)


async def _body(request: Request, most: int, take: Callable[[int], None]) -> bytes:
    too_large = InvalidInput(
        mark("what was sent is larger than {most} MB"),
        mark("send less, or a smaller file"),
        most=most / 1e6,
    )
    told = request.headers.get("content-length", "0")
    if not (told.isascii() and told.isdigit() and len(told) <= _LONGEST_LENGTH) or int(told) > most:
        raise too_large
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise too_large
            take(len(part))
            parts.append(part)
    except ClientDisconnect:
        raise InvalidInput(mark("the connection broke before all had come"), mark("send it again")) from None
    return b"".join(parts)
