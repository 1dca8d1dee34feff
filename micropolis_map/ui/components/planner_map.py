"""The map of the planner: who comes near, the numbered sites, tools to add one or to draw an area."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.maps.addresses import coverage_url
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.maps.walking_classes import NEWLY_NEAR, STILL_FAR
from micropolis_map.services.siting_link import MOST_CORNERS, MOST_NEW, Points, Scenario
from micropolis_map.services.siting_result import Plan
from micropolis_map.services.town_ground import build_ground
from micropolis_map.settings import below
from micropolis_map.ui import language, numbers, safe_text, session, words
from micropolis_map.ui.components.legend import legend
from micropolis_map.ui.components.map_taps import Tap, hear, taps_state
from micropolis_map.ui.components.place_map import about, about_districts, map_texts
from micropolis_map.ui.components.planner_steps import acted, add_site, current, move_site, remove_site, step
from micropolis_map.ui.language import _, ngettext

SAME_DEG = 1e-5
"""Sites nearer than this, about a metre, are the same one."""


def planner_map(community: Community, scenario: Scenario, plan: Plan, build_id: str) -> None:
    """Show the sites of `plan`; moving, adding or removing one asks for the figures of the new sites."""
    slug, key, points = community.slug, f"planmap-{community.slug}", plan.points
    version = f"{build_id}-{session.places().version()}"
    state: dict[str, Any] = {
        "lang": language.current(),
        "background": build_ground(slug, session.communities().build(slug, build_id), language.current()),
        **about(community),
        "sites": _sites(plan),
        "area": [list(corner) for corner in scenario.area],
        "gain": gain_url(slug, scenario, points, version),
        "gainColours": {"near": NEWLY_NEAR, "far": STILL_FAR},
        "tools": True,
        "most": MOST_NEW,
        "taps": taps_state(key),
        "fromOsm": not community.fictional,
        "texts": map_texts(community) | _texts(),
    }
    if scenario.districts:
        state |= about_districts(slug, build_id, scenario.districts)
    if scenario.keep:
        state["spots"] = coverage_url(slug, scenario.profile, "spots", version)

    def act(tap: Tap) -> None:
        do(tap, current().sites or points)

    def tapped() -> None:
        acted()  # even where each tap was taken before: it comes with the old values of all fields
        hear(key, st.session_state.get(key), act)

    with st.container(key="planmap"):
        told = st_folium(
            BaseMap(community.centre, community.zoom),
            key=key,
            height=560,
            use_container_width=True,
            returned_objects=["last_active_drawing"],
            feature_group_to_add=StateLayer(state),
            on_change=tapped,
        )
    if hear(key, told, act):
        st.rerun()
    dot = '<li><i class="mm-dot" style="background:{colour}"></i>{text}</li>'
    newly, still = safe_text.html(_("homes newly near")), safe_text.html(_("homes still too far"))
    legend(
        [
            dot.format(colour=NEWLY_NEAR, text=newly),
            dot.format(colour=STILL_FAR, text=still),
            *(
                ['<li><i class="mm-ring"></i>' + safe_text.html(_("meeting place")) + "</li>"]
                if scenario.keep
                else []
            ),
        ]
    )


def _sites(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "number": n,
            "lon": site.lon,
            "lat": site.lat,
            "label": f"{n} · {gain_words(site.gained_population)}",
        }
        for n, site in enumerate(plan.sites, start=1)
    ]


def gain_url(slug: str, scenario: Scenario, points: Points, version: str) -> str:
    """Return the address of the homes that the sites bring near, and of those still too far."""
    asked = replace(scenario, community="", sites=points).query()
    kept = {name: asked[name] for name in ("profile", "within", "keep", "sites") if name in asked}
    return below(f"/data/{quote(slug, safe='')}/siting/homes.json?{urlencode(kept | {'v': version})}")


def gain_words(people: float) -> str:
    """Return how many people a site adds, in words."""
    whole = round(people)
    return ngettext("{n} person more", "{n} people more", whole).format(n=numbers.count(whole))


def do(tap: Tap, points: Points) -> None:
    """Do one thing that happened on the map to the sites at `points`; it can be undone like any other step.

    What makes no sense is left alone. A site is named by where it was: meanwhile it may have another number,
    or be gone.
    """
    if tap.kind == "area":
        corners = read_area(tap.facts.get("corners"))
        if corners:
            step(area=corners, sites=())
        return
    at, number = read_point(tap.facts.get("at")), number_of(read_point(tap.facts.get("from")), points)
    if tap.kind == "add" and at is not None and not number_of(at, points):
        add_site(points, at)
    elif tap.kind == "move" and at is not None and number:
        move_site(points, number, at)
    elif tap.kind == "remove" and number:
        remove_site(points, number)


def number_of(at: tuple[float, float] | None, points: Points) -> int:
    """Return the number, from 1 on, of the site that lies at `at`; 0 where none does."""
    found = (
        number
        for number, (lon, lat) in enumerate(points, start=1)
        if at is not None and abs(lon - at[0]) < SAME_DEG and abs(lat - at[1]) < SAME_DEG
    )
    return next(found, 0)


def read_area(corners: Any) -> Points:
    """Return the corners of an area as the map tells them; none where one of them makes no sense."""
    if not isinstance(corners, list) or not 3 <= len(corners) <= MOST_CORNERS:
        return ()
    points = [read_point(corner) for corner in corners]
    known = tuple((round(at[0], 5), round(at[1], 5)) for at in points if at is not None)
    return known if len(known) == len(points) else ()


def read_point(found: Any) -> tuple[float, float] | None:
    """Return ``(lon, lat)`` as the map tells it; None for anything else."""
    if not isinstance(found, Mapping):
        return None
    lon, lat = found.get("lon"), found.get("lat")
    if isinstance(lon, bool) or not all(isinstance(v, int | float) and math.isfinite(v) for v in (lon, lat)):
        return None
    if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
        return None
    return round(float(lon), 6), round(float(lat), 6)


def _texts() -> dict[str, Any]:
    return {
        "map": _("Map of the proposed places; the list beside it has the same figures"),
        "failed": _("The walking times could not be loaded. Reload the page, please."),
        "whats": {name: words.activity(name) for name in words.ACTIVITIES},
        "spotCluster": _("meeting places: {n}"),
        "add": _("Add a place"),
        "draw": _("Draw the area where new places may be"),
        "addHint": _("Tap where a new place could be. Enter takes the middle of the map."),
        "drawHint": _("Tap the corners of the area, at the end the first one again."),
        "keys": _("Move it with the arrow keys; Delete takes it away."),
    }
