"""Before Streamlit's WebSocket: what a page says is small, and nothing is for all visitors at once.

Streamlit takes 200 MB at a time from everybody, keeps what widgets are said to hold for as long as a session
may come back, and empties the caches of all sessions for whoever asks.
"""

from __future__ import annotations

import gc

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.config import Config

MOST_BYTES = 1_000_000
"""Of one message: all that the widgets of a page hold. Files do not come this way."""
ALLOWED = frozenset({7, 11, 16, 17, 19})
"""What pages say, by its number in Streamlit's ``BackMsg``.

``stop_script rerun_script file_urls_request app_heartbeat backend_operation_request``; not ``clear_cache``
``set_run_on_save load_git_info`` and the two for its own tests, which are a developer's.
"""
_FIRST_KIND = 5
"""Numbers below it, and texts for debugging, go with a message of any kind."""
_NO_KIND = frozenset({18})
_MOST_FIELDS = 20
"""Of a message; pages say one or two. Looking at a million of them would hold up everybody."""
_TOO_LARGE = 1009

_VARINT, _EIGHT, _COUNTED, _FOUR = 0, 1, 2, 5


class SocketGuard:
    """Leave out what no page says, and end a connection that says too much at once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return

        async def guarded() -> Message:
            while True:
                message = await receive()
                said = message.get("bytes") or b""
                if len(said) > MOST_BYTES:
                    await send({"type": "websocket.close", "code": _TOO_LARGE})
                    return {"type": "websocket.disconnect", "code": _TOO_LARGE}
                if is_of_pages(said):
                    return message

        await self.app(scope, guarded, send)


def is_of_pages(said: bytes) -> bool:
    """Return whether a message has no kind but the allowed ones; what is no message, Streamlit refuses."""
    at = 0
    for _ in range(_MOST_FIELDS):
        if at >= len(said):
            return True
        tag, at = _varint(said, at)
        number = tag >> 3
        if number >= _FIRST_KIND and number not in ALLOWED | _NO_KIND:
            return False
        size, at = _size(said, at, tag & 7)
        at += size
    return False


def _size(said: bytes, at: int, wire_type: int) -> tuple[int, int]:
    """Return how long a field's content is, and where it begins; to the end where that makes no sense."""
    if wire_type == _VARINT:
        return 0, _varint(said, at)[1]
    if wire_type == _COUNTED:
        return _varint(said, at)
    return {_EIGHT: 8, _FOUR: 4}.get(wire_type, len(said)), at


def _varint(said: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(at, min(at + 10, len(said))):
        value |= (said[place] & 0x7F) << (7 * (place - at))
        if said[place] < 0x80:
            return value, place + 1
    return value, len(said)


def limit_messages() -> None:
    """Have connections end at the bytes where a message becomes too large, not hold it until it is whole.

    Streamlit begins uvicorn with the limit of what it sends itself.
    """
    for one in gc.get_objects():
        if type(one) is Config:
            one.ws_max_size = MOST_BYTES
