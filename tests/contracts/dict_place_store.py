"""The simplest place store: a dict. What the SQL stores are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from micropolis_map.domain.place import Place
from micropolis_map.domain.place_geojson import normalised
from micropolis_map.errors import Conflict, NotFound


class DictPlaceStore:
    """A `ports.PlaceStore` in memory."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}
        self._revisions: dict[str, list[Place]] = {}
        self._changes = 0

    def get(self, place_id: str) -> Place:
        if place_id not in self._places:
            raise NotFound(f"there is no place {place_id!r}", "look it up in the list of places")
        return self._places[place_id]

    def places(self, community: str | None = None, *, published_only: bool = True) -> Sequence[Place]:
        return [
            place
            for _, place in sorted(self._places.items())
            if (community is None or place.community == community)
            and (not published_only or place.status == "published")
        ]

    def statuses(self, without=()) -> dict[str, str]:
        return {place.id: place.status for place in self._places.values() if place.community not in without}

    def revisions(self, place_id: str) -> Sequence[Place]:
        return list(self._revisions.get(place_id, ()))

    def put(self, place: Place, *, expected_revision: int | None = None) -> Place:
        clean = normalised(place)
        old = self._places.get(place.id)
        if expected_revision is not None and expected_revision != (old.revision if old else 0):
            raise Conflict(f"place {place.id!r} is at another revision", "look at what changed")
        return self._keep(clean, old)

    def put_many(self, places: Iterable[Place]) -> int:
        clean = [normalised(place) for place in places]
        changed = 0
        for place in clean:
            old = self._places.get(place.id)
            if old is None or replace(old, revision=place.revision) != place:
                self._keep(place, old)
                changed += 1
        return changed

    def version(self) -> str:
        return str(self._changes)

    def check(self) -> None:
        return

    def _keep(self, place: Place, old: Place | None) -> Place:
        new = replace(place, revision=old.revision + 1) if old else place
        self._places[new.id] = new
        self._revisions.setdefault(new.id, []).append(new)
        self._changes += 1
        return new
