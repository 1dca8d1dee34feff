"""The map of a walk: the line along the streets and the stops in their order."""

from __future__ import annotations

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.maps.addresses import background_urls
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.ui import language, session
from micropolis_map.ui.components.place_map import map_texts
from micropolis_map.ui.language import _


def tour_map(community: Community, url: str) -> None:
    """Show the walk whose GeoJSON is at `url`; without one the community as it is."""
    slug = community.slug
    report = session.communities().report(slug)
    build = report.build_id if report else ""
    outlines = {"outlines": background_urls(slug, "")["outlines"]}
    state = {
        "lang": language.current(),
        "island": community.fictional,
        "background": background_urls(slug, build) if report else outlines,
        "tour": url,
        "fromOsm": bool(report) and not community.fictional,
        "texts": map_texts(community)
        | {
            "map": _("Map of the walk; its stops and directions are beside it"),
            "failed": _("The walk could not be loaded. Reload the page, please."),
        },
    }
    with st.container(key="tourmap"):
        st_folium(
            BaseMap(community.centre, community.zoom),
            key=f"tourmap-{slug}",
            height=600,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=StateLayer(state),
        )
