"""Points, paths and areas people draw: within limits, and mended where an outline crosses itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import shapely
from pyproj import Geod
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.geometry import canonical_geometry
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

MAX_CORNERS = 2_000
MAX_LENGTH_KM = 100.0
MAX_AREA_KM2 = 100.0

_GEOD = Geod(ellps="WGS84")


def mended(geometry: Any) -> tuple[dict[str, Any], bool]:
    """Return the drawn geometry in canonical form, and whether it had to be mended.

    An area that crosses itself becomes the areas it encloses; an open ring is closed.

    Raises
    ------
    InvalidInput
        Not a geometry, too many corners, too long, too large, or nothing left of an area.
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
        whole = _areas(shapely.make_valid(drawn))
    _check_size(whole)
    if whole is drawn:
        return clean, clean != canonical_geometry_or_none(geometry)
    return canonical_geometry(json.loads(shapely.to_geojson(whole)), "the place"), True


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


def _areas(mended_shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(mended_shape)
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
                size=f"{area_km2:,.0f}",
                most=f"{MAX_AREA_KM2:.0f}",
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
                size=f"{length_km:,.0f}",
                most=f"{MAX_LENGTH_KM:.0f}",
            )
