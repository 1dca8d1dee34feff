"""The smallest frames, wide and tall, that hold nearly all people of a town."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]

ASPECTS: tuple[float, ...] = (0.3, 0.5, 0.75, 1.0, 1.35, 1.8, 2.4, 3.4)
"""Width ÷ height of the frames: a phone held upright is 0.5, a wide screen 2.4."""
SHARE = 0.97
"""Of the people a frame holds: a little over the 95 % that is promised."""
CELLS = 128
"""Along each side of the grid on which a frame is looked for."""
_ROUNDS = 24
"""Of looking closer: each time the grid is at most half as wide: far outliers cost nothing."""


def smallest_frames(
    lon: Floats,
    lat: Floats,
    people: Floats,
    *,
    aspects: Sequence[float] = ASPECTS,
    share: float = SHARE,
) -> tuple[Box, ...]:
    """Return for each of `aspects` the smallest frame of that shape that holds `share` of the people.

    A frame is then drawn in to the people it holds, so it may be narrower or lower than its shape. Measured
    on the Mercator map that is shown; within 4 % of the smallest.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4326, shape ``(n,)``.
    people
        How many live there, shape ``(n,)``; where nobody does, or the number makes no sense, nothing counts.

    Returns
    -------
    tuple
        ``(west, south, east, north)`` in degrees, each frame once; none without people.
    """
    counts = np.isfinite(lon) & np.isfinite(lat) & np.isfinite(people) & (people > 0)
    x, lat, weight = lon[counts], lat[counts], people[counts]
    if not len(x):
        return ()
    y = np.degrees(np.arcsinh(np.tan(np.radians(lat))))
    least = share * float(weight.sum()) * (1.0 - 1e-9)  # sums differ in the last digits with the order
    boxes: dict[Box, None] = {}
    for aspect in aspects:
        held = _held(x / aspect, y, weight, least)
        west, south, east, north = x[held].min(), lat[held].min(), x[held].max(), lat[held].max()
        boxes.setdefault((float(west), float(south), float(east), float(north)))
    return tuple(boxes)


def _held(u: Floats, v: Floats, weight: Floats, least: float) -> NDArray[np.intp]:
    """Return which points lie in the smallest square that holds `least`, as an index."""
    index = np.arange(len(u))
    west, south = float(u.min()), float(v.min())
    side = max(float(u.max()) - west, float(v.max()) - south)
    for _ in range(_ROUNDS):
        cell = side / CELLS
        if not west + cell > west or not south + cell > south:
            break  # all at one spot
        column, row = _cells(u[index], west, cell), _cells(v[index], south, cell)
        people: Floats = np.bincount(row * CELLS + column, weight[index], CELLS * CELLS).astype(np.float64)
        grid = people.reshape(CELLS, CELLS)
        first_row, first_column, cells = _smallest_window(grid, least)
        margin = 0 if cells >= CELLS // 2 - 2 else 1  # room for a better place between the cells
        held = (
            (row >= first_row - margin)
            & (row < first_row + cells + margin)
            & (column >= first_column - margin)
            & (column < first_column + cells + margin)
        )
        index = index[held]
        if not margin:
            break
        west, south = float(u[index].min()), float(v[index].min())
        side = max(float(u[index].max()) - west, float(v[index].max()) - south)
    return index


def _cells(values: Floats, start: float, cell: float) -> NDArray[np.intp]:
    return np.clip(((values - start) / cell).astype(np.intp), 0, CELLS - 1)


def _smallest_window(grid: Floats, least: float) -> tuple[int, int, int]:
    """Return first row, first column and side of the smallest square window whose sum is at least `least`."""
    sums = np.zeros((CELLS + 1, CELLS + 1))
    sums[1:, 1:] = grid.cumsum(axis=0).cumsum(axis=1)

    def windows(side: int) -> Floats:
        return sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]

    low, high = 1, CELLS
    while low < high:
        middle = (low + high) // 2
        if windows(middle).max() >= least:
            high = middle
        else:
            low = middle + 1
    fullest = windows(low)
    row, column = np.unravel_index(int(fullest.argmax()), fullest.shape)
    return int(row), int(column), low
