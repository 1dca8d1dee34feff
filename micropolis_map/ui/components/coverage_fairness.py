"""Is it fair: the same places for people who walk differently, and for the districts."""

from __future__ import annotations

import math

import streamlit as st

from micropolis_map.services.coverage_view import CoverageView, ProfileView
from micropolis_map.ui import numbers, safe_text, words
from micropolis_map.ui.components.number_table import number_table
from micropolis_map.ui.language import _


def fairness(view: CoverageView) -> None:
    """Show the differences between profiles, and say in words how unequal it is."""
    st.html(
        safe_text.heading(2, _("Is it fair?"))
        + profile_table(view)
        + "".join(f'<p class="mm-say">{safe_text.html(text)}</p>' for text in fairness_sentences(view))
    )
    with st.expander(_("What Gini and Palma say"), icon=":material/help:"):
        st.html(
            '<div class="mm-prose"><ul>'
            + "".join(f"<li>{safe_text.html(text)}</li>" for text in _explained())
            + "</ul></div>"
        )


def profile_table(view: CoverageView) -> str:
    """Return the table of all profiles as HTML; the one asked for is marked."""
    minutes = numbers.as_it_is(view.result.longest)
    head = (
        _("Who walks"),
        _("within {n} min").format(n=minutes),
        _("known for certain"),
        _("people beyond"),
        _("half walk at most"),
        _("two places to choose from"),
        _("Gini"),
        _("Palma"),
    )
    rows = [[words.profile(one.profile), *_values(one, view.result.longest)] for one in view.profiles]
    asked = [one.profile for one in view.profiles].index(view.result.request.profile)
    return number_table(head, rows, marked=asked, stacked=True)


def _values(one: ProfileView, minutes: float) -> tuple[str, ...]:
    certain = one.total.share_within_certain
    return (
        numbers.share(one.total.share_within[minutes]),
        numbers.share(certain[minutes]) if certain else _("all"),
        numbers.count(one.people_beyond),
        numbers.walk(one.total.median_s),
        numbers.share(one.fairness.choice_share),
        numbers.decimal(one.fairness.gini, 2),
        numbers.decimal(one.fairness.palma, 2),
    )


def fairness_sentences(view: CoverageView) -> list[str]:
    """Return what the figures say, in plain words."""
    fair, minutes = view.asked.fairness, numbers.as_it_is(view.result.longest)
    said = []
    if math.isfinite(fair.palma):
        said.append(
            _(
                "A person of the tenth who walk longest walks {times} times as long, on average, as one "
                "of the four tenths who live nearest."
            ).format(times=numbers.decimal(fair.times_as_long))
        )
    if math.isfinite(fair.choice_share):
        said.append(
            _("{share} can choose between at least two places within {n} minutes.").format(
                share=numbers.share(fair.choice_share), n=minutes
            )
        )
    if fair.best_district:
        said.append(
            _(
                "Between districts: {best} has {best_share} within {n} minutes, {worst} has {worst_share}: "
                "{points} percentage points apart."
            ).format(
                best=fair.best_district,
                best_share=numbers.share(fair.best_share),
                worst=fair.worst_district,
                worst_share=numbers.share(fair.worst_share),
                n=minutes,
                points=numbers.count((fair.best_share - fair.worst_share) * 100),
            )
        )
    return said + _between_profiles(view)


def _between_profiles(view: CoverageView) -> list[str]:
    minutes = view.result.longest
    best = max(view.profiles, key=lambda one: one.total.share_within[minutes])
    worst = min(view.profiles, key=lambda one: one.total.share_within[minutes])
    more = worst.people_beyond - best.people_beyond
    if round(more) <= 0:
        return [_("For everybody it is the same, however they walk.")]
    return [
        _("{worst}: {people} people more live too far away than for “{best}”.").format(
            worst=words.profile(worst.profile),
            best=words.profile(best.profile),
            people=numbers.count(more),
        )
    ]


def _explained() -> tuple[str, ...]:
    return (
        _(
            "Gini: 0 if everybody walked equally long, close to 1 if one person did all the walking. "
            "It is twice the area between the line of equal walks and the Lorenz curve."
        ),
        _(
            "Palma: all the walking of the tenth who walk longest, divided by that of the four tenths who "
            "walk least. 0.25 if everybody walked equally long; higher is less equal."
        ),
        _("Both look at the people who can reach a meeting place; those who cannot are counted above."),
        _("“Known for certain” counts only walks whose every metre is known to be passable."),
    )
