"""Which columns of a table say where its rows are: by their names, else by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from micropolis_map.i18n import mark
from micropolis_map.sources import column_names
from micropolis_map.sources.column_names import find, plain
from micropolis_map.sources.coordinates import NotACoordinate, angle, geometry_text, is_odk, number
from micropolis_map.sources.map_links import is_link, position_in

_LAT = frozenset((*column_names.LAT, *column_names.NORTHING))
_LON = frozenset((*column_names.LON, *column_names.EASTING))

_PAIRS = (
    (column_names.LAT, column_names.LON),
    (column_names.NORTHING, column_names.EASTING),
    (column_names.LAT + column_names.NORTHING, column_names.LON + column_names.EASTING),
)
_EMPTY = mark("has no position: {columns} empty")
_NONE_OF_BOTH = mark("has no position: {columns} and {other} empty")
_WORD = re.compile(r"\d+|[^\W\d_]+?(?=[A-Z][a-z]|[\W\d_]|$)")
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

    ``stop_lat`` and ``stop_lon``, ``decimalLatitude`` and ``decimalLongitude``, ``x_1992`` and ``y_1992`` are
    a pair as well: one word of each is one of ours, the others are the same.
    """
    whole = find(header, column_names.WHOLE) or ""
    for lats, lons in _PAIRS:
        lat, lon = find(header, lats), find(header, lons)
        if lat and lon:
            return Where(lat, lon, whole)
    in_one = find(header, column_names.PAIR_LON_FIRST)
    if whole or in_one:
        return Where(whole=whole or in_one or "", lat_first=not in_one)
    in_one = find(header, column_names.PAIR_LAT_FIRST)
    if in_one:
        return Where(whole=in_one, lat_first=not plain(in_one).endswith(column_names.PAIR_LON_FIRST))
    with_lat, with_lon = _with_a_word(header, _LAT), _with_a_word(header, _LON)
    rest = next((rest for rest in with_lat if rest in with_lon), None)
    return Where() if rest is None else Where(with_lat[rest], with_lon[rest])


def raw_geometry(cells: Mapping[str, Any], where: Where) -> dict[str, Any] | None:
    """Return the GeoJSON geometry that the cells `where` names say, None where it names none.

    Its values are not checked.

    Raises
    ------
    NotACoordinate
        They are empty, or say no position.
    """
    whole = str(cells.get(where.whole) or "") if where.whole else ""
    if whole.strip():
        return geometry_text(whole, lat_first=where.lat_first)
    if where.lat:
        return _point(str(cells.get(where.lat) or ""), str(cells.get(where.lon) or ""), where)
    if where.whole:
        raise NotACoordinate(_EMPTY, columns=where.whole)
    return None


def _point(lat_text: str, lon_text: str, where: Where) -> dict[str, Any]:
    missing = [name for name, text in ((where.lat, lat_text), (where.lon, lon_text)) if not text.strip()]
    if missing:
        raise NotACoordinate(
            _NONE_OF_BOTH if len(missing) > 1 else _EMPTY, columns=missing[0], other=missing[-1]
        )
    try:
        (lat, lat_axis), (lon, lon_axis) = angle(lat_text), angle(lon_text)
    except NotACoordinate as error:
        there = f"{where.lat}, {where.lon}"
        raise NotACoordinate(mark("{what} (in {columns})"), what=error.reason, columns=there) from error
    if lat_axis == "lon" or lon_axis == "lat":  # the compass letters say it
        lat, lon = lon, lat
    return {"type": "Point", "coordinates": [lon, lat]}


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
    columns = {name: filled_cells(records, index) for index, name in enumerate(header)}
    whole = next((name for name, cells in columns.items() if most(cells, is_position)), "")
    test = _is_fine if named else is_degrees
    degrees = [name for name, cells in columns.items() if most(cells, test)]
    if whole:
        return Where(whole=whole)
    return Where(degrees[0], degrees[1]) if len(degrees) == 2 else Where()


def is_position(cell: str) -> bool:
    """Return whether the cell is a pair of decimal coordinates, WKT, GeoJSON, or a link that names one."""
    if is_link(cell):
        return position_in(cell) is not None
    angles = len(_DECIMAL.findall(cell)) == 2 or cell.count("°") == 2
    if not angles and not _SHAPE.match(cell) and not is_odk(cell):
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
    if cell.count("°") == 1:
        return _is_angle(cell)
    return _FINE.search(cell) is not None and is_degrees(cell)


def _is_angle(cell: str) -> bool:
    try:
        return abs(angle(cell)[0]) <= 180
    except NotACoordinate:
        return False


def is_shape(cell: str) -> bool:
    """Return whether the cell begins as WKT or GeoJSON does."""
    return _SHAPE.match(cell) is not None


def filled_cells(records: Sequence[Sequence[str]], index: int) -> list[str]:
    """Return what stands in a column of the first records, blank cells left out."""
    return [record[index] for record in records[:_SAMPLE] if index < len(record) and record[index].strip()]


def most(cells: Sequence[str], test: Callable[[str], bool]) -> bool:
    """Return whether enough of a column's cells are what `test` says; never of none."""
    return bool(cells) and sum(map(test, cells)) >= _ENOUGH * len(cells)


def _with_a_word(header: Sequence[str], words: AbstractSet[str]) -> dict[tuple[str, ...], str]:
    """Return the columns of which one word is in `words`, by their other words."""
    found: dict[tuple[str, ...], str] = {}
    for name in header:
        said = [plain(word) for word in _WORD.findall(name)]
        if len(said) > 1 and sum(word in words for word in said) == 1:
            found.setdefault(tuple(word for word in said if word not in words), name)
    return found
