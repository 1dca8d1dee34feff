"""How far people get, and what every pair of points costs: isochrones and cost matrices."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import shapely
from shapely.geometry.base import BaseGeometry

from micropolis_map.analysis.cost_matrix import CostMatrix, cost_matrix
from micropolis_map.analysis.isochrone import Isochrone, isochrones
from micropolis_map.analysis.profiles import profile
from micropolis_map.domain.geometry import as_geojson
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import StoreUnavailable
from micropolis_map.services import opened
from micropolis_map.services.assessing import Deps, far_notes, snapped
from micropolis_map.services.district_index import inside

DIGITS = 6
"""Of a degree in polygons: 0.1 m."""


@dataclass(frozen=True)
class MatrixRequest:
    """Which pairs: all of `origins` × `destinations` within `minutes` (None: however far) for the profile."""

    origins: PointSet
    destinations: PointSet
    profile: str = "adult"
    minutes: float | None = None


def isochrones_from(
    deps: Deps, slug: str, start: tuple[float, float], minutes: tuple[float, ...], profile_name: str = "adult"
) -> dict[str, Any]:
    """Return the ground within each of `minutes` on foot from `start` as a GeoJSON FeatureCollection.

    Features have ``minutes``, ``area_km2`` and ``population``: the people of the community's homes inside,
    the largest first, so that drawn in order the smaller ones lie on top.

    Raises
    ------
    InvalidInput
        The start is farther than 300 m from every way, or the profile is not known.
    """
    build = opened.current_build(deps.community_store, slug)
    homes = opened.homes_of(build)
    cost = opened.impedance_of(build, profile_name)
    features = []
    for found in isochrones(opened.network_of(build), cost, *start, sorted(minutes, reverse=True)):
        area = _rounded(found)
        people = 0.0
        if homes.population is not None and not area.is_empty:
            people = float(homes.population[inside(homes.lon, homes.lat, area)].sum())
        properties = {
            "minutes": int(found.minutes) if found.minutes.is_integer() else found.minutes,
            "area_km2": round(found.area_m2 / 1e6, 6),
            "population": round(people, 1),
            "profile": profile_name,
            "population_source": homes.source,
        }
        features.append({"type": "Feature", "properties": properties, "geometry": as_geojson(area)})
    return {"type": "FeatureCollection", "features": features}


def matrix(deps: Deps, slug: str, request: MatrixRequest) -> CostMatrix:
    """Return the costs of all pairs that are joined, within the threshold (inclusive) if there is one."""
    build = opened.current_build(deps.community_store, slug)
    who = profile(request.profile)
    return cost_matrix(
        opened.network_of(build),
        opened.impedance_of(build, request.profile),
        snapped(build, who, request.origins),
        snapped(build, who, request.destinations),
        cutoff_s=None if request.minutes is None else request.minutes * 60.0,
    )


def matrix_notes(deps: Deps, slug: str, request: MatrixRequest) -> list[str]:
    """Return which points are in no pair because they are far from every way, as swapped coordinates are."""
    build, who = opened.current_build(deps.community_store, slug), profile(request.profile)
    return far_notes(
        (snapped(build, who, request.origins), "origins"),
        (snapped(build, who, request.destinations), "destinations"),
    )


def write_matrix(deps: Deps, slug: str, request: MatrixRequest, path: Path) -> int:
    """Write the matrix as CSV ``origin_id,destination_id,cost_s,length_m`` and return how many pairs it has.

    Raises
    ------
    StoreUnavailable
        The file cannot be written there.
    """
    found = matrix(deps, slug, request)
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["origin_id", "destination_id", "cost_s", "length_m"])
            rows.writerows(
                (request.origins.id[o], request.destinations.id[d], cost_s, length_m)
                for o, d, cost_s, length_m in zip(
                    found.origin.tolist(),
                    found.destination.tolist(),
                    found.cost_s.tolist(),
                    found.length_m.round(3).tolist(),
                    strict=True,
                )
            )
    except OSError as error:
        raise StoreUnavailable(
            f"cannot write {str(path)!r}: {error.strerror}", "give another --out"
        ) from None
    return len(found)


def _rounded(isochrone: Isochrone) -> BaseGeometry:
    rounded = shapely.set_precision(isochrone.polygon, 10.0**-DIGITS)
    return cast("BaseGeometry", rounded)
