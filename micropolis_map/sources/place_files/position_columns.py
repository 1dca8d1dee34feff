"""Which columns of a table say where its rows are: by their names, else by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from micropolis_map.sources.place_files.columns import plain
from micropolis_map.sources.place_files.coordinates import NotACoordinate, geometry_text, number

_LAT = {
    "lat", "latitude", "ycoord", "coordy", "coordinatey", "szerokosc", "szerokoscgeograficzna", "breddegrad",
    "bredde", "latitudine", "широта", "northing", "northings", "y", "szer", "szerokoscgeogr", "breite",
    "breitengrad", "latitud",
}  # fmt: skip
_LON = {
    "lon", "lng", "long", "longitude", "xcoord", "coordx", "coordinatex", "dlugosc", "dlugoscgeograficzna",
    "laengdegrad", "laengde", "longitudine", "довгота", "easting", "eastings", "x", "dlug", "dlugoscgeogr",
    "lange", "laenge", "langengrad", "laengengrad", "longitud",
}  # fmt: skip
_WHOLE = {"geometry", "wkt", "geom", "thegeom", "geojson", "wktgeom", "shape"}
_PAIR_LAT_FIRST = {
    "latlon", "latlng", "latlong", "coordinates", "coordinate", "coords", "position", "gps", "location",
    "wspolrzedne", "koordinater", "coordinata", "координати",
}  # fmt: skip
_PAIR_LON_FIRST = {"lonlat", "lnglat", "longlat", "xy"}

_WORD = re.compile(r"[^\W\d_]+?(?=[A-Z][a-z]|[\W\d_]|$)")
_FINE = re.compile(r"\d[.,]\d{3,}")
"""A number fine enough to be a coordinate in degrees under any name: a thousandth is 110 m."""
_DECIMAL = re.compile(r"\d[.,]\d")
_SHAPE = re.compile(
    r"\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)\s*Z?M?\s*\(|\s*\{",
    re.IGNORECASE,
)
_SAMPLE = 50
_ENOUGH = 0.6
"""Share of a column's filled cells that must be positions for it to be taken as one."""


@dataclass(frozen=True)
class Where:
    """Which columns say where a row is: two, or one with the whole position or shape."""

    lat: str = ""
    lon: str = ""
    whole: str = ""
    lat_first: bool = True

    @property
    def found(self) -> bool:
        """Whether any column says it."""
        return bool(self.lat or self.whole)


def find_columns(header: Sequence[str]) -> Where:
    """Return which columns hold the position by their names: lat and lon, or one with both, WKT or GeoJSON.

    ``stop_lat`` and ``stop_lon``, ``decimalLatitude`` and ``decimalLongitude`` are a pair as well: one word
    of each is one of ours, the others are the same.
    """
    by_plain: dict[str, str] = {}
    for name in header:
        by_plain.setdefault(plain(name), name)

    def first(words: AbstractSet[str]) -> str:
        return next((name for word, name in by_plain.items() if word in words), "")

    whole, lat, lon = first(_WHOLE), first(_LAT), first(_LON)
    if lat and lon:
        return Where(lat, lon, whole)
    if whole or first(_PAIR_LON_FIRST):
        return Where(whole=whole or first(_PAIR_LON_FIRST), lat_first=not first(_PAIR_LON_FIRST))
    if first(_PAIR_LAT_FIRST):
        return Where(whole=first(_PAIR_LAT_FIRST))
    lats, lons = _with_a_word(header, _LAT), _with_a_word(header, _LON)
    rest = next((rest for rest in lats if rest in lons), None)
    return Where() if rest is None else Where(lats[rest], lons[rest])


def columns_by_content(
    header: Sequence[str], records: Sequence[Sequence[str]], *, named: bool = True
) -> Where:
    """Return which columns hold the position by what stands in them; where none does, nothing is found.

    One column of pairs, WKT or GeoJSON; else exactly two columns of degrees, the first taken as latitude (the
    reader finds out by the community where they stand the other way round).

    Parameters
    ----------
    named
        Whether the header is the file's own: then a column of degrees must be fine, for its name says
        something else.
    """
    columns = {
        name: [record[index] for record in records[:_SAMPLE] if index < len(record) and record[index].strip()]
        for index, name in enumerate(header)
    }
    whole = next((name for name, cells in columns.items() if _most(cells, is_position)), "")
    test = _is_fine if named else is_degrees
    degrees = [name for name, cells in columns.items() if _most(cells, test)]
    if whole:
        return Where(whole=whole)
    return Where(degrees[0], degrees[1]) if len(degrees) == 2 else Where()


def is_position(cell: str) -> bool:
    """Return whether the cell is a pair of decimal coordinates, WKT or GeoJSON."""
    angles = len(_DECIMAL.findall(cell)) == 2 or cell.count("°") == 2
    if not angles and not _SHAPE.match(cell):
        return False
    try:
        geometry_text(cell, lat_first=True)
    except NotACoordinate:
        return False
    return True


def is_degrees(cell: str) -> bool:
    """Return whether the cell is one decimal number from -180 to 180."""
    try:
        return _DECIMAL.search(cell) is not None and abs(number(cell)) <= 180
    except NotACoordinate:
        return False


def _is_fine(cell: str) -> bool:
    return _FINE.search(cell) is not None and is_degrees(cell)


def is_shape(cell: str) -> bool:
    """Return whether the cell begins as WKT or GeoJSON does."""
    return _SHAPE.match(cell) is not None


def _most(cells: Sequence[str], test: Callable[[str], bool]) -> bool:
    return bool(cells) and sum(map(test, cells)) >= _ENOUGH * len(cells)


def _with_a_word(header: Sequence[str], words: AbstractSet[str]) -> dict[tuple[str, ...], str]:
    """Return the columns of which one word is in `words`, by their other words."""
    found: dict[tuple[str, ...], str] = {}
    for name in header:
        said = [plain(word) for word in _WORD.findall(name)]
        if len(said) > 1 and sum(word in words for word in said) == 1:
            found.setdefault(tuple(word for word in said if word not in words), name)
    return found
