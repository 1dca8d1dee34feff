"""The tiles of a town's map: ``/tiles/<slug>/<build>/<zoom>/<column>/<row>``.

Mapbox Vector Tiles, gzipped as they lie in the build's archive. A build never changes and its name is in the
address, so a browser keeps a tile for good. Where nothing is, beyond the town's map too, the answer is 204.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.errors import MicropolisError, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.town_map import archive_of
from micropolis_map.stores.tile_archive import TileArchive
from micropolis_map.web.answers import accepts_gzip, answering

TILE = "application/vnd.mapbox-vector-tile"
KEPT = "public, max-age=31536000, immutable"
_OPEN = 32
"""Archives held open: those asked for last."""
_DIGITS = 9


def routes(application: Application) -> list[BaseRoute]:
    """Return the route of ``/tiles/{slug}/{build}/{z}/{x}/{y}``."""

    @answering
    def tile(request: Request) -> Response:
        zoom, x, y = (_number(request, name) for name in ("z", "x", "y"))
        slug, build = str(request.path_params["slug"]), str(request.path_params["build"])
        path = archive_of(application.community_store, slug, build)
        if path is None:
            raise _nothing(request)
        try:
            packed = _archive(path, path.stat().st_ino).tile(zoom, x, y)
        except (MicropolisError, OSError):
            if archive_of(application.community_store, slug, build) is None:  # removed in this moment
                raise _nothing(request) from None
            raise
        return _answer(request, packed)

    return [Route("/tiles/{slug}/{build}/{z}/{x}/{y}", tile, methods=["GET"])]


def _answer(request: Request, packed: bytes | None) -> Response:
    headers = {"Cache-Control": KEPT, "Vary": "Accept-Encoding"}
    if packed is None:
        return Response(status_code=204, headers=headers)
    if accepts_gzip(request):
        return Response(packed, media_type=TILE, headers={**headers, "Content-Encoding": "gzip"})
    return Response(zlib.decompress(packed, wbits=31), media_type=TILE, headers=headers)


def _number(request: Request, name: str) -> int:
    text = str(request.path_params[name])
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise _nothing(request)
    return int(text)


def _nothing(request: Request) -> NotFound:
    return NotFound(
        mark("there is nothing at {address}"), mark("check the address"), address=repr(request.url.path[:200])
    )


@lru_cache(maxsize=_OPEN)
def _archive(path: Path, _file: int) -> TileArchive:  # the file's number: another one may have its name
    return TileArchive(path)
