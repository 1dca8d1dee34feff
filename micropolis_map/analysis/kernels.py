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
# ruff: noqa: ANN001, ANN201, ANN202, C901, PLR0912, PLR0913, PLR0915, PLR0917 - long: see decision 0007

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
U = np.uint64

UNREACHED = np.int64(np.iinfo(np.int64).max)
COST, DEAD_END, NODE = ~0xFFFFFFFF, 0x80000000, 0x7FFFFFFF
"""The parts of an arc: ms (high 32 bits), whether no other edge leads on, and the node it leads to."""
FORWARD, BACKWARD = 1, 2
"""Bits of ``Impedance.edge_pass``."""
BOTH = np.int64((1 << 32) | 1)
"""One more in both halves of a count."""


@njit(cache=True, nogil=True)
def _doubled(pool: Longs, more: int) -> Longs:
    """Return the pool with room for as many entries again, and `more`."""
    larger = np.empty(2 * pool.size + more, np.int64)
    for k in range(pool.size):  # element by element: a slice takes numba seconds to compile
        larger[k] = pool[k]
    return larger


@njit(cache=True, nogil=True)
def spread(graph, labels, seeds, limit, shift, ring, touched, targets, part):
    """Lower `labels` to the least reachable from the seeds; return how many nodes were touched.

    What waits is an entry of a pool: its node, and in the low half the next entry of its bucket or -1; none
    is used again. Indices are unsigned, or numba would ask of each whether it counts from the end.

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
    touched : int32[n] or int32[0]
        Filled with the nodes that were `UNREACHED` before; nothing is noted in an empty one.
    targets : int32[t]
        Stop when the labels of all these are final; empty: never.
    part : (int, int)
        Only nodes from the first up to (not including) the second are labelled.
    """
    first, arc = graph
    seed_node, seed_label = seeds
    begin, end = U(part[0]), U(part[1])
    mask = U(ring.size - 1)
    pool = np.empty(1024, np.int64)
    top = live = count = s = t = 0
    bucket = np.int64(0)
    bound = ((np.int64(limit) + 1) << 32) - 1
    noting, stopping = touched.size > 0, targets.size > 0
    while live > 0 or s < seed_node.size:
        if live == 0:
            bucket = seed_label[s] >> (32 + shift)
        slot = U(bucket) & mask
        while s < seed_node.size and seed_label[s] >> (32 + shift) == bucket:
            v = U(seed_node[s])
            if seed_label[s] < labels[v] and seed_label[s] <= bound:
                if noting and labels[v] == UNREACHED:
                    touched[count] = v
                    count += 1
                labels[v] = seed_label[s]
                if top == pool.size:
                    pool = _doubled(pool, 1)
                pool[U(top)] = (np.int64(v) << 32) | np.uint32(ring[slot])
                ring[slot] = top
                top += 1
                live += 1
            s += 1
        while ring[slot] >= 0:
            entry = pool[U(ring[slot])]
            v = U(entry) >> U(32)
            ring[slot] = np.int32(entry & 0xFFFFFFFF)
            live -= 1
            label = labels[v]
            if label >> (32 + shift) != bucket:
                continue
            low, high = U(first[v]), U(first[v + U(1)])
            if top + np.int64(high - low) > pool.size:
                pool = _doubled(pool, first[v + U(1)] - first[v])
            for a in range(low, high):
                to = arc[a]
                w = U(to & NODE)
                new = label + (to & COST)
                old = labels[w]
                if new < old and new <= bound and begin <= w < end:
                    if noting and old == UNREACHED:
                        touched[count] = w
                        count += 1
                    labels[w] = new
                    if to & DEAD_END == 0:
                        slot_of = (U(new) >> U(32 + shift)) & mask
                        pool[U(top)] = (np.int64(w) << 32) | np.uint32(ring[slot_of])
                        ring[slot_of] = top
                        top += 1
                        live += 1
        if stopping:
            while t < targets.size and labels[targets[t]] >> (32 + shift) <= bucket:
                t += 1
            if t == targets.size:
                break
        bucket += 1
    if live > 0:
        for k in range(ring.size):
            ring[k] = -1
    return count


@njit(cache=True, nogil=True)
def search_rows(
    graph, other, edges, sources, targets, places, around, span, shift, ring, needed, backwards, room
):
    """Search from each source in turn; return how many targets each reaches, and ``target, ms, metres``.

    Parameters
    ----------
    graph, other : (int32[n + 1], int64[k], int32[k])
        The graph to search, and the one against its direction, to walk back on.
    sources, targets
        The columns of `cost_matrix._columns`; of targets four in the places' order, the first says whose.
    places : (int32[m], int32[m + 1], int32[s])
        Edges, which targets lie on each, and the place of each source's own edge or -1. All edges in
        the order of ``around``, or (that being empty) only those with targets.
    around
        `impedance.Around` in the direction of the search, or the like with empty arrays.
    span
        The first source, the one after the last, and the limit in ms.
    needed : int32[t]
        The nodes whose labels must be final; empty: all.
    room : (int32[r], float64[r], float64[r])
        For the answer, which may need more; the last empty: do not tell metres.
    """
    first, arc, _ = graph
    tail, head, edge_m, edge_pass = edges
    s_edge, s_from, s_to, s_gap, s_forward, s_backward, s_along, s_rest, s_gap_m = sources
    target, t_from, t_to, t_gap, t_forward, t_backward, t_along, t_rest, t_gap_m = targets
    place_edge, place_first, own_place = places
    own_first, _, far_first, far_edge, place, reach_ms = around
    few = own_first.size == 0
    start, stop, limit = span
    labels = np.full(first.size - 1, UNREACHED)
    touched = np.empty(max(first.size - 1, 1), np.int32)
    everywhere = (np.int64(0), np.int64(first.size - 1))
    reached = np.zeros(stop - start, np.int64)
    out_t, out_c, out_m = room
    lengths = out_m.size > 0
    n = 0
    seed_node, seed_label = np.empty(2, np.int32), np.empty(2, np.int64)
    for s in range(start, stop):
        e = s_edge[s]
        if e < 0:
            continue
        k = 0
        for side in range(2):
            cost = s_from[s] if side == 0 else s_to[s]
            if cost <= limit:
                seed_node[k] = tail[e] if side == 0 else head[e]
                seed_label[k] = (np.int64(np.rint(cost)) << 32) | side
                k += 1
        if k == 2 and seed_label[0] > seed_label[1]:
            seed_node[0], seed_node[1] = seed_node[1], seed_node[0]
            seed_label[0], seed_label[1] = seed_label[1], seed_label[0]
        seeds = (seed_node[:k], seed_label[:k])
        count = spread((first, arc), labels, seeds, limit, shift, ring, touched, needed, everywhere)
        before = n
        for i in range(-1, 1 if few else 2 * count):  # the own edge; edges from each junction reached; to it
            if i < 0:
                low, high = own_place[s], own_place[s] + (own_place[s] >= 0)
            elif few:
                low, high = 0, place_edge.size
            elif i < count:
                low, high = own_first[touched[i]], own_first[touched[i] + 1]
            else:
                v = touched[i - count]
                if reach_ms[v, 1] <= limit - (labels[v] >> 32):
                    continue  # every edge that leads here begins within the limit
                low, high = far_first[v], far_first[v + 1]
            for m in range(low, high):
                j = m if few or i < count else place[far_edge[m]]
                if place_first[j] == place_first[j + 1]:
                    continue
                f = place_edge[j]
                over_tail = _ms(labels[tail[f]])
                over_head = _ms(labels[head[f]])
                if i >= 0 and (f == e or (i >= count and over_tail < np.inf and not few)):
                    continue  # done already
                if n + place_first[j + 1] - place_first[j] > out_t.size:
                    more = place_first[j + 1] - place_first[j] + n // (s - start + 1) * (stop - s)
                    more += more // 4 + 1024  # if the other sources reach as many, that was the last time
                    out_t = _with_room(out_t, more)
                    out_c = _with_room(out_c, more)
                    if lengths:
                        out_m = _with_room(out_m, more)
                for t in range(place_first[j], place_first[j + 1]):
                    from_tail = over_tail + t_from[t]
                    from_head = over_head + t_to[t]
                    cost = min(from_tail, from_head)
                    u = target[t]
                    if i < 0:
                        walk = _along(s_along[s], t_along[u], s_forward[s], t_forward[u],
                            s_backward[s], t_backward[u], edge_pass[e], backwards,
                        )  # fmt: skip
                        cost = min(cost, walk + s_gap[s] + t_gap[t])
                    if cost > limit:
                        continue
                    out_t[n] = t
                    out_c[n] = cost
                    if lengths:
                        metres = s_gap_m[s] + t_gap_m[u]
                        if min(from_tail, from_head) > cost:
                            metres += abs(s_along[s] - t_along[u])
                        else:
                            by_tail = from_tail <= from_head
                            over = tail[f] if by_tail else head[f]
                            back = _back(over, labels, other, edge_m, seeds, s_along[s], s_rest[s])
                            metres += (t_along[u] if by_tail else t_rest[u]) + back
                        out_m[n] = metres
                    n += 1
        reached[s - start] = n - before
        for i in range(count):
            labels[touched[i]] = UNREACHED
    return reached, out_t[:n], out_c[:n], out_m[: min(n, out_m.size)]


@njit(cache=True, nogil=True)
def _ms(label):
    """Return the cost in a label, inf for none."""
    return np.inf if label == UNREACHED else float(label >> 32)


@njit(cache=True, nogil=True)
def _with_room(values, more):
    """Return `values` with room for `more`."""
    larger = np.empty(values.size + more, values.dtype)
    for k in range(values.size):
        larger[k] = values[k]
    return larger


@njit(cache=True, nogil=True)
def _along(s_along, t_along, s_forward, t_forward, s_backward, t_backward, passes, backwards):  # fmt: skip
    """Return the ms between two points of one edge, walking from s to t (from t to s when `backwards`)."""
    if backwards:
        s_along, t_along = t_along, s_along
        s_forward, t_forward = t_forward, s_forward
        s_backward, t_backward = t_backward, s_backward
    walk = np.inf
    if t_along >= s_along and passes & FORWARD:
        walk = t_forward - s_forward
    if t_along <= s_along and passes & BACKWARD:
        walk = min(walk, s_backward - t_backward)
    return walk


@njit(cache=True, nogil=True)
def _back(node, labels, other, edge_m, seeds, along, rest):
    """Return the metres from `node` back to the search's source, its gap left out."""
    first, arc, arc_edge = other
    seed_node, seed_label = seeds
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
def count_everywhere(graph, around, edges, costs, spots, span, shift, ring):
    """Return how many spots reach each junction (low half) and all its own edges (high half), and each point.

    An edge belongs to its tail: where what is left there is enough for all its edges (`impedance.Around`),
    they are counted at once; else point by point.
    """
    own_first, own_edge, far_first, far_edge, _, reach_ms = around
    edge_first, tail, head, _ = edges
    s_edge, s_from, s_to, _, _, _, s_gap = spots
    start, stop, limit = span
    nodes = graph[0].size - 1
    labels = np.full(nodes, UNREACHED)
    touched = np.empty(max(nodes, 1), np.int32)
    at_node = np.zeros(nodes, np.int64)
    at_point = np.zeros(edge_first[-1], np.int32)
    seed_node, seed_label = seeds = (np.empty(2, np.int32), np.empty(2, np.int64))
    everywhere = (np.int64(0), np.int64(nodes))
    for s in range(start, stop):
        e = s_edge[s]
        if e < 0:
            continue
        seed_node[0], seed_node[1] = (tail[e], head[e]) if s_from[s] <= s_to[s] else (head[e], tail[e])
        seed_label[0] = _label(s_gap[s] + min(s_from[s], s_to[s]))
        seed_label[1] = _label(s_gap[s] + max(s_from[s], s_to[s]))
        count = spread(graph, labels, seeds, limit, shift, ring, touched, touched[:0], everywhere)
        if labels[tail[e]] == UNREACHED or reach_ms[tail[e], 0] > limit - (labels[tail[e]] >> 32):
            _count_own(e, s, labels, edges, costs, spots, limit, at_point)
        for j in range(count):
            v = U(touched[j])
            left = limit - (labels[v] >> 32)
            whole = reach_ms[v, 0] <= left
            at_node[v] += BOTH if whole else 1
            if not whole:
                for k in range(own_first[v], own_first[v + U(1)]):
                    if own_edge[k] != e:
                        _count_edge(own_edge[k], labels, edges, costs, limit, at_point)
            if reach_ms[v, 1] > left:  # a tail may lie beyond the limit: its edge is counted from here
                for k in range(far_first[v], far_first[v + U(1)]):
                    if far_edge[k] != e and labels[tail[far_edge[k]]] == UNREACHED:
                        _count_edge(far_edge[k], labels, edges, costs, limit, at_point)
        for j in range(count):
            labels[U(touched[j])] = UNREACHED
    return at_node, at_point


@njit(cache=True, nogil=True)
def _label(cost_ms):
    """Return the label of a seed; one that no limit admits for a cost of inf."""
    if cost_ms >= 2147483647.0:
        return UNREACHED - 1
    return np.int64(np.rint(cost_ms)) << 32


@njit(cache=True, nogil=True)
def _left_at_ends(f, labels, edges, limit):
    """Return the ms left for edge `f` at its tail and at its head, negative for none."""
    _, tail, head, passes = edges
    come = passes[f] & BACKWARD and labels[tail[f]] != UNREACHED
    go = passes[f] & FORWARD and labels[head[f]] != UNREACHED
    over_tail = limit - (labels[tail[f]] >> 32) if come else np.int64(-1)
    return over_tail, limit - (labels[head[f]] >> 32) if go else np.int64(-1)


@njit(cache=True, nogil=True)
def _count_edge(f, labels, edges, costs, limit, at_point):
    """Count a spot elsewhere at the points inside edge `f` that reach it within `limit`."""
    forward, backward, _ = costs
    over_tail, over_head = _left_at_ends(f, labels, edges, limit)
    low, high = edges[0][f] + 1, edges[0][f + 1] - 1
    whole = max(forward[high], 1)
    while low < high and backward[low] <= over_tail:
        at_point[low] += 1
        low += 1
    while low < high and whole - forward[high - 1] <= over_head:
        high -= 1
        at_point[high] += 1


@njit(cache=True, nogil=True)
def _count_own(f, s, labels, edges, costs, spots, limit, at_point):
    """Count spot `s` at the points inside its own edge `f` that reach it within `limit`."""
    forward, backward, along = costs
    _, _, _, s_forward, s_backward, s_along, s_gap = spots
    edge_first, _, _, passes = edges
    over_tail, over_head = _left_at_ends(f, labels, edges, limit)
    last = edge_first[f + 1] - 1
    whole = max(forward[last], 1)
    for i in range(edge_first[f] + 1, last):
        within = backward[i] <= over_tail or whole - forward[i] <= over_head
        if not within:
            if along[i] <= s_along[s] and passes[f] & FORWARD:
                within = s_forward[s] - forward[i] + s_gap[s] <= limit
            if along[i] >= s_along[s] and passes[f] & BACKWARD:
                within |= backward[i] - s_backward[s] + s_gap[s] <= limit
        at_point[i] += within
