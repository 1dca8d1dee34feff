"""Areas in answers of Overpass, JSON and XML: each boundary relation, else each closed way, as a feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.i18n import mark

Element = Mapping[str, Any]
Line = list[tuple[float, float]]
Features = tuple[Any, dict[str, list[Any]], list[str]]
"""Shapes, columns, ids: what makes a `VectorFile`."""
OF_AREAS = frozenset({"boundary", "multipolygon"})
_AGAIN = mark("ask Overpass again with 'out geom;'")


def areas_in_elements(elements: Sequence[Element], name: str, remark: str = "") -> Features:
    """Return the areas of an answer's elements: its boundary relations, where there is none its closed ways.

    The places of a way's nodes stand in it (``out geom``) or among the elements (``out; >; out skel``). Rings
    inside others are holes. Tags become columns.

    Parameters
    ----------
    name
        Of the file, for errors.
    remark
        What the server said beside its answer.

    Raises
    ------
    InvalidInput
        A relation's ways are not all there, or make no ring.
    UnreadableFile
        There is neither, an element is not as Overpass writes it, or the server stopped before the end.
    """
    if "error" in remark:
        raise UnreadableFile(
            mark("{file} breaks off, its server said {remark}"),
            mark("ask for a smaller area"),
            file=name,
            remark=repr(remark),
        )
    try:
        return _areas(elements, name)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, InvalidInput | UnreadableFile):
            raise
        raise UnreadableFile(
            mark("{file} has an element that is not as Overpass writes it: {why}"),
            _AGAIN,
            file=name,
            why=repr(error),
        ) from error


def _areas(elements: Sequence[Element], name: str) -> Features:
    placed = [e for e in elements if e["type"] == "node" and "lat" in e]
    nodes = {e["id"]: (float(e["lon"]), float(e["lat"])) for e in placed}
    ways = {e["id"]: _line(e, nodes) for e in elements if e["type"] == "way"}
    relations = [
        e for e in elements if e["type"] == "relation" and _tags(e).get("type", "boundary") in OF_AREAS
    ]
    found = [(e, _relation_area(e, ways, name)) for e in relations if e.get("members")]
    if not found:
        closed = [e for e in elements if e["type"] == "way" and _is_ring(ways[e["id"]])]
        found = [(e, shapely.Polygon(ways[e["id"]])) for e in closed if _tags(e)]
    if not found:
        raise UnreadableFile(
            mark("{file} holds no boundary: no relation with its ways, and no closed way with tags"),
            mark("ask Overpass for the relation of the boundary, with 'out geom;'"),
            file=name,
        )
    geometry = np.empty(len(found), object)
    geometry[:] = [shape for _, shape in found]
    keys = dict.fromkeys(key for e, _ in found for key in _tags(e))
    columns = {key: [_tags(e).get(key) for e, _ in found] for key in keys}
    return geometry, columns, [f"{e['type']}/{e['id']}" for e, _ in found]


def _tags(element: Element) -> Mapping[str, str]:
    return element.get("tags") or {}


def _line(element: Element, nodes: Mapping[int, tuple[float, float]]) -> Line | None:
    """Return the way's line, None where a place of it is missing."""
    geometry = element.get("geometry")
    if geometry is not None:
        return None if None in geometry else [(float(p["lon"]), float(p["lat"])) for p in geometry]
    line = [nodes.get(ref) for ref in element.get("nodes", ())]
    return None if None in line else [place for place in line if place is not None]


def _is_ring(line: Line | None) -> bool:
    return line is not None and len(line) >= 4 and line[0] == line[-1]


def _relation_area(relation: Element, ways: Mapping[int, Line | None], name: str) -> Any:
    members = [m for m in relation["members"] if m["type"] == "way"]
    lines = [_line(m, {}) if m.get("geometry") else ways.get(m["ref"]) for m in members]
    whole = [line for line in lines if line]
    drawn = shapely.MultiLineString(whole)
    _, _, dangling, _ = shapely.polygonize_full([drawn])
    area = shapely.build_area(drawn)
    if area is None or area.is_empty or not dangling.is_empty or len(whole) < len(lines):
        raise InvalidInput(
            mark("{file}: the outline of relation {id} ({title}) is not whole: {n} of {all} ways are there"),
            _AGAIN,
            file=name,
            id=relation["id"],
            title=_tags(relation).get("name", "?"),
            n=len(whole),
            all=len(lines),
        )
    return area
