"""Kernels that turn segments into edges: chains of degree-two vertices, components, spatial order."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


JUNCTION = -1
U = np.uint64
"""Indices are unsigned in the busiest loops, or numba would ask of each whether it counts from the end."""


@njit(cache=True, nogil=True)
def find_junctions(vertices: int, seg_a: Ints, seg_b: Ints, seg_class: Ints) -> Ints:
    """Return for each vertex the exclusive or of its two segments: what leads on from one is the other.

    `JUNCTION` where there are not two segments, or two of different `seg_class`.
    """
    on = np.zeros(vertices, np.int32)
    degree = np.zeros(vertices, np.uint8)
    for k in range(seg_a.size):
        for side in range(2):
            v = U(seg_a[k] if side == 0 else seg_b[k])
            if degree[v] == 1 and seg_class[on[v]] != seg_class[k]:
                degree[v] = 3
            degree[v] = min(degree[v] + 1, 3)
            on[v] ^= k
    for u in range(vertices):
        if degree[u] != 2:
            on[u] = JUNCTION
    return on


@njit(cache=True, nogil=True)
def trace_chains(on: Ints, seg_a: Ints, seg_b: Ints) -> tuple[Ints, Ints, Ints]:
    """Return every segment once, strung into chains from junction to junction.

    A ring without a junction starts and ends at the vertex of its first segment, which becomes a junction
    (in `on`, what `find_junctions` returned).

    Returns
    -------
    tuple
        ``chain_first[m + 1]`` into the next two · ``vertex`` in order, both ends included ·
        ``segment`` from each vertex to the next (-1 at a chain's last vertex).
    """
    k = seg_a.size
    seen = np.zeros(k, np.bool_)
    ends = np.empty(k, np.int32)
    for j in range(k):
        ends[j] = seg_a[j] ^ seg_b[j]
    chain_first = np.empty(k + 1, np.int32)
    vertex = np.empty(2 * k, np.int32)
    segment = np.empty(2 * k, np.int32)
    chains = 0
    top = 0
    for phase in range(2):
        for start_segment in range(k):
            for side in range(2):
                if seen[start_segment]:
                    break
                v = U(seg_a[start_segment] if side == 0 else seg_b[start_segment])
                if phase == 0 and on[v] != JUNCTION:
                    continue
                on[v] = JUNCTION
                chain_first[chains] = top
                chains += 1
                s = U(start_segment)
                while True:
                    seen[s] = True
                    vertex[top] = v
                    segment[top] = s
                    top += 1
                    v ^= U(ends[s])
                    if on[v] == JUNCTION:
                        break
                    s ^= U(on[v])
                vertex[top] = v
                segment[top] = -1
                top += 1
    chain_first[chains] = top
    return chain_first[: chains + 1].copy(), vertex[:top], segment[:top]


@njit(cache=True, nogil=True)
def in_order(
    chains: tuple[Ints, Ints, Ints], order: Ints, flip: NDArray[np.bool_], length_m: Floats
) -> tuple[Ints, Ints, Ints, Floats]:
    """Return the chains in `order`, those to `flip` turned round, and the metres from each one's start."""
    first, vertex, segment = chains
    new_first = np.empty(first.size, np.int32)
    new_vertex, new_segment = np.empty_like(vertex), np.empty_like(segment)
    along = np.empty(vertex.size, np.float64)
    top = 0
    for c in range(order.size):
        new_first[c] = top
        low, high = first[order[c]], first[order[c] + 1]
        metres = 0.0
        for i in range(high - low):
            from_, by = (high - 1 - i, high - 2 - i) if flip[order[c]] else (low + i, low + i)
            new_vertex[top] = vertex[from_]
            new_segment[top] = s = segment[by] if i < high - low - 1 else -1
            along[top] = metres
            metres += length_m[s] if s >= 0 else 0.0
            top += 1
    new_first[order.size] = top
    return new_first, new_vertex, new_segment, along


@njit(cache=True, nogil=True)
def sort_order(key: NDArray[np.int64]) -> Ints:
    """Return the stable order of whole numbers from 0 to below 2^33: three passes of counting."""
    order, other = np.empty(key.size, np.int32), np.empty(key.size, np.int32)
    for k in range(key.size):
        order[k] = k
    for digit in range(0, 33, 11):
        start = np.zeros(2049, np.int32)
        for k in range(key.size):
            start[((key[k] >> digit) & 2047) + 1] += 1
        for d in range(2048):
            start[d + 1] += start[d]
        for k in range(key.size):
            d = (key[order[k]] >> digit) & 2047
            other[start[d]] = order[k]
            start[d] += 1
        order, other = other, order
    return order


@njit(cache=True, nogil=True)
def components(nodes: int, tail: Ints, head: Ints) -> Ints:
    """Return the component of each node, numbered from 0 in the order of their first node."""
    parent = np.arange(nodes).astype(np.int32)
    for k in range(tail.size):
        a = tail[k]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        b = head[k]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a < b:
            parent[b] = a
        else:
            parent[a] = b
    label = np.empty(nodes, np.int32)
    count = 0
    for v in range(nodes):
        root = v
        while parent[root] != root:
            root = parent[root]
        if root == v:
            label[v] = count
            count += 1
        else:
            label[v] = label[root]
    return label


def hilbert_key(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return each point's place along a Hilbert curve of 2^16 × 2^16 cells over their common box.

    Neighbours on the curve are neighbours on the ground, so that a search finds them in the same cache line.
    """
    if lon.size == 0:
        return np.empty(0, dtype=np.int64)
    side = 1 << 16
    span = max(float(np.ptp(lon)), float(np.ptp(lat)), 1e-12)
    x = np.minimum((lon - lon.min()) / span * side, side - 1).astype(np.int64)
    y = np.minimum((lat - lat.min()) / span * side, side - 1).astype(np.int64)
    key: NDArray[np.int64] = _hilbert(x, y)
    return key


@njit(cache=True, nogil=True)
def _hilbert(xs: NDArray[np.int64], ys: NDArray[np.int64]) -> NDArray[np.int64]:
    key = np.empty(xs.size, np.int64)
    for i in range(xs.size):
        x = xs[i]
        y = ys[i]
        d = 0
        s = 1 << 15
        while s > 0:
            rx = 1 if x & s else 0
            ry = 1 if y & s else 0
            d += s * s * ((3 * rx) ^ ry)
            if ry == 0:
                if rx == 1:
                    x = 65535 - x
                    y = 65535 - y
                x, y = y, x
            s >>= 1
        key[i] = d
    return key
