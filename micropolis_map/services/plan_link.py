"""Where the new places of a planner's link are: those placed by hand, else the proposed ones."""

from __future__ import annotations

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.assessing import Deps
from micropolis_map.services.siting import propose_sites
from micropolis_map.services.siting_link import MOST_NEW, Points, points_of, scenario_of_link

TIME_LIMIT_S = 5.0


def sites_of_link(deps: Deps, slug: str, link: str) -> Points:
    """Return the new places of a link to the planner of the community `slug`, or of ``lon,lat;lon,lat``.

    Raises
    ------
    InvalidInput
        It is no such link, or one of another community.
    """
    scenario = scenario_of_link(link)
    if scenario.community not in {"", slug}:
        raise InvalidInput(
            mark("the link is about {other}, not {community}"),
            mark("choose that community first"),
            other=repr(scenario.community[:40]),
            community=repr(slug),
        )
    sites = scenario.sites or points_of(link.strip(), MOST_NEW)
    if sites:
        return sites
    if not scenario.query():
        raise InvalidInput(
            mark("{text} is no link of the café planner"),
            mark("copy the planner's address"),
            text=repr(link.strip()[:60]),
        )
    plan = propose_sites(deps, slug, scenario.request(), time_limit_s=TIME_LIMIT_S).plan
    return tuple((round(site.lon, 6), round(site.lat, 6)) for site in plan.sites)
