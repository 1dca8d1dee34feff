"""Plans kept by name: compared side by side, opened again, and shared in one link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

import streamlit as st
from shapely.geometry.base import BaseGeometry

from micropolis_map.services.siting_link import LONGEST_NAME, MOST_KEPT, Scenario
from micropolis_map.services.siting_result import Plan
from micropolis_map.ui import numbers, safe_text, session, words
from micropolis_map.ui.components.planner_choices import GOAL_WORDS, WHERE_WORDS
from micropolis_map.ui.components.planner_minimap import minimap
from micropolis_map.ui.components.planner_steps import open_scenario
from micropolis_map.ui.language import _

Assess = Callable[[Scenario], Plan]
NEW_NAME = "w_plan_name"
ASKED = "mm_plan_keep"
"""The community and the name in which the plan on the map is to be kept, until the page has drawn it."""


@dataclass(frozen=True)
class Column:
    """One plan of the comparison."""

    name: str
    scenario: Scenario
    plan: Plan


def scenarios(scenario: Scenario, plan: Plan, areas: Sequence[BaseGeometry], assess: Assess) -> None:
    """Show the kept plans beside the present one, and how to share them."""
    now = replace(scenario, sites=plan.points)
    _keep_if_asked(now)
    kept = session.view().kept
    st.html(safe_text.heading(2, _("Compare plans")))
    _keep_form(kept)
    if kept:
        columns = [Column(one.name, one, assess(one)) for one in kept]
        if not any(_same(one.scenario, now) for one in columns):
            columns.append(Column(_("On the map now"), now, plan))
        st.html(comparison(columns, areas))
        _kept_buttons(kept)
    _share()


def comparison(columns: Sequence[Column], areas: Sequence[BaseGeometry]) -> str:
    """Return the plans side by side as a table, each with its difference to the first."""
    where = _("Where the places of {name} are")
    head = "".join(
        f'<th scope="col">{safe_text.html(one.name)}'
        f"{minimap(areas, one.plan.points, where.format(name=one.name))}</th>"
        for one in columns
    )
    title = safe_text.html(_("Compare plans"))
    body = "".join(
        f'<tr><th scope="row">{safe_text.html(name)}</th>{cells}</tr>' for name, cells in _rows(columns)
    )
    return (
        f'<div class="mm-plans" tabindex="0" role="region" aria-label="{title}">'
        f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _rows(columns: Sequence[Column]) -> list[tuple[str, str]]:
    first = columns[0].plan
    rows = [
        (_("people newly near"), _counts([one.plan.gained for one in columns])),
        (_("people near"), _counts([one.plan.covered_after for one in columns])),
        (
            _("share of all people"),
            _cells(
                [numbers.share(one.plan.covered_after / max(one.plan.population, 1e-9)) for one in columns]
            ),
        ),
        (_("average walk"), _cells([numbers.walk(one.plan.mean_after_s) for one in columns])),
        (_("nine of ten walk at most"), _cells([numbers.walk(one.plan.p90_after_s) for one in columns])),
    ]
    names = {"older": _("65 and over, newly near"), "children": _("children, newly near")}
    for group in first.groups:
        values = [next((g.gained for g in one.plan.groups if g.name == group.name), 0.0) for one in columns]
        rows.append((names[group.name], _counts(values)))
    asked = [one.scenario for one in columns]
    rows += [
        (_("new places"), _cells([str(len(one.plan.sites)) for one in columns])),
        (_("near means"), _cells([_("{n} min").format(n=one.minutes) for one in asked])),
        (_("who walks"), _cells([words.profile(one.profile) for one in asked])),
        (_("what counts"), _cells([_(GOAL_WORDS[one.goal]) for one in asked])),
        (_("where"), _cells([_(WHERE_WORDS[one.where]) for one in asked])),
        (_("today's meeting places"), _cells([_("stay") if one.keep else _("left out") for one in asked])),
    ]
    return rows


def _cells(values: Sequence[str]) -> str:
    return "".join(f"<td>{safe_text.html(value)}</td>" for value in values)


def _counts(values: Sequence[float]) -> str:
    cells = []
    for number, value in enumerate(values):
        more = round(value) - round(values[0])
        sign = "+" if more > 0 else "−"
        beside = (
            f" <small>{sign}{safe_text.html(numbers.count(abs(more)))}</small>" if number and more else ""
        )
        cells.append(f"<td>{safe_text.html(numbers.count(value))}{beside}</td>")
    return "".join(cells)


def _keep_form(kept: Sequence[Scenario]) -> None:
    if len(kept) >= MOST_KEPT:
        st.caption(_("Four plans are kept; remove one to keep another."))
        return
    if not kept:
        st.caption(_("Keep this plan under a name, change it, and see both side by side."))
    with st.container(key="plankeep", horizontal=True, vertical_alignment="bottom", gap="small"):
        usual = _("Plan {letter}").format(letter="ABCDEFG"[len(kept)])
        st.text_input(_("Name of this plan"), key=NEW_NAME, placeholder=usual, max_chars=LONGEST_NAME)
        st.button(
            _("Keep this plan"),
            icon=":material/bookmark_add:",
            key="w_keep_plan",
            on_click=lambda: _ask(usual),
        )


def _ask(usual: str) -> None:
    """Remember that the plan on the map is to be kept; the next run does it.

    The figures stand above this button: who clicks it as soon as they change would be given the plan of the
    run before, for a callback knows no other.
    """
    name = " ".join(str(st.session_state.get(NEW_NAME, "")).split())[:LONGEST_NAME]
    st.session_state[ASKED] = session.view().community, name or usual
    st.session_state[NEW_NAME] = ""


def _keep_if_asked(now: Scenario) -> None:
    community, name = st.session_state.get(ASKED) or ("", "")
    if community != now.community:  # asked in a town that was left before its plan was drawn, or not at all
        st.session_state.pop(ASKED, None)
        return
    kept = tuple(one for one in session.view().kept if one.name != name)
    session.change(kept=(*kept, replace(now, name=name))[:MOST_KEPT])
    del st.session_state[ASKED]
    st.rerun()  # the address is written above


def _kept_buttons(kept: Sequence[Scenario]) -> None:
    with st.container(key="plankept", horizontal=True, gap="small"):
        for number, one in enumerate(kept):
            name = safe_text.label(one.name)
            st.button(
                _("Open {name}").format(name=name),
                key=f"w_open_{number}",
                icon=":material/map:",
                on_click=lambda one=one: open_scenario(one),
            )
            st.button(
                _("Forget {name}").format(name=name),
                key=f"w_forget_{number}",
                icon=":material/close:",
                type="tertiary",
                on_click=lambda one=one: session.change(kept=tuple(k for k in kept if k != one)),
            )


def _share() -> None:
    said = safe_text.html(_("This link opens the same plan, and the kept ones, for everybody."))
    st.html(safe_text.heading(3, _("Share")) + f"<p>{said}</p>")
    here = urlsplit(st.context.url or "")
    query = urlencode(session.view().query())
    st.code(f"{here.scheme}://{here.netloc}{here.path}?{query}", language=None, wrap_lines=True)


def _same(one: Scenario, other: Scenario) -> bool:
    return replace(one, name="") == replace(other, name="")
