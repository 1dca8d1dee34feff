"""A walk somebody is making: it fits into an address, and is planned once for all who look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from micropolis_map.domain.tour_document import MOST_STOPS
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.services.touring import TourPlan, TourRequest, plan_tour
from micropolis_map.services.touring_published import TourDeps
from micropolis_map.services.touring_stops import stops_of_ids
from micropolis_map.workers.pool import WORKERS

VISITS_MIN = (2, 5, 10, 15, 30)
"""Minutes at each stop one can choose from."""
VISIT_MIN = 5


@dataclass(frozen=True)
class TourDraft:
    """Places of a community and how they are to be walked.

    Attributes
    ----------
    stops
        Ids of places, in the order they were chosen; with `own_order` they are walked so.
    first, last
        Ids to begin and to end with; empty: wherever it is best.
    visit_min
        Minutes at each stop.
    """

    slug: str
    stops: tuple[str, ...]
    own_order: bool = False
    first: str = ""
    last: str = ""
    loop: bool = False
    visit_min: int = VISIT_MIN
    profile: str = "adult"

    @classmethod
    def parse(cls, slug: str, query: Mapping[str, str]) -> TourDraft:
        """Return the draft of an address's parameters; the reverse of `query`.

        Raises
        ------
        InvalidInput
            It has no stops, or more than `MOST_STOPS`.
        """
        stops = tuple(dict.fromkeys(part for part in query.get("stops", "").split(",") if part))
        if not 1 <= len(stops) <= MOST_STOPS:
            raise InvalidInput(
                mark("a tour of {n} stops"),
                mark("give 1 to {most} ids of places in stops="),
                n=len(stops),
                most=MOST_STOPS,
            )
        visit = query.get("visit", "")
        first = query.get("first", "")
        return cls(
            slug=slug,
            stops=stops,
            own_order=query.get("order") == "own",
            first=stops[0] if first == "1" else first,
            last=query.get("last", ""),
            loop=query.get("loop") == "1",
            visit_min=int(visit) if visit in {str(minutes) for minutes in VISITS_MIN} else VISIT_MIN,
            profile=query.get("profile", "adult"),
        )

    def query(self) -> dict[str, str]:
        """Return the parameters of the draft's address."""
        given = {
            "stops": ",".join(self.stops),
            "order": "own" if self.own_order else "",
            "first": self.first,
            "last": self.last,
            "loop": "1" if self.loop else "",
            "visit": "" if self.visit_min == VISIT_MIN else str(self.visit_min),
            "profile": self.profile,
        }
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class _Key:
    """All that a plan depends on; the application is the same when it is the same object."""

    deps: TourDeps = field(hash=False)
    draft: TourDraft
    lang: str
    state: tuple[str, str]


def planned_draft(deps: TourDeps, draft: TourDraft, lang: str) -> TourPlan:
    """Return the draft as it is walked now.

    Raises
    ------
    InvalidInput
        A stop is not a public place, or the profile cannot reach it: which, and why.
    Busy
        Too many are being planned.
    """
    build = str(deps.community_store.current_build(draft.slug))
    return _planned(_Key(deps, draft, lang, (build, deps.place_store.version())))


@lru_cache(maxsize=128)
def _planned(key: _Key) -> TourPlan:
    draft = key.draft
    stops = stops_of_ids(key.deps.place_store, draft.slug, draft.stops)
    asked = TourRequest(
        tuple(replace(stop, visit_s=draft.visit_min * 60.0) for stop in stops),
        loop=draft.loop,
        profile=draft.profile,
        keep_order=draft.own_order,
        first="" if draft.own_order or draft.first not in draft.stops else draft.first,
        last="" if draft.own_order or draft.loop or draft.last not in draft.stops else draft.last,
        lang=key.lang,
    )
    deps: Any = key.deps  # a `Deps` asks for more than planning needs
    with WORKERS.place():
        return plan_tour(deps, draft.slug, asked)
