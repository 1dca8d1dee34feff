"""The frame of a town's map: how far its data go, and the sea in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.sources.osm_coastline import sea_of
from micropolis_map.sources.osm_geometry import way_lines, ways_where
from micropolis_map.sources.tiles.mercator import Bounds, Plane
from micropolis_map.sources.tiles.pyramid import Pyramid

ISLAND_M = 2_000.0
"""A coast that closes is the data's own as long as it reaches no farther than this beyond their streets."""
SHORE_M = 150.0
"""Of water that is seen around the coast of an island, and of ground around the outermost street."""
SOLID = 0.99
"""Share of the frame's edge that is sea, from which on the data are those of an island."""


@dataclass(frozen=True)
class MapFrame:
    """How far the data go.

    Attributes
    ----------
    bounds
        West, south, east, north in degrees.
    known
        Where the data are whole: an area in the frame, EPSG:4326.
    sea
        Polygon or multipolygon in the frame, EPSG:4326; may be empty.
    note
        What was assumed about the coast, "" for nothing.
    """

    bounds: Bounds
    known: BaseGeometry
    sea: BaseGeometry
    note: str = ""

    @cached_property
    def plane(self) -> Plane:
        """Metres around the middle."""
        return Plane.around(self.bounds)

    @cached_property
    def pyramid(self) -> Pyramid:
        """Which tiles the map has."""
        return Pyramid(self.bounds)

    @cached_property
    def box(self) -> BaseGeometry:
        """The frame as a polygon, EPSG:4326."""
        return shapely.box(*self.bounds)

    @cached_property
    def box_m(self) -> Bounds:
        """The frame in metres."""
        return self.plane.box_m(self.bounds)

    @cached_property
    def is_island(self) -> bool:
        """Whether there is sea all around."""
        edge = shapely.get_exterior_ring(self.box)
        return bool(shapely.length(shapely.intersection(edge, self.sea)) > SOLID * shapely.length(edge))

    @cached_property
    def seen(self) -> BaseGeometry:
        """What is shown without a veil, sea aside: all of an island, else where the data are whole."""
        return self.box if self.is_island else shapely.intersection(self.known, self.box)

    def clipped(self, geometry: Any) -> Any:
        """Return the geometries (degrees) where they lie in the frame; those outside become empty."""
        bounds = shapely.bounds(geometry)
        west, south, east, north = self.bounds
        over = (bounds[:, 0] < west) | (bounds[:, 2] > east) | (bounds[:, 1] < south) | (bounds[:, 3] > north)
        inside = np.array(geometry, object)
        inside[over] = shapely.clip_by_rect(inside[over], west, south, east, north)
        return inside


def frame_of(extract: OsmExtract, around: Bounds) -> MapFrame:
    """Return the frame of the extract's data within the box `around` (degrees)."""
    known = extract.area if extract.area is not None else shapely.box(*_bounds_of(extract))
    plane = Plane.around(around)
    area = shapely.intersection(shapely.make_valid(known), shapely.box(*around))
    if area.area <= 0:
        area = shapely.box(*around)
    metres = plane.to_metres(area).buffer(SHORE_M, quad_segs=4)
    west, south, east, north = shapely.bounds(metres).tolist()
    _, lines = way_lines(extract, ways_where(extract, lambda tags: tags.get("natural") == "coastline"))
    coast = plane.to_metres(lines)
    box = _with_islands(coast, (west, south, east, north))
    sea: BaseGeometry = shapely.Polygon()
    note = ""
    if len(coast):
        faces, note = sea_of(coast, box, _walked(extract, plane))
        sea = shapely.union_all(faces)
    in_degrees = shapely.bounds(plane.to_degrees(shapely.box(*box))).tolist()
    bounds: Bounds = (in_degrees[0], in_degrees[1], in_degrees[2], in_degrees[3])
    return MapFrame(bounds, plane.to_degrees(metres), plane.to_degrees(sea), note)


def _bounds_of(extract: OsmExtract) -> Bounds:
    lon, lat = extract.node_lon, extract.node_lat
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _with_islands(coast: Any, box: Bounds) -> Bounds:
    """Return the box, wider where a closed coast reaches a little beyond it."""
    if not len(coast):
        return box
    rings = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(coast)))
    bounds = shapely.bounds(rings[shapely.is_closed(rings)])
    low, high = np.array(box[:2]), np.array(box[2:])
    near = ((bounds[:, :2] > low - ISLAND_M) & (bounds[:, 2:] < high + ISLAND_M)).all(axis=1)
    if near.any():
        low = np.minimum(low, bounds[near, :2].min(axis=0) - SHORE_M)
        high = np.maximum(high, bounds[near, 2:].max(axis=0) + SHORE_M)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _walked(extract: OsmExtract, plane: Plane) -> Any:
    """Return points on streets that are no bridges, in metres: there is land."""
    streets = ways_where(
        extract,
        lambda tags: (
            ("highway" in tags or "building" in tags)
            and not tags.keys() & {"bridge", "tunnel", "man_made", "route"}
        ),
    )
    if not len(streets):
        return np.empty(0, object)
    starts = extract.way_refs[extract.way_offsets[streets][np.diff(extract.way_offsets)[streets] > 0]]
    starts = starts[starts >= 0]
    return plane.to_metres(shapely.points(extract.node_lon[starts], extract.node_lat[starts]))
