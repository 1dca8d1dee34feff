"""A second answer to every question of the walk engine: slow, plain, and written independently of it.

Follows CONTRACT.md with networkx on the uncontracted streets, geodesics by pyproj and brute-force snapping.
Adult only, no heights.
"""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import networkx as nx
import numpy as np
import shapely
from pyproj import Geod

from micropolis_map.domain.osm_extract import OsmExtract

GEOD = Geod(ellps="WGS84")
NEVER = {
    "motorway",
    "motorway_link",
    "raceway",
    "bus_guideway",
    "busway",
    "construction",
    "proposed",
    "planned",
    "abandoned",
    "razed",
    "disused",
    "rest_area",
    "services",
    "escape",
    "elevator",
    "no",
}
SQUARES = {"pedestrian", "footway", "path", "living_street", "platform", "corridor"}


def walkable(tags) -> bool:
    if "highway" not in tags or tags["highway"] in NEVER:
        return False
    if tags.get("foot") in ("no", "use_sidepath", "private"):
        return False
    return not (
        tags.get("access") in ("no", "private")
        and tags.get("foot") not in ("yes", "designated", "permissive")
    )


class Oracle:
    """The streets of an extract as a networkx graph of all their nodes."""

    def __init__(self, extract: OsmExtract) -> None:
        self.lon, self.lat = extract.node_lon, extract.node_lat
        self.graph = nx.Graph()
        self.segments: list[tuple[int, int]] = []
        self.lengths: list[tuple[int, int, float]] = []
        for way, tags in enumerate(extract.way_tags):
            if walkable(tags):
                for a, b in pairwise(extract.way_nodes(way).tolist()):
                    if a >= 0 and b >= 0 and a != b:
                        self._add(a, b)
        for way, tags in enumerate(extract.way_tags):
            if walkable(tags) and tags.get("area") == "yes" and tags["highway"] in SQUARES:
                self._cross(extract.way_nodes(way).tolist())
        self.component_m = {}
        for nodes in nx.connected_components(self.graph):
            metres = sum(
                d["m"] for _, _, d in self.graph.subgraph(nodes).edges(data=True) if not d.get("sight")
            )
            self.component_m.update(dict.fromkeys(nodes, metres))
        self.joined = [s for s in self.segments if self.component_m[s[0]] >= 1000.0]
        self.ends = np.array(self.joined, dtype=np.int64).reshape(-1, 2)

    def _add(self, a: int, b: int) -> None:
        turn = round((self.lon[b] - self.lon[a]) / 360.0) * 360.0
        metres = GEOD.inv(self.lon[a], self.lat[a], self.lon[b] - turn, self.lat[b])[2]
        self.segments.append((a, b))
        self.lengths.append((a, b, metres))
        if not self.graph.has_edge(a, b) or self.graph[a][b]["m"] > metres:
            self.graph.add_edge(a, b, m=metres)

    def _cross(self, ring: list[int]) -> None:
        if len(ring) < 4 or ring[0] != ring[-1] or -1 in ring:
            return
        k = math.cos(math.radians(self.lat[ring[0]]))
        at = {n: (self.lon[n] * k * 111_320.0, self.lat[n] * 110_950.0) for n in ring}
        ground = shapely.Polygon([at[n] for n in ring]).buffer(0.01)
        shapely.prepare(ground)
        for a, b in combinations(sorted(set(ring)), 2):
            if not self.graph.has_edge(a, b) and ground.covers(shapely.LineString([at[a], at[b]])):
                metres = GEOD.inv(self.lon[a], self.lat[a], self.lon[b], self.lat[b])[2]
                self.graph.add_edge(a, b, m=metres, sight=True)

    def snap(self, lon: float, lat: float) -> tuple[tuple[int, int], float, float] | None:
        """The segment, the share along it and the gap in metres; None beyond 300 m."""
        if not self.joined:
            return None
        east = GEOD.inv(lon - 0.001, lat, lon + 0.001, lat)[2] / 0.002
        north = GEOD.inv(lon, lat - 0.001, lon, lat + 0.001)[2] / 0.002
        x = (np.mod(self.lon[self.ends] - lon + 180.0, 360.0) - 180.0) * east
        y = (self.lat[self.ends] - lat) * north
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
        return self.distances_m(origin, [spot])[0]

    def distances_m(self, origin, spots) -> list[float]:
        """The metres from one snapped point to others, gaps included."""
        if origin is None:
            return [math.inf] * len(spots)
        reach = [nx.single_source_dijkstra_path_length(self.graph, node, weight="m") for node in origin[0]]
        return [math.inf if spot is None else self._between(origin, spot, reach) for spot in spots]

    def _between(self, origin, spot, reaches) -> float:
        (a, b), t, gap = origin
        (c, d), u, gap2 = spot
        m, k = self._length(a, b), self._length(c, d)
        best = abs(t - u) * m if (a, b) == (c, d) else math.inf
        for reach, part in zip(reaches, (t * m, (1 - t) * m), strict=True):
            for end, rest in ((c, u * k), (d, (1 - u) * k)):
                best = min(best, part + reach.get(end, math.inf) + rest)
        return best + gap + gap2

    def _length(self, a: int, b: int) -> float:
        turn = round((self.lon[b] - self.lon[a]) / 360.0) * 360.0
        return GEOD.inv(self.lon[a], self.lat[a], self.lon[b] - turn, self.lat[b])[2]
