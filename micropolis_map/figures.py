"""Figures as people of a language write them: the one place for separators, decimals and per cent.

Pages, maps' popups, reports, errors and what commands say to people take them from here. What machines read
(JSON, CSV, GeoJSON, addresses) is plain.
"""

from __future__ import annotations

import math
from datetime import date, datetime

ENGLISH = "en"
"""What commands and logs speak."""
NOTHING = "–"
"""For a figure that is not there."""
_DECIMALS = 6
_DAY, _DAYS = "d MMMM y", {"da": "d. MMMM y"}


def count(value: float, lang: str = ENGLISH) -> str:
    """Return a whole number with the language's separators; a dash where it is not finite."""
    return _written(round(value), "#,##0", lang) if math.isfinite(value) else NOTHING


def decimal(value: float, lang: str = ENGLISH, digits: int = 1) -> str:
    """Return a number with up to `digits` decimals; a dash where it is not finite."""
    return _written(value, "#,##0." + "#" * digits, lang) if math.isfinite(value) else NOTHING


def fixed(value: float, lang: str = ENGLISH, digits: int = 1) -> str:
    """Return a number with exactly `digits` decimals, for columns; a dash where it is not finite."""
    return _written(value, "#,##0." + "0" * digits, lang) if math.isfinite(value) else NOTHING


def as_it_is(value: float, lang: str = ENGLISH) -> str:
    """Return a number with as many decimals as it has, six at most; what is not finite by its name.

    Examples
    --------
    >>> as_it_is(1234567.5, "en"), as_it_is(1234567.5, "da"), as_it_is(float("nan"), "pl")
    ('1,234,567.5', '1.234.567,5', 'nan')
    """
    return decimal(value, lang, _DECIMALS) if math.isfinite(value) else str(value)


def share(value: float, lang: str = ENGLISH) -> str:
    """Return a share (0–1) in per cent; one decimal where whole ones would hide that it is not 0 or 1."""
    if not math.isfinite(value):
        return NOTHING
    if 0.0 < value < 1.0 and round(value * 100) in {0, 100}:
        return percent(value, lang)
    return _per_cent(value, "#,##0 %", lang)


def percent(value: float, lang: str = ENGLISH) -> str:
    """Return a share (0–1) in per cent with one decimal, to be compared; 0 and 100 only where it is."""
    if not math.isfinite(value):
        return NOTHING
    return _per_cent(min(max(value, 0.001), 0.999) if 0.0 < value < 1.0 else value, "#,##0.0 %", lang)


def day(moment: date, lang: str = ENGLISH, pattern: str = "") -> str:
    """Return a day as a date, in CLDR's `pattern` where one is given."""
    from babel.dates import format_date  # noqa: PLC0415 - as below

    return str(format_date(moment, pattern or _DAYS.get(lang, _DAY), locale=lang))


def moment(when: datetime, lang: str = ENGLISH) -> str:
    """Return a moment as a date and time of day, in the zone it is told in."""
    from babel.dates import format_datetime  # noqa: PLC0415 - as below

    return str(format_datetime(when, f"{_DAYS.get(lang, _DAY)}, HH:mm", locale=lang))


def appointment(when: datetime, lang: str = ENGLISH) -> str:
    """Return weekday, day and time of day, by the clocks of the moment's own zone."""
    from babel.dates import format_time  # noqa: PLC0415 - as below

    return f"{day(when.date(), lang, 'full')}, {format_time(when, 'short', tzinfo=when.tzinfo, locale=lang)}"


def _written(value: float, pattern: str, lang: str) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415 - errors stand on this module; few say a figure

    return str(format_decimal(value, format=pattern, locale=lang))


def _per_cent(value: float, pattern: str, lang: str) -> str:
    from babel.numbers import format_percent  # noqa: PLC0415 - as above

    return str(format_percent(value, format=pattern, locale=lang))
