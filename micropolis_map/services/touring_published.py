"""Published tours, planned: the same walk for the page, the files and the map."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from micropolis_map.domain.text import pick
from micropolis_map.domain.tour import Tour
from micropolis_map.ports import CommunityStore, PlaceStore, TourStore
from micropolis_map.services.touring import TourPlan, TourRequest, plan_tour
from micropolis_map.services.touring_stops import stops_of_tour


class TourDeps(Protocol):
    """What published tours need of the application."""

    @property
    def community_store(self) -> CommunityStore:
        """Where communities live."""

    @property
    def place_store(self) -> PlaceStore:
        """Where places live."""

    @property
    def tour_store(self) -> TourStore:
        """Where tours live."""


@dataclass(frozen=True)
class _Key:
    """All that a plan depends on; the application is the same when it is the same object."""

    deps: TourDeps = field(hash=False)
    tour_id: str
    lang: str
    profile: str
    state: tuple[str, str, str]


def published_tour(deps: TourDeps, tour_id: str, lang: str = "en", profile: str = "adult") -> TourPlan:
    """Return the published tour as it is walked now, in its authors' order.

    Raises
    ------
    NotFound
        There is no such tour, or none of its stops is public.
    InvalidInput
        The profile cannot reach one of its stops.
    """
    tour = deps.tour_store.get(tour_id)
    build = deps.community_store.current_build(tour.community)
    state = (str(build), deps.place_store.version(), deps.tour_store.version())
    return _planned(_Key(deps, tour.id, lang, profile, state))


def tour_name(tour: Tour, lang: str) -> str:
    """Return the tour's name in `lang`, else in its own first language."""
    return pick(tour.name, lang, tour.languages)[0]


@lru_cache(maxsize=64)
def _planned(key: _Key) -> TourPlan:
    deps = key.deps
    tour = deps.tour_store.get(key.tour_id)
    stops = stops_of_tour(deps.place_store, tour)
    request = TourRequest(stops, loop=tour.loop, profile=key.profile, keep_order=True, lang=key.lang)
    return plan_tour(deps, tour.community, request)
