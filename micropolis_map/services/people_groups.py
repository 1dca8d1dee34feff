"""Which people count: all, those of 65 and over, or children, where the homes' data say how many."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

ALL, OLDER, CHILDREN = "all", "older", "children"
GROUPS = (ALL, OLDER, CHILDREN)
OLDER_FROM, CHILDREN_TO = 65, 17
_WORDS = {
    "seniors": OLDER,
    "elderly": OLDER,
    "older_people": OLDER,
    "children": CHILDREN,
    "kids": CHILDREN,
}
_OLDEST = 200
_SPAN = re.compile(r"\D*?(\d{1,3})(?:[_ -](\d{1,3}|plus|over)|\+)?")


def groups_of(points: PointSet) -> tuple[str, ...]:
    """Return the groups that can be counted at `points`; all always can."""
    return tuple(group for group in GROUPS if group == ALL or columns_of(points, group))


def columns_of(points: PointSet, group: str) -> tuple[str, ...]:
    """Return the columns that count the people of `group` (65 and over; up to 17), none twice.

    Of columns that overlap (``age_0_14``, ``age_0_17``) the wider one counts.

    Examples
    --------
    >>> one = np.ones(1)
    >>> ages = {"age_65_plus": one, "age_75_plus": one, "age_0_14": one}
    >>> columns_of(PointSet(("a",), one, one, one, columns=ages), OLDER)
    ('age_65_plus',)
    """
    spans = []
    for name in points.columns:
        low, high = _span(name)
        if (group == OLDER and low >= OLDER_FROM) or (group == CHILDREN and 0 <= low <= high <= CHILDREN_TO):
            spans.append((low, -high, name))
    chosen, last = [], -1
    for low, high, name in sorted(spans):
        if low > last:
            chosen.append(name)
            last = -high
    if chosen:
        return tuple(chosen)
    return tuple(name for name in points.columns if _WORDS.get(name.strip().casefold()) == group)[:1]


def people_at(points: PointSet, group: str) -> NDArray[np.float64]:
    """Return how many people of `group` each point stands for; 1 each where nothing is known of all.

    Raises
    ------
    InvalidInput
        There is no such group, or nothing says how many they are.
    """
    if group not in GROUPS:
        raise InvalidInput(
            mark("there is no group of people {group}"),
            mark("give one of {known}"),
            group=repr(group[:40]),
            known=", ".join(GROUPS),
        )
    if group == ALL:
        return np.ones(len(points)) if points.population is None else points.population
    columns = columns_of(points, group)
    if not columns:
        raise InvalidInput(
            mark("nobody knows where the people of the group {group} live"),
            mark("load a population file with columns such as age_0_14 and age_65_plus"),
            group=repr(group),
        )
    people: NDArray[np.float64] = np.sum([points.columns[name] for name in columns], axis=0, dtype=np.float64)
    return people


def _span(name: str) -> tuple[int, int]:
    """Return the ages a column counts, ``(-1, -1)`` for another column."""
    text = name.strip().casefold()
    if not text.startswith(("age", "pop")):
        return -1, -1
    found = _SPAN.fullmatch(text)
    if not found:
        return -1, -1
    low, high = int(found[1]), found[2] or ""
    if high.isdigit():
        return low, int(high)
    return low, _OLDEST if high or text.endswith("+") or "over" in text else low
