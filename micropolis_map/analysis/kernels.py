"""The compiled kernels that search: a bucket queue, and what is done with each search while it is warm.

A *label* is one whole number, the cost in ms in its high 32 bits and the index of the seed's spot in its low
ones: comparing labels compares costs, ties go to the lower spot, and one memory access reads both.

Nodes wait in buckets of ``2^shift`` ms and may be corrected while their bucket is worked on; it is left only
when nothing in it can improve, so that the answer is exact. Searches touch only what they reach. All kernels
release the GIL.

They stand in one file because numba's cache looks at the file of a kernel, not at the kernels it calls: a
change in `spread` must compile its callers anew. Types are numba's to infer; the callers say what they give.
"""

# mypy: disable-error-code="no-untyped-def"
# ruff: noqa: ANN001, ANN201, ANN202, C901, PLR0912, PLR0913, PLR0915, PLR0917
# Kernels are long on purpose: a call between them costs more than a node takes (38 ns).

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]

UNREACHED = np.int64(np.iinfo(np.int64).max)
COST, DEAD_END, NODE = ~0xFFFFFFFF, 0x80000000, 0x7FFFFFFF
"""The parts of an arc: ms (high 32 bits), whether no other edge leads on, and the node it leads to."""
FORWARD, BACKWARD = 1, 2
"""Bits of ``Impedance.edge_pass``."""


@njit(cache=True, nogil=True)
def _push(ring: Ints, pool: Ints, top: int, free: int, slot: int, node: int) -> tuple[int, int]:
    """Put `node` into bucket `slot`; return the new end of the pool and the head of its free entries.

    Those two are passed and returned, not kept in an array, so that they stay in registers: a fifth faster.
    """
    k = free
    if k >= 0:
        free = pool[k, 1]
    else:
        k = top
        top += 1
    pool[k, 0] = node
    pool[k, 1] = ring[slot]
    ring[slot] = k
    return top, free


@njit(cache=True, nogil=True)
def _with_room(pool: Ints, top: int, more: int) -> Ints:
    """Return the pool, twice as large when `more` entries might not fit."""
    if top + more <= pool.shape[0]:
        return pool
    larger = np.empty((2 * pool.shape[0] + more, 2), np.int32)
    larger[: pool.shape[0]] = pool
    return larger


@njit(cache=True, nogil=True)
def spread(graph, labels, seeds, limit, shift, ring, touched, targets):
    """Lower `labels` to the least reachable from the seeds; return how many nodes were touched.

    Parameters
    ----------
    graph : (int32[n + 1], int64[k])
        ``Graph.first`` and ``Graph.arc``.
    labels : int64[n]
        `UNREACHED`, or the labels of an earlier search to improve upon.
    seeds : (int32[s], int64[s])
        Nodes and labels, in ascending order of labels.
    limit, shift : int
        Last cost in ms that is entered; buckets are ``2^shift`` ms wide.
    ring : int32[2^j]
        Heads of the buckets, all -1 (they are again afterwards); wider than the longest arc.
    touched : int32[n] or None
        Filled with the nodes that were `UNREACHED` before; with None that code is compiled away.
    targets : int32[t] or None
        Stop when the labels of all these are final; empty: never.
    """
    first, arc = graph
    seed_node, seed_label = seeds
    mask = ring.size - 1
    pool = np.empty((1024, 2), np.int32)  # node, next entry
    top, free, live = 0, -1, 0
    count = s = t = 0
    bucket = np.int64(0)
    bound = ((np.int64(limit) + 1) << 32) - 1
    while live > 0 or s < seed_node.size:
        if live == 0:
            bucket = seed_label[s] >> (32 + shift)
        slot = bucket & mask
        while s < seed_node.size and seed_label[s] >> (32 + shift) == bucket:
            v = seed_node[s]
            if seed_label[s] < labels[v] and seed_label[s] <= bound:
                if touched is not None and labels[v] == UNREACHED:
                    touched[count] = v
                    count += 1
                labels[v] = seed_label[s]
                pool = _with_room(pool, top, 1)
                top, free = _push(ring, pool, top, free, slot, v)
                live += 1
            s += 1
        while ring[slot] >= 0:
            k = ring[slot]
            v = pool[k, 0]
            ring[slot] = pool[k, 1]
            pool[k, 1] = free
            free = k
            live -= 1
            label = labels[v]
            if label >> (32 + shift) != bucket:
                continue
            pool = _with_room(pool, top, first[v + 1] - first[v])
            for a in range(first[v], first[v + 1]):
                w = arc[a] & NODE
                new = label + (arc[a] & COST)
                if new < labels[w] and new <= bound:
                    if touched is not None and labels[w] == UNREACHED:
                        touched[count] = w
                        count += 1
                    labels[w] = new
                    if arc[a] & DEAD_END == 0:
                        top, free = _push(ring, pool, top, free, (new >> (32 + shift)) & mask, w)
                        live += 1
        if targets is not None and targets.size > 0:
            while t < targets.size and labels[targets[t]] >> (32 + shift) <= bucket:
                t += 1
            if t == targets.size:
                break
        bucket += 1
    if live > 0:
        ring[:] = -1
    return count


@njit(cache=True, nogil=True)
def search_rows(
    graph,
    other,
    edges,
    sources,
    targets,
    first_target,
    target_at,
    span,
    shift,
    ring,
    needed,
    backwards,
    lengths,
):
    """Search from each source in turn; return ``source, target, ms, metres`` of the pairs within the limit.

    ``sources`` and ``targets`` are the columns of `cost_matrix._columns`; `needed` are the only nodes whose
    labels must be final (empty: all); `other` is the graph against the direction of the search.
    """
    first, arc, arc_edge = graph
    tail, head, edge_m, edge_pass = edges
    s_edge, s_from, s_to, s_gap, s_forward, s_backward, s_along, s_rest, s_gap_m = sources
    t_edge, t_from, t_to, t_gap, t_forward, t_backward, t_along, t_rest, t_gap_m = targets
    start, stop, limit = span
    nothing = UNREACHED
    labels = np.full(first.size - 1, nothing)
    touched = np.empty(max(first.size - 1, 1), np.int32)
    best = np.full(t_edge.size, np.inf)
    hit = np.empty(t_edge.size, np.int32)
    out_s = np.empty(1024, np.int32)
    out_t = np.empty(1024, np.int32)
    out_c = np.empty(1024, np.float64)
    out_m = np.empty(1024, np.float64)
    n = 0
    seed_node = np.empty(2, np.int32)
    seed_label = np.empty(2, np.int64)
    for s in range(start, stop):
        e = s_edge[s]
        if e < 0:
            continue
        k = 0
        for side in range(2):
            cost = s_gap[s] + (s_from[s] if side == 0 else s_to[s])
            if cost <= limit:
                seed_node[k] = tail[e] if side == 0 else head[e]
                seed_label[k] = (np.int64(np.rint(cost)) << 32) | side
                k += 1
        if k == 2 and seed_label[0] > seed_label[1]:
            seed_node[0], seed_node[1] = seed_node[1], seed_node[0]
            seed_label[0], seed_label[1] = seed_label[1], seed_label[0]
        count = spread(
            (first, arc), labels, (seed_node[:k], seed_label[:k]), limit, shift, ring, touched, needed
        )
        hits = 0
        for j in range(count):  # targets over the junctions reached
            v = touched[j]
            for a in range(first[v], first[v + 1]):
                f = arc_edge[a]
                for q in range(first_target[f], first_target[f + 1]):
                    t = target_at[q]
                    there = np.inf
                    if tail[f] == v:
                        there = t_from[t]
                    if head[f] == v:
                        there = min(there, t_to[t])
                    cost = (labels[v] >> 32) + there + t_gap[t]
                    if cost < best[t]:
                        if best[t] == np.inf:
                            hit[hits] = t
                            hits += 1
                        best[t] = cost
        for q in range(first_target[e], first_target[e + 1]):  # and those on the same edge
            t = target_at[q]
            walk = _along(
                s_along[s],
                t_along[t],
                s_forward[s],
                t_forward[t],
                s_backward[s],
                t_backward[t],
                edge_pass[e],
                backwards,
            )
            cost = walk + s_gap[s] + t_gap[t]
            if cost < best[t]:
                if best[t] == np.inf:
                    hit[hits] = t
                    hits += 1
                best[t] = cost
        for j in range(hits):
            t = hit[j]
            if best[t] <= limit:
                if n == out_s.size:
                    out_s = np.concatenate((out_s, np.empty(n, np.int32)))
                    out_t = np.concatenate((out_t, np.empty(n, np.int32)))
                    out_c = np.concatenate((out_c, np.empty(n, np.float64)))
                    out_m = np.concatenate((out_m, np.empty(n, np.float64)))
                out_s[n] = s
                out_t[n] = t
                out_c[n] = best[t]
                out_m[n] = np.nan
                if lengths:
                    out_m[n] = s_gap_m[s] + t_gap_m[t]
                    f = t_edge[t]
                    over_from = np.inf
                    over_to = np.inf
                    if labels[tail[f]] != nothing:
                        over_from = (labels[tail[f]] >> 32) + t_from[t] + t_gap[t]
                    if labels[head[f]] != nothing:
                        over_to = (labels[head[f]] >> 32) + t_to[t] + t_gap[t]
                    if min(over_from, over_to) > best[t]:
                        out_m[n] += abs(s_along[s] - t_along[t])
                    elif over_from <= over_to:
                        out_m[n] += t_along[t] + _back(
                            tail[f],
                            labels,
                            other,
                            edge_m,
                            seed_node[:k],
                            seed_label[:k],
                            s_along[s],
                            s_rest[s],
                        )
                    else:
                        out_m[n] += t_rest[t] + _back(
                            head[f],
                            labels,
                            other,
                            edge_m,
                            seed_node[:k],
                            seed_label[:k],
                            s_along[s],
                            s_rest[s],
                        )
                n += 1
            best[t] = np.inf
        for j in range(count):
            labels[touched[j]] = nothing
    return out_s[:n].copy(), out_t[:n].copy(), out_c[:n].copy(), out_m[:n].copy()


@njit(cache=True, nogil=True)
def _along(s_along, t_along, s_forward, t_forward, s_backward, t_backward, passes, backwards):  # fmt: skip
    """Return the ms between two points of one edge, walking from s to t (from t to s when `backwards`)."""
    if backwards:
        s_along, t_along = t_along, s_along
        s_forward, t_forward = t_forward, s_forward
        s_backward, t_backward = t_backward, s_backward
    walk = np.inf
    if t_along >= s_along and passes & 1:
        walk = t_forward - s_forward
    if t_along <= s_along and passes & 2:
        walk = min(walk, s_backward - t_backward)
    return walk


@njit(cache=True, nogil=True)
def _back(node, labels, other, edge_m, seed_node, seed_label, along, rest):
    """Return the metres from `node` back to the search's source, its gap left out."""
    first, arc, arc_edge = other
    total = 0.0
    v = node
    while True:
        for k in range(seed_node.size):
            if seed_node[k] == v and seed_label[k] == labels[v]:
                return total + (along if seed_label[k] & 1 == 0 else rest)
        for a in range(first[v], first[v + 1]):
            w = arc[a] & NODE
            if labels[w] != UNREACHED and labels[w] + (arc[a] & COST) == labels[v]:
                total += edge_m[arc_edge[a]]
                v = w
                break
        else:
            return np.nan


@njit(cache=True, nogil=True)
def count_everywhere(graph, inner, edges, costs, spots, span, shift, ring):
    """Return how many of the spots each junction and each point reaches; see `choices`.

    ``inner`` lists, by junction, the edges with points between their ends. One that is reached to its middle
    from both sides is counted whole, without looking at its points.
    """
    inner_first, inner_edge = inner
    edge_first, tail, head, passes = edges
    forward, backward, _ = costs
    s_edge, s_from, s_to, _, _, _, s_gap = spots
    start, stop, limit = span
    nodes = graph[0].size - 1
    labels = np.full(nodes, UNREACHED)
    touched = np.empty(max(nodes, 1), np.int32)
    at_node = np.zeros(nodes, np.int32)
    at_point = np.zeros(edge_first[-1], np.int32)
    at_edge = np.zeros(tail.size, np.int32)
    seed_node = np.empty(2, np.int32)
    seed_label = np.empty(2, np.int64)
    for s in range(start, stop):
        e = s_edge[s]
        if e < 0:
            continue
        first_is_tail = s_from[s] <= s_to[s]
        seed_node[0] = tail[e] if first_is_tail else head[e]
        seed_node[1] = head[e] if first_is_tail else tail[e]
        seed_label[0] = _label(s_gap[s] + min(s_from[s], s_to[s]))
        seed_label[1] = _label(s_gap[s] + max(s_from[s], s_to[s]))
        count = spread(graph, labels, (seed_node, seed_label), limit, shift, ring, touched, None)
        _count_edge(e, s, labels, edges, costs, spots, limit, at_point)
        for j in range(count):
            v = touched[j]
            at_node[v] += 1
            for k in range(inner_first[v], inner_first[v + 1]):
                f = inner_edge[k]
                seen = k > inner_first[v] and inner_edge[k - 1] == f  # a loop is listed twice
                if f == e or seen or (v != tail[f] and labels[tail[f]] != UNREACHED):
                    continue  # or its other end sees to it
                if labels[head[f]] != UNREACHED and passes[f] == FORWARD | BACKWARD:
                    last = edge_first[f + 1] - 1
                    left = limit - (labels[head[f]] >> 32)
                    if v == tail[f] and forward[last] == backward[last]:
                        left += limit - (labels[v] >> 32)
                    if left >= max(forward[last], 1):
                        at_edge[f] += 1
                        continue
                _count_edge(f, s, labels, edges, costs, spots, limit, at_point)
        for j in range(count):
            labels[touched[j]] = UNREACHED
    for f in range(tail.size):
        at_point[edge_first[f] : edge_first[f + 1]] += at_edge[f]
        at_point[edge_first[f]] = at_node[tail[f]]
        at_point[edge_first[f + 1] - 1] = at_node[head[f]]
    return at_node, at_point


@njit(cache=True, nogil=True)
def _label(cost_ms):
    """Return the label of a seed; one that no limit admits for a cost of inf."""
    if cost_ms >= 2147483647.0:
        return UNREACHED - 1
    return np.int64(np.rint(cost_ms)) << 32


@njit(cache=True, nogil=True)
def _count_edge(f, s, labels, edges, costs, spots, limit, at_point):
    """Count spot `s` at the points inside edge `f` that reach it within `limit`."""
    edge_first, tail, head, passes = edges
    forward, backward, along = costs
    s_edge, _, _, s_forward, s_backward, s_along, s_gap = spots
    come = passes[f] & BACKWARD and labels[tail[f]] != UNREACHED
    go = passes[f] & FORWARD and labels[head[f]] != UNREACHED
    over_tail = limit - (labels[tail[f]] >> 32) if come else np.int64(-1)
    over_head = limit - (labels[head[f]] >> 32) if go else np.int64(-1)
    last = edge_first[f + 1] - 1
    whole = max(forward[last], 1)
    for i in range(edge_first[f] + 1, last):
        within = backward[i] <= over_tail or whole - forward[i] <= over_head
        if not within and f == s_edge[s]:
            if along[i] <= s_along[s] and passes[f] & FORWARD:
                within = s_forward[s] - forward[i] + s_gap[s] <= limit
            if along[i] >= s_along[s] and passes[f] & BACKWARD:
                within |= backward[i] - s_backward[s] + s_gap[s] <= limit
        at_point[i] += within
