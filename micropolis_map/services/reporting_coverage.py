"""The report on walking coverage: a page of summary, the map, districts, profiles, fairness, method."""

from __future__ import annotations

from datetime import datetime

from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.maps.walking_classes import walking_classes
from micropolis_map.services.coverage_result import AreaCoverage
from micropolis_map.services.coverage_view import CURVE_MINUTES, CoverageView
from micropolis_map.services.paper_map import Ground
from micropolis_map.services.reporting_map import Collection, class_words, coverage_map, page_box
from micropolis_map.services.reporting_paper import Axis, Colour, Column, Line, ReportPaper, rgb
from micropolis_map.services.reporting_words import (
    community_name,
    district_name,
    fairness_sentences,
    filters,
    method,
    minutes_words,
    sources,
    summary,
    write_sources,
)
from micropolis_map.services.speech import Speech

PROFILE_LINES: dict[str, tuple[Colour, float]] = {
    "adult": (rgb("#0a62a0"), 0.0),
    "senior": (rgb("#b04a00"), 3.0),
    "stroller": (rgb("#00725a"), 1.6),
    "wheelchair": (rgb("#8a2e5d"), 0.7),
}
"""Colour and dash, so that lines are told apart without colours."""
MOST_THRESHOLDS = 6
SHARE_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


def coverage_pages(
    view: CoverageView,
    community: Community,
    report: LoadReport,
    ground: tuple[Ground, Collection],
    speech: Speech,
    moment: datetime,
) -> bytes:
    """Return the report as PDF.

    Parameters
    ----------
    ground
        What maps of the town are drawn from, and the layer of the map coloured by walking time.
    moment
        When it is made; stands on the first page.
    """
    name = community_name(community, speech)
    day = speech.day(moment.date())
    paper = ReportPaper(
        speech._("Walking to a meeting place in {name}").format(name=name),
        speech.lang,
        f"{name} · {day} · Micropolis Map · {report.build_id}",
    )
    paper.set_creation_date(moment)
    _summary_page(paper, view, name, day, speech)
    _map_page(paper, view, ground, speech)
    _districts(paper, view, speech)
    _profiles(paper, view, speech)
    _fairness(paper, view, speech)
    _method(paper, view, report, community, speech)
    return paper.content()


def _summary_page(paper: ReportPaper, view: CoverageView, name: str, day: str, speech: Speech) -> None:
    result = view.result
    below = speech._("{who} · near means within {n} minutes on foot · {spots} meeting places").format(
        who=speech.profile(result.request.profile),
        n=speech.as_it_is(result.longest),
        spots=speech.count(len(result.spots)),
    )
    title = speech._("Walking to a meeting place in {name}").format(name=name)
    paper.title_block(speech._("Report · {day}").format(day=day), title, below)
    paper.key_figures(_key_figures(view, speech))
    paper.section(speech._("In words"))
    for number, sentence in enumerate(summary(view, name, speech)):
        paper.say(sentence, 14.0 if number == 0 else 12.0, bold=number == 0)
    paper.section(speech._("People by walking time"), needs_mm=62.0)
    for one in view.profiles:
        paper.share_bar(
            speech.profile(one.profile),
            _class_shares(one.total, result.request.minutes),
            speech.share(one.total.share_within[result.longest]),
            is_strong=one.profile == result.request.profile,
        )
    paper.ln(1.0)
    classes = walking_classes(result.request.minutes)
    paper.legend([(rgb(walking.colour), class_words(walking, speech)) for walking in classes])
    paper.say(
        speech._("At the right: share within {n} minutes.").format(n=speech.as_it_is(result.longest)),
        9.5,
        soft=True,
    )


def _key_figures(view: CoverageView, speech: Speech) -> list[tuple[str, str]]:
    result, total = view.result, view.result.total
    n = speech.as_it_is(result.longest)
    figures = [
        (speech.share(total.share_within[result.longest]), speech._("within {n} minutes").format(n=n)),
        (
            speech.count(view.asked.people_beyond),
            speech._("people live farther away, of {all}").format(all=speech.count(total.population)),
        ),
        (speech.walk(total.median_s), speech._("half of the people walk at most")),
        (speech.walk(total.p90_s), speech._("nine of ten walk at most")),
        (speech.share(total.unreachable_share), speech._("cannot get there")),
    ]
    worst = result.lived_districts[0] if len(result.lived_districts) > 1 else None
    if worst is not None:
        said = speech._("is served worst: {share} within {n} minutes")
        figures.append((worst.name, said.format(share=speech.share(worst.share_within[result.longest]), n=n)))
    return figures


def _class_shares(area: AreaCoverage, minutes: tuple[float, ...]) -> list[tuple[float, Colour]]:
    """Return the share of people in each class of walking time, with its colour."""
    bounds = [0.0, *(area.share_within[m] for m in minutes), 1.0 - area.unreachable_share, 1.0]
    return [
        (max(0.0, high - low), rgb(walking.colour))
        for walking, low, high in zip(walking_classes(minutes), bounds, bounds[1:], strict=False)
    ]


def _map_page(
    paper: ReportPaper, view: CoverageView, ground: tuple[Ground, Collection], speech: Speech
) -> None:
    paper.section(speech._("Where it is far"), new_page=True)
    paper.say(
        speech._(
            "Colours show how long the walk to the nearest meeting place is: the darker, the longer ({who})."
        ).format(who=speech.profile(view.result.request.profile).lower())
    )
    coverage_map(paper, page_box(paper, 20.0), ground[0], view.result, ground[1], speech)


def _districts(paper: ReportPaper, view: CoverageView, speech: Speech) -> None:
    result = view.result
    needs_mm = 50.0 + 7.2 * min(len(result.districts), 20)
    paper.section(speech._("District by district"), needs_mm=needs_mm)
    paper.say(speech._("The worst-served districts come first."))
    shown = result.request.minutes[-MOST_THRESHOLDS:]
    certain = result.total.share_within_certain is not None
    share_mm = (54.0 - (12.0 if certain else 0.0)) / len(shown)
    columns = [
        Column(speech._("District"), 44.0, is_number=False),
        Column(speech._("People"), 20.0),
        *(Column(speech._("{n} min").format(n=speech.as_it_is(m)), share_mm) for m in shown),
        *([Column(speech._("certain"), 12.0)] if certain else []),
        Column(speech._("Median, min"), 17.0),
        Column(speech._("90 % walk at most, min"), 20.0),
        Column(speech._("People farther away"), 19.0),
    ]
    listed = {id(area) for area in result.lived_districts}
    rest = [area for area in result.districts if id(area) not in listed]
    rows = [
        _district_row(area, name, shown, result.longest, speech)
        for area, name in [
            (result.total, speech._("All together")),
            *((area, district_name(area.name, speech)) for area in (*result.lived_districts, *rest)),
        ]
    ]
    paper.rows(columns, rows, strong_rows=1)
    if certain:
        paper.say(
            speech._("“certain” counts only walks whose every metre is known to be passable."), 9.5, soft=True
        )


def _district_row(
    area: AreaCoverage, name: str, shown: tuple[float, ...], longest: float, speech: Speech
) -> list[str]:
    lived = area.population > 0.0
    certain = area.share_within_certain
    shares = [area.share_within[m] for m in shown] + ([] if certain is None else [certain[longest]])
    return [
        name,
        speech.count(area.population),
        *(speech.share(share) if lived else "–" for share in shares),
        speech.fixed(area.median_s / 60.0),
        speech.fixed(area.p90_s / 60.0),
        speech.count(area.beyond(longest)),
    ]


def _profiles(paper: ReportPaper, view: CoverageView, speech: Speech) -> None:
    paper.section(speech._("How long people walk, by who walks"), needs_mm=150.0)
    lines = [
        Line(
            speech.profile(one.profile),
            one.curve,
            *PROFILE_LINES.get(one.profile, (rgb("#1d2321"), 0.0)),
            is_strong=one.profile == view.result.request.profile,
        )
        for one in view.profiles
    ]
    ticks = range(0, CURVE_MINUTES[-1] + 1, 5)
    paper.chart(
        lines,
        Axis(speech._("minutes on foot"), ticks, [str(tick) for tick in ticks]),
        Axis(speech._("share of people within"), SHARE_STEPS, [speech.share(step) for step in SHARE_STEPS]),
        [m for m in view.result.request.minutes if m <= CURVE_MINUTES[-1]],
    )
    _profile_table(paper, view, speech)


def _profile_table(paper: ReportPaper, view: CoverageView, speech: Speech) -> None:
    shown = view.result.request.minutes[-MOST_THRESHOLDS:]
    columns = [
        Column(speech._("Who walks"), 44.0, is_number=False),
        *(Column(speech._("{n} min").format(n=speech.as_it_is(m)), 56.0 / len(shown)) for m in shown),
        Column(speech._("Median, min"), 18.0),
        Column(speech._("two places near"), 18.0),
        Column(speech._("Gini"), 14.0),
        Column(speech._("People farther away"), 24.0),
    ]
    rows = [
        [
            speech.profile(one.profile),
            *(speech.share(one.total.share_within[m]) for m in shown),
            speech.fixed(one.total.median_s / 60.0),
            speech.share(one.fairness.choice_share),
            speech.fixed(one.fairness.gini, 2),
            speech.count(one.people_beyond),
        ]
        for one in view.profiles
    ]
    paper.rows(columns, rows)


def _fairness(paper: ReportPaper, view: CoverageView, speech: Speech) -> None:
    paper.section(speech._("How fairly it is shared"), needs_mm=60.0)
    paper.points(fairness_sentences(view.asked.fairness, view.result, speech))


def _method(
    paper: ReportPaper, view: CoverageView, report: LoadReport, community: Community, speech: Speech
) -> None:
    result = view.result
    paper.section(speech._("What these figures mean, and what they rest on"), needs_mm=70.0)
    asked = speech._("Asked: {who}; minutes {minutes}.").format(
        who=speech.profile(result.request.profile), minutes=minutes_words(result.request.minutes, speech)
    )
    paper.points([asked, *filters(result.request, speech), *method(result, speech)], 10.5)
    write_sources(paper, sources(result, report, community, speech), (*result.notes, *report.notes), speech)
