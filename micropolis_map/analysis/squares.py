"""Squares drawn as areas: walkers cross them instead of following the outline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.analysis.metric import metres_per_degree
from micropolis_map.analysis.walkability import is_square, is_walkable
from micropolis_map.domain.osm_extract import OsmExtract, OsmRelation

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


def squares(extract: OsmExtract, walkable: Iterable[int]) -> list[Square]:
    """Return the squares among the `walkable` ways (indices) and the multipolygons of `extract`."""
    found = []
    for way in walkable:
        tags = extract.way_tags[way]
        if is_square(tags):
            nodes = extract.way_nodes(way)
            if nodes.size >= 4 and nodes[0] == nodes[-1] and nodes.min() >= 0:
                found.append(Square(int(extract.way_id[way]), way, tags, (nodes,)))
    relations = [r for r in extract.relations if is_square(r.tags) and is_walkable(r.tags)]
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


def sight_lines(square: Square, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the pairs of corners that see each other across the square, int64[k, 2] node indices.

    Sides of the outline are not among them: they are walkable ways already. Every node of the outline
    is a corner.

    Parameters
    ----------
    square
        Its rings index `lon` and `lat`.
    lon, lat
        Of all nodes, degrees, longitudes in one frame.
    """
    corners = np.unique(np.concatenate([ring[:-1] for ring in square.rings]))
    if corners.size > MOST_CORNERS:
        corners = corners[:: -(-corners.size // MOST_CORNERS)]
    a, b = np.triu_indices(corners.size, 1)
    pairs = np.column_stack([corners[a], corners[b]])
    sides = _sides(square)
    pairs = pairs[[(i, j) not in sides for i, j in pairs.tolist()]]
    if pairs.size == 0:
        return np.empty((0, 2), dtype=np.int64)
    first = square.rings[0][0]
    east, north = metres_per_degree(lat[first])
    metres = np.column_stack([(lon - lon[first]) * east, (lat - lat[first]) * north])
    ground = _ground([metres[ring] for ring in square.rings])
    shapely.prepare(ground)
    inside: NDArray[np.bool_] = shapely.covers(ground, shapely.linestrings(metres[pairs]))
    return pairs[inside]


def _ground(rings: list[NDArray[np.float64]]) -> shapely.Geometry:
    ground = shapely.make_valid(shapely.Polygon(rings[0]))
    for ring in rings[1:]:  # even–odd: a ring inside another is a hole
        ground = shapely.symmetric_difference(ground, shapely.make_valid(shapely.Polygon(ring)))
    return shapely.buffer(ground, SLACK_M)


def _sides(square: Square) -> set[tuple[int, int]]:
    return {
        (min(a, b), max(a, b))
        for ring in square.rings
        for a, b in zip(ring[:-1].tolist(), ring[1:].tolist(), strict=True)
    }
