"""The background of a community's map from its own data: small GeoJSON layers for a browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.errors import Sentence
from micropolis_map.sources.local_projection import LocalProjection
from micropolis_map.sources.osm_coastline import sea_of
from micropolis_map.sources.osm_geometry import Tags, areas_of, way_lines, ways_where

BEYOND_M = 1_000.0
"""How far beyond the boundary's box the background is drawn."""
TOLERANCE_M = 2.0
"""Corners nearer than this to the line through their neighbours go: half a pixel at zoom 16."""
DECIMALS = 6
"""Of a degree: 11 cm."""
MAX_BUILDINGS = 25_000
"""More are too much for a phone: the smallest are left out, and the layer says so."""
MAX_PATHS = 30_000
CELL_M = 400.0
"""Buildings, and unnamed lines, are bundled by squares of this size: fewer features draw faster."""

GREEN = {
    "leisure": frozenset({"park", "garden", "nature_reserve", "golf_course", "common", "dog_park"}),
    "landuse": frozenset(
        [
            "forest",
            "grass",
            "meadow",
            "orchard",
            "vineyard",
            "allotments",
            "cemetery",
            "recreation_ground",
            "village_green",
            "flowerbed",
            "greenfield",
            "plant_nursery",
        ]
    ),
    "natural": frozenset({"wood", "scrub", "heath", "grassland", "wetland", "tree_row"}),
}
MAIN = frozenset(
    f"{kind}{link}"
    for kind in ("motorway", "trunk", "primary", "secondary", "tertiary")
    for link in ("", "_link")
)
PATHS = frozenset({"footway", "path", "cycleway", "bridleway", "track", "corridor"})
NO_STREETS = frozenset(
    [
        "construction",
        "proposed",
        "planned",
        "abandoned",
        "razed",
        "disused",
        "platform",
        "rest_area",
        "services",
        "elevator",
        "no",
    ]
)
WATERWAYS = frozenset({"river", "stream", "canal", "ditch", "drain", "tidal_channel"})
RAILWAYS = frozenset({"rail", "light_rail", "tram", "narrow_gauge", "subway", "funicular"})

Layer = dict[str, Any]


def basemap_of(extract: OsmExtract, boundary: BaseGeometry) -> Mapping[str, Layer]:
    """Return the layers ``water, green, buildings, streets, waterways, railways`` as GeoJSON dicts.

    Clipped to the boundary's box widened by `BEYOND_M`, simplified by `TOLERANCE_M`, coordinates rounded to
    `DECIMALS`. ``water`` holds the sea, too, on the right hand of the coastline. Streets carry ``class``
    (``main``, ``minor``, ``path``, ``steps``) and ``name``; ways of one street are one feature, unnamed
    neighbours are bundled. A layer that had to be thinned says how in its member ``note``.
    """
    projection = LocalProjection.around(boundary)
    box = shapely.bounds(projection.to_metres(boundary)) + np.array([-1, -1, 1, 1]) * BEYOND_M
    pen = _Pen(projection, tuple(box.tolist()))
    buildings = areas_of(extract, lambda tags: tags.get("building", "no") != "no")
    return {
        "water": _water(extract, pen),
        "green": _areas(extract, pen, _is_green, "kind"),
        "buildings": _buildings(pen, buildings.geometry),
        "streets": _streets(extract, pen),
        "waterways": _lines(extract, pen, "waterway", WATERWAYS),
        "railways": _lines(extract, pen, "railway", RAILWAYS),
    }


class _Pen:
    """Clips, simplifies and rounds geometries of one map."""

    def __init__(self, projection: LocalProjection, box_m: tuple[float, float, float, float]) -> None:
        self.projection = projection
        self.box_m = box_m

    def metres(self, geometry: Any) -> tuple[NDArray[np.int64], Any]:
        """Return the geometries that meet the box, clipped and simplified, in metres, and which they are."""
        metres = self.projection.to_metres(geometry)
        bounds = shapely.bounds(metres)
        west, south, east, north = self.box_m
        meets = (
            (bounds[:, 0] < east) & (bounds[:, 2] > west) & (bounds[:, 1] < north) & (bounds[:, 3] > south)
        )
        across = meets & (
            (bounds[:, 0] < west) | (bounds[:, 2] > east) | (bounds[:, 1] < south) | (bounds[:, 3] > north)
        )
        metres[across] = shapely.clip_by_rect(metres[across], *self.box_m)
        index = np.flatnonzero(meets)
        drawn = shapely.simplify(metres[index], TOLERANCE_M)
        keep = ~shapely.is_empty(drawn)
        return index[keep], drawn[keep]

    def features(self, metres: Any, properties: Sequence[Mapping[str, Any]]) -> list[Layer]:
        """Return GeoJSON features of geometries in metres."""
        degrees = shapely.transform(
            self.projection.to_degrees(metres), lambda xy: np.round(xy, DECIMALS) + 0.0
        )
        texts = shapely.to_geojson(shapely.orient_polygons(degrees))
        geometries = json.loads("[" + ",".join(texts.tolist()) + "]") if len(texts) else []
        return [
            {"type": "Feature", "properties": dict(p), "geometry": geometry}
            for geometry, p in zip(geometries, properties, strict=True)
        ]


def _collection(features: Sequence[Layer], note: str = "") -> Layer:
    layer: Layer = {"type": "FeatureCollection", "features": list(features)}
    if note:
        layer["note"] = note
    return layer


def _is_water(tags: Tags) -> bool:
    return (
        tags.get("natural") == "water"
        or tags.get("waterway") in {"riverbank", "dock"}
        or tags.get("landuse") in {"reservoir", "basin"}
    )


def _is_green(tags: Tags) -> bool:
    return any(tags.get(key) in values for key, values in GREEN.items())


def _water(extract: OsmExtract, pen: _Pen) -> Layer:
    layer = _areas(extract, pen, _is_water, "water")
    coast = ways_where(extract, lambda tags: tags.get("natural") == "coastline")
    if not len(coast):
        return layer
    _, lines = way_lines(extract, coast)
    sea, note = sea_of(pen.projection.to_metres(lines), pen.box_m)
    sea = shapely.simplify(sea, TOLERANCE_M)
    features = pen.features(sea, [{"water": "sea"}] * len(sea))
    return _collection(features + layer["features"], note)


def _areas(extract: OsmExtract, pen: _Pen, wanted: Callable[[Tags], bool], column: str) -> Layer:
    areas = areas_of(extract, wanted)
    index, drawn = pen.metres(areas.geometry)
    order = np.argsort(-shapely.area(drawn), kind="stable")
    tags = [areas.tags[i] for i in index[order].tolist()]
    return _collection(pen.features(drawn[order], [_with_name({column: _kind(t)}, t) for t in tags]))


def _kind(tags: Tags) -> str:
    """Return the most telling value of an area's tags."""
    return next(
        (tags[key] for key in ("water", "leisure", "landuse", "natural", "waterway") if key in tags), ""
    )


def _with_name(properties: Layer, tags: Tags) -> Layer:
    return {**properties, "name": tags["name"]} if tags.get("name") else properties


def _buildings(pen: _Pen, geometry: Any) -> Layer:
    _, drawn = pen.metres(geometry)
    note = ""
    if len(drawn) > MAX_BUILDINGS:
        area_m2 = shapely.area(drawn)
        limit = float(np.partition(area_m2, -MAX_BUILDINGS)[-MAX_BUILDINGS])
        note = Sentence.counted(
            "{n} building smaller than {m2} m² is left out",
            "{n} buildings smaller than {m2} m² are left out",
            n=len(drawn) - MAX_BUILDINGS,
            m2=round(limit),
        )
        drawn = drawn[np.argsort(-area_m2, kind="stable")[:MAX_BUILDINGS]]
    cell = _cells(drawn)
    order = np.argsort(cell, kind="stable")
    bundles = _bundles(drawn[order], np.unique(cell, return_inverse=True)[1][order])
    return _collection(pen.features(bundles, [{}] * len(bundles)), note)


def _street_class(tags: Tags) -> str:
    """Return ``main``, ``minor``, ``path`` or ``steps``; "" for what is no street."""
    kind = tags.get("highway", "")
    if not kind or kind in NO_STREETS:
        return ""
    if kind == "steps":
        return "steps"
    if kind in MAIN:
        return "main"
    return "path" if kind in PATHS else "minor"


def _streets(extract: OsmExtract, pen: _Pen) -> Layer:
    ways, lines = way_lines(extract, ways_where(extract, lambda tags: bool(_street_class(tags))))
    index, drawn = pen.metres(lines)
    tags = [extract.way_tags[i] for i in ways[index].tolist()]
    classes = np.array([_street_class(t) for t in tags], np.str_)
    names = np.array([t.get("name", "") for t in tags], np.str_)
    note = ""
    paths = np.flatnonzero((classes == "path") & (names == ""))
    if len(paths) > MAX_PATHS:
        length_m = shapely.length(drawn[paths])
        out = paths[np.argsort(-length_m, kind="stable")[MAX_PATHS:]]
        note = Sentence.counted(
            "the {n} shortest unnamed path is left out",
            "the {n} shortest unnamed paths are left out",
            n=len(out),
        )
        drawn, classes, names = (np.delete(column, out) for column in (drawn, classes, names))
    return _collection(_line_features(pen, drawn, "class", classes, names), note)


def _lines(extract: OsmExtract, pen: _Pen, key: str, values: frozenset[str]) -> Layer:
    wanted = ways_where(
        extract, lambda tags: tags.get(key) in values and tags.get("tunnel") not in {"yes", "culvert"}
    )
    ways, lines = way_lines(extract, wanted)
    index, drawn = pen.metres(lines)
    tags = [extract.way_tags[i] for i in ways[index].tolist()]
    kinds = np.array([t[key] for t in tags], np.str_)
    names = np.array([t.get("name", "") for t in tags], np.str_)
    return _collection(_line_features(pen, drawn, "class", kinds, names))


def _line_features(
    pen: _Pen, drawn: Any, column: str, classes: NDArray[np.str_], names: NDArray[np.str_]
) -> list[Layer]:
    """Return a feature for each class and name, and for the unnamed ones of a class in each cell."""
    if not len(drawn):
        return []
    cell = np.where(names == "", _cells(drawn), -1)
    order = np.lexsort((cell, names, classes))
    drawn, classes, names, cell = drawn[order], classes[order], names[order], cell[order]
    changes = (classes[1:] != classes[:-1]) | (names[1:] != names[:-1]) | (cell[1:] != cell[:-1])
    first = np.flatnonzero(np.concatenate(([True], changes)))
    bundle = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(drawn))))
    lines = shapely.simplify(shapely.line_merge(_bundles(drawn, bundle)), TOLERANCE_M)
    properties: list[Layer] = [
        {column: kind, "name": name} if name else {column: kind}
        for kind, name in zip(classes[first].tolist(), names[first].tolist(), strict=True)
    ]
    return pen.features(lines, properties)


def _cells(metres: Any) -> NDArray[np.int64]:
    """Return a number for the square of `CELL_M` in which the middle of each geometry's bounds lies."""
    bounds = shapely.bounds(metres)
    column, row = np.floor((bounds[:, :2] + bounds[:, 2:]).T / 2 / CELL_M).astype(np.int64)
    cells: NDArray[np.int64] = (row - row.min(initial=0)) * 1_000_000 + (column - column.min(initial=0))
    return cells


def _bundles(geometry: Any, group: NDArray[np.int64]) -> Any:
    """Return one multi-geometry for each group (ascending); multi-geometries are taken apart first."""
    parts, of = shapely.get_parts(geometry, return_index=True)
    kind = shapely.get_type_id(parts)
    group = group[of]
    if len(parts) and (kind == 1).all():
        return shapely.multilinestrings(parts, indices=group)
    keep = kind == 3
    return shapely.multipolygons(parts[keep], indices=np.unique(group[keep], return_inverse=True)[1])
