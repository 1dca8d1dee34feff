"""Areas of a grid above a limit, bounded by lines on which values between its points are the limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_TOP, _RIGHT, _BOTTOM, _LEFT = range(4)
_CROSSED = {
    1: [(_LEFT, _TOP)], 2: [(_TOP, _RIGHT)], 3: [(_LEFT, _RIGHT)], 4: [(_RIGHT, _BOTTOM)],
    5: [(_LEFT, _TOP), (_RIGHT, _BOTTOM)], 6: [(_TOP, _BOTTOM)], 7: [(_LEFT, _BOTTOM)],
    8: [(_BOTTOM, _LEFT)], 9: [(_TOP, _BOTTOM)], 10: [(_TOP, _RIGHT), (_BOTTOM, _LEFT)],
    11: [(_RIGHT, _BOTTOM)], 12: [(_LEFT, _RIGHT)], 13: [(_TOP, _RIGHT)], 14: [(_LEFT, _TOP)],
}  # fmt: skip
"""Sides of a cell that a line leads from and to, by which corners are above: 1, 2, 4, 8, clockwise."""


def areas_above(values: NDArray[np.float64], limit: float) -> Any:
    """Return the polygons in which `values` is above `limit`: columns count to the right, rows down.

    Marching squares (Lorensen and Cline's marching cubes in two dimensions); beyond the grid is below.

    Examples
    --------
    >>> peak = np.zeros((3, 3)); peak[1, 1] = 2.0
    >>> [area.wkt for area in shapely.normalize(areas_above(peak, 1.0))]
    ['POLYGON ((0.5 1, 1 1.5, 1.5 1, 1 0.5, 0.5 1))']
    """
    around = np.pad(np.where(values == limit, limit - 1e-9, values), 1, constant_values=limit - 1.0)
    above = around > limit
    corners = (above[:-1, :-1], above[:-1, 1:], above[1:, 1:], above[1:, :-1])
    case = np.sum([corner.astype(np.int64) << bit for bit, corner in enumerate(corners)], axis=0)
    segments = []
    for number, sides in _CROSSED.items():
        row, column = np.nonzero(case == number)
        for first, last in sides:
            ends = (_crossing(around, limit, row, column, side) for side in (first, last))
            segments.append(np.stack(tuple(ends), axis=1))
    lines = np.concatenate(segments) - 1.0
    lines = lines[(lines[:, 0] != lines[:, 1]).any(axis=1)]
    if not len(lines):
        return np.empty(0, object)
    area = shapely.build_area(shapely.multilinestrings(shapely.linestrings(lines)))
    return shapely.get_parts(area)


def _crossing(
    values: NDArray[np.float64], limit: float, row: NDArray[np.int64], column: NDArray[np.int64], side: int
) -> NDArray[np.float64]:
    """Return where the limit is crossed on a side of cells: float64[n, 2] of column and row."""
    row = row + (side == _BOTTOM)
    column = column + (side == _RIGHT)
    down = side in {_LEFT, _RIGHT}
    before, after = values[row, column], values[row + down, column + (not down)]
    share = (limit - before) / (after - before)
    return np.column_stack((column + (0 if down else share), row + (share if down else 0)))
