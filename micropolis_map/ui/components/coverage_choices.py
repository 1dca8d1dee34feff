"""Who walks, how far is near, which places count and for whom: the choices of the Coverage page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st
from babel.dates import get_day_names

from micropolis_map.analysis.profiles import names
from micropolis_map.domain.opening_hours import WEEKDAYS, WeekHour
from micropolis_map.domain.place import ACTIVITIES
from micropolis_map.i18n import mark
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.people_groups import ALL
from micropolis_map.ui import language, safe_text, session, words
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import MINUTES, SHOWN, ViewState

NEAR = (5, 10, 15)
PEOPLE = {
    "all": mark("Everybody"),
    "older": mark("65 and over"),
    "children": mark("Children"),
}
ANY_DAY = ""


def asked(view: ViewState) -> CoverageRequest:
    """Return what the view asks; what is not chosen is the default."""
    more = view.asked
    return CoverageRequest(
        profile=view.profile or names()[0],
        minutes=tuple(float(m) for m in view.minutes or NEAR),
        kinds=more.spots,
        step_free=bool(more.step_free),
        open_at=more.open_at,
        people=more.people or ALL,
    )


def choose_more(**fields: Any) -> None:
    """Change what else is asked of coverage; for callbacks."""
    session.change(asked=replace(session.view().asked, **fields))


def coverage_choices(view: ViewState, groups: tuple[str, ...]) -> None:
    """Show all choosers; an empty choice is the default. `groups` of people are those the data know."""
    set_choices(view)
    with st.container(key="covchoices", horizontal=True, gap="large"):
        profile_choice()
        minutes_choice()
        shown_choice()
    more_choices(view, groups)


def set_choices(view: ViewState) -> None:
    """Bring the choosers to what the view says."""
    st.session_state.update(
        {
            "w_profile": view.profile or names()[0],
            "w_minutes": list(view.minutes or NEAR),
            "w_show": view.show or SHOWN[0],
        }
    )


def more_choices(view: ViewState, groups: tuple[str, ...]) -> None:
    """Show in words which places and people count; opened, the choosers of them."""
    with st.expander(safe_text.label(_in_words(view)), icon=":material/tune:"):
        _more(view, groups)


def profile_choice() -> None:
    """Show the chooser of who walks."""
    st.segmented_control(
        _("Who walks"),
        names(),
        format_func=words.profile,
        key="w_profile",
        wrap=True,
        on_change=lambda: session.change(profile=st.session_state["w_profile"] or ""),
    )


def minutes_choice() -> None:
    """Show the chooser of the thresholds."""
    st.pills(
        _("Minutes on foot"),
        MINUTES,
        selection_mode="multi",
        format_func=lambda minutes: _("{n} min").format(n=minutes),
        key="w_minutes",
        wrap=True,
        on_change=lambda: session.change(minutes=tuple(sorted(st.session_state["w_minutes"]))),
    )


def shown_choice() -> None:
    """Show the chooser of what the map colours."""
    st.segmented_control(
        _("The map colours"),
        SHOWN,
        format_func=words.shown,
        key="w_show",
        wrap=True,
        on_change=lambda: session.change(show=st.session_state["w_show"] or ""),
    )


def people_words(group: str) -> str:
    """Return the words for a group of people."""
    return _(PEOPLE[group])


def hour_words(open_at: str) -> str:
    """Return a moment of the week in words, such as ``Saturday, 10:00``."""
    moment = WeekHour.parse(open_at)
    return f"{day_name(WEEKDAYS[moment.weekday])}, {moment.minute // 60:02d}:{moment.minute % 60:02d}"


def day_name(day: str) -> str:
    """Return the name of a weekday in the reader's language."""
    name = get_day_names("wide", locale=language.current())[WEEKDAYS.index(day)]
    return str(name[:1].upper() + name[1:])


def _in_words(view: ViewState) -> str:
    more = view.asked
    kinds = ", ".join(words.activity(activity) for activity in more.spots) or _("All kinds of meeting places")
    parts = [kinds]
    if more.step_free:
        parts.append(_("only step-free ones"))
    if more.open_at:
        parts.append(_("open {when}").format(when=hour_words(more.open_at)))
    parts.append(people_words(more.people or ALL))
    return " · ".join(parts)


def _more(view: ViewState, groups: tuple[str, ...]) -> None:
    more = view.asked
    moment = WeekHour.parse(more.open_at) if more.open_at else None
    st.session_state.update(
        {
            "w_spots": list(more.spots),
            "w_stepfree": bool(more.step_free),
            "w_openday": WEEKDAYS[moment.weekday] if moment else ANY_DAY,
            "w_openhour": moment.minute // 60 if moment else 10,
            "w_people": more.people if more.people in groups else ALL,
        }
    )
    st.pills(
        _("Which places count (none chosen: all)"),
        ACTIVITIES,
        selection_mode="multi",
        format_func=words.activity,
        key="w_spots",
        wrap=True,
        on_change=lambda: choose_more(spots=tuple(a for a in ACTIVITIES if a in st.session_state["w_spots"])),
    )
    with st.container(key="covmore", horizontal=True, gap="large", vertical_alignment="bottom"):
        _hour_choice(chosen=moment is not None)
        st.toggle(
            _("Only places known to be step-free"),
            key="w_stepfree",
            on_change=lambda: choose_more(step_free="yes" if st.session_state["w_stepfree"] else ""),
        )
        if len(groups) > 1:
            st.segmented_control(
                _("People"),
                groups,
                format_func=people_words,
                key="w_people",
                on_change=lambda: choose_more(people=_group(st.session_state["w_people"])),
            )


def _group(chosen: str | None) -> str:
    return "" if chosen in {None, ALL} else str(chosen)


def _hour_choice(*, chosen: bool) -> None:
    st.selectbox(
        _("Open on"),
        (ANY_DAY, *WEEKDAYS),
        format_func=lambda day: day_name(day) if day else _("Any time"),
        key="w_openday",
        width=190,
        on_change=_hour_chosen,
    )
    st.selectbox(
        _("At"),
        tuple(range(24)),
        format_func=lambda hour: f"{hour:02d}:00",
        key="w_openhour",
        width=120,
        disabled=not chosen,
        on_change=_hour_chosen,
    )


def _hour_chosen() -> None:
    day = st.session_state["w_openday"]
    choose_more(open_at=f"{day} {st.session_state['w_openhour']:02d}:00" if day else "")
