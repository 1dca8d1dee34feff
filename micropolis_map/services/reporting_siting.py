"""The report on new meeting places: what they bring, where they are, how sure it is, who gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.i18n import mark
from micropolis_map.services.assessing import Deps
from micropolis_map.services.coverage_result import NO_POINTS, CoverageResult
from micropolis_map.services.paper_ground import paper_ground_of
from micropolis_map.services.paper_map import Ground
from micropolis_map.services.reporting import load_report
from micropolis_map.services.reporting_map import page_box, siting_map
from micropolis_map.services.reporting_paper import Axis, Column, Line, ReportPaper, rgb
from micropolis_map.services.reporting_words import (
    community_name,
    district_name,
    method,
    sources,
    write_sources,
)
from micropolis_map.services.siting import assess_sites, propose_sites
from micropolis_map.services.siting_ground import ground_of
from micropolis_map.services.siting_result import Plan, Site, SitingRequest, SitingResult
from micropolis_map.services.source_words import said
from micropolis_map.services.speech import Speech
from micropolis_map.workers.pool import WORKERS

GOAL_WORDS = {
    "coverage": mark("Most people near"),
    "p-median": mark("Least walking in all"),
    "equity": mark("The worst-off first"),
}
TIME_LIMIT_S = 8.0
"""As long as the page looks for a proof."""
SHARE_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class SitingFacts:
    """What a report on new places shows.

    Attributes
    ----------
    plan
        The proposed one, or one moved by hand.
    before
        The coverage without the new places.
    """

    result: SitingResult
    plan: Plan
    before: CoverageResult
    community: Community
    report: LoadReport
    ground: Ground

    @property
    def by_hand(self) -> bool:
        """Whether the sites are not the proposed ones."""
        return self.plan is not self.result.plan

    def minutes(self, speech: Speech) -> str:
        """Return the threshold as people write it."""
        return speech.as_it_is(self.result.request.minutes)


def siting_report(
    deps: Deps,
    slug: str,
    request: SitingRequest,
    lang: str = "en",
    *,
    points: tuple[tuple[float, float], ...] = (),
    result: SitingResult | None = None,
    moment: datetime | None = None,
) -> bytes:
    """Return the report on new meeting places as PDF, in `lang`.

    Parameters
    ----------
    points
        Sites moved by hand, (lon, lat); without them the proposed ones are shown.
    result
        The proposal for `request`, where it is there already; else it is looked for.

    Raises
    ------
    NotFound, NotLoaded, InvalidInput
        As `propose_sites`.
    Busy
        Too many reports are being drawn.
    """
    found = result or propose_sites(deps, slug, request, time_limit_s=TIME_LIMIT_S)
    facts = SitingFacts(
        result=found,
        plan=shown_plan(deps, found, points),
        before=ground_of(deps, slug, request).before,
        community=deps.community_store.get(slug),
        report=load_report(deps, slug),
        ground=paper_ground_of(deps.community_store, slug),
    )
    return WORKERS.run(siting_pages, facts, Speech(lang), moment or datetime.now(UTC))


def shown_plan(deps: Deps, result: SitingResult, points: tuple[tuple[float, float], ...]) -> Plan:
    """Return the plan with sites at `points`: the proposed one where there are none or they are the same."""
    proposed = tuple((round(site.lon, 6), round(site.lat, 6)) for site in result.plan.sites)
    if not points or points == proposed:
        return result.plan
    return assess_sites(deps, result.community, result.request, points)


def siting_pages(facts: SitingFacts, speech: Speech, moment: datetime) -> bytes:
    """Return the report as PDF; `moment` stands on the first page."""
    name, day = community_name(facts.community, speech), speech.day(moment.date())
    title = speech._("New meeting places for {name}").format(name=name)
    paper = ReportPaper(title, speech.lang, f"{name} · {day} · Micropolis Map · {facts.report.build_id}")
    paper.set_creation_date(moment)
    paper.title_block(speech._("Report · {day}").format(day=day), title, _asked(facts.result.request, speech))
    paper.key_figures(_key_figures(facts, speech))
    paper.section(speech._("In words"))
    for number, sentence in enumerate(sentences(facts, name, speech)):
        paper.say(sentence, 14.0 if number == 0 else 12.0, bold=number == 0)
    _sites(paper, facts.plan, speech)
    _map(paper, facts, speech)
    _curve(paper, facts, speech)
    _gains(paper, facts, speech)
    _method(paper, facts, speech)
    return paper.content()


def sentences(facts: SitingFacts, name: str, speech: Speech) -> list[str]:
    """Return what the new places bring, and how sure it is that nothing is better."""
    plan = facts.plan
    everybody = max(plan.population, 1e-9)
    gained = round(plan.gained)
    return [
        speech.ngettext(
            "With {new} new place, {people} more people of {name} live within {n} minutes of a meeting "
            "place: {after} instead of {before}.",
            "With {new} new places, {people} more people of {name} live within {n} minutes of a meeting "
            "place: {after} instead of {before}.",
            len(plan.sites),
        ).format(
            new=speech.count(len(plan.sites)),
            people=speech.count(gained),
            name=name,
            n=facts.minutes(speech),
            after=speech.share(plan.covered_after / everybody),
            before=speech.share(plan.covered_before / everybody),
        ),
        proof(facts, speech),
        *_knee(facts.result, speech),
        *([said(edge, speech) + "."] if (edge := facts.result.near_end_words) else []),
    ]


def proof(facts: SitingFacts, speech: Speech) -> str:
    """Say how sure it is that nothing is better; for sites moved by hand, what the move costs."""
    result = facts.result
    if facts.by_hand:
        return speech._(
            "The places were moved by hand; the proposed ones would bring {people} people near."
        ).format(people=speech.count(result.plan.gained))
    if result.optimal:
        return speech._(
            "Proven: among {n} possible places along the streets, no other choice is better."
        ).format(n=speech.count(result.candidates))
    if result.gap is None:
        return speech._("A good choice, but in the time given nobody could prove that it is the best.")
    return speech._("A good choice; another one could be at most {share} better.").format(
        share=speech.share(result.gap)
    )


def _asked(request: SitingRequest, speech: Speech) -> str:
    parts = [
        speech.profile(request.profile),
        speech._("near means within {n} minutes on foot").format(n=speech.as_it_is(request.minutes)),
        speech._(GOAL_WORDS.get(request.objective, request.objective)),
    ]
    if not request.keep_existing:
        parts.append(speech._("planned as if there were no meeting place yet"))
    return " · ".join(parts)


def _key_figures(facts: SitingFacts, speech: Speech) -> list[tuple[str, str]]:
    plan, everybody = facts.plan, max(facts.plan.population, 1e-9)
    return [
        (
            speech.share(plan.covered_before / everybody),
            speech._("now within {n} minutes").format(n=facts.minutes(speech)),
        ),
        (speech.share(plan.covered_after / everybody), speech._("with the new places")),
        (speech.count(plan.gained), speech._("people newly near")),
        (speech.walk(plan.mean_before_s), speech._("average walk now")),
        (speech.walk(plan.mean_after_s), speech._("average walk then")),
        (speech.count(plan.population - plan.covered_after), speech._("people still too far")),
    ]


def _knee(result: SitingResult, speech: Speech) -> list[str]:
    if not result.knee:
        return []
    return [
        speech.ngettext(
            "The curve bends at {n} new place: every further one adds less.",
            "The curve bends at {n} new places: every further one adds less.",
            result.knee,
        ).format(n=result.knee)
    ]


def _sites(paper: ReportPaper, plan: Plan, speech: Speech) -> None:
    paper.section(speech._("The new places"), needs_mm=30.0 + 7.2 * min(len(plan.sites), 10))
    columns = [
        Column(speech._("No."), 12.0),
        Column(speech._("District"), 62.0, is_number=False),
        Column(speech._("Position (latitude, longitude)"), 62.0, is_number=False),
        Column(speech._("People it adds"), 38.0),
    ]
    outside = speech._("outside the districts")
    rows = [
        [
            str(number),
            " · ".join(filter(None, (site.name, site.district or outside))),
            position(site),
            speech.count(site.gained_population),
        ]
        for number, site in enumerate(plan.sites, start=1)
    ]
    paper.rows(columns, rows)


def position(site: Site) -> str:
    """Return a site's position as people copy it into another map: latitude first."""
    return f"{site.lat:.6f}, {site.lon:.6f}"


def _map(paper: ReportPaper, facts: SitingFacts, speech: Speech) -> None:
    paper.section(speech._("Where they are"), new_page=True)
    paper.say(speech._("Each dot is a home; white circles are today's meeting places."))
    before = facts.before
    if not facts.result.request.keep_existing:
        before = replace(before, spots=NO_POINTS)
    siting_map(paper, page_box(paper, 20.0), facts.ground, before, facts.plan, speech)


def _curve(paper: ReportPaper, facts: SitingFacts, speech: Speech) -> None:
    result = facts.result
    everybody = max(result.plan.population, 1e-9)
    paper.section(speech._("How many are worth it"), needs_mm=92.0)
    ticks = range(len(result.curve))
    paper.chart(
        [
            Line(
                speech._("people near"),
                [people / everybody for people in result.curve],
                rgb("#0a62a0"),
                is_strong=True,
            )
        ],
        Axis(speech._("number of new places"), ticks, [str(tick) for tick in ticks]),
        Axis(
            speech._("share of people within {n} minutes").format(n=facts.minutes(speech)),
            SHARE_STEPS,
            [speech.share(step) for step in SHARE_STEPS],
        ),
        [result.knee] if result.knee else [],
        60.0,
    )
    for sentence in _knee(result, speech):
        paper.say(sentence)


def _gains(paper: ReportPaper, facts: SitingFacts, speech: Speech) -> None:
    areas = sorted(facts.plan.districts, key=lambda area: -area.gained)
    paper.section(speech._("Who gains"), needs_mm=36.0 + 7.2 * min(len(areas), 15))
    columns = [
        Column(speech._("District"), 62.0, is_number=False),
        *(Column(speech._(head), 28.0) for head in GAIN_HEADS),
    ]
    rows: Sequence[Sequence[str]] = [
        [
            district_name(area.name, speech),
            *map(speech.count, (area.population, area.covered_before, area.covered_after, area.gained)),
        ]
        for area in areas
    ]
    paper.rows(columns, rows)


GAIN_HEADS = (mark("People"), mark("Near now"), mark("Near then"), mark("Newly near"))


def _method(paper: ReportPaper, facts: SitingFacts, speech: Speech) -> None:
    result = facts.result
    paper.section(speech._("What these figures mean, and what they rest on"), needs_mm=70.0)
    how = [
        speech._("Asked: {who}.").format(who=_asked(result.request, speech)),
        speech._("Possible places: {n} ({source}).").format(
            n=speech.count(result.candidates), source=said(result.candidates_source, speech)
        ),
        speech._("What a place adds counts the people it brings near after those before it in the list."),
        speech._(
            "The best places are found with the exact solver HiGHS; the proof is that of the "
            "mathematical model, not of what a visit on the spot will show."
        ),
    ]
    paper.points([*how, *method(facts.before, speech)], 10.5)
    found = sources(facts.before, facts.report, facts.community, speech)
    write_sources(paper, found, (*result.notes, *facts.report.notes), speech)
