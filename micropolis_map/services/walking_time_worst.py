"""Where walks are longest, as areas with their people: what a planner looks for on a map of walking times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import h3

from micropolis_map.services.assessing import Subject
from micropolis_map.services.coverage_result import AreaCoverage
from micropolis_map.services.hexagons import hexagons_of

WORST_SHARE = 0.05
"""The areas hold about this share of all people: those whose hexagons have the longest median walk."""

MOST_AREAS = 12
_DIGITS = 5


def worst_areas_layer(subject: Subject) -> dict[str, Any]:
    """Return the worst-served areas, the one with the most people first.

    Each joins neighbouring hexagons. ``population`` is all who live there; at least half of them walk
    ``at_least_s`` or longer, which is absent where at least half of them reach no meeting place at all.
    """
    result = subject.result
    found = [_feature(area) for area in joined(worst_cells(hexagons_of(result)))]
    features = sorted(found, key=lambda one: -float(one["properties"]["population"]))[:MOST_AREAS]
    return {"type": "FeatureCollection", "features": features}


def worst_cells(cells: Sequence[AreaCoverage]) -> list[AreaCoverage]:
    """Return the inhabited hexagons with the longest median walks, until they hold `WORST_SHARE` of people.

    The worst is always among them, however many live there.
    """
    lived = sorted((one for one in cells if one.population > 0.0), key=lambda one: (-one.median_s, one.name))
    room = WORST_SHARE * sum(one.population for one in lived)
    taken: list[AreaCoverage] = []
    for one in lived:
        room -= one.population
        if taken and room < 0.0:
            break
        taken.append(one)
    return taken


def joined(cells: Sequence[AreaCoverage]) -> list[list[AreaCoverage]]:
    """Return `cells` in groups of neighbours."""
    left = {one.name: one for one in cells}
    groups = []
    while left:
        name, first = left.popitem()
        group, edge = [first], [name]
        while edge:
            for near in h3.grid_disk(edge.pop(), 1):
                if near in left:
                    group.append(left.pop(near))
                    edge.append(near)
        groups.append(group)
    return groups


def _feature(group: Sequence[AreaCoverage]) -> dict[str, Any]:
    shape = h3.cells_to_h3shape([one.name for one in group], tight=True).__geo_interface__
    properties: dict[str, Any] = {"population": round(sum(one.population for one in group), 1)}
    least_s = min(one.median_s for one in group)
    if math.isfinite(least_s):
        properties["at_least_s"] = round(least_s)
    lat, lon = h3.cell_to_latlng(max(group, key=lambda one: one.population).name)
    properties["at"] = [round(lon, _DIGITS), round(lat, _DIGITS)]
    rings = [[[round(x, _DIGITS), round(y, _DIGITS)] for x, y in ring] for ring in shape["coordinates"]]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": shape["type"], "coordinates": rings},
    }
