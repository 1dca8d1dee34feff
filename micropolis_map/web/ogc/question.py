"""What a client asks of a collection, read as strictly as the standard wants it.

A parameter that the API definition does not name, or a value it does not allow, is `InvalidInput` (400).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from micropolis_map.domain.text import LANGUAGES
from micropolis_map.errors import InvalidInput
from micropolis_map.web.ogc.fields import Field
from micropolis_map.web.ogc.published import Box, Interval

USUAL, MOST = 100, 10_000
"""Features in an answer: without ``limit``, and at most."""

FORMATS = ("json",)
EVERYWHERE = ("f", "lang")
"""The parameters of every address."""
OF_ITEMS = ("limit", "offset", "bbox", "datetime")
"""The parameters of every collection's features, beside those of its fields."""

_HUGE = 10**15
_WHOLE = re.compile(r"\d{1,400}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,400}\.?\d{0,400}|\.\d{1,400})([eE][+-]?\d{1,3})?", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](?:(\d\d(?::\d\d(?::\d\d(?:\.\d{1,12})?)?)?)([Zz]|[+\- ]\d\d:\d\d))?)?",
    re.ASCII,
)
"""Of RFC 3339, and what GDAL writes: ``2026-05-01T`` for that midnight, ``2026-05-01T12Z``."""
_OPEN = {"", ".."}
_HOW_TIME = (
    "write a date-time as 2026-05-01T12:00:00Z, an interval as 2026-01-01T00:00:00Z/2026-12-31T23:59:59Z, "
    "an open end as .."
)

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Question:
    """Which features of a collection, and which page of them.

    Attributes
    ----------
    boxes
        Two where the box spans the antimeridian.
    asked
        Values by the names of the collection's fields.
    """

    limit: int = USUAL
    offset: int = 0
    boxes: tuple[Box, ...] = ()
    interval: Interval = (None, None)
    asked: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, query: Query, fields: Mapping[str, Field]) -> Question:
        """Return the question of a query's parameters, where `fields` are those that may be asked for.

        Raises
        ------
        InvalidInput
            An unknown parameter, a parameter given twice, or a value that is none.
        """
        check_names(query, (*OF_ITEMS, *fields))
        return cls(
            limit=min(_whole(query, "limit", USUAL, at_least=1), MOST),
            offset=_whole(query, "offset", 0, at_least=0),
            boxes=boxes_of(_once(query, "bbox")),
            interval=interval_of(_once(query, "datetime")),
            asked={name: list(query[name]) for name in fields if name in query},
        )


def check_names(query: Query, known: Sequence[str] = ()) -> None:
    """Check that every parameter is one of `known` or goes everywhere, and those that do.

    Raises
    ------
    InvalidInput
        An unknown parameter; ``f`` or ``lang`` is not what we speak.
    """
    names = (*EVERYWHERE, *known)
    for name in query:
        if name not in names:
            raise InvalidInput(f"there is no parameter {name[:80]!r} here", f"use {', '.join(sorted(names))}")
    for name, allowed in {"f": FORMATS, "lang": tuple(LANGUAGES)}.items():
        value = _once(query, name)
        if value is not None and value not in allowed:
            raise InvalidInput(f"{name} is {value[:80]!r}", f"give one of {', '.join(allowed)}")


def boxes_of(text: str | None) -> tuple[Box, ...]:
    """Return the box of ``bbox``, as two where it spans the antimeridian; heights are read and not used.

    Raises
    ------
    InvalidInput
        Not four or six numbers, not on the Earth, or the south edge is north of the north edge.
    """
    if text is None:
        return ()
    parts = text.split(",")
    if len(parts) not in {4, 6} or not all(_NUMBER.fullmatch(part.strip()) for part in parts):
        raise InvalidInput(
            f"bbox is {text[:80]!r}", "give four numbers (west,south,east,north), or six with heights"
        )
    numbers = [float(part) for part in parts]
    half = len(numbers) // 2
    west, south, east, north = (*numbers[:2], *numbers[half : half + 2])
    if (
        not all(math.isfinite(number) for number in numbers)
        or max(abs(west), abs(east)) > 180.0
        or (max(abs(south), abs(north)) > 90.0)
    ):
        raise InvalidInput(
            f"bbox {text[:80]!r} is not on the Earth",
            "give longitudes within -180 and 180 and latitudes within -90 and 90",
        )
    if south > north or (half == 3 and numbers[2] > numbers[5]):
        raise InvalidInput(
            f"bbox {text[:80]!r} ends below where it begins", "put the lower edge before the upper one"
        )
    if west > east:
        return (west, south, 180.0, north), (-180.0, south, east, north)
    return ((west, south, east, north),)


def interval_of(text: str | None) -> Interval:
    """Return the interval of ``datetime``: a date-time, or two with a slash, either of them open.

    A date alone means all of that day, in UTC.

    Raises
    ------
    InvalidInput
        Not that, a moment that does not exist, or one that ends before it begins.
    """
    if text is None:
        return None, None
    parts = text.split("/")
    if len(parts) > 2 or (len(parts) == 1 and text in _OPEN):
        raise InvalidInput(f"datetime is {text[:80]!r}", _HOW_TIME)
    start = None if parts[0] in _OPEN else _moment(parts[0], text)[0]
    end = None if parts[-1] in _OPEN else _moment(parts[-1], text)[1]
    if start is not None and end is not None and end < start:
        raise InvalidInput(f"datetime {text[:80]!r} ends before it begins", "put the earlier one first")
    return start, end


def _moment(part: str, whole: str) -> tuple[datetime, datetime]:
    found = _MOMENT.fullmatch(part)
    wrong = InvalidInput(f"datetime is {whole[:80]!r}", _HOW_TIME)
    if found is None:
        raise wrong
    try:
        day, clock, zone = found.groups()
        if clock is None:
            midnight = datetime.combine(datetime.fromisoformat(day), time.min, UTC)
            return midnight, midnight if part != day else datetime.combine(midnight, time.max, UTC)
        zone = "+00:00" if zone in "Zz" else zone.replace(" ", "+")  # an unescaped + of a query is a space
        moment = datetime.fromisoformat(f"{day}T{clock}{zone}")
        moment.astimezone(UTC)  # the very first and last moments of the calendar have none
    except (ValueError, OverflowError):
        raise wrong from None
    return moment, moment


def _whole(query: Query, name: str, default: int, *, at_least: int) -> int:
    text = _once(query, name)
    if text is None:
        return default
    number = int(text) if _WHOLE.fullmatch(text) else -1
    if number < at_least:
        raise InvalidInput(f"{name} is {text[:80]!r}", f"give a whole number of at least {at_least}")
    return min(number, _HUGE)


def _once(query: Query, name: str) -> str | None:
    values: Any = query.get(name, ())
    if len(values) > 1:
        raise InvalidInput(f"{name} is given {len(values)} times", "give it once")
    return values[0] if values else None
