"""Rooms that are there already, from OpenStreetMap; which tags, and of what kind, says ``venues.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.points import PointSet
from micropolis_map.sources.osm_geometry import Tags, areas_of, nodes_where, values_of

TABLE = Path(__file__).with_name("venues.toml")
CLOSED = frozenset({"private", "no"})


@cache
def _kinds() -> tuple[tuple[str, str, str, frozenset[str]], ...]:
    """Return ``(key, value, kind, unless)`` rows in the order of the table."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["venue"]
    return tuple(
        (*tag.split("=", 1), row["kind"], frozenset(row.get("unless", ())))
        for row in rows
        for tag in row["tags"]
    )


@cache
def _keys() -> frozenset[str]:
    return frozenset(key for key, *_ in _kinds())


def venue_kinds() -> tuple[str, ...]:
    """Return the kinds of venues, in the order of the table."""
    return tuple(dict.fromkeys(kind for _, _, kind, _ in _kinds()))


def venue_kind(tags: Tags) -> str:
    """Return the kind of venue a feature is, empty for none or one that is closed to the public.

    Examples
    --------
    >>> venue_kind({"amenity": "school"}), venue_kind({"shop": "vacant"})
    ('school', '')
    """
    if not _keys() & tags.keys() or tags.get("access") in CLOSED:
        return ""
    for key, value, kind, unless in _kinds():
        for found in values_of(tags, key) if key in tags else ():
            if value in {found, "*"} and f"{key}={found}" not in unless:
                return kind
    return ""


def venues_of(extract: OsmExtract, boundary: BaseGeometry | None = None) -> PointSet:
    """Return the venues inside the boundary: nodes, closed ways and multipolygons, areas at a point inside.

    Returns
    -------
    PointSet
        ids ``node/123``, ``way/5``, ``relation/7``; column ``kind``, one of `venue_kinds`.
    """
    nodes = nodes_where(extract, lambda tags: bool(venue_kind(tags)))
    areas = areas_of(extract, lambda tags: bool(venue_kind(tags)))
    points = shapely.point_on_surface(areas.geometry)
    tags = [extract.node_tags[i] for i in nodes.tolist()] + list(areas.tags)
    found = PointSet(
        id=(*(f"node/{i}" for i in extract.node_id[nodes].tolist()), *areas.ids),
        lon=np.concatenate((extract.node_lon[nodes], shapely.get_x(points))),
        lat=np.concatenate((extract.node_lat[nodes], shapely.get_y(points))),
        name=tuple(one.get("name", "") for one in tags),
        columns={"kind": np.array([venue_kind(one) for one in tags], np.str_)},
        source=f"OpenStreetMap ({extract.source})",
    )
    if boundary is not None and len(found):
        shapely.prepare(boundary)
        found = found.take(shapely.contains_xy(boundary, found.lon, found.lat))
    return found
