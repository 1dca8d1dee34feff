"""How many new meeting places, for whom, how near, and what counts: the choices of the planner."""

from __future__ import annotations

from typing import Any

import streamlit as st

from micropolis_map.i18n import mark
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.ui import session, words
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import GOALS, MINUTES, MOST_NEW, PROFILES, ViewState

NEW, WITHIN = 2, 10
GOAL_WORDS = {
    "coverage": mark("Most people near"),
    "p-median": mark("Least walking in all"),
    "equity": mark("The worst-off first"),
}


def asked(view: ViewState) -> SitingRequest:
    """Return what the view asks; what is not chosen is the default."""
    return SitingRequest(
        new=view.new or NEW,
        minutes=float(view.within or WITHIN),
        profile=view.profile or PROFILES[0],
        objective=view.goal or GOALS[0],
        keep_existing=view.keep != "no",
    )


def planner_choices(view: ViewState) -> None:
    """Show the choosers; every choice asks for a new proposal."""
    st.session_state.update(
        {
            "w_new": view.new or NEW,
            "w_within": view.within or WITHIN,
            "w_planprofile": view.profile or PROFILES[0],
            "w_goal": view.goal or GOALS[0],
            "w_keep": view.keep != "no",
        }
    )
    with st.container(key="planchoices", horizontal=True, gap="large"):
        st.number_input(
            _("New meeting places"),
            min_value=1,
            max_value=MOST_NEW,
            key="w_new",
            width=150,
            on_change=lambda: _choose(new=int(st.session_state["w_new"])),
        )
        st.segmented_control(
            _("Near means"),
            MINUTES,
            format_func=lambda minutes: _("{n} min").format(n=minutes),
            key="w_within",
            wrap=True,
            on_change=lambda: _choose(within=st.session_state["w_within"] or 0),
        )
        st.segmented_control(
            _("Who walks"),
            PROFILES,
            format_func=words.profile,
            key="w_planprofile",
            wrap=True,
            on_change=lambda: _choose(profile=st.session_state["w_planprofile"] or ""),
        )
        st.segmented_control(
            _("What counts"),
            GOALS,
            format_func=lambda goal: _(GOAL_WORDS[goal]),
            key="w_goal",
            wrap=True,
            on_change=lambda: _choose(goal=st.session_state["w_goal"] or ""),
        )
        st.toggle(
            _("Today's meeting places stay"),
            key="w_keep",
            on_change=lambda: _choose(keep="" if st.session_state["w_keep"] else "no"),
        )


def _choose(**fields: Any) -> None:
    session.change(**fields, sites=())
