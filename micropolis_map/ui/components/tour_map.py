"""The map of a walk: its line, its stops, what is on the way; for one being made also the pins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.domain.place_filter import PlaceFilter
from micropolis_map.maps.addresses import background_urls, places_url
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.shapes import shapes_for_script
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.ui import language, session
from micropolis_map.ui.components.place_map import map_texts
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import MAX_STOPS

CLICK = "mm_last_pick"
LONGEST_ID = 128


@dataclass(frozen=True)
class Shown:
    """What the map shows.

    Attributes
    ----------
    url
        Of the walk's GeoJSON; empty: the community as it is.
    picking
        Whether a tap on a place takes it into the walk, or out.
    picks
        Ids of the places that are in, in the order of walking.
    """

    url: str = ""
    picking: bool = False
    picks: tuple[str, ...] = ()


def tour_map(community: Community, shown: Shown, name: str = "tourmap") -> None:
    """Show the walk; while one is made, the places that can be in it."""
    slug = community.slug
    report = session.communities().report(slug)
    build = report.build_id if report else ""
    outlines = {"outlines": background_urls(slug, "")["outlines"]}
    state: dict[str, Any] = {
        "lang": language.current(),
        "island": community.fictional,
        "background": background_urls(slug, build) if report else outlines,
        "tour": shown.url,
        "fromOsm": bool(report) and not community.fictional,
        "texts": map_texts(community) | _texts(),
    }
    key = f"{name}-{slug}"
    if shown.picking:
        key = f"pickmap-{slug}"
        state |= {
            "picking": True,
            "picks": list(shown.picks),
            "click": int(st.session_state.get(CLICK, 0)),
            "firstClick": int(st.session_state.get(CLICK, 0)),
            "most": MAX_STOPS,
            "keepView": len(shown.picks) > 1 and not st.session_state.get(CLICK),
            "places": places_url(slug, PlaceFilter(), session.places().version()),
            "shapes": shapes_for_script(),
        }
    with st.container(key="tourmap"):
        st_folium(
            BaseMap(community.centre, community.zoom),
            key=key,
            height=600,
            use_container_width=True,
            returned_objects=["last_active_drawing"] if shown.picking else [],
            feature_group_to_add=StateLayer(state),
            on_change=(lambda: picked(st.session_state.get(key))) if shown.picking else None,
        )


def picked(payload: Any) -> None:
    """Take the list of places the map's `payload` brings, once for each tap."""
    stops, click = read_picks(payload)
    if click > int(st.session_state.get(CLICK, 0)):
        st.session_state[CLICK] = click
        session.change(stops=stops)


def read_picks(payload: Any) -> tuple[tuple[str, ...], int]:
    """Return the ids of the places in the walk and the number of the tap; ``((), 0)`` without one."""
    drawing = payload.get("last_active_drawing") if isinstance(payload, Mapping) else None
    if not isinstance(drawing, Mapping) or drawing.get("id") != "picks":
        return (), 0
    properties = drawing.get("properties")
    found = properties if isinstance(properties, Mapping) else {}
    stops, click = found.get("stops"), found.get("click")
    if not isinstance(stops, list) or isinstance(click, bool) or not isinstance(click, int):
        return (), 0
    ids = (stop for stop in stops if isinstance(stop, str) and 0 < len(stop) <= LONGEST_ID)
    return tuple(dict.fromkeys(ids))[:MAX_STOPS], click


def _texts() -> dict[str, Any]:
    return {
        "map": _("Map of the walk; its stops and directions are beside it"),
        "failed": _("The walk could not be loaded. Reload the page, please."),
        "takeOut": _("{name}, in the walk; take it out"),
        "most": _("More than {n} places are too many for one walk.").format(n=MAX_STOPS),
        "comforts": {"bench": _("Bench"), "toilets": _("Toilet"), "drinking_water": _("Drinking water")},
    }
