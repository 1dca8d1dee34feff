"""How many new meeting places, for whom, where, and what counts: the choices of the planner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from micropolis_map.analysis.profiles import names
from micropolis_map.domain.place import Place
from micropolis_map.domain.text import pick
from micropolis_map.i18n import mark
from micropolis_map.services import opened, venues
from micropolis_map.services.opened import Build
from micropolis_map.services.people_groups import CHILDREN, OLDER, groups_of
from micropolis_map.services.siting_link import GOALS, MINUTES, MOST_NEW, WEIGHTS, WHERE, Scenario
from micropolis_map.ui import language, numbers, session, words
from micropolis_map.ui.components.planner_steps import choose, show, step
from micropolis_map.ui.language import _

GOAL_WORDS = {
    "coverage": mark("Most people near"),
    "p-median": mark("Least walking in all"),
    "equity": mark("The worst-off first"),
}
GOAL_MEANINGS = {
    "coverage": mark("As many people as possible come within the time."),
    "p-median": mark("All walks together become as short as possible."),
    "equity": mark("The longest walk of anybody becomes as short as possible."),
}
WHERE_WORDS = {
    "streets": mark("Anywhere along the streets"),
    "venues": mark("In rooms that are there already"),
    "places": mark("At places on this map"),
}
VENUE_WORDS = {
    "cafe": mark("Cafés and restaurants"),
    "library": mark("Libraries"),
    "school": mark("Schools and kindergartens"),
    "hall": mark("Halls and clubs"),
    "church": mark("Churches and other places of worship"),
    "shop": mark("Shops"),
}


def planner_choices(scenario: Scenario, build: Build) -> None:
    """Show the choosers; every choice asks for a new proposal."""
    show(scenario)
    _main_choices(scenario)
    limited = scenario.where != "streets" or scenario.districts or scenario.area
    weighted = scenario.older > 1 or scenario.children > 1
    with st.expander(
        _("Where new places may be, and who counts more"),
        expanded=bool(limited or weighted),
        icon=":material/tune:",
    ):
        _where(scenario, build)
        _who_counts_more(scenario, build)


def _main_choices(scenario: Scenario) -> None:
    st.session_state.update(
        {
            "w_new": scenario.new,
            "w_within": scenario.minutes,
            "w_planprofile": scenario.profile,
            "w_goal": scenario.goal,
            "w_keep": scenario.keep,
        }
    )
    with st.container(key="planchoices", horizontal=True, gap="large"):
        st.number_input(
            _("New meeting places"),
            min_value=1,
            max_value=MOST_NEW,
            key="w_new",
            width=150,
            on_change=lambda: choose(new=int(st.session_state["w_new"])),
        )
        _one(_("Near means"), "w_within", MINUTES, lambda n: _("{n} min").format(n=n), "minutes")
        _one(_("Who walks"), "w_planprofile", names(), words.profile, "profile")
        _one(
            _("What counts"),
            "w_goal",
            GOALS,
            lambda goal: _(GOAL_WORDS[goal]),
            "goal",
            "  \n".join(f"**{_(GOAL_WORDS[goal])}**: {_(GOAL_MEANINGS[goal])}" for goal in GOALS),
        )
        st.toggle(
            _("Today's meeting places stay"),
            key="w_keep",
            on_change=lambda: choose(keep=bool(st.session_state["w_keep"])),
        )


def _where(scenario: Scenario, build: Build) -> None:
    st.session_state["w_where"] = scenario.where
    with st.container(key="planwhere", horizontal=True, gap="large"):
        _one(_("Where they may be"), "w_where", WHERE, lambda name: _(WHERE_WORDS[name]), "where")
    if scenario.where == "venues":
        _venue_kinds(scenario, venues.kinds_in(build))
    if scenario.where == "places":
        _places(scenario)
    names = [name for name in opened.districts_of(build)[0] if name]
    st.session_state["w_in"] = [name for name in scenario.districts if name in names]
    with st.container(key="planlimits", horizontal=True, gap="medium", vertical_alignment="bottom"):
        if len(names) > 1:
            st.multiselect(
                _("Only in these districts"),
                names,
                key="w_in",
                placeholder=_("everywhere"),
                on_change=lambda: choose(districts=tuple(st.session_state["w_in"])),
            )
        if scenario.area:
            st.button(
                _("Remove the drawn area"),
                icon=":material/delete:",
                key="w_noarea",
                on_click=lambda: step(area=(), sites=()),
            )
        else:
            st.caption(_("Or draw an area: the pencil on the map, then tap its corners."))


def _venue_kinds(scenario: Scenario, there: Mapping[str, int]) -> None:
    if not there:
        st.info(
            _("Rooms that are there already come with the next loading of the streets, on the Data page.")
        )
        return
    st.session_state["w_venue"] = [kind for kind in scenario.venues if kind in there]
    st.pills(
        _("Which rooms (none chosen means all)"),
        list(there),
        selection_mode="multi",
        format_func=lambda kind: f"{_(VENUE_WORDS[kind])} ({numbers.count(there[kind])})",
        key="w_venue",
        wrap=True,
        on_change=lambda: choose(venues=tuple(k for k in there if k in st.session_state["w_venue"])),
    )


def _places(scenario: Scenario) -> None:
    there = {place.id: place for place in session.places().places(session.view().community)}
    st.session_state["w_chosen"] = [name for name in scenario.chosen if name in there]
    st.multiselect(
        _("Which places (none chosen means all {n})").format(n=numbers.count(len(there))),
        list(there),
        format_func=lambda name: _named(there[name]),
        key="w_chosen",
        placeholder=_("all"),
        on_change=lambda: choose(chosen=tuple(st.session_state["w_chosen"])),
    )


def _named(place: Place) -> str:
    return pick(place.name, language.current())[0]


def _who_counts_more(scenario: Scenario, build: Build) -> None:
    known = groups_of(opened.homes_of(build))
    if not {OLDER, CHILDREN} & set(known):
        st.caption(
            _(
                "Who lives where by age is not known here; with a population file that has ages, "
                "older people and children can count more."
            )
        )
        return
    with st.container(key="planweights", horizontal=True, gap="large"):
        for group, name, label in (
            (OLDER, "older", _("A person of 65 or over counts for")),
            (CHILDREN, "children", _("A child counts for")),
        ):
            if group in known:
                key = f"w_{name}"
                st.session_state[key] = getattr(scenario, name)
                st.select_slider(
                    label,
                    WEIGHTS,
                    key=key,
                    on_change=lambda name=name, key=key: choose(**{name: st.session_state[key]}),
                )


def _one(
    label: str, key: str, options: tuple[Any, ...], named: Any, field: str, help_: str | None = None
) -> None:
    st.segmented_control(
        label,
        options,
        format_func=named,
        key=key,
        wrap=True,
        help=help_,
        required=True,
        on_change=lambda: choose(**{field: st.session_state[key] or options[0]}),
    )
