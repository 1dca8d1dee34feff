"""Voids of a raster of heights, filled from what is around them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fill_voids(height_m: NDArray[np.float32], void: NDArray[np.bool_]) -> None:
    """Interpolate the voids where they stand; see `elevation.read_elevation`."""
    if not void.any():
        return
    rows, columns = np.nonzero(void)
    total, weights = np.zeros(len(rows)), np.zeros(len(rows))
    for axis, (line, place) in enumerate(((columns, rows), (rows, columns))):
        for reverse in (False, True):
            index = _last_valid(void, axis, reverse=reverse)[rows, columns]
            distance = np.abs(index - place).astype(np.float64)
            known = index >= 0
            source = (index, line) if axis == 0 else (line, index)
            heights = height_m[np.where(known, source[0], 0), np.where(known, source[1], 0)]
            weight = np.where(known, 1 / np.maximum(distance, 1), 0)
            total += np.where(known, heights, 0) * weight
            weights += weight
    reached = weights > 0
    height_m[rows[reached], columns[reached]] = total[reached] / weights[reached]
    if not reached.all():
        from scipy.ndimage import distance_transform_edt  # noqa: PLC0415 - seldom needed, slow to import

        nearest = distance_transform_edt(void, return_distances=False, return_indices=True)
        far = rows[~reached], columns[~reached]
        height_m[far] = height_m[nearest[0][far], nearest[1][far]]


def _last_valid(void: NDArray[np.bool_], axis: int, *, reverse: bool) -> NDArray[np.int32]:
    """Return each cell's index along `axis` of the last height before it (`reverse`: after), else -1."""
    length = void.shape[axis]
    place = np.arange(length, dtype=np.int32).reshape((-1, 1) if axis == 0 else (1, -1))
    index = np.where(void, np.int32(length if reverse else -1), place)
    if reverse:
        back = np.flip(index, axis)
        np.minimum.accumulate(back, axis=axis, out=back)
        index[index == length] = -1
    else:
        np.maximum.accumulate(index, axis=axis, out=index)
    return index
