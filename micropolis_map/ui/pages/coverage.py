"""Coverage: how many people reach a meeting place on foot, by district, and where it is far."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_result import CoverageRequest, CoverageResult
from micropolis_map.ui import safe_text, session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.coverage_choices import coverage_choices
from micropolis_map.ui.components.coverage_figures import explanations, figures, sentences
from micropolis_map.ui.components.coverage_map import coverage_map
from micropolis_map.ui.components.district_table import district_table
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import SHOWN

FIELDS = ("community", "lang", "profile", "minutes", "show")


def page() -> None:
    """Show the Coverage page."""
    with trouble.shown():
        community = session.community()
        masthead(
            community,
            _("Walking in {name}").format(name=community_name(community)),
            _(
                "How long people walk to the nearest place where neighbours meet: a café, a "
                "library, a culture centre."
            ),
        )
        report = session.communities().report(community.slug)
        if report is None:
            _not_loaded(community)
        else:
            _assessment(community, report)
        session.write_address(FIELDS)


def _not_loaded(community: Community) -> None:
    name = safe_text.label(community_name(community))
    with st.container(key="empty", border=True):
        st.subheader(_("The streets of {name} are not loaded yet").format(name=name))
        st.markdown(_("Walking times need the streets. Loading them takes a minute or two, and only once."))
        st.page_link(
            st.session_state["mm_pages"]["data"], label=_("Load the streets"), icon=":material/download:"
        )


def _assessment(community: Community, report: LoadReport) -> None:
    view = session.view()
    coverage_choices(view)
    profile, minutes = view.profile or "adult", view.minutes or (5, 10, 15)
    version = session.places().version()
    with st.spinner(_("Walking every street …"), show_time=False):
        result = _assessed(community.slug, profile, minutes, report.build_id, version)
    figures(result)
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        coverage_map(community, result, view.show or SHOWN[0])
    with right:
        sentences(result, community_name(community))
    district_table(result, community.slug)
    explanations(result, report)


@st.cache_resource(show_spinner=False, max_entries=32)
def _assessed(
    slug: str,
    profile: str,
    minutes: tuple[int, ...],
    build_id: str,  # noqa: ARG001 - part of the key
    version: str,  # noqa: ARG001 - part of the key
) -> CoverageResult:
    """Return the assessment; `build_id` and `version` make it new when streets or places changed."""
    request = CoverageRequest(profile=profile, minutes=tuple(float(m) for m in minutes))
    return assess_coverage(session.application(), slug, request)
