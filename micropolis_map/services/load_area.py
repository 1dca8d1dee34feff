"""Which area a community covers and how it is divided, from the best source there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry import MultiPoint, shape
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.community import Community
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.text import pick
from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.boundaries import PolygonFile, districts_of, read_polygons, voronoi_districts

HULL = "hull of the data"
MOST_NAMED = 8
"""Polygons of a boundary that are named when it is said that they are taken together."""
WITHIN = 0.95
"""Share of an area that lies in another, from which on it counts as within: outlines are drawn anew."""


@dataclass(frozen=True)
class Area:
    """Where a community is.

    Attributes
    ----------
    geometry
        Valid polygon or multipolygon, EPSG:4326.
    source
        For people to read.
    surveyed
        Whether it is a real boundary, not a generalised outline or the hull of the data.
    repaired
        How many polygons were invalid and have been repaired.
    """

    geometry: BaseGeometry
    source: str
    surveyed: bool
    repaired: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Districts:
    """How a community is divided; names and valid polygons side by side."""

    names: tuple[str, ...]
    geometries: tuple[BaseGeometry, ...]
    approximate: bool
    repaired: int = 0
    notes: tuple[str, ...] = ()


def area_from_file(path: Path) -> Area:
    """Return the area that the polygons of the file at `path` cover together."""
    polygons = read_polygons(path)
    geometry = shapely.union_all(list(polygons.geometries))
    notes = polygons.notes
    count = len(polygons.names)
    if count > 1:
        words = mark("{file}: its {n} polygons together are the community's area: {names}")
        called = _called(polygons)
        names = ", ".join(called[:MOST_NAMED]) + (" …" if count > MOST_NAMED else "")
        notes += (Sentence(words, file=path.name, n=count, names=names),)
        if (inner := _inside_another(polygons.geometries)) is not None:
            words = mark(
                "{file}: {inner} lies within {outer}, so all of {outer} is the community's area: if only one "
                "is meant, give a file with that one"
            )
            outer = called[inner[1]]
            notes += (Sentence(words, file=path.name, inner=called[inner[0]], outer=outer),)
    return Area(geometry, f"boundary of {path.name}", surveyed=True, repaired=polygons.repaired, notes=notes)


def _called(polygons: PolygonFile) -> list[str]:
    """Return the names, with OpenStreetMap's ``admin_level`` where it tells one from the other."""
    if len(set(polygons.levels)) < 2:
        return list(polygons.names)
    pairs = zip(polygons.names, polygons.levels, strict=True)
    return [f"{name} (admin_level {level or '-'})" for name, level in pairs]


def _inside_another(areas: Sequence[BaseGeometry]) -> tuple[int, int] | None:
    """Return which of the areas lies, but for slivers, within which larger one; None where none does."""
    sizes = shapely.area(list(areas))
    largest = int(np.argmax(sizes))
    for i, area in enumerate(areas):
        if i != largest and shapely.intersection(area, areas[largest]).area > WITHIN * sizes[i]:
            return i, largest
    return None


def _smaller_first(districts: PolygonFile, file: str) -> PolygonFile:
    """Return the districts with what lies within another before it: a home counts in the first it is in."""
    inner = _inside_another(districts.geometries)
    if inner is None:
        return districts
    called = _called(districts)
    words = mark("{file}: {inner} lies within {outer}: homes in both count in the smaller one")
    note = Sentence(words, file=file, inner=called[inner[0]], outer=called[inner[1]])
    order = np.argsort(shapely.area(list(districts.geometries)), kind="stable").tolist()
    return replace(
        districts,
        names=tuple(districts.names[i] for i in order),
        geometries=tuple(districts.geometries[i] for i in order),
        levels=(),
        naming=(*districts.naming, note),
    )


def area_of_outline(community: Community) -> Area | None:
    """Return the outline the community is described with, None without one."""
    if community.outline is None:
        return None
    surveyed = not community.outline_approximate
    note = "the boundary is the community's generalised outline: give --boundary for a real one"
    notes = () if surveyed else (note,)
    geometry = shapely.make_valid(shape(dict(community.outline)))
    return Area(geometry, "outline of the community", surveyed=surveyed, notes=notes)


def area_of_data(extract: OsmExtract) -> Area:
    """Return the convex hull of the extract's nodes.

    Raises
    ------
    InvalidInput
        The nodes span no area.
    """
    hull = MultiPoint(np.column_stack([extract.node_lon, extract.node_lat])).convex_hull
    if hull.geom_type != "Polygon":
        raise InvalidInput(
            mark("the {n} nodes of {file} span no area"),
            mark("give the outline (--boundary) or a larger file"),
            n=len(extract.node_id),
            file=repr(extract.source),
        )
    note = "without a boundary, the hull of the data is the community's area"
    return Area(hull, HULL, surveyed=False, notes=(note,))


def districts_for(
    community: Community, area: Area, extract: OsmExtract, path: Path | None, names_from: str = ""
) -> Districts:
    """Return the community's districts, clipped to its area, from the best source there is.

    In this order: the polygons of the file at `path`; the quarters the community is described with
    (their surveyed polygons, else the Voronoi cells of their centres); the Voronoi cells of OpenStreetMap's
    place nodes; else the whole community as one.

    Parameters
    ----------
    names_from
        The file's column with the names; "" to know it by its name.

    Raises
    ------
    InvalidInput
        No polygon of the file meets the community's area, or it has no column called `names_from`.
    """
    name = pick(community.name, "en", community.languages)[0]
    if path is not None:
        shipped: PolygonFile | None = _smaller_first(read_polygons(path, names_from), path.name)
    else:
        shipped = _described(community, area.geometry)
    found = districts_of(extract, area.geometry, shipped, whole=name)
    if path is not None and shipped is not None and not set(found.names) & set(shipped.names):
        raise InvalidInput(
            mark("none of the {n} districts of {file} meets the community's area"),
            mark("give the districts of this community, or its right outline (--boundary)"),
            n=len(shipped.names),
            file=repr(path.name),
        )
    surveyed = path is not None or (shipped is not None and not _approximate(community))
    notes = (*(shipped.naming if shipped is not None else ()), *found.notes)
    return Districts(found.names, found.geometries, not surveyed, found.repaired, notes)


def _approximate(community: Community) -> bool:
    return any(district.approximate for district in community.districts)


def _described(community: Community, boundary: BaseGeometry) -> PolygonFile | None:
    """Return the quarters the community is described with, None without any."""
    known = community.districts
    if not known:
        return None
    names = tuple(district.name for district in known)
    if not _approximate(community):
        return PolygonFile(
            names, tuple(shapely.make_valid(shape(dict(district.geometry))) for district in known)
        )
    lon, lat = zip(*(district.centre for district in known), strict=True)
    cells = voronoi_districts(names, lon, lat, boundary)
    note = "districts are what is nearest to each quarter's centre: give --districts for real ones"
    return replace(cells, notes=(*cells.notes, note))
