"""Coordinates as people write them: decimal comma, degrees and minutes, pairs in one cell, WKT, GeoJSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from pyproj.exceptions import ProjError
from shapely.geometry import mapping

from micropolis_map.errors import Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.map_links import is_link, position_in

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"(?<=\d)[\s\u00a0\u202f'](?=\d{3}(?!\d))")
_ANGLE = re.compile(
    r"""^(?P<before>[NSEWnsewØø])?\s*(?P<sign>[+\-−])?\s*
    (?P<degrees>\d+(?:[.,]\d+)?)(?![\d.,])\s*(?:deg|[°ºdo*˚:])?\s*
    (?:(?P<minutes>\d+(?:[.,]\d+)?)(?![\d.,])\s*(?:['’′´`m:]|min)?\s*)?
    (?:(?P<seconds>\d+(?:[.,]\d+)?)(?![\d.,])\s*(?:"|”|″|''|’’|′′|s)?\s*)?
    (?P<after>[NSEWnsewØø])?$""",
    re.VERBOSE,
)
_POINTS_BETWEEN_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,}|[+-]?\d{1,3}(?:,\d{3}){2,}")
_ODK_POINT = re.compile(
    r"([+-]?\d{1,3}\.\d+)(\s+|\s*,\s*)([+-]?\d{1,3}\.\d+)(?P<more>(?:[\s,]+[+-]?\d+(?:\.\d+)?){0,2})"
)
"""ODK, KoboToolbox, Ona: latitude, longitude, altitude, accuracy; after a trip through Excel with commas."""
_HEX_WKB = re.compile(r"0[01](?:[0-9A-Fa-f]{2}){20,}")
"""A point has 21 bytes; what databases write of a geometry in CSV."""
_SRID = re.compile(r"\s*SRID=(\d{1,6});", re.IGNORECASE)
_DEGREES = 4326
_AXIS = {"N": "lat", "S": "lat", "E": "lon", "W": "lon", "Ø": "lon"}


class NotACoordinate(ValueError):
    """The text is no coordinate; never leaves this package, its `reason` becomes a row's."""

    def __init__(self, words: str, **values: object) -> None:
        self.reason = Sentence(words, **values)
        super().__init__(self.reason)


def number(text: str) -> float:
    """Return the decimal number `text` is, with a point or a comma, blanks between thousands allowed.

    Raises
    ------
    NotACoordinate
        It is none.
    """
    clean = _THOUSANDS.sub("", text.strip().replace("−", "-"))
    if not _NUMBER.fullmatch(clean):
        raise NotACoordinate(mark("{text} is not a number"), text=repr(text.strip()))
    return float(clean.replace(",", "."))


def angle(text: str) -> tuple[float, str]:
    r"""Return the degrees `text` says, and ``lat``, ``lon`` or "" by its compass letter.

    Examples
    --------
    >>> angle("52°13'48″N"), angle("21,0122"), angle("W 9° 30′")
    ((52.23, 'lat'), (21.0122, ''), (-9.5, 'lon'))
    """
    try:
        return number(text), ""
    except NotACoordinate:
        match = _ANGLE.match(text.strip())
    if _POINTS_BETWEEN_THOUSANDS.fullmatch(text.strip()):
        raise NotACoordinate(
            mark("{text} is not a coordinate: a spreadsheet took it for a whole number"),
            text=repr(text.strip()),
        )
    if match is None or not text.strip():
        raise NotACoordinate(mark("{text} is not a coordinate"), text=repr(text.strip()))
    parts = [float((match[part] or "0").replace(",", ".")) for part in ("degrees", "minutes", "seconds")]
    if parts[1] >= 60 or parts[2] >= 60:
        raise NotACoordinate(mark("{text} has minutes or seconds of 60 or more"), text=repr(text.strip()))
    letter = (match["after"] or match["before"] or "").upper()
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    negative = (match["sign"] in {"-", "−"}) != (letter in {"S", "W"})
    return (-degrees if negative else degrees), _AXIS.get(letter, "")


_LABELLED = re.compile(
    r"\s*(?P<first>lat|lon|lng)\w*\.?\s*[:=]\s*(?P<a>[^:=]+?)[\s,;]+(?P<second>lat|lon|lng)\w*\.?\s*[:=]\s*(?P<b>.+)",
    re.IGNORECASE,
)
"""``lat: 52.2, lon: 21.1``, in any order."""


def pair(text: str, *, lat_first: bool) -> tuple[float, float]:
    """Return ``(lon, lat)`` of two coordinates in one text; labels and compass letters beat `lat_first`.

    Raises
    ------
    NotACoordinate
        Not two coordinates.
    """
    labelled = _LABELLED.fullmatch(text)
    if labelled:
        lat_first = labelled["first"].casefold() == "lat"
        first, second = angle(labelled["a"]), angle(labelled["b"])
    else:
        first, second = (angle(part) for part in _halves(text.strip().strip("()[]")))
    if first[1] == "lon" or second[1] == "lat":
        lat_first = False
    elif first[1] == "lat" or second[1] == "lon":
        lat_first = True
    return (second[0], first[0]) if lat_first else (first[0], second[0])


def _halves(text: str) -> tuple[str, str]:
    ways = (
        r"\s*[;|/]\s*",
        r"\s*,\s+",
        r"(?<=[NSEWØ])[\s,]*(?=[\d+-])",
        r"(?<=[NSEWØnsewø])[\s,]+",
        r"\s+(?=[NSEWØnsewø])",
        r"\s+",
        r",",
    )
    for separator in ways:
        parts = [part for part in re.split(separator, text) if part]
        if len(parts) == 2:
            return parts[0], parts[1]
    commas = text.split(",")  # "52,2297,21,0122": decimal commas and a comma between
    if len(commas) == 4:
        return ".".join(commas[:2]), ".".join(commas[2:])
    raise NotACoordinate(mark("{text} is not two coordinates"), text=repr(text[:60]))


def geometry_text(text: str, *, lat_first: bool) -> dict[str, Any]:
    """Return the geometry that a cell says: WKT, WKB, GeoJSON, ``[lon, lat]``, ODK's, a link, or a pair.

    Raises
    ------
    NotACoordinate
        It says none of these.
    """
    clean = text.strip()
    if is_link(clean):
        return _link(clean)
    if clean[:1] in {"{", "["}:
        return _json(clean)
    if (clean[:1].isalpha() and "(" in clean) or clean.upper().endswith("EMPTY"):
        return wkt(clean)
    if _HEX_WKB.fullmatch(clean):
        return _wkb(clean)
    if is_odk(clean):
        return _odk(clean, lat_first=lat_first or "," not in clean)
    lon, lat = pair(clean, lat_first=lat_first)
    return {"type": "Point", "coordinates": [lon, lat]}


def _link(text: str) -> dict[str, Any]:
    found = position_in(text)
    if found is None:
        raise NotACoordinate(
            mark("{text} is a link that names no position: open it and copy the position"),
            text=repr(text[:60]),
        )
    return {"type": "Point", "coordinates": list(found)}


def is_odk(text: str) -> bool:
    """Return whether the cell is a point, trace or shape of ODK: ``lat lon altitude accuracy; …``.

    A single pair is no more than that; in a trace altitudes may be missing.
    """
    found = [_ODK_POINT.fullmatch(part.strip()) for part in text.strip().strip(";").split(";")]
    return all(match and (match["more"] or len(found) > 2) for match in found)


def _odk(text: str, *, lat_first: bool) -> dict[str, Any]:
    """Return a point, a line, or the area that a closed line goes around."""
    matches = [_ODK_POINT.fullmatch(part.strip()) for part in text.strip().strip(";").split(";")]
    pairs = [(float(match[1]), float(match[3])) for match in matches if match]
    corners = [[lon, lat] for lat, lon in (pairs if lat_first else [found[::-1] for found in pairs])]
    if len(corners) == 1:
        return {"type": "Point", "coordinates": corners[0]}
    if len(corners) > 3 and corners[0] == corners[-1]:
        return {"type": "Polygon", "coordinates": [corners]}
    return {"type": "LineString", "coordinates": corners}


def wkt(text: str) -> dict[str, Any]:
    """Return the GeoJSON geometry of WKT, of EWKT by its SRID."""
    said = _SRID.match(text)
    body = text[said.end() :] if said else text
    try:
        found = shapely.from_wkt(body)
    except NotImplementedError as error:  # arcs, which GEOS reads and shapely does not
        raise NotACoordinate(mark("{text} has curves, which are not read"), text=repr(text[:60])) from error
    except shapely.errors.GEOSException as error:
        raise NotACoordinate(mark("{text} is not WKT"), text=repr(text[:60])) from error
    if found is None or found.is_empty:
        raise NotACoordinate(mark("{text} is an empty geometry"), text=repr(text[:60]))
    try:
        return dict(mapping(_in_degrees(shapely.force_2d(found), int(said[1]) if said else 0)))
    except RecursionError as error:  # collections in collections, a thousand deep
        raise NotACoordinate(mark("{text} is not WKT"), text=repr(text[:60])) from error


def _wkb(text: str) -> dict[str, Any]:
    """Return the GeoJSON geometry of WKB in hexadecimal, of PostGIS's EWKB by its SRID."""
    try:
        found = shapely.from_wkb(text)
        return dict(mapping(_in_degrees(shapely.force_2d(found), int(shapely.get_srid(found)))))
    except (shapely.errors.GEOSException, NotImplementedError, RecursionError) as error:
        raise NotACoordinate(mark("{text} is not a coordinate"), text=repr(text[:60])) from error


def _in_degrees(shape: Any, srid: int) -> Any:
    """Return the shape in EPSG:4326 where its own SRID says that it is in another system."""
    if srid in {0, _DEGREES}:
        return shape
    try:
        forth = _transformer(srid)
    except ProjError as error:
        raise NotACoordinate(mark("the coordinate system {crs} is not known"), crs=f"SRID={srid}") from error
    return shapely.transform(shape, lambda xy: np.column_stack(forth.transform(xy[:, 0], xy[:, 1])))


@lru_cache(maxsize=16)
def _transformer(srid: int) -> Transformer:
    return Transformer.from_crs(srid, _DEGREES, always_xy=True)


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotACoordinate(mark("{text} is not GeoJSON"), text=repr(text[:60])) from error
    if isinstance(found, list):
        return {"type": "Point", "coordinates": found}
    return dict(found.get("geometry") or found) if isinstance(found, dict) else {}


def usable(geometry: Any) -> tuple[dict[str, Any] | None, str]:
    """Return `geometry` in 2-D with closed rings, and "" or why it cannot be used.

    A collection is reduced to its parts of the highest dimension (areas, else lines, else points), for a
    place is one of the six plain types; lines of one point become that point. Values are not range-checked.
    """
    if geometry is None:
        return None, Sentence(mark("geometry is null"))
    if not isinstance(geometry, Mapping):
        return None, Sentence(mark("geometry is {value}"), value=f"{geometry!r:.60}")
    try:
        parts = list(_parts(geometry, 0))
    except NotACoordinate as error:
        return None, error.reason
    if not parts:
        return None, Sentence(mark("geometry is empty ({kind})"), kind=repr(geometry.get("type")))
    top = max(dimension for dimension, _ in parts)
    kept = [coordinates for dimension, coordinates in parts if dimension == top]
    name = ("Point", "LineString", "Polygon")[top]
    if len(kept) == 1 and geometry.get("type") != f"Multi{name}":
        return {"type": name, "coordinates": kept[0]}, ""
    return {"type": f"Multi{name}", "coordinates": kept}, ""


_SINGLE = {"Point": 0, "LineString": 1, "Polygon": 2}
_MANY = {"MultiPoint": 0, "MultiLineString": 1, "MultiPolygon": 2}


def _parts(geometry: Mapping[str, Any], depth: int) -> Any:
    kind = geometry.get("type")
    if kind == "GeometryCollection" and depth < 20:
        for inner in geometry.get("geometries") or ():
            if isinstance(inner, Mapping):
                yield from _parts(inner, depth + 1)
        return
    if not isinstance(kind, str) or (kind not in _SINGLE and kind not in _MANY):
        raise NotACoordinate(mark("geometry type is {value}"), value=f"{kind!r:.60}")
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list | tuple):
        raise NotACoordinate(mark("coordinates are {value}"), value=f"{coordinates!r:.60}")
    for part in [coordinates] if kind in _SINGLE else coordinates:
        dimension = _SINGLE[kind] if kind in _SINGLE else _MANY[kind]
        if part:
            yield _part(dimension, part)


def _part(dimension: int, coordinates: Any) -> tuple[int, Any]:
    if dimension == 0:
        return 0, position(coordinates)
    if dimension == 1:
        line = [position(corner) for corner in _list(coordinates)]
        return (1, line) if len(line) > 1 else (0, line[0])
    rings = [[position(corner) for corner in _list(ring)] for ring in _list(coordinates) if ring]
    rings = [ring if ring[0] == ring[-1] else [*ring, ring[0]] for ring in rings]
    if not rings or any(len(ring) < 4 for ring in rings):
        raise NotACoordinate(
            mark("an area has an outline of fewer than three corners: {value}"), value=f"{coordinates!r:.60}"
        )
    return 2, rings


def position(value: Any) -> list[float]:
    """Return ``[lon, lat]`` of a GeoJSON position; altitude is dropped."""
    pair_ = value[:2] if isinstance(value, list | tuple) else ()
    if len(pair_) != 2 or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in pair_):
        raise NotACoordinate(mark("position is {value}"), value=f"{value!r:.60}")
    if max(map(abs, pair_)) > 1e12:  # a whole number may be too long for a float
        raise NotACoordinate(mark("position is {value}"), value=f"{value!r:.60}")
    lon, lat = float(pair_[0]), float(pair_[1])
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise NotACoordinate(mark("position is {value}"), value=f"{value!r:.60}")
    return [lon, lat]


def _list(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise NotACoordinate(mark("coordinates hold {value}"), value=f"{value!r:.60}")
    return value


def positions(geometry: Mapping[str, Any]) -> list[list[float]]:
    """Return all positions of a usable geometry, flat."""
    return _flat(geometry["coordinates"])


def _flat(coordinates: Any) -> list[list[float]]:
    if isinstance(coordinates[0], int | float):
        return [coordinates]
    return [found for part in coordinates for found in _flat(part)]
