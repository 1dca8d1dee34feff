"""Texts and figures in one language, the same on pages and on paper."""

from __future__ import annotations

import math
from datetime import date, datetime

from micropolis_map import figures
from micropolis_map.analysis.profiles import profiles
from micropolis_map.domain.text import LANGUAGES, pick
from micropolis_map.figures import NOTHING
from micropolis_map.i18n import mark, translation

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
        return figures.count(value, self.lang)

    def decimal(self, value: float, digits: int = 1) -> str:
        """Return a number with up to `digits` decimals."""
        return figures.decimal(value, self.lang, digits)

    def fixed(self, value: float, digits: int = 1) -> str:
        """Return a number with exactly `digits` decimals, for columns."""
        return figures.fixed(value, self.lang, digits)

    def as_it_is(self, value: float) -> str:
        """Return a number somebody chose, with as many decimals as it has: minutes, a weight."""
        return figures.as_it_is(value, self.lang)

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
        return figures.share(value, self.lang)

    def percent(self, value: float) -> str:
        """Return a share (0–1) in per cent with one decimal, to be compared; 0 and 100 only where it is."""
        return figures.percent(value, self.lang)

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
            return figures.moment(datetime.fromisoformat(iso), self.lang)
        except ValueError:
            return iso

    def month(self, iso: str) -> str:
        """Return the month of an ISO 8601 moment, in the case that follows *since*.

        Examples
        --------
        >>> Speech("pl").month("2025-05-03T10:00:00Z")
        'maja 2025'
        """
        return figures.day(datetime.fromisoformat(iso), self.lang, "MMMM y")

    def day(self, day: date) -> str:
        """Return a day as a date."""
        return figures.day(day, self.lang)
