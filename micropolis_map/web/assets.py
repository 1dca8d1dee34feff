"""Scripts, styles, fonts and images that the browser needs, all from this server.

``/vendor/<file>`` comes from the XStatic packages, ``/assets/<file>`` from ``web/static``.
With ``?v=…`` in the address a file may be kept for a year, else it is asked for again after an hour.
"""

from __future__ import annotations

import mimetypes
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from xstatic.pkg import jquery, leaflet, leaflet_markercluster

from micropolis_map.errors import NotFound
from micropolis_map.web.answers import Body, answering, respond

APP_FOLDER = Path(__file__).parent / "static"
VENDOR_FOLDERS = tuple(Path(package.BASE_DIR) for package in (leaflet, leaflet_markercluster, jquery))

_SHORT = "public, max-age=3600"
_LONG = "public, max-age=31536000, immutable"
_TYPES = {
    ".woff2": "font/woff2",
    ".map": "application/json",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_PACKED = {".png", ".webp", ".woff2", ".jpg", ".gz"}


def routes() -> list[BaseRoute]:
    """Return the routes of ``/vendor`` and ``/assets``."""
    return [
        Route("/vendor/{file:path}", _vendor, methods=["GET"]),
        Route("/assets/{file:path}", _app, methods=["GET"]),
    ]


@answering
def _vendor(request: Request) -> Response:
    return _serve(request, VENDOR_FOLDERS)


@answering
def _app(request: Request) -> Response:
    return _serve(request, (APP_FOLDER,))


def _serve(request: Request, folders: tuple[Path, ...]) -> Response:
    name = request.path_params["file"]
    for folder in folders:
        path = _inside(folder, name)
        if path is not None:
            body = _body(path, path.stat().st_mtime_ns)
            return respond(request, body, _LONG if "v" in request.query_params else _SHORT)
    raise NotFound(f"there is no file {name[:200]!r} to serve", "check the address")


def _inside(folder: Path, name: str) -> Path | None:
    """Return the file of that name in the folder; None for what is not there, hidden, Python, or outside."""
    parts = name.split("/")
    if len(name) > 200 or "\x00" in name or any(part.startswith(".") or not part for part in parts):
        return None
    path = (folder / name).resolve()
    usable = path.is_relative_to(folder.resolve()) and path.suffix not in {".py", ".pyc"} and path.is_file()
    return path if usable else None


@lru_cache(maxsize=200)
def _body(path: Path, modified_ns: int) -> Body:  # noqa: ARG001 - part of the cache's key
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    body = Body.of(path.read_bytes(), media_type)
    return Body(body.plain, None, body.etag, media_type) if path.suffix in _PACKED else body
