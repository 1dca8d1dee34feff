"""A map of places that are not public yet: they travel inside the page, for no address may give them out."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Sequence

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import place_to_feature
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.shapes import shapes_for_script
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.ui import language, session
from micropolis_map.ui.components.map_taps import Tap, hear, taps_state
from micropolis_map.ui.components.place_map import ground, map_texts

MOST = 500
"""Places drawn at once; a preview of more shows the first of them."""


def places_inside(places: Sequence[tuple[str, Place]]) -> str:
    """Return an address that holds the places itself, each under the id given with it."""
    features = [place_to_feature(place) | {"id": name} for name, place in places[:MOST]]
    for feature in features:
        feature["properties"] = {key: feature["properties"][key] for key in ("kind", "name", "activity")}
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return f"data:application/geo+json;base64,{b64encode(text.encode()).decode()}"


def hidden_map(
    key: str,
    community: Community,
    places: Sequence[tuple[str, Place]],
    chosen: str | None,
    on_choice: Callable[[str], None],
) -> None:
    """Show the places with `chosen` in front; `on_choice` is told the id of one that is clicked."""
    report = session.communities().report(community.slug)
    widget = f"{key}-{community.slug}"
    state = {
        "lang": language.current(),
        "background": ground(community.slug),
        "places": places_inside(places),
        "chosen": chosen,
        "taps": taps_state(widget),
        "fromOsm": bool(report) and not community.fictional,
        "shapes": shapes_for_script(),
        "texts": map_texts(community),
    }

    def choose(tap: Tap) -> None:
        if tap.place:
            on_choice(tap.place)

    with st.container(key="deskmap"):
        told = st_folium(
            BaseMap(community.centre, community.zoom),
            key=widget,
            height=360,
            use_container_width=True,
            returned_objects=["last_active_drawing"],
            feature_group_to_add=StateLayer(state),
            on_change=lambda: hear(widget, st.session_state.get(widget), choose),
        )
    if hear(widget, told, choose):
        st.rerun()
