"""Which place a row of a file is: the same one whenever the same row comes again."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyproj import Geod

from micropolis_map.domain.place import Place
from micropolis_map.sources.place_files import Row

_WGS84 = Geod(ellps="WGS84")
_SAFE_ID = re.compile(r"\w[\w.:@~-]{0,127}")
ELSEWHERE_DEG = 0.01
"""About a kilometre: nobody moves a place that far by correcting it."""
MOVED_M = 100.0
"""Farther than this a row of the same number and name is another thing, and not one that was put right."""
_MADE = "i-"
"""What ids made here begin with."""

_NUMBERED = re.compile(
    r"[^.]*\.\d+"  # a layer and a row: QGIS, GeoServer, ogr2ogr; a number a spreadsheet made 1.0 of
    r"|[^.]*\.fid-.*"  # GeoServer, made anew for each answer
    r"|[^\W\d_]\D*\d{1,9}"  # words and a number: ID_00001, feature-3, Placemark 12
)
_REGISTERED = re.compile(
    r".*://.*|urn:.*|(.*\W)?(node|way|relation)\W?\d+|[nwr]\d{5,}|Q\d{2,}|(geonames|wikidata|osm|gnis)\W.*",
    re.IGNORECASE,
)
"""A number in somebody's register: an address, OpenStreetMap, Wikidata, Geonames."""


def stands_for_itself(identifier: str) -> bool:
    """Return whether a row's id says which thing it is, and not only which row of some table.

    Examples
    --------
    >>> [stands_for_itself(one) for one in ("node/240", "b7f3-11", "trees.3", "ID_00001", "17")]
    [True, True, False, False, False]
    """
    if _REGISTERED.fullmatch(identifier):
        return True
    return len(identifier) > 2 and not identifier.isdecimal() and not _NUMBERED.fullmatch(identifier)


def place_id(row: Row, name: Mapping[str, Any], *, ours: bool) -> str:
    """Return the id of the row's place as the row alone gives it.

    Our own ids, and ids of other programs that stand for themselves, stay. Numbers of rows count together
    with the position, to 5 decimals; rows without an id have name and position.
    """
    strong = stands_for_itself(row.id)
    if row.id and _SAFE_ID.fullmatch(row.id) and (ours or strong):
        return row.id
    if strong:
        return _made([row.id])
    return _numbered(row) if row.id else _made([*sorted(map(str, name.values())), *_where(row.geometry)])


@dataclass(frozen=True)
class Named:
    """A row and the name it gives its place; `ours` where we wrote the row."""

    row: Row
    name: Mapping[str, Any]
    ours: bool


class Identities:
    """Finds the place of each row among those that are there.

    Programs number the rows of every export anew: one row less, and all that follow have the number of
    another. So a row with such a number is first the place of that name at that position; else, where none
    has that name, the place that had this number there. What a number looks like nobody can list: where a
    row's id leads to a place of another name, and a place of its own name stands where it is, the ids of the
    whole file are such numbers. A row whose number and name are those of a place within `MOVED_M`, where no
    row of the file is any more, is that place, moved.

    Parameters
    ----------
    places
        All places of all communities by id.
    rows
        All rows of the file that can become places.
    """

    def __init__(self, places: Mapping[str, Place], community: str, rows: Iterable[Named]) -> None:
        self._places, self._community = places, community
        rows = list(rows)
        self._renumbered = self._are_renumbered(rows)
        self._claims: dict[str, set[str]] = defaultdict(set)
        spots: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for named in rows:
            if named.ours or not named.row.id:
                continue
            self._claims[_numbered(named.row)] |= _names(named.name)
            spots[named.row.id].add(_spot(named.row.geometry))
        self._taken = {(_spot(one.row.geometry), name) for one in rows for name in _names(one.name)}
        self._repeated = {
            one for one, where in spots.items() if len(where) > 1 and not any(map(str.isdigit, one))
        }
        """Words that several rows in several positions have for an id: the name of their layer."""
        self._by_spot: dict[tuple[str, ...], list[Place]] = defaultdict(list)
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        for place in places.values():
            made_here = place.id.startswith(_MADE) or not self._stands(place.id)
            if place.community == community and made_here:
                self._by_spot[_spot(place.geometry)].append(place)
                for name in _names(place.name):
                    self._by_name[name].append(place)

    def of(self, named: Named) -> str:
        """Return the id of the row's place, which may be there or not."""
        row = named.row
        own = place_id(row, named.name, ours=named.ours)
        if named.ours or not row.id:
            return own
        if self._stands(row.id) and row.id not in self._repeated and not self._is_elsewhere(own, row):
            return own
        return self._numbered_place(row, _names(named.name))

    def _stands(self, identifier: str) -> bool:
        if self._renumbered and not _REGISTERED.fullmatch(identifier):
            return False
        return stands_for_itself(identifier)

    def _are_renumbered(self, rows: Iterable[Named]) -> bool:
        """Return whether the file gives one of its ids to another thing than the place that has it here."""
        here = {
            (_spot(place.geometry), name)
            for place in self._places.values()
            if place.community == self._community
            for name in _names(place.name)
        }
        for named in rows:
            there = self._places.get(place_id(named.row, named.name, ours=named.ours))
            if named.ours or there is None or _REGISTERED.fullmatch(named.row.id):
                continue
            names, spot = _names(named.name), _spot(named.row.geometry)
            if not names & _names(there.name) and any((spot, name) in here for name in names):
                return True
        return False

    def _numbered_place(self, row: Row, names: set[str]) -> str:
        spot, mine = _spot(row.geometry), _numbered(row)
        same = sorted(place.id for place in self._by_spot.get(spot, ()) if names & _names(place.name))
        if mine in same:
            return mine
        free = [one for one in same if not self._claims.get(one, set()) & _names(self._places[one].name)]
        if free:
            return row.id if row.id in free else free[0]
        there = self._places.get(row.id)
        if mine not in self._places and there is not None and there in self._by_spot.get(spot, ()):
            return row.id  # imported before numbers of rows were known for what they are
        return mine if mine in self._places else self._moved(row, names) or mine

    def _moved(self, row: Row, names: set[str]) -> str:
        """Return the place nearby that had this number and name where no row is any more, "" without one."""
        lon, lat = _corner(row.geometry)
        for place in (place for name in sorted(names) for place in self._by_name.get(name, ())):
            if place.id != _made([row.id, *_where(place.geometry)]):
                continue
            there = _corner(place.geometry)
            left = not any((_spot(place.geometry), name) in self._taken for name in _names(place.name))
            if left and _WGS84.inv(lon, lat, *there)[2] <= MOVED_M:
                return place.id
        return ""

    def _is_elsewhere(self, identifier: str, row: Row) -> bool:
        """Return whether another community has a place of that id, which is no register's, somewhere else."""
        there = self._places.get(identifier)
        if there is None or there.community == self._community or _REGISTERED.fullmatch(row.id):
            return False
        here, away = _spot(row.geometry), _spot(there.geometry)
        return any(abs(float(a) - float(b)) > ELSEWHERE_DEG for a, b in zip(here, away, strict=True))


def _numbered(row: Row) -> str:
    return _made([row.id, *_where(row.geometry)])


def _made(facts: list[str]) -> str:
    return _MADE + hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:20]


def _where(geometry: Mapping[str, Any] | None) -> list[str]:
    return [f"{value:.5f}" for value in _corner(geometry)]


def _spot(geometry: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the position to a metre, equal for a row and for the place it became (7 decimals)."""
    return tuple(f"{round(value, 7):.5f}" for value in _corner(geometry))


def _corner(geometry: Mapping[str, Any] | None) -> tuple[float, float]:
    corner: Any = (geometry or {}).get("coordinates", [0, 0])
    while isinstance(corner[0], list | tuple):
        corner = corner[0]
    return corner[0], corner[1]


def _names(texts: Mapping[str, Any]) -> set[str]:
    return {str(text).strip() for text in texts.values() if str(text).strip()}
