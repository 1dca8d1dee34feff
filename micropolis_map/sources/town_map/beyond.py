"""What lies beyond: the boundary, the data's frame; and the borders themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.map_features import MapFeatures, features, joined
from micropolis_map.sources.town_map.frame import MapFrame

_ON_LINE_M = 5.0
"""How near to the boundary or the coast a district's border is the same line."""
_FAR = 10_000.0
"""Times as far from the middle as the frame's edge is beyond all tiles."""
_OVERLAP_DEGREES = 2e-7
"""Two centimetres in which the sea beyond the frame and the sea in it overlap: no crack is left between."""
HAZES = 5
"""Steps in which the veil thickens."""
_HAZE = 0.06
"""Of the frame's longer side, over which it does."""
_HAZE_M = (120.0, 3_000.0)
_LEAST_M2 = 300.0
"""Smaller slivers between boundary and coast are not drawn."""
_LEAST_M = 30.0
"""Pieces of borders shorter than this are left out."""


def far_sea(frame: MapFrame) -> BaseGeometry:
    """Return the sea beyond the frame, as far as there are tiles; may be empty.

    Where the frame's edge is in the sea it goes on outwards, away from the frame's middle: nobody knows the
    coast there, and a coast mostly goes on as it came.
    """
    around = shapely.box(*frame.pyramid.bounds())
    if frame.sea.is_empty:
        return shapely.Polygon()
    if frame.is_island:
        return shapely.difference(around, frame.box)
    edge = shapely.get_exterior_ring(frame.box)
    met = shapely.get_parts(shapely.intersection(edge, frame.sea))
    met = shapely.segmentize(met[shapely.get_type_id(met) == 1], shapely.length(edge))
    middle = np.array([(frame.bounds[0] + frame.bounds[2]) / 2, (frame.bounds[1] + frame.bounds[3]) / 2])
    wedges = []
    for line in met:
        near = shapely.get_coordinates(line)
        wedges += [
            shapely.Polygon([one, other, middle + (other - middle) * _FAR, middle + (one - middle) * _FAR])
            for one, other in pairwise(near)
        ]
    inner = shapely.box(*(np.array(frame.bounds) + np.array([1, 1, -1, -1]) * _OVERLAP_DEGREES))
    beyond = shapely.difference(shapely.union_all(wedges), inner)
    return shapely.intersection(beyond, around)


def beyond_of(frame: MapFrame, boundary: BaseGeometry | None) -> MapFeatures:
    """Return what lies outside the `boundary` (None where nobody knows it), and beyond the data's frame.

    The veil beyond the data has no edge: it thickens in `HAZES` steps, ``haze1`` to ``haze5``, to ``veil``.
    """
    water = shapely.union_all([frame.sea, far_sea(frame)])
    around = shapely.box(*frame.pyramid.bounds())
    outside = np.empty(0, object)
    if boundary is not None:
        outside = _areas(frame, shapely.difference(shapely.difference(frame.seen, boundary), frame.sea))
    parts = [features("beyond", "outside", outside, zoom=8)]
    west, south, east, north = frame.box_m
    reach_m = float(np.clip(_HAZE * max(east - west, north - south), *_HAZE_M))
    land = shapely.difference(around, water)
    seen_m = frame.plane.to_metres(frame.seen)
    for step in range(HAZES + 1):
        wider = shapely.buffer(seen_m, reach_m * step / HAZES, quad_segs=4) if step else seen_m
        hidden = shapely.difference(land, frame.plane.to_degrees(wider))
        kind = "veil" if step == HAZES else f"haze{step + 1}"
        parts.append(features("beyond", kind, _areas(frame, hidden), zoom=8, rank=1 + step))
    return joined(parts)


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
    between = shapely.intersection(between, frame.seen)
    kind = "approximate" if approximate else "district"
    parts.append(features("borders", kind, _lines(frame, between), zoom=10))
    if boundary is not None:
        outline = shapely.intersection(shapely.boundary(boundary), frame.seen)
        parts.append(features("borders", "outline", _lines(frame, outline), zoom=8))
    return joined(parts)


def _wide(frame: MapFrame, geometry: BaseGeometry) -> BaseGeometry:
    wide = shapely.buffer(frame.plane.to_metres(geometry), _ON_LINE_M, quad_segs=2)
    widened: BaseGeometry = frame.plane.to_degrees(wide)
    return widened


def _areas(frame: MapFrame, geometry: BaseGeometry) -> Any:
    parts = shapely.get_parts(shapely.get_parts(geometry))
    parts = parts[shapely.get_type_id(parts) == 3]
    return parts[shapely.area(frame.plane.to_metres(parts)) > _LEAST_M2]


def _lines(frame: MapFrame, geometry: BaseGeometry) -> Any:
    parts = shapely.get_parts(geometry)
    parts = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    if not len(parts):
        return np.empty(0, object)
    parts = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    return parts[shapely.length(frame.plane.to_metres(parts)) > _LEAST_M]
