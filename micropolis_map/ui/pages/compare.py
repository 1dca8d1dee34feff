"""Compare: two maps of walking times that move together, and a table of what differs."""

from __future__ import annotations

import streamlit as st
from streamlit_folium import st_folium

from micropolis_map.domain.community import Community
from micropolis_map.maps.base_map import BaseMap
from micropolis_map.maps.state_layer import StateLayer
from micropolis_map.services import opened
from micropolis_map.services.comparing import compared
from micropolis_map.services.people_groups import groups_of
from micropolis_map.ui import session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.compare_choices import Side, compare_choice, two_sides
from micropolis_map.ui.components.compare_figures import differences
from micropolis_map.ui.components.coverage_choices import (
    asked,
    minutes_choice,
    more_choices,
    profile_choice,
    set_choices,
    shown_choice,
)
from micropolis_map.ui.components.coverage_map import coverage_legend, map_side, map_state
from micropolis_map.ui.components.masthead import masthead
from micropolis_map.ui.components.not_loaded import not_loaded
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import SHOWN

FIELDS = (
    "community", "lang", "profile", "minutes", "show", "spots", "stepfree", "open", "people",
    "compare", "other",
)  # fmt: skip


def page() -> None:
    """Show the Compare page."""
    with trouble.shown():
        community = session.community()
        masthead(
            community,
            _("Compare"),
            _("Two maps that move together, and what differs. The address of this page opens the same."),
        )
        if session.communities().report(community.slug) is None:
            not_loaded(community)
        else:
            _comparing(community)
        session.write_address(FIELDS)


def _comparing(community: Community) -> None:
    view = session.view()
    set_choices(view)
    with st.container(key="covchoices", horizontal=True, gap="large"):
        what = compare_choice(view)
        if what != "profiles":
            profile_choice()
        minutes_choice()
        shown_choice()
    homes = opened.homes_of(opened.current_build(session.communities(), community.slug))
    more_choices(view, groups_of(homes))
    sides = two_sides(community, asked(view), what)
    if sides is None:
        return
    with st.spinner(_("Walking every street …"), show_time=False):
        comparison = compared(sides[0].subject, sides[1].subject)
    _maps(sides, view.show or SHOWN[0])
    differences(comparison, sides[0].title, sides[1].title)


def _maps(sides: tuple[Side, Side], shown: str) -> None:
    first = sides[0]
    drawn = [
        map_side(side.community, side.subject.result, shown, side.more) | {"title": side.title}
        for side in sides
    ]
    state = map_state(first.community, {}) | {
        "compare": drawn,
        "fromOsm": not all(side.community.fictional for side in sides),
    }
    with st.container(key="covmap"):
        st_folium(
            BaseMap(first.community.centre, first.community.zoom),
            key=f"compare-{first.community.slug}",
            height=560,
            use_container_width=True,
            returned_objects=[],
            feature_group_to_add=StateLayer(state),
        )
    coverage_legend(first.subject.result, shown)
