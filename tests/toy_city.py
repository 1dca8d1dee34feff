"""The toy city: 21 × 21 streets, 100 m blocks; every cost is a Manhattan distance.

Within k blocks of the centre lie exactly 2k² + 2k + 1 nodes and 4k² whole edges (k ≤ 10).
"""

from __future__ import annotations

import numpy as np
from extracts import extract_of

from micropolis_map.analysis.metric import metres_per_degree
from micropolis_map.domain.osm_extract import OsmExtract

SIDE = 21
BLOCK_M = 100.0


def node_id(column: int, row: int) -> int:
    return 1 + row * SIDE + column


def lon_lat(column: float, row: float, lon0: float = 0.0, lat0: float = 0.0) -> tuple[float, float]:
    """Degrees of a point `column` and `row` blocks from the south-west corner, which is at `lon0`, `lat0`."""
    east, north = metres_per_degree(np.array(lat0))
    lon = lon0 + column * BLOCK_M / float(east)
    lon = (lon + 180.0) % 360.0 - 180.0 if abs(lon) > 180.0 else lon
    return lon, lat0 + row * BLOCK_M / float(north)


def toy_city(
    lon0: float = 0.0,
    lat0: float = 0.0,
    without: frozenset[tuple[tuple[int, int], tuple[int, int]]] = frozenset(),
    tags: dict[str, str] | None = None,
    side: int = SIDE,
) -> OsmExtract:
    """The city; `without` names missing blocks: two crossings each, western or southern first."""
    nodes = {node_id(c, r): lon_lat(c, r, lon0, lat0) for r in range(side) for c in range(side)}
    ways = []
    for r in range(side):
        for c in range(side):
            for to in ((c + 1, r), (c, r + 1)):
                if max(to) < side and ((c, r), to) not in without:
                    refs = [node_id(c, r), node_id(*to)]
                    ways.append((len(ways) + 1, refs, {"highway": "residential", **(tags or {})}))
    return extract_of(nodes, ways)
