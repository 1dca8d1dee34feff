"""Figures are written in one place, as people of the reader's language write them."""

from __future__ import annotations

import ast
import math
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropolis_map import figures

PACKAGE = Path(figures.__file__).parent
KEPT_IN_ENGLISH = {"services/town_build.py", "sources/population.py"}
"""Their sentences are kept with a build and said in a language later (`services.source_words`)."""
SIGNS = {"en": (",", "."), "pl": ("\N{NO-BREAK SPACE}", ","), "da": (".", ","), "it": (".", ",")}


@given(st.floats(10_000, 1e12), st.sampled_from(sorted(SIGNS)), st.integers(0, 3))
def test_a_figure_is_its_digits_with_the_languages_signs(value, lang, digits):
    thousands, decimal = SIGNS[lang]
    plain = figures.fixed(value, lang, digits).replace(thousands, "").replace(decimal, ".")
    assert float(plain) == pytest.approx(value, abs=0.51 * 10.0**-digits)
    assert thousands in figures.count(value, lang)


@given(st.floats(0, 1))
def test_a_share_says_all_or_nobody_only_where_it_is_so(value):
    for said in (figures.share(value), figures.percent(value)):
        assert (said in {"0 %", "0.0 %"}) == (value == 0.0)
        assert (said in {"100 %", "100.0 %"}) == (value == 1.0)


def test_what_is_not_there_is_a_dash_and_a_choice_keeps_its_decimals():
    for write in (figures.count, figures.decimal, figures.fixed, figures.share, figures.percent):
        assert {write(value) for value in (math.nan, math.inf)} == {figures.NOTHING}
    assert [figures.as_it_is(7.5, lang) for lang in ("en", "pl")] == ["7.5", "7,5"]
    assert figures.as_it_is(10.0) == "10"


def test_a_moment_is_told_by_the_clocks_of_its_zone():
    when = datetime(2026, 12, 5, 13, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Warsaw"))
    assert figures.appointment(when, "pl") == "sobota, 5 grudnia 2026, 14:30"
    assert figures.moment(when, "it") == "5 dicembre 2026, 14:30"
    assert figures.day(when.date(), "uk", "MMMM y") == "грудня 2026"


def test_nobody_else_writes_separators_or_per_cent():
    """In Python no format with ``,`` or ``%``, and Babel's formats are asked for here only."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = str(path.relative_to(PACKAGE))
        text = path.read_text(encoding="utf-8")
        specs = [
            "".join(part.value for part in node.format_spec.values if isinstance(part, ast.Constant))
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr)
        ]
        own = [spec for spec in specs if re.fullmatch(r",.*|.*[\d.]%", spec)]
        own += re.findall(r"\bformat_(?:decimal|percent|date|time|datetime)\b", text)
        if own and name not in KEPT_IN_ENGLISH | {"figures.py"}:
            found.append((name, own))
    assert found == []


def test_scripts_write_figures_in_two_places():
    """Maps in ``figures.js``, pages in ``page.js``; five decimals of a degree are plain."""
    found = {
        path.name
        for path in (PACKAGE / "web" / "static").rglob("*.js")
        if path.parent.name != "vendor"
        and re.search(r"toLocaleString|NumberFormat|toFixed\((?!5\))", path.read_text(encoding="utf-8"))
    }
    assert found == {"figures.js", "page.js"}
