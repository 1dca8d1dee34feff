"""Where the new places of a planner's link are: those placed by hand, else the proposed ones."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from micropolis_map.errors import InvalidInput
from micropolis_map.services.assessing import Deps
from micropolis_map.services.siting import propose_sites
from micropolis_map.services.siting_result import SitingRequest

MOST = 10
TIME_LIMIT_S = 5.0
GOALS = ("coverage", "p-median", "equity")
Points = tuple[tuple[float, float], ...]


def points_of(text: str) -> Points:
    """Return the ``lon,lat;lon,lat`` of `text`, at most `MOST`; what makes no sense is left out.

    Examples
    --------
    >>> points_of("17.2,55.7;x")
    ((17.2, 55.7),)
    """
    found = []
    for part in text.split(";"):
        numbers = re.fullmatch(r"\s*(-?\d{1,3}(?:\.\d{1,9})?),(-?\d{1,2}(?:\.\d{1,9})?)\s*", part, re.ASCII)
        if numbers and abs(float(numbers[1])) <= 180 and abs(float(numbers[2])) <= 90:
            found.append((round(float(numbers[1]), 6), round(float(numbers[2]), 6)))
    return tuple(found[:MOST])


def points_text(points: Points) -> str:
    """Return points as `points_of` reads them."""
    return ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in points)


def sites_of_link(deps: Deps, slug: str, link: str) -> Points:
    """Return the new places of a link to the planner of the community `slug`.

    Raises
    ------
    InvalidInput
        It is no such link, or one of another community.
    """
    text = link.strip()
    query = dict(parse_qsl(urlsplit(text).query or text.lstrip("?")))
    if query.get("community", slug) != slug:
        raise InvalidInput(
            f"the link is about {query['community'][:40]!r}, not {slug!r}", "choose that community first"
        )
    sites = points_of(query.get("sites", text))
    if sites:
        return sites
    if not {"new", "within", "goal", "community"} & set(query):
        raise InvalidInput(f"{text[:60]!r} is no link of the café planner", "copy the planner's address")
    number, minutes = query.get("new", "2"), query.get("within", "10")
    if not (number.isdecimal() and 1 <= int(number) <= MOST and minutes.isdecimal()):
        raise InvalidInput(f"{text[:60]!r} is no link of the café planner", "copy the planner's address")
    request = SitingRequest(
        new=int(number),
        minutes=float(minutes),
        profile=query.get("profile", "adult"),
        objective=query.get("goal", GOALS[0]),
    )
    plan = propose_sites(deps, slug, request, time_limit_s=TIME_LIMIT_S).plan
    return tuple((round(site.lon, 6), round(site.lat, 6)) for site in plan.sites)
