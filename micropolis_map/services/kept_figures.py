"""The key figures of a result by name; the same names and values wherever a result is kept or compared."""

from __future__ import annotations

import math

from micropolis_map.domain.kept_run import Figure
from micropolis_map.services.coverage_result import NEAR_END, OUTSIDE_NAME, AreaCoverage, CoverageResult
from micropolis_map.services.coverage_tables import area_row
from micropolis_map.services.siting_result import Plan

Figures = dict[str, Figure]


def worst_district(result: CoverageResult, minutes: float | None = None) -> AreaCoverage | None:
    """Return the inhabited district with the smallest share within `minutes` (default: the longest).

    None where there are fewer than two: then no one is the worst. Of equals the one with more people beyond.
    """
    threshold = max(result.total.share_within) if minutes is None else minutes
    lived = [area for area in result.districts if area.population > 0.0 and area.name != OUTSIDE_NAME]
    if len(lived) < 2:
        return None
    return min(lived, key=lambda area: (area.share_within[threshold], -area.population, area.name))


def coverage_figures(result: CoverageResult) -> Figures:
    """Return the key figures of a coverage."""
    worst = worst_district(result)
    row = {key: _finite(value) for key, value in area_row(result.total).items() if NEAR_END not in key}
    return row | {"spots": float(len(result.spots)), "worst_district": None if worst is None else worst.name}


def siting_figures(plan: Plan) -> Figures:
    """Return the key figures of a plan of new sites."""
    figures = {
        "population": plan.population,
        "covered_before": plan.covered_before,
        "covered_after": plan.covered_after,
        "gained": plan.covered_after - plan.covered_before,
        "mean_before_s": plan.mean_before_s,
        "mean_after_s": plan.mean_after_s,
        "sites": float(len(plan.sites)),
    }
    return {key: _finite(value) for key, value in figures.items()}


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
