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

UNREACHED = np.int64(np.iinfo(np.int64).max)
LOW = np.int64(0xFFFFFFFF)
FURTHEST_MS = 2**31 - 2

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]


def limit_ms(cutoff_s: float | None) -> int:
    """Return the last cost in whole ms that is within `cutoff_s`; without one, the most there can be."""
    return FURTHEST_MS if cutoff_s is None else int(min(np.floor(cutoff_s * 1000.0 + 1e-6), FURTHEST_MS))


def bucket_shift(longest_ms: int) -> int:
    """Return the bucket width as a power of two: about 16 s, so that a bucket holds whole streets."""
    return max(14, int(longest_ms).bit_length() - 14)


@njit(cache=True, nogil=True)
def spread(
    first: Ints,
    arc: Longs,
    labels: Longs,
    seed_node: Ints,
    seed_label: Longs,
    limit: int,
    shift: int,
    ring: Ints,
    touched: Ints,
    targets: Ints,
) -> int:
    """Lower `labels` to the least reachable from the seeds; return how many nodes were touched.

    Parameters
    ----------
    labels : int64[n]
        `UNREACHED`, or the labels of an earlier search to improve upon.
    seed_node, seed_label
        In ascending order of labels.
    limit
        Last cost in ms that is entered.
    ring : int32[2^j]
        Heads of the buckets, all -1 (they are again afterwards); wider than the longest arc.
    touched : int32[n] or int32[0]
        Filled with the nodes that were `UNREACHED` before, unless empty.
    targets : int32[t]
        Stop when the labels of all these are final; empty: never.
    """
    mask = ring.size - 1
    pool_node = np.empty(4096, np.int32)
    pool_next = np.empty(4096, np.int32)
    top = 0
    free = -1
    live = 0
    count = 0
    keep = touched.size > 0
    seeds = seed_node.size
    s = 0
    t = 0
    bound = ((np.int64(limit) + 1) << 32) - 1
    bucket = 0
    while True:
        if live == 0:
            if s == seeds:
                break
            bucket = (seed_label[s] >> 32) >> shift
        while s < seeds and (seed_label[s] >> 32) >> shift == bucket:
            v = seed_node[s]
            if seed_label[s] < labels[v] and seed_label[s] <= bound:
                if keep and labels[v] == UNREACHED:
                    touched[count] = v
                    count += 1
                labels[v] = seed_label[s]
                if free >= 0:
                    k = free
                    free = pool_next[k]
                else:
                    if top == pool_node.size:
                        pool_node = np.concatenate((pool_node, np.empty(top, np.int32)))
                        pool_next = np.concatenate((pool_next, np.empty(top, np.int32)))
                    k = top
                    top += 1
                pool_node[k] = v
                pool_next[k] = ring[bucket & mask]
                ring[bucket & mask] = k
                live += 1
            s += 1
        slot = bucket & mask
        while ring[slot] >= 0:
            k = ring[slot]
            ring[slot] = pool_next[k]
            pool_next[k] = free
            free = k
            live -= 1
            v = pool_node[k]
            label = labels[v]
            if (label >> 32) >> shift != bucket:
                continue
            for a in range(first[v], first[v + 1]):
                w = np.int32(arc[a] & LOW)
                new = label + (arc[a] & ~LOW)
                if new < labels[w] and new <= bound:
                    if keep and labels[w] == UNREACHED:
                        touched[count] = w
                        count += 1
                    labels[w] = new
                    if free >= 0:
                        k = free
                        free = pool_next[k]
                    else:
                        if top == pool_node.size:
                            pool_node = np.concatenate((pool_node, np.empty(top, np.int32)))
                            pool_next = np.concatenate((pool_next, np.empty(top, np.int32)))
                        k = top
                        top += 1
                    at = ((new >> 32) >> shift) & mask
                    pool_node[k] = w
                    pool_next[k] = ring[at]
                    ring[at] = k
                    live += 1
        if targets.size > 0:
            while t < targets.size and (labels[targets[t]] >> 32) >> shift <= bucket:
                t += 1
            if t == targets.size:
                break
        bucket += 1
    if live > 0:
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
