"""Searches: limits, bucket widths, and the sharing of work among the cores. The kernels are in `kernels`."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.kernels import COST, NODE, UNREACHED, spread

if TYPE_CHECKING:
    from micropolis_map.analysis.impedance import Graph

__all__ = [
    "FURTHEST_MS",
    "NOTHING",
    "UNREACHED",
    "bucket_shift",
    "limit_ms",
    "new_ring",
    "on_all_cores",
    "search",
    "search_in_parts",
]

Part = TypeVar("Part")

FURTHEST_MS = 2**31 - 2

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


def limit_ms(cutoff_s: float | None) -> int:
    """Return the last cost in whole ms that is within `cutoff_s`; without one, the most there can be."""
    return FURTHEST_MS if cutoff_s is None else int(min(np.floor(cutoff_s * 1000.0 + 1e-6), FURTHEST_MS))


def bucket_shift(longest_ms: int, seeds: int = 1) -> int:
    """Return the bucket width as a power of two ms: about 8 s for many `seeds`, 33 s for few.

    A bucket is to hold a dozen streets' ends: fewer, and empty buckets cost time; more, and many of its
    nodes are corrected once more.
    """
    return max(13 if seeds > FEW else 15, int(longest_ms).bit_length() - 14)


FEW = 32


def new_ring(longest_ms: int, shift: int) -> Ints:
    """Return empty buckets for arcs up to `longest_ms`."""
    size = 4
    while size < (longest_ms >> shift) + 2:
        size *= 2
    return np.full(size, -1, dtype=np.int32)


NOTHING = np.empty(0, dtype=np.int32)


def search(
    graph: Graph,
    labels: Longs,
    seeds: tuple[Ints, Longs],
    limit: int,
    *,
    touched: Ints = NOTHING,
    targets: Ints = NOTHING,
    part: tuple[int, int] | None = None,
) -> int:
    """Lower `labels` in place by walks of at most `limit` ms from `seeds`; see `kernels.spread`.

    Returns
    -------
    int
        How many junctions were `UNREACHED` before; `touched` holds them if it has room.
    """
    shift = bucket_shift(graph.longest, seeds[0].size)
    whole = (0, labels.size)
    return int(
        spread(
            (graph.first, graph.arc),
            labels,
            seeds,
            limit,
            shift,
            new_ring(graph.longest, shift),
            touched,
            targets,
            part or whole,
        )
    )


def search_in_parts(graph: Graph, seeds: tuple[Ints, Longs], limit: int) -> Longs:
    """Return the labels of a search from many seeds, large networks part by part on all cores.

    A part is a stretch of the nodes' Hilbert order that fits a core's own cache; it is read through once, in
    order, before the search jumps about in it. Each is searched as if the rest were not there; then what
    crosses the borders is put right by one search more, which stops where it brings no improvement: exact,
    and with seeds all over the town there is little to put right.
    """
    nodes, size = graph.first.size - 1, graph.part_size
    labels = np.empty(nodes, dtype=np.int64)
    parts = -(-nodes // size)
    if seeds[0].size < LEAST_SEEDS * parts:
        parts, size = 1, nodes
    of_seed = seeds[0] // max(size, 1)

    def work(start: int, stop: int) -> None:
        for k in range(start, stop):
            low, high = k * size, min((k + 1) * size, nodes)
            labels[low:high] = UNREACHED
            graph.arc[graph.first[low] : graph.first[high]].max(initial=0)
            mine = of_seed == k
            search(graph, labels, (seeds[0][mine], seeds[1][mine]), limit, part=(low, high))

    on_all_cores(work, parts, least=2)
    if parts > 1:
        search(graph, labels, _across(graph, labels, limit), limit)
    return labels


LEAST_SEEDS = 8


def _across(graph: Graph, labels: Longs, limit: int) -> tuple[Ints, Longs]:
    """Return seeds for the nodes that are nearer by an arc from another part."""
    tail, arc = graph.crossing
    label, head = labels[tail], (arc & NODE).astype(np.int32)
    known = label != UNREACHED
    label = np.where(known, label, 0) + (arc & COST)
    better = known & (label < labels[head]) & ((label >> 32) <= limit)
    order = np.argsort(label[better], kind="stable")
    return head[better][order], label[better][order]


def on_all_cores(work: Callable[[int, int], Part], items: int, *, least: int = 8) -> list[Part]:
    """Return the results of ``work(start, stop)`` over consecutive parts of ``range(items)``, in order.

    Threads, because the kernels release the GIL and share the network; numba's own parallel loops are not
    used: their default threading layer must not be entered by two of a web server's threads at once. The
    calling thread does the first part. `work` must not call this function.
    """
    parts = max(1, min(os.cpu_count() or 1, items // least))
    bounds = [items * i // parts for i in range(parts + 1)]
    if parts == 1:
        return [work(0, items)]
    later = [_pool().submit(work, bounds[i], bounds[i + 1]) for i in range(1, parts)]
    return [work(0, bounds[1]), *(part.result() for part in later)]


def _keep_freed_memory() -> None:
    """Let the C library keep up to 64 MB that were freed, instead of asking for them anew at each answer.

    New pages cost more than what is written into them. glibc takes the largest block freed so far as its
    measure; elsewhere this does nothing. The block is never touched, so it takes no memory.
    """
    np.empty(2**25 - 2**16, dtype=np.uint8)


_keep_freed_memory()


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    """Return the threads that help; a forked process makes its own."""
    os.register_at_fork(after_in_child=_pool.cache_clear)
    return ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), thread_name_prefix="walks")
