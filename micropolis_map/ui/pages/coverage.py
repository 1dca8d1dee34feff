"""Coverage: how many people reach a meeting place on foot, by district, and where it is far."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.services import opened
from micropolis_map.services.assessing import assess_coverage
from micropolis_map.services.coverage_view import coverage_view
from micropolis_map.services.people_groups import groups_of
from micropolis_map.services.walk_engine import SECONDS, is_compiled
from micropolis_map.ui import session
from micropolis_map.ui.components import trouble
from micropolis_map.ui.components.coverage_barriers import barriers, for_map, known
from micropolis_map.ui.components.coverage_choices import asked, coverage_choices
from micropolis_map.ui.components.coverage_curve import curve
from micropolis_map.ui.components.coverage_fairness import fairness
from micropolis_map.ui.components.coverage_figures import explanations, figures, sentences
from micropolis_map.ui.components.coverage_map import coverage_map
from micropolis_map.ui.components.district_table import chosen_district, district_table
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.components.not_loaded import not_loaded
from micropolis_map.ui.components.take_along import take_along_coverage
from micropolis_map.ui.language import _
from micropolis_map.ui.view_state import SHOWN

FIELDS = (
    "community", "lang", "profile", "minutes", "show", "spots", "stepfree", "open", "people", "obstacle",
)  # fmt: skip


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
            not_loaded(community)
        else:
            _assessment(community, report)
        session.write_address(FIELDS)


def _assessment(community: Community, report: LoadReport) -> None:
    view, slug = session.view(), community.slug
    application = session.application()
    coverage_choices(view, groups_of(opened.homes_of(opened.current_build(session.communities(), slug))))
    request = asked(view)
    with st.spinner(_words_meanwhile(), show_time=False):
        result = assess_coverage(application, slug, request)
    figures(result)
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        obstacles = for_map(known(slug, request), view.asked.obstacle)
        coverage_map(community, result, view.show or SHOWN[0], obstacles, chosen_district(result))
    whole = coverage_view(application, slug, request)
    with right:
        sentences(whole, community_name(community))
        curve(whole)
    district_table(result)
    take_along_coverage(result)
    fairness(whole)
    barriers(slug, request)
    explanations(result, report)


def _words_meanwhile() -> str:
    """Return what is said while streets are walked; the first time on a machine takes longer."""
    if is_compiled():
        return _("Walking every street …")
    return _("Learning to walk fast, once on this machine: about {seconds} seconds …").format(seconds=SECONDS)
