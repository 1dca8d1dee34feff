"""Choice: how many spots can be reached within a time, from points and from everywhere at once.

From everywhere: one bounded search a spot, backwards, counts every junction and every point of the geometry
it reaches, so that no list of pairs is ever made.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.ends import ends
from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.kernels import count_everywhere
from micropolis_map.analysis.nearest_kernels import spread_counts
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.search import bucket_shift, limit_ms, new_ring, on_all_cores
from micropolis_map.analysis.snapping import Snapped

Ints = NDArray[np.int32]


def spots_within_everywhere(
    network: WalkNetwork, impedance: Impedance, spots: Snapped, cutoff_s: float
) -> tuple[Ints, Ints]:
    """Return how many spots are within `cutoff_s` (inclusive) of each junction and of each point.

    Returns
    -------
    tuple
        ``int32[n]`` for the junctions, ``int32[p]`` for the points of the geometry.
    """
    graph, around = impedance.into, tuple(impedance.around_into)
    at = ends(impedance, spots)
    shift = bucket_shift(graph.longest)
    ends_of = (network.edge_first, network.edge_from, network.edge_to)
    costs = (impedance.forward, impedance.backward, network.point_along_m)
    where = (at.edge, at.from_from, at.from_to, at.forward, at.backward, at.along_m, at.gap_ms)

    def part(start: int, stop: int) -> tuple[NDArray[np.int64], Ints]:
        counted: tuple[NDArray[np.int64], Ints] = count_everywhere(
            (graph.first, graph.arc),
            around,
            (*ends_of, impedance.edge_pass),
            costs,
            where,
            (start, stop, limit_ms(cutoff_s)),
            shift,
            new_ring(graph.longest, shift),
        )
        return counted

    parts = on_all_cores(part, len(spots))
    at_node, at_point = parts[0]
    for more_nodes, more_points in parts[1:]:
        at_node += more_nodes
        at_point += more_points
    spread_counts(*ends_of, at_node, at_point)
    return (at_node & 0xFFFFFFFF).astype(np.int32), at_point
