"""Thresholds of walking time: what people type, and the keys they get back."""

from __future__ import annotations

import math
from collections.abc import Sequence

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

LONGEST_MIN = 240.0
"""Nobody plans a walk of more than four hours to a café; longer is a typing error."""


def parse_minutes(text: str) -> tuple[float, ...]:
    """Return the thresholds of a list such as ``"5,10,15"`` in minutes, ascending.

    Parameters
    ----------
    text
        Positive numbers up to `LONGEST_MIN`, separated by commas; each once, in any order.

    Raises
    ------
    InvalidInput
        The list is empty, or holds something that is no such number, or one number twice.

    Examples
    --------
    >>> parse_minutes("10, 5,7.5")
    (5.0, 7.5, 10.0)
    """
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        raise InvalidInput(
            mark("minutes {text} are not numbers"),
            mark('give numbers with commas, such as "5,10,15"'),
            text=repr(text),
        ) from None
    return check_minutes(values)


def check_minutes(values: Sequence[float]) -> tuple[float, ...]:
    """Return `values` ascending; each must be over 0, at most `LONGEST_MIN`, and there only once.

    Raises
    ------
    InvalidInput
        One of them is not so, or there is none.
    """
    for value in values:
        if not (math.isfinite(value) and 0.0 < value <= LONGEST_MIN):
            raise InvalidInput(
                mark("{value} is no threshold in minutes"),
                mark("give numbers over 0 and up to {most}"),
                value=value,
                most=LONGEST_MIN,
            )
    if not values or len({minutes_key(value) for value in values}) < len(values):
        raise InvalidInput(
            mark("thresholds {values} repeat or are empty"),
            mark("give each number once"),
            values=list(values),
        )
    return tuple(sorted(float(value) for value in values))


def minutes_key(minutes: float) -> str:
    """Return the key of a threshold in JSON and column names: ``5.0`` is ``"5"``, ``7.5`` is ``"7.5"``."""
    return f"{minutes:g}"
