"""What lies beyond: the boundary, the data's frame; and the borders themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.map_features import MapFeatures, features, joined
from micropolis_map.sources.town_map.frame import MapFrame

_ON_LINE_M = 5.0
"""How near to the boundary or the coast a district's border is the same line."""
_LEAST_M = 30.0
"""Pieces of borders shorter than this are left out."""


def far_sea(frame: MapFrame) -> list[BaseGeometry]:
    """Return the sea beyond the frame: each place there is as the nearest place of the frame's edge is."""
    if frame.sea.is_empty:
        return []
    west, south, east, north = frame.pyramid.bounds()
    around = shapely.box(west, south, east, north)
    if frame.is_island:
        return [shapely.difference(around, frame.box)]
    left, low, right, high = frame.bounds
    found: list[BaseGeometry] = []
    for first, last in _sea_along(frame, ((left, low), (right, low))):
        found.append(shapely.box(first, south, last, low))
    for first, last in _sea_along(frame, ((left, high), (right, high))):
        found.append(shapely.box(first, high, last, north))
    for first, last in _sea_along(frame, ((left, low), (left, high)), 1):
        found.append(shapely.box(west, first, left, last))
    for first, last in _sea_along(frame, ((right, low), (right, high)), 1):
        found.append(shapely.box(right, first, east, last))
    for x, y, corner in (
        (left, low, (west, south)), (left, high, (west, north)),
        (right, low, (east, south)), (right, high, (east, north)),
    ):  # fmt: skip
        if shapely.intersects_xy(frame.sea, x, y):
            found.append(shapely.envelope(shapely.LineString([(x, y), corner])))
    return found


def _sea_along(frame: MapFrame, edge: Any, axis: int = 0) -> list[tuple[float, float]]:
    """Return from where to where there is sea along an edge of the frame."""
    met = shapely.get_parts(shapely.intersection(shapely.LineString(edge), frame.sea))
    bounds = shapely.bounds(met[shapely.get_type_id(met) == 1])
    return [(row[axis], row[axis + 2]) for row in bounds.tolist()]


def beyond_of(frame: MapFrame, boundary: BaseGeometry | None) -> MapFeatures:
    """Return what lies outside the `boundary` (None where nobody knows it), and beyond the data's frame."""
    water = shapely.union_all([frame.sea, *far_sea(frame)])
    seen = frame.box if frame.is_island else shapely.intersection(frame.known, frame.box)
    around = shapely.box(*frame.pyramid.bounds())
    veil = _areas(shapely.difference(shapely.difference(around, seen), water))
    outside = np.empty(0, object)
    if boundary is not None:
        outside = _areas(shapely.difference(shapely.difference(seen, boundary), frame.sea))
    return joined(
        [features("beyond", "outside", outside, zoom=8), features("beyond", "veil", veil, zoom=8, rank=1)]
    )


def borders_of(
    frame: MapFrame,
    boundary: BaseGeometry | None,
    districts: Sequence[BaseGeometry],
    *,
    approximate: bool,
) -> MapFeatures:
    """Return the community's outline, and the lines between its districts.

    Lines of districts that nobody surveyed end at the boundary and at the coast.
    """
    parts = []
    between: BaseGeometry = shapely.Polygon()
    if len(districts) > 1:
        between = shapely.union_all([shapely.boundary(area) for area in districts])
        if boundary is not None:
            between = shapely.difference(between, _wide(frame, shapely.boundary(boundary)))
        if approximate and not frame.sea.is_empty:
            between = shapely.difference(between, _wide(frame, frame.sea))
    kind = "approximate" if approximate else "district"
    parts.append(features("borders", kind, _lines(frame, between), zoom=10))
    if boundary is not None:
        outline = shapely.intersection(shapely.boundary(boundary), frame.box)
        parts.append(features("borders", "outline", _lines(frame, outline), zoom=8))
    return joined(parts)


def _wide(frame: MapFrame, geometry: BaseGeometry) -> BaseGeometry:
    wide = shapely.buffer(frame.plane.to_metres(geometry), _ON_LINE_M, quad_segs=2)
    widened: BaseGeometry = frame.plane.to_degrees(wide)
    return widened


def _areas(geometry: BaseGeometry) -> Any:
    parts = shapely.get_parts(geometry)
    parts = shapely.get_parts(parts)
    return parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 0)]


def _lines(frame: MapFrame, geometry: BaseGeometry) -> Any:
    parts = shapely.get_parts(geometry)
    parts = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    if not len(parts):
        return np.empty(0, object)
    parts = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    return parts[shapely.length(frame.plane.to_metres(parts)) > _LEAST_M]
