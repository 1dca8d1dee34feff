"""A recorded Overpass answer in JSON, whatever its ``out`` statement: ``body``, ``skel qt``, ``geom``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from micropolis_map.domain.osm_extract import OsmExtract, OsmRelation
from micropolis_map.errors import Sentence, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.osm_columns import OsmColumns, extract_of

AGAIN = mark("ask the server again, or choose another file")


def read_overpass(content: bytes, path: Path) -> OsmExtract:
    """Return the elements of the Overpass answer `content` of the file at `path`.

    Raises
    ------
    UnreadableFile
        It is not JSON, not an Overpass answer, or the server stopped before the end (its ``remark``).
    InvalidInput
        It holds no element.
    """
    return extract_of(overpass_columns(content, path.name), path.name)


def overpass_columns(content: bytes, source: str) -> OsmColumns:
    """Return what the Overpass answer lists; see `read_overpass`."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            mark("{file} is not whole JSON: {reason}"), AGAIN, file=source, reason=error
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("elements"), list):
        raise UnreadableFile(
            mark("{file} is JSON, but not an Overpass answer: it has no list 'elements'{seems}"),
            AGAIN,
            file=source,
            seems=_seems(document),
        )
    if "error" in str(document.get("remark", "")):
        raise UnreadableFile(
            mark("{file} breaks off, its server said {said}"),
            mark("ask for a smaller area"),
            file=source,
            said=repr(document["remark"]),
        )
    try:
        return _columns(document)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnreadableFile(
            mark("{file} has an element that is not as Overpass writes it: {reason}"),
            AGAIN,
            file=source,
            reason=repr(error),
        ) from error


def _seems(document: object) -> str:
    if isinstance(document, dict) and str(document.get("type", "")).startswith("Feature"):
        return Sentence(mark(" (it seems to be GeoJSON)"))
    if isinstance(document, list):
        return Sentence(mark(" (it seems to be a list, such as Nominatim answers)"))
    return ""


def _columns(document: Mapping[str, Any]) -> OsmColumns:
    elements = document["elements"]
    nodes = [e for e in elements if e["type"] == "node" and "lat" in e]
    ways = [e for e in elements if e["type"] == "way"]
    relations = [e for e in elements if e["type"] == "relation" and e.get("tags")]
    refs = [way.get("nodes", ()) for way in ways]
    ids, lon, lat = _inline_nodes(ways)
    return OsmColumns(
        node_id=np.array([n["id"] for n in nodes] + ids, np.int64),
        node_lon=np.array([n["lon"] for n in nodes] + lon, np.float64),
        node_lat=np.array([n["lat"] for n in nodes] + lat, np.float64),
        node_tags={i: n["tags"] for i, n in enumerate(nodes) if n.get("tags")},
        way_id=np.array([w["id"] for w in ways], np.int64),
        way_counts=np.array([len(r) for r in refs], np.int64),
        way_refs=np.array([ref for r in refs for ref in r], np.int64),
        way_tags=[w.get("tags", {}) for w in ways],
        relations=[_relation(r) for r in relations],
        timestamp=str(document.get("osm3s", {}).get("timestamp_osm_base", "")),
    )


def _inline_nodes(ways: Sequence[Mapping[str, Any]]) -> tuple[list[int], list[float], list[float]]:
    """Return the nodes that ``out geom`` writes into its ways, without those beyond its bounding box."""
    pairs = [
        (ref, position)
        for way in ways
        if "geometry" in way and "nodes" in way
        for ref, position in zip(way["nodes"], way["geometry"], strict=True)
        if position
    ]
    return (
        [ref for ref, _ in pairs],
        [position["lon"] for _, position in pairs],
        [position["lat"] for _, position in pairs],
    )


def _relation(element: Mapping[str, Any]) -> OsmRelation:
    members = tuple((m["type"], int(m["ref"]), m.get("role", "")) for m in element.get("members", ()))
    return OsmRelation(id=int(element["id"]), tags=element["tags"], members=members)
