"""The walker's page of a tour, and all it needs to work on a phone without network.

==========================================  ==============================================================
address                                     answer
==========================================  ==============================================================
``/walk/<tour>``                            the page; ``lang``, ``variant=step-free`` for the twin
``/walk/<tour>/pack.json``                  what to keep on the phone, with hashes and bytes (``lang``)
``/walk/<tour>/layers/outlines.geojson``    the districts, for the map of a town without tiles
``/walk/paint.js``                          the map's painter, where the pack's worker reaches it
``/walk/worker.js``                         keeps the pack and answers from it without a network
==========================================  ==============================================================

Where the walker is never reaches this server. An unknown tour, or one not published, is 404 everywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.walk_report import OBSTACLE_KINDS
from micropolis_map.errors import InvalidInput, MicropolisError, NotFound
from micropolis_map.i18n import mark
from micropolis_map.services.opened import as_loaded
from micropolis_map.services.town_ground import town_ground
from micropolis_map.services.walking_along import (
    PHOTO_SIZE,
    STEP_FREE,
    WalkAlong,
    photos_of,
    recordings_of,
    walk_along,
    walk_state,
)
from micropolis_map.settings import below
from micropolis_map.stores.audio import AudioStore
from micropolis_map.stores.districts_geojson import write_districts
from micropolis_map.stores.photos import PhotoStore
from micropolis_map.web import pin_texts
from micropolis_map.web.answers import GEOJSON, JSON, Body, answering, json_text, respond
from micropolis_map.web.assets import APP_FOLDER, VENDOR_FOLDERS
from micropolis_map.web.page_frame import VERSION, page, translated
from micropolis_map.web.reader import reader_language
from micropolis_map.web.walk_texts import WALK
from micropolis_map.web.walk_tiles import tiles_around

MOST_BYTES = 20_000_000
"""Of a pack in all."""
OUTLINES = "outlines"

_WORKER = APP_FOLDER / "walk" / "worker.js"
_STYLES = ("css/map.css", "css/pin.css", "css/look.css", "walk/walk.css")
_PAINTER = APP_FOLDER / "js" / "paint" / "paint.js"
_SCRIPTS = (
    *(f"js/{name}.js" for name in ("theme", "panes", "ground", "borders", "fit")),
    *(f"js/paint/{name}.js" for name in ("rules", "names", "painter")),
    "vendor/protomaps-leaflet-5.1.0.js",
    "map/style.json",
)
_VENDOR = ("leaflet.css", "leaflet.js")
_PLAIN = ("icon.svg", "js/parts/then_and_now.js")
_MODULE_FOLDERS = ("js/pin", "walk")
_LATIN, _CYRILLIC = ("latin", "latin-ext"), "cyrillic"
"""Parts of our fonts: names and stories in Polish are told on pages in every language."""


@dataclass(frozen=True)
class _File:
    """A file of the pack."""

    url: str
    hash: str
    size: int

    @classmethod
    def of(cls, url: str, content: bytes) -> _File:
        return cls(url, hashlib.sha256(content).hexdigest()[:16], len(content))


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/walk/…``."""

    @answering
    def walk(request: Request) -> Response:
        try:
            along = _asked(application, request)
        except (NotFound, InvalidInput):
            return _gone(request)
        return _page(application, request, along)

    @answering
    def pack(request: Request) -> Response:
        along = _asked(application, request)
        body = Body.of(json_text(_manifest(application, request, along)), JSON)
        return respond(request, body)

    @answering
    def layer(request: Request) -> Response:
        along = _asked(application, request)
        content = _outlines(application, along, str(request.path_params["name"]))
        return respond(request, Body.of(content, GEOJSON))

    @answering
    def worker(request: Request) -> Response:
        response = respond(request, Body.of(_WORKER.read_bytes(), "text/javascript"))
        response.headers["Service-Worker-Allowed"] = below("/walk/")
        return response

    @answering
    def painter(request: Request) -> Response:
        return respond(request, Body.of(_PAINTER.read_bytes(), "text/javascript"))

    return [
        Route("/walk/worker.js", worker, methods=["GET"]),
        Route("/walk/paint.js", painter, methods=["GET"]),
        Route("/walk/{tour}", walk, methods=["GET"]),
        Route("/walk/{tour}/pack.json", pack, methods=["GET"]),
        Route("/walk/{tour}/layers/{name}.geojson", layer, methods=["GET"]),
        Route("/walk/{rest:path}", _gone, methods=["GET"]),
    ]


def walk_address(tour_id: str, lang: str, variant: str = "") -> str:
    """Return the address of the walker's page."""
    query = {"lang": lang} | ({"variant": variant} if variant else {})
    return below(f"/walk/{quote(tour_id, safe='')}?{urlencode(query)}")


def _asked(application: Application, request: Request) -> WalkAlong:
    tour_id = str(request.path_params["tour"])[:128]
    variant = request.query_params.get("variant", "")
    return walk_along(application, tour_id, reader_language(request), variant)


def _page(application: Application, request: Request, along: WalkAlong) -> Response:
    lang = reader_language(request)
    texts = {**pin_texts.FRAME, **WALK}
    state = walk_state(along, lang) | {
        "background": _ground(application, along, lang),
        "pack": below(f"/walk/{quote(along.tour.id, safe='')}/pack.json?{urlencode({'lang': lang})}"),
        "invented": translated({"credit": pin_texts.INVENTED}, lang)["credit"],
    }
    other = {"lang": lang} | ({} if along.variant else {"variant": STEP_FREE})
    return page(
        request,
        "walk.html",
        texts=texts,
        state=state,
        title=state["name"],
        page_class="walk",
        home=below("/tours?")
        + urlencode({"community": along.tour.community, "tour": along.tour.id, "lang": lang}),
        other=urlencode(other) if state["hasTwin"] else "",
        obstacle_kinds=OBSTACLE_KINDS,
        **{key: state[key] for key in ("name", "figures", "loaded", "about", "twin", "variant", "stops")},
    )


def _gone(request: Request) -> Response:
    texts = {**pin_texts.FRAME, **WALK}
    title = translated(texts, reader_language(request))["gone"]
    return page(
        request,
        "gone.html",
        texts=texts,
        state={},
        status=404,
        title=title,
        page_class="gone",
        home=below("/tours"),
    )


def _ground(application: Application, along: WalkAlong, lang: str) -> dict[str, Any]:
    """Return what the map's ground is drawn from; the outlines are the walk's own, for its pack."""
    slug = along.tour.community
    root = below(f"/walk/{quote(along.tour.id, safe='')}/layers")
    version = hashlib.sha256(repr((along.bounds, VERSION)).encode()).hexdigest()[:10]
    state = town_ground(application.community_store, slug, lang)
    return state | {"outlines": f"{root}/{OUTLINES}.geojson?v={version}"}


def _outlines(application: Application, along: WalkAlong, name: str) -> str:
    store = application.community_store
    slug = along.tour.community
    if name != OUTLINES:
        raise NotFound(
            mark("{town} has no layer {name}"),
            mark("check the address"),
            town=repr(slug),
            name=repr(name[:80]),
        )
    return write_districts(as_loaded(store, slug))


def _manifest(application: Application, request: Request, along: WalkAlong) -> dict[str, Any]:
    """Return the pack: pages, scripts and map first, then recordings and photos while there is room."""
    lang = reader_language(request)
    files = [*_pages(application, request, along, lang), *_assets(lang), *_map(application, along, lang)]
    size = sum(file.size for file in files)
    left_out = 0
    for file in _media(application, along):
        if size + file.size > MOST_BYTES:
            left_out += 1
            continue
        files.append(file)
        size += file.size
    version = hashlib.sha256(repr([(file.url, file.hash) for file in files]).encode()).hexdigest()[:16]
    return {
        "tour": along.tour.id,
        "lang": lang,
        "version": version,
        "bytes": size,
        "left_out": left_out,
        "most_bytes": MOST_BYTES,
        "files": [{"url": file.url, "hash": file.hash, "bytes": file.size} for file in files],
    }


def _pages(application: Application, request: Request, along: WalkAlong, lang: str) -> Iterator[_File]:
    """Yield the page and its twin's, as the asker will get them."""
    for variant, plan in zip(("", STEP_FREE), along.both, strict=False):
        address = walk_address(along.tour.id, lang, variant)
        path, _, query = address.partition("?")
        scope = {**request.scope, "path": path, "raw_path": path.encode(), "query_string": query.encode()}
        one = WalkAlong(along.tour, plan, variant, along.both, along.places)
        yield _File.of(address, bytes(_page(application, Request(scope), one).body))


def _map(application: Application, along: WalkAlong, lang: str) -> Iterator[_File]:
    ground = _ground(application, along, lang)
    if not ground["tiles"]:
        yield _File.of(ground["outlines"], _outlines(application, along, OUTLINES).encode())
    yield _File.of(below(f"/walk/{_PAINTER.name}?{_painter_query()}"), _PAINTER.read_bytes())
    for url, content in tiles_around(application, along):
        yield _File.of(url, content)


def _painter_query() -> str:
    return urlencode({"assets": below("/assets"), "v": VERSION})


def _media(application: Application, along: WalkAlong) -> Iterator[_File]:
    """Yield recordings, then photos; what the stores do not have (yet) is left out in silence."""
    desk = application.participation
    for audio_id in recordings_of(along):
        size = _recording_bytes(desk.audio, audio_id)
        if size:
            yield _File(below(f"/audio/{quote(audio_id, safe='')}"), audio_id, size)
    for photo_id in photos_of(along):
        size = _photo_bytes(desk.photos, photo_id)
        if size:
            yield _File(below(f"/photos/{quote(photo_id, safe='')}/{PHOTO_SIZE}.webp"), photo_id, size)


def _recording_bytes(store: AudioStore, audio_id: str) -> int:
    try:
        return store.find(audio_id)[0].stat().st_size
    except (MicropolisError, OSError):
        return 0


def _photo_bytes(store: PhotoStore, photo_id: str) -> int:
    try:
        return len(store.read(photo_id, PHOTO_SIZE))
    except MicropolisError:
        return 0


@lru_cache(maxsize=8)
def _assets(lang: str) -> tuple[_File, ...]:
    """Return scripts, styles and fonts; they change only with the product."""
    versioned = [*_STYLES, *_SCRIPTS, *_modules()]
    fonts = [
        f"fonts/{family}-{part}-wght-normal.woff2"
        for family in ("commissioner", "literata")
        for part in (*_LATIN, *([_CYRILLIC] if lang == "uk" else []))
    ]
    ours = [*((name, f"?v={VERSION}") for name in versioned), *((name, "") for name in (*_PLAIN, *fonts))]
    files = [
        _File.of(below(f"/assets/{name}{query}"), (APP_FOLDER / name).read_bytes()) for name, query in ours
    ]
    for name in _VENDOR:
        path = next(folder / name for folder in VENDOR_FOLDERS if (folder / name).is_file())
        files.append(_File.of(below(f"/vendor/{name}"), path.read_bytes()))
    return tuple(files)


def _modules() -> list[str]:
    return [
        f"{folder}/{path.name}"
        for folder in _MODULE_FOLDERS
        for path in sorted((APP_FOLDER / folder).glob("*.js"))
        if path.name != "worker.js"
    ]
