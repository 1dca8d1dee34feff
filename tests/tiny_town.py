"""A town small enough to know by heart: streets on a grid, a hill behind steps, two meeting places."""

from __future__ import annotations

import json
from pathlib import Path
from xml.sax.saxutils import quoteattr

LON, LAT = 12.0, 55.0
BLOCK_LON, BLOCK_LAT = 0.0015627, 0.0008983  # 100 m each, here
BLOCKS = 6


class Town:
    """Elements of an ``.osm`` file, collected."""

    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.ways: list[str] = []

    def node(self, x: float, y: float, **tags: str) -> int:
        number = len(self.nodes) + 1
        lon, lat = LON + x * BLOCK_LON, LAT + y * BLOCK_LAT
        self.nodes.append(f'<node id="{number}" lon="{lon:.7f}" lat="{lat:.7f}">{_tags(tags)}</node>')
        return number

    def way(self, refs: list[int], **tags: str) -> None:
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs) + _tags(tags)
        self.ways.append(f'<way id="{len(self.ways) + 1}">{inner}</way>')

    def building(self, x: float, y: float, **tags: str) -> None:
        d = 0.06
        corners = [self.node(x + i * d, y + j * d) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
        self.way([*corners, corners[0]], **({"building": "house"} | tags))

    def xml(self) -> str:
        return f'<?xml version="1.0"?><osm version="0.6">{"".join(self.nodes + self.ways)}</osm>'


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def town_xml(*, quarters: bool = True) -> str:
    """Streets (0–6)², a hill street at y = 7.5 reached by steps only; two houses in each block."""
    town = Town()
    grid = {(x, y): town.node(x, y) for x in range(BLOCKS + 1) for y in range(BLOCKS + 1)}
    for k in range(BLOCKS + 1):
        street = {"highway": "residential", "sidewalk": "both", "surface": "asphalt"}
        town.way([grid[x, k] for x in range(BLOCKS + 1)], **street)
        town.way([grid[k, y] for y in range(BLOCKS + 1)], **street)
    hill = [town.node(x, 7.5) for x in range(BLOCKS + 1)]
    town.way(hill, highway="residential", surface="asphalt")
    foot = town.node(3, 6.5)
    town.way([grid[3, 6], foot], highway="footway", surface="paving_stones")
    town.way([foot, hill[3]], highway="steps", step_count="40")
    for x in range(BLOCKS):
        for y in range(BLOCKS):
            town.building(x + 0.5, y + 0.1)
            town.building(x + 0.5, y + 0.9)
        town.building(x + 0.5, 7.6)
    town.node(1, 1, amenity="library", name="Library")
    town.node(5, 4, amenity="community_centre", name="The Barn")
    if quarters:
        town.node(1, 3, place="neighbourhood", name="West Side")
        town.node(5, 3, place="neighbourhood", name="East Side")
    return town.xml()


def write_town(folder: Path, **options: bool) -> Path:
    """Write ``town.osm`` into `folder`."""
    path = folder / "town.osm"
    path.write_text(town_xml(**options), encoding="utf-8")
    return path


def write_boundary(
    folder: Path, west: float = -1, south: float = -1, east: float = 7, north: float = 9
) -> Path:
    """Write a rectangle in blocks as ``boundary.geojson``."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = [[LON + x * BLOCK_LON, LAT + y * BLOCK_LAT] for x, y in corners]
    path = folder / "boundary.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}), encoding="utf-8")
    return path
