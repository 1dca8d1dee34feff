"""Where the data of a file are whole: beyond, nobody knows whether there are streets and meeting places.

A file says at best which box it was cut to (``<bounds>``, the header of a PBF), and a box is larger than what
an extract by polygon holds; often it says nothing. So its area is the convex hull of what is in it, streets
and buildings and whatever else has tags (a ferry or a power line of one extract leads far beyond it), and no
larger than the box where there is one.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from micropolis_map.sources.osm_columns import OsmColumns

LOCAL = ("highway", "building")
"""Ways with these keys belong to the place they are in."""


def known_area(columns: OsmColumns) -> BaseGeometry | None:
    """Return the polygon in which the data of a file are whole, EPSG:4326; None where it spans no area."""
    lon, lat = _places(columns)
    on_earth = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    if np.count_nonzero(on_earth) < 3:
        return None
    # a line through all has their hull, and is made many times as fast as so many points
    hull: BaseGeometry = LineString(np.column_stack((lon[on_earth], lat[on_earth]))).convex_hull
    boxes = [shapely.box(*box) for box in columns.bounds if np.isfinite(box).all()]
    if boxes:
        hull = polygons_of(shapely.intersection(hull, shapely.union_all(boxes)))
    return hull if hull.area > 0 else None


def polygons_of(geometry: BaseGeometry) -> BaseGeometry:
    """Return what is area of a geometry, without lines and points where others touch; may be empty."""
    return shapely.union_all([part for part in shapely.get_parts(geometry) if part.area > 0])


def _places(columns: OsmColumns) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the places of the nodes that have tags or are on local ways; of all where there are none."""
    local = np.array([any(key in tags for key in LOCAL) for tags in columns.way_tags], np.bool_)
    refs = columns.way_refs[np.repeat(local, columns.way_counts)] if len(local) else columns.way_refs
    keep = np.isin(columns.node_id, refs)
    keep[np.fromiter(columns.node_tags, np.int64, len(columns.node_tags))] = True
    if not keep.any():
        keep[:] = True
    return columns.node_lon[keep], columns.node_lat[keep]
