"""What work centres bring: figures, settlements, the next centres, and how it was reckoned."""

from __future__ import annotations

import streamlit as st

from micropolis_map.analysis.commuting import Commuting
from micropolis_map.services.work_centres import NextCentre, WorkResult
from micropolis_map.ui import numbers, safe_text
from micropolis_map.ui.components.commuting_choices import sources
from micropolis_map.ui.components.number_table import number_table
from micropolis_map.ui.components.planner_map import gain_words
from micropolis_map.ui.language import _, ngettext


def work_figures(result: WorkResult) -> None:
    """Show the key figures."""
    total, n = result.coverage.total, numbers.as_it_is(result.request.minutes)
    rows = [
        (_("work centres today"), numbers.count(len(result.coverage.spots))),
        (
            _("people within {n} minutes of one, of {all}").format(n=n, all=numbers.count(total.population)),
            numbers.count(result.within),
        ),
        (
            _("settlements reached, of {all}").format(all=len(result.settlements)),
            numbers.count(sum(one.is_reached for one in result.settlements)),
        ),
    ]
    if result.saved is not None:
        rows += [
            (_("kilometres of commuting saved a year"), numbers.rough(result.saved.person_km)),
            (_("tonnes of CO2 saved a year"), numbers.rough(result.saved.co2_kg / 1000.0)),
            (_("desks used on an average day"), numbers.rough(result.saved.desks)),
        ]
    items = "".join(
        f"<div><dt>{safe_text.html(name)}</dt><dd>{safe_text.html(value)}</dd></div>" for name, value in rows
    )
    st.html(f'<dl class="mm-figures">{items}</dl>')


def next_centres(result: WorkResult) -> None:
    """Say where the next centres serve most people, and what they save."""
    if result.proposal is None:
        return
    n = numbers.as_it_is(result.request.minutes)
    items = "".join(f"<li>{_next(one)}</li>" for one in result.next)
    said = _("Proven: no other choice brings more people within {n} minutes.").format(n=n)
    if not result.proposal.optimal:
        said = _("A good choice; it is not proven that no other one is better.")
    more = ""
    if result.saved is not None and result.saved_with_next is not None:
        tonnes = (result.saved_with_next.co2_kg - result.saved.co2_kg) / 1000.0
        km = result.saved_with_next.person_km - result.saved.person_km
        more = _("Together they save {km} km and {t} tonnes of CO2 more a year.").format(
            km=numbers.rough(km), t=numbers.rough(tonnes)
        )
    st.html(
        safe_text.heading(2, _("Where would the next centre serve most people?"))
        + f'<ol class="mm-sites">{items}</ol>'
        + "".join(f'<p class="mm-say">{safe_text.html(text)}</p>' for text in (more, said) if text)
    )


def _next(one: NextCentre) -> str:
    where = safe_text.html(one.site.district or _("outside the districts"))
    said = safe_text.html(gain_words(one.site.gained_population))
    if one.saved is None:
        return f"<b>{where}</b> {said}"
    tonnes = _("{t} t CO2 a year").format(t=numbers.rough(one.saved.co2_kg / 1000.0))
    return f"<b>{where}</b> {said} · {safe_text.html(tonnes)}"


def settlement_table(result: WorkResult) -> None:
    """Show who walks to a centre in each settlement, and what they save."""
    st.html(safe_text.heading(2, _("Settlement by settlement")) + settlements_html(result))
    st.caption(_("A settlement counts as reached when at least half of its people can walk to a centre."))


def settlements_html(result: WorkResult) -> str:
    """Return a row for each settlement, those with most people within reach first; what is saved is rough."""
    heads = [_("Settlement"), _("People"), _("Within reach"), _("Reached"), _("Median walk")]
    if result.saved is not None:
        heads += [_("Way to the city, km"), _("Saved, km a year"), _("Saved, t CO2 a year")]
    rows = []
    for one in sorted(result.settlements, key=lambda one: -one.within):
        row = [
            one.name,
            numbers.count(one.population),
            numbers.count(one.within),
            _("yes") if one.is_reached else _("no"),
            numbers.walk(one.median_s),
        ]
        if one.saved is not None:
            row += [
                numbers.decimal(one.city_km),
                numbers.rough(one.saved.person_km),
                numbers.rough(one.saved.co2_kg / 1000.0),
            ]
        rows.append(row)
    return number_table(heads, rows, stacked=result.saved is not None)


def how_reckoned(result: WorkResult) -> None:
    """Say the formula, its figures for this question, and what is not in it."""
    with st.expander(_("How this is reckoned, and what is left out"), icon=":material/help:"):
        lines = [
            _(
                "For each home within reach: people × who has a job × who would go to the city × jobs that "
                "can be done from elsewhere × remote days in the centre × days a week × weeks a year."
            ),
            *_one_person(result),
            _("Kilometres: each day the way to the city and back, straight line × detour."),
            _(
                "CO2: kilometres by car ÷ people per car × CO2 of a car, and kilometres by bus and train × "
                "their CO2. Who walks or cycles to the city today saves kilometres, but no CO2."
            ),
            _(
                "Left out: heating and light of the centre, other errands on the way to work, and that "
                "people may move farther away when they commute less. Studies disagree how much these take "
                "back, so take the figures as an upper estimate."
            ),
        ]
        st.html(
            f'<div class="mm-prose">{_list(lines)}'
            + safe_text.heading(3, _("Assumptions and their sources"))
            + _list(sources(result.request.commuting))
            + _list([numbers.source(note) for note in result.coverage.notes])
            + "</div>"
        )


def _list(lines: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{safe_text.html(line)}</li>' for line in lines)}</ul>" if lines else ""


def _one_person(result: WorkResult) -> list[str]:
    commuting: Commuting = result.request.commuting
    days = commuting.days_a_year
    return [
        ngettext(
            "With today's assumptions that is {days} day a year for each resident.",
            "With today's assumptions that is {days} days a year for each resident.",
            round(days),
        ).format(days=numbers.decimal(days))
    ]
