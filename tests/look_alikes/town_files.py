"""The invented demo town, from ``data/geo/demo/`` (CC0), as the files that real towns come in."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h3
import osmium
from osmium.osm.mutable import Relation

DEMO = Path(__file__).parents[2] / "data" / "geo" / "demo"
MADE = "2026-01-15T12:00:00Z"
RELATIONS = (
    (7, {"type": "multipolygon", "building": "apartments"}, [("w", 300, "outer"), ("w", 301, "inner")]),
    (3, {"type": "route", "route": "foot", "name": "Runde vej"}, [("w", 1, ""), ("n", 5, "stop")]),
    (4_000_000_000, {"type": "network"}, [("r", 3, "Ægir"), ("w", 4_100_000_000, "")]),
    (9, {}, [("w", 1, "")]),
)
"""Id, tags and members: of every type, in no order, one beyond 32 bits, one member that is not there."""


def write_town(path: Path, kind: str = "pbf") -> None:
    """Write the town and `RELATIONS` with pyosmium; `kind` is a format as osmium names it, with options."""
    header = osmium.io.Header()
    header.set("generator", "tests/look_alikes (invented)")
    header.set("osmosis_replication_timestamp", MADE)
    with osmium.SimpleWriter(osmium.io.File(str(path), kind), header=header) as writer:
        for element in osmium.FileProcessor(str(DEMO / "town.osm.gz")):
            writer.add(element)
        for number, tags, members in RELATIONS:
            writer.add_relation(Relation(id=number, tags=tags, members=members))


def write_answers(path: Path, *, streets: bool = True, features: bool = True) -> None:
    """Write the town as an answer of Overpass: its streets, everything else, or both, each with its nodes.

    Ways stand before the nodes they are made of, and a node twice where both statements of a query gave it,
    as in answers to ``(way[…];>;);``.
    """
    nodes, ways, relations = _elements()
    ways = [way for way in ways if (streets if "highway" in way.get("tags", {}) else features)]
    used = {ref for way in ways for ref in way["nodes"]}
    alone = [node for number, node in nodes.items() if features and "tags" in node and number not in used]
    twice = [{key: node[key] for key in ("type", "id", "lat", "lon")} for node in alone]
    document = {
        "version": 0.6,
        "generator": "tests/look_alikes (invented)",
        "osm3s": {"timestamp_osm_base": MADE, "copyright": "invented"},
        "elements": [*twice, *ways, *(nodes[ref] for ref in sorted(used)), *alone],
    }
    if features:
        document["elements"] += relations
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _elements() -> tuple[dict[int, dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Return nodes by id, ways and relations as Overpass writes them; without tags there is no ``tags``."""
    nodes, ways = {}, []
    for element in osmium.FileProcessor(str(DEMO / "town.osm.gz")):
        tags = {"tags": dict(element.tags)} if len(element.tags) else {}
        if element.is_node():
            at = {"lat": element.location.lat, "lon": element.location.lon}
            nodes[element.id] = {"type": "node", "id": element.id, **at, **tags}
        elif element.is_way():
            refs = [node.ref for node in element.nodes]
            ways.append({"type": "way", "id": element.id, "nodes": refs, **tags})
    kinds = {"n": "node", "w": "way", "r": "relation"}
    relations = [
        {
            "type": "relation",
            "id": number,
            "members": [{"type": kinds[kind], "ref": ref, "role": role} for kind, ref, role in members],
            "tags": tags,
        }
        for number, tags, members in RELATIONS
        if tags
    ]
    return nodes, ways, relations


def outline() -> dict[str, Any]:
    """The town's outline, a GeoJSON geometry."""
    features = json.loads((DEMO / "districts.geojson").read_text(encoding="utf-8"))["features"]
    return next(f["geometry"] for f in features if f["properties"].get("role") == "outline")


def write_candidates(path: Path) -> None:
    """Write what Nominatim answers to the town's name: the municipality is neither first nor alone.

    The county of that name is as important as the municipality and comes behind it; the sea around, more
    important than both, is no boundary; a bus stop is a point.
    """
    around = {"type": "Polygon", "coordinates": [[[17, 55.6], [17.4, 55.6], [17.4, 55.8], [17, 55.6]]]}
    rows: list[tuple[str, int, str, str, str, float, dict[str, Any]]] = [
        ("node", 11, "highway", "bus_stop", "highway", 0.9, {"type": "Point", "coordinates": [17.2, 55.7]}),
        ("way", 12, "natural", "bay", "bay", 0.8, around),
        ("relation", 13, "boundary", "administrative", "town", 0.5, outline()),
        ("relation", 14, "boundary", "administrative", "county", 0.5, around),
    ]
    candidates = [
        {
            "place_id": 1000 + number,
            "licence": "invented",
            "osm_type": osm_type,
            "osm_id": number,
            "lat": "55.7000000",
            "lon": "17.2000000",
            "class": group,
            "type": kind,
            "place_rank": 16,
            "importance": importance,
            "addresstype": address,
            "name": "Amberø",
            "display_name": "Amberø, Østersøen",
            "boundingbox": ["55.69", "55.72", "17.16", "17.24"],
            "geojson": shape,
        }
        for osm_type, number, group, kind, address, importance, shape in rows
    ]
    path.write_text(json.dumps(candidates, ensure_ascii=False), encoding="utf-8")


def residents() -> Iterator[tuple[float, float, int]]:
    """Longitude, latitude and people of each home of the town."""
    with (DEMO / "residents.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield float(row["lon"]), float(row["lat"]), int(row["population"])


def write_hexagons(path: Path) -> None:
    """Write the town's residents by H3 cell, with the cell's centre; cells around them have nobody."""
    people: Counter[str] = Counter()
    for lon, lat, count in residents():
        people[h3.latlng_to_cell(lat, lon, 9)] += count
    cells = sorted({near for cell in people for near in h3.grid_disk(cell, 1)})
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "lon", "lat", "population", "schools", "jobs"))
        for cell in cells:
            lat, lon = h3.cell_to_latlng(cell)
            writer.writerow((cell, lon, lat, people[cell], 0, people[cell] // 3))
