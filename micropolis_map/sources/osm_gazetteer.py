"""Names one may search for: addresses, streets, named features."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.sources.osm_geometry import Tags, areas_of, nodes_where, way_lines, ways_where


class Named(NamedTuple):
    """A text and where it is: degrees, EPSG:4326. `kind` is ``address``, ``street`` or ``feature``."""

    text: str
    kind: str
    lon: float
    lat: float


def addresses_of(extract: OsmExtract) -> tuple[tuple[str, float, float], ...]:
    """Return the addresses as ``(text, lon, lat)``: ``("Via Roma 5", 9.11, 39.21)``; each text once."""
    nodes = nodes_where(extract, _has_address)
    areas = areas_of(extract, _has_address)
    points = shapely.point_on_surface(areas.geometry)
    texts = [_address(t) for t in (*(extract.node_tags[i] for i in nodes.tolist()), *areas.tags)]
    lon = np.concatenate((extract.node_lon[nodes], shapely.get_x(points))).tolist()
    lat = np.concatenate((extract.node_lat[nodes], shapely.get_y(points))).tolist()
    unique = {text: (text, x, y) for text, x, y in reversed(list(zip(texts, lon, lat, strict=True)))}
    return tuple(sorted(unique.values()))


def gazetteer_of(extract: OsmExtract) -> tuple[Named, ...]:
    """Return what has a name, sorted by text: addresses, streets (once each), nodes and areas."""
    named = [Named(text, "address", lon, lat) for text, lon, lat in addresses_of(extract)]
    named += _streets(extract) + _features(extract)
    return tuple(sorted(set(named)))


def _has_address(tags: Tags) -> bool:
    return "addr:housenumber" in tags and bool(tags.get("addr:street") or tags.get("addr:place"))


def _address(tags: Tags) -> str:
    return f"{tags.get('addr:street') or tags['addr:place']} {tags['addr:housenumber']}"


def _streets(extract: OsmExtract) -> list[Named]:
    """Return each street name once, at the middle of its longest way."""
    ways, lines = way_lines(extract, ways_where(extract, lambda t: "highway" in t and "name" in t))
    order = np.argsort(shapely.length(lines))
    longest = {extract.way_tags[ways[i]]["name"]: lines[i] for i in order.tolist()}
    middles = shapely.line_interpolate_point(np.array(list(longest.values()), object), 0.5, normalized=True)
    lon, lat = shapely.get_x(middles).tolist(), shapely.get_y(middles).tolist()
    return [Named(name, "street", x, y) for name, x, y in zip(longest, lon, lat, strict=True)]


def _features(extract: OsmExtract) -> list[Named]:
    nodes = nodes_where(extract, lambda tags: "name" in tags and "highway" not in tags)
    areas = areas_of(extract, lambda tags: "name" in tags and "highway" not in tags)
    points = shapely.point_on_surface(areas.geometry)
    names = [extract.node_tags[i]["name"] for i in nodes.tolist()] + [tags["name"] for tags in areas.tags]
    lon = np.concatenate((extract.node_lon[nodes], shapely.get_x(points))).tolist()
    lat = np.concatenate((extract.node_lat[nodes], shapely.get_y(points))).tolist()
    return [Named(name, "feature", x, y) for name, x, y in zip(names, lon, lat, strict=True)]
