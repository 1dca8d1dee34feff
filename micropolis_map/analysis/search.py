"""Searches: limits, bucket widths, and the sharing of work among the cores. The kernels are in `kernels`."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.kernels import UNREACHED, spread

__all__ = ["FURTHEST_MS", "UNREACHED", "bucket_shift", "limit_ms", "new_ring", "on_all_cores", "spread"]

Part = TypeVar("Part")

FURTHEST_MS = 2**31 - 2

Ints = NDArray[np.int32]


def limit_ms(cutoff_s: float | None) -> int:
    """Return the last cost in whole ms that is within `cutoff_s`; without one, the most there can be."""
    return FURTHEST_MS if cutoff_s is None else int(min(np.floor(cutoff_s * 1000.0 + 1e-6), FURTHEST_MS))


def bucket_shift(longest_ms: int) -> int:
    """Return the bucket width as a power of two: about 8 s, so that a bucket holds whole streets."""
    return max(13, int(longest_ms).bit_length() - 14)


def new_ring(longest_ms: int, shift: int) -> Ints:
    """Return empty buckets for arcs up to `longest_ms`."""
    size = 4
    while size < (longest_ms >> shift) + 2:
        size *= 2
    return np.full(size, -1, dtype=np.int32)


def on_all_cores(work: Callable[[int, int], Part], items: int, *, least: int = 8) -> list[Part]:
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
