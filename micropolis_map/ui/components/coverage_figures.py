"""The figures of coverage in large type, in sentences, and what they rest on."""

from __future__ import annotations

import streamlit as st

from micropolis_map.domain.community import LoadReport
from micropolis_map.services.coverage_result import OUTSIDE_NAME, AreaCoverage, CoverageResult
from micropolis_map.ui import numbers, safe_text, words
from micropolis_map.ui.language import _, ngettext


def figures(result: CoverageResult) -> None:
    """Show the community's key figures."""
    total = result.total
    rows = [
        (_("within {n} minutes").format(n=f"{minutes:g}"), numbers.share(share))
        for minutes, share in total.share_within.items()
    ]
    rows += [
        (_("half of the people walk at most"), numbers.walk(total.median_s)),
        (_("nine of ten walk at most"), numbers.walk(total.p90_s)),
        (_("cannot get there"), numbers.share(total.unreachable_share)),
    ]
    items = "".join(
        f"<div><dt>{safe_text.html(name)}</dt><dd>{safe_text.html(value)}</dd></div>" for name, value in rows
    )
    st.html(f'<dl class="mm-figures">{items}</dl>')


def sentences(result: CoverageResult, name: str) -> None:
    """Say what a planner would write about it."""
    said = [
        _first(result, name),
        *_districts(result),
        *_certain(result),
        _("{people} people, {spots} meeting places. People: {source}.").format(
            people=numbers.count(result.total.population),
            spots=numbers.count(len(result.spots)),
            source=result.population_source,
        ),
    ]
    st.html(
        safe_text.heading(2, _("In words"))
        + "".join(f'<p class="mm-say">{safe_text.html(s)}</p>' for s in said)
    )


def _first(result: CoverageResult, name: str) -> str:
    minutes = max(result.total.share_within)
    return _("In {name}, {share} of the people reach a meeting place within {n} minutes ({who}).").format(
        name=name,
        share=numbers.share(result.total.share_within[minutes]),
        n=f"{minutes:g}",
        who=words.profile(result.request.profile).lower(),
    )


def _districts(result: CoverageResult) -> list[str]:
    minutes = max(result.total.share_within)
    lived = [area for area in result.districts if area.population > 0 and area.name != OUTSIDE_NAME]
    if len(lived) < 2:
        return []

    def near(area: AreaCoverage) -> float:
        return area.share_within[minutes]

    best, worst = max(lived, key=near), min(lived, key=near)
    left_out = worst.population * (1.0 - near(worst))
    if near(best) - near(worst) < 0.005:
        return [_("All districts are served about equally well.")]
    return [
        _("It is best in {district} ({share}).").format(district=best.name, share=numbers.share(near(best))),
        _("It is worst in {district} ({share}): about {people} people there live farther away.").format(
            district=worst.name, share=numbers.share(near(worst)), people=numbers.count(left_out)
        ),
    ]


def _certain(result: CoverageResult) -> list[str]:
    certain = result.total.share_within_certain
    if certain is None:
        return []
    minutes = max(certain)
    return [
        _(
            "Counting only ways that are known to be passable, it is {share}: where the map "
            "does not say, we do not know."
        ).format(share=numbers.share(certain[minutes]))
    ]


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
                source=report.source, when=numbers.moment(report.loaded)
            ),
            _("Meeting places: {source}.").format(source=result.spots.source),
        ]
        if result.certain_walks is not None:
            lines.append(
                _(
                    "Steps and ways tagged as impassable are never taken. Ways whose tags do not say "
                    "are taken, and shown as uncertain."
                )
            )
        notes = [*lines, *result.notes, *report.notes]
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
