"""Points, paths and areas people draw: within limits, and mended where an outline crosses itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.geometry import canonical_geometry
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.workers.pool import WORKERS

MAX_CORNERS = 2_000
MOST_CROSSINGS = 100
"""Of an outline with itself. Mending n crossing lines makes n² corners: more is no outline but a scribble."""
MAX_LENGTH_KM = 100.0
MAX_AREA_KM2 = 100.0

_GEOD = Geod(ellps="WGS84")


def mended(geometry: Any) -> tuple[dict[str, Any], bool]:
    """Return the drawn geometry in canonical form, and whether it had to be mended.

    An area that crosses itself becomes the areas it encloses; an open ring is closed.

    Raises
    ------
    InvalidInput
        Not a geometry, too many corners, crosses itself too often, too long, too large, or nothing left of an
        area.
    Busy
        Too many outlines are being mended.
    """
    clean = canonical_geometry(_closed(geometry), "the place")
    drawn = shape(clean)
    corners = int(shapely.get_num_coordinates(drawn))
    if corners > MAX_CORNERS:
        raise InvalidInput(
            mark("the outline has {n} corners"), mark("draw at most {most}"), n=corners, most=MAX_CORNERS
        )
    whole = drawn
    if drawn.geom_type in {"Polygon", "MultiPolygon"} and not drawn.is_valid:
        whole = enclosed(drawn)
    _check_size(whole)
    if whole is drawn:
        return clean, clean != canonical_geometry_or_none(geometry)
    return canonical_geometry(json.loads(shapely.to_geojson(whole)), "the place"), True


def enclosed(area: BaseGeometry) -> BaseGeometry:
    """Return the areas that an outline encloses, which may cross itself.

    Raises
    ------
    InvalidInput
        It crosses itself more than `MOST_CROSSINGS` times, or encloses nothing.
    Busy
        Too many outlines are being mended.
    """
    check_crossings(area)
    return WORKERS.run(_areas, area)


def check_crossings(drawn: BaseGeometry) -> None:
    """Raise InvalidInput for an area whose outline crosses itself more than `MOST_CROSSINGS` times."""
    if "Polygon" in drawn.geom_type and not drawn.is_valid and _crosses_too_often(drawn):
        raise InvalidInput(
            mark("the outline crosses itself more than {most} times"),
            mark("draw around the area once"),
            most=MOST_CROSSINGS,
        )


def _crosses_too_often(area: BaseGeometry) -> bool:
    """Return whether more than `MOST_CROSSINGS` pairs of an outline's sides cross inside both, or overlap.

    Sides that only touch are left out: they add no corners when an outline is mended.
    """
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(area))]
    start = np.concatenate([ring[:-1] for ring in rings])
    end = np.concatenate([ring[1:] for ring in rings])
    sides: Any = shapely.linestrings(np.stack([start, end], axis=1))
    found = 0
    near = shapely.STRtree(sides)
    first, rows = 0, _FIRST_ROWS
    while first < len(sides):  # some at a time, few at first: a scribble is known after them
        one, other = near.query(sides[first : first + rows])
        one += first
        a, b, c, d = start[one], end[one], start[other], end[other]
        of_c, of_d, of_a, of_b = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
        cross = (of_c * of_d < 0) & (of_a * of_b < 0)
        along = ~np.any([of_a, of_b, of_c, of_d], axis=0) & _overlap(a, b, c, d)
        found += int(np.count_nonzero((cross | along) & (one < other)))
        if found > MOST_CROSSINGS:
            return True
        first, rows = first + rows, min(2 * rows, _MOST_ROWS)
    return False


_FIRST_ROWS, _MOST_ROWS = 8, 256


def _overlap(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which sides from `a` to `b` and `c` to `d`, on one line, have more than a point in common."""
    begins = np.maximum(np.minimum(a, b), np.minimum(c, d))
    ends = np.minimum(np.maximum(a, b), np.maximum(c, d))
    found: Any = (begins < ends).any(axis=1)
    return found  # type: ignore[no-any-return]


def _side(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return on which side of the line from `a` to `b` each `c` lies: 1 left, -1 right, 0 on it."""
    along, aside = b - a, c - a
    turn: NDArray[np.float64] = np.sign(along[:, 0] * aside[:, 1] - along[:, 1] * aside[:, 0])
    return turn


def canonical_geometry_or_none(geometry: Any) -> dict[str, Any] | None:
    """Return the geometry in canonical form, None where it has none as it is."""
    try:
        return canonical_geometry(geometry, "the place")
    except InvalidInput:
        return None


def _closed(geometry: Any) -> Any:
    """Return a polygon with its rings closed; anything else as it is."""
    if not isinstance(geometry, Mapping) or geometry.get("type") != "Polygon":
        return geometry
    rings = geometry.get("coordinates")
    if not isinstance(rings, list) or not all(isinstance(ring, list) and len(ring) >= 3 for ring in rings):
        return geometry
    return {**geometry, "coordinates": [r if r[0] == r[-1] else [*r, r[0]] for r in rings]}


def _areas(area: BaseGeometry) -> BaseGeometry:
    try:
        parts = shapely.get_parts(shapely.make_valid(area))
    except shapely.errors.GEOSException as error:  # how GEOS says that there is no memory left
        raise MemoryError(str(error)) from error
    areas = [p for part in parts for p in shapely.get_parts(part) if p.geom_type == "Polygon"]
    if not areas:
        raise InvalidInput(
            mark("the outline encloses nothing"), mark("draw an area with at least three corners apart")
        )
    return shapely.union_all(areas)


def _check_size(whole: BaseGeometry) -> None:
    if "Polygon" in whole.geom_type:
        area_km2 = abs(_GEOD.geometry_area_perimeter(whole)[0]) / 1e6
        if area_km2 > MAX_AREA_KM2:
            raise InvalidInput(
                mark("the area has {size} km²"),
                mark("draw at most {most} km²"),
                size=round(area_km2),
                most=round(MAX_AREA_KM2),
            )
        if area_km2 <= 0:
            raise InvalidInput(
                mark("the outline encloses nothing"), mark("draw an area with at least three corners apart")
            )
    elif "Line" in whole.geom_type:
        length_km = _GEOD.geometry_length(whole) / 1e3
        if length_km > MAX_LENGTH_KM:
            raise InvalidInput(
                mark("the path has {size} km"),
                mark("draw at most {most} km"),
                size=round(length_km),
                most=round(MAX_LENGTH_KM),
            )
