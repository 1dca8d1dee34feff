"""Extracts for tests: from a file through pyosmium, an independent reader, or from plain lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from micropolis_map.domain.osm_extract import OsmExtract, OsmRelation

Nodes = Mapping[int, tuple[float, float]]
Way = tuple[int, list[int], Mapping[str, str]]


def extract_of(
    nodes: Nodes,
    ways: Iterable[Way],
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
    relations: Iterable[OsmRelation] = (),
) -> OsmExtract:
    """The extract with these nodes (id -> lon, lat) and ways (id, refs, tags); unknown refs dangle."""
    ids = np.array(sorted(nodes), dtype=np.int64)
    index = {int(node): i for i, node in enumerate(ids)}
    ways = list(ways)
    refs: list[int] = []
    offsets = [0]
    dangling = 0
    for _, members, _ in ways:
        here = [index.get(ref, -1) for ref in members]
        dangling += here.count(-1)
        while here and here[0] == -1:
            here.pop(0)
        while here and here[-1] == -1:
            here.pop()
        refs += here
        offsets.append(len(refs))
    return OsmExtract(
        node_id=ids,
        node_lon=np.array([nodes[int(i)][0] for i in ids], dtype=np.float64),
        node_lat=np.array([nodes[int(i)][1] for i in ids], dtype=np.float64),
        node_tags={index[node]: tags for node, tags in (node_tags or {}).items()},
        way_id=np.array([way[0] for way in ways], dtype=np.int64),
        way_offsets=np.array(offsets, dtype=np.int64),
        way_refs=np.array(refs, dtype=np.int64),
        way_tags=tuple(way[2] for way in ways),
        relations=tuple(relations),
        source="a test",
        dangling_refs=dangling,
    )


def read_with_pyosmium(path: Path) -> OsmExtract:
    """The extract in a file, read by pyosmium."""
    import osmium

    nodes: dict[int, tuple[float, float]] = {}
    node_tags: dict[int, dict[str, str]] = {}
    ways: list[Way] = []
    relations: list[OsmRelation] = []
    for item in osmium.FileProcessor(str(path)):
        if item.is_node():
            nodes[item.id] = (item.location.lon, item.location.lat)
            if len(item.tags):
                node_tags[item.id] = dict(item.tags)
        elif item.is_way():
            ways.append((item.id, [node.ref for node in item.nodes], dict(item.tags)))
        elif item.is_relation():
            members = tuple(
                ({"n": "node", "w": "way", "r": "relation"}[m.type], m.ref, m.role) for m in item.members
            )
            relations.append(OsmRelation(item.id, dict(item.tags), members))
    return extract_of(nodes, ways, node_tags, relations)
