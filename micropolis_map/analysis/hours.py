"""Tags that hold at some hours only, as they stand at ten on an ordinary weekday (CONTRACT.md).

Ways and gates say so by ``opening_hours`` and by conditional restrictions, ``foot:conditional = yes @
(06:00-22:00)``: a value and when it holds, several divided by semicolons, the last that holds counting. What
is no time of day, week or year (``wet``, ``destination``, ``weight>3.5``) does not hold on such a day.

References
----------
https://wiki.openstreetmap.org/wiki/Conditional_restrictions
https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from micropolis_map.domain.opening_hours import (
    CLOSED,
    OPEN,
    UNKNOWN,
    can_be_read,
    never_changes,
    weekday_state,
)

Tags = Mapping[str, str]

ORDINARY_YEAR = 2026
"""Whose weekdays are asked where the data do not say of which year they are; any year would do."""

TIMED = ("access", "foot", "motorroad", "locked", "oneway:foot", "conveying")
"""Keys whose conditional values are obeyed."""

HOURS_KEYS = frozenset([*(f"{key}:conditional" for key in TIMED), "opening_hours"])

_BARE = re.compile(r"\s*[a-z_]+\s*")
_VALUE = re.compile(r"\s*[a-z_]+\s*@", re.IGNORECASE)
_LIKE_HOURS = re.compile(r"[^<>=]*\d\s*[-\u2013:]\s*\d[^<>=]*")
_NO_AT = re.compile(r"^(\s*[a-z_]+\s*)(\(.*\)\s*)$", re.IGNORECASE | re.DOTALL)
"""A value and a condition in brackets, without the ``@`` between them."""
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


def year_of(timestamp: str) -> int:
    """Return the year of an ISO date, `ORDINARY_YEAR` where there is none."""
    return int(timestamp[:4]) if re.match(r"(19|20)\d\d-", timestamp) else ORDINARY_YEAR


def in_force(tags: Tags, year: int = ORDINARY_YEAR) -> Tags:
    """Return `tags` with the conditional values that hold at ten on an ordinary weekday put in place.

    Examples
    --------
    >>> in_force({"access": "no", "foot:conditional": "yes @ (06:00-22:00)"})["foot"]
    'yes'
    """
    if HOURS_KEYS.isdisjoint(tags):
        return tags
    now = dict(tags)
    for key in TIMED:
        for value, condition in _clauses(tags.get(f"{key}:conditional", "")):
            if _holds(condition, year):
                now[key] = value
    return now


def are_closed(tags: Tags, year: int = ORDINARY_YEAR) -> bool:
    """Return whether ``opening_hours`` close what has these `tags` at ten on an ordinary weekday.

    Hours nobody can read, and such as ``"by appointment"``, close nothing.
    """
    return weekday_state(tags.get("opening_hours", ""), year) == CLOSED


def unread(tags: Tags) -> str:
    """Return the hours in `tags` that nobody can read, "" where there are none; they close nothing.

    Examples
    --------
    >>> unread({"opening_hours": "8-18 in summer"}), unread({"foot:conditional": "no @ (wet)"})
    ('8-18 in summer', '')
    """
    hours = tags.get("opening_hours", "")
    if not can_be_read(hours):
        return hours
    for key in TIMED:
        for _, condition in _clauses(tags.get(f"{key}:conditional", "")):
            parts = [part.strip() for part in _AND.split(condition)]
            for part in filter(_LIKE_HOURS.fullmatch, parts):
                if not any(map(can_be_read, _readings(part))):
                    return part
    return ""


def states(tags: Tags, year: int = ORDINARY_YEAR) -> Iterator[Tags]:
    """Yield `tags` as they stand at one hour or another: each with one of its values; closed is ``foot=no``.

    Several values of one key are put in place one by one; those of two keys are not combined, but foot's
    with access's: who asks whether somebody may ever walk here needs no more.
    """
    for access in _values(tags, "access"):
        for foot in _values(tags, "foot"):
            yield {**tags, "access": access, "foot": foot}
    for key in ("motorroad", "locked"):
        for value in _values(tags, key):
            yield {**tags, key: value}
    hours = tags.get("opening_hours", "")
    if weekday_state(hours, year) != UNKNOWN:
        closed = {**tags, "foot": "no"}
        if weekday_state(hours, year) == CLOSED or not never_changes(hours, year):
            yield closed


def _values(tags: Tags, key: str) -> frozenset[str]:
    """Return the values of `key`, whatever the hour; at most a handful, however long the text."""
    clauses = _clauses(tags.get(f"{key}:conditional", ""))
    return frozenset([tags.get(key, ""), *[value for value, _ in clauses][:8]])


def _holds(condition: str, year: int) -> bool:
    """Return whether each part of the condition holds at ten on an ordinary weekday; none always holds."""
    parts = [part.strip() for part in _AND.split(condition)]
    return not condition or all(_state(part, year) == OPEN for part in parts)


def _state(part: str, year: int) -> str:
    """Return what hours say, with or without the brackets around them, which may belong to several parts."""
    found = (weekday_state(reading, year) for reading in _readings(part))
    return next((state for state in found if state != UNKNOWN), UNKNOWN)


def _readings(part: str) -> tuple[str, ...]:
    return part, part[1:-1], part.strip("() ")


@lru_cache(maxsize=4096)
def _clauses(text: str) -> tuple[tuple[str, str], ...]:
    """Return the values and conditions of a conditional tag, in order; a value alone holds always, first.

    Semicolons within brackets belong to the hours, and so does what follows a condition without brackets and
    has no value of its own: ``yes @ Mo-Fr 08:00-18:00; Sa 10:00-14:00``.
    """
    clauses: list[tuple[str, str]] = []
    always: list[tuple[str, str]] = []
    for piece in _pieces(text):
        value, at, condition = _NO_AT.sub(r"\1@\2", piece).partition("@")
        if at:
            clauses.append((value.strip().lower(), condition.strip()))
        elif _BARE.fullmatch(piece):
            always.append((piece.strip(), ""))
        elif clauses and piece.strip():
            clauses[-1] = (clauses[-1][0], f"{clauses[-1][1]}; {piece.strip()}")
    return (*always, *clauses)


def _pieces(text: str) -> list[str]:
    """Return `text` cut outside of brackets and quotation marks: at semicolons, and commas before a value."""
    pieces, depth, quoted = [""], 0, False
    for at, sign in enumerate(text):
        quoted ^= sign == '"'
        depth += 0 if quoted else (sign == "(") - (sign == ")")
        ends = sign == ";" or (sign == "," and _VALUE.match(text, at + 1))
        if ends and depth <= 0 and not quoted:
            pieces.append("")
        else:
            pieces[-1] += sign
    return pieces
