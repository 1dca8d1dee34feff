"""The map of the Explore page: draws the view, and tells which place was clicked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.maps.addresses import places_url, version_url
from micropolis_map.maps.background import background
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.shapes import shapes_for_script
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.services.town_map import tiles_frame
from micropolis_map.ui import language, session, words
from micropolis_map.ui.components.map_taps import Tap, hear, taps_state
from micropolis_map.ui.components.still_true import since
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import ViewState

LOOK_EVERY_S = 3
"""How often an open page looks whether a place changed; it is promised to show it within 5 s."""


def place_map(community: Community, view: ViewState, faded: Mapping[str, str]) -> None:
    """Show the community's map with the places of the view; a click opens the place's story.

    Parameters
    ----------
    faded
        By id, since when nobody has confirmed the places that are faded (ISO 8601).
    """
    slug = community.slug
    report = session.communities().report(slug)
    key, version = f"map-{slug}", session.places().version()
    state = {
        "lang": language.current(),
        "background": ground(slug),
        "places": places_url(slug, view.wanted, version),
        "fresh": {"url": version_url(slug), "version": version, "every_s": LOOK_EVERY_S},
        "faded": {place: since(moment) for place, moment in faded.items()},
        "chosen": view.place or None,
        "taps": taps_state(key),
        "fromOsm": bool(report) and not community.fictional,
        "shapes": shapes_for_script(),
        "texts": map_texts(community),
    }
    with st.container(key="map"):
        told = st_folium(
            BaseMap(community.centre, community.zoom),
            key=key,
            height=620,
            use_container_width=True,
            returned_objects=["last_active_drawing"],
            feature_group_to_add=StateLayer(state),
            on_change=lambda: hear(key, st.session_state.get(key), _open),
        )
    if hear(key, told, _open):
        st.rerun()


def _open(tap: Tap) -> None:
    """Open the place that was tapped; where places changed meanwhile, drawing the page anew is all."""
    if tap.place:
        session.change(place=tap.place)


def ground(slug: str, build_id: str = "") -> dict[str, Any]:
    """Return what the map's ground is drawn from: the build named, else the current one."""
    store = session.communities()
    build = store.build(slug, build_id) if build_id else store.current_build(slug)
    name = "" if build is None else build.name
    return background(slug, name, tiles_frame(build), language.current())


def map_texts(community: Community) -> dict[str, Any]:
    """Return the texts that the map's script shows."""
    credit = _("An invented town; its map is drawn from our own data") if community.fictional else ""
    return {
        "map": _("Map of the places; the same places are in the list beside it"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "background": _("Background"),
        "tiles": _("OpenStreetMap tiles"),
        "tilesNote": _("Pictures then come from openstreetmap.org, which sees your internet address."),
        "cluster": _("{n} places close together; zoom in"),
        "failed": _("The places could not be loaded. Reload the page, please."),
        "credit": credit,
        "kinds": {name: words.kind(name) for name in words.KINDS},
        "themes": {
            "head": _("Colours"),
            "auto": _("As my device"),
            "light": _("Light"),
            "dark": _("Dark"),
            "contrast": _("High contrast"),
        },
    }
