"""A walk suggested within the time one has, and why it has these stops and not others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from micropolis_map.analysis.profiles import profiles
from micropolis_map.errors import MicropolisError
from micropolis_map.services.touring_suggestion import LeftOut, Suggestion, Taken, Wish, suggest_tour
from micropolis_map.ui import safe_text, session, words
from micropolis_map.ui.components import trouble
from micropolis_map.ui.language import _, ngettext
from micropolis_map.ui.view_state import MAX_STOPS, ViewState

MINUTES = (30, 60, 90, 120)
LAST = "mm_last_suggestion"

Names = Mapping[str, str]


def tour_suggestion(slug: str, view: ViewState, names: Names, *, opened: bool) -> None:
    """Offer to suggest a walk; explain the one suggested last as long as its stops are those of the view."""
    last = st.session_state.get(LAST)
    if isinstance(last, Suggestion) and {stop.id for stop in last.stops} == set(view.stops):
        _explain(last, names)
    title = _("No idea? Let one be suggested")
    with st.expander(title, icon=":material/lightbulb:", expanded=opened):
        minutes = st.segmented_control(
            _("Minutes I have"), list(MINUTES), default=MINUTES[1], key="w_suggest_minutes"
        )
        themes = sorted({theme for place in session.places().places(slug) for theme in place.themes})
        left, right = st.columns(2)
        theme = left.selectbox(
            _("Theme"),
            ["", *themes],
            format_func=lambda name: words.theme(name) if name else _("All themes"),
            key="w_suggest_theme",
        )
        start = right.selectbox(
            _("Begin at"),
            ["", *sorted(names, key=lambda place: names[place].casefold())],
            format_func=lambda place: names[place] if place else _("wherever it is best"),
            key="w_suggest_start",
        )
        who = st.selectbox(
            _("Who walks"), list(profiles()), format_func=words.profile, key="w_suggest_profile"
        )
        wish = Wish(
            float(minutes or MINUTES[1]), who or "adult", theme or "", start or "", loop=view.draft.loop
        )
        st.button(
            _("Suggest a walk"),
            key="w_suggest",
            type="primary" if opened else "secondary",
            on_click=_take,
            args=(slug, wish),
        )


def _take(slug: str, wish: Wish) -> None:
    try:
        found = suggest_tour(session.application(), slug, wish)
    except MicropolisError as error:
        trouble.show(error)
        return
    st.session_state[LAST] = found
    stops = tuple(stop.id for stop in found.stops)[:MAX_STOPS]
    draft = replace(session.view().draft, own_order=True, first="", last="")
    session.change(stops=stops, profile=wish.profile, draft=draft)


def _explain(found: Suggestion, names: Names) -> None:
    with st.expander(_("Why these stops?"), icon=":material/help:", expanded=True):
        said = _(
            "It is the walk with the most places and stories in this time, five minutes a place; "
            "{n} min are left."
        ).format(n=math.floor(found.spare_s / 60))
        if not found.optimal:
            said += " " + _("Perhaps there is a better one: the search was stopped after some seconds.")
        rows = "".join(f"<li>{safe_text.html(_in(one, names))}</li>" for one in found.taken)
        html = f'<p class="mm-quiet">{safe_text.html(said)}</p><ul class="mm-why">{rows}</ul>'
        if found.left_out:
            out = "".join(
                f"<li>{safe_text.html(_out(one, names, found.spare_s))}</li>" for one in found.left_out
            )
            heading = safe_text.html(_("Left out"))
            html += f'<p><b>{heading}</b></p><ul class="mm-why">{out}</ul>'
        if found.other_theme:
            more = ngettext(
                "{n} place has another theme.", "{n} places have another theme.", found.other_theme
            )
            html += f'<p class="mm-quiet">{safe_text.html(more.format(n=found.other_theme))}</p>'
        st.html(html)


def _in(one: Taken, names: Names) -> str:
    why = [_stories(one.stories)] if one.stories else []
    if one.walk_s:
        why.append(_("{n} min on foot from the one before").format(n=max(1, round(one.walk_s / 60))))
    name = names.get(one.stop.id, one.stop.id)
    return f"{name}: {', '.join(why)}" if why else name


def _out(one: LeftOut, names: Names, spare_s: float) -> str:
    name = names.get(one.stop.id, one.stop.id)
    if not math.isfinite(one.more_s):
        return _("{name}: cannot be reached").format(name=name)
    return _("{name}: would take {more} min more, {left} are left").format(
        name=name, more=math.ceil(one.more_s / 60), left=math.floor(spare_s / 60)
    )


def _stories(n: int) -> str:
    return ngettext("{n} story", "{n} stories", n).format(n=n)
