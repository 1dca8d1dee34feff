"""Walks: the community's tours, and a tour of one's own."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from micropolis_map.domain.community import Community
from micropolis_map.domain.text import pick
from micropolis_map.domain.tour import Tour
from micropolis_map.errors import MicropolisError
from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_published import published_tour, tour_name
from micropolis_map.services.touring_words import figures_words
from micropolis_map.ui import language, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.components.tour_maker import tour_maker
from micropolis_map.ui.components.tour_map import tour_map
from micropolis_map.ui.components.tour_panel import file_address, tour_panel
from micropolis_map.ui.language import _

FIELDS = ("community", "lang", "tour", "stops", "profile")
READY, OWN = "ready", "own"


def page() -> None:
    """Show the Walks page."""
    with trouble.shown():
        view = session.view()
        chosen = _chosen(view.tour)
        if chosen is not None and chosen.community != view.community:
            st.session_state[session.VIEW] = replace(view, community=chosen.community)
        community = session.community()
        masthead(
            community,
            _("Walks in {name}").format(name=community_name(community)),
            _("Each with its length, its steps and a way without them. Or make one of your own."),
        )
        left, right = st.columns([1.7, 1], gap="medium")
        with right, st.container(key="side"):
            url = _tour(chosen) if chosen is not None else _choice(community)
        with left:
            tour_map(community, url)
        session.write_address(FIELDS)


def _chosen(tour_id: str) -> Tour | None:
    tours = session.application().tour_store.tours()
    return next((tour for tour in tours if tour.id == tour_id), None)


def _choice(community: Community) -> str:
    labels = {READY: _("Ready to walk"), OWN: _("Make your own")}
    st.session_state.setdefault("w_tours", OWN if session.view().stops else READY)
    kind = st.segmented_control(
        _("Walks"),
        list(labels),
        format_func=lambda name: labels[name],
        key="w_tours",
        label_visibility="collapsed",
    )
    if kind == OWN:
        return _own(community)
    tours = session.application().tour_store.tours(community.slug)
    if not tours:
        st.markdown(_("Nobody has made a walk here yet. Choose the places and make the first one."))
    for tour in tours:
        _row(tour)
    return ""


def _own(community: Community) -> str:
    try:
        return tour_maker(community, session.view())
    except MicropolisError as error:
        trouble.show(error)
        return ""


def _row(tour: Tour) -> None:
    name = safe_text.label(tour_name(tour, language.current()))
    with trouble.shown():
        figures = figures_words(_plan(tour), language.current())
        with st.container(key=f"walk-{tour.id}"):
            st.button(
                f"**{name}**  \n{safe_text.label(figures)}",
                key=f"w_tour_{tour.id}",
                type="tertiary",
                width="stretch",
                on_click=session.change,
                kwargs={"tour": tour.id},
            )


def _plan(tour: Tour) -> TourPlan:
    return published_tour(session.application(), tour.id, language.current())


def _tour(tour: Tour) -> str:
    st.button(
        _("All walks"),
        icon=":material/arrow_back:",
        key="w_all_tours",
        on_click=session.change,
        kwargs={"tour": ""},
    )
    st.subheader(safe_text.label(tour_name(tour, language.current())), anchor=False)
    about = pick(tour.about, language.current(), tour.languages)[0]
    st.markdown(safe_text.label(about))
    root = f"/tours/{tour.id}"
    with_twin = tour_panel(_plan(tour), root, {})
    return file_address(f"{root}.step-free" if with_twin else root, "geojson", {})
