"""Coverage by H3 hexagon: finer than districts, and the same everywhere."""

from __future__ import annotations

from typing import Any

from micropolis_map.analysis.coverage import coverage_by_hexagon
from micropolis_map.services.coverage_result import AreaCoverage, CoverageResult, Walks

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
    origins = result.origins
    return coverage_by_hexagon(
        origins.lon, origins.lat, walks.cost_s, result.origin_population, RESOLUTION, result.request.minutes
    )
