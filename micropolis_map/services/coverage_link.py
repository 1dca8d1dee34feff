"""A question about coverage as the parameters of an address, the same for map data, reports and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from micropolis_map.domain.opening_hours import WeekHour
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.thresholds import minutes_key, parse_minutes

MINUTES = "5,10,15"


def coverage_of_query(query: Mapping[str, Sequence[str]]) -> CoverageRequest:
    """Return what the parameters ask; of one that is there twice the last counts, but every ``kind``.

    The names that the Coverage page writes into its address (``spots``, ``stepfree``) are understood, too.

    Raises
    ------
    InvalidInput
        Minutes or the hour cannot be read.
    """

    def last(name: str, default: str = "") -> str:
        return (query.get(name) or [default])[-1]

    asked = [*query.get("kind", []), *query.get("spots", [])]
    kinds = tuple(sorted({kind for part in asked for kind in part.split(",") if kind}))
    return CoverageRequest(
        last("profile", "adult"),
        parse_minutes(last("minutes", MINUTES)),
        kinds=kinds,
        step_free="yes" in {last("step_free"), last("stepfree")},
        open_at=str(WeekHour.parse(last("open"))) if last("open") else "",
        people=last("people", "all"),
    )


def query_of_coverage(request: CoverageRequest, **more: str) -> str:
    """Return the parameters that `coverage_of_query` reads back, with `more` of them; empty ones left out."""
    values = {
        "profile": request.profile,
        "minutes": ",".join(minutes_key(minutes) for minutes in request.minutes),
        "kind": ",".join(request.kinds),
        "step_free": "yes" if request.step_free else "",
        "open": request.open_at,
        "people": "" if request.people == "all" else request.people,
    }
    return urlencode({name: value for name, value in (values | more).items() if value})
