"""The first page of who comes without a town in the address: what this is, and the towns to choose from.

It is a page of our own and not one of Streamlit's: it shows before Streamlit's scripts would have come.
Whoever asks for a page of a town that is not here gets the same page, which then says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from micropolis_map.bootstrap import Application
from micropolis_map.domain.community import Community
from micropolis_map.domain.text import pick
from micropolis_map.errors import MicropolisError
from micropolis_map.i18n import mark
from micropolis_map.maps.addresses import picture_url
from micropolis_map.services.first_steps import NOBODY_YET, is_looked_after
from micropolis_map.settings import base_path, below
from micropolis_map.web import pin_texts
from micropolis_map.web.answers import error_response
from micropolis_map.web.page_frame import page, translated
from micropolis_map.web.pin_pages import community_name, home
from micropolis_map.web.reader import reader_language

PAGES = ("coverage", "compare", "planner", "work_centres", "tours", "datasets")
"""Addresses of Streamlit's pages about one town."""

_TRACKERS = ("fbclid", "gclid", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_NOT_A_VIEW = ("lang", *_TRACKERS)
"""Parameters that say nothing of what to show."""

_COUNTRY_LANGUAGES = {"PL": "pl", "DK": "da", "IT": "it", "UA": "uk"}

TEXTS = {
    "first_title": mark("Choose a town"),
    "first_lead": mark("Places and stories of a town, told by the people who live there. No account needed."),
    "first_which": mark("Which town would you like to see?"),
    "first_unknown": mark("There is no town “{name}” on this map"),
    "first_unknown_why": mark(
        "The link may be mistyped, or the town was taken off the map. These are the towns that are here:"
    ),
    "first_invented": mark("invented, to try everything"),
    "first_last": mark("You were here last"),
    "first_ask": mark("Your town is not here? Ask for it"),
    "first_about": mark("About this map"),
    "first_credit": mark("Pictures of the towns:"),
    "first_sketch": mark("a sketch, streets are not loaded yet"),
    "first_nobody": NOBODY_YET,
}


@dataclass(frozen=True)
class Card:
    """A town to choose: where it leads, its picture, its words."""

    slug: str
    name: str
    about: str
    address: str
    picture: str
    fictional: bool
    loaded: bool


class FirstVisit:
    """Answer who opens the map without a town, or with one that is not here; pass all else on."""

    def __init__(self, app: ASGIApp, application: Application) -> None:
        self.app, self._application = app, application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it opens a page of no town."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or not _is_page(scope["path"]):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        answer = await run_in_threadpool(_answer, self._application, request)
        await (self.app if answer is None else answer)(scope, receive, send)


def cards(application: Application, lang: str) -> list[Card]:
    """Return the towns' cards: those where the reader's language is spoken first, invented ones last."""
    store = application.community_store
    found = [store.get(slug) for slug in store.slugs()]
    return [
        _card(one, lang, loaded=store.current_build(one.slug) is not None)
        for one in sorted(found, key=lambda one: (*_guess(one, lang), community_name(one, lang)))
    ]


def _guess(community: Community, lang: str) -> tuple[bool, bool]:
    """Return what sorts a town: the reader's country first, an invented town last."""
    spoken = _COUNTRY_LANGUAGES.get(community.country) or next(iter(community.languages), "")
    return community.fictional, community.fictional or spoken != lang


def _is_page(path: str) -> bool:
    base = base_path()
    inside = path.removeprefix(base) if base else path
    return inside == "/" or inside.strip("/") in PAGES


def _answer(application: Application, request: Request) -> Response | None:
    """Return the page to choose a town, None where Streamlit's page is right."""
    query = request.query_params
    inside = request.url.path.removeprefix(base_path())
    try:
        known = application.community_store.slugs()
        asked = query.get("community", "").strip()
        unknown = bool(asked) and asked not in known
        opens = inside == "/" and all(name in _NOT_A_VIEW for name in query)
        if len(known) < 2 or not (unknown or opens):
            return None
        return _page(application, request, asked if unknown else "")
    except MicropolisError as error:
        return error_response(error, reader_language(request))


def _page(application: Application, request: Request, unknown: str) -> Response:
    lang = reader_language(request)
    t = translated(TEXTS, lang)
    towns = cards(application, lang)
    state: dict[str, Any] = {}
    return page(
        request,
        "first_visit.html",
        texts={**pin_texts.FRAME, **TEXTS},
        state=state,
        status=404 if unknown else 200,
        title=t["first_title"],
        page_class="first",
        home=below(f"/?{urlencode({'lang': lang})}"),
        towns=towns,
        unknown=t["first_unknown"].format(name=unknown[:60]) if unknown else "",
        nobody_yet=_nobody_yet(application),
        from_osm=any(one.loaded and not one.fictional for one in towns),
        ask=below(f"/datasets?{urlencode({'community': towns[0].slug, 'lang': lang})}"),
        about=below(f"/about?{urlencode({'lang': lang})}"),
    )


def _nobody_yet(application: Application) -> bool:
    """Return whether there is no administrator; a store that cannot be read keeps nobody from the towns."""
    try:
        return not is_looked_after(application.participation)
    except MicropolisError:
        return False


def _card(community: Community, lang: str, *, loaded: bool) -> Card:
    return Card(
        slug=community.slug,
        name=community_name(community, lang),
        about=_first_sentence(pick(community.about, lang, community.languages)[0]),
        address=home(community.slug, lang),
        picture=picture_url(community.slug),
        fictional=community.fictional,
        loaded=loaded,
    )


def _first_sentence(text: str) -> str:
    end = text.find(". ")
    return (text if end < 0 else text[: end + 1])[:240]
