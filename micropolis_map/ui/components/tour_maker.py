"""Make a walk: choose places, and see at once the best order, the line and what it asks of the legs."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.errors import MicropolisError
from micropolis_map.services.touring import TourRequest, plan_tour
from micropolis_map.services.touring_stops import stops_of_ids
from micropolis_map.services.touring_suggestion import Wish, suggest_tour
from micropolis_map.ui import language, session, words
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.place_list import name_of
from micropolis_map.ui.components.tour_panel import file_address, tour_panel
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import MAX_STOPS, PROFILES, ViewState

MINUTES = (30, 60, 90, 120)


def tour_maker(community: Community, view: ViewState) -> str:
    """Let the visitor make a walk; return the address of its line, empty before there is one."""
    slug = community.slug
    _suggestion(slug, view)
    names = {place.id: name_of(place, community.languages) for place in session.places().places(slug)}
    st.session_state["w_stops"] = [stop for stop in view.stops if stop in names]
    st.multiselect(
        _("Places to walk to"),
        sorted(names, key=lambda place: names[place].casefold()),
        format_func=lambda place: names[place],
        key="w_stops",
        max_selections=MAX_STOPS,
        placeholder=_("Choose two or more"),
        on_change=lambda: session.change(stops=tuple(st.session_state["w_stops"])),
    )
    left, right = st.columns(2)
    profile = view.profile or "adult"
    st.session_state["w_tour_profile"] = profile
    left.selectbox(
        _("Who walks"),
        list(PROFILES),
        format_func=words.profile,
        key="w_tour_profile",
        on_change=lambda: session.change(profile=st.session_state["w_tour_profile"]),
    )
    loop = right.checkbox(_("Return to the start"), key="w_tour_loop")
    first = right.checkbox(_("Begin with the first one I chose"), key="w_tour_first")
    chosen = tuple(stop for stop in view.stops if stop in names)
    if len(chosen) < 2:
        st.caption(_("The order that takes the least time is found for you."))
        return ""
    stops = stops_of_ids(session.places(), slug, chosen)
    request = TourRequest(
        stops, loop=loop, profile=profile, first=chosen[0] if first else "", lang=language.current()
    )
    plan = plan_tour(session.application(), slug, request)
    query = {"stops": ",".join(chosen), "profile": profile}
    query |= {name: "1" for name, on in (("loop", loop), ("first", first)) if on}
    root = f"/data/{slug}/tour"
    with_twin = tour_panel(plan, root, query)
    return file_address(root, "geojson", query | ({"step_free": "1"} if with_twin else {}))


def _suggestion(slug: str, view: ViewState) -> None:
    with st.expander(_("Suggest one to me")):
        minutes = st.segmented_control(
            _("Minutes I have"), list(MINUTES), default=MINUTES[1], key="w_suggest_minutes"
        )
        themes = sorted({theme for place in session.places().places(slug) for theme in place.themes})
        theme = st.selectbox(
            _("Theme"),
            ["", *themes],
            format_func=lambda name: words.theme(name) if name else _("All themes"),
            key="w_suggest_theme",
        )
        st.caption(
            _("The walk with the most places and stories within this time is chosen, five minutes a place.")
        )
        wish = Wish(float(minutes or MINUTES[1]), view.profile or "adult", theme or "")
        st.button(_("Suggest"), key="w_suggest", on_click=_take, args=(slug, wish))


def _take(slug: str, wish: Wish) -> None:
    try:
        found = suggest_tour(session.application(), slug, wish)
    except MicropolisError as error:
        trouble.show(error)
        return
    session.change(stops=tuple(stop.id for stop in found.stops)[:MAX_STOPS])
