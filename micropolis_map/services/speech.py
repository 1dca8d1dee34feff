"""Texts and figures in one language, the same on pages and on paper."""

from __future__ import annotations

import math
from datetime import date, datetime

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from micropolis_map.analysis.profiles import profiles
from micropolis_map.domain.text import LANGUAGES, pick
from micropolis_map.i18n import mark, translation

NOTHING = "–"
PROFILES = {
    "adult": mark("Adult"),
    "senior": mark("Senior"),
    "stroller": mark("With a stroller"),
    "wheelchair": mark("By wheelchair"),
}


class Speech:
    """What is said in `lang`; English where we do not speak it."""

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else "en"
        self._catalogue = translation(self.lang)

    def __reduce__(self) -> tuple[type[Speech], tuple[str]]:
        """Go to a worker as the language alone."""
        return Speech, (self.lang,)

    def _(self, text: str) -> str:
        """Return `text` in the language."""
        return self._catalogue.gettext(text)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Return the form of the text that fits the number `n`."""
        return self._catalogue.ngettext(singular, plural, n)

    def profile(self, name: str) -> str:
        """Return the words for who walks."""
        if name in PROFILES:
            return self._(PROFILES[name])
        own = profiles().get(name)
        return (pick(own.label, self.lang)[0] if own else "") or name

    def count(self, value: float) -> str:
        """Return a whole number with the language's separators; a dash where it is not finite."""
        return format_decimal(round(value), locale=self.lang) if math.isfinite(value) else NOTHING

    def decimal(self, value: float, digits: int = 1) -> str:
        """Return a number with up to `digits` decimals."""
        pattern = "#,##0." + "#" * digits
        return format_decimal(value, format=pattern, locale=self.lang) if math.isfinite(value) else NOTHING

    def fixed(self, value: float, digits: int = 1) -> str:
        """Return a number with exactly `digits` decimals, for columns."""
        pattern = "#,##0." + "0" * digits
        return format_decimal(value, format=pattern, locale=self.lang) if math.isfinite(value) else NOTHING

    def rough(self, value: float, digits: int = 2) -> str:
        """Return an estimate no more exact than it is: about so much, to `digits` significant digits.

        Examples
        --------
        >>> Speech("en").rough(12_345.6), Speech("en").rough(0.0123), Speech("en").rough(0.0)
        ('≈ 12,000', '≈ 0.012', '0')
        """
        if not math.isfinite(value):
            return NOTHING
        if value == 0.0:
            return self.count(0)
        decimals = digits - 1 - math.floor(math.log10(abs(value)))
        return f"≈ {self.decimal(round(value, decimals), max(0, decimals))}"

    def share(self, value: float) -> str:
        """Return a share (0–1) in per cent; one decimal where whole ones would hide that it is not 0 or 1."""
        if not math.isfinite(value):
            return NOTHING
        pattern = "#,##0 %"
        if 0.0 < value < 1.0 and round(value * 100) in {0, 100}:
            value, pattern = min(max(value, 0.001), 0.999), "#,##0.0 %"
        return format_percent(value, format=pattern, locale=self.lang)

    def percent(self, value: float) -> str:
        """Return a share (0–1) in per cent with one decimal, to be compared; 0 and 100 only where it is."""
        if not math.isfinite(value):
            return NOTHING
        value = min(max(value, 0.001), 0.999) if 0.0 < value < 1.0 else value
        return format_percent(value, format="#,##0.0 %", locale=self.lang)

    def walk(self, seconds: float) -> str:
        """Return a walking time in minutes with one decimal; in words where there is no way."""
        if math.isnan(seconds):
            return NOTHING
        if math.isinf(seconds):
            return self._("cannot be reached")
        return self._("{n} min").format(n=self.decimal(seconds / 60.0))

    def moment(self, iso: str) -> str:
        """Return an ISO 8601 moment as a date and time of day in UTC; unreadable ones as they are."""
        try:
            return format_datetime(datetime.fromisoformat(iso), "d MMMM y, HH:mm", locale=self.lang)
        except ValueError:
            return iso

    def month(self, iso: str) -> str:
        """Return the month of an ISO 8601 moment, in the case that follows *since*.

        Examples
        --------
        >>> Speech("pl").month("2025-05-03T10:00:00Z")
        'maja 2025'
        """
        return format_date(datetime.fromisoformat(iso), "MMMM y", locale=self.lang)

    def day(self, day: date) -> str:
        """Return a day as a date."""
        return format_date(day, "d MMMM y", locale=self.lang)
