"""Squares drawn as areas: walkers cross them instead of following the outline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.analysis.metric import metres_per_degree, unwrap
from micropolis_map.analysis.walkability import is_square, is_walkable
from micropolis_map.domain.osm_extract import OsmExtract, OsmRelation
from micropolis_map.workers.mending import valid_areas

MOST_CORNERS = (
    200  # 19,900 sight lines; beyond, every k-th corner sees the others, the outline joins the rest
)
SLACK_M = 0.01  # a line along the outline is inside it, whatever its last digit says


@dataclass(frozen=True)
class Square:
    """Open ground for walkers.

    Attributes
    ----------
    id
        Of the way; of the relation, negative.
    way
        Index of the closed way, -1 for a multipolygon.
    rings
        Closed rings of node indices, outlines and holes in any order.
    """

    id: int
    way: int
    tags: Mapping[str, str]
    rings: tuple[NDArray[np.int64], ...]


def squares(extract: OsmExtract, walkable: Iterable[int], year: int) -> list[Square]:
    """Return the squares among the `walkable` ways (indices) and the multipolygons of `extract`.

    `year` is that whose ordinary weekdays decide which multipolygons are open.
    """
    found = []
    for way in walkable:
        tags = extract.way_tags[way]
        if is_square(tags):
            nodes = extract.way_nodes(way)
            if nodes.size >= 4 and nodes[0] == nodes[-1] and nodes.min() >= 0:
                found.append(Square(int(extract.way_id[way]), way, tags, (nodes,)))
    relations = [r for r in extract.relations if is_square(r.tags) and is_walkable(r.tags, year)]
    if relations:
        index = {int(way_id): i for i, way_id in enumerate(extract.way_id)}
        for relation in relations:
            rings = _rings(extract, relation, index)
            if rings:
                found.append(Square(-relation.id, -1, relation.tags, rings))
    return found


def _rings(
    extract: OsmExtract, relation: OsmRelation, index: Mapping[int, int]
) -> tuple[NDArray[np.int64], ...]:
    """Return the closed rings that the relation's ways form; what does not close is left out."""
    ways = [index[member] for kind, member, _ in relation.members if kind == "way" and member in index]
    parts = [nodes for nodes in map(extract.way_nodes, ways) if nodes.size >= 2 and nodes.min() >= 0]
    rings = [part for part in parts if part[0] == part[-1]]
    open_parts = [part for part in parts if part[0] != part[-1]]
    while open_parts:
        ring = open_parts.pop()
        while ring[0] != ring[-1]:
            follower = next((i for i, part in enumerate(open_parts) if ring[-1] in (part[0], part[-1])), None)
            if follower is None:
                break
            part = open_parts.pop(follower)
            ring = np.concatenate([ring, (part if part[0] == ring[-1] else part[::-1])[1:]])
        if ring[0] == ring[-1]:
            rings.append(ring)
    return tuple(ring for ring in rings if ring.size >= 4)


def sight_lines(square: Square, extract: OsmExtract) -> NDArray[np.int64]:
    """Return the pairs of corners that see each other across the square, int64[k, 2] node indices.

    Sides of the outline are not among them: they are walkable ways already. Every node of the outline
    is a corner.
    """
    nodes, at = np.unique(np.concatenate(square.rings), return_inverse=True)
    rings = np.split(at, np.cumsum([ring.size for ring in square.rings])[:-1])
    corners = np.arange(nodes.size)
    if corners.size > MOST_CORNERS:
        corners = corners[:: -(-corners.size // MOST_CORNERS)]
    a, b = np.triu_indices(corners.size, 1)
    a, b = corners[a], corners[b]
    sides = np.concatenate(
        [np.minimum(r[1:], r[:-1]) * nodes.size + np.maximum(r[1:], r[:-1]) for r in rings]
    )
    apart = ~np.isin(a * nodes.size + b, sides)
    a, b = a[apart], b[apart]
    lat = extract.node_lat[nodes]
    east, north = metres_per_degree(lat[0])
    lon = unwrap(extract.node_lon[nodes], float(extract.node_lon[nodes[0]]))
    metres = np.column_stack([(lon - lon[0]) * east, (lat - lat[0]) * north])
    ground = _ground([shapely.Polygon(metres[ring]) for ring in rings])
    shapely.prepare(ground)
    inside = shapely.covers(ground, shapely.linestrings(np.stack([metres[a], metres[b]], axis=1)))
    return np.column_stack([nodes[a], nodes[b]])[np.asarray(inside)]


def _ground(rings: list[shapely.Polygon]) -> shapely.Geometry:
    ground: shapely.Geometry
    ground, *others = valid_areas(rings, "linework")
    for ring in others:  # even–odd: a ring inside another is a hole
        ground = shapely.symmetric_difference(ground, ring)
    return shapely.buffer(ground, SLACK_M)
