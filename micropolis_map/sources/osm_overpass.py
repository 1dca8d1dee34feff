"""A recorded Overpass answer in JSON, whatever its ``out`` statement: ``body``, ``skel qt``, ``geom``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

import numpy as np

from micropolis_map.domain.osm_extract import OsmRelation
from micropolis_map.errors import Sentence, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.broken_text import where
from micropolis_map.sources.osm_columns import OsmColumns
from micropolis_map.sources.osm_editions import edition_of
from micropolis_map.sources.osm_places import Place, Places

AGAIN = mark("ask the server again, or choose another file")


def overpass_columns(content: bytes, source: str) -> OsmColumns:
    """Return what the Overpass answer `content` lists; `source` names it in errors.

    Raises
    ------
    UnreadableFile
        It is not JSON, not an Overpass answer, or the server stopped before the end (its ``remark``).
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(
            mark("{file} is not whole JSON: {reason}"), AGAIN, file=source, reason=where(error)
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
            reason=str(error) if isinstance(error, ValueError) else repr(error),
        ) from error


def _seems(document: object) -> str:
    if isinstance(document, dict) and str(document.get("type", "")).startswith("Feature"):
        return Sentence(mark(" (it seems to be GeoJSON)"))
    if isinstance(document, list):
        return Sentence(mark(" (it seems to be a list, such as Nominatim answers)"))
    return ""


def _columns(document: Mapping[str, Any]) -> OsmColumns:
    gone = {(e["type"], int(e["id"])): _edition(e) for e in document["elements"] if e.get("visible") is False}
    elements = [e for e in document["elements"] if e.get("visible") is not False]
    nodes = [e for e in elements if e["type"] == "node" and _has_place(e)]
    ways = [e for e in elements if e["type"] == "way"]
    relations = [e for e in elements if e["type"] == "relation"]
    places = Places()
    refs = [_refs(way, places) for way in ways]
    listed = OsmColumns(
        node_id=np.array([n["id"] for n in nodes], np.int64),
        node_lon=np.array([n["lon"] for n in nodes], np.float64),
        node_lat=np.array([n["lat"] for n in nodes], np.float64),
        node_tags={i: _tags(n) for i, n in enumerate(nodes) if n.get("tags")},
        way_id=np.array([w["id"] for w in ways], np.int64),
        way_counts=np.array([len(r) for r in refs], np.int64),
        way_refs=np.array([ref for r in refs for ref in r], np.int64),
        way_tags=[_tags(w) for w in ways],
        relations=[_relation(r, places) for r in relations],
        timestamp=str(document.get("osm3s", {}).get("timestamp_osm_base", "")),
        node_edition=np.array([_edition(n) for n in nodes], np.int64),
        way_edition=np.array([_edition(w) for w in ways], np.int64),
        relation_edition=[_edition(r) for r in relations],
        gone=gone,
    )
    return places.added_to(listed)


def _has_place(node: Mapping[str, Any]) -> bool:
    """Return whether the node has a place; ``out ids`` and ``out tags`` tell none."""
    there = [key for key in ("lon", "lat") if node.get(key) is not None]
    if len(there) == 1:
        raise ValueError(f"node {node['id']} has a {there[0]} alone")
    return bool(there)


def _tags(element: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags as texts, as OpenStreetMap has them; other programs write numbers, true and null."""
    tags = element.get("tags") or {}
    words = {True: "yes", False: "no"}
    return {
        key: words[value] if isinstance(value, bool) else str(value)
        for key, value in tags.items()
        if value is not None
    }


def _edition(element: Mapping[str, Any]) -> int:
    """Return the edition that ``out meta`` tells, 0 without it."""
    if "version" not in element and "timestamp" not in element:
        return 0
    return edition_of(str(element.get("version", "")), str(element.get("timestamp", "")))


def _refs(way: Mapping[str, Any], places: Places) -> Sequence[int]:
    """Return the ids of the way's nodes; ``out tags geom`` writes places without them."""
    refs: Sequence[int] = way.get("nodes") or ()
    if refs and "geometry" in way and len(refs) != len(way["geometry"]):
        raise ValueError(f"way {way['id']} has {len(refs)} nodes, but {len(way['geometry'])} places")
    return places.refs_of(_line(way["geometry"], refs or None)) if "geometry" in way else refs


def _line(geometry: Sequence[Mapping[str, float] | None], refs: Sequence[int] | None) -> list[Place]:
    """Return the places of a line; None is beyond the box that was asked for."""
    numbers = [None] * len(geometry) if refs is None else refs
    return [
        (number, float(position["lon"]), float(position["lat"])) if position else (number, nan, nan)
        for number, position in zip(numbers, geometry, strict=True)
    ]


def _relation(element: Mapping[str, Any], places: Places) -> OsmRelation:
    members = element.get("members", ())
    for member in members:
        if member.get("geometry"):
            places.way(int(member["ref"]), _line(member["geometry"], None))
        elif member["type"] == "node" and "lat" in member:
            places.node(int(member["ref"]), float(member["lon"]), float(member["lat"]))
    named = tuple((m["type"], int(m["ref"]), m.get("role", "")) for m in members)
    return OsmRelation(id=int(element["id"]), tags=_tags(element), members=named)
