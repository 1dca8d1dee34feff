"""Café planner: where the next meeting places do most good, and what moving one changes."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.services.siting import assess_sites, propose_sites
from micropolis_map.services.siting_result import Plan, SitingRequest, SitingResult
from micropolis_map.ui import safe_text, session
from micropolis_map.ui.components import planner_figures, trouble
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.components.planner_choices import asked, planner_choices
from micropolis_map.ui.components.planner_map import PAST, planner_map
from micropolis_map.ui.language import _

FIELDS = ("community", "lang", "profile", "new", "within", "goal", "keep", "sites")
TIME_LIMIT_S = 8.0


def page() -> None:
    """Show the planner."""
    with trouble.shown():
        community = session.community()
        masthead(
            community,
            _("Where should the next café go?"),
            _(
                "Choose how many new meeting places {name} could open, and for whom. Drag a place on the "
                "map to see what changes."
            ).format(name=community_name(community)),
        )
        report = session.communities().report(community.slug)
        if report is None:
            _not_loaded(community)
        else:
            _planning(community, report)
        session.write_address(FIELDS)


def _not_loaded(community: Community) -> None:
    name = safe_text.label(community_name(community))
    with st.container(key="empty", border=True):
        st.subheader(_("The streets of {name} are not loaded yet").format(name=name))
        st.markdown(_("Walking times need the streets. Loading them takes a minute or two, and only once."))
        pages = st.session_state["mm_pages"]
        if "data" in pages:
            st.page_link(pages["data"], label=_("Load the streets"), icon=":material/download:")


def _planning(community: Community, report: LoadReport) -> None:
    view = session.view()
    planner_choices(view)
    request, version = asked(view), session.places().version()
    with st.spinner(_("Looking for the best places …"), show_time=False):
        result = _proposed(community.slug, request, report.build_id, version)
    plan = result.plan
    if view.sites:
        plan = _assessed(community.slug, request, view.sites, report.build_id, version)
    planner_figures.plan_figures(result, plan)
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        planner_map(community, result, plan)
    with right:
        planner_figures.site_list(plan)
        planner_figures.proof(result, plan, by_hand=bool(view.sites))
        _steps_back(by_hand=bool(view.sites))
    planner_figures.curve(result)
    planner_figures.gains_by_district(result, plan)


def _steps_back(*, by_hand: bool) -> None:
    if not by_hand:
        return
    with st.container(horizontal=True):
        st.button(_("Undo"), icon=":material/undo:", key="w_undo", on_click=_undo)
        st.button(
            _("Back to the proposal"),
            icon=":material/restart_alt:",
            key="w_proposal",
            on_click=lambda: session.change(sites=()),
        )


def _undo() -> None:
    past = st.session_state.get(PAST) or [()]
    session.change(sites=past.pop())


@st.cache_resource(show_spinner=False, max_entries=64)
def _proposed(
    slug: str,
    request: SitingRequest,
    build_id: str,  # noqa: ARG001 - part of the key
    version: str,  # noqa: ARG001 - part of the key
) -> SitingResult:
    return propose_sites(session.application(), slug, request, time_limit_s=TIME_LIMIT_S)


@st.cache_resource(show_spinner=False, max_entries=64)
def _assessed(
    slug: str,
    request: SitingRequest,
    points: tuple[tuple[float, float], ...],
    build_id: str,  # noqa: ARG001 - part of the key
    version: str,  # noqa: ARG001 - part of the key
) -> Plan:
    return assess_sites(session.application(), slug, request, points)
