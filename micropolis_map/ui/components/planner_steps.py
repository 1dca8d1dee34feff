"""What the planner did, step by step: every step can be taken back and done again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from micropolis_map.services.siting_link import MOST_NEW, Points, Scenario
from micropolis_map.ui import session
from micropolis_map.ui.language import _

PAST, FUTURE = "mm_plan_past", "mm_plan_future"
CHOSEN, SHOWN, ACTED = "mm_plan_chosen", "mm_plan_shown", "mm_plan_acted"
"""What fields were set to since the last run, what they showed lately, and whether anything else was done."""
MOST_STEPS = 100


def current() -> Scenario:
    """Return the scenario the visitor looks at."""
    view = session.view()
    return replace(view.plan, community=view.community, profile=view.profile or "adult")


def choose(**fields: Any) -> None:
    """Ask for the proposal of another choice; for callbacks of fields. `settle` does it."""
    st.session_state[CHOSEN] = st.session_state.get(CHOSEN, {}) | fields
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:
        acted()  # a part of the page that renews itself asked for this run: nobody chose anything


def acted() -> None:
    """Remember that something was done beside the fields; for callbacks."""
    st.session_state[ACTED] = True


def settle() -> None:
    """Do what was chosen; a page does it before it shows anything, and whatever else is done does it first.

    With each thing done the browser says the value of every field, and of a field that the page renewed it
    says the old one until the page has come: taken for a choice, it would throw away the sites that were
    placed meanwhile. So what comes along with something else, and was shown before, nobody chose.
    """
    chosen, came_along = st.session_state.pop(CHOSEN, {}), st.session_state.pop(ACTED, False)
    now, lately = current(), st.session_state.get(SHOWN, ())
    for name, value in chosen.items():
        known = came_along and any(getattr(shown, name) == value for shown in lately)
        if not known and getattr(now, name) != value:
            _step(**{name: value}, sites=())


def show(scenario: Scenario) -> None:
    """Remember what the fields show from now on."""
    lately = st.session_state.get(SHOWN, ())
    if not lately or lately[-1] != scenario:
        st.session_state[SHOWN] = (*lately, scenario)[-MOST_STEPS:]


def step(**fields: Any) -> None:
    """Change the scenario by something done on the map or pressed; for callbacks."""
    _settle_before()
    _step(**fields)


def _settle_before() -> None:
    """Do what was chosen before something else is done; what the browser says with that comes along."""
    acted()
    settle()
    acted()  # fields told after this one, and the page, are to know of it, too


def _step(**fields: Any) -> None:
    before = current()
    after = replace(before, **fields)
    if after != before:
        _stack(PAST).append(before)
        del _stack(PAST)[:-MOST_STEPS]
        _stack(FUTURE).clear()
        _show(after)


def open_scenario(scenario: Scenario) -> None:
    """Show another scenario of the same community; it is a step like any other."""
    step(**{**vars(scenario), "community": current().community, "name": ""})


def move_site(points: Points, number: int, at: tuple[float, float]) -> None:
    """Put the site of that number, from 1 on, elsewhere."""
    if 1 <= number <= len(points):
        step(sites=(*points[: number - 1], at, *points[number:]))


def add_site(points: Points, at: tuple[float, float]) -> None:
    """Add a site, unless there are as many as a plan may have."""
    if len(points) < MOST_NEW:
        step(sites=(*points, at), new=len(points) + 1)


def remove_site(points: Points, number: int) -> None:
    """Take the site of that number away; the last one stays."""
    if 1 <= number <= len(points) and len(points) > 1:
        step(sites=(*points[: number - 1], *points[number:]), new=len(points) - 1)


def step_buttons(*, by_hand: bool) -> None:
    """Show the buttons that take back, do again, and go back to the proposal."""
    with st.container(key="plansteps", horizontal=True, gap="small"):
        st.button(
            _("Undo"),
            icon=":material/undo:",
            key="w_undo",
            shortcut="Ctrl+Z",
            disabled=not _stack(PAST),
            on_click=lambda: _go(PAST, FUTURE),
        )
        st.button(
            _("Redo"),
            icon=":material/redo:",
            key="w_redo",
            shortcut="Ctrl+Y",
            disabled=not _stack(FUTURE),
            on_click=lambda: _go(FUTURE, PAST),
        )
        if by_hand:
            st.button(
                _("Back to the proposal"),
                icon=":material/restart_alt:",
                key="w_proposal",
                on_click=lambda: step(sites=()),
            )


def _go(from_: str, to: str) -> None:
    _settle_before()
    if _stack(from_):
        _stack(to).append(current())
        _show(_stack(from_).pop())


def _show(scenario: Scenario) -> None:
    plan = replace(scenario, community="", profile="adult", name="")
    session.change(plan=plan, profile=scenario.profile)


def _stack(name: str) -> list[Scenario]:
    """Return the steps of that name, those of this community only."""
    steps: list[Scenario] = st.session_state.setdefault(name, [])
    if steps and steps[-1].community != session.view().community:
        steps.clear()
    return steps
