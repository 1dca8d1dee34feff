"""KML 2.x: each placemark is one row; folders become themes; nothing is followed or fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from micropolis_map.errors import Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import NotACoordinate, number
from micropolis_map.sources.place_files.plain_text import from_html
from micropolis_map.sources.place_files.rows import Question, Row
from micropolis_map.sources.place_files.xml_tree import Element

NOT_PLACES = {
    "NetworkLink": mark("is a link to another file, which is not followed: export the places themselves"),
    "GroundOverlay": mark("is a picture laid over the map, not a place"),
    "ScreenOverlay": mark("is a picture on the screen, not a place"),
    "PhotoOverlay": mark("is a picture in the landscape, not a place"),
}
"""What stands among placemarks, and why it is none."""
_GEOMETRIES = {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack"}
_COMMA = re.compile(r"\s*,\s*")
_CONTAINERS = {"Document", "Folder", "kml"}


def kml_rows(root: Element, _path: Path) -> tuple[list[Row], list[Question]]:
    """Return a row for each placemark and each thing that is none (with the reason), in document order."""
    rows: list[Row] = []
    for element, folders in _things(root, ()):
        number_ = len(rows) + 1
        if element.name in NOT_PLACES:
            name = {"name": element.words("name")}
            rows.append(Row(number_, None, name, Sentence(NOT_PLACES[element.name])))
        else:
            rows.append(_placemark(number_, element, folders))
    return rows, []


def _things(element: Element, folders: tuple[str, ...]) -> Iterator[tuple[Element, tuple[str, ...]]]:
    for child in element.children:
        if child.name == "Placemark" or child.name in NOT_PLACES:
            yield child, folders
        elif child.name in _CONTAINERS:
            name = child.words("name") if child.name == "Folder" else ""
            yield from _things(child, (*folders, name) if name else folders)


def _placemark(number_: int, element: Element, folders: tuple[str, ...]) -> Row:
    properties: dict[str, Any] = {
        key: words for key in ("name", "address", "phoneNumber") if (words := element.words(key))
    }
    description = from_html(element.words("description") or element.words("Snippet"))
    if description:
        properties["description"] = description
    if folders:
        properties["folder"] = list(folders)
    properties.update(_times(element))
    data = _extended(element)
    properties = {**{key: value for key, value in data.items() if value != ""}, **properties}
    if "revision" in data and "community" in data:  # our own export: its columns are the whole truth
        properties.pop("folder", None)
        if "geometry" in data:
            return Row(number_, None, properties, None, data.get("id", ""))
    reason: str | None = None
    try:
        geometry = _geometry(element)
    except NotACoordinate as error:
        geometry, reason = None, error.reason
    if geometry is None and reason is None:
        reason = mark("the placemark has no geometry")
    return Row(number_, geometry, properties, reason, data.get("id", "") or element.attributes.get("id", ""))


def _times(element: Element) -> dict[str, str]:
    span, stamp = element.find("TimeSpan"), element.find("TimeStamp")
    if span is not None:
        times = {"begin": span.words("begin"), "end": span.words("end")}
        return {key: value for key, value in times.items() if value}
    return {"timestamp": stamp.words("when")} if stamp is not None and stamp.words("when") else {}


def _extended(element: Element) -> dict[str, str]:
    """Return what ``ExtendedData`` says: ``Data``, ``SchemaData``, and elements of other namespaces."""
    found: dict[str, str] = {}
    for extended in element.all("ExtendedData"):
        for data in extended.children:
            if data.name == "Data":
                value = data.find("value")
                found[data.attributes.get("name", "")] = "".join(value.texts) if value else ""
            elif data.name == "SchemaData":
                found.update({simple.attributes.get("name", ""): simple.text for simple in data.children})
            elif not data.children:
                found[data.name] = data.text
    return {name: value for name, value in found.items() if name}


def _geometry(element: Element) -> dict[str, Any] | None:
    shapes = [shape for child in element.children if (shape := _shape(child)) is not None]
    if not shapes:
        return None
    return shapes[0] if len(shapes) == 1 else {"type": "GeometryCollection", "geometries": shapes}


def _shape(element: Element) -> dict[str, Any] | None:
    if element.name not in _GEOMETRIES:
        return None
    if element.name in {"MultiGeometry", "MultiTrack"}:
        shapes = [shape for child in element.children if (shape := _shape(child)) is not None]
        return {"type": "GeometryCollection", "geometries": shapes}
    if element.name == "Polygon":
        return {"type": "Polygon", "coordinates": _polygon(element)}
    if element.name == "Track":
        line = [_position(coord.text.split()) for coord in element.all("coord") if coord.text]
        return {"type": "LineString", "coordinates": line}
    line = _coordinates(element)
    if element.name == "Point":
        return {"type": "Point", "coordinates": line[0] if line else []}
    return {"type": "LineString", "coordinates": line}


def _polygon(element: Element) -> list[list[list[float]]]:
    rings = []
    for boundary in element.all("outerBoundaryIs", "innerBoundaryIs"):
        rings += [_coordinates(ring) for ring in boundary.all("LinearRing")]
    return [ring for ring in rings if ring]


def _coordinates(element: Element) -> list[list[float]]:
    # "21.0, 52.2 , 0": blanks belong between positions, but people write them
    text = _COMMA.sub(",", element.words("coordinates"))
    return [_position(part.split(",")) for part in text.split()]


def _position(parts: list[str]) -> list[float]:
    if len(parts) < 2:
        raise NotACoordinate(mark("position is {value}"), value=f"{','.join(parts)!r:.60}")
    return [number(parts[0]), number(parts[1])]
