"""The sentences of a report on coverage: what a council needs to know, in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.domain.text import pick
from micropolis_map.i18n import mark
from micropolis_map.services.coverage_result import OUTSIDE_NAME, CoverageRequest, CoverageResult
from micropolis_map.services.coverage_view import CoverageView
from micropolis_map.services.fairness import Fairness
from micropolis_map.services.reporting_paper import ReportPaper
from micropolis_map.services.source_words import said as said_of
from micropolis_map.services.speech import Speech

GROUPS = {
    "older": mark("Only people of 65 and over are counted."),
    "children": mark("Only children and young people up to 17 are counted."),
}


def community_name(community: Community, speech: Speech) -> str:
    """Return the community's name in the language; of an invented one without its remark."""
    name = pick(community.name, speech.lang, community.languages)[0] or community.slug
    return name.split(" (")[0] if community.fictional else name


def district_name(name: str, speech: Speech) -> str:
    """Return a district's name for people."""
    return speech._("outside the districts") if name == OUTSIDE_NAME else name


def minutes_words(minutes: Sequence[float], speech: Speech) -> str:
    """Return thresholds as people list them: ``5, 10, 15``."""
    return ", ".join(speech.as_it_is(value) for value in minutes)


def summary(view: CoverageView, name: str, speech: Speech) -> list[str]:
    """Return what a council needs to know, most important first."""
    return [
        _left_out(view, name, speech),
        *_others(view, speech),
        *_districts(view.result, speech),
        *_certain(view.result, speech),
        *fairness_sentences(view.asked.fairness, view.result, speech)[:1],
        *filters(view.result.request, speech),
        *([said_of(edge, speech) + "."] if (edge := view.result.near_end_words) else []),
    ]


def _left_out(view: CoverageView, name: str, speech: Speech) -> str:
    result = view.result
    people = round(view.asked.people_beyond)
    return speech.ngettext(
        "In {name}, {people} person ({share}) lives more than {n} minutes on foot from the nearest meeting "
        "place ({who}).",
        "In {name}, {people} people ({share}) live more than {n} minutes on foot from the nearest meeting "
        "place ({who}).",
        people,
    ).format(
        name=name,
        people=speech.count(people),
        share=speech.share(1.0 - result.total.share_within[result.longest]),
        n=speech.as_it_is(result.longest),
        who=speech.profile(result.request.profile).lower(),
    )


def _others(view: CoverageView, speech: Speech) -> list[str]:
    longest = view.result.longest
    parts = [
        f"{speech.profile(other.profile).lower()} {speech.share(1.0 - other.total.share_within[longest])}"
        for other in view.profiles
        if other.profile != view.result.request.profile
    ]
    return [speech._("For others it is: {list}.").format(list=", ".join(parts))] if parts else []


def _districts(result: CoverageResult, speech: Speech) -> list[str]:
    lived, longest = result.lived_districts, result.longest
    if len(lived) < 2:
        return []
    worst, best = lived[0], lived[-1]
    if best.share_within[longest] - worst.share_within[longest] < 0.005:
        return [speech._("All districts are served about equally well.")]
    return [
        speech._(
            "It is worst in {district} ({share}): about {people} people there live farther away."
        ).format(
            district=worst.name,
            share=speech.share(worst.share_within[longest]),
            people=speech.count(worst.beyond(longest)),
        ),
        speech._("It is best in {district} ({share}).").format(
            district=best.name, share=speech.share(best.share_within[longest])
        ),
    ]


def _certain(result: CoverageResult, speech: Speech) -> list[str]:
    certain = result.total.share_within_certain
    if certain is None:
        return []
    return [
        speech._(
            "Counting only ways that are known to be passable, it is {share}: where the map "
            "does not say, we do not know."
        ).format(share=speech.share(certain[result.longest]))
    ]


def fairness_sentences(fair: Fairness, result: CoverageResult, speech: Speech) -> list[str]:
    """Return what the measures of fairness say."""
    said = [
        speech._("{share} of the people have at least two meeting places within {n} minutes.").format(
            share=speech.share(fair.choice_share), n=speech.as_it_is(result.longest)
        )
    ]
    if math.isfinite(fair.times_as_long):
        said.append(
            speech._(
                "A person of the tenth who walk longest walks {times} times as long as one of the four "
                "tenths who walk least (Palma ratio {palma})."
            ).format(times=speech.decimal(fair.times_as_long), palma=speech.decimal(fair.palma, 2))
        )
    if math.isfinite(fair.gini):
        said.append(
            speech._(
                "The Gini coefficient of walking time is {gini}: 0 would mean that everybody walks equally "
                "long, 1 that one person does all the walking."
            ).format(gini=speech.decimal(fair.gini, 2))
        )
    return said


def filters(request: CoverageRequest, speech: Speech) -> list[str]:
    """Return what was left out of the question."""
    said = []
    if request.people in GROUPS:
        said.append(speech._(GROUPS[request.people]))
    if request.step_free:
        said.append(speech._("Only meeting places known to be step-free are counted."))
    if request.open_at:
        said.append(
            speech._("Only meeting places known to be open at {hour} are counted.").format(
                hour=request.open_at
            )
        )
    if request.kinds:
        kinds = ", ".join(kind.replace("_", " ") for kind in request.kinds)
        said.append(speech._("Only these meeting places are counted: {kinds}.").format(kinds=kinds))
    return said


def method(result: CoverageResult, speech: Speech) -> list[str]:
    """Return how the figures were found, and what they assume."""
    said = [
        speech._(
            "From every home the quickest walk along streets and paths to the nearest meeting place was "
            "found; walking speed {speed} km/h on level ground, slower uphill where heights are known."
        ).format(speed=speech.decimal(result.speed_m_s * 3.6)),
        speech._(
            "Shares count people, not area. People who cannot reach any meeting place count "
            "as not reached."
        ),
        speech._("Half of the people walk at most the median; nine of ten at most the 90th percentile."),
        speech._("A home or a meeting place farther than 300 m from every way counts as not reachable."),
    ]  # fmt: skip
    if result.certain_walks is not None:
        said.append(
            speech._(
                "Steps and ways tagged as impassable are never taken. Ways whose tags do not say "
                "are taken, and shown as uncertain."
            )
        )
    return said


def write_sources(paper: ReportPaper, found: Sequence[str], notes: Sequence[str], speech: Speech) -> None:
    """Write where the data come from, and the notes of a computation, each once."""
    paper.section(speech._("Data sources"), needs_mm=60.0)
    paper.points(found, 10.5)
    if notes:
        paper.section(speech._("Notes of the computation"), needs_mm=30.0)
        paper.points([said_of(note, speech) for note in dict.fromkeys(notes)], 9.5)


def sources(result: CoverageResult, report: LoadReport, community: Community, speech: Speech) -> list[str]:
    """Return where the data come from, and their dates."""
    said = [
        speech._("Streets: {source}, loaded {when}.").format(
            source=said_of(report.source, speech), when=speech.moment(report.loaded)
        ),
        speech._("People: {source}.").format(source=said_of(result.population_source, speech)),
        speech._("Meeting places: {source}.").format(source=said_of(result.spots.source, speech)),
    ]
    if report.osm_timestamp:
        said.append(
            speech._("State of OpenStreetMap: {when}.").format(when=speech.moment(report.osm_timestamp))
        )
    said.append(speech._("Build of the walk network: {id}.").format(id=report.build_id))
    if community.fictional:
        said.append(speech._("The town is invented: its streets, people and places do not exist."))
    else:
        said.append(speech._("Map data © OpenStreetMap contributors, Open Database Licence (ODbL)."))
    return said
