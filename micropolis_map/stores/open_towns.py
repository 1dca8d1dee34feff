"""What everybody sees of the stores: nothing of towns that are hidden or erased."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from micropolis_map.domain.place import Place
from micropolis_map.domain.tour import Tour
from micropolis_map.errors import NotFound
from micropolis_map.i18n import mark
from micropolis_map.ports import PlaceStore, TourStore
from micropolis_map.stores.town_states import TownStates


class OpenPlaces:
    """A `ports.PlaceStore` in which closed towns' places are hidden, and erased ones' never come back.

    Read with ``published_only=False`` the places are as they are stored: for who looks after the store.
    """

    def __init__(self, store: PlaceStore, states: TownStates) -> None:
        self._store = store
        self._states = states

    def get(self, place_id: str) -> Place:
        """Return the place; one of a closed town as hidden."""
        place = self._store.get(place_id)
        shut = place.status == "published" and place.community in self._states.closed()
        return replace(place, status="hidden") if shut else place

    def places(self, community: str | None = None, *, published_only: bool = True) -> Sequence[Place]:
        """Return places sorted by id."""
        found = self._store.places(community, published_only=published_only)
        closed = self._states.closed() if published_only else frozenset()
        return [place for place in found if place.community not in closed] if closed else found

    def statuses(self, without: Collection[str] = ()) -> Mapping[str, str]:
        """Return the status of every place by id; of closed towns' as hidden."""
        found, closed = self._store.statuses(without), self._states.closed()
        shown = self._store.statuses({*without, *closed}) if closed else found
        return {one: status if one in shown else "hidden" for one, status in found.items()}

    def put(self, place: Place, *, expected_revision: int | None = None) -> Place:
        """Add the place or append its next revision."""
        return self._store.put(place, expected_revision=expected_revision)

    def put_many(self, places: Iterable[Place]) -> int:
        """Add or renew all but those of erased towns."""
        gone = {slug for slug, state in self._states.all().items() if state.state != "hidden"}
        return self._store.put_many([place for place in places if place.community not in gone])

    def version(self) -> str:
        """Return a token that changes with every change and with every town that is hidden or shown."""
        return _version(self._store, self._states)

    def check(self) -> None:
        """Write and read."""
        self._store.check()


class OpenTours:
    """A `ports.TourStore` without the tours of closed towns."""

    def __init__(self, store: TourStore, states: TownStates) -> None:
        self._store = store
        self._states = states

    def tours(self, community: str | None = None) -> Sequence[Tour]:
        """Return the published tours, in the order they are shown."""
        closed = self._states.closed()
        return [tour for tour in self._store.tours(community) if tour.community not in closed]

    def get(self, tour_id: str) -> Tour:
        """Return the published tour; `NotFound` without one."""
        tour = self._store.get(tour_id)
        if tour.community in self._states.closed():
            raise NotFound(
                mark("there is no tour {id}"), mark("look it up in the list of tours"), id=repr(tour_id[:128])
            )
        return tour

    def version(self) -> str:
        """Return a token that changes with every change."""
        return _version(self._store, self._states)


def _version(store: PlaceStore | TourStore, states: TownStates) -> str:
    """Return a token that changes with the store and with every town that is closed or shown.

    Everybody reads it, so it tells neither whether a town is closed nor which.
    """
    return hashlib.sha256(f"{store.version()} {states.stamp()}".encode()).hexdigest()[:32]
