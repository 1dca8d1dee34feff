"""Connections: how long half a request and a slow reader are waited for, and no waiting with small answers.

uvicorn waits for ever for the end of a request's head and body, and for who does not read its answer.
Streamlit begins uvicorn, so it cannot be told otherwise: its connections are looked at here.
"""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.server import ServerState

HEAD_S = 15.0
"""A head, and a connection on which nothing comes at all."""
BODY_S = 30.0
BODY_BYTES_S = 1_000
"""A body may take `BODY_S` and a second for each thousand bytes that came, and none may come for `BODY_S`."""
READ_S = 30.0
READ_BYTES_S = 1_000
"""An answer may take `READ_S` and a second for each thousand bytes read, of which some come each `READ_S`."""
LOOK_EVERY_S = 2.0


class SlowBodies:
    """End what waits for a body that does not come."""

    def __init__(self, app: ASGIApp, body_s: float = BODY_S) -> None:
        self.app, self.body_s = app, body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; whoever is too slow has gone, as far as the answer is concerned."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        begun, come, awaited = loop.time(), 0, True

        async def patient() -> Message:
            nonlocal come, awaited
            allowed = self.body_s + come / BODY_BYTES_S - (loop.time() - begun)
            left = min(self.body_s, allowed) if awaited else None
            try:
                message = await asyncio.wait_for(receive(), left)
            except TimeoutError:
                return {"type": "http.disconnect"}
            if message["type"] == "http.request":
                come += len(message.get("body", b""))
                awaited = bool(message.get("more_body"))
            return message

        await self.app(scope, patient, send)


async def end_half_heads(states: Iterable[ServerState], head_s: float = HEAD_S) -> None:
    """Close connections on which a head does not come to its end, until cancelled."""
    loop, since = asyncio.get_running_loop(), dict[Any, float]()
    while True:
        connections = [one for state in states for one in state.connections]
        waiting = [one for one in connections if isinstance(one, AutoHTTPProtocol) and _waits(one)]
        since = {one: since.get(one, loop.time()) for one in waiting}
        for one, begun in since.items():
            if loop.time() - begun >= head_s:
                one.transport.close()
        await asyncio.sleep(min(LOOK_EVERY_S, head_s / 2))


def _waits(connection: Any) -> bool:
    """Return whether a head is awaited; between two requests uvicorn has a clock of its own."""
    last = connection.cycle
    return (last is None or last.response_complete) and connection.timeout_keep_alive_task is None


class Readers:
    """Who reads what was written to them too slowly: bytes that wait, as they are seen from time to time."""

    def __init__(self, read_s: float = READ_S) -> None:
        self._read_s = read_s
        self._seen: dict[Any, _Waiting] = {}

    def too_slow(self, waiting: Mapping[Any, int], now: float) -> list[Any]:
        """Return those of whom as many bytes wait (nought: none) that have not read enough of them.

        What waits grows only while less waits than a buffer holds, that is where it was read, or a few times:
        it is then looked at anew.
        """
        before, self._seen = self._seen, {}
        for reader, size in waiting.items():
            if size:
                self._seen[reader] = before.get(reader, _Waiting(size, now, now)).next(size, now)
        return [one for one, seen in self._seen.items() if seen.is_too_slow(now, self._read_s)]


@dataclass(frozen=True)
class _Waiting:
    size: int
    begun: float
    moved: float
    read: int = 0

    def next(self, size: int, now: float) -> _Waiting:
        if size > self.size:
            return _Waiting(size, now, now)
        read = self.size - size
        return _Waiting(size, self.begun, now if read else self.moved, self.read + read)

    def is_too_slow(self, now: float, read_s: float) -> bool:
        return now - self.moved >= read_s or now - self.begun >= read_s + self.read / READ_BYTES_S


async def end_slow_readers(states: Iterable[ServerState], read_s: float = READ_S) -> None:
    """Cut connections on which an answer, or what a socket is told, is not read, until cancelled."""
    loop, readers = asyncio.get_running_loop(), Readers(read_s)
    while True:
        transports = [one.transport for state in states for one in state.connections]
        waiting = {one: one.get_write_buffer_size() for one in transports if one is not None}
        for one in readers.too_slow(waiting, loop.time()):
            one.abort()
        await asyncio.sleep(min(LOOK_EVERY_S, read_s / 2))


def server_states() -> list[ServerState]:
    """Return what uvicorn knows of its connections; before `gc.freeze`, which hides it."""
    return [one for one in gc.get_objects() if type(one) is ServerState]


def send_at_once() -> None:
    """Have connections send small answers at once, not 40 ms later with the next.

    asyncio does so itself for sockets that say they are TCP; Streamlit binds one that does not. What a socket
    accepts has its options.
    """
    for one in gc.get_objects():
        if issubclass(type(one), socket.socket) and one.family in {socket.AF_INET, socket.AF_INET6}:
            with suppress(OSError):  # closed, or not TCP
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
