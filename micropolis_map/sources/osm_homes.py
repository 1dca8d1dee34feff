"""Where people live, estimated from OpenStreetMap: buildings, else addresses, else streets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import Sentence
from micropolis_map.sources.local_projection import LocalProjection
from micropolis_map.sources.osm_geometry import (
    Areas,
    Tags,
    areas_of,
    nodes_where,
    way_lines,
    ways_where,
)

FLOOR_M2_PER_PERSON = 50.0
"""Gross floor area a person: dwellings of 95.9 m² for 2.4 people in the EU (Eurostat, EU-SILC 2012 module
on housing; Eurostat, average household size), and a quarter more for walls and stairs, which outlines
include."""
PEOPLE_PER_HOUSEHOLD = 2.3
"""People a flat or address: Eurostat, average household size in the EU, 2023."""
PEOPLE_PER_STREET_M = 0.15
"""Residents a metre of residential street: an order of magnitude (two households on 30 m). It weighs quarters
against each other; it is no count."""
STREET_STEP_M = 50.0
METRES_PER_LEVEL = 3.0
MIN_FOOTPRINT_M2 = 30.0
"""A ``building=yes`` smaller than this is taken for a shed or garage."""
SPARSE_HOMES_PER_KM = 5.0
"""With fewer mapped homes a kilometre of residential street the mapping is sparse, and the source says so."""
NO_HOMES_PER_KM = 0.1
"""With fewer, a stray tag is no mapping of homes: one house on ten kilometres of residential street."""
LEVELS = {
    "apartments": 4.0,
    "residential": 3.0,
    "dormitory": 4.0,
    "house": 2.0,
    "detached": 2.0,
    "semidetached_house": 2.0,
    "semi": 2.0,
    "terrace": 2.0,
    "villa": 2.0,
    "farm": 2.0,
    "bungalow": 1.0,
    "cabin": 1.0,
    "static_caravan": 1.0,
    "houseboat": 1.0,
    "yes": 2.0,
}
"""Residential values of ``building`` (OpenStreetMap Wiki, "Key:building") with the levels assumed where
neither the building says nor ten of its kind in the extract."""
NOT_HOME_KEYS = frozenset(
    [
        "amenity",
        "shop",
        "office",
        "tourism",
        "leisure",
        "craft",
        "healthcare",
        "industrial",
        "man_made",
        "power",
        "railway",
        "aeroway",
        "military",
        "historic",
        "emergency",
        "public_transport",
        "disused:building",
        "abandoned",
        "ruins",
        "construction",
    ]
)
HOME_STREETS = frozenset({"residential", "living_street"})
OTHER_STREETS = frozenset(
    {"unclassified", "tertiary", "secondary", "primary", "pedestrian", "footway", "path", "cycleway", "road"}
)


def homes_of(extract: OsmExtract, boundary: BaseGeometry) -> PointSet:
    """Return the homes inside the boundary with the people estimated to live there.

    Residential buildings where they are mapped: ``building:flats`` × `PEOPLE_PER_HOUSEHOLD`, else footprint ×
    levels ÷ `FLOOR_M2_PER_PERSON`. A plain ``building=yes`` counts when it lies in ``landuse=residential`` or
    has an address, and is not something else. Else addresses (those of shops and services aside), one
    household each. Else points each `STREET_STEP_M` along residential streets, `PEOPLE_PER_STREET_M`.
    A source with fewer than `NO_HOMES_PER_KM` homes a kilometre of residential street counts as absent; one
    with fewer than `SPARSE_HOMES_PER_KM` says so in `PointSet.source`, which names the source.

    Parameters
    ----------
    extract
    boundary
        Polygon or multipolygon, EPSG:4326.

    Returns
    -------
    PointSet
        ids ``way/5``, ``relation/7``, ``node/3``; empty where the extract shows no home at all.
    """
    shapely.prepare(boundary)
    projection = LocalProjection.around(boundary)
    streets, length_km = _streets(extract, boundary, projection)
    for homes in (_buildings(extract, boundary, projection), _addresses(extract, boundary)):
        if len(homes) <= NO_HOMES_PER_KM * length_km:
            continue
        if len(homes) >= SPARSE_HOMES_PER_KM * length_km:
            return homes
        few = Sentence.counted(
            "only {n} home is mapped on {km} km of residential streets",
            "only {n} homes are mapped on {km} km of residential streets",
            n=len(homes),
            km=f"{length_km:.1f}",
        )
        sparse = f"; {few}"
        return replace(homes, source=homes.source + sparse)
    return streets


def _buildings(extract: OsmExtract, boundary: BaseGeometry, projection: LocalProjection) -> PointSet:
    areas = areas_of(extract, _may_be_home)
    points = shapely.point_on_surface(areas.geometry)
    inside = shapely.intersects(boundary, points)
    areas, points = areas.take(inside), points[inside]
    footprint = shapely.area(projection.to_metres(areas.geometry))
    certain = np.array([tags["building"] != "yes" for tags in areas.tags], np.bool_)
    likely = (footprint >= MIN_FOOTPRINT_M2) & (
        _in_residential(extract, points) | _has_address(extract, areas)
    )
    keep = certain | likely
    areas, points, footprint = areas.take(keep), points[keep], footprint[keep]
    people = footprint * _levels(areas) / FLOOR_M2_PER_PERSON
    flats = np.array([_number(tags.get("building:flats")) for tags in areas.tags], np.float64)
    people = np.where(flats > 0, flats * PEOPLE_PER_HOUSEHOLD, people)
    return PointSet(
        id=areas.ids,
        lon=shapely.get_x(points),
        lat=shapely.get_y(points),
        population=people,
        columns={"what": np.array([f"building={tags['building']}" for tags in areas.tags], np.str_)},
        source=Sentence.counted(
            "estimated from {n} residential building of OpenStreetMap (floor area, {m2} m² a person)",
            "estimated from {n} residential buildings of OpenStreetMap (floor area, {m2} m² a person)",
            n=len(areas),
            m2=FLOOR_M2_PER_PERSON,
        ),
    )


def _may_be_home(tags: Tags) -> bool:
    kind = tags.get("building")
    if kind == "yes":
        return NOT_HOME_KEYS.isdisjoint(tags)
    return kind in LEVELS


def _in_residential(extract: OsmExtract, points: Any) -> NDArray[np.bool_]:
    """Return which points lie in ``landuse=residential``."""
    landuse = areas_of(extract, lambda tags: tags.get("landuse") == "residential")
    inside = np.zeros(len(points), np.bool_)
    inside[shapely.STRtree(points).query(landuse.geometry, predicate="intersects")[1]] = True
    return inside


def _has_address(extract: OsmExtract, areas: Areas) -> NDArray[np.bool_]:
    """Return which areas have an address of their own or of a node inside."""
    has = np.array(["addr:housenumber" in tags for tags in areas.tags], np.bool_)
    nodes = nodes_where(extract, _is_home_address)
    points = shapely.points(extract.node_lon[nodes], extract.node_lat[nodes])
    has[shapely.STRtree(areas.geometry).query(points, predicate="intersects")[1]] = True
    return has


def _levels(areas: Areas) -> NDArray[np.float64]:
    """Return levels: tagged, else of the height, else the median of ten of its kind, else `LEVELS`."""
    levels = np.array([_number(tags.get("building:levels")) for tags in areas.tags], np.float64)
    height = np.array([_number(tags.get("height")) for tags in areas.tags], np.float64)
    levels = np.where(levels > 0, levels, np.maximum(1, np.round(height / METRES_PER_LEVEL)))
    kinds = np.array([tags["building"] for tags in areas.tags], np.str_)
    for kind in np.unique(kinds).tolist():
        known = levels[(kinds == kind) & ~np.isnan(levels)]
        usual = float(np.median(known)) if len(known) >= 10 else LEVELS[kind]
        levels[(kinds == kind) & np.isnan(levels)] = usual
    return levels


def _number(text: str | None) -> float:
    """Return the number a tag begins with (``4``, ``12.5 m``), nan where it does not or is not positive."""
    try:
        number = float((text or "").replace(",", ".").split(" ", maxsplit=1)[0].removesuffix("m"))
    except ValueError:
        return float("nan")
    return number if 0 < number < 10_000 else float("nan")


def _is_home_address(tags: Tags) -> bool:
    return "addr:housenumber" in tags and NOT_HOME_KEYS.isdisjoint(tags)


def _addresses(extract: OsmExtract, boundary: BaseGeometry) -> PointSet:
    nodes = nodes_where(extract, _is_home_address)
    areas = areas_of(extract, _is_home_address)
    points = shapely.point_on_surface(areas.geometry)
    lon = np.concatenate((extract.node_lon[nodes], shapely.get_x(points)))
    lat = np.concatenate((extract.node_lat[nodes], shapely.get_y(points)))
    ids = (*(f"node/{i}" for i in extract.node_id[nodes].tolist()), *areas.ids)
    tags = [extract.node_tags[i] for i in nodes.tolist()] + list(areas.tags)
    first = {_address_key(t, i): i for i, t in reversed(list(enumerate(tags)))}
    keep = np.zeros(len(ids), np.bool_)
    keep[list(first.values())] = True
    keep &= shapely.contains_xy(boundary, lon, lat)
    found = PointSet(
        id=ids,
        lon=lon,
        lat=lat,
        population=np.full(len(ids), PEOPLE_PER_HOUSEHOLD),
        columns={"what": np.full(len(ids), "address")},
    ).take(keep)
    source = Sentence.counted(
        "estimated from {n} address of OpenStreetMap ({people} people each)",
        "estimated from {n} addresses of OpenStreetMap ({people} people each)",
        n=len(found),
        people=PEOPLE_PER_HOUSEHOLD,
    )
    return PointSet(found.id, found.lon, found.lat, found.population, columns=found.columns, source=source)


def _address_key(tags: Tags, i: int) -> tuple[str, ...]:
    """Return what two mappings of one address share; an address without a street is its own."""
    street = tags.get("addr:street", tags.get("addr:place", ""))
    return (street, tags["addr:housenumber"], tags.get("addr:postcode", "")) if street else (str(i),)


def _streets(
    extract: OsmExtract, boundary: BaseGeometry, projection: LocalProjection
) -> tuple[PointSet, float]:
    """Return points along the streets inside the boundary, and the kilometres of residential ones."""
    for kinds in (HOME_STREETS, OTHER_STREETS):
        found = _street_points(extract, kinds, boundary, projection)
        if len(found):
            people = 0.0 if found.population is None else float(found.population.sum())
            length_km = people / PEOPLE_PER_STREET_M / 1000
            return found, length_km if kinds is HOME_STREETS else 0.0
    return found, 0.0


def _street_points(
    extract: OsmExtract, kinds: frozenset[str], boundary: BaseGeometry, projection: LocalProjection
) -> PointSet:
    ways, lines = way_lines(extract, ways_where(extract, lambda tags: tags.get("highway") in kinds))
    touching = shapely.intersects(boundary, lines)
    ways, lines = ways[touching], projection.to_metres(lines[touching])
    length_m = shapely.length(lines)
    counts = np.maximum(1, np.round(length_m / STREET_STEP_M)).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), counts)
    number = np.arange(len(line)) - np.repeat(np.cumsum(counts) - counts, counts)
    step_m = length_m[line] / counts[line]
    points = projection.to_degrees(shapely.line_interpolate_point(lines[line], (number + 0.5) * step_m))
    inside = shapely.intersects(boundary, points)
    pairs = zip(extract.way_id[ways[line]].tolist(), number.tolist(), inside.tolist(), strict=True)
    people = (step_m * PEOPLE_PER_STREET_M)[inside]
    what = "residential streets" if kinds is HOME_STREETS else "streets (none is tagged residential)"
    return PointSet(
        id=_unique([f"way/{way}/{i}" for way, i, is_in in pairs if is_in]),
        lon=shapely.get_x(points[inside]),
        lat=shapely.get_y(points[inside]),
        population=people,
        columns={"what": np.full(int(inside.sum()), "street")},
        source=f"estimated from {step_m[inside].sum() / 1000:.1f} km of {what} of OpenStreetMap "
        f"({PEOPLE_PER_STREET_M * 1000:g} people a km)",
    )


def _unique(ids: list[str]) -> tuple[str, ...]:
    """Return the ids; of a way in several pieces the later ones get a suffix."""
    seen: dict[str, int] = {}
    out = []
    for identity in ids:
        seen[identity] = seen.get(identity, 0) + 1
        out.append(identity if seen[identity] == 1 else f"{identity}.{seen[identity]}")
    return tuple(out)


def people_by_source(homes: PointSet) -> Mapping[str, float]:
    """Return the people by what their homes were estimated from (``building=apartments``, ``address`` …)."""
    if homes.population is None or "what" not in homes.columns:
        return {}
    kinds, index = np.unique(homes.columns["what"], return_inverse=True)
    return dict(zip(kinds.tolist(), np.bincount(index, weights=homes.population).tolist(), strict=True))
