"""Geometries as the paths of a small SVG picture: projected, clipped, simplified, written in whole units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

WIDE, HIGH = 800, 500
"""Units of a picture; on a card one is about half a pixel."""

_BEYOND = 12.0
"""Units that a shape may reach over the edge, so that no border of it is seen there."""

_LEAST_AREA, _LEAST_LENGTH = 8.0, 4.0
"""In units: what is smaller is not seen."""


@dataclass(frozen=True)
class Frame:
    """What a picture shows: degrees, EPSG:4326, drawn north up, true to scale in its middle."""

    west: float
    north: float
    unit: float
    """Degrees of latitude of one unit."""
    stretch: float
    """Units a degree of longitude is shorter by: the cosine of the latitude."""

    @classmethod
    def around(cls, west: float, south: float, east: float, north: float, room: float = 0.04) -> Frame:
        """Return the frame that holds the box with `room` (share of its size) on each side."""
        stretch = max(0.05, math.cos(math.radians((south + north) / 2)))
        wide, high = max((east - west) * stretch, 1e-4), max(north - south, 1e-4)
        unit = max(wide / WIDE, high / HIGH) * (1 + 2 * room)
        middle_lon, middle_lat = (west + east) / 2, (south + north) / 2
        return cls(middle_lon - WIDE / 2 * unit / stretch, middle_lat + HIGH / 2 * unit, unit, stretch)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        east = self.west + WIDE * self.unit / self.stretch
        return self.west, self.north - HIGH * self.unit, east, self.north

    @property
    def metres(self) -> float:
        """Metres of one unit."""
        return self.unit * 111_195

    def units(self, geometries: Any) -> Any:
        """Return the geometries in units, y downwards, clipped to the frame and a little beyond."""

        def project(degrees: Any) -> Any:
            x = (degrees[:, 0] - self.west) * self.stretch / self.unit
            return np.column_stack((x, (self.north - degrees[:, 1]) / self.unit))

        flat = shapely.transform(shapely.force_2d(geometries), project)
        return shapely.clip_by_rect(flat, -_BEYOND, -_BEYOND, WIDE + _BEYOND, HIGH + _BEYOND)


def path_of(shapes: Any, *, area: bool, most: int) -> str:
    """Return shapes in units as the data of one SVG path of at most `most` characters.

    Largest first; those that are too small to see, and the last for which there is no room, are left out.
    """
    parts = shapely.get_parts(np.asarray(shapes, object))
    wanted = (3,) if area else (1,)
    parts = parts[np.isin(shapely.get_type_id(parts), wanted)]
    size = shapely.area(parts) if area else shapely.length(parts)
    large = size >= (_LEAST_AREA if area else _LEAST_LENGTH)
    parts = parts[large][np.argsort(-size[large], kind="stable")]
    simple = shapely.simplify(parts, 0.7, preserve_topology=False)
    written: list[str] = []
    room = most
    for one in simple.tolist():
        text = "".join(_line(ring, closed=area) for ring in _rings(one))
        if len(text) > room:
            break
        room -= len(text)
        written.append(text)
    return "".join(written)


def dots(points: Iterable[tuple[float, float]], frame: Frame) -> list[tuple[int, int]]:
    """Return where in the frame the points ``(lon, lat)`` are, in units; those outside are left out."""
    found = []
    for lon, lat in points:
        x = round((lon - frame.west) * frame.stretch / frame.unit)
        y = round((frame.north - lat) / frame.unit)
        if 0 <= x <= WIDE and 0 <= y <= HIGH:
            found.append((x, y))
    return found


def _rings(shape: Any) -> list[Any]:
    if shape.is_empty:
        return []
    if shape.geom_type == "LineString":
        return [shape.coords]
    polygons = [shape] if shape.geom_type == "Polygon" else list(shape.geoms)
    return [ring.coords for one in polygons for ring in (one.exterior, *one.interiors)]


def _line(coords: Any, *, closed: bool) -> str:
    """Return one line in whole units, each corner told from the one before."""
    corners = np.rint(np.asarray(coords)).astype(int)
    steps = np.diff(corners, axis=0)
    steps = steps[(steps != 0).any(axis=1)]
    if closed:
        steps = steps[:-1]
    if not len(steps):
        return ""
    x, y = corners[0].tolist()
    return f"M{x} {y}l{' '.join(f'{dx} {dy}' for dx, dy in steps.tolist())}{'z' if closed else ''}".replace(
        " -", "-"
    )
