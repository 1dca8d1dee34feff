"""The nearest spot: for homes and other points anywhere on edges, and for every node of the network.

One search from all spots at once on the reversed graph gives every junction its nearest spot; a point on an
edge then takes the better way round its edge's two ends, or walks straight to a spot on the same edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.ends import Ends, by_edge, ends, seeds
from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.nearest_kernels import best_way, enter_spots, fill_edges, follow_labels
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.search import limit_ms, on_all_cores, search, search_in_parts
from micropolis_map.analysis.snapping import Snapped

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Nearest:
    """The nearest spot of each origin.

    Attributes
    ----------
    cost_s : float64[n]
        Gaps at both ends included; inf where no spot can be reached.
    length_m : float64[n]
        Length of that least-cost walk, gaps included; inf likewise.
    spot : int32[n]
        Index of the spot, -1 likewise. Of spots at the same cost the first.
    """

    cost_s: Floats
    length_m: Floats
    spot: Ints


def node_labels(impedance: Impedance, spots: Snapped, cutoff_s: float | None = None) -> Longs:
    """Return each junction's label: ms to its nearest spot (high 32 bits) and that spot's index.

    `search.UNREACHED` where no spot is within `cutoff_s`. Spots' gaps are included.
    """
    at, limit = ends(impedance, spots), limit_ms(cutoff_s)
    return search_in_parts(impedance.into, _seeds(impedance, at, limit), limit)


def improve(impedance: Impedance, labels: Longs, seed_node: Ints, seed_label: Longs, *, limit: int) -> None:
    """Lower `labels` in place by walks of at most `limit` ms to the seeds (`ends.seeds`)."""
    search(impedance.into, labels, (seed_node, seed_label), limit)


def _seeds(impedance: Impedance, spots: Ends, limit: int) -> tuple[Ints, Longs]:
    return seeds((spots.from_from, spots.from_to), spots, impedance, limit)


def nearest_spot(
    network: WalkNetwork,  # noqa: ARG001 - every measure is asked in the same way
    impedance: Impedance,
    origins: Snapped,
    spots: Snapped,
    cutoff_s: float | None = None,
) -> Nearest:
    """Return each origin's nearest spot on foot.

    Parameters
    ----------
    cutoff_s
        Walks that cost more count as unreachable; a walk of exactly `cutoff_s` does not.
    """
    home, spot = ends(impedance, origins), ends(impedance, spots)
    limit = limit_ms(cutoff_s)
    seed = _seeds(impedance, spot, limit)
    labels = search_in_parts(impedance.into, seed, limit)
    return at_points(impedance, home, spot, labels, seed, cutoff_s)


def at_points(
    impedance: Impedance,
    home: Ends,
    spot: Ends,
    labels: Longs,
    seed: tuple[Ints, Longs],
    cutoff_s: float | None = None,
) -> Nearest:
    """Return the nearest spot of each point in `home`, given the junctions' `labels`."""
    network = impedance.network
    first, index = by_edge(spot.edge, network.edges)
    cost_ms, via, which = choose(home, spot, labels, network, impedance.edge_pass, first, index)
    node_m = _lengths(impedance, labels, seed, spot, home, via)
    length = _walk_lengths(home, spot, network, via, which, node_m)
    cost = cost_ms / 1000.0
    cost[cost > (np.inf if cutoff_s is None else cutoff_s + 1e-9)] = np.inf
    lost = np.isinf(cost)
    return Nearest(cost, np.where(lost, np.inf, length), np.where(lost, -1, which).astype(np.int32))


DIRECT, VIA_FROM, VIA_TO, NOWHERE = 0, 1, 2, 3


def choose(
    home: Ends,
    spot: Ends,
    labels: Longs,
    network: WalkNetwork,
    edge_pass: NDArray[np.uint8],
    first: Ints,
    index: Ints,
) -> tuple[Floats, NDArray[np.uint8], Ints]:
    """Return for each home the least cost in ms, how it is reached (`DIRECT` …) and the spot.

    ``first, index`` are the spots by edge (`ends.by_edge`); `labels` those of the junctions.
    """
    homes = (home.edge, home.to_from, home.to_to, home.forward, home.backward, home.along_m, home.gap_ms)
    spots = (spot.forward, spot.backward, spot.along_m, spot.gap_ms)
    result: tuple[Floats, NDArray[np.uint8], Ints] = best_way(
        homes, spots, labels, network.edge_from, network.edge_to, edge_pass, first, index
    )
    return result


def _walk_lengths(
    home: Ends, spot: Ends, network: WalkNetwork, via: NDArray[np.uint8], which: Ints, node_m: Floats
) -> Floats:
    s, e = np.maximum(which, 0), np.maximum(home.edge, 0)
    if len(spot.edge) == 0 or network.edges == 0:
        return np.full(home.edge.size, np.inf)
    direct = np.abs(spot.along_m[s] - home.along_m) + spot.gap_m[s]
    over_from = home.along_m + node_m[network.edge_from[e]]
    over_to = home.rest_m + node_m[network.edge_to[e]]
    return home.gap_m + np.select(
        [via == DIRECT, via == VIA_FROM, via == VIA_TO], [direct, over_from, over_to], np.inf
    )


def _lengths(
    impedance: Impedance,
    labels: Longs,
    seed: tuple[Ints, Longs],
    spot: Ends,
    home: Ends,
    via: NDArray[np.uint8],
) -> Floats:
    """Return the metres from the junctions that walks lead over to their spots, the spots' gaps included."""
    network = impedance.network
    seed_node, seed_label = seed
    best = np.flatnonzero(labels[seed_node] == seed_label)
    seed_of = np.full(network.nodes, -1, dtype=np.int32)
    seed_of[seed_node[best[::-1]]] = best[::-1]
    s = (seed_label & 0xFFFFFFFF).astype(np.int64)
    if s.size == 0:
        return np.full(network.nodes, np.inf)
    e = spot.edge[s]
    at_from = network.edge_from[e] == seed_node
    is_loop = network.edge_from[e] == network.edge_to[e]
    over_from = spot.from_from[s] + spot.gap_ms[s]
    at_from &= ~is_loop | (np.rint(over_from) == (seed_label >> 32))
    seed_m = np.where(at_from, spot.along_m[s], spot.rest_m[s]) + spot.gap_m[s]
    ask = np.concatenate(
        [network.edge_from[home.edge[via == VIA_FROM]], network.edge_to[home.edge[via == VIA_TO]]]
    )
    graph = impedance.out
    lengths: Floats = follow_labels(
        graph.first, graph.arc, graph.edge, network.edge_length_m, labels, seed_of, seed_m, ask
    )
    return lengths


def nearest_along_edges(network: WalkNetwork, impedance: Impedance, spots: Snapped, labels: Longs) -> Longs:
    """Return the label of every point of the geometry, exact, from the junctions' `labels`.

    ``label >> 32`` is the cost in ms, the low 32 bits the spot; `search.UNREACHED` where none.
    """
    return _along_edges(network, impedance, ends(impedance, spots), labels)


def nearest_everywhere(
    network: WalkNetwork, impedance: Impedance, spots: Snapped, cutoff_s: float | None = None
) -> Longs:
    """Return the label of every point of the geometry: `node_labels` and `nearest_along_edges` in one."""
    at, limit = ends(impedance, spots), limit_ms(cutoff_s)
    labels = search_in_parts(impedance.into, _seeds(impedance, at, limit), limit)
    return _along_edges(network, impedance, at, labels)


def _along_edges(network: WalkNetwork, impedance: Impedance, spot: Ends, labels: Longs) -> Longs:
    filled = np.empty(network.point_along_m.size, dtype=np.int64)
    edges = (network.edge_first, network.edge_from, network.edge_to, impedance.edge_pass)
    costs = (impedance.forward, impedance.backward)

    def work(start: int, stop: int) -> None:
        fill_edges(edges, costs, labels, filled, start, stop)

    on_all_cores(work, network.edges, least=FEW_EDGES)
    enter_spots(
        edges,
        (*costs, network.point_along_m),
        (spot.edge, spot.forward, spot.backward, spot.along_m, spot.gap_ms),
        filled,
    )
    return filled


FEW_EDGES = 20_000
"""A thread more is not worth its start for fewer."""
