"""Search and filters of the Explore page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from micropolis_map.domain.place import KINDS, Place
from micropolis_map.domain.place_filter import years_of
from micropolis_map.ui import safe_text, session, words
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import ViewState


def place_filters(view: ViewState, places: Sequence[Place]) -> None:
    """Show the search box, the kinds, and the themes and activities that `places` have."""
    st.session_state.update({"w_q": view.q, "w_kinds": list(view.kinds)})
    st.text_input(
        _("Search places and stories"),
        key="w_q",
        placeholder=_("Search places and stories"),
        label_visibility="collapsed",
        icon=":material/search:",
        max_chars=200,
        on_change=lambda: session.change(q=st.session_state["w_q"].strip()),
    )
    st.pills(
        _("Kind of place"),
        KINDS,
        selection_mode="multi",
        format_func=words.kind,
        key="w_kinds",
        label_visibility="collapsed",
        on_change=lambda: session.change(
            kinds=tuple(kind for kind in KINDS if kind in st.session_state["w_kinds"])
        ),
    )
    themes = sorted({theme for place in places for theme in place.themes})
    activities = sorted({place.activity for place in places if place.activity})
    with st.container(key="selects", horizontal=True):
        _choice("theme", view.theme, themes, _("All themes"), _("Theme"), words.theme)
        if activities:
            _choice("activity", view.activity, activities, _("All activities"), _("Activity"), words.activity)


def _choice(
    field: str, chosen: str, options: Sequence[str], everything: str, label: str, say: Callable[[str], str]
) -> None:
    key = f"w_{field}"
    st.session_state[key] = chosen
    known = ["", *options] if chosen in {"", *options} else ["", *options, chosen]
    st.selectbox(
        label,
        known,
        format_func=lambda value: say(value) if value else everything,
        key=key,
        label_visibility="collapsed",
        on_change=lambda: session.change(**{field: st.session_state[key] or ""}),
    )


def clear_button(view: ViewState, key: str) -> None:
    """Offer to take all filters away when there are any."""
    if view.wanted:
        st.button(
            _("Clear filters"),
            key=key,
            icon=":material/filter_alt_off:",
            on_click=lambda: session.change(q="", kinds=(), theme="", activity="", years=""),
        )


def active_filters(view: ViewState) -> str:
    """Return the filters in words, for the sentence above an empty list."""
    parts = [words.kind(kind) for kind in view.kinds]
    parts += [words.theme(view.theme)] if view.theme else []
    parts += [words.activity(view.activity)] if view.activity else []
    parts += [words.period(years_of(view.years))] if view.years else []
    parts += [f"“{view.q}”"] if view.q else []
    return safe_text.label(", ".join(parts))
