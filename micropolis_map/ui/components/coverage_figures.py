"""The figures of coverage in large type, in sentences, and what they rest on."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import LoadReport
from micropolis_map.services.coverage_result import CoverageResult
from micropolis_map.services.coverage_view import CoverageView
from micropolis_map.ui import numbers, safe_text, words
from micropolis_map.ui.language import _, ngettext


def figures(result: CoverageResult) -> None:
    """Show the community's key figures."""
    total = result.total
    rows = [
        (_("within {n} minutes").format(n=numbers.as_it_is(minutes)), numbers.share(share))
        for minutes, share in total.share_within.items()
    ]
    rows += [
        (
            _("people farther than {n} minutes").format(n=numbers.as_it_is(result.longest)),
            numbers.count(total.beyond(result.longest)),
        ),
        (_("half of the people walk at most"), numbers.walk(total.median_s)),
        (_("nine of ten walk at most"), numbers.walk(total.p90_s)),
        (_("cannot get there"), numbers.share(total.unreachable_share)),
    ]
    items = "".join(
        f"<div><dt>{safe_text.html(name)}</dt><dd>{safe_text.html(value)}</dd></div>" for name, value in rows
    )
    st.html(f'<dl class="mm-figures">{items}</dl>')


def sentences(view: CoverageView, name: str) -> None:
    """Say what a planner would write about it."""
    said = [*said_of(view, name), _basis(view.result)]
    st.html(
        safe_text.heading(2, _("In words"))
        + "".join(f'<p class="mm-say">{safe_text.html(s)}</p>' for s in said)
    )


def said_of(view: CoverageView, name: str) -> list[str]:
    """Return the sentences on who is left out."""
    result = view.result
    return [
        _first(result, name),
        _beyond(view),
        *_districts(result),
        *_certain(result),
        *_unknown(view),
        *_near_end(result),
    ]


def _first(result: CoverageResult, name: str) -> str:
    return _("In {name}, {share} of the people reach a meeting place within {n} minutes ({who}).").format(
        name=name,
        share=numbers.share(result.total.share_within[result.longest]),
        n=numbers.as_it_is(result.longest),
        who=words.profile(result.request.profile).lower(),
    )


def _beyond(view: CoverageView) -> str:
    """Say how many people live too far away, and that it is other for who walks otherwise."""
    result, minutes = view.result, view.result.longest
    other = view.of("wheelchair" if result.request.profile != "wheelchair" else "adult")
    said = {
        "wheelchair": _("{people} people, {share}, live farther away; for a wheelchair user it is {other}."),
        "adult": _("{people} people, {share}, live farther away; for an adult on foot it is {other}."),
    }[other.profile]
    return said.format(
        people=numbers.count(view.asked.people_beyond),
        share=numbers.share(1.0 - result.total.share_within[minutes]),
        other=numbers.share(1.0 - other.total.share_within[minutes]),
    )


def _districts(result: CoverageResult) -> list[str]:
    lived, minutes = result.lived_districts, result.longest
    if len(lived) < 2:
        return []
    worst, best = lived[0], lived[-1]
    if best.share_within[minutes] - worst.share_within[minutes] < 0.005:
        return [_("All districts are served about equally well.")]
    return [
        _("It is best in {district} ({share}).").format(
            district=best.name, share=numbers.share(best.share_within[minutes])
        ),
        _("It is worst in {district} ({share}): about {people} people there live farther away.").format(
            district=worst.name,
            share=numbers.share(worst.share_within[minutes]),
            people=numbers.count(worst.beyond(minutes)),
        ),
    ]


def _certain(result: CoverageResult) -> list[str]:
    certain = result.total.share_within_certain
    if certain is None:
        return []
    return [
        _(
            "Counting only ways that are known to be passable, it is {share}: where the map "
            "does not say, we do not know."
        ).format(share=numbers.share(certain[result.longest]))
    ]


def _unknown(view: CoverageView) -> list[str]:
    count, total = len(view.result.spots_unknown), view.with_unknown
    if total is None:
        return []
    return [
        ngettext(
            "{n} more place is not counted, because nobody knows whether it is step-free or open "
            "then. If it were, {share} would be near.",
            "{n} more places are not counted, because nobody knows whether they are step-free or open "
            "then. If all of them were, {share} would be near.",
            count,
        ).format(n=numbers.count(count), share=numbers.share(total.share_within[view.result.longest]))
    ]


def _near_end(result: CoverageResult) -> list[str]:
    return [numbers.source(result.near_end_words) + "."] if result.near_end_words else []


def _basis(result: CoverageResult) -> str:
    return _("{people} people, {spots} meeting places. People: {source}.").format(
        people=numbers.count(result.total.population),
        spots=numbers.count(len(result.spots)),
        source=numbers.source(result.population_source),
    )


def explanations(result: CoverageResult, report: LoadReport) -> None:
    """Say what the figures mean and rest on."""
    with st.expander(_("What these figures mean, and what they rest on"), icon=":material/help:"):
        speed = numbers.decimal(result.speed_m_s * 3.6)
        lines = [
            _(
                "A walk is the quickest way on foot from a home to the nearest meeting place, at "
                "{speed} km/h on level ground."
            ).format(speed=speed),
            _(
                "Shares count people, not area. People who cannot reach any meeting place count "
                "as not reached."
            ),
            _("Half of the people walk at most the median; nine of ten at most the 90th percentile."),
            _("Streets: {source}, loaded {when}.").format(
                source=numbers.source(report.source), when=numbers.moment(report.loaded)
            ),
            _("Meeting places: {source}.").format(source=numbers.source(result.spots.source)),
        ]
        if result.certain_walks is not None:
            lines.append(
                _(
                    "Steps and ways tagged as impassable are never taken. Ways whose tags do not say "
                    "are taken, and shown as uncertain."
                )
            )
        notes = [*lines, *map(numbers.source, (*result.notes, *report.notes))]
        seen = dict.fromkeys(notes)
        st.html(
            '<div class="mm-prose"><ul>'
            + "".join(f"<li>{safe_text.html(note)}</li>" for note in seen)
            + "</ul></div>"
        )
        count = ngettext("{n} street node", "{n} street nodes", report.nodes).format(
            n=numbers.count(report.nodes)
        )
        st.caption(safe_text.label(f"{count} · {numbers.decimal(report.length_km)} km"))
