"""The compiled kernels of `nearest`: from junctions' labels to points on edges."""

# mypy: disable-error-code="no-untyped-def"
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.kernels import BACKWARD, COST, FORWARD, NODE, UNREACHED

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@njit(cache=True, nogil=True)
def best_way(homes, spots, labels, tail, head, edge_pass, first, index):
    """Return ms, way (`nearest.DIRECT` …) and spot of each home: over its edge's ends, or along the edge."""
    edge, to_from, to_to, forward, backward, along, gap = homes
    spot_forward, spot_backward, spot_along, spot_gap = spots
    cost = np.full(edge.size, np.inf)
    via = np.full(edge.size, np.uint8(3))
    which = np.full(edge.size, -1, np.int32)
    for n in range(edge.size):
        e = edge[n]
        if e < 0:
            continue
        for side in range(2):
            label = labels[tail[e] if side == 0 else head[e]]
            there = to_from[n] if side == 0 else to_to[n]
            if label != UNREACHED and gap[n] + there + (label >> 32) < cost[n]:
                cost[n] = gap[n] + there + (label >> 32)
                via[n] = 1 + side
                which[n] = label & 0xFFFFFFFF
        for k in range(first[e], first[e + 1]):
            s = index[k]
            walk = np.inf
            if spot_along[s] >= along[n] and edge_pass[e] & 1:
                walk = spot_forward[s] - forward[n]
            if spot_along[s] <= along[n] and edge_pass[e] & 2:
                walk = min(walk, backward[n] - spot_backward[s])
            walk += gap[n] + spot_gap[s]
            if walk < cost[n] or (walk == cost[n] and s < which[n]):
                cost[n] = walk
                via[n] = 0
                which[n] = s
    return cost, via, which


@njit(cache=True, nogil=True)
def follow_labels(
    first: Ints,
    arc: Longs,
    arc_edge: Ints,
    edge_m: Floats,
    labels: Longs,
    seed_of: Ints,
    seed_m: Floats,
    ask: Ints,
) -> Floats:
    """Return the metres from each node in `ask` along its least-cost walk; nan elsewhere."""
    metres = np.full(labels.size, np.nan)
    stack = np.empty(1024, np.int32)
    step = np.empty(1024)
    for node in ask:
        v = node
        depth = 0
        while np.isnan(metres[v]):
            if seed_of[v] >= 0:
                metres[v] = seed_m[seed_of[v]]
                break
            if depth == stack.size:
                longer, further = np.empty(2 * depth, np.int32), np.empty(2 * depth)
                for k in range(depth):
                    longer[k] = stack[k]
                    further[k] = step[k]
                stack, step = longer, further
            for a in range(first[v], first[v + 1]):
                w = np.int32(arc[a] & NODE)
                if labels[w] != UNREACHED and labels[w] + (arc[a] & COST) == labels[v]:
                    stack[depth] = v
                    step[depth] = edge_m[arc_edge[a]]
                    depth += 1
                    v = w
                    break
            else:  # no arc explains the label: it was not made on this graph
                break
        total = metres[v]
        while depth > 0:
            depth -= 1
            total += step[depth]
            metres[stack[depth]] = total
    return metres


@njit(cache=True, nogil=True)
def fill_edges(edges, costs, labels, out, start, stop):
    """Write the labels of the points of the edges from `start` to `stop` from those of the junctions."""
    edge_first, tail, head, passes = edges
    forward, backward = costs
    for e in range(start, stop):
        a = edge_first[e]
        b = edge_first[e + 1]
        at_tail = labels[tail[e]]
        at_head = labels[head[e]]
        out[a] = at_tail
        out[b - 1] = at_head
        if b - a == 2:
            continue
        go = passes[e] & FORWARD and at_head != UNREACHED
        come = passes[e] & BACKWARD and at_tail != UNREACHED
        whole = max(forward[b - 1], 1)
        for i in range(a + 1, b - 1):
            label = UNREACHED
            if come:
                label = at_tail + (np.int64(backward[i]) << 32)
            if go:
                label = min(label, at_head + (np.int64(whole - forward[i]) << 32))
            out[i] = label


@njit(cache=True, nogil=True)
def enter_spots(edges, costs, spots, out):
    """Lower the labels of the points on the spots' own edges by the walks along them."""
    edge_first, _, _, passes = edges
    forward, backward, along = costs
    spot_edge, spot_forward, spot_backward, spot_along, spot_gap = spots
    for s in range(spot_edge.size):
        e = spot_edge[s]
        if e < 0:
            continue
        for i in range(edge_first[e], edge_first[e + 1]):
            if spot_along[s] >= along[i] and passes[e] & FORWARD:
                walk = spot_forward[s] - forward[i] + spot_gap[s]
                out[i] = min(out[i], (np.int64(np.rint(walk)) << 32) | s)
            if spot_along[s] <= along[i] and passes[e] & BACKWARD:
                walk = backward[i] - spot_backward[s] + spot_gap[s]
                out[i] = min(out[i], (np.int64(np.rint(walk)) << 32) | s)


@njit(cache=True, nogil=True)
def spread_counts(edge_first, tail, head, at_node, at_point):
    """Add to each point what was counted of its edge as a whole; an edge's ends get their junctions'."""
    for f in range(tail.size):
        own = at_node[tail[f]] >> 32
        for i in range(edge_first[f] + 1, edge_first[f + 1] - 1):
            at_point[i] += own
        at_point[edge_first[f]] = at_node[tail[f]] & 0xFFFFFFFF
        at_point[edge_first[f + 1] - 1] = at_node[head[f]] & 0xFFFFFFFF
