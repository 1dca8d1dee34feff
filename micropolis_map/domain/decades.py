"""How many places are of each decade: the histogram under the time slider."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from micropolis_map.domain.place import Period, Place

LENGTH = 10
MOST = 40
"""Decades shown; what is earlier stands together in the first of them."""


@dataclass(frozen=True)
class Decade:
    """A bar of the histogram.

    Attributes
    ----------
    start
        Its first year.
    years
        What the filter means by it; open towards the past for the first where something is earlier.
    there
        Places that pass the filter `years`.
    told
        Of those, the ones that began then, or of which a story of these years is told.
    """

    start: int
    years: Period
    there: int
    told: int


def decades(places: Sequence[Place], this_year: int) -> tuple[Decade, ...]:
    """Return the decades from the earliest year of the places and stories to now; empty without any year."""
    known = [year for place in places for year in _years(place)]
    if not known:
        return ()
    last = start_of(max(this_year, *known))
    earliest = start_of(min(known))
    first = max(earliest, last - (MOST - 1) * LENGTH)
    bars = {start: [0, 0] for start in range(first, last + LENGTH, LENGTH)}
    for place in places:
        there, told = _bars_of(place, first, last)
        for start in there:
            bars[start][0] += 1
        for start in told:
            bars[start][1] += 1
    return tuple(
        Decade(start, Period(None if start == first > earliest else start, start + LENGTH - 1), there, told)
        for start, (there, told) in bars.items()
    )


def start_of(year: int) -> int:
    """Return the first year of the decade.

    Examples
    --------
    >>> start_of(1939), start_of(-5)
    (1930, -10)
    """
    return year - year % LENGTH


def _bars_of(place: Place, first: int, last: int) -> tuple[set[int], set[int]]:
    """Return the starts of the decades the place was there in, and of those something is told of."""

    def bar(year: int) -> int:
        return min(max(start_of(year), first), last)

    told = {bar(story.year) for story in place.stories if story.year is not None}
    span = place.period
    if span is None or (span.start is None and span.end is None):
        return set(told), told
    begin = first if span.start is None else bar(span.start)
    end = last if span.end is None else bar(span.end)
    if span.start is not None:
        told.add(begin)
    return {*range(begin, end + LENGTH, LENGTH), *told}, told


def _years(place: Place) -> Iterable[int]:
    if place.period is not None:
        yield from (year for year in (place.period.start, place.period.end) if year is not None)
    yield from (story.year for story in place.stories if story.year is not None)
