"""The search kernel: least costs from many seeds at once, with a bucket queue instead of a heap.

A *label* is one whole number, the cost in ms in its high 32 bits and the index of the seed's spot in its low
ones: comparing labels compares costs, ties go to the lower spot, and one memory access reads both.

Nodes wait in buckets of ``2^shift`` ms. Within a bucket they are taken in any order and may be corrected
later; a bucket is left only when nothing in it can improve, so that the answer is exact. Searches touch only
what they reach. All kernels release the GIL.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.impedance import COST, DEAD_END, NODE

UNREACHED = np.int64(np.iinfo(np.int64).max)
FURTHEST_MS = 2**31 - 2

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]


def limit_ms(cutoff_s: float | None) -> int:
    """Return the last cost in whole ms that is within `cutoff_s`; without one, the most there can be."""
    return FURTHEST_MS if cutoff_s is None else int(min(np.floor(cutoff_s * 1000.0 + 1e-6), FURTHEST_MS))


def bucket_shift(longest_ms: int) -> int:
    """Return the bucket width as a power of two: about 8 s, so that a bucket holds whole streets."""
    return max(13, int(longest_ms).bit_length() - 14)


# What a queue counts: entries ever made, the head of the list of free ones, entries waiting.
_TOP, _FREE, _LIVE = 0, 1, 2


@njit(cache=True, nogil=True)
def _push(ring: Ints, pool: Ints, state: Ints, slot: int, node: int) -> None:
    """Put `node` into bucket `slot`; there must be room in the pool."""
    k = state[_FREE]
    if k >= 0:
        state[_FREE] = pool[k, 1]
    else:
        k = state[_TOP]
        state[_TOP] = k + 1
    pool[k, 0] = node
    pool[k, 1] = ring[slot]
    ring[slot] = k
    state[_LIVE] += 1


@njit(cache=True, nogil=True)
def _pop(ring: Ints, pool: Ints, state: Ints, slot: int) -> int:
    """Take a node out of bucket `slot`, which must not be empty."""
    k = ring[slot]
    ring[slot] = pool[k, 1]
    pool[k, 1] = state[_FREE]
    state[_FREE] = k
    state[_LIVE] -= 1
    return pool[k, 0]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _with_room(pool: Ints, state: Ints, more: int) -> Ints:
    """Return the pool, twice as large when `more` entries might not fit."""
    if state[_TOP] + more <= pool.shape[0]:
        return pool
    larger = np.empty((2 * pool.shape[0] + more, 2), np.int32)
    larger[: pool.shape[0]] = pool
    return larger


@njit(cache=True, nogil=True)
def spread(graph, labels, seeds, limit, shift, ring, touched, targets):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Lower `labels` to the least reachable from the seeds; return how many nodes were touched.

    Parameters
    ----------
    graph : (int32[n + 1], int64[k])
        ``Graph.first`` and ``Graph.arc``.
    labels : int64[n]
        `UNREACHED`, or the labels of an earlier search to improve upon.
    seeds : (int32[s], int64[s])
        Nodes and labels, in ascending order of labels.
    limit : int
        Last cost in ms that is entered.
    shift : int
        Buckets are ``2^shift`` ms wide.
    ring : int32[2^j]
        Heads of the buckets, all -1 (they are again afterwards); wider than the longest arc.
    touched : int32[n] or int32[0]
        Filled with the nodes that were `UNREACHED` before, unless empty.
    targets : int32[t]
        Stop when the labels of all these are final; empty: never.
    """
    first, arc = graph
    seed_node, seed_label = seeds
    mask = ring.size - 1
    pool = np.empty((1024, 2), np.int32)
    state = np.array([0, -1, 0], np.int32)
    count = s = t = 0
    bucket = np.int64(0)
    keep = touched.size > 0
    bound = ((np.int64(limit) + 1) << 32) - 1
    while state[_LIVE] > 0 or s < seed_node.size:
        if state[_LIVE] == 0:
            bucket = seed_label[s] >> (32 + shift)
        while s < seed_node.size and seed_label[s] >> (32 + shift) == bucket:
            v = seed_node[s]
            if seed_label[s] < labels[v] and seed_label[s] <= bound:
                if keep and labels[v] == UNREACHED:
                    touched[count] = v
                    count += 1
                labels[v] = seed_label[s]
                pool = _with_room(pool, state, 1)
                _push(ring, pool, state, bucket & mask, v)
            s += 1
        while ring[bucket & mask] >= 0:
            v = _pop(ring, pool, state, bucket & mask)
            label = labels[v]
            if label >> (32 + shift) != bucket:
                continue
            pool = _with_room(pool, state, first[v + 1] - first[v])
            for a in range(first[v], first[v + 1]):
                w = arc[a] & NODE
                new = label + (arc[a] & COST)
                if new < labels[w] and new <= bound:
                    if keep and labels[w] == UNREACHED:
                        touched[count] = w
                        count += 1
                    labels[w] = new
                    if arc[a] & DEAD_END == 0:
                        _push(ring, pool, state, (new >> (32 + shift)) & mask, w)
        while t < targets.size and labels[targets[t]] >> (32 + shift) <= bucket:
            t += 1
        if t == targets.size > 0:
            break
        bucket += 1
    if state[_LIVE] > 0:
        ring[:] = -1
    return count


def new_ring(longest_ms: int, shift: int) -> Ints:
    """Return empty buckets for arcs up to `longest_ms`."""
    size = 4
    while size < (longest_ms >> shift) + 2:
        size *= 2
    return np.full(size, -1, dtype=np.int32)


def on_all_cores(work: Callable[[int, int], object], items: int, *, least: int = 8) -> list[object]:
    """Return the results of ``work(start, stop)`` over consecutive parts of ``range(items)``, in order.

    Threads, because the kernels release the GIL and share the network; numba's own parallel loops are not
    used: their default threading layer must not be entered by two of a web server's threads at once.
    """
    parts = max(1, min(os.cpu_count() or 1, items // least))
    bounds = [items * i // parts for i in range(parts + 1)]
    if parts == 1:
        return [work(0, items)]
    with ThreadPoolExecutor(parts) as pool:
        return list(pool.map(work, bounds[:-1], bounds[1:]))
