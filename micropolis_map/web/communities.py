"""Which community an address is about."""

from __future__ import annotations

from starlette.requests import Request

from micropolis_map.bootstrap import Application
from micropolis_map.domain.place_fields import check_slug
from micropolis_map.errors import InvalidInput, NotFound
from micropolis_map.i18n import mark


def known_slug(application: Application, request: Request) -> str:
    """Return the slug in the request's path.

    Raises
    ------
    NotFound
        There is no such community, or it could not be one.
    """
    slug = str(request.path_params["slug"])
    try:
        known = check_slug(slug) in application.community_store.slugs()
    except InvalidInput:
        known = False
    if not known:
        raise NotFound(mark("there is no community {name}"), mark("check the address"), name=repr(slug[:80]))
    return slug
