"""Three invented towns that are hard to frame: an island, a strip along a river to the sea, two parts apart.

Each is made from a seed; what the test knows of it (land, sea, where people live) comes from the same plan,
not from a reader of the product.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from xml.sax.saxutils import quoteattr

import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, mapping

BLOCK_M = 95.0
LAT, LON = 55.2, 16.4
"""The middle of each town: open water of the Baltic, where no real town can be meant."""
FIRST = (
    "Alder Birch Cherry Dune Elm Fern Gull Heron Ivy Juniper Kelp Linden Maple Nettle Oak Pine Rowan Sedge"
)
SECOND = "Street Lane Road Row Way"


@dataclass(frozen=True)
class SeededTown:
    """A town as a test knows it.

    Attributes
    ----------
    osm
        The file with its streets, houses, names and coast.
    boundary
        A GeoJSON file of its outline.
    homes
        ``(lon, lat)`` of each house.
    land, sea
        In degrees; `sea` is None where there is none.
    """

    name: str
    osm: Path
    boundary: Path
    homes: tuple[tuple[float, float], ...]
    land: Polygon | MultiPolygon
    sea: Polygon | MultiPolygon | None


def island(folder: Path, seed: int = 1) -> SeededTown:
    """An island of 3 km by 2 km, built up but for its west; the file's frame is sea all around."""
    random = Random(seed)
    turns = [random.uniform(0, math.tau) for _ in range(3)]
    shore = [
        (
            1500 * math.cos(a) * (1 + 0.06 * math.sin(3 * a + turns[0]) + 0.04 * math.sin(7 * a + turns[1])),
            1000 * math.sin(a) * (1 + 0.07 * math.sin(4 * a + turns[2])),
        )
        for a in (math.tau * i / 120 for i in range(120))
    ]
    land = Polygon(shore)
    plan = _Plan("Seeded Island", random)
    plan.way([*shore, shore[0]], {"natural": "coastline"})
    plan.streets(land.buffer(-90) & shapely.box(-700, -900, 1400, 900))
    plan.ground(
        land.buffer(-60) & shapely.box(-1450, -700, -750, 700), {"natural": "wood", "name": "West Wood"}
    )
    frame = land.buffer(2500).envelope
    plan.far_corners(frame)
    return plan.written(folder, "island", land.buffer(200), land, frame - land)


def strip(folder: Path, seed: int = 1) -> SeededTown:
    """A town of 9 km by 700 m along a river that ends in the sea in the north."""
    random = Random(seed)
    bend = random.uniform(500, 800)
    middle = LineString([(bend * math.sin(y / 1500), y) for y in range(-4500, 4501, 50)])
    river = middle.buffer(70, cap_style="flat")
    plan = _Plan("Seeded Strand", random)
    plan.ground(river, {"natural": "water", "water": "river", "name": "Long Water"})
    plan.way([*middle.coords], {"waterway": "river", "name": "Long Water"})
    plan.streets(middle.buffer(420, cap_style="flat") - river.buffer(25))
    for y in range(-4000, 4001, 1000):
        x = bend * math.sin(y / 1500)
        plan.way(
            [(x - 130, y), (x + 130, y)],
            {"highway": "tertiary", "bridge": "yes", "name": f"Bridge {y // 1000 + 5}"},
        )
    frame = shapely.box(-3500, -6000, 3500, 6500)
    plan.way([(-3500, 4500), (3500, 4500)][::-1], {"natural": "coastline"})  # land lies left: south
    plan.far_corners(frame)
    sea = shapely.box(-3500, 4500, 3500, 6500)
    return plan.written(
        folder, "strip", middle.buffer(500) & shapely.box(-3500, -5000, 3500, 4490), frame - sea, sea
    )


def parts(folder: Path, seed: int = 1) -> SeededTown:
    """Two parts 6 km apart, the smaller with a third of the people, joined by a road through a wood."""
    random = Random(seed)
    plan = _Plan("Seeded Twins", random)
    large = Point(-3000, random.uniform(-300, 300)).buffer(900)
    small = Point(3200, random.uniform(-300, 300)).buffer(520)
    plan.streets(large)
    plan.streets(small)
    ends = [(c.centroid.x, c.centroid.y) for c in (large, small)]
    plan.way(ends, {"highway": "secondary", "name": "Between Road"})
    plan.ground(shapely.box(-1500, -800, 2000, 900), {"natural": "wood", "name": "Between Wood"})
    frame = shapely.union_all([large, small]).buffer(2500).envelope
    plan.far_corners(frame)
    outline = shapely.union_all([large, small]).convex_hull.buffer(300)
    return plan.written(folder, "parts", outline, frame, None)


TOWNS = {"island": island, "strip": strip, "parts": parts}


@dataclass
class _Plan:
    """The elements of a file, in metres around the middle."""

    name: str
    random: Random
    nodes: dict[tuple[float, float], tuple[int, dict[str, str]]] = field(default_factory=dict)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    homes: list[tuple[float, float]] = field(default_factory=list)
    quarters: int = 0

    def node(self, x: float, y: float, tags: dict[str, str] | None = None) -> int:
        key = (round(x, 2), round(y, 2))
        number, known = self.nodes.setdefault(key, (len(self.nodes) + 1, {}))
        known.update(tags or {})
        return number

    def way(self, line: list[tuple[float, float]], tags: dict[str, str]) -> None:
        self.ways.append(([self.node(x, y) for x, y in line], tags))

    def ground(self, area: Polygon | MultiPolygon, tags: dict[str, str]) -> None:
        for part in getattr(area, "geoms", [area]):
            self.way(list(part.exterior.coords), tags)

    def streets(self, area: Polygon | MultiPolygon) -> None:
        """Streets in blocks with houses beside them, and a quarter's name for each square kilometre."""
        west, south, east, north = area.bounds
        number = 0
        for across in (False, True):
            low, high = (west, east) if across else (south, north)
            for step in range(math.floor(low / BLOCK_M), math.ceil(high / BLOCK_M) + 1):
                at = step * BLOCK_M
                ends = [(at, south), (at, north)] if across else [(west, at), (east, at)]
                for piece in _lines(LineString(ends) & area):
                    number += 1
                    self._street(piece, step, number, across=across)
        self._quarters(area)

    def _street(self, piece: LineString, step: int, number: int, *, across: bool) -> None:
        (x1, y1), (x2, y2) = piece.coords[0], piece.coords[-1]
        low, high = sorted((y1, y2) if across else (x1, x2))
        at = step * BLOCK_M
        steps = [BLOCK_M * k for k in range(math.ceil(low / BLOCK_M), math.floor(high / BLOCK_M) + 1)]
        if len(steps) < 2:
            return
        line = [(at, s) if across else (s, at) for s in steps]
        first, second = FIRST.split(), SECOND.split()
        name = f"{first[number % len(first)]} {second[number // len(first) % len(second)]}"
        kind = "secondary" if step % 8 == 0 else "tertiary" if step % 4 == 0 else "residential"
        self.way(line, {"highway": kind, "name": name})
        if not across:
            for s in steps[:-1]:
                for side in (-1, 1):
                    self._house(s + self.random.uniform(25, 60), at + side * self.random.uniform(16, 24))

    def _house(self, x: float, y: float) -> None:
        wide, deep = self.random.uniform(5, 9), self.random.uniform(4, 7)
        corners = [(x - wide, y - deep), (x + wide, y - deep), (x + wide, y + deep), (x - wide, y + deep)]
        self.homes.append((x, y))
        levels = str(self.random.randint(1, 3))
        tags = {"building": "house", "building:levels": levels, "addr:housenumber": str(len(self.homes))}
        self.way([*corners, corners[0]], tags)

    def _quarters(self, area: Polygon | MultiPolygon) -> None:
        west, south, east, north = area.bounds
        for i in range(max(2, round((east - west) / 550))):
            for j in range(max(2, round((north - south) / 550))):
                spot = Point(west + (i + 0.5) * 550, south + (j + 0.5) * 550)
                if not area.contains(spot):
                    continue
                self.quarters += 1
                kind = "suburb" if self.quarters % 3 == 1 else "quarter"
                name = f"{FIRST.split()[self.quarters % 18]}ham"
                self.node(spot.x, spot.y, {"place": kind, "name": name})
                for k, activity in enumerate(("cafe", "library", "community_centre", "place_of_worship")):
                    tags = {"amenity": activity, "name": f"{name} {activity.replace('_', ' ')}"}
                    self.node(spot.x + 37 + 23 * k, spot.y + 41 - 17 * k, tags)
                garden = spot.buffer(60, quad_segs=3)
                self.ground(garden, {"leisure": "park", "name": f"{name} Park"})

    def far_corners(self, frame: Polygon) -> None:
        """A stone in each corner: how far the file's data reach."""
        for x, y in list(frame.exterior.coords)[:4]:
            self.node(x, y, {"natural": "stone"})

    def written(
        self,
        folder: Path,
        file: str,
        outline: Polygon | MultiPolygon,
        land: Polygon | MultiPolygon,
        sea: Polygon | MultiPolygon | None,
    ) -> SeededTown:
        self.node(outline.centroid.x + 3, outline.centroid.y + 3, {"place": "town", "name": self.name})
        osm, boundary = folder / f"{file}.osm", folder / f"{file}.boundary.geojson"
        osm.write_text("\n".join(self._xml()), encoding="utf-8")
        feature = {
            "type": "Feature",
            "properties": {"name": self.name},
            "geometry": mapping(_degrees(outline)),
        }
        boundary.write_text(
            json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
        )
        homes = tuple(_lon_lat(x, y) for x, y in self.homes)
        return SeededTown(
            self.name, osm, boundary, homes, _degrees(land), None if sea is None else _degrees(sea)
        )

    def _xml(self) -> list[str]:
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="micropolis tests">']
        for (x, y), (number, tags) in self.nodes.items():
            lon, lat = _lon_lat(x, y)
            lines.append(f'<node id="{number}" lon="{lon:.7f}" lat="{lat:.7f}">{_tags(tags)}</node>')
        for number, (refs, tags) in enumerate(self.ways, start=1):
            nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
            lines.append(f'<way id="{number}">{nodes}{_tags(tags)}</way>')
        return [*lines, "</osm>"]


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def _lines(found: shapely.Geometry) -> list[LineString]:
    return [
        part
        for part in getattr(found, "geoms", [found])
        if isinstance(part, LineString) and not part.is_empty
    ]


def _lon_lat(x: float, y: float) -> tuple[float, float]:
    return LON + x / (111_320 * math.cos(math.radians(LAT))), LAT + y / 111_320


def _degrees(area: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    return shapely.transform(area, lambda xy: [_lon_lat(x, y) for x, y in xy])
