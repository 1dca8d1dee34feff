"""Kernels that turn segments into edges: chains of degree-two vertices, components, spatial order."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]


@njit(cache=True, nogil=True)
def incidence(vertices: int, seg_a: Ints, seg_b: Ints) -> tuple[Ints, Ints]:
    """Return ``first[vertices + 1], segment[2 k]``: the segments at each vertex, in their order."""
    first = np.zeros(vertices + 1, np.int32)
    for k in range(seg_a.size):
        first[seg_a[k] + 1] += 1
        first[seg_b[k] + 1] += 1
    for v in range(vertices):
        first[v + 1] += first[v]
    fill = first[:-1].copy()
    at = np.empty(2 * seg_a.size, np.int32)
    for k in range(seg_a.size):
        at[fill[seg_a[k]]] = k
        fill[seg_a[k]] += 1
        at[fill[seg_b[k]]] = k
        fill[seg_b[k]] += 1
    return first, at


@njit(cache=True, nogil=True)
def find_junctions(first: Ints, at: Ints, seg_class: Ints) -> NDArray[np.bool_]:
    """Return which vertices are junctions: not two segments, or two of different `seg_class`."""
    n = first.size - 1
    junction = np.zeros(n, np.bool_)
    for v in range(n):
        if first[v + 1] - first[v] != 2:
            junction[v] = first[v + 1] > first[v]
        else:
            junction[v] = seg_class[at[first[v]]] != seg_class[at[first[v] + 1]]
    return junction


@njit(cache=True, nogil=True)
def trace_chains(
    first: Ints, at: Ints, seg_a: Ints, seg_b: Ints, junction: NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints]:
    """Return every segment once, strung into chains from junction to junction.

    A ring without a junction starts and ends at the vertex of its first segment, which becomes a junction.

    Returns
    -------
    tuple
        ``chain_first[m + 1]`` into the next two · ``vertex`` in order, both ends included ·
        ``segment`` from each vertex to the next (-1 at a chain's last vertex).
    """
    k = seg_a.size
    seen = np.zeros(k, np.bool_)
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
                v = seg_a[start_segment] if side == 0 else seg_b[start_segment]
                if phase == 0 and not junction[v]:
                    continue
                junction[v] = True
                chain_first[chains] = top
                chains += 1
                s = start_segment
                while True:
                    seen[s] = True
                    vertex[top] = v
                    segment[top] = s
                    top += 1
                    v = seg_b[s] if seg_a[s] == v else seg_a[s]
                    if junction[v]:
                        break
                    s = at[first[v]] if at[first[v]] != s else at[first[v] + 1]
                vertex[top] = v
                segment[top] = -1
                top += 1
    chain_first[chains] = top
    return chain_first[: chains + 1].copy(), vertex[:top].copy(), segment[:top].copy()


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
