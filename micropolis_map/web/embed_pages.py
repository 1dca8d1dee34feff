"""``/embed/<slug>``: the public map for other sites' pages; no session, nothing but published places.

::

    <iframe src="https://…/embed/wawer?lang=pl&kind=natural" title="Our places"></iframe>

It takes ``lang`` and the same filters as ``/data/<slug>/places.geojson``. It is the one page of ours that
other sites may put into a frame.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.domain.place_filter import PlaceFilter
from micropolis_map.errors import NotFound
from micropolis_map.i18n import mark
from micropolis_map.maps.addresses import places_url
from micropolis_map.web import pin_texts
from micropolis_map.web.answers import answering, query_lists
from micropolis_map.web.communities import known_slug
from micropolis_map.web.page_frame import page
from micropolis_map.web.pin_pages import community_name, gone, home, map_state
from micropolis_map.web.reader import reader_language

TEXTS = {
    "close": mark("Close"),
    "stories": mark("Read the stories"),
    "no_script": mark("The map needs JavaScript."),
}


def routes(application: Application) -> list[BaseRoute]:
    """Return the route of ``/embed/{slug}``."""

    @answering
    def embed(request: Request) -> Response:
        try:
            slug = known_slug(application, request)
        except NotFound:
            return gone(request)
        community = application.community_store.get(slug)
        lang = reader_language(request)
        wanted = PlaceFilter.from_query(query_lists(request))
        shown = map_state(application, community, lang)
        shown |= {"places": places_url(slug, wanted, application.place_store.version())}
        shown |= {"keepView": False, "still": False}
        address = home(slug, lang)
        state = {"centre": list(community.centre), "zoom": community.zoom, "home": address, "map": shown}
        return page(
            request,
            "embed.html",
            texts={**pin_texts.FRAME, **TEXTS},
            state=state,
            framed=True,
            title=community_name(community, lang),
            home=address,
        )

    return [Route("/embed/{slug}", embed, methods=["GET"])]
