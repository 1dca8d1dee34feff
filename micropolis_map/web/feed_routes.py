"""``/feeds/<slug>.atom``: a community's newest places and stories; ``lang`` (en) is the reader's language."""

from __future__ import annotations

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.services.feed_atom import Feed, atom_bytes
from micropolis_map.services.feeds import newest
from micropolis_map.web.answers import Body, answering, respond
from micropolis_map.web.communities import known_slug
from micropolis_map.web.own_address import ANYWHERE, addressed
from micropolis_map.web.tour_routes import asked_language

MEDIA_TYPE = "application/atom+xml"
_KEPT_FEEDS = 32
"""Feeds kept in memory: few readers ask often; a change of the map renews them."""


def routes(application: Application) -> list[BaseRoute]:
    """Return the routes of ``/feeds``."""

    @lru_cache(maxsize=_KEPT_FEEDS)
    def body_of(slug: str, lang: str, version: str) -> Body:  # noqa: ARG001 - the version renews it
        news = newest(application.place_store, application.participation.revisions, slug)
        feed = Feed(application.community_store.get(slug), lang, ANYWHERE)
        return Body.of(atom_bytes(feed, news), MEDIA_TYPE)

    @answering
    def atom(request: Request) -> Response:
        slug = known_slug(application, request)
        version = application.place_store.version()
        return respond(request, addressed(request, body_of(slug, asked_language(request), version)))

    return [Route("/feeds/{slug}.atom", atom, methods=["GET"])]
