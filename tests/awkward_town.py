"""An invented town in which every rule of walking matters: gates, hours, tunnels, escalators, squares …

Streets on a bent grid, each block a way of its own with tags drawn from `LINKS`, crossings and gates from
`NODES`; a tunnel and a bridge from side to side, squares, and a square with a fountain.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

SIDE = 13
BLOCK_LON, BLOCK_LAT = 0.0011, 0.00063  # about 70 m each, here
LON, LAT = 9.4, 55.3

PLAIN = {"highway": "residential"}
LINKS = [
    {"highway": "steps", "step_count": "30", "incline": "up"},
    {"highway": "steps", "step_count": "12", "incline": "-20%"},
    {"highway": "steps", "conveying": "forward"},
    {"highway": "footway", "conveying": "backward"},
    {"highway": "footway", "conveying": "reversible"},
    {"highway": "trunk", "motorroad": "yes"},
    {"highway": "trunk", "motorroad": "yes", "foot": "yes"},
    {"highway": "service", "access": "private"},
    {"highway": "service", "access": "no", "foot": "permissive"},
    {"highway": "service", "access": "private", "foot": "customers"},
    {"highway": "secondary", "foot": "use_sidepath"},
    {"highway": "footway", "access": "no", "foot:conditional": "yes @ (06:00-22:00)"},
    {"highway": "footway", "access": "no", "foot:conditional": "yes @ (Sa-Su 08:00-20:00)"},
    {"highway": "footway", "foot:conditional": "no @ (22:00-06:00)"},
    {"highway": "footway", "access:conditional": "no @ (Mo-Fr 07:00-17:00)"},
    {"highway": "footway", "opening_hours": "Mo-Sa 07:00-20:00"},
    {"highway": "footway", "opening_hours": "Mo-Fr 16:00-20:00; Sa,Su 10:00-20:00"},
    {"highway": "footway", "tunnel": "yes", "layer": "-1"},
    {"highway": "footway", "tunnel": "building_passage"},
    {"highway": "residential", "bridge": "yes", "layer": "1"},
    {"highway": "path", "oneway:foot": "yes"},
    {"highway": "path", "oneway:foot": "-1"},
    {"highway": "residential", "oneway": "yes"},
    {"highway": "construction"},
]
NODES = [
    {"barrier": "gate"},
    {"barrier": "gate", "access": "private"},
    {"barrier": "lift_gate", "access": "no", "foot": "yes"},
    {"barrier": "gate", "locked": "yes"},
    {"barrier": "gate", "foot": "no"},
    {"barrier": "wall"},
    {"barrier": "gate", "opening_hours": "Sa,Su 08:00-18:00"},
    {"barrier": "gate", "access": "private", "access:conditional": "yes @ (07:00-19:00)"},
    {"barrier": "kerb", "kerb": "raised"},
    {"highway": "crossing", "wheelchair": "no"},
    {"entrance": "yes", "access": "private"},
]


class _Drawing:
    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.parts: list[str] = []
        self.nodes = self.ways = 0

    def node(self, x: float, y: float, tags: dict[str, str] | None = None) -> int:
        self.nodes += 1
        lon, lat = LON + x * BLOCK_LON, LAT + y * BLOCK_LAT
        place = f'id="{self.nodes}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"'
        self.parts.append(f"<node {place}>{_xml(tags or {})}</node>")
        return self.nodes

    def way(self, refs: list[int], tags: dict[str, str]) -> int:
        self.ways += 1
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs) + _xml(tags)
        self.parts.append(f'<way id="{self.ways}" version="1">{inner}</way>')
        return self.ways

    def some(self, of: list[dict[str, str]], part: float) -> dict[str, str]:
        return of[int(self.rng.integers(len(of)))] if self.rng.random() < part else {}


def _xml(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def write_awkward_town(path: Path, seed: int) -> Path:
    """Write the town that `seed` draws to `path`."""
    town = _Drawing(seed)
    bend = town.rng.uniform(-0.2, 0.2, (SIDE, SIDE, 2))
    grid = {
        (i, j): town.node(i + bend[i, j, 0], j + bend[i, j, 1], town.some(NODES, 0.12))
        for i in range(SIDE)
        for j in range(SIDE)
    }
    for (i, j), here in grid.items():
        for to in ((i + 1, j), (i, j + 1)):
            if to in grid:
                x, y = np.array([i + to[0], j + to[1]]) / 2 + town.rng.uniform(-0.1, 0.1, 2)
                middle = town.node(x, y, town.some(NODES, 0.1))
                town.way([here, middle, grid[to]], town.some(LINKS, 0.45) or PLAIN)
    for start, end, kind in (((0, 2), (12, 9), "tunnel"), ((1, 11), (11, 1), "bridge")):
        inside = [
            town.node(*(np.array(start) + share * (np.array(end) - start) + 0.03)) for share in (0.3, 0.6)
        ]
        town.way([grid[start], *inside, grid[end]], {"highway": "cycleway", kind: "yes"})
    for i, j in ((3, 3), (8, 5), (5, 9)):
        around = ((0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (0, 1))
        ring = [grid[i + x, j + y] for x, y in around]
        town.way([*ring, ring[0]], {"highway": "pedestrian", "area": "yes"})
    outer = town.way([grid[1, 5], grid[3, 5], grid[3, 7], grid[1, 7], grid[1, 5]], {})
    pond = [town.node(x, y) for x, y in ((1.6, 5.6), (2.4, 5.6), (2.4, 6.4), (1.6, 6.4))]
    inner = town.way([*pond, pond[0]], {})
    members = "".join(f'<member type="way" ref="{way}" role=""/>' for way in (outer, inner))
    square = _xml({"type": "multipolygon", "highway": "pedestrian"})
    town.parts.append(f'<relation id="1" version="1">{members}{square}</relation>')
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{"".join(town.parts)}</osm>', encoding="utf-8")
    return path
