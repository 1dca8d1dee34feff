"""Figures as people of the reader's language write them."""

from __future__ import annotations

import math
from datetime import datetime

from babel.dates import format_datetime
from babel.numbers import format_decimal, format_percent

from micropolis_map.ui import language
from micropolis_map.ui.language import _


def count(value: float) -> str:
    """Return a whole number with the language's separators; a dash where it is not finite."""
    return format_decimal(round(value), locale=language.current()) if math.isfinite(value) else "–"


def decimal(value: float, digits: int = 1) -> str:
    """Return a number with up to `digits` decimals."""
    pattern = "#,##0." + "#" * digits
    return format_decimal(value, format=pattern, locale=language.current()) if math.isfinite(value) else "–"


def share(value: float) -> str:
    """Return a share (0–1) in per cent; one decimal where whole ones would hide that it is not 0 or 1."""
    if not math.isfinite(value):
        return "–"
    pattern = "#,##0 %"
    if 0.0 < value < 1.0 and round(value * 100) in {0, 100}:
        value, pattern = min(max(value, 0.001), 0.999), "#,##0.0 %"
    return format_percent(value, format=pattern, locale=language.current())


def walk(seconds: float) -> str:
    """Return a walking time in minutes with one decimal; in words where there is no way."""
    if math.isnan(seconds):
        return "–"
    if math.isinf(seconds):
        return _("cannot be reached")
    return _("{n} min").format(n=decimal(seconds / 60.0))


def moment(iso: str) -> str:
    """Return an ISO 8601 moment as a date and time of day in UTC; unreadable ones as they are."""
    try:
        return format_datetime(datetime.fromisoformat(iso), "d MMMM y, HH:mm", locale=language.current())
    except ValueError:
        return iso
