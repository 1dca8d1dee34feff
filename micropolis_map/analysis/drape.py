"""Heights of the network's vertices: on the terrain, except where a bridge or tunnel leaves it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def drape(
    terrain: Floats,
    seg_a: NDArray[np.int64],
    seg_b: NDArray[np.int64],
    length_m: Floats,
    raised: NDArray[np.bool_],
) -> Floats:
    """Return the height of each vertex in metres, nan where it is not known.

    A vertex with a segment on the ground takes `terrain`. A vertex inside a bridge or tunnel (all its
    segments are `raised`) lies on the even slope between the ends: the height that solves the weighted
    Laplace equation, weights 1 / length, which on a single deck is linear interpolation. A deck without
    an end on the ground keeps the terrain.

    Parameters
    ----------
    terrain : float64[v]
        Height of the terrain under each vertex in metres, nan for unknown.
    seg_a, seg_b : int32[k]
        Ends of the segments.
    length_m : float64[k]
    raised : bool[k]
        Whether the segment is on a bridge or in a tunnel.
    """
    grounded = np.zeros(terrain.size, dtype=np.bool_)
    grounded[seg_a[~raised]] = True
    grounded[seg_b[~raised]] = True
    touched = np.zeros(terrain.size, dtype=np.bool_)
    touched[seg_a[raised]] = True
    touched[seg_b[raised]] = True
    free = touched & ~grounded
    if not free.any():
        return terrain
    weight = 1.0 / np.maximum(length_m[raised], 0.01)
    a, b = seg_a[raised], seg_b[raised]
    free &= _reaches_ground(a, b, grounded & np.isfinite(terrain))
    index = np.full(terrain.size, -1)
    index[free] = np.arange(np.count_nonzero(free))
    rows, columns, values, right = [], [], [], np.zeros(np.count_nonzero(free))
    for tail, head in ((a, b), (b, a)):
        here = free[tail] & (free[head] | np.isfinite(terrain[head]))
        i, w = index[tail[here]], weight[here]
        rows.append(i)
        columns.append(i)
        values.append(w)
        to_free = free[head[here]]
        rows.append(i[to_free])
        columns.append(index[head[here]][to_free])
        values.append(-w[to_free])
        np.add.at(right, i[~to_free], w[~to_free] * terrain[head[here]][~to_free])
    heights = terrain.copy()
    if right.size:
        from scipy.sparse import coo_array  # noqa: PLC0415 - 25 MB and half a second, for bridges only
        from scipy.sparse.linalg import spsolve  # noqa: PLC0415

        matrix = coo_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))))
        heights[free] = spsolve(matrix.tocsc(), right)
    return heights


def _reaches_ground(
    a: NDArray[np.int64], b: NDArray[np.int64], ground: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which vertices are joined to `ground` along the segments a–b."""
    reached = ground.copy()
    while True:
        grown = reached.copy()
        grown[b[reached[a]]] = True
        grown[a[reached[b]]] = True
        if np.array_equal(grown, reached):
            return reached
        reached = grown
