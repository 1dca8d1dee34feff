"""How many pages one address may have open: each is a session of Streamlit, with memory and threads."""

from __future__ import annotations

import re
from collections import Counter

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from micropolis_map import i18n
from micropolis_map.errors import TooMany, answer
from micropolis_map.i18n import mark
from micropolis_map.web.answers import retry_header
from micropolis_map.web.reader import reader_language
from micropolis_map.web.requests import address_of

MOST_EACH = 40
"""A household with several tabs on each device, an office; a class of pupils with one each."""
_AGAIN_S = 30.0
_TRY_LATER = 1013
_ASKED_BEFORE = re.compile(r".*/_stcore/health")
"""What a page asks before it opens its socket, and shows where the answer is a refusal."""


class OpenSockets:
    """Count the sockets of each address; refuse more than `most`, and say so to the page that asks before."""

    def __init__(self, app: ASGIApp, most: int = MOST_EACH) -> None:
        self.app, self.most = app, most
        self._open = Counter[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on, or answer that there are too many."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        address = address_of(connection)
        if scope["type"] == "http":
            is_full = self._open[address] >= self.most and _ASKED_BEFORE.fullmatch(scope["path"])
            await (self._refusal(connection) if is_full else self.app)(scope, receive, send)
        elif self._open[address] >= self.most:
            await _deny(WebSocket(scope, receive, send), self._refusal(connection))
        else:
            self._open[address] += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self._open -= Counter({address: 1})  # forgets who has none

    def _refusal(self, connection: HTTPConnection) -> Response:
        error = TooMany(
            mark("{n} pages are open at your address"),
            mark("close some of them, then reload this one"),
            retry_after_s=_AGAIN_S,
            n=self.most,
        )
        lang = reader_language(connection)
        what, todo = error.told_to_anybody(i18n.translation(lang).gettext, lang)
        headers = {"Content-Language": lang, "Cache-Control": "no-store", **retry_header(error)}
        return PlainTextResponse(f"{what}: {todo}", answer(error).http_status, headers)


async def _deny(socket: WebSocket, refusal: Response) -> None:
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(refusal)
    else:
        await socket.close(_TRY_LATER)
