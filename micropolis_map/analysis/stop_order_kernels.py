"""Compiled searches for the shortest round through all nodes of a small asymmetric matrix."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Longs = NDArray[np.int64]

NEVER = 10**13
"""Milliseconds of a walk that does not exist: more than every round of real ones, and 60 of it fit int64."""


@njit(cache=True, nogil=True)
def held_karp(cost: Longs) -> Longs:  # noqa: C901 - one table, filled and read back
    """Return the shortest round, node 0 first (Held and Karp 1962); int64[n, n] to int64[n]."""
    n = cost.shape[0]
    m = n - 1
    best = np.full((1 << m, m), np.int64(NEVER * 100))
    before = np.full((1 << m, m), -1)
    for k in range(m):
        best[1 << k, k] = cost[0, k + 1]
    for visited in range(1, 1 << m):
        for last in range(m):
            if not visited >> last & 1:
                continue
            so_far = best[visited, last]
            for k in range(m):
                if visited >> k & 1:
                    continue
                more = so_far + cost[last + 1, k + 1]
                if more < best[visited | 1 << k, k]:
                    best[visited | 1 << k, k] = more
                    before[visited | 1 << k, k] = last
    visited = (1 << m) - 1
    last = 0
    for k in range(1, m):
        if best[visited, k] + cost[k + 1, 0] < best[visited, last] + cost[last + 1, 0]:
            last = k
    order = np.zeros(n, np.int64)
    for position in range(m, 0, -1):
        order[position] = last + 1
        visited, last = visited ^ (1 << last), before[visited, last]
    return order


@njit(cache=True, nogil=True)
def improved_rounds(cost: Longs) -> Longs:
    """Return the best round found from every nearest-neighbour start by 2-opt and Or-opt, node 0 first."""
    n = cost.shape[0]
    best = np.arange(n)
    least = _cost(cost, best)
    for start in range(n):
        order = _nearest_first(cost, start)
        _improve(cost, order)
        found = _cost(cost, order)
        if found < least:
            least = found
            best = order
    turn = 0
    while best[turn] != 0:
        turn += 1
    return np.concatenate((best[turn:], best[:turn]))


@njit(cache=True, nogil=True)
def _cost(cost: Longs, order: Longs) -> int:
    total: int = cost[order[-1], order[0]]
    for k in range(order.size - 1):
        total += cost[order[k], order[k + 1]]
    return total


@njit(cache=True, nogil=True)
def _nearest_first(cost: Longs, start: int) -> Longs:
    n = cost.shape[0]
    order = np.empty(n, np.int64)
    done = np.zeros(n, np.bool_)
    order[0] = start
    done[start] = True
    for position in range(1, n):
        nearest = -1
        for k in range(n):
            if not done[k] and (
                nearest < 0 or cost[order[position - 1], k] < cost[order[position - 1], nearest]
            ):
                nearest = k
        order[position] = nearest
        done[nearest] = True
    return order


@njit(cache=True, nogil=True)
def _improve(cost: Longs, order: Longs) -> None:
    """Turn stretches round (2-opt) and move stretches of up to three (Or-opt) until nothing is gained."""
    n = order.size
    least = _cost(cost, order)
    trial = np.empty_like(order)
    again = True
    while again:
        again = False
        for first in range(n):
            for size in range(2, n):
                _turn(order, trial, first, size)
                found = _cost(cost, trial)
                if found < least:
                    least = found
                    order[:] = trial
                    again = True
        for first in range(n):
            for size in range(1, min(4, n - 1)):
                for place in range(1, n - size):
                    _move(order, trial, first, size, place)
                    found = _cost(cost, trial)
                    if found < least:
                        least = found
                        order[:] = trial
                        again = True


@njit(cache=True, nogil=True)
def _turn(order: Longs, trial: Longs, first: int, size: int) -> None:
    n = order.size
    trial[:] = order
    for k in range(size):
        trial[(first + k) % n] = order[(first + size - 1 - k) % n]


@njit(cache=True, nogil=True)
def _move(order: Longs, trial: Longs, first: int, size: int, place: int) -> None:
    """Put the stretch of `size` at `first` after the `place`-th node of the rest."""
    n = order.size
    position = 0
    for k in range(n - size):
        trial[position] = order[(first + size + k) % n]
        position += 1
        if k + 1 == place:
            for j in range(size):
                trial[position] = order[(first + j) % n]
                position += 1
