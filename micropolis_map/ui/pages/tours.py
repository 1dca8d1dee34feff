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
from micropolis_map.settings import below
from micropolis_map.ui import language, numbers, safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.guided_walks import upcoming_walks
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.components.tour_facts import tour_facts
from micropolis_map.ui.components.tour_maker import tour_maker
from micropolis_map.ui.components.tour_map import MADE, Shown, WalkShown, tour_map
from micropolis_map.ui.components.tour_panel import (
    file_address,
    poster_links,
    tour_files,
    tour_twin,
    walk_button,
    way_in_words,
)
from micropolis_map.ui.components.tour_stops import tour_stops
from micropolis_map.ui.components.walk_picture import walk_picture
from micropolis_map.ui.language import _, ngettext

FIELDS = (
    "community", "lang", "tour", "stops", "profile",
    "order", "first", "last", "loop", "visit", "when", "edit",
)  # fmt: skip
CHOICE, READY, OWN = "w_tours", "ready", "own"


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
        left, right = st.columns([1.6, 1], gap="medium")
        with right, st.container(key="side"):
            shown = _tour(chosen) if chosen is not None else _choice(community)
        session.write_address(FIELDS)
        with left:
            tour_map(community, shown)


def _chosen(tour_id: str) -> Tour | None:
    tours = session.application().tour_store.tours() if tour_id else ()
    return next((tour for tour in tours if tour.id == tour_id), None)


def _choice(community: Community) -> Shown:
    labels = {READY: _("Ready to walk"), OWN: _("Make your own")}
    made = st.session_state.pop(MADE, False)
    if made or CHOICE not in st.session_state:
        st.session_state[CHOICE] = OWN if made or session.view().stops else READY
    kind = st.segmented_control(
        _("Walks"),
        list(labels),
        format_func=labels.__getitem__,
        key=CHOICE,
        label_visibility="collapsed",
        width="stretch",
    )
    if kind == OWN:
        return _own(community)
    tours = session.application().tour_store.tours(community.slug)
    if not tours:
        st.markdown(_("Nobody has made a walk here yet. Choose the places and make the first one."))
    with st.container(key="walks"):
        for number, tour in enumerate(tours, start=1):
            _row(tour, number)
    upcoming_walks(community)
    return Shown(walks=tuple(_overview(tour, number) for number, tour in enumerate(tours, start=1)))


def _overview(tour: Tour, number: int) -> WalkShown:
    url = file_address(below(f"/tours/{tour.id}"), "geojson", {})
    return WalkShown(tour.id, tour_name(tour, language.current()), url, number)


def _own(community: Community) -> Shown:
    try:
        return tour_maker(community, session.view())
    except MicropolisError as error:
        trouble.show(error)
        return Shown(picking=True, picks=session.view().stops)


def _row(tour: Tour, number: int) -> None:
    name = safe_text.label(tour_name(tour, language.current()))
    with trouble.shown():
        plan = _plan(tour)
        figures = safe_text.label(_figures(plan))
        with st.container(key=f"walk-{tour.id}"):
            st.html(walk_picture(plan, number))
            st.button(
                f"**{name}**  \n{figures}",
                key=f"w_tour_{tour.id}",
                type="tertiary",
                width="stretch",
                on_click=session.change,
                kwargs={"tour": tour.id},
            )


def _figures(plan: TourPlan) -> str:
    minutes = round((plan.walking_s + plan.visit_s) / 60)
    parts = [
        _("{n} min").format(n=minutes),
        _("{n} km").format(n=numbers.decimal(plan.length_m / 1000)),
        ngettext("{n} stop", "{n} stops", len(plan.stops)).format(n=len(plan.stops)),
    ]
    if plan.step_free:
        parts.append(_("no steps"))
    elif plan.twin is not None and plan.twin.plan is not None:
        parts.append(_("steps, and a way without"))
    elif plan.steps:
        parts.append(_("with steps"))
    return " · ".join(parts)


def _plan(tour: Tour) -> TourPlan:
    return published_tour(session.application(), tour.id, language.current())


def _tour(tour: Tour) -> Shown:
    st.button(
        _("All walks"),
        icon=":material/arrow_back:",
        key="w_all_tours",
        on_click=session.change,
        kwargs={"tour": ""},
    )
    st.html(safe_text.heading(2, tour_name(tour, language.current())))
    walk_button(tour)
    about = pick(tour.about, language.current(), ("en", *tour.languages))[0]
    if about:
        st.html(f'<div class="mm-text">{safe_text.paragraphs(about)}</div>')
    plan = _plan(tour)
    upcoming_walks(session.community(), tour.id)
    tour_facts(plan, None)
    with_twin = tour_twin(plan)
    tour_stops(plan)
    way_in_words(plan)
    root = below(f"/tours/{tour.id}")
    tour_files(root, {})
    poster_links(tour)
    return Shown(file_address(f"{root}.step-free" if with_twin else root, "geojson", {"marks": "1"}))
