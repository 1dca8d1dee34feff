"""Coverage by H3 hexagon: finer than districts, and the same everywhere."""

from __future__ import annotations

import threading
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.coverage import coverage_by_cell, hexagons_at
from micropolis_map.domain.points import PointSet
from micropolis_map.services.coverage_result import AreaCoverage, CoverageResult, Walks

Cells = tuple[NDArray[np.str_], NDArray[np.int64]]

RESOLUTION = 9
"""H3's; about 0.1 km², 170 m from centre to corner."""


def hexagons_of(result: CoverageResult) -> tuple[AreaCoverage, ...]:
    """Return the figures of each hexagon that holds an origin; its name is the H3 index."""
    rows = _rows(result, result.walks)
    if result.certain_walks is not None:
        for row, certain in zip(rows, _rows(result, result.certain_walks), strict=True):
            row["share_within_certain"] = certain["share_within"]
    return tuple(AreaCoverage.of(row["hexagon"], row) for row in rows)


def _rows(result: CoverageResult, walks: Walks) -> list[dict[str, Any]]:
    names, index = _cells(result.origins)
    return coverage_by_cell(names, index, walks.cost_s, result.origin_population, result.request.minutes)


_CELLS: dict[int, tuple[weakref.ref[PointSet], Cells]] = {}
_LOCK = threading.Lock()


def _cells(points: PointSet) -> Cells:
    """Return the hexagons of `points`; of the same points again at once, for as long as they live."""
    with _LOCK:
        known = _CELLS.get(id(points))
    if known is not None and known[0]() is points:
        return known[1]
    cells = hexagons_at(points.lon, points.lat, RESOLUTION)
    key = id(points)
    with _LOCK:
        _CELLS[key] = (weakref.ref(points, lambda _: _CELLS.pop(key, None)), cells)
    return cells
