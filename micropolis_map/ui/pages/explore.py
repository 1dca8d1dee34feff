"""Explore: the community's places on a map, in a list, and their stories."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_filter import filtered
from micropolis_map.errors import NotFound
from micropolis_map.services.public_place import is_public
from micropolis_map.ui import session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.first_steps import first_steps
from micropolis_map.ui.components.known_places import known_list, known_toggle
from micropolis_map.ui.components.legend import place_legend
from micropolis_map.ui.components.masthead import masthead
from micropolis_map.ui.components.not_loaded import not_yet
from micropolis_map.ui.components.pin_links import follow_link, pin_button
from micropolis_map.ui.components.place_filters import place_filters
from micropolis_map.ui.components.place_list import place_list
from micropolis_map.ui.components.place_map import place_map
from micropolis_map.ui.components.still_true import faded
from micropolis_map.ui.components.story_panel import story_panel
from micropolis_map.ui.components.time_slider import time_slider
from micropolis_map.ui.language import _

FIELDS = ("community", "place", "lang", "kind", "theme", "activity", "q", "years")


def page() -> None:
    """Show the Explore page."""
    with trouble.shown():
        chosen = _chosen_place()
        community = session.community()
        view = session.view()
        places = session.places().places(community.slug)
        old = faded(community.slug)
        masthead(community)
        session.write_address(FIELDS)
        first_steps()
        left, right = st.columns([1.9, 1], gap="medium")
        with left:
            place_map(community, view, old, chosen)
            not_yet(community)
            time_slider(view, community.slug, places)
            place_legend(
                help_points=any(place.activity == "help_point" for place in places),
                approximate=any(district.approximate for district in community.districts),
                outlines=any(not str(place.geometry["type"]).endswith("Point") for place in places),
                faded=bool(old),
            )
            known_toggle(community, view)
        with right, st.container(key="side"):
            pin_button(community.slug)
            if view.place and chosen is None:
                st.info(_("This place is not on the map, or not any more. Here are the places that are."))
            if chosen is not None:
                story_panel(chosen, view, community.languages)
            else:
                place_filters(view, places)
                place_list(view, filtered(places, view.wanted), len(places), community.languages, old)
                known_list(community, view, unfolded=not places)
                follow_link(community.slug)


def _chosen_place() -> Place | None:
    view = session.view()
    if not view.place:
        return None
    try:
        place = session.places().get(view.place)
    except NotFound:
        return None
    if not is_public(place):
        return None
    if place.community != view.community:
        st.session_state[session.VIEW] = replace(view, community=place.community)
    return place
