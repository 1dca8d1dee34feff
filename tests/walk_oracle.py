"""A second answer to every question of the walk engine: slow, plain, and written independently of it.

Follows CONTRACT.md with networkx on the uncontracted streets, geodesics by pyproj and brute-force snapping.
Adult only, no heights.
"""

from __future__ import annotations

import math
from itertools import pairwise

import networkx as nx
import numpy as np
from pyproj import Geod

from micropolis_map.domain.osm_extract import OsmExtract

GEOD = Geod(ellps="WGS84")
NEVER = set(
    "motorway motorway_link raceway bus_guideway busway construction proposed planned abandoned razed disused "
    "rest_area services escape elevator no".split()
)


def walkable(tags) -> bool:
    if "highway" not in tags or tags["highway"] in NEVER:
        return False
    if tags.get("foot") in ("no", "use_sidepath", "private"):
        return False
    return not (
        tags.get("access") in ("no", "private") and tags.get("foot") not in ("yes", "designated", "permissive")
    )


class Oracle:
    """The streets of an extract as a networkx graph of all their nodes."""

    def __init__(self, extract: OsmExtract) -> None:
        self.lon, self.lat = extract.node_lon, extract.node_lat
        self.graph = nx.Graph()
        self.segments: list[tuple[int, int]] = []
        for way, tags in enumerate(extract.way_tags):
            if walkable(tags):
                for a, b in pairwise(extract.way_nodes(way).tolist()):
                    if a >= 0 and b >= 0 and a != b:
                        self._add(a, b)
        self.component_m = {}
        for nodes in nx.connected_components(self.graph):
            metres = sum(d["m"] for _, _, d in self.graph.subgraph(nodes).edges(data=True))
            self.component_m.update(dict.fromkeys(nodes, metres))
        self.joined = [s for s in self.segments if self.component_m[s[0]] >= 1000.0]
        self.ends = np.array(self.joined, dtype=np.int64).reshape(-1, 2)

    def _add(self, a: int, b: int) -> None:
        turn = round((self.lon[b] - self.lon[a]) / 360.0) * 360.0
        metres = GEOD.inv(self.lon[a], self.lat[a], self.lon[b] - turn, self.lat[b])[2]
        self.segments.append((a, b))
        if not self.graph.has_edge(a, b) or self.graph[a][b]["m"] > metres:
            self.graph.add_edge(a, b, m=metres)

    def snap(self, lon: float, lat: float) -> tuple[tuple[int, int], float, float] | None:
        """The segment, the share along it and the gap in metres; None beyond 300 m."""
        if not self.joined:
            return None
        k = 111_320.0
        x = (np.mod(self.lon[self.ends] - lon + 180.0, 360.0) - 180.0) * k * math.cos(math.radians(lat))
        y = (self.lat[self.ends] - lat) * 110_950.0
        dx, dy = x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]
        square = np.maximum(dx * dx + dy * dy, 1e-12)
        t = np.clip(-(x[:, 0] * dx + y[:, 0] * dy) / square, 0.0, 1.0)
        d = np.hypot(x[:, 0] + t * dx, y[:, 0] + t * dy)
        best = int(np.argmin(d))
        a, b = self.joined[best]
        from_lon = self.lon[a] + t[best] * (np.mod(self.lon[b] - self.lon[a] + 180.0, 360.0) - 180.0)
        from_lat = self.lat[a] + t[best] * (self.lat[b] - self.lat[a])
        gap = GEOD.inv(lon, lat, from_lon, from_lat)[2]
        return None if gap > 300.0 else ((a, b), float(t[best]), gap)

    def distance_m(self, origin, spot) -> float:
        """The metres between two snapped points, gaps included."""
        if origin is None or spot is None:
            return math.inf
        (a, b), t, gap = origin
        (c, d), u, gap2 = spot
        m, k = self._length(a, b), self._length(c, d)
        best = abs(t - u) * m if (a, b) == (c, d) else math.inf
        for node, part in ((a, t * m), (b, (1 - t) * m)):
            reach = nx.single_source_dijkstra_path_length(self.graph, node, weight="m")
            for end, rest in ((c, u * k), (d, (1 - u) * k)):
                best = min(best, part + reach.get(end, math.inf) + rest)
        return best + gap + gap2

    def _length(self, a: int, b: int) -> float:
        turn = round((self.lon[b] - self.lon[a]) / 360.0) * 360.0
        return GEOD.inv(self.lon[a], self.lat[a], self.lon[b] - turn, self.lat[b])[2]
