"""Our own HTTP routes, beside Streamlit's pages on the same port.

======================================  ==================================================================
address                                 answer
======================================  ==================================================================
``/healthz``                            can the server read and write (JSON; 200 or 503)
``/vendor/<file>``                      ``leaflet.js leaflet.css images/… leaflet.markercluster.js``
                                        ``MarkerCluster.css MarkerCluster.Default.css jquery.min.js``
``/assets/<file>``                      our own files of ``web/static``: css, js, fonts
``/data/<slug>/places.geojson``         published places; ``kind theme activity ids`` and ``q`` filter
``/data/<slug>/places/<id>.json``       one published place, a Feature
``/data/<slug>/version.json``           which version of the places is public now; small, with an ETag
``/data/<slug>/districts.geojson``      outline and districts (property ``role``)
``/data/<slug>/known_spots.geojson``    meeting places of OpenStreetMap that nobody has pinned yet
``/towns/<slug>/picture.svg``           a small picture of the town, for its card
``/``                                   without a town: the towns to choose from, see `first_visit`
``/data/<slug>/layers/<name>.geojson``  a layer of the current build: streets, activity spots …
``/tiles/<slug>/<build>/<z>/<x>/<y>``   tiles of the town's map: see `tile_routes`
``/api/<slug>/…``                       sending and checking places; see `api_pinning`, `api_care`
``/api/mine…``                          what a private key opens; see `api_mine`
``/api/<slug>/tours``                   tours people make together; see `api_tours`
``/api/session…``                       signing in and out; see `session_routes`
``/photos/<id>/<size>.webp``            a photo; ``/audio/<id>`` a recording
``/data/<slug>/coverage/….geojson``     walking times: see `coverage_routes`
``/data/<slug>/siting/….json``          what new meeting places change: see `siting_routes`
``/report/<slug>/coverage.pdf`` …       reports on paper and files of figures: see `report_routes`
``/tours/<tour>.gpx`` … · ``/poster/…``  a tour's files, a poster with a QR code: see `tour_routes`
``/feeds/<slug>.atom``                   new places and stories, as Atom
``/embed/<slug>``                         the public map for other sites: see `embed_pages`
``/walk/<tour>``                        the walker's page, also offline: see `walk_pages`
``/ogc…``                               OGC API - Features, for QGIS and GDAL: see `ogc`
``/guided/<walk>`` · ``/calendar/…``    guided walks, their calendar: see `walk_routes`
``/pin/<slug>`` · ``/mine``             pin a place, tell a story · my things: see `pin_pages`, `mine_pages`
======================================  ==================================================================

Everything else under these is 404, where Streamlit would answer with its own page. Streamlit keeps
``/_stcore``, ``/static``, ``/media`` and ``/component`` for itself. Each family of routes is a module with
``routes(application)``.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from anyio import to_thread
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.services.loading import load_bundled
from micropolis_map.services.walk_engine import compile_apart, load_engine
from micropolis_map.web import (
    api_care,
    api_mine,
    api_pinning,
    api_tours,
    api_towns,
    assets,
    coverage_routes,
    embed_pages,
    feed_routes,
    health,
    layers,
    mine_pages,
    ogc,
    pin_pages,
    places,
    report_routes,
    security,
    session_routes,
    siting_routes,
    tile_routes,
    tour_routes,
    towns,
    walk_pages,
    walk_routes,
)
from micropolis_map.web.answers import Always, nothing_here, other_methods
from micropolis_map.web.base_path import served_below
from micropolis_map.web.connections import Shares, descriptors, share_out
from micropolis_map.web.first_start import announce_setup_link
from micropolis_map.web.first_visit import FirstVisit
from micropolis_map.web.patience import end_half_heads, end_slow_readers, send_at_once, server_states
from micropolis_map.web.shared_routes import shared
from micropolis_map.web.socket_guard import limit_messages

__all__ = ["lifespan", "middleware", "routes"]

SWITCH_S = 0.001
"""How long a thread of Python works before another may. An answer waits for all others' turns thrice."""
YOUNG = 2_000
"""Objects that are made before the collector looks for those that are lost: an outline has a few thousand.

While it looks nobody else works, the event loop neither. At Python's 700 it did so several times for each
body that was read, and looked at all there is every second or two.
"""
THREADS = 16
"""Of files and uploads; what routes work in is counted by `shared_routes` and `answers`."""

_OURS = (
    "api",
    "audio",
    "calendar",
    "data",
    "embed",
    "feeds",
    "guided",
    "photos",
    "pin",
    "poster",
    "report",
    "tiles",
    "towns",
    "walk",
)
"""First parts of addresses that are ours alone; ``/tours`` itself is a page."""


def routes(application: Application) -> list[BaseRoute]:
    """Return all our routes, for ``st.App(routes=…)``."""
    own = shared(_own(application))
    return served_below(
        [
            *own,
            *other_methods(own),
            *(
                Route(f"/{first}{rest}", Always(nothing_here))
                for first in _OURS
                for rest in ("", "/{rest:path}")
            ),
            Route("/tours/{name}", Always(nothing_here)),
            Route("/tours/{name}/{rest:path}", Always(nothing_here)),
        ]
    )


def _own(application: Application) -> list[BaseRoute]:
    return [
        *health.routes(application),
        *assets.routes(),
        *places.routes(application),
        *towns.routes(application),
        *layers.routes(application),
        *tile_routes.routes(application),
        *coverage_routes.routes(application),
        *siting_routes.routes(application),
        *pin_pages.routes(application),
        *embed_pages.routes(application),
        *mine_pages.routes(application),
        *session_routes.routes(application),
        *api_mine.routes(application),
        *api_towns.routes(application),
        *api_care.routes(application),
        *api_pinning.routes(application),
        *api_tours.routes(application),
        *report_routes.routes(application),
        *tour_routes.routes(application),
        *walk_pages.routes(application),
        *walk_routes.routes(application),
        *feed_routes.routes(application),
        *ogc.routes(application),
    ]


def middleware(application: Application) -> list[Middleware]:
    """Return what wraps the whole server, pages and routes; the outermost first."""
    return [*security.middleware(application), Middleware(FirstVisit, application=application)]


def lifespan(application: Application) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Return what runs while the server does: the public file is kept equal to the store.

    At its start communities with bundled files, such as the demo town, are loaded in the background; then the
    walk engine is compiled if this machine has not done so yet, and loaded: else the first visitor waits.
    """

    def prepare() -> None:
        load_bundled(application)
        compile_apart()
        load_engine()
        gc.freeze()  # the engine is fifty thousand objects, looked at for 50 to 100 ms each time

    @asynccontextmanager
    async def running(_: Any) -> AsyncIterator[None]:
        application.publishing.start()
        application.caretaker.start()
        await to_thread.run_sync(application.health.start)
        await to_thread.run_sync(announce_setup_link, application)
        sys.setswitchinterval(SWITCH_S)
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        send_at_once()
        limit_messages()
        share_out(Shares.of(descriptors()), application.settings.proxies)
        states = server_states()
        looking = [asyncio.create_task(end(states)) for end in (end_half_heads, end_slow_readers)]
        gc.collect()
        gc.freeze()  # what the libraries made at their start lives as long as the server
        gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
        threading.Thread(target=prepare, name="load-bundled", daemon=True).start()
        try:
            yield
        finally:
            for task in looking:
                task.cancel()
            await to_thread.run_sync(application.health.stop)
            await to_thread.run_sync(application.caretaker.stop)
            await to_thread.run_sync(application.publishing.stop)

    return running
