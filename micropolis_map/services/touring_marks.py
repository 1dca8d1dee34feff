"""What the map shows beside the line of a tour: where it is not step-free, and benches, toilets, water."""

from __future__ import annotations

from typing import Any

from micropolis_map.services.touring import TourPlan
from micropolis_map.services.touring_comforts import Comforts

DECIMALS = 6


def marks_of(plan: TourPlan, comforts: Comforts | None) -> list[dict[str, Any]]:
    """Return GeoJSON features: ``role: "obstacle"`` with its words, ``role: "comfort"`` with its kind."""
    obstacles = [
        _feature(
            one.lon,
            one.lat,
            {"role": "obstacle", "what": one.what, "name": one.name, "length_m": round(one.length_m)},
        )
        for one in plan.obstacles
    ]
    nearby = [
        _feature(one.lon, one.lat, {"role": "comfort", "kind": one.kind, "name": one.name})
        for one in (comforts.nearby if comforts else ())
    ]
    return [*obstacles, *nearby]


def _feature(lon: float, lat: float, properties: dict[str, Any]) -> dict[str, Any]:
    at = [round(lon, DECIMALS), round(lat, DECIMALS)]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": at}, "properties": properties}
