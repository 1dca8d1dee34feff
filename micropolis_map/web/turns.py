"""Of one address at most one request begins in each turn of the event loop: then the others have theirs.

What is answered without a thread is answered in one turn, and a connection may send hundreds of requests at
once: twenty such connections were heard in every turn, and a page of somebody else takes dozens of turns.
"""

from __future__ import annotations

import asyncio
from collections import deque

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from micropolis_map.web.requests import address_of


class Turns:
    """Let an address' requests begin one after the other, a turn of the event loop apart."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        """Of addresses of which a request began in this turn, those that came after it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when it is its turn."""
        if scope["type"] in {"http", "websocket"}:
            await self._turn(address_of(HTTPConnection(scope)))
        await self.app(scope, receive, send)

    async def _turn(self, address: str) -> None:
        loop = asyncio.get_running_loop()
        if address in self._waiting:
            mine = loop.create_future()
            self._waiting[address].append(mine)
            await mine
            return
        self._waiting[address] = deque()
        loop.call_soon(self._go_on, address)

    def _go_on(self, address: str) -> None:
        waiting = self._waiting[address]
        while waiting and waiting[0].done():  # whose task was stopped
            waiting.popleft()
        if not waiting:
            del self._waiting[address]
            return
        waiting.popleft().set_result(None)
        asyncio.get_running_loop().call_soon(self._go_on, address)
