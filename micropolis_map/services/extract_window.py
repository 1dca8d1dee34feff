"""The part of an extract around a community, when a file holds much more than it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from micropolis_map.domain.osm_extract import OsmExtract

Bounds = tuple[float, float, float, float]
METRES_PER_DEGREE = 111_195.0
"""Of latitude, on a sphere of 6,371 km."""


def widened(bounds: Bounds, by_m: float) -> Bounds:
    """Return the box `bounds` (west, south, east, north; degrees) moved outwards by `by_m` metres."""
    west, south, east, north = bounds
    up = by_m / METRES_PER_DEGREE
    aside = up / max(0.01, np.cos(np.radians(max(abs(south), abs(north)))))
    return west - aside, south - up, east + aside, north + up


def within(extract: OsmExtract, bounds: Bounds) -> OsmExtract:
    """Return the nodes in the box `bounds` and the ways that touch it; `extract` itself if that is all.

    Ways are kept whole, so no walk is cut inside the box. Relations are kept all: they name members by id.
    """
    west, south, east, north = bounds
    lon, lat = extract.node_lon, extract.node_lat
    in_box = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    if in_box.all():
        return extract
    way_of_ref = np.repeat(np.arange(len(extract.way_id)), np.diff(extract.way_offsets))
    real = extract.way_refs >= 0
    keep_way = np.zeros(len(extract.way_id), dtype=bool)
    keep_way[way_of_ref[real & in_box[extract.way_refs]]] = True
    keep_ref = keep_way[way_of_ref]
    keep_node = in_box.copy()
    keep_node[extract.way_refs[keep_ref & real]] = True
    return _take(extract, keep_node, keep_way, keep_ref)


def _take(
    extract: OsmExtract,
    keep_node: NDArray[np.bool_],
    keep_way: NDArray[np.bool_],
    keep_ref: NDArray[np.bool_],
) -> OsmExtract:
    new_index = np.where(keep_node, np.cumsum(keep_node) - 1, -1)
    refs = extract.way_refs[keep_ref]
    sizes = np.diff(extract.way_offsets)[keep_way]
    return replace(
        extract,
        node_id=extract.node_id[keep_node],
        node_lon=extract.node_lon[keep_node],
        node_lat=extract.node_lat[keep_node],
        node_tags={int(new_index[i]): tags for i, tags in extract.node_tags.items() if keep_node[i]},
        way_id=extract.way_id[keep_way],
        way_offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        way_refs=np.where(refs >= 0, new_index[refs], -1),
        way_tags=tuple(tags for tags, kept in zip(extract.way_tags, keep_way.tolist(), strict=True) if kept),
    )
