"""Walking time as map layers: streets, homes and hexagons coloured by the time to the nearest spot.

Coordinates are rounded to 5 digits (1 m) and streets of the same time share one feature, so that a browser
gets little and draws it quickly.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import h3
import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.analysis.metric import wrap
from micropolis_map.analysis.nearest import nearest_everywhere
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.profiles import profile
from micropolis_map.domain.geometry import as_geojson
from micropolis_map.domain.points import PointSet
from micropolis_map.services import opened
from micropolis_map.services.assessing import Subject, snapped
from micropolis_map.services.coverage_result import AreaCoverage, finite
from micropolis_map.services.coverage_view import worst_homes
from micropolis_map.services.hexagons import hexagons_of
from micropolis_map.services.street_pieces import STEP_S, drawn_pieces, half_minutes
from micropolis_map.services.thresholds import minutes_key

Collection = dict[str, Any]

DIGITS = 5
"""Of a degree: 1 m."""

_PIECE = 100
"""Lines, or features of one point, that are written at a time."""

SHOWN_DEGREES = 0.00003
"""Districts are drawn to about three metres: less than a line on the map is wide."""


def streets_layer(subject: Subject) -> Collection:
    """Return the streets as a MultiLineString for each class of walking time.

    A feature's ``cost_s`` is the upper end of its class, so comparing it with a threshold of whole or half
    minutes is exact at the middle of every segment; the feature without it cannot reach any spot.
    """
    build, result = subject.build, subject.result
    network = opened.network_of(build)
    cost = opened.impedance_of(build, result.request.profile)
    spots = snapped(build, profile(result.request.profile), result.spots)
    number = half_minutes(nearest_everywhere(network, cost, spots))
    lines = _lines_by_class(network, number, drawn_pieces(build))
    features = [
        _feature({} if number < 0 else {"cost_s": number * STEP_S}, "MultiLineString", lines[number])
        for number in sorted(lines, reverse=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def homes_layer(subject: Subject) -> Collection:
    """Return the homes as points with ``cost_s`` (absent where no spot can be reached) and ``population``."""
    result = subject.result
    features = []
    for lon, lat, people, cost_s in zip(
        result.origins.lon.tolist(),
        result.origins.lat.tolist(),
        result.origin_population.tolist(),
        result.walks.cost_s.tolist(),
        strict=True,
    ):
        properties = {"population": round(people, 1)} | (
            {"cost_s": round(cost_s)} if math.isfinite(cost_s) else {}
        )
        features.append(_feature(properties, "Point", [round(lon, DIGITS), round(lat, DIGITS)]))
    return {"type": "FeatureCollection", "features": features}


def hexagons_layer(subject: Subject) -> Collection:
    """Return the inhabited H3 hexagons with their people, shares and median walking time."""
    result = subject.result
    features = []
    for area in hexagons_of(result):
        ring = [[round(lon, DIGITS), round(lat, DIGITS)] for lat, lon in h3.cell_to_boundary(area.name)]
        properties: dict[str, Any] = {"hex": area.name, "population": round(area.population, 1)}
        if finite(area.median_s) is not None:
            properties["median_s"] = round(area.median_s)
        properties["share_within"] = _shares(area)
        features.append(_feature(properties, "Polygon", [[*ring, ring[0]]]))
    return {"type": "FeatureCollection", "features": features}


def districts_layer(subject: Subject) -> Collection:
    """Return the districts with their people, shares, median and people beyond the longest threshold."""
    result = subject.result
    features = []
    for area, shape in zip(result.districts, result.district_areas, strict=True):
        if shape is None:
            continue
        properties: dict[str, Any] = {
            "name": area.name,
            "population": round(area.population, 1),
            "beyond": round(area.beyond(result.longest), 1),
            "share_within": _shares(area),
        }
        for key in ("median_s", "p90_s"):
            value = finite(getattr(area, key))
            if value is not None:
                properties[key] = round(value)
        drawn = shapely.set_precision(shapely.simplify(shape, SHOWN_DEGREES), 10.0**-DIGITS)
        geometry = as_geojson(drawn)
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def spots_layer(subject: Subject) -> Collection:
    """Return the spots people walk to, pinned ones included, as points with their name and kind."""
    return _points(subject.result.spots)


def unknown_layer(subject: Subject) -> Collection:
    """Return the spots that are not counted because nobody knows whether they are step-free or open."""
    return _points(subject.result.spots_unknown)


def worst_layer(subject: Subject) -> Collection:
    """Return the worst-served homes, the worst first; ``cost_s`` is absent where there is no way."""
    features = []
    for number, home in enumerate(worst_homes(subject.result), start=1):
        properties: dict[str, Any] = {
            "number": number,
            "population": round(home.population, 1),
            "district": home.district,
        }
        if math.isfinite(home.cost_s):
            properties["cost_s"] = round(home.cost_s)
        features.append(_feature(properties, "Point", [round(home.lon, DIGITS), round(home.lat, DIGITS)]))
    return {"type": "FeatureCollection", "features": features}


SAID_OF_SPOTS = ("what", "activity", "opening_hours", "step_free")


def _points(spots: PointSet) -> Collection:
    nothing = [""] * len(spots)
    columns = [spots.columns[key].tolist() if key in spots.columns else nothing for key in SAID_OF_SPOTS]
    places = zip(spots.id, spots.lon.tolist(), spots.lat.tolist(), spots.name or nothing, strict=True)
    features = []
    for (spot_id, lon, lat, name), *said in zip(places, *columns, strict=True):
        properties = {"name": name, **dict(zip(SAID_OF_SPOTS, said, strict=True))}
        features.append({**_feature(properties, "Point", [round(lon, 6), round(lat, 6)]), "id": spot_id})
    return {"type": "FeatureCollection", "features": features}


def _shares(area: AreaCoverage) -> dict[str, float]:
    return {minutes_key(minutes): round(share, 4) for minutes, share in area.share_within.items()}


def _feature(properties: Collection, kind: str, coordinates: Any) -> Collection:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def _lines_by_class(
    network: WalkNetwork, number: NDArray[np.int64], drawn: NDArray[np.bool_]
) -> dict[int, list[list[list[float]]]]:
    """Return the lines of each class; neighbouring segments of an edge in one class are one line."""
    segment = np.flatnonzero(drawn)
    if not segment.size:
        return {}
    follows = np.diff(segment) == 1
    follows &= number[segment[1:]] == number[segment[:-1]]
    start = np.flatnonzero(np.concatenate([[True], ~follows]))
    end = np.append(start[1:], segment.size) - 1
    lonlat = np.column_stack([wrap(network.point_lon), network.point_lat]).round(DIGITS)
    lines: dict[int, list[list[list[float]]]] = {}
    for a, b in zip(segment[start].tolist(), (segment[end] + 2).tolist(), strict=True):
        lines.setdefault(int(number[a]), []).append(lonlat[a:b].tolist())
    return lines


def compact(collection: Collection) -> str:
    """Return the layer as compact JSON, the same as written at once.

    It is written in pieces: the encoder lets no other thread work until it is done.
    """
    return "".join(_pieces(collection))


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield "{"
        for number, (name, inner) in enumerate(value.items()):
            yield f"{',' if number else ''}{_written(name)}:"
            yield from _pieces(inner)
        yield "}"
    elif isinstance(value, list) and len(value) > _PIECE:
        yield "["
        for start in range(0, len(value), _PIECE):
            yield f"{',' if start else ''}{_written(value[start : start + _PIECE])[1:-1]}"
        yield "]"
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        yield "["
        for number, one in enumerate(value):
            yield "," if number else ""
            yield from _pieces(one)
        yield "]"
    else:
        yield _written(value)


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
