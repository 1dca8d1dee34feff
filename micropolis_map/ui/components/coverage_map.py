"""The map of walking times."""

from __future__ import annotations

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.maps.addresses import background_urls, coverage_url
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.maps.walking_classes import WalkingClass, walking_classes
from micropolis_map.services.coverage_result import CoverageResult
from micropolis_map.ui import language, safe_text, session, words
from micropolis_map.ui.components.legend import legend
from micropolis_map.ui.components.place_map import map_texts
from micropolis_map.ui.language import _

UNDER = ("green", "water", "waterways", "buildings", "railways")


def coverage_map(community: Community, result: CoverageResult, shown: str) -> None:
    """Show what is `shown` coloured by the walking time to the nearest meeting place, with a legend."""
    classes = walking_classes(result.request.minutes)
    slug, build = community.slug, result.build_id
    version = f"{build}-{session.places().version()}"
    state = {
        "lang": language.current(),
        "island": community.fictional,
        "background": background_urls(slug, build, UNDER),
        "coverage": coverage_url(slug, result.request.profile, shown, version),
        "spots": coverage_url(slug, result.request.profile, "spots", version),
        "classes": [walking.for_script() for walking in classes],
        "fromOsm": not community.fictional,
        "texts": map_texts(community)
        | {
            "map": _("Map of walking times; the table below has the same figures by district"),
            "failed": _("The walking times could not be loaded. Reload the page, please."),
            "whats": {name: words.activity(name) for name in words.ACTIVITIES},
        },
    }
    with st.container(key="covmap"):
        st_folium(
            BaseMap(community.centre, community.zoom),
            key=f"covmap-{slug}",
            height=560,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=StateLayer(state),
        )
    swatch = '<i class="mm-swatch" style="background:{colour}"></i>'
    items = [
        f"<li>{swatch.format(colour=walking.colour)}{safe_text.html(class_words(walking))}</li>"
        for walking in classes
    ]
    legend([*items, '<li><i class="mm-ring"></i>' + safe_text.html(_("meeting place")) + "</li>"])


def class_words(walking: WalkingClass) -> str:
    """Return the words for a class of walking time."""
    if walking.up_to is not None and walking.over is None:
        return _("up to {n} min").format(n=f"{walking.up_to:g}")
    if walking.up_to is not None:
        return _("{a}–{b} min").format(a=f"{walking.over:g}", b=f"{walking.up_to:g}")
    if walking.over is not None:
        return _("over {n} min").format(n=f"{walking.over:g}")
    return _("cannot be reached")
