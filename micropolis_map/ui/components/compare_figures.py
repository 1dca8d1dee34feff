"""What differs between two sides: figure by figure, and district by district."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import streamlit as st

from micropolis_map.services.comparing import NUMBER, PEOPLE, SECONDS, SHARE, Comparison, Difference
from micropolis_map.ui import numbers, safe_text
from micropolis_map.ui.components.number_table import number_table
from micropolis_map.ui.language import _

DIGITS = {SHARE: 1, SECONDS: 1, PEOPLE: 0, NUMBER: 2}
"""Decimals that are shown of a figure, by its unit."""


def differences(comparison: Comparison, left: str, right: str) -> None:
    """Show both sides' figures and their differences; `left` and `right` are the sides' titles."""
    longest = comparison.left.result.longest
    st.html(
        safe_text.heading(2, _("What differs"))
        + f'<p class="mm-say">{safe_text.html(in_a_sentence(comparison, left, right))}</p>'
        + _table(comparison.totals, _("Figure"), left, right, lambda one: figure_words(one, longest))
    )
    if comparison.districts:
        title = _("District by district: within {n} minutes").format(n=numbers.as_it_is(longest))
        st.html(
            safe_text.heading(2, title)
            + _table(comparison.districts, _("District"), left, right, lambda one: one.name)
        )


def in_a_sentence(comparison: Comparison, left: str, right: str) -> str:
    """Return the main difference in words."""
    longest = comparison.left.result.longest
    within = [
        result.total.share_within[longest] for result in (comparison.left.result, comparison.right.result)
    ]
    points = round(shown(within[1], SHARE) - shown(within[0], SHARE), 1)
    if points == 0.0:
        return _("Within {n} minutes both have the same share of people near: {share}.").format(
            n=numbers.as_it_is(longest), share=numbers.percent(within[0])
        )
    said = (
        _("{right}: {share} are within {n} minutes, {points} points more than {left} ({other}).")
        if points > 0
        else _("{right}: {share} are within {n} minutes, {points} points fewer than {left} ({other}).")
    )
    return said.format(
        right=right,
        left=left,
        n=numbers.as_it_is(longest),
        share=numbers.percent(within[1]),
        other=numbers.percent(within[0]),
        points=numbers.decimal(abs(points)),
    )


def figure_words(one: Difference, longest: float) -> str:
    """Return what a figure is."""
    if one.name.startswith("within_"):
        return _("within {n} min").format(n=one.name.removeprefix("within_"))
    said = {
        "population": _("people"),
        "spots": _("meeting places"),
        "people_beyond": _("people farther than {n} minutes").format(n=numbers.as_it_is(longest)),
        "median_s": _("half of the people walk at most"),
        "p90_s": _("nine of ten walk at most"),
        "unreachable_share": _("cannot get there"),
        "choice_share": _("at least two places to choose from"),
        "gini": _("Gini"),
        "palma": _("Palma"),
    }
    return said[one.name]


def value_words(value: float, unit: str) -> str:
    """Return a figure with its unit, so exact that the differences can be checked."""
    if unit == SHARE:
        return numbers.percent(value)
    if unit == PEOPLE:
        return numbers.count(value)
    return numbers.walk(value) if unit == SECONDS else numbers.decimal(value, 2)


def change_words(one: Difference) -> str:
    """Return the difference of the figures shown with its sign, shares in points; a dash for none."""
    if not math.isfinite(one.change):
        return "–"
    said = {SHARE: _("{n} points"), SECONDS: _("{n} min")}.get(one.unit, "{n}")
    return _signed(shown(one.right, one.unit) - shown(one.left, one.unit), said, DIGITS[one.unit])


def shown(value: float, unit: str) -> float:
    """Return a figure as it is shown: shares in per cent, times in minutes, rounded."""
    if unit == SHARE and 0.0 < value < 1.0:
        value = min(max(value, 0.001), 0.999)
    return round(value * {SHARE: 100.0, SECONDS: 1.0 / 60.0}.get(unit, 1.0), DIGITS[unit])


def _signed(value: float, text: str, digits: int) -> str:
    rounded = round(value, digits)
    if rounded == 0:
        return "0"
    size = numbers.count(abs(rounded)) if digits == 0 else numbers.decimal(abs(rounded), digits)
    return ("+" if rounded > 0 else "−") + text.format(n=size)


def _table(
    rows: Sequence[Difference], what: str, left: str, right: str, name: Callable[[Difference], str]
) -> str:
    return number_table(
        (what, left, right, _("difference")),
        [
            [name(one), value_words(one.left, one.unit), value_words(one.right, one.unit), change_words(one)]
            for one in rows
        ],
    )
