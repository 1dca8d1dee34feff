"""The map of the planner: streets by walking time, and the numbered sites, which can be dragged."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.maps.addresses import background_urls, coverage_url
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.maps.walking_classes import walking_classes
from micropolis_map.services.siting_result import Plan, SitingResult
from micropolis_map.ui import language, numbers, session, words
from micropolis_map.ui.components.place_map import map_texts
from micropolis_map.ui.language import _, ngettext

MOVE = "mm_last_move"
PAST = "mm_sites_past"


def planner_map(community: Community, result: SitingResult, plan: Plan) -> None:
    """Show the sites of `plan`; dragging one asks for the figures of the moved sites."""
    slug, key, request = community.slug, f"planmap-{community.slug}", result.request
    version = f"{result.build_id}-{session.places().version()}"
    points = tuple((site.lon, site.lat) for site in plan.sites)
    state: dict[str, Any] = {
        "lang": language.current(),
        "island": community.fictional,
        "background": background_urls(slug, result.build_id),
        "sites": [
            {
                "number": n,
                "lon": site.lon,
                "lat": site.lat,
                "label": f"{n} · {gain_words(site.gained_population)}",
            }
            for n, site in enumerate(plan.sites, start=1)
        ],
        "classes": [walking.for_script() for walking in walking_classes((request.minutes,))],
        "fromOsm": not community.fictional,
        "texts": map_texts(community)
        | {
            "map": _("Map of the proposed places; the list beside it has the same figures"),
            "failed": _("The walking times could not be loaded. Reload the page, please."),
            "whats": {name: words.activity(name) for name in words.ACTIVITIES},
        },
    }
    if request.keep_existing:
        state["spots"] = coverage_url(slug, request.profile, "spots", version)
    with st.container(key="planmap"):
        st_folium(
            BaseMap(community.centre, community.zoom),
            key=key,
            height=560,
            use_container_width=True,
            returned_objects=["last_active_drawing"],
            feature_group_to_add=StateLayer(state),
            on_change=lambda: moved(st.session_state.get(key), points),
        )


def gain_words(people: float) -> str:
    """Return how many people a site adds, in words."""
    whole = round(people)
    return ngettext("{n} person more", "{n} people more", whole).format(n=numbers.count(whole))


def moved(payload: Any, points: tuple[tuple[float, float], ...]) -> None:
    """Move the site that the map's `payload` names, once for each drag; the step can be undone."""
    number, move, at = read_move(payload)
    if not 1 <= number <= len(points) or st.session_state.get(MOVE) == (number, move, at):
        return
    st.session_state[MOVE] = (number, move, at)
    st.session_state.setdefault(PAST, []).append(session.view().sites)
    session.change(sites=(*points[: number - 1], at, *points[number:]))


def read_move(payload: Any) -> tuple[int, int, tuple[float, float]]:
    """Return the site's number, the number of the drag, and where to; ``(0, 0, (0, 0))`` without one."""
    nothing = (0, 0, (0.0, 0.0))
    drawing = payload.get("last_active_drawing") if isinstance(payload, Mapping) else None
    if not isinstance(drawing, Mapping) or not isinstance(drawing.get("properties"), Mapping):
        return nothing
    name, found = str(drawing.get("id")), drawing["properties"]
    move, lon, lat = found.get("move"), found.get("lon"), found.get("lat")
    if not (name.startswith("site-") and name[5:].isascii() and name[5:].isdigit() and isinstance(move, int)):
        return nothing
    if not all(isinstance(v, int | float) and math.isfinite(v) for v in (lon, lat)):
        return nothing
    if abs(lon) > 180 or abs(lat) > 90:
        return nothing
    return int(name[5:]), move, (round(float(lon), 6), round(float(lat), 6))
