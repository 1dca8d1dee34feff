"""GeoJSON geometries in one canonical form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.json_document import short
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

DECIMALS = 7
"""1e-7 degrees are 1.1 cm at the equator: finer than any pin."""

MAX_POSITIONS = 20_000
"""More corners than any quarter's outline needs; a limit against files that exhaust the server."""

_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}

Position = list[float]


def as_geojson(shape: BaseGeometry) -> dict[str, Any]:
    """Return a shape as GeoJSON writes it: outer rings counter-clockwise, holes clockwise.

    References
    ----------
    RFC 7946, section 3.1.6.

    Examples
    --------
    >>> as_geojson(shapely.box(0, 0, 1, 1))["coordinates"]
    (((1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0), (1.0, 0.0)),)
    """
    return dict(mapping(shapely.orient_polygons(shape)))


def canonical_geometry(geometry: Any, where: str) -> dict[str, Any]:
    """Return the geometry in 2-D, rounded to `DECIMALS`, rings closed and by the right-hand rule.

    Parameters
    ----------
    geometry
        GeoJSON geometry in EPSG:4326; altitudes are dropped.
    where
        What it belongs to, for the error.

    Raises
    ------
    InvalidInput
        Not one of the six geometry types, a position off the Earth, a line of one point, an open ring.
    """
    kind = geometry.get("type") if isinstance(geometry, Mapping) else geometry
    if not isinstance(geometry, Mapping) or not isinstance(kind, str) or kind not in _DEPTH:
        raise InvalidInput(
            mark("{where}: geometry is {kind}"),
            mark("give one of {values}"),
            where=where,
            kind=short(kind),
            values=", ".join(_DEPTH),
        )
    coordinates = _clean(geometry.get("coordinates"), _DEPTH[kind], where)
    if _count(coordinates) > MAX_POSITIONS:
        raise InvalidInput(
            mark("{where}: geometry has more than {most} positions"),
            mark("simplify the outline first"),
            where=where,
            most=MAX_POSITIONS,
        )
    _check_lines(kind, coordinates, where)
    if kind == "Polygon":
        coordinates = _rings(coordinates, where)
    elif kind == "MultiPolygon":
        coordinates = [_rings(polygon, where) for polygon in coordinates]
    return {"type": kind, "coordinates": coordinates}


def bounds(geometry: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Return ``(min_lon, min_lat, max_lon, max_lat)`` of a canonical geometry."""
    positions = list(_flat(geometry["coordinates"]))
    lons, lats = [p[0] for p in positions], [p[1] for p in positions]
    return min(lons), min(lats), max(lons), max(lats)


def _clean(value: Any, depth: int, where: str) -> Any:
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise InvalidInput(
            mark("{where}: coordinates hold {value}"),
            mark("give positions as [longitude, latitude]"),
            where=where,
            value=short(value),
        )
    if depth:
        return [_clean(part, depth - 1, where) for part in value]
    return _position(value, where)


def _position(value: Sequence[Any], where: str) -> Position:
    pair = value[:2]
    if len(pair) != 2 or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in pair):
        raise InvalidInput(
            mark("{where}: position is {value}"),
            mark("give two numbers, [longitude, latitude]"),
            where=where,
            value=short(value),
        )
    lon, lat = pair
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # compared, not converted: a whole number may be huge
        raise InvalidInput(
            mark("{where}: position is {value}"),
            mark("give longitude within -180 and 180, then latitude within -90 and 90"),
            where=where,
            value=f"[{short(lon, 40)}, {short(lat, 40)}]",
        )
    return [round(float(lon), DECIMALS) + 0.0, round(float(lat), DECIMALS) + 0.0]  # + 0.0: no minus zero


def _check_lines(kind: str, coordinates: Any, where: str) -> None:
    lines = {"LineString": [coordinates], "MultiLineString": coordinates}.get(kind, [])
    if any(len(line) < 2 for line in lines):
        raise InvalidInput(
            mark("{where}: a {kind} has a line of one position"),
            mark("give at least two"),
            where=where,
            kind=kind,
        )


def _rings(polygon: list[list[Position]], where: str) -> list[list[Position]]:
    for ring in polygon:
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise InvalidInput(
                mark("{where}: a polygon's ring of {n} positions is not closed"),
                mark("give at least four positions, the last equal to the first"),
                where=where,
                n=len(ring),
            )
    return [
        ring if (_doubled_area(ring) >= 0) == (index == 0) else ring[::-1]
        for index, ring in enumerate(polygon)
    ]


def _doubled_area(ring: list[Position]) -> float:
    """Return twice the signed area, positive when counter-clockwise (shoelace, relative to one corner)."""
    x0, y0 = ring[0]
    return sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in pairwise(ring))


def _flat(coordinates: Any) -> list[Position]:
    if isinstance(coordinates[0], int | float):
        return [coordinates]
    return [position for part in coordinates for position in _flat(part)]


def _count(coordinates: Any) -> int:
    return len(_flat(coordinates))
