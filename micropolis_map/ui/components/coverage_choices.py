"""Who walks, and how far is near: the choices of the Coverage page."""

from __future__ import annotations

import streamlit as st

from micropolis_map.ui import session, words
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import MINUTES, PROFILES, SHOWN, ViewState

NEAR = (5, 10, 15)


def coverage_choices(view: ViewState) -> None:
    """Show the chooser of the profile and of the thresholds; an empty choice is the default."""
    st.session_state.update(
        {
            "w_profile": view.profile or PROFILES[0],
            "w_minutes": list(view.minutes or NEAR),
            "w_show": view.show or SHOWN[0],
        }
    )
    with st.container(key="covchoices", horizontal=True, gap="large"):
        st.segmented_control(
            _("Who walks"),
            PROFILES,
            format_func=words.profile,
            key="w_profile",
            wrap=True,
            on_change=lambda: session.change(profile=st.session_state["w_profile"] or ""),
        )
        st.pills(
            _("Minutes on foot"),
            MINUTES,
            selection_mode="multi",
            format_func=lambda minutes: _("{n} min").format(n=minutes),
            key="w_minutes",
            wrap=True,
            on_change=lambda: session.change(minutes=tuple(sorted(st.session_state["w_minutes"]))),
        )
        st.segmented_control(
            _("The map colours"),
            SHOWN,
            format_func=words.shown,
            key="w_show",
            wrap=True,
            on_change=lambda: session.change(show=st.session_state["w_show"] or ""),
        )
