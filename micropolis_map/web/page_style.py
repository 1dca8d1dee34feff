"""Our style sheet in Streamlit's page from its first byte: nothing is laid out twice.

A style sheet that comes with the first run of a script comes after the page's frame, its skeletons and half
of its widgets; each of them then jumps to where it belongs.
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from micropolis_map.maps.addresses import ASSETS
from micropolis_map.maps.base_map import VERSION
from micropolis_map.settings import below

_THEIRS = b"<title>Streamlit</title>"
_MAPS = b"<title>Streamlit Folium Component</title>"
_HEAD = re.compile(rb"<head(?:\s[^>]*)?>")
_BODY = re.compile(rb"<body[^>]*>")
_THEIR_FONT = re.compile(rb"<link\s[^>]*rel=\"preload\"[^>]*SourceSans[^>]*>")
_FONTS = ("commissioner-latin-wght-normal", "literata-latin-wght-normal")
_FIRST = (
    "Html",
    "Selectbox",
    "ButtonGroup",
    "ComponentInstance",
    "TextInput",
    "Button",
    "Slider",
    "Checkbox",
    "StreamlitMarkdown",
    "LinkButton",
    "PageLink",
)
_SHEETS = ("page", "frames", "look")
_ASKED_AGAIN = {b"if-none-match", b"if-modified-since"}


class PageStyle:
    """Put style sheet, fonts and theme into the page Streamlit answers; the theme alone into its maps."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; hold its answer back while it may be the page."""
        asked = Headers(scope=scope) if scope["type"] == "http" else {}
        if scope["type"] != "http" or scope["method"] != "GET" or "text/html" not in asked.get("accept", ""):
            await self.app(scope, receive, send)
            return
        # What a browser kept names the style sheet of another version, or none.
        plain = [(name, value) for name, value in scope["headers"] if name not in _ASKED_AGAIN]
        await self.app({**scope, "headers": plain}, receive, _Holding(send))


class _Holding:
    """Sends an answer on; one of HTML when it is whole, with our style sheet."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Take one message of an answer."""
        if message["type"] == "http.response.start" and _is_html(message):
            self._start = message
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._whole(self._start)
        else:
            await self._send(message)

    async def _whole(self, start: Message) -> None:
        body = self._body
        headers = MutableHeaders(scope=start)
        packed = headers.get("content-encoding") == "gzip"
        page = gzip.decompress(body) if packed else body
        if _THEIRS in page or _MAPS in page:
            page = _styled(page) if _THEIRS in page else _themed(page, b"")
            body = gzip.compress(page) if packed else page
            del headers["etag"], headers["last-modified"]
            headers["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_html(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    html = headers.get("content-type", "").startswith("text/html")
    return start["status"] == 200 and html and headers.get("content-encoding", "gzip") == "gzip"


def _styled(page: bytes) -> bytes:
    """Return Streamlit's page with our fonts and script in its head, our style after all of its own."""
    head = "".join(
        f'<link rel="preload" href="{below(f"{ASSETS}/fonts/{name}.woff2")}" as="font" type="font/woff2" '
        "crossorigin>"
        for name in _FONTS
    )
    head += "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{name}">' for name in _widgets()
    )
    head += f'<script src="{below(f"{ASSETS}/js/laid.js")}?v={VERSION}"></script>'
    sheets = "".join(
        f'<link rel="stylesheet" href="{below(f"{ASSETS}/css/{name}.css")}?v={VERSION}">' for name in _SHEETS
    )
    page = _THEIR_FONT.sub(b"", page, count=1).replace(b"</head>", head.encode() + b"</head>", 1)
    page = _BODY.sub(lambda body: body[0] + sheets.encode(), page, count=1)
    return _themed(page, b" data-streamlit")


def _themed(page: bytes, mark: bytes) -> bytes:
    """Return a page that knows light, dark or high contrast before anything of it is painted."""
    address = below(f"{ASSETS}/js/theme.js") + f"?v={VERSION}"
    script = b'<script src="' + address.encode() + b'"' + mark + b"></script>"
    return _HEAD.sub(lambda head: head[0] + script, page, count=1)


@cache
def _widgets() -> tuple[str, ...]:
    """Return the files of the code of widgets that come first on our pages; none that is not there."""
    found = find_spec("streamlit")
    roots = found.submodule_search_locations if found else None
    files = [Path(root) / "static" / "static" / "js" for root in roots or ()]
    return tuple(file.name for name in _FIRST for js in files for file in sorted(js.glob(f"{name}.*.js")))
