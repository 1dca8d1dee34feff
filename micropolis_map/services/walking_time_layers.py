"""Walking time as map layers: streets, homes and hexagons coloured by the time to the nearest spot.

Coordinates are rounded to 5 digits (1 m) and streets of the same time share one feature, so that a browser
gets little and draws it quickly.
"""

from __future__ import annotations

import json
import math
from typing import Any

import h3
import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.analysis.metric import wrap
from micropolis_map.analysis.nearest import nearest_along_edges, node_labels
from micropolis_map.analysis.network import WAY, WalkNetwork
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.search import UNREACHED
from micropolis_map.services import opened
from micropolis_map.services.assessing import Deps, assess_coverage, snapped
from micropolis_map.services.coverage_result import CoverageRequest, CoverageResult, finite
from micropolis_map.services.extract_window import widened
from micropolis_map.services.hexagons import hexagons_of
from micropolis_map.services.opened import Build
from micropolis_map.services.thresholds import minutes_key

Collection = dict[str, Any]

STEP_S = 30.0
"""Streets are drawn in classes of half a minute: finer than what people choose, few enough to draw."""

DIGITS = 5
"""Of a degree: 1 m."""

SHOWN_BEYOND_M = 500.0
"""Streets are drawn so far beyond the districts."""


def streets_layer(deps: Deps, slug: str, request: CoverageRequest) -> Collection:
    """Return the streets as a MultiLineString for each class of walking time.

    A feature's ``cost_s`` is the upper end of its class, so comparing it with a threshold of whole or half
    minutes is exact at the middle of every segment; the feature without it cannot reach any spot.
    """
    build = opened.current_build(deps.community_store, slug)
    result = assess_coverage(deps, slug, request)
    network = opened.network_of(build)
    cost = opened.impedance_of(build, request.profile)
    spots = snapped(build, profile(request.profile), result.spots)
    labels = nearest_along_edges(network, cost, spots, node_labels(cost, spots))
    lines = _lines_by_class(network, _segment_class(labels), _drawn(network, build))
    features = [
        _feature({} if number < 0 else {"cost_s": number * STEP_S}, "MultiLineString", lines[number])
        for number in sorted(lines, reverse=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def homes_layer(deps: Deps, slug: str, request: CoverageRequest) -> Collection:
    """Return the homes as points with ``cost_s`` (absent where no spot can be reached) and ``population``."""
    result = assess_coverage(deps, slug, request)
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


def hexagons_layer(deps: Deps, slug: str, request: CoverageRequest) -> Collection:
    """Return the inhabited H3 hexagons with their people, shares and median walking time."""
    result = assess_coverage(deps, slug, request)
    features = []
    for area in hexagons_of(result):
        ring = [[round(lon, DIGITS), round(lat, DIGITS)] for lat, lon in h3.cell_to_boundary(area.name)]
        properties: dict[str, Any] = {"hex": area.name, "population": round(area.population, 1)}
        if finite(area.median_s) is not None:
            properties["median_s"] = round(area.median_s)
        shares = area.share_within.items()
        properties["share_within"] = {minutes_key(minutes): round(share, 4) for minutes, share in shares}
        features.append(_feature(properties, "Polygon", [[*ring, ring[0]]]))
    return {"type": "FeatureCollection", "features": features}


def spots_layer(result: CoverageResult) -> Collection:
    """Return the spots people walk to, pinned ones included, as points with ``name`` and ``what``."""
    spots = result.spots
    what = spots.columns["what"].tolist() if "what" in spots.columns else [""] * len(spots)
    names = spots.name or ("",) * len(spots)
    features = [
        {**_feature({"name": name, "what": kind}, "Point", [round(lon, 6), round(lat, 6)]), "id": spot_id}
        for spot_id, lon, lat, name, kind in zip(
            spots.id, spots.lon.tolist(), spots.lat.tolist(), names, what, strict=True
        )
    ]
    return {"type": "FeatureCollection", "features": features}


def _feature(properties: Collection, kind: str, coordinates: Any) -> Collection:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def _drawn(network: WalkNetwork, build: Build) -> NDArray[np.bool_]:
    """Return which points start a segment to draw: of a way, near the districts."""
    _, districts = opened.districts_of(build)
    west, south, east, north = widened(tuple(shapely.total_bounds(list(districts)).tolist()), SHOWN_BEYOND_M)
    lon, lat = wrap(network.point_lon), network.point_lat
    drawn = np.repeat(network.edge_kind == WAY, np.diff(network.edge_first))
    drawn &= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    drawn[network.edge_first[1:] - 1] = False
    return drawn


def _segment_class(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the class of each segment's middle (upper end ÷ `STEP_S`); -1 where an end reaches no spot."""
    cost_s = np.where(labels == UNREACHED, np.inf, (labels >> 32) / 1000.0)
    middle = (cost_s + np.append(cost_s[1:], np.inf)) / 2.0
    return np.where(
        np.isfinite(middle), np.ceil(np.where(np.isfinite(middle), middle, 0.0) / STEP_S), -1
    ).astype(np.int64)


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
    """Return the layer as compact JSON."""
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
