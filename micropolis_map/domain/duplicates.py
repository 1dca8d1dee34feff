"""Whether a place is on the map already: near enough, and called nearly the same.

The rule is OpenFairDB's: at most 100 m away, and the titles at most 30 % of their letters or two words apart.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import shapely

from micropolis_map.domain.place import Place

NEAR_M = 100.0
MAX_EDIT_SHARE = 0.3
MAX_OTHER_WORDS = 2
CELL_DEG = 0.002
MAX_CELLS = 2_500

_EARTH_M = 6_371_008.8  # mean radius (IUGG)
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "’": " ", "'": " "})

Pair = tuple[float, float]


def near_duplicates(place: Place, others: Iterable[Place]) -> list[Place]:
    """Return those of `others` that may be the same place, the nearest first (ties: by id).

    A place is no duplicate of itself (the same id), nor of one that is withdrawn. Names are compared in every
    language against every language, without case, accents and punctuation.
    """
    found = []
    for other in others:
        if other.id == place.id or other.status == "withdrawn" or not _within_reach(place, other):
            continue
        metres = distance_m(place.geometry, other.geometry)
        if metres <= NEAR_M and any(similar(a, b) for a in place.name.values() for b in other.name.values()):
            found.append((metres, other.id, other))
    return [other for _, _, other in sorted(found, key=lambda entry: entry[:2])]


def near_namesakes(new: Iterable[Place], there: Iterable[Place]) -> Iterator[tuple[Place, Place]]:
    """Yield each of `new` with the nearest of `there` that may be the same place.

    The same as `near_duplicates` of each, but made for thousands: only places whose boxes share a cell of
    about 200 m are compared. Areas and lines that span more than `MAX_CELLS` cells are left out.
    """
    cells: dict[tuple[int, int], dict[str, Place]] = {}
    for place in there:
        for cell in _cells(place):
            cells.setdefault(cell, {})[place.id] = place
    for place in new:
        around = {key: other for cell in _cells(place) for key, other in cells.get(cell, {}).items()}
        found = near_duplicates(place, around.values())
        if found:
            yield place, found[0]


def similar(one: str, other: str) -> bool:
    """Return whether two names are nearly the same.

    They are when at most `MAX_EDIT_SHARE` of the longer one's letters must be edited, or when at most
    `MAX_OTHER_WORDS` words of both together are only in one of them and they share what matters: a word of
    four letters or more, or all words of the shorter one.

    Examples
    --------
    >>> similar("Kawiarnia Łąka", "kawiarnia laka!"), similar("Library", "The Wawer Library")
    (True, True)
    >>> similar("Old Harbour", "New Bakery"), similar("", "")
    (False, False)
    """
    a, b = plain(one), plain(other)
    if not a or not b:
        return False
    if edit_distance(a, b) <= MAX_EDIT_SHARE * max(len(a), len(b)):
        return True
    words_a, words_b = set(a.split()), set(b.split())
    shared = words_a & words_b
    matters = any(len(word) >= 4 for word in shared) or shared in (words_a, words_b)
    return matters and len(words_a ^ words_b) <= MAX_OTHER_WORDS


def plain(name: str) -> str:
    """Return `name` in lower case, without accents and punctuation, single blanks between its words."""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_PLAIN))
    letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", letters))


def edit_distance(a: str, b: str) -> int:
    """Return how many letters must be put in, taken out or changed to make `b` of `a` (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, start=1):
        above_left, row[0] = row[0], i
        for j, wanted in enumerate(b, start=1):
            above_left, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above_left + (letter != wanted))
    return row[-1]


def distance_m(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return the metres between two geometries: 0 where they touch or one lies in the other.

    Corners and the edges between them count; edges are taken as straight in a plane at the spot, which is
    right to a thousandth within the reach of a town.
    """
    origin = next(_positions(one["coordinates"]))
    return float(shapely.distance(_in_metres(one, origin), _in_metres(other, origin)))


def _in_metres(geometry: Mapping[str, Any], origin: Pair) -> Any:
    """Return the geometry in metres around `origin`; its rings may be open.

    GEOS looks among 2,000 corners for the nearest ones in a millisecond; each with each of another outline
    took the server half a minute.
    """
    north = math.radians(1) * _EARTH_M
    scale = np.array((math.cos(math.radians(origin[1])) * north, north))
    flat = shapely.force_2d(shapely.geometry.shape(dict(geometry)))
    return shapely.transform(flat, lambda degrees: (degrees - np.array(origin)) * scale)


def _within_reach(place: Place, other: Place) -> bool:
    """Return whether the boxes around both are within reach: spares looking at every edge of the town."""
    lat = place.lon_lat[1]
    high = math.degrees(NEAR_M / _EARTH_M) * 1.1
    wide = high / max(0.01, math.cos(math.radians(lat)))
    here, there = (
        list(_positions(place.geometry["coordinates"])),
        list(_positions(other.geometry["coordinates"])),
    )
    for axis, reach in ((0, wide), (1, high)):
        a, b = [position[axis] for position in here], [position[axis] for position in there]
        if min(a) - reach > max(b) or min(b) - reach > max(a):
            return False
    return True


def _cells(place: Place) -> Iterator[tuple[int, int]]:
    """Yield the cells within `NEAR_M` of the place's box; cells are CELL_DEG high and twice as wide."""
    positions = list(_positions(place.geometry["coordinates"]))
    lons, lats = [lon for lon, _ in positions], [lat for _, lat in positions]
    high = math.degrees(NEAR_M / _EARTH_M) * 1.1
    wide = high / max(0.01, math.cos(math.radians(max(map(abs, lats)))))
    west, east = math.floor((min(lons) - wide) / CELL_DEG / 2), math.floor((max(lons) + wide) / CELL_DEG / 2)
    south, north = math.floor((min(lats) - high) / CELL_DEG), math.floor((max(lats) + high) / CELL_DEG)
    if (east - west + 1) * (north - south + 1) <= MAX_CELLS:
        yield from ((x, y) for x in range(west, east + 1) for y in range(south, north + 1))


def _positions(coordinates: Any) -> Iterator[Pair]:
    if isinstance(coordinates[0], int | float):
        yield float(coordinates[0]), float(coordinates[1])
    else:
        for part in coordinates:
            yield from _positions(part)
