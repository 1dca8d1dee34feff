"""``districts.geojson``: a community's outline and quarters.

Features have a property ``role``: ``outline`` (one polygon) or ``district`` (a polygon, or a point: the
quarter's centre, whose cell is then the part of the outline nearer to it than to any other centre).
Further properties: ``name``, ``approximate``, and for polygons ``centre`` ``[lon, lat]``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from shapely.affinity import scale
from shapely.geometry import MultiPoint, Point, shape
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.community import Community, District
from micropolis_map.domain.geometry import as_geojson, canonical_geometry
from micropolis_map.domain.place_fields import Fields
from micropolis_map.errors import InvalidInput, UnreadableFile

_HULL_BUFFER_DEG = 0.01
"""About 1 km: how far beyond the outermost centres a community without an outline reaches."""


def read_districts(text: str, name: str) -> tuple[Mapping[str, Any] | None, tuple[District, ...]]:
    """Return the outline (None without one) and the districts in the file's order.

    Raises
    ------
    UnreadableFile
        Not such a file; `name` and the feature are named.
    """
    try:
        document = json.loads(text)
        features = [(_fields(f, name, n), f.get("geometry")) for n, f in enumerate(document["features"], 1)]
        outline = next((_area(g, f.where) for f, g in features if f.raw.get("role") == "outline"), None)
        return outline, tuple(_districts([pair for pair in features if _is_district(*pair)], outline))
    except (ValueError, TypeError, KeyError, InvalidInput, shapely.errors.ShapelyError) as error:
        raise UnreadableFile(f"{name!r} cannot be read: {error}", "correct the file") from error


def write_districts(community: Community) -> str:
    """Return the text of ``districts.geojson``: the outline first, one feature a line."""
    features = []
    if community.outline is not None:
        properties: dict[str, Any] = {"role": "outline", "approximate": community.outline_approximate}
        features.append(_feature(community.outline, properties, community.slug))
    for district in community.districts:
        properties = {
            "role": "district",
            "name": district.name,
            "approximate": district.approximate,
            "centre": [round(value, 7) for value in district.centre],
        }
        features.append(_feature(district.geometry, properties, district.name))
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    return f'{{\n"type":"FeatureCollection",\n"features":[\n{lines}\n]\n}}\n'


def voronoi_cells(
    centres: Sequence[tuple[float, float]], outline: Mapping[str, Any] | None
) -> list[Mapping[str, Any]]:
    """Return for each centre the part of the outline nearer to it than to the others.

    Parameters
    ----------
    centres
        ``(lon, lat)`` pairs, EPSG:4326, no two equal.
    outline
        GeoJSON polygon; None means the hull of the centres and about 1 km around.

    Returns
    -------
    list
        GeoJSON polygons in the order of `centres`. Distances are measured in a local equirectangular
        projection (degrees of longitude shrunk by the cosine of the middle latitude). A centre outside the
        outline, whose cell misses it, gets its cell unclipped.

    Raises
    ------
    InvalidInput
        Two centres are equal.
    """
    if len(set(centres)) != len(centres):
        raise InvalidInput("two districts have the same centre", "move one of them")
    shrink = math.cos(math.radians(sum(lat for _, lat in centres) / len(centres)))
    points = MultiPoint([(lon * shrink, lat) for lon, lat in centres])
    area = (
        points.convex_hull.buffer(_HULL_BUFFER_DEG)
        if outline is None
        else _flat(shape(dict(outline)), shrink)
    )
    reach = points.union(area).envelope.buffer(1.0)
    cells = (
        list(shapely.get_parts(shapely.voronoi_polygons(points, extend_to=reach))) if len(centres) > 1 else []
    )
    found = []
    for point in points.geoms:
        cell = next((cell for cell in cells if cell.covers(Point(point))), reach)
        clipped = _only_polygons(cell.intersection(area))
        found.append(as_geojson(_flat(clipped if not clipped.is_empty else cell, 1 / shrink)))
    return [json.loads(json.dumps(cell)) for cell in found]  # tuples to lists, as JSON has them


def _fields(feature: Any, name: str, number: int) -> Fields:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise InvalidInput(f"feature {number} has no properties", 'give at least "role"')
    if properties.get("role") not in {"outline", "district"}:
        raise InvalidInput(
            f"feature {number} has role {properties.get('role')!r}", "give outline or district"
        )
    return Fields(f"{name} feature {number}", properties)


def _is_district(fields: Fields, geometry: Any) -> bool:
    return fields.raw["role"] == "district" and geometry is not None


def _districts(
    features: Sequence[tuple[Fields, Any]], outline: Mapping[str, Any] | None
) -> Sequence[District]:
    geometries = [canonical_geometry(geometry, fields.where) for fields, geometry in features]
    centres = [tuple(g["coordinates"]) for g in geometries if g["type"] == "Point"]
    cells = iter(voronoi_cells(centres, outline) if centres else ())
    return [
        _district(fields, geometry, cells) for (fields, _), geometry in zip(features, geometries, strict=True)
    ]


def _district(fields: Fields, geometry: Mapping[str, Any], cells: Any) -> District:
    name = fields.line("name", 200)
    if not name:
        raise InvalidInput(f"{fields.where}: a district has no name", "name it")
    if geometry["type"] == "Point":
        lon, lat = geometry["coordinates"]
        return District(name, canonical_geometry(next(cells), fields.where), (lon, lat), approximate=True)
    area = _area(geometry, fields.where)
    given = fields.raw.get("centre")
    inside = shape(dict(area)).representative_point()
    lon, lat = given if isinstance(given, list) and len(given) == 2 else (inside.x, inside.y)
    return District(
        name, area, (float(lon), float(lat)), approximate=bool(fields.raw.get("approximate", True))
    )


def _area(geometry: Any, where: str) -> Mapping[str, Any]:
    area = canonical_geometry(geometry, where)
    if area["type"] not in {"Polygon", "MultiPolygon"}:
        raise InvalidInput(f"{where}: geometry is {area['type']!r}", "give a Polygon or MultiPolygon")
    return area


def _feature(geometry: Mapping[str, Any], properties: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {"type": "Feature", "geometry": canonical_geometry(geometry, where), "properties": properties}


def _flat(geometry: BaseGeometry, factor: float) -> BaseGeometry:
    return scale(geometry, xfact=factor, yfact=1.0, origin=(0.0, 0.0))


def _only_polygons(geometry: BaseGeometry) -> BaseGeometry:
    if geometry.geom_type in {"Polygon", "MultiPolygon"}:
        return geometry
    return shapely.union_all(
        [p for p in shapely.get_parts(geometry) if p.geom_type in {"Polygon", "MultiPolygon"}]
    )
