"""The map of the Explore page: draws the view, and tells which place was clicked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Place
from micropolis_map.maps.addresses import places_url, version_url
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.shapes import shapes_for_script
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.maps.whereabouts_texts import WHEREABOUTS
from micropolis_map.services.opened import Build
from micropolis_map.services.sketched_map import sketch_told
from micropolis_map.services.town_ground import town_ground
from micropolis_map.services.whereabouts import frame_of, frame_of_districts, whereabouts
from micropolis_map.ui import language, session, words
from micropolis_map.ui.components.known_places import known_state
from micropolis_map.ui.components.map_taps import Tap, hear, taps_state
from micropolis_map.ui.components.still_true import since
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import ViewState

LOOK_EVERY_S = 3
"""How often an open page looks whether a place changed; it is promised to show it within 5 s."""


def place_map(
    community: Community, view: ViewState, faded: Mapping[str, str], chosen: Place | None = None
) -> None:
    """Show the community's map with the places of the view; a click opens the place's story.

    Parameters
    ----------
    faded
        By id, since when nobody has confirmed the places that are faded (ISO 8601).
    chosen
        The place whose story is open: a map that is new on the page opens at it.
    """
    slug = community.slug
    report = session.communities().report(slug)
    key, version = f"map-{slug}", session.places().version()
    state = {
        "lang": language.current(),
        "background": town_ground(session.communities(), slug, language.current()),
        **about(community),
        "at": frame_of([chosen.geometry]) if chosen is not None else [],
        "places": places_url(slug, view.wanted, version),
        "fresh": {"url": version_url(slug), "version": version, "every_s": LOOK_EVERY_S},
        "faded": {place: since(moment) for place, moment in faded.items()},
        "known": known_state(community, view),
        "chosen": view.place or None,
        "taps": taps_state(key),
        "fromOsm": bool(report) and not community.fictional,
        "shapes": shapes_for_script(),
        "texts": map_texts(community),
    } | sketch_told(session.communities(), slug, language.current())
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


def about(community: Community) -> dict[str, Any]:
    """Return what a map of the community opens on, and what its button "Whole town" shows."""
    return whereabouts(session.communities(), community).state()


def about_districts(slug: str, build_id: str, names: Iterable[str]) -> dict[str, Any]:
    """Return what a map opens on that is about these districts of a build; nothing where there are none."""
    folder = session.communities().build(slug, build_id)
    bounds = frame_of_districts(Build(slug, folder), names) if folder is not None else []
    return {"bounds": bounds} if bounds else {}


def _open(tap: Tap) -> None:
    """Open the place that was tapped; where places changed meanwhile, drawing the page anew is all."""
    if tap.place:
        session.change(place=tap.place)


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
        **{name: _(text) for name, text in WHEREABOUTS.items()},
        "kinds": {name: words.kind(name) for name in words.KINDS},
    }
