"""How a walk that is being made is walked: order, begin and end, who walks, when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import streamlit as st

from micropolis_map.analysis.profiles import names as profile_names
from micropolis_map.services.touring_drafts import VISITS_MIN
from micropolis_map.ui import session, words
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import ViewState

BEST, OWN = "best", "own"
USUAL_HOUR = time(10, 0)


def tour_options(view: ViewState, order: Sequence[str], names: Mapping[str, str]) -> None:
    """Offer the choices; each is kept in the address and changes the walk at once."""
    draft = view.draft
    labels = {BEST: _("Best order"), OWN: _("My own order")}
    st.session_state["w_order"] = OWN if draft.own_order else BEST
    st.session_state["w_tour_loop"] = draft.loop
    with st.container(key="walkorder", horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            _("Order of the stops"),
            list(labels),
            format_func=labels.__getitem__,
            key="w_order",
            label_visibility="collapsed",
            on_change=lambda: _order(order),
        )
        st.checkbox(
            _("Return to the start"),
            key="w_tour_loop",
            on_change=lambda: _take("loop", "w_tour_loop", empty=False),
        )
    with st.expander(_("Who walks, when, where it begins and ends"), icon=":material/tune:"):
        _who(view)
        if not draft.own_order and len(order) > 2:
            _ends(view, order, names)
        _when(view)


def _order(order: Sequence[str]) -> None:
    own = st.session_state.get("w_order") == OWN
    view = session.view()
    session.change(stops=in_order(view.stops, order), draft=replace(view.draft, own_order=own))


def in_order(stops: Sequence[str], order: Sequence[str]) -> tuple[str, ...]:
    """Return the stops as `order` has them, which may be of an earlier walk; others come last, as they are.

    Examples
    --------
    >>> in_order(("a", "b", "new"), ("b", "gone", "a"))
    ('b', 'a', 'new')
    """
    known = tuple(stop for stop in order if stop in stops)
    return (*known, *(stop for stop in stops if stop not in known))


def _take(field: str, key: str, empty: Any = "") -> None:
    value = st.session_state.get(key)
    session.change(draft=replace(session.view().draft, **{field: empty if value is None else value}))


def _who(view: ViewState) -> None:
    left, right = st.columns(2)
    st.session_state["w_tour_profile"] = view.profile or "adult"
    left.selectbox(
        _("Who walks"),
        list(profile_names()),
        format_func=words.profile,
        key="w_tour_profile",
        on_change=lambda: session.change(profile=st.session_state["w_tour_profile"]),
    )
    st.session_state["w_visit"] = view.draft.visit_min
    right.selectbox(
        _("Minutes at each stop"),
        VISITS_MIN,
        key="w_visit",
        on_change=lambda: _take("visit_min", "w_visit", VISITS_MIN[1]),
    )


def _ends(view: ViewState, order: Sequence[str], names: Mapping[str, str]) -> None:
    left, right = st.columns(2)
    draft = view.draft
    first, last = (one if one in order else "" for one in (draft.first, draft.last))
    st.session_state["w_first"], st.session_state["w_last"] = first, last
    left.selectbox(
        _("Begin at"),
        ["", *(stop for stop in order if stop != last)],
        format_func=lambda stop: names[stop] if stop else _("wherever it is best"),
        key="w_first",
        on_change=lambda: _take("first", "w_first"),
    )
    if not draft.loop:
        right.selectbox(
            _("End at"),
            ["", *(stop for stop in order if stop != first)],
            format_func=lambda stop: names[stop] if stop else _("wherever it is best"),
            key="w_last",
            on_change=lambda: _take("last", "w_last"),
        )


def _when(view: ViewState) -> None:
    begins = view.draft.begins
    left, right = st.columns(2)
    st.session_state["w_date"] = begins.date() if begins else None
    left.date_input(
        _("On"),
        value=None,
        key="w_date",
        on_change=_moment,
        help=_("Then you see which stops are closed when you come."),
    )
    st.session_state["w_time"] = begins.time() if begins else USUAL_HOUR
    right.time_input(_("At"), key="w_time", step=timedelta(minutes=15), on_change=_moment)


def _moment() -> None:
    day, hour = st.session_state.get("w_date"), st.session_state.get("w_time") or USUAL_HOUR
    when = datetime.combine(day, hour).isoformat(timespec="minutes") if isinstance(day, date) else ""
    session.change(draft=replace(session.view().draft, when=when))
