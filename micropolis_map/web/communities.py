"""Which community an address is about."""

from __future__ import annotations

from starlette.requests import Request

from micropolis_map.bootstrap import Application
from micropolis_map.domain.place_fields import check_slug
from micropolis_map.errors import InvalidInput, NotFound


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
        raise NotFound(f"there is no community {slug[:80]!r}", "check the address")
    return slug
