"""Obstacles that matter: which staircase, kerb or missing tag changes most people's coverage.

Each obstacle is taken away alone, and everybody's cost is found anew, exactly, by improving the present
answer with walks over it: only what becomes nearer is touched. A staircase or way counts as a whole (all its
edges at once, as a ramp or a survey would open it).

Two questions, by the impedance that is asked:

- an ordinary one: what if this impassable thing were passable ("a ramp here would bring 212 people …");
- one with ``certain_only``: what if somebody looked and found this way passable ("nobody knows: ask").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.ends import Ends, by_edge, ends, seeds
from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.kernels import BACKWARD, FORWARD, UNREACHED
from micropolis_map.analysis.metric import wrap
from micropolis_map.analysis.nearest import choose, improve
from micropolis_map.analysis.network import BARRIER
from micropolis_map.analysis.profiles import Passage
from micropolis_map.analysis.search import limit_ms
from micropolis_map.analysis.snapping import Snapped
from micropolis_map.ports import Progress, silent

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Obstacle:
    """Something in the way.

    Attributes
    ----------
    gained_population
        People who come within the threshold when it alone is opened.
    osm_type, osm_id
        ``way`` or ``node`` and its id (a relation's id is negative).
    tags
        What is known of it.
    lon, lat
        Its middle, EPSG:4326.
    """

    gained_population: float
    osm_type: str
    osm_id: int
    tags: dict[str, str]
    lon: float
    lat: float
    length_m: float


class _State:
    """Everybody's cost as things are."""

    def __init__(self, impedance: Impedance, homes: Snapped, spots: Snapped, threshold_s: float) -> None:
        self.impedance = impedance
        self.limit = limit_ms(threshold_s)
        # Where a point stands does not hang on what is known: its edge counts once it is opened.
        self.homes = _all_ways(impedance, homes)
        self.spots = _all_ways(impedance, spots)
        self.spot_edges = by_edge(self.spots.edge, impedance.network.edges)
        self.labels = np.full(impedance.network.nodes, UNREACHED, dtype=np.int64)
        self.spread(self.labels, impedance.edge_pass)
        every = np.arange(len(homes))
        self.within = self.reached(self.labels, impedance.edge_pass, every)

    def spread(
        self, labels: Longs, edge_pass: NDArray[np.uint8], only: NDArray[np.bool_] | None = None
    ) -> None:
        """Enter the spots whose edges are open (only those on the edges `only`) and improve `labels`."""
        spot = self.spots
        edge = np.maximum(spot.edge, 0)
        here = (spot.edge >= 0) & (edge_pass[edge] > 0)
        if only is not None:
            here &= only[edge]
        from_from = np.where(here, spot.from_from, np.inf)
        from_to = np.where(here, spot.from_to, np.inf)
        start = seeds((from_from, from_to), spot, self.impedance, self.limit)
        improve(self.impedance, labels, *start, limit=self.limit)

    def reached(
        self, labels: Longs, edge_pass: NDArray[np.uint8], home: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return which of the homes (indices) are within the threshold."""
        points = Ends(**{name: values[home] for name, values in vars(self.homes).items()})
        open_ = edge_pass[np.maximum(points.edge, 0)]
        shut = replace(points, edge=np.where(open_ > 0, points.edge, -1).astype(np.int32))
        network = self.impedance.network
        cost_ms, _, _ = choose(shut, self.spots, labels, network, edge_pass, *self.spot_edges)
        within: NDArray[np.bool_] = cost_ms <= self.limit + 1e-6
        return within


def obstacles_that_matter(
    impedance: Impedance,
    homes: Snapped,
    population: Floats,
    spots: Snapped,
    threshold_s: float,
    *,
    most: int = 20,
    progress: Progress = silent,
) -> list[Obstacle]:
    """Return the `most` obstacles whose removal brings most people within `threshold_s`, the best first.

    Obstacles that bring nobody are left out.

    Parameters
    ----------
    impedance
        Ordinary: impassable things are tried. With ``certain_only``: things of unknown passage are.
    homes, spots
        Snapped with the same profile.
    population : float64[n]
        People in each home.
    """
    state = _State(impedance, homes, spots, threshold_s)
    groups = _groups(impedance)
    found = []
    for i, edges in enumerate(groups):
        if i % 256 == 0:
            progress(i / len(groups), "obstacles")
        gained = _gain(state, edges, population)
        if gained > 0.0:
            found.append((gained, i))
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    return [_describe(impedance, groups[i], gained) for gained, i in found[:most]]


def _all_ways(impedance: Impedance, points: Snapped) -> Ends:
    """Return the points' costs to both ends as if every edge were open in the directions `oneway` allows."""
    network = impedance.network
    oneway = network.edge_oneway
    open_pass = ((oneway >= 0) * FORWARD + (oneway <= 0) * BACKWARD).astype(np.uint8)
    return ends(replace(impedance, edge_pass=open_pass), points)


def _groups(impedance: Impedance) -> list[NDArray[np.int64]]:
    """Return the edges of each obstacle: a way's edges together, each barrier for itself."""
    wanted = Passage.UNKNOWN if impedance.certain_only else Passage.IMPASSABLE
    network = impedance.network
    edge = np.flatnonzero(impedance.edge_passage == wanted)
    barrier = network.edge_kind[edge] == BARRIER
    first = network.edge_first[edge]
    key = np.where(barrier, -1 - network.point_osm[first], network.way_id[network.point_way[first]])
    order = np.argsort(key, kind="stable")
    cuts = np.flatnonzero(np.diff(key[order])) + 1
    return [group for group in np.split(edge[order], cuts) if group.size]


def _gain(state: _State, edges: NDArray[np.int64], population: Floats) -> float:
    """Return how many people come within the threshold when `edges` are opened."""
    impedance, network = state.impedance, state.impedance.network
    oneway = network.edge_oneway[edges]
    labels = state.labels.copy()
    opened = impedance.edge_pass.copy()
    opened[edges] = (oneway >= 0) * FORWARD + (oneway <= 0) * BACKWARD
    mine = np.zeros(network.edges, dtype=np.bool_)
    mine[edges] = True
    state.spread(labels, opened, mine)
    last = network.edge_first[edges + 1] - 1
    tail, head = network.edge_from[edges], network.edge_to[edges]
    ways = [
        (tail, head, np.maximum(impedance.forward[last], 1), oneway >= 0),
        (head, tail, np.maximum(impedance.backward[last], 1), oneway <= 0),
    ]
    while True:  # over the opened edges, then on through the streets, until nothing improves
        node, label = _across(labels, ways, state.limit)
        if node.size == 0:
            break
        improve(impedance, labels, node, label, limit=state.limit)
    changed = labels != state.labels
    edge = np.maximum(state.homes.edge, 0)
    near = changed[network.edge_from[edge]] | changed[network.edge_to[edge]] | mine[edge]
    home = np.flatnonzero(near & (state.homes.edge >= 0) & ~state.within)
    return float(population[home[state.reached(labels, opened, home)]].sum())


def _across(
    labels: Longs, ways: Sequence[tuple[NDArray[Any], ...]], limit: int
) -> tuple[NDArray[np.int32], Longs]:
    """Return the nodes that come nearer to a spot over one opened edge, and their new labels."""
    nodes, new_labels = [], []
    for start, end, cost, allowed in ways:
        known = (labels[end] != UNREACHED) & allowed.astype(np.bool_)
        new = np.where(known, labels[end], 0) + (cost.astype(np.int64) << 32)
        better = known & (new < labels[start]) & (new >> 32 <= limit)
        nodes.append(start[better])
        new_labels.append(new[better])
    node, label = np.concatenate(nodes).astype(np.int32), np.concatenate(new_labels)
    order = np.argsort(label, kind="stable")
    return node[order], label[order]


def _describe(impedance: Impedance, edges: NDArray[np.int64], gained: float) -> Obstacle:
    network = impedance.network
    barrier = network.edge_kind[edges[0]] == BARRIER
    first = network.edge_first[edges[0]]
    way = int(network.point_way[first])
    middle = (first + network.edge_first[edges[0] + 1] - 1) // 2
    return Obstacle(
        gained_population=gained,
        osm_type="node" if barrier else ("way" if network.way_id[way] > 0 else "relation"),
        osm_id=int(network.point_osm[first]) if barrier else abs(int(network.way_id[way])),
        tags=dict(network.rows[network.edge_row[edges[0]]]) if barrier else dict(network.tags(way)),
        lon=float(wrap(network.point_lon[middle])),
        lat=float(network.point_lat[middle]),
        length_m=float(network.edge_length_m[edges].sum()),
    )
