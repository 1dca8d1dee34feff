"""``/mine``: what a resident sent, found again by private links that only the browser knows.

A private link is ``/mine#<secret>``: what stands behind ``#`` never reaches a server's log or another site.
The page keeps the secrets on the device and asks the API with them in a header.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from micropolis_map.bootstrap import Application
from micropolis_map.settings import below
from micropolis_map.web import pin_texts
from micropolis_map.web.answers import answering
from micropolis_map.web.page_frame import page, translated
from micropolis_map.web.pin_pages import community_name
from micropolis_map.web.reader import reader_language


def routes(application: Application) -> list[BaseRoute]:
    """Return the route of ``/mine``."""

    @answering
    def mine(request: Request) -> Response:
        lang = reader_language(request)
        store = application.community_store
        names = {slug: community_name(store.get(slug), lang) for slug in store.slugs()}
        texts = {**pin_texts.FRAME, **pin_texts.MINE}
        return page(
            request,
            "mine.html",
            texts=texts,
            state={"names": names},
            title=translated(texts, lang)["title"],
            page_class="mine",
            home=below(f"/?lang={lang}"),
        )

    return [Route("/mine", mine, methods=["GET"])]
