"""When a tour that begins at a given moment comes to each stop, and whether the stop is open then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from opening_hours import OpeningHours, State, validate

from micropolis_map.domain.opening_hours import CLOSED, LONGEST, OPEN, UNKNOWN
from micropolis_map.domain.tour import Stop
from micropolis_map.services.touring import TourPlan


@dataclass(frozen=True)
class Visit:
    """A stop at its time.

    Attributes
    ----------
    arrives, leaves
        By the clock of the place.
    state
        ``open`` the whole visit long, ``closed`` at some of it, ``unknown`` where no hours say.
    opens
        When it next opens after the arrival; None where it is open, or nobody knows.
    """

    stop: Stop
    arrives: datetime
    leaves: datetime
    state: str
    opens: datetime | None = None


def visits(plan: TourPlan, hours: Mapping[str, str], begins: datetime) -> tuple[Visit, ...]:
    """Return the visits of a tour that begins at `begins`.

    Parameters
    ----------
    hours
        ``opening_hours`` of the stops by id, as OpenStreetMap writes them; absent or empty: not known.
    """
    now, walks = begins, list(plan.walks)
    found = []
    for number, stop in enumerate(plan.stops):
        leg = number if plan.request.start is not None else number - 1
        now += timedelta(seconds=walks[leg].cost_s if 0 <= leg < len(walks) else 0.0)
        leaves = now + timedelta(seconds=stop.visit_s)
        state, opens = _state(hours.get(stop.id, ""), _minute(now), _minute(leaves))
        found.append(Visit(stop, now, leaves, state, opens))
        now = leaves
    return tuple(found)


@lru_cache(maxsize=4096)
def _state(text: str, arrives: datetime, leaves: datetime) -> tuple[str, datetime | None]:
    if not text.strip() or len(text) > LONGEST or not validate(text):
        return UNKNOWN, None
    hours = OpeningHours(text)
    state, comment = hours.state(arrives)
    change = hours.next_change(arrives)
    if state == State.OPEN and not comment:
        stays = change is None or change >= leaves
        return (OPEN, None) if stays else (CLOSED, None)
    if state == State.CLOSED:
        return CLOSED, change if change is not None and hours.state(change)[0] == State.OPEN else None
    return UNKNOWN, None


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
