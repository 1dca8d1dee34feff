"""Our reader of the binary format against pyosmium, element by element."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import osmium
import pytest

from micropolis_map.sources.osm_file import read_osm

TYPES = {"n": "node", "w": "way", "r": "relation"}


@pytest.mark.parametrize(
    "name",
    [
        "look-alikes/town.osm.pbf",
        "look-alikes/sparse.osm.pbf",
        "monaco/monaco.osm.pbf",
        "andorra/andorra.osm.pbf",
        "porto_alegre/poa_osm.pbf",
    ],
)
def test_same_as_pyosmium(data_file: Callable[[str], Path], name: str) -> None:
    path = data_file(name)
    ours = read_osm(path)
    nodes, tags, ways, relations = {}, {}, {}, {}
    for element in osmium.FileProcessor(str(path)):
        if element.is_node():
            nodes[element.id] = (element.location.lon, element.location.lat)
            if len(element.tags):
                tags[element.id] = dict(element.tags)
        elif element.is_way():
            ways[element.id] = ([n.ref for n in element.nodes], dict(element.tags))
        elif len(element.tags):
            members = tuple((TYPES[m.type], m.ref, m.role) for m in element.members)
            relations[element.id] = (dict(element.tags), members)
    assert ours.node_id.tolist() == sorted(nodes)
    assert list(zip(ours.node_lon.tolist(), ours.node_lat.tolist(), strict=True)) == [
        nodes[i] for i in ours.node_id.tolist()
    ]
    assert {int(ours.node_id[i]): t for i, t in ours.node_tags.items()} == tags
    assert ours.dangling_refs == 0
    assert {
        int(way): (ours.node_id[ours.way_nodes(i)].tolist(), ours.way_tags[i])
        for i, way in enumerate(ours.way_id)
    } == ways
    assert {r.id: (r.tags, r.members) for r in ours.relations} == relations
