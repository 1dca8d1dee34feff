"""The town as OpenStreetMap XML, with invented ids."""

from __future__ import annotations

import gzip
from pathlib import Path
from xml.sax.saxutils import quoteattr

import shapely
from shapely import LineString, Polygon

from tools.demo_town.plan import PLAN, Xy, lon_lat
from tools.demo_town.town import Town

STAMP = "2026-01-15T12:00:00Z"
Tags = dict[str, str]


class OsmFile:
    """Nodes, ways and relations in the order they are added; points that are the same are one node."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[float, float], int] = {}
        self.node_tags: dict[int, Tags] = {}
        self.ways: list[tuple[list[int], Tags]] = []
        self.relations: list[tuple[list[tuple[int, str]], Tags]] = []

    def node(self, xy: Xy, tags: Tags | None = None) -> int:
        """Return the id of the node at `xy`, adding it and its tags."""
        number = self.nodes.setdefault(lon_lat(*xy), len(self.nodes) + 1)
        if tags:
            self.node_tags.setdefault(number, {}).update(tags)
        return number

    def way(self, points: list[Xy], tags: Tags) -> int:
        """Add a way and return its id."""
        refs = [self.node(p) for p in points]
        self.ways.append(([n for i, n in enumerate(refs) if i == 0 or n != refs[i - 1]], tags))
        return len(self.ways)

    def area(self, shape: Polygon, tags: Tags) -> None:
        """Add a closed way, or a multipolygon where the shape has holes."""
        shape = shapely.orient_polygons(shape)
        if not shape.interiors:
            self.way(list(shape.exterior.coords), tags)
            return
        members = [(self.way(list(shape.exterior.coords), {}), "outer")]
        members += [(self.way(list(ring.coords), {}), "inner") for ring in shape.interiors]
        self.relations.append((members, {"type": "multipolygon"} | tags))

    def text(self) -> str:
        """Return the file as XML."""
        out = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<osm version="0.6" generator="tools.demo_town (invented)">',
        ]
        w, s = map(min, zip(*self.nodes, strict=True))
        e, n = map(max, zip(*self.nodes, strict=True))
        out.append(f'<bounds minlat="{s:.7f}" minlon="{w:.7f}" maxlat="{n:.7f}" maxlon="{e:.7f}"/>')
        for (lon, lat), number in self.nodes.items():
            head = f'<node id="{number}" version="1" timestamp="{STAMP}" lat="{lat:.7f}" lon="{lon:.7f}"'
            out.append(_element("node", head, [], self.node_tags.get(number, {})))
        for number, (refs, tags) in enumerate(self.ways, 1):
            head = f'<way id="{number}" version="1" timestamp="{STAMP}"'
            out.append(_element("way", head, [f'<nd ref="{ref}"/>' for ref in refs], tags))
        for number, (members, tags) in enumerate(self.relations, 1):
            head = f'<relation id="{number}" version="1" timestamp="{STAMP}"'
            rows = [f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members]
            out.append(_element("relation", head, rows, tags))
        return "\n".join([*out, "</osm>", ""])


def _element(name: str, head: str, rows: list[str], tags: Tags) -> str:
    rows = rows + [f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in sorted(tags.items())]
    return f"{head}>{''.join(rows)}</{name}>" if rows else f"{head}/>"


def osm_xml(town: Town) -> str:
    """Return the whole town as OSM XML."""
    osm = OsmFile()
    for way in town.ways:
        osm.way(list(way.line), way.tags)
    for xy, tags in town.point_tags.items():
        osm.node(xy, tags)
    for coast, island in zip(town.terrain.coasts, PLAN["island"], strict=True):
        tags = {"natural": "coastline", "place": "island", "name": island["name"]}
        osm.area(coast, tags)
    for name, lake in town.terrain.lakes.items():
        kind = "lake" if name == "Spejlsø" else "pond"
        osm.area(lake, {"natural": "water", "water": kind, "name": name})
    for name, bed in town.terrain.streams.items():
        osm.way(list(bed.coords), {"waterway": "stream", "name": name})
    for shape, tags in town.greens:
        osm.area(shape, tags)
    for line, tags in town.spots.lines:
        osm.way(list(LineString(line).coords), tags)
    for building in town.buildings:
        osm.area(building.shape, building.tags)
    for xy, tags in town.spots.points:
        osm.node(xy, tags)
    return osm.text()


def write_osm(town: Town, file: Path) -> None:
    """Write the town as gzipped OSM XML, without the time of writing in it."""
    file.write_bytes(gzip.compress(osm_xml(town).encode(), 9, mtime=0))
