"""Outlines that are not drawn as polygons should be: as lines, or across the antimeridian in one piece."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

_HALF, _WHOLE = 180.0, 360.0
_LINES = frozenset({"LineString", "LinearRing", "MultiLineString"})


def areas_of_lines(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return the shapes with lines that close to a ring as its area.

    Where none closes by itself but all lines together do, as parts of one outline, the first is the area and
    the others are None.
    Nothing is changed where there is a polygon, or a line ends somewhere.

    Parameters
    ----------
    shapes : object[n]
        Geometries in any coordinates, None where there is none.
    """
    lines = [i for i, shape in enumerate(shapes) if shape is not None and shape.geom_type in _LINES]
    if not lines or any(shape is not None and "Polygon" in shape.geom_type for shape in shapes):
        return shapes
    found = shapes.copy()
    for i in lines:
        found[i] = _ring(shapes[i]) or shapes[i]
    if all(found[i] is shapes[i] for i in lines):
        area = _ring(shapely.union_all(list(shapes[lines])))
        if area is not None:
            found[lines] = [area] + [None] * (len(lines) - 1)
    return found


def _ring(line: BaseGeometry) -> BaseGeometry | None:
    """Return what the line encloses, None where part of it encloses nothing."""
    faces, cuts, dangles, odd = shapely.polygonize_full([shapely.unary_union(line)])
    if faces.is_empty or not (cuts.is_empty and dangles.is_empty and odd.is_empty):
        return None
    area: BaseGeometry = shapely.build_area(line)
    return area


def drawn_as_areas(shapes: NDArray[Any]) -> NDArray[Any]:
    """Return the shapes with outlines drawn as lines, and in one piece across the antimeridian, as areas.

    A polygon whose outline jumps from 180 to -180 degrees becomes its parts on both sides, as RFC 7946
    (3.1.9) asks for: drawn in one piece it would be all of the world but itself.
    """
    found = areas_of_lines(shapes)
    jumping = [i for i, shape in enumerate(found) if shape is not None and _jumps(shape)]
    if jumping:
        found = found.copy()
        found[jumping] = [_parted(found[i]) for i in jumping]
    return found


def _parted(shape: BaseGeometry) -> BaseGeometry:
    whole = shapely.make_valid(shapely.transform(shape, _eastwards))
    west = shapely.intersection(whole, shapely.box(0.0, -90.0, _HALF, 90.0))
    east = shapely.intersection(whole, shapely.box(_HALF, -90.0, _WHOLE, 90.0))
    return shapely.union_all([west, translate(east, -_WHOLE)])


def _eastwards(at: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([np.where(at[:, 0] < 0.0, at[:, 0] + _WHOLE, at[:, 0]), at[:, 1]])


def _jumps(shape: BaseGeometry) -> bool:
    if "Polygon" not in shape.geom_type or shape.is_empty:
        return False
    west, _, east, _ = shape.bounds
    if not _HALF < east - west < _WHOLE:  # all of the world is no outline that jumps
        return False
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    return any((np.abs(np.diff(shapely.get_coordinates(ring)[:, 0])) > _HALF).any() for ring in rings)
