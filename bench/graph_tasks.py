"""Every task on one network, ours and the peers', in one process: `python -m bench.graph_tasks NAME`.

All answers are compared before anything is timed; a disagreement stops the run.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.networks import synthetic
from bench.peers import Igraph, Networkx, Pandana, Scipy, Streets
from bench.racing import Disagreement, agree, race
from micropolis_map.analysis.choices import spots_within_everywhere
from micropolis_map.analysis.cost_matrix import cost_matrix
from micropolis_map.analysis.impedance import Impedance, impedance
from micropolis_map.analysis.nearest import nearest_everywhere, nearest_spot
from micropolis_map.analysis.network import ON_GROUND, WalkNetwork
from micropolis_map.analysis.network_ways import Segments, TagSets, Ways
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.search import UNREACHED
from micropolis_map.analysis.snapping import Snapped, snap
from micropolis_map.analysis.walk_network import Vertices, build_walk_network, join_segments
from micropolis_map.analysis.what_if import WhatIf
from micropolis_map.domain.osm_extract import OsmExtract

SPOTS, STOPS, WITHIN_M, FAR_M = 200, 25, 1200.0, 2400.0
NEAREST = f"nearest of {SPOTS} spots, every node"
WALKER = replace(profile("adult"), name="metres", speed_m_s=1.0, steps_s_per_metre_climbed=0.0)
LARGE = 250_000
"""Beyond, networkx and pandana take too long to be run with the rest."""
SLOW = 100_000
"""Beyond, pandana's aggregate takes minutes."""


class Run:
    """One network, and the rows measured on it."""

    def __init__(self, name: str, extract: OsmExtract) -> None:
        self.name = name
        self.extract = extract
        self.rows: list[dict[str, Any]] = []
        self.network = build_walk_network(extract)
        self.impedance = impedance(self.network, WALKER)
        self.streets, self.vertex = streets_of(self.network)
        rng = np.random.default_rng(42)
        share = np.bincount(self.vertex, minlength=self.streets.nodes) > 0
        main = np.flatnonzero(share)
        self.spots = rng.choice(main, SPOTS, replace=False)
        self.stops = nearby(self.streets, rng, STOPS)
        first_point = np.full(self.streets.nodes, -1)
        first_point[self.vertex[::-1]] = np.arange(self.vertex.size)[::-1]
        self.point_of = first_point

    def on_network(self, vertices: NDArray[np.int64]) -> Snapped:
        """The vertices as points on edges."""
        return at_points(self.network, self.point_of[vertices])

    def row(
        self,
        task: str,
        peer: str,
        ours: Callable[[], object],
        theirs: Callable[[], object],
        *,
        most: int = 15,
    ) -> None:
        """Race the two and record it."""
        self.record(task, peer, *race(ours, theirs, most=most))

    def record(self, task: str, peer: str, ours_s: float, peer_s: float) -> None:
        """Keep and print a comparison."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
        row = {
            "task": task,
            "graph": self.name,
            "ours_s": ours_s,
            "peer": peer,
            "peer_s": peer_s,
            "ratio": peer_s / ours_s,
            "peak_mb": round(peak, 1),
        }
        self.rows.append(row)
        print(json.dumps(row), flush=True)


def at_points(network: WalkNetwork, point: NDArray[np.int64]) -> Snapped:
    """Return the points of the geometry at these indices as snapped points without a gap."""
    zero = np.zeros(point.size)
    return Snapped(
        edge=(np.searchsorted(network.edge_first, point, side="right") - 1).astype(np.int32),
        point=point.astype(np.int32),
        share=zero,
        offset_m=network.point_along_m[point],
        gap_m=zero,
        lon=network.point_lon[point],
        lat=network.point_lat[point],
    )


def streets_of(network: WalkNetwork) -> tuple[Streets, NDArray[np.int64]]:
    """Return the uncontracted network, and the vertex that each point of ours is."""
    _, vertex = np.unique(network.point_osm, return_inverse=True)
    inner = np.ones(vertex.size, dtype=bool)
    inner[network.edge_first[1:] - 1] = False
    i = np.flatnonzero(inner)
    i = i[vertex[i] != vertex[i + 1]]
    lon, lat = np.empty(vertex.max() + 1), np.empty(vertex.max() + 1)
    lon[vertex], lat[vertex] = network.point_lon, network.point_lat
    length = network.point_along_m[i + 1] - network.point_along_m[i]
    return Streets(lon, lat, vertex[i], vertex[i + 1], length), vertex


def segments_of(network: WalkNetwork, streets: Streets) -> tuple[Any, ...]:
    """Return what `join_segments` takes: the same arrays as the peers get."""
    sets = TagSets()
    sets.add({"highway": "residential"})
    zero = np.zeros(1, dtype=np.int32)
    ways = Ways(
        np.zeros(1, dtype=np.int64),
        zero,
        zero,
        zero.astype(np.int8),
        np.zeros(1),
        np.zeros(1, dtype=bool),
        sets,
    )
    k = streets.a.size
    segments = Segments(streets.a, streets.b, np.zeros(k, dtype=np.int32), np.zeros(k, dtype=np.uint8))
    vertices = Vertices(streets.lon, streets.lat, np.full(streets.nodes, np.nan), np.arange(streets.nodes))
    return (
        ways,
        segments,
        np.zeros(k, dtype=np.int32),
        streets.length_m,
        vertices,
        {**network.meta, "rows": [{}]},
    )


def nearby(streets: Streets, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Return vertices of a tour: all within 1.5 km of the middle one."""
    x = (streets.lon - np.median(streets.lon)) * 111_320 * np.cos(np.radians(np.median(streets.lat)))
    y = (streets.lat - np.median(streets.lat)) * 111_000
    return rng.choice(np.flatnonzero(np.hypot(x, y) < 1500.0), count, replace=False)


def labels_everywhere(run: Run, spots: Snapped, limit_m: float | None) -> NDArray[np.int64]:
    """Return the label (ms and spot) of every point of the geometry."""
    return nearest_everywhere(run.network, run.impedance, spots, limit_m)


def everywhere(run: Run, limit_m: float | None) -> NDArray[np.float64]:
    """Return the metres from every vertex to its nearest spot, for comparing."""
    filled = labels_everywhere(run, run.on_network(run.spots), limit_m)[run.point_of]
    cost = np.where(filled == UNREACHED, np.inf, (filled >> 32) / 1000.0)
    cost[cost > (np.inf if limit_m is None else limit_m)] = np.inf
    return cost


def nearest_and_build(run: Run) -> dict[str, Any]:
    """Time building, and the nearest of the spots for every vertex; return the built peers."""
    streets = run.streets

    arrays = segments_of(run.network, run.streets)

    def ours_build() -> Impedance:
        made = impedance(join_segments(*arrays), WALKER)
        _ = made.into
        return made

    _ = ours_build()
    spots = run.on_network(run.spots)
    ours, far = everywhere(run, None), everywhere(run, FAR_M)
    small = streets.nodes <= LARGE
    peers: list[Any] = [Scipy, Igraph, *([Networkx] if small else [])]
    built = {}
    for peer in peers:
        built[peer.name] = graph = peer.build(streets)
        run.row("build from arrays", peer.name, ours_build, lambda p=peer: p.build(streets), most=3)
        agree(peer.name, ours, peer.nearest(graph, run.spots, np.inf), within=0.2)
        run.row(
            NEAREST,
            peer.name,
            lambda: labels_everywhere(run, spots, None),
            lambda p=peer, g=graph: p.nearest(g, run.spots, np.inf),
        )
        if peer is not Igraph:
            compare_cutoff(run, far, peer.name, lambda p=peer, g=graph: p.nearest(g, run.spots, FAR_M))
    if small and not run.name.endswith("only"):
        built["pandana"] = against_pandana(run, ours_build, ours)
    return built


def against_pandana(run: Run, ours_build: Callable[[], object], ours: NDArray[np.float64]) -> Any:
    """Time pandana's building, once (contraction hierarchies take long), and its nearest spot."""
    spots = run.on_network(run.spots)
    ours_s, _ = race(ours_build, lambda: None, most=7)
    begun = time.perf_counter()
    graph = Pandana.build(run.streets)
    run.record("build from arrays", "pandana", ours_s, time.perf_counter() - begun)
    build = run.rows[-1]
    agree("pandana", ours, Pandana.nearest(graph, run.streets, run.spots, np.inf), within=0.5)
    run.row(
        NEAREST,
        "pandana",
        lambda: labels_everywhere(run, spots, None),
        lambda: Pandana.nearest(graph, run.streets, run.spots, np.inf),
        most=3,
    )
    nearest = run.rows[-1]
    both = (build["ours_s"] + nearest["ours_s"], build["peer_s"] + nearest["peer_s"])
    run.record("build and nearest", "pandana", *both)
    return graph


def compare_cutoff(run: Run, ours: NDArray[Any], peer: str, work: Callable[[], NDArray[Any]]) -> None:
    """Time the nearest spot within `FAR_M`; who is at the limit to a decimetre may fall on either side."""
    theirs = work()
    at_limit = (
        np.abs(np.where(np.isfinite(ours), ours, np.where(np.isfinite(theirs), theirs, 0.0)) - FAR_M) < 0.2
    )
    agree(peer, ours[~at_limit], theirs[~at_limit], within=0.2)
    spots = run.on_network(run.spots)
    run.row(f"the same within {FAR_M:.0f} m", peer, lambda: labels_everywhere(run, spots, FAR_M), work)


def counts(run: Run, built: dict[str, Any]) -> None:
    """Time how many spots are within `WITHIN_M` of every vertex."""
    spots = run.on_network(run.spots)

    def ours() -> NDArray[np.int32]:
        return spots_within_everywhere(run.network, run.impedance, spots, WITHIN_M)[1]

    counted = ours()[run.point_of]
    graph = built["scipy.sparse.csgraph"]
    low, high = (Scipy.within(graph, run.spots, WITHIN_M + e) for e in (-0.2, 0.2))
    if not ((low <= counted) & (counted <= high)).all():
        raise Disagreement("spots within 1,200 m")
    task = f"spots within {WITHIN_M:.0f} m, every node"
    run.row(task, "scipy.sparse.csgraph", ours, lambda: Scipy.within(graph, run.spots, WITHIN_M))
    if "pandana" in built:
        network = built["pandana"]
        found = Pandana.range_query(network, run.spots, WITHIN_M, run.streets.nodes)
        # pandana's distances are whole numbers of its own unit: allow what it rounds away
        if not ((low - 1 <= found) & (found <= high + 1)).all():
            raise Disagreement("pandana's range query")
        query = lambda: Pandana.range_query(network, run.spots, WITHIN_M, run.streets.nodes)  # noqa: E731
        run.row(task, "pandana, range query", ours, query)
        if run.streets.nodes <= SLOW:
            aggregate = lambda: Pandana.aggregate(network, run.spots, WITHIN_M)  # noqa: E731
            run.row(task, "pandana, aggregate", ours, aggregate, most=3)


def matrices(run: Run, built: dict[str, Any]) -> None:
    """Time all pairs of 25 stops, and vertex × spot costs under a cutoff."""
    stops = run.on_network(run.stops)

    def pairs() -> NDArray[np.float64]:
        found = cost_matrix(run.network, run.impedance, stops, stops, with_lengths=False)
        dense = np.full((STOPS, STOPS), np.inf)
        dense[found.origin, found.destination] = found.cost_s
        return dense

    ours = pairs()
    for peer in (Scipy, Igraph, Pandana):
        if peer.name in built:
            graph = built[peer.name]
            theirs = peer.pairs(graph, run.stops)
            agree(peer.name, ours, np.where(theirs > 1e6, np.inf, theirs), within=0.5)
            run.row(
                f"all pairs of {STOPS} stops", peer.name, pairs, lambda p=peer, g=graph: p.pairs(g, run.stops)
            )
    every, spots = run.on_network(np.arange(run.streets.nodes)), run.on_network(run.spots)

    def sparse() -> int:
        return len(cost_matrix(run.network, run.impedance, every, spots, WITHIN_M, with_lengths=False))

    graph = built["scipy.sparse.csgraph"]
    low, high = (Scipy.sparse(graph, run.spots, WITHIN_M + e) for e in (-0.2, 0.2))
    if not low <= sparse() <= high:
        raise Disagreement("node × spot costs")
    task = f"node × spot costs within {WITHIN_M:.0f} m"
    run.row(task, "scipy.sparse.csgraph", sparse, lambda: Scipy.sparse(graph, run.spots, WITHIN_M))


def what_if(run: Run) -> None:
    """Time one more spot against computing anew; homes are 50,000 vertices."""
    rng = np.random.default_rng(3)
    homes = run.on_network(rng.integers(0, run.streets.nodes, 50_000))
    spots = run.on_network(run.spots)
    extra = run.on_network(rng.integers(0, run.streets.nodes, 1))
    state = WhatIf(run.impedance, homes, spots)
    both = run.on_network(np.append(run.spots, np.flatnonzero(run.point_of == extra.point[0])[0]))
    ours = state.cost_s.copy()
    change = state.with_spot(extra)
    ours[change.home] = change.cost_s
    agree("what-if", ours, nearest_spot(run.network, run.impedance, homes, both).cost_s, within=1e-6)
    run.row(
        "what-if: one more spot",
        "computing anew",
        lambda: state.with_spot(extra),
        lambda: WhatIf(run.impedance, homes, both),
    )


def snapping(run: Run) -> None:
    """Time snapping 100,000 points to edges against OSMnx."""
    import networkx
    import osmnx
    from shapely import LineString

    network = run.network
    rng = np.random.default_rng(9)
    at = rng.integers(0, network.point_lon.size, 100_000)
    lon = network.point_lon[at] + rng.normal(0, 4e-4, at.size)
    lat = network.point_lat[at] + rng.normal(0, 4e-4, at.size)
    graph = networkx.MultiDiGraph(crs="EPSG:4326")
    for v in range(network.nodes):
        graph.add_node(v, x=float(network.node_lon[v]), y=float(network.node_lat[v]))
    on_ground = network.edge_structure == ON_GROUND  # the peer knows no rule for bridges and tunnels
    for e in np.flatnonzero(network.edge_is_joined & on_ground).tolist():
        part = slice(network.edge_first[e], network.edge_first[e + 1])
        line = LineString(np.column_stack([network.point_lon[part], network.point_lat[part]]))
        graph.add_edge(int(network.edge_from[e]), int(network.edge_to[e]), key=e, geometry=line)
    flat = osmnx.project_graph(graph)
    import geopandas

    points = geopandas.GeoSeries.from_xy(lon, lat, crs="EPSG:4326").to_crs(flat.graph["crs"])
    start = time.perf_counter()
    found = osmnx.distance.nearest_edges(flat, points.x.to_numpy(), points.y.to_numpy(), return_dist=True)
    peer_s = time.perf_counter() - start
    gap = np.asarray(found[1])
    snapped = snap(network, lon, lat, furthest_m=5000.0)
    both = on_ground[snapped.edge]
    if not np.allclose(snapped.gap_m[both], gap[both], rtol=2e-3, atol=0.3):
        raise Disagreement(f"snapping: {np.abs(snapped.gap_m - gap)[both].max()}")
    ours_s, _ = race(lambda: snap(network, lon, lat), lambda: None, most=7)
    run.record("snap 100,000 points to edges", "osmnx nearest_edges", ours_s, peer_s)


def porto(data: Path) -> OsmExtract:
    """The extract of Porto Alegre."""
    from micropolis_map.sources.osm_file import read_osm

    return read_osm(data / "porto_alegre" / "poa_osm.pbf")


def main(name: str, data: Path) -> None:
    """Measure everything on the network called `name`: ``porto`` or a number of nodes."""
    real = name == "porto"
    extract = porto(data) if real else synthetic(int(name.rstrip("x")), bends=not name.endswith("x"))
    label = (
        "Porto Alegre"
        if real
        else f"synthetic {int(name.rstrip('x')):,}" + (", crossings only" * name.endswith("x"))
    )
    run = Run(label, extract)
    print(
        json.dumps({"graph": label, "nodes": run.streets.nodes, "junctions": run.network.nodes}), flush=True
    )
    if name.endswith("x"):
        run.impedance = impedance(run.network, WALKER)
    built = nearest_and_build(run)
    what_if(run)
    if run.streets.nodes <= LARGE:
        counts(run, built)
        matrices(run, built)
    if real:
        snapping(run)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
