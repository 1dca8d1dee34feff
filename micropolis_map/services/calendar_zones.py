"""Time zones as calendars read them: VTIMEZONE (RFC 5545, 3.6.5) with rules, as published zones have."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur

CYCLE_YEARS = 28
"""After so many years the same days fall on the same weekdays (1901-2099): a rule has shown all its days."""
_WEEK = 7
_STEP = timedelta(days=7)
"""No zone changes its clocks twice within it."""
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Kind:
    """A change of clocks: offsets from UTC before and after, the name of the time that begins."""

    before: timedelta
    after: timedelta
    name: str
    summer: bool


@lru_cache(maxsize=64)
def zone_component(name: str, first: date, last: date) -> Timezone:
    """Return the definition of the IANA zone `name` for what happens from `first` to `last`.

    A zone that goes on by one rule has it as RRULE, without an end. One that does not (Morocco's clocks
    follow Ramadan, a law changed within those days) has each of its changes. A change begins at the time of
    day that clocks showed *before* it (RFC 5545, 3.6.5: local time by TZOFFSETFROM).

    Parameters
    ----------
    first, last
        Earlier and later than everything in the calendar; to have both halves of a rule before anything
        happens, `first` must be more than a year earlier.
    """
    zone = ZoneInfo(name)
    begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC)
    rules = _by_kind(changes(zone, begin, begin.replace(year=begin.year + CYCLE_YEARS, day=1)))
    found = Timezone()
    found.add("TZID", name)
    patterns = {kind: _pattern(days) for kind, days in rules.items()}
    if rules and all(patterns.values()):
        for kind, days in rules.items():
            _add(found, kind, days[0], rule=patterns[kind])
        return found
    local = begin.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    _add(
        found,
        Kind(offset, offset, local.tzname() or name, summer=bool(local.dst())),
        begin.replace(tzinfo=None),
    )
    for kind, days in _by_kind(changes(zone, begin, end)).items():
        _add(found, kind, days[0], more=days[1:])
    return found


def changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[tuple[Kind, datetime]]:
    """Yield each change of clocks between two moments, with the time of day they showed before it."""
    here = begin.astimezone(UTC)
    while here < end:
        there = here + _STEP
        if _shown(zone, here) != _shown(zone, there):
            low, high = here, there
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                low, high = (middle, high) if _shown(zone, middle) == _shown(zone, here) else (low, middle)
            (before, summer_before, _), (after, summer_after, name) = _shown(zone, here), _shown(zone, high)
            # Dublin's law calls its winter the saving: calendars call summer so, whichever way it is told.
            summer = after > before and bool(summer_before or summer_after)
            yield Kind(before, after, name, summer), (high + before).replace(tzinfo=None)
        here = there


def _shown(zone: ZoneInfo, moment: datetime) -> tuple[timedelta, timedelta, str]:
    local = moment.astimezone(zone)
    return local.utcoffset() or timedelta(), local.dst() or timedelta(), local.tzname() or ""


def _by_kind(found: Iterator[tuple[Kind, datetime]]) -> dict[Kind, list[datetime]]:
    kinds: dict[Kind, list[datetime]] = defaultdict(list)
    for kind, day in found:
        kinds[kind].append(day)
    return kinds


def _pattern(days: Sequence[datetime]) -> vRecur | None:
    """Return the yearly rule of these days of `CYCLE_YEARS` years; None where there is none."""
    years = [day.year for day in days]
    alike = {(day.month, day.weekday(), day.time()) for day in days}
    numbers = sorted({day.day for day in days})
    in_a_row = years == list(range(years[0], years[0] + len(years))) and len(years) >= CYCLE_YEARS - 1
    if not in_a_row or len(alike) != 1 or numbers != list(range(numbers[0], numbers[0] + _WEEK)):
        return None
    month, weekday = days[0].month, _DAYS[days[0].weekday()]
    rule = vRecur({"FREQ": "YEARLY", "BYMONTH": month})
    if numbers[-1] == calendar.monthrange(2001, month)[1]:
        rule["BYDAY"] = f"-1{weekday}"
    elif numbers[0] % _WEEK == 1:
        rule["BYDAY"] = f"{numbers[0] // _WEEK + 1}{weekday}"
    else:  # such as the Saturday after the fourth Thursday
        rule["BYMONTHDAY"], rule["BYDAY"] = numbers, weekday
    return rule


def _add(
    zone: Timezone,
    kind: Kind,
    begins: datetime,
    more: Sequence[datetime] = (),
    rule: vRecur | None = None,
) -> None:
    part = TimezoneDaylight() if kind.summer else TimezoneStandard()
    part.DTSTART = begins
    part.TZOFFSETFROM, part.TZOFFSETTO = kind.before, kind.after
    part.add("TZNAME", kind.name)
    if rule:
        part.add("RRULE", rule)
    if more:
        part.add("RDATE", list(more))
    zone.add_component(part)
