"""Areas in OpenStreetMap's XML: an answer of Overpass, or an ``.osm`` file; for workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from micropolis_map.sources.overpass_areas import Features, areas_in_elements
from micropolis_map.sources.place_files.xml_tree import Element, parse


def areas_in_xml(path: Path) -> Features:
    """Return the areas of the file at `path`.

    Raises
    ------
    InvalidInput, UnreadableFile
        As `areas_in_elements`, or it is no XML that we read.
    """
    root = parse(path.read_bytes(), path)
    elements = [_from_xml(child) for child in root.all("node", "way", "relation")]
    return areas_in_elements(elements, path.name)


def _from_xml(element: Element) -> dict[str, Any]:
    """Return the element as Overpass writes it in JSON."""
    facts = element.attributes
    found: dict[str, Any] = {"type": element.name, "id": int(facts["id"])}
    found["tags"] = {tag.attributes["k"]: tag.attributes["v"] for tag in element.all("tag")}
    if element.name == "node":
        return {**found, "lon": facts["lon"], "lat": facts["lat"]} if "lat" in facts else found
    if element.name == "way":
        return {
            **found,
            **_corners(element),
            "nodes": [int(nd.attributes["ref"]) for nd in element.all("nd")],
        }
    members = element.all("member")
    found["members"] = [
        {"type": m.attributes["type"], "ref": int(m.attributes["ref"]), **_corners(m)} for m in members
    ]
    return found


def _corners(element: Element) -> dict[str, Any]:
    corners = element.all("nd")
    if not corners or not any("lat" in corner.attributes for corner in corners):
        return {}
    return {"geometry": [c.attributes if "lat" in c.attributes else None for c in corners]}
