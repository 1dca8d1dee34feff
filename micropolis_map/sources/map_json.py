"""Maps in JSON that are no GeoJSON: what ArcGIS writes (Esri JSON) and TopoJSON, turned into GeoJSON.

Small and fully specified, so no foreign driver of GDAL is let in for them (decision 0014). Sources: Esri,
"Geometry objects" and "Feature object" of the ArcGIS REST API; Bostock and Metcalf, "The TopoJSON Format
Specification" (2013). Nothing named in a file is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import shapely

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import NotACoordinate
from micropolis_map.sources.position_columns import find_columns, raw_geometry

MOST_POSITIONS = 2_000_000
"""Of all shapes of a TopoJSON: its arcs may be named again and again."""
_WEB_MERCATOR = {102100, 102113, 900913}
_LAST_OF_EPSG = 32_767
"""Codes beyond it are Esri's own."""

CUT_OFF = mark("the file says that its server had more features than it gave: ask for the others, too")

Positions = list[list[float]]


def is_esri(document: Any) -> bool:
    """Return whether the document is a set of features, or one of them, as ArcGIS writes it."""
    if not isinstance(document, Mapping) or "type" in document:
        return False
    if str(document.get("geometryType", "")).startswith("esriGeometry"):
        return isinstance(document.get("features"), list)
    some = document.get("features", [document])
    first = next((one for one in some if isinstance(one, Mapping)), {}) if isinstance(some, list) else {}
    return isinstance(first.get("attributes"), Mapping)


def is_topology(document: Any) -> bool:
    """Return whether the document is TopoJSON."""
    return isinstance(document, Mapping) and document.get("type") == "Topology"


def is_cut_off(document: Any) -> bool:
    """Return whether ArcGIS says that it has more features than it gave."""
    if not isinstance(document, Mapping):
        return False
    inner = document.get("properties")
    said = (document, inner if isinstance(inner, Mapping) else {})
    return any(one.get("exceededTransferLimit") is True for one in said)


def is_record(item: Any) -> bool:
    """Return whether it is no feature, and yet says where it is: ``{"name", "lat", "lon"}``."""
    if not isinstance(item, Mapping) or item.get("type") == "Feature" or "geometry" in item:
        return False
    return find_columns([str(key) for key in item]).found


def list_of_records(document: Any) -> str:
    """Return what the one list of such records is called in the document, "" where there is none."""
    if not isinstance(document, Mapping) or "type" in document:
        return ""
    lists = [name for name, value in document.items() if isinstance(value, list) and value]
    found = [name for name in lists if all(map(is_record, document[name]))]
    return str(found[0]) if len(found) == 1 else ""


def of_records(document: Any) -> Any:
    """Return a list of records, alone or the only one in the document, as GeoJSON; else it as it is."""
    name = list_of_records(document)
    records = document[name] if name else document
    if not isinstance(records, list) or not records or not all(map(is_record, records)):
        return document
    return {"type": "FeatureCollection", "features": [_of_record(record) for record in records]}


def _of_record(record: Mapping[str, Any]) -> dict[str, Any]:
    where = find_columns([str(key) for key in record])
    try:
        geometry = raw_geometry(record, where)
    except NotACoordinate:
        geometry = None
    used = {where.lat, where.lon, where.whole}
    properties = {key: value for key, value in record.items() if key not in used}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def of_overpass(elements: Sequence[Any]) -> dict[str, Any]:
    """Return what Overpass answers as GeoJSON: a feature for each element with tags, ``node/1`` its id.

    Ways have the shape that ``out geom`` gives or their nodes make, else, as relations, their ``center``.
    """
    known = [one for one in elements if isinstance(one, Mapping)]
    nodes = {one.get("id"): one for one in known if one.get("type") == "node"}
    features = [
        {
            "type": "Feature",
            "id": f"{one.get('type')}/{one.get('id')}",
            "properties": dict(one["tags"]),
            "geometry": _of_element(one, nodes),
        }
        for one in known
        if isinstance(one.get("tags"), Mapping) and one["tags"]
    ]
    return {"type": "FeatureCollection", "features": features}


def _of_element(element: Mapping[str, Any], nodes: Mapping[Any, Mapping[str, Any]]) -> Any:
    places = element.get("geometry") or [nodes.get(node) for node in element.get("nodes") or ()]
    corners = [_lon_lat(place) for place in places if isinstance(place, Mapping)]
    whole = [corner for corner in corners if corner is not None]
    if len(whole) > 1 and element.get("type") == "way":
        closed = len(whole) > 3 and whole[0] == whole[-1]
        return (
            {"type": "Polygon", "coordinates": [whole]}
            if closed
            else {"type": "LineString", "coordinates": whole}
        )
    middle = element.get("center")
    at = _lon_lat(middle if isinstance(middle, Mapping) else element)
    return None if at is None else {"type": "Point", "coordinates": at}


def _lon_lat(place: Mapping[str, Any]) -> list[Any] | None:
    return [place["lon"], place["lat"]] if "lon" in place and "lat" in place else None


def as_geojson(document: Any, name: str) -> Any:
    """Return Esri JSON and TopoJSON as a GeoJSON FeatureCollection, anything else as it is.

    Coordinates stay as they are written; a coordinate system becomes the ``crs`` member of older GeoJSON. A
    shape that cannot be read stays what it was, for the reader to say so of that feature.

    Parameters
    ----------
    name
        Of the file, for errors.

    Raises
    ------
    UnreadableFile
        A TopoJSON without objects or arcs, or one whose shapes have more than `MOST_POSITIONS` positions.
    """
    if is_esri(document):
        return _of_esri(document)
    if not is_topology(document):
        return document
    try:
        return _of_topology(document)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise UnreadableFile(
            mark("{file} is TopoJSON that cannot be read: {why}"),
            mark("export it as GeoJSON"),
            file=name,
            why=error,
        ) from error
    except _TooManyError as error:
        raise UnreadableFile(
            mark("{file} has more than {most} positions"),
            mark("divide it into smaller files"),
            file=name,
            most=MOST_POSITIONS,
        ) from error


def _of_esri(document: Mapping[str, Any]) -> dict[str, Any]:
    features = list(document.get("features", [document]))
    made = [_esri_feature(one) if isinstance(one, Mapping) else one for one in features]
    first: Any = next((f["geometry"] for f in features if isinstance(f, Mapping) and f.get("geometry")), {})
    system = document.get("spatialReference") or (
        first.get("spatialReference") if isinstance(first, Mapping) else None
    )
    found: dict[str, Any] = {"type": "FeatureCollection", "features": made}
    name = _system(system) if isinstance(system, Mapping) else ""
    return found | ({"crs": {"type": "name", "properties": {"name": name}}} if name else {})


def _system(said: Mapping[str, Any]) -> str:
    code = said.get("latestWkid") or said.get("wkid")
    if code in _WEB_MERCATOR:
        return "EPSG:3857"
    if isinstance(code, int) and not isinstance(code, bool) and code > 0:
        return f"{'EPSG' if code <= _LAST_OF_EPSG else 'ESRI'}:{code}"
    return str(said.get("wkt") or "")


def _esri_feature(feature: Mapping[str, Any]) -> dict[str, Any]:
    shape = feature.get("geometry")
    try:
        geometry = _esri_shape(shape) if isinstance(shape, Mapping) else shape
    except (TypeError, ValueError, KeyError, IndexError, shapely.errors.ShapelyError):
        geometry = shape
    return {"type": "Feature", "properties": dict(feature.get("attributes") or {}), "geometry": geometry}


def _esri_shape(shape: Mapping[str, Any]) -> Any:
    if "x" in shape:
        missing = shape["x"] in (None, "NaN") or shape.get("y") in (None, "NaN")
        return None if missing else {"type": "Point", "coordinates": [shape["x"], shape["y"]]}
    if "points" in shape:
        return {"type": "MultiPoint", "coordinates": _pairs(shape["points"])} if shape["points"] else None
    if "paths" in shape:
        lines = [_pairs(path) for path in shape["paths"]]
        return {"type": "MultiLineString", "coordinates": lines} if lines else None
    if "rings" in shape:
        return _areas([_pairs(ring) for ring in shape["rings"]]) if shape["rings"] else None
    return dict(shape)


def _pairs(positions: Sequence[Sequence[float]]) -> Positions:
    return [[float(x), float(y)] for x, y, *_ in positions]


def _areas(rings: Sequence[Positions]) -> dict[str, Any]:
    """Return the areas: clockwise rings are outer ones, the others holes of the one that they lie in."""
    shapes = [shapely.Polygon(ring) for ring in rings]
    outer = [i for i, shape in enumerate(shapes) if not shape.exterior.is_ccw] or list(range(len(rings)))
    holes: dict[int, list[Positions]] = {i: [] for i in outer}
    for i in set(range(len(rings))) - set(outer):
        around = [one for one in outer if shapes[one].covers(shapes[i])]
        if around:
            holes[min(around, key=lambda one: shapes[one].area)].append(rings[i])
        else:  # drawn the other way round
            holes[i] = []
    return {"type": "MultiPolygon", "coordinates": [[rings[i], *holes[i]] for i in holes]}


def _of_topology(document: Mapping[str, Any]) -> dict[str, Any]:
    objects = document.get("objects")
    if not isinstance(objects, Mapping) or not objects:
        raise ValueError("a topology without objects")
    shapes = _Shapes(document)
    features = []
    for layer, thing in objects.items():
        for one in _members(thing):
            properties = one.get("properties")
            kept = dict(properties) if isinstance(properties, Mapping) else {}
            if len(objects) > 1:
                kept.setdefault("layer", str(layer))
            feature = {"type": "Feature", "properties": kept, "geometry": shapes.of(one)}
            features.append(feature | ({"id": one["id"]} if "id" in one else {}))
    crs = document.get("crs")
    return {"type": "FeatureCollection", "features": features} | ({"crs": crs} if crs else {})


def _members(thing: Any) -> Iterator[Mapping[str, Any]]:
    """Return the features of an object: those of a collection without properties of its own, else itself."""
    if not isinstance(thing, Mapping):
        return
    inner = thing.get("geometries")
    if thing.get("type") == "GeometryCollection" and isinstance(inner, list) and "properties" not in thing:
        yield from (one for one in inner if isinstance(one, Mapping))
    else:
        yield thing


class _TooManyError(Exception):
    """The shapes of a topology have more than `MOST_POSITIONS` positions."""


class _Shapes:
    """The shapes of a topology, put together of its arcs."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        transform = document.get("transform")
        told = transform if isinstance(transform, Mapping) else {}
        self._scale, self._move = told.get("scale", (1.0, 1.0)), told.get("translate", (0.0, 0.0))
        self._quantised = bool(told)
        self._arcs = [self._arc(arc) for arc in document.get("arcs") or []]
        self._left = MOST_POSITIONS

    def of(self, thing: Mapping[str, Any]) -> Any:
        try:
            return self._shape(thing)
        except (TypeError, ValueError, KeyError, IndexError):
            return {key: value for key, value in thing.items() if key != "properties"}

    def _shape(self, thing: Mapping[str, Any]) -> Any:
        kind = thing.get("type")
        if kind == "Point":
            return {"type": kind, "coordinates": self._placed(thing["coordinates"])}
        if kind == "MultiPoint":
            return {"type": kind, "coordinates": [self._placed(one) for one in thing["coordinates"]]}
        if kind == "GeometryCollection":
            return {"type": kind, "geometries": [self._shape(one) for one in thing["geometries"]]}
        if kind is None:
            return None
        arcs = thing["arcs"]
        if kind == "LineString":
            return {"type": kind, "coordinates": self._line(arcs)}
        if kind in {"MultiLineString", "Polygon"}:
            return {"type": kind, "coordinates": [self._line(one) for one in arcs]}
        rings = [[self._line(ring) for ring in area] for area in arcs]
        return {"type": kind, "coordinates": rings}

    def _arc(self, arc: Sequence[Sequence[float]]) -> Positions:
        if not self._quantised:
            return _pairs(arc)
        x = y = 0.0
        found = []
        for dx, dy, *_ in arc:
            x, y = x + dx, y + dy
            found.append(self._placed((x, y)))
        return found

    def _placed(self, position: Sequence[float]) -> list[float]:
        (x, y, *_), (a, b), (c, d) = position, self._scale, self._move
        return [x * a + c, y * b + d]

    def _line(self, arcs: Sequence[int]) -> Positions:
        found: Positions = []
        for number in arcs:
            arc = self._arcs[number] if number >= 0 else self._arcs[~number][::-1]
            self._left -= len(arc)
            if self._left < 0:
                raise _TooManyError
            found += arc[1:] if found else arc
        return found
