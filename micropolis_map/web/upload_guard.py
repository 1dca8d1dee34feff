"""Before Streamlit's own route for files: it would take them from everybody, as many as come."""

from __future__ import annotations

import re

from anyio import to_thread
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from micropolis_map.errors import InvalidInput, MicropolisError
from micropolis_map.i18n import mark
from micropolis_map.services.uploading import Uploads
from micropolis_map.web.answers import error_response
from micropolis_map.web.reader import reader_language

_FILE = re.compile(r".*/_stcore/upload_file/(?P<session>[^/]+)/(?P<file>[^/]+)")
_TAKEN = 204


class UploadGuard:
    """Ask `Uploads` before a byte of a file is read; what did not come whole is not counted."""

    def __init__(self, app: ASGIApp, uploads: Uploads) -> None:
        self.app, self.uploads = app, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        found = _FILE.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] == "OPTIONS":
            await self.app(scope, receive, send)
            return
        request, status = Request(scope), 0

        async def noticing(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        session, file, before = found["session"], found["file"], 0
        if scope["method"] != "DELETE":
            try:
                before = await to_thread.run_sync(self.uploads.begin, session, file, _size(request))
            except MicropolisError as error:
                await error_response(error, reader_language(request))(scope, receive, send)
                return
        try:
            await self.app(scope, receive, noticing)
        finally:
            if (scope["method"] == "DELETE") == (status == _TAKEN):
                self.uploads.drop(session, file, before)


def _size(request: Request) -> int:
    """Return the bytes that the request says will come; a browser always does."""
    told = request.headers.get("content-length", "")
    if not (told.isascii() and told.isdigit()) or len(told) > 15:
        raise InvalidInput(mark("the file does not say how large it is"), mark("send it with Content-Length"))
    return int(told)
