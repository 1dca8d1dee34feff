"""Café planner: where the next meeting places do most good, and what moving one changes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock

import streamlit as st

from micropolis_map.analysis.profiles import names
from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.services import opened
from micropolis_map.services.siting import assess_sites, propose_sites
from micropolis_map.services.siting_link import Scenario
from micropolis_map.services.siting_result import Plan, SitingResult
from micropolis_map.ui import session
from micropolis_map.ui.components import planner_figures, planner_proof, trouble
from micropolis_map.ui.components.masthead import community_name, masthead
from micropolis_map.ui.components.not_loaded import not_loaded
from micropolis_map.ui.components.planner_choices import planner_choices
from micropolis_map.ui.components.planner_map import planner_map
from micropolis_map.ui.components.planner_scenarios import scenarios
from micropolis_map.ui.components.planner_steps import current, settle, step_buttons
from micropolis_map.ui.components.take_along_sites import take_along_siting
from micropolis_map.ui.language import _
from micropolis_map.ui.siting_job import SitingJob

FIELDS = (
    "community", "lang", "profile", "new", "within", "goal", "keep", "where", "venue", "chosen", "in", "area",
    "older", "children", "sites", "kept",
)  # fmt: skip
TIME_LIMIT_S = 60.0
FIRST_S = 8.0
"""So long the page waits for the first good sites; afterwards it only says that it is looking."""
PROOF_S = 0.6
"""So long it waits for the proof, which mostly comes at once."""
MOST_JOBS = 64


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
        settle()
        session.write_address(FIELDS)
        report = session.communities().report(community.slug)
        if report is None:
            not_loaded(community)
        else:
            _planning(community, report)


def _planning(community: Community, report: LoadReport) -> None:
    scenario = current()
    build = opened.current_build(session.communities(), community.slug)
    planner_choices(scenario, build)
    job, result = _searched(scenario, report)
    if job.error is not None:
        trouble.show(job.error)
        step_buttons(by_hand=False)
        return
    if result is None:
        planner_proof.progress(job, None, _jobs().clear)
        return
    by_hand = bool(scenario.sites)
    plan = _assessed(scenario) if by_hand else result.plan
    planner_figures.plan_figures(scenario.request(), plan)
    left, right = st.columns([1.5, 1], gap="medium")
    with left:
        planner_map(community, scenario, plan, report.build_id)
    with right:
        planner_figures.site_list(plan)
        planner_proof.proof(result, plan, by_hand=by_hand)
        planner_proof.progress(job, result, _jobs().clear)
        step_buttons(by_hand=by_hand)
    if result.curve:
        planner_figures.curve(
            result.curve, result.knee, plan.population, float(scenario.minutes), len(plan.sites)
        )
    planner_figures.who_gains(plan)
    _everybody(scenario, plan)
    take_along_siting(result, plan)
    scenarios(scenario, plan, opened.districts_of(build)[1], _assessed)


def _everybody(scenario: Scenario, plan: Plan) -> None:
    planner_figures.profile_gains(
        [(name, _assessed(replace(scenario, profile=name, sites=plan.points))) for name in names()]
    )


def _assessed(scenario: Scenario) -> Plan:
    return assess_sites(session.application(), session.view().community, scenario.request(), scenario.sites)


def _searched(scenario: Scenario, report: LoadReport) -> tuple[SitingJob, SitingResult | None]:
    """Return the search for the scenario's proposal, and what it knows: one search, however many ask."""
    asked = replace(scenario, sites=(), name="")
    job = _jobs().get((asked, report.build_id, session.places().version()))
    with st.spinner(_("Looking for the best places …"), show_time=False):
        job.wait_for_first(FIRST_S)
        job.wait(PROOF_S)
    return job, job.result


class _Jobs:
    """The searches of this process by question; the oldest are forgotten."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[tuple[Scenario, str, str], SitingJob] = OrderedDict()
        self._lock = Lock()

    def get(self, question: tuple[Scenario, str, str]) -> SitingJob:
        """Return the search for a question, begun where it is new."""
        scenario, application = question[0], session.application()
        with self._lock:
            job = self._jobs.get(question)
            if job is None:
                job = self._jobs[question] = SitingJob(
                    lambda told, better: propose_sites(
                        application, scenario.community, scenario.request(), told, TIME_LIMIT_S, better
                    )
                ).start()
                while len(self._jobs) > MOST_JOBS:
                    self._jobs.popitem(last=False)[1].stop()
            self._jobs.move_to_end(question)
            return job

    def clear(self) -> None:
        """Forget the searches that were stopped, so that they begin anew."""
        with self._lock:
            stopped = [q for q, job in self._jobs.items() if job.result is not None and job.result.stopped]
            for question in stopped:
                del self._jobs[question]


@st.cache_resource(show_spinner=False)
def _jobs() -> _Jobs:
    return _Jobs()
