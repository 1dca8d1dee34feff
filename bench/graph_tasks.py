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
from micropolis_map.analysis.choices import spots_within_everywhere
from micropolis_map.analysis.cost_matrix import cost_matrix
from micropolis_map.analysis.impedance import Impedance, impedance
from micropolis_map.analysis.nearest import nearest_along_edges, nearest_spot, node_labels
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.network_ways import Segments, TagSets, Ways
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.search import UNREACHED
from micropolis_map.analysis.snapping import Snapped, snap
from micropolis_map.analysis.walk_network import Vertices, build_walk_network, join_segments
from micropolis_map.analysis.what_if import WhatIf
from micropolis_map.domain.osm_extract import OsmExtract

SPOTS, STOPS, WITHIN_M, FAR_M = 200, 25, 1200.0, 2400.0
WALKER = replace(profile("adult"), name="metres", speed_m_s=1.0, steps_s_per_metre_climbed=0.0)
PANDANA_BUILDS_UP_TO = 250_000
NETWORKX_UP_TO = 250_000


class Disagreement(Exception):
    """Two libraries gave different answers to one question."""


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

    def row(self, task: str, ours_s: float, peer: str, peer_s: float) -> None:
        """Record and print a comparison."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
        row = {
            "task": task, "graph": self.name, "ours_s": ours_s, "peer": peer, "peer_s": peer_s,
            "ratio": peer_s / ours_s if ours_s else float("inf"), "peak_mb": round(peak, 1),
        }  # fmt: skip
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


def median_s(work: Callable[[], object], *, most: int = 7) -> float:
    """Return the median of up to `most` runs; one run where one takes 10 s."""
    times: list[float] = []
    while len(times) < most and sum(times) < 10.0:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def agree(task: str, ours: NDArray[Any], theirs: NDArray[Any], *, within: float) -> None:
    """Raise `Disagreement` unless both reach the same and differ by at most `within`."""
    same = np.isfinite(ours) == np.isfinite(theirs)
    both = np.isfinite(ours) & np.isfinite(theirs)
    worst = float(np.abs(ours[both] - theirs[both]).max(initial=0.0))
    if not same.all() or worst > within:
        raise Disagreement(f"{task}: {np.count_nonzero(~same)} reached by one only, worst difference {worst}")


def labels_everywhere(run: Run, spots: Snapped, limit_m: float | None) -> NDArray[np.int64]:
    """Return the label (ms and spot) of every point of the geometry."""
    labels = node_labels(run.impedance, spots, limit_m)
    return nearest_along_edges(run.network, run.impedance, spots, labels)


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

    ours_build_s = median_s(ours_build, most=3)
    spots = run.on_network(run.spots)
    ours, far = everywhere(run, None), everywhere(run, FAR_M)
    ours_s = median_s(lambda: labels_everywhere(run, spots, None), most=25)
    far_s = median_s(lambda: labels_everywhere(run, spots, FAR_M), most=25)
    peers: list[Any] = [Scipy, Igraph]
    peers += [Networkx] if streets.nodes <= NETWORKX_UP_TO else []
    built = {}
    for peer in peers:
        start = time.perf_counter()
        built[peer.name] = graph = peer.build(streets)
        build_s = time.perf_counter() - start
        run.row("build from arrays", ours_build_s, peer.name, build_s)
        agree(peer.name, ours, peer.nearest(graph, run.spots, np.inf), within=0.2)
        nearest_s = median_s(lambda p=peer, g=graph: p.nearest(g, run.spots, np.inf))
        run.row(f"nearest of {SPOTS} spots, every node", ours_s, peer.name, nearest_s)
        if peer is not Igraph:
            compare_cutoff(run, far, far_s, peer.name, lambda p=peer, g=graph: p.nearest(g, run.spots, FAR_M))
    if streets.nodes <= PANDANA_BUILDS_UP_TO:
        start = time.perf_counter()
        built["pandana"] = graph = Pandana.build(streets)
        build_s = time.perf_counter() - start
        run.row("build from arrays", ours_build_s, "pandana", build_s)
        start = time.perf_counter()
        theirs = Pandana.nearest(graph, streets, run.spots, np.inf)
        nearest_s = time.perf_counter() - start
        agree("pandana", ours, theirs, within=0.5)
        run.row(f"nearest of {SPOTS} spots, every node", ours_s, "pandana", nearest_s)
        run.row("build and nearest", ours_build_s + ours_s, "pandana", build_s + nearest_s)
    return built


def compare_cutoff(
    run: Run, ours: NDArray[Any], ours_s: float, peer: str, work: Callable[[], NDArray[Any]]
) -> None:
    """Time the nearest spot within `FAR_M`; who is at the limit to a decimetre may fall on either side."""
    theirs = work()
    clear = (np.abs(np.nan_to_num(ours, posinf=FAR_M) - FAR_M) > 0.2) | (np.isinf(ours) & np.isinf(theirs))
    clear &= ~(np.isinf(ours) & (theirs > FAR_M - 0.2))
    agree(peer, ours[clear], theirs[clear], within=0.2)
    run.row(f"the same within {FAR_M:.0f} m", ours_s, peer, median_s(work, most=3))


def counts(run: Run, built: dict[str, Any]) -> None:
    """Time how many spots are within `WITHIN_M` of every vertex."""
    spots = run.on_network(run.spots)

    def ours() -> NDArray[np.int32]:
        return spots_within_everywhere(run.network, run.impedance, spots, WITHIN_M)[1][run.point_of]

    counted, ours_s = ours(), median_s(ours)
    graph = built["scipy.sparse.csgraph"]
    low, high = (Scipy.within(graph, run.spots, WITHIN_M + e) for e in (-0.2, 0.2))
    if not ((low <= counted) & (counted <= high)).all():
        raise Disagreement("spots within 1,200 m")
    task = f"spots within {WITHIN_M:.0f} m, every node"
    run.row(
        task,
        ours_s,
        "scipy.sparse.csgraph",
        median_s(lambda: Scipy.within(graph, run.spots, WITHIN_M), most=3),
    )
    if "pandana" in built:
        network = built["pandana"]
        found = Pandana.range_query(network, run.spots, WITHIN_M, run.streets.nodes)
        # pandana's distances are whole numbers of its own unit: allow what it rounds away
        if not ((low - 1 <= found) & (found <= high + 1)).all():
            raise Disagreement("pandana's range query")
        range_s = median_s(
            lambda: Pandana.range_query(network, run.spots, WITHIN_M, run.streets.nodes), most=3
        )
        run.row(task, ours_s, "pandana, range query", range_s)
        aggregate_s = median_s(lambda: Pandana.aggregate(network, run.spots, WITHIN_M), most=1)
        run.row(task, ours_s, "pandana, aggregate", aggregate_s)


def matrices(run: Run, built: dict[str, Any]) -> None:
    """Time all pairs of 25 stops, and vertex × spot costs under a cutoff."""
    stops = run.on_network(run.stops)

    def pairs() -> NDArray[np.float64]:
        found = cost_matrix(run.network, run.impedance, stops, stops, with_lengths=False)
        dense = np.full((STOPS, STOPS), np.inf)
        dense[found.origin, found.destination] = found.cost_s
        return dense

    ours, ours_s = pairs(), median_s(pairs)
    for peer in (Scipy, Igraph, Pandana):
        if peer.name in built:
            graph = built[peer.name]
            theirs = peer.pairs(graph, run.stops)
            theirs = np.where(theirs > 1e6, np.inf, theirs)
            agree(peer.name, ours, theirs, within=0.5)
            run.row(
                f"all pairs of {STOPS} stops",
                ours_s,
                peer.name,
                median_s(lambda p=peer, g=graph: p.pairs(g, run.stops), most=3),
            )
    every, spots = run.on_network(np.arange(run.streets.nodes)), run.on_network(run.spots)

    def sparse() -> int:
        return len(cost_matrix(run.network, run.impedance, every, spots, WITHIN_M, with_lengths=False))

    graph = built["scipy.sparse.csgraph"]
    low, high = (Scipy.sparse(graph, run.spots, WITHIN_M + e) for e in (-0.2, 0.2))
    if not low <= sparse() <= high:
        raise Disagreement("node × spot costs")
    task = f"node × spot costs within {WITHIN_M:.0f} m"
    run.row(
        task,
        median_s(sparse),
        "scipy.sparse.csgraph",
        median_s(lambda: Scipy.sparse(graph, run.spots, WITHIN_M), most=3),
    )


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
    anew_s = median_s(lambda: WhatIf(run.impedance, homes, both))
    run.row("what-if: one more spot", median_s(lambda: state.with_spot(extra)), "computing anew", anew_s)


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
    for e in np.flatnonzero(network.edge_is_joined).tolist():
        part = slice(network.edge_first[e], network.edge_first[e + 1])
        line = LineString(np.column_stack([network.point_lon[part], network.point_lat[part]]))
        graph.add_edge(int(network.edge_from[e]), int(network.edge_to[e]), key=e, geometry=line)
    flat = osmnx.project_graph(graph)
    import geopandas

    points = geopandas.GeoSeries.from_xy(lon, lat, crs="EPSG:4326").to_crs(flat.graph["crs"])
    start = time.perf_counter()
    _, gap = osmnx.distance.nearest_edges(flat, points.x.to_numpy(), points.y.to_numpy(), return_dist=True)
    peer_s = time.perf_counter() - start
    snapped = snap(network, lon, lat, furthest_m=5000.0)
    if not np.allclose(snapped.gap_m, gap, rtol=2e-3, atol=0.3):
        raise Disagreement(f"snapping: {np.abs(snapped.gap_m - np.asarray(gap)).max()}")
    run.row(
        "snap 100,000 points to edges",
        median_s(lambda: snap(network, lon, lat)),
        "osmnx nearest_edges",
        peer_s,
    )


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
    if run.streets.nodes <= NETWORKX_UP_TO:
        counts(run, built)
        matrices(run, built)
    if real:
        snapping(run)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
