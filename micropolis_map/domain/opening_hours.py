"""Whether a spot, a way or a gate is open at an hour of an ordinary week, as its ``opening_hours`` say.

The answer does not hang on today: of the year of the loaded streets every week is asked, and what holds in at
least half of them is the ordinary week. So a link gives the same figures tomorrow, a garden that is open from
April to October counts as open, and public holidays do not.

References
----------
https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from opening_hours import OpeningHours, State, validate

from micropolis_map.domain.hours_as_written import DAYS, in_syntax
from micropolis_map.errors import InvalidInput

WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
WEEKS = 52
LONGEST = 255
"""Characters of an OpenStreetMap value; a longer text is no opening hours."""

_HOLIDAY = r"(?:PH|SH)"
_ON_HOLIDAYS_ONLY = re.compile(rf"\b{_HOLIDAY}\s+(?:{DAYS})|(?:{DAYS})\s+{_HOLIDAY}\b")
"""School holidays on weekdays: what the library, which knows no calendar of them, takes for every week."""
_ONLY_OFF = re.compile(r'[^"]*\b(?:off|closed)\s*(?:"[^"]*")?\s*', re.IGNORECASE)

OPEN, CLOSED, UNKNOWN = "open", "closed", "unknown"


@dataclass(frozen=True)
class WeekHour:
    """A moment of the week: `weekday` 0 (Monday) to 6, `minute` of the day 0 to 1439."""

    weekday: int
    minute: int

    @classmethod
    def parse(cls, text: str) -> WeekHour:
        """Return the moment that ``"Sa 10:00"`` (also ``"sa 10"``, ``"Sa-10"``) names.

        Raises
        ------
        InvalidInput
            It names none.

        Examples
        --------
        >>> str(WeekHour.parse("sa 9"))
        'Sa 09:00'
        """
        found = re.fullmatch(r"([A-Za-z]{2})[ -]?(\d{1,2})(?::(\d{2}))?", text.strip(), re.ASCII)
        day = found[1].capitalize() if found else ""
        hour, minute = (int(found[2]), int(found[3] or 0)) if found else (24, 0)
        if day not in WEEKDAYS or hour > 23 or minute > 59:
            raise InvalidInput(
                f"{text[:40]!r} is no hour of the week", "give a weekday and an hour, such as 'Sa 10:00'"
            )
        return cls(WEEKDAYS.index(day), hour * 60 + minute)

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.minute // 60:02d}:{self.minute % 60:02d}"


TEN_ON_WEEKDAYS = tuple(WeekHour(weekday, 600) for weekday in range(5))
"""Ten in the morning, Monday to Friday: when ways and gates are judged (CONTRACT.md)."""


def ordinary(text: str, otherwise: str = OPEN) -> str:
    """Return the hours of `text` that hold in ordinary weeks: without rules for holidays only.

    They come in the syntax of OpenStreetMap (`hours_as_written.in_syntax`). What only says when it is shut,
    ``PH off``, is `otherwise` at all other times.

    Examples
    --------
    >>> ordinary("Mo–Fr 08:00–16:00; SH Mo-Fr 10:00-12:00;"), ordinary("Mo off")
    ('Mo-Fr 08:00-16:00', '24/7 open; Mo off')
    """
    rules = [rule.strip() for rule in in_syntax(text).split(";")]
    kept = [rule for rule in rules if not _ON_HOLIDAYS_ONLY.search(rule)]
    if all(_ONLY_OFF.fullmatch(rule) for rule in rules) and _never_open("; ".join(rules)):
        kept.insert(0, f"24/7 {otherwise}")
    return "; ".join(kept)


@lru_cache(maxsize=16384)
def state_at(text: str, moment: WeekHour, year: int) -> str:
    """Return `OPEN`, `CLOSED` or `UNKNOWN` at `moment` in an ordinary week of `year`.

    Unknown is what has no hours, hours nobody can read, ``unknown`` hours, and what is open with a comment
    only (``"by appointment"``). Sunrise counts as 7 and sunset as 19: nobody meets by the minute of the sun.

    Examples
    --------
    >>> state_at("Mo-Fr 10:00-19:00; Sa 10:00-15:00", WeekHour.parse("Sa 15:00"), 2026)
    'closed'
    """
    return _state(text, year, (moment,), UNKNOWN)


@lru_cache(maxsize=16384)
def weekday_state(text: str, year: int) -> str:
    """Return `OPEN`, `CLOSED` or `UNKNOWN` at ten on an ordinary weekday of `year`.

    That is what holds at ten on at least half of the Mondays to Fridays of the year; unknown is what
    `state_at` says.

    Examples
    --------
    >>> weekday_state("Tu-Su 12:00-19:00", 2026), weekday_state("22:00-06:00 off", 2026)
    ('closed', 'open')
    """
    return _state(text, year, TEN_ON_WEEKDAYS)


@lru_cache(maxsize=16384)
def can_be_read(text: str) -> bool:
    """Return whether `text` is hours, and not a sentence such as "when we like"; "" is.

    Examples
    --------
    >>> can_be_read("pn-pt 8-18"), can_be_read('"by appointment"'), can_be_read("in summer")
    (True, True, False)
    """
    return len(text) <= LONGEST and (not text.strip(" ;,") or not (read := ordinary(text)) or validate(read))


@lru_cache(maxsize=16384)
def never_changes(text: str, year: int) -> bool:
    """Return whether `text`, hours that can be read, says the same at all times from `year` on: ``24/7``."""
    return OpeningHours(ordinary(text)).next_change(datetime(year, 1, 1)) is None  # noqa: DTZ001 - as below


def _never_open(text: str) -> bool:
    if not validate(text):
        return False
    hours, new_year = OpeningHours(text), datetime(2000, 1, 1)  # noqa: DTZ001 - as below
    return bool(hours.state(new_year)[0] == State.CLOSED and hours.next_change(new_year) is None)


def _state(text: str, year: int, moments: tuple[WeekHour, ...], otherwise: str = OPEN) -> str:
    """Return what holds in at least half of the `moments` of the year's weeks."""
    if not text.strip(" ;,") or len(text) > LONGEST:
        return UNKNOWN
    read = ordinary(text, otherwise)
    if not read:
        return CLOSED
    if not validate(read):
        return UNKNOWN
    hours = OpeningHours(read)
    new_year = datetime(year, 1, 1)  # noqa: DTZ001 - the spot's own clock
    is_open = may_be = 0
    for moment in moments:
        first = new_year + timedelta(days=(moment.weekday - new_year.weekday()) % 7, minutes=moment.minute)
        for week in range(WEEKS):
            state, comment = hours.state(first + timedelta(weeks=week))
            certain = state == State.OPEN and not comment
            is_open += certain
            may_be += certain or state != State.CLOSED
    asked = WEEKS * len(moments)
    if 2 * is_open >= asked:
        return OPEN
    return UNKNOWN if 2 * may_be >= asked else CLOSED
