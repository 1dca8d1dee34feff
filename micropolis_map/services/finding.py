"""Finding an address, a street, a named feature or a place by the beginnings of its words.

Only our own data is asked: the community's loaded names and its published places. Nothing leaves the server.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from micropolis_map.domain.place_filter import plain
from micropolis_map.domain.text import pick
from micropolis_map.errors import InvalidInput, StoreUnavailable
from micropolis_map.i18n import mark
from micropolis_map.ports import CommunityStore, PlaceStore

GAZETTEER = "gazetteer.json"
MAX_QUERY = 100
_ENOUGH = 5_000
"""Candidates looked at for one query; one letter may begin tens of thousands of names."""

_ORDER = {"place": 0, "district": 1, "street": 2, "feature": 3, "address": 4}


@dataclass(frozen=True, order=True)
class Name:
    """A text and where it is: degrees, EPSG:4326; `kind` is a key of `_ORDER`."""

    text: str
    kind: str
    lon: float
    lat: float
    place_id: str = ""


class Gazetteer:
    """Names in the order of their words: every word that does not begin with a digit leads to its name."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._names = sorted(set(names))
        self._words = [plain(name.text).replace(",", " ").split() for name in self._names]
        entries = [
            (" ".join(words[start:]), number)
            for number, words in enumerate(self._words)
            for start, word in enumerate(words)
            if start == 0 or not word[0].isdigit()
        ]
        entries.sort()
        self._keys = [key for key, _ in entries]
        self._numbers = [number for _, number in entries]

    def find(self, query: str, limit: int = 8) -> list[Name]:
        """Return the best names for `query`: every word of it begins a word of the name, in any order.

        What begins as the query does comes first, then places, districts, streets, features, addresses,
        then the shorter.
        """
        words = plain(query).replace(",", " ").split()
        if not words:
            return []
        whole = " ".join(words)
        found = self._starting(whole)
        if len(found) < limit and len(words) > 1:
            longest = max((word for word in words if not word[0].isdigit()), key=len, default=words[0])
            found |= {n for n in self._starting(longest) if _has_all(self._words[n], words)}
        ranked = sorted(found, key=lambda n: self._rank(n, whole))
        return [self._names[number] for number in ranked[:limit]]

    def _starting(self, start: str) -> set[int]:
        first = bisect_left(self._keys, start)
        last = bisect_left(self._keys, start + "\U0010ffff", first)
        return set(self._numbers[first : min(last, first + _ENOUGH)])

    def _rank(self, number: int, whole: str) -> tuple[bool, bool, int, int, str]:
        name, text = self._names[number], " ".join(self._words[number])
        return text != whole, not text.startswith(whole), _ORDER.get(name.kind, 9), len(text), text


def find(
    places: PlaceStore, communities: CommunityStore, slug: str, query: str, limit: int = 8
) -> list[Name]:
    """Return what the community knows by that name, the best first.

    Raises
    ------
    InvalidInput
        The query has more than `MAX_QUERY` characters.
    """
    if len(query) > MAX_QUERY:
        raise InvalidInput(
            mark("the query has {n} characters"),
            mark("search for at most {most}"),
            n=len(query),
            most=MAX_QUERY,
        )
    build = communities.current_build(slug)
    pinned = _gazetteer_of_places(_Pinned(places, communities, slug, places.version()))
    loaded = _gazetteer_of_build(build).find(query, limit) if build is not None else []
    both = Gazetteer([*pinned.find(query, limit), *loaded])
    return both.find(query, limit)


def write_gazetteer(build: Path, names: Iterable[tuple[str, str, float, float]]) -> None:
    """Write ``(text, kind, lon, lat)`` into the build."""
    rows = [[text, kind, round(lon, 6), round(lat, 6)] for text, kind, lon, lat in names]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    (build / GAZETTEER).write_text(text, encoding="utf-8")


@lru_cache(maxsize=8)
def _gazetteer_of_build(build: Path) -> Gazetteer:
    path = build / GAZETTEER
    if not path.is_file():
        return Gazetteer(_names_of_layers(build))
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return Gazetteer(Name(str(t), str(kind), float(lon), float(lat)) for t, kind, lon, lat in rows)
    except (OSError, ValueError, TypeError) as error:
        raise StoreUnavailable(
            mark("{file} cannot be read: {reason}"),
            mark("load the community again"),
            file=repr(str(path)),
            reason=error,
        ) from error


@dataclass(frozen=True)
class _Pinned:
    """The published places of a community in one state of the store."""

    places: PlaceStore
    communities: CommunityStore
    slug: str
    version: str


@lru_cache(maxsize=16)
def _gazetteer_of_places(pinned: _Pinned) -> Gazetteer:
    names = [
        Name(text, "place", *place.lon_lat, place_id=place.id)
        for place in pinned.places.places(pinned.slug)
        for text in dict.fromkeys(place.name.values())
        if text.strip()
    ]
    community = pinned.communities.get(pinned.slug)
    names += [Name(district.name, "district", *district.centre) for district in community.districts]
    title, _ = pick(community.name, community.languages[0])
    if title:
        names.append(Name(title, "district", *community.centre))
    return Gazetteer(names)


def _names_of_layers(build: Path) -> list[Name]:
    """Return what the background's layers name, for builds made before there was a gazetteer."""
    names = []
    for path in sorted(build.glob("*.geojson")):
        kind = "street" if path.stem == "streets" else "feature"
        try:
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
        except (OSError, ValueError, KeyError) as error:
            raise StoreUnavailable(
                mark("{file} cannot be read: {reason}"),
                mark("load the community again"),
                file=repr(str(path)),
                reason=error,
            ) from error
        seen: dict[str, Name] = {}
        for feature in features:
            text = str((feature.get("properties") or {}).get("name") or "").strip()
            if text and feature.get("geometry"):
                lon, lat = _middle(feature["geometry"]["coordinates"])
                seen.setdefault(text, Name(text, kind, lon, lat))
        names += list(seen.values())
    return names


def _middle(coordinates: Sequence[object]) -> tuple[float, float]:
    """Return the middle position of the first line of the coordinates."""
    while isinstance(coordinates[0], list) and isinstance(coordinates[0][0], list):
        coordinates = coordinates[0]
    if isinstance(coordinates[0], list):
        coordinates = coordinates[len(coordinates) // 2]  # type: ignore[assignment]
    return float(coordinates[0]), float(coordinates[1])  # type: ignore[arg-type]


def _has_all(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return all(any(word.startswith(start) for word in words) for start in wanted)
