"""Names as points: places, districts, parks, waters, stations, squares, public buildings, house numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.map_features import MapFeatures, features, joined
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.sources.osm_geometry import Tags, nodes_where
from micropolis_map.sources.town_map.areas import KindAreas, areas_by_kind, zooms_by_area
from micropolis_map.sources.town_map.frame import MapFrame
from micropolis_map.sources.town_map.names import name_of, names_of

PLACES = {
    "city": "city", "town": "town", "borough": "suburb", "suburb": "suburb", "village": "village",
    "quarter": "quarter", "hamlet": "village", "neighbourhood": "neighbourhood", "island": "island",
    "islet": "island", "sea": "sea", "ocean": "sea",
}  # fmt: skip
_PLACE_KINDS = frozenset(PLACES.values()) - {"sea"}
RANKS = {
    "sea": 0, "city": 1, "town": 2, "island": 3, "suburb": 3, "village": 4, "district": 4, "quarter": 5,
    "neighbourhood": 6, "station": 7, "park": 8, "water": 8, "wood": 9, "cemetery": 9, "square": 9,
    "civic": 10, "house": 11,
}  # fmt: skip
"""In thousands: a kind's names come before those of the next; within a kind the larger are first."""
ZOOMS = {
    "sea": 8, "city": 8, "town": 8, "island": 9, "suburb": 10, "village": 9, "district": 10, "quarter": 12,
    "neighbourhood": 13, "station": 12, "square": 13, "civic": 14, "house": 15,
}  # fmt: skip
_NAMED_AREAS_M2 = (2e6, 4e5, 8e4, 1.5e4)
_GROUPS = {
    **dict.fromkeys((*PLACES.values(), "district"), "place"),
    **dict.fromkeys(("park", "wood", "cemetery", "water", "square", "sea"), "nature"),
}
_APART_M = {"place": 3_000.0, "house": 12.0, "nature": 1_500.0}
"""Names of one kind that are alike and nearer than this are one."""
_OTHERS_APART_M = 800.0
_CIVIC = {
    "amenity": frozenset({"townhall", "place_of_worship", "school", "hospital", "university", "college",
                          "library", "theatre", "community_centre", "arts_centre"}),
    "tourism": frozenset({"museum"}),
}  # fmt: skip
_DIGITS = 9
"""Of the people of any place."""
_STATIONS = frozenset({"station", "halt"})


def labels_of(
    extract: OsmExtract,
    frame: MapFrame,
    ground: KindAreas,
    water: KindAreas,
    buildings: KindAreas,
    districts: Mapping[str, BaseGeometry],
    town: tuple[Tags, Any] | None = None,
) -> MapFeatures:
    """Return the names in the frame, the most important first, each once in its neighbourhood.

    Parameters
    ----------
    ground, water, buildings
        Areas that may have names and house numbers.
    districts
        The community's districts by name; those of a place's name are left out.
    town
        The community's own names as tags, and the point (EPSG:4326) where they are written if the data have
        neither a place of one of these names nor a city or town at all.
    """
    nodes = nodes_where(extract, lambda tags: bool(_kind_of(tags)) or "addr:housenumber" in tags)
    at: Any = shapely.points(extract.node_lon[nodes], extract.node_lat[nodes])
    inside = shapely.intersects_xy(frame.box, extract.node_lon[nodes], extract.node_lat[nodes])
    nodes, at = nodes[inside], at[inside]
    tags = [extract.node_tags[i] for i in nodes.tolist()]
    areas = areas_by_kind(extract, _area_kind, frame)
    parts = [
        _named(tags, at, np.zeros(len(tags))),
        _named(areas.tags, _inside(areas.geometry), areas.area_m2),
        _of_areas(ground, {"park": "park", "wood": "wood", "cemetery": "cemetery", "square": "square"}),
        _of_areas(water, {"lake": "water", "river": "water"}),
        _districts(districts, frame),
        _houses([*tags, *buildings.tags], np.concatenate((at, _inside_tagged(buildings)))),
    ]
    found = joined(parts)
    found = found.take(shapely.intersects(frame.seen, found.geometry))
    if town is not None and not _has_town(found, town[0]):
        kind, point = np.array(["town"], object), np.array([town[1]], object)
        found = joined([_labels(kind, [town[0]], point, [0.0], ZOOMS["town"]), found])
    found = found.take(np.argsort(found.rank, kind="stable"))
    return found.take(_once(found, frame))


def _has_town(found: MapFeatures, town: Tags) -> bool:
    """Return whether the map names the town already: by a city or town in it, or by a place of its name."""
    own = {name.casefold() for name in town.values()}
    kinds = found.kind.astype(str)
    places = np.isin(kinds, list(_PLACE_KINDS))
    named = any(name.casefold() in own for name in found.name[places].tolist())
    return named or bool(np.isin(kinds, ["city", "town"]).any())


def _kind_of(tags: Tags) -> str:
    """Return the kind of name of a point, "" where it has none on the map."""
    if not tags.get("name"):
        return ""
    place = PLACES.get(tags.get("place", ""))
    if place:
        return place
    if tags.get("railway") in _STATIONS or tags.get("public_transport") == "station":
        return "station"
    if tags.get("place") == "square":
        return "square"
    if tags.get("natural") in {"bay", "strait"}:
        return "sea"
    return "civic" if any(tags.get(key) in values for key, values in _CIVIC.items()) else ""


def _area_kind(tags: Tags) -> str:
    """Return the kind of name of an area that is no ground and no water."""
    kind = _kind_of(tags)
    return "" if kind == "square" or tags.get("boundary") == "administrative" else kind


def _named(tags: Sequence[Tags], at: Any, area_m2: NDArray[np.float64]) -> MapFeatures:
    kind = np.array([_kind_of(t) for t in tags], object)
    keep = kind != ""
    size = np.array([_people(t) for t in tags], np.float64) + area_m2 / 100
    zoom = np.array([_zoom(each, t) for each, t in zip(kind.tolist(), tags, strict=True)], np.int8)
    return _labels(kind, tags, at, size, zoom).take(keep)


def _people(tags: Tags) -> float:
    digits = re.sub(r"[\s.,'’]", "", tags.get("population", "0"))
    return float(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS else 0.0


def _zoom(kind: str, tags: Tags) -> int:
    return 11 if tags.get("place") == "hamlet" else ZOOMS.get(kind, 14)


def _labels(kind: Any, tags: Sequence[Tags], at: Any, size: Any, zoom: Any) -> MapFeatures:
    within = np.clip(np.log10(np.asarray(size, np.float64) + 1) * 100, 0, 998)
    rank = np.array([RANKS.get(each, 10) * 1000 for each in kind.tolist()], np.float64) + 999 - within
    rank += np.array([500 if t.get("place") == "hamlet" else 0 for t in tags])
    name = np.array([name_of(t) for t in tags], object)
    names = np.array([names_of(t) for t in tags], object)
    return features("labels", kind, at, name=name, names=names, rank=rank.astype(np.int32), zoom=zoom)


def _of_areas(areas: KindAreas, kinds: Mapping[str, str]) -> MapFeatures:
    """Return the names of those areas of the ground or the waters that have one."""
    kept = [i for i, tags in enumerate(areas.tags) if areas.kind[i] in kinds and name_of(tags)]
    kind = np.array([kinds[areas.kind[i]] for i in kept], object)
    area_m2 = areas.area_m2[kept]
    zoom = np.maximum(zooms_by_area(area_m2, _NAMED_AREAS_M2, 10), 10)
    tags = [areas.tags[i] for i in kept]
    return _labels(kind, tags, _inside(areas.geometry[kept]), area_m2 / 100, zoom)


def _districts(districts: Mapping[str, BaseGeometry], frame: MapFrame) -> MapFeatures:
    names = [name for name in districts if name.strip()]
    geometry = frame.clipped(np.array([districts[name] for name in names], object))
    keep = np.flatnonzero(~shapely.is_empty(geometry))
    tags: list[Tags] = [{"name": names[i]} for i in keep.tolist()]
    size = shapely.area(frame.plane.to_metres(geometry[keep])) / 100
    kind = np.array(["district"] * len(tags), object)
    return _labels(kind, tags, _inside(geometry[keep]), size, ZOOMS["district"])


def _houses(tags: Sequence[Tags], at: Any) -> MapFeatures:
    kept = [i for i, t in enumerate(tags) if t.get("addr:housenumber")]
    numbers: list[Tags] = [{"name": tags[i]["addr:housenumber"]} for i in kept]
    kind = np.array(["house"] * len(kept), object)
    return _labels(kind, numbers, at[kept], np.zeros(len(kept)), ZOOMS["house"])


def _inside(areas: Any) -> Any:
    return shapely.point_on_surface(areas)


def _inside_tagged(areas: KindAreas) -> Any:
    """Return a point in each area with a house number; nothing is computed for the others."""
    found = np.empty(len(areas), object)
    some = [i for i, tags in enumerate(areas.tags) if "addr:housenumber" in tags]
    found[some] = _inside(areas.geometry[some])
    return found


def _once(found: MapFeatures, frame: MapFrame) -> NDArray[np.int64]:
    """Return the labels without those whose name a more important one nearby has already."""
    at = shapely.get_coordinates(frame.plane.to_metres(found.geometry))
    named = {
        n.casefold()
        for n, k in zip(found.name.tolist(), found.kind.tolist(), strict=True)
        if k in _PLACE_KINDS
    }
    groups: dict[tuple[str, str], list[int]] = {}
    for i, (kind, name) in enumerate(zip(found.kind.tolist(), found.name.tolist(), strict=True)):
        if kind == "district" and name.casefold() in named:
            continue
        group = _GROUPS.get(kind, kind)
        groups.setdefault((group, name.casefold()), []).append(i)
    kept: set[int] = set()
    for (group, _), members in groups.items():
        kept |= set(members) - _doubles(members, at, _APART_M.get(group, _OTHERS_APART_M))
    return np.array([i for i in sorted(kept) if found.name[i]], np.int64)


def _doubles(members: list[int], at: Any, apart_m: float) -> set[int]:
    """Return those of the labels of one name, best first, that are near one before them."""
    out: set[int] = set()
    if len(members) == 1:
        return out
    for one, other in sorted(cKDTree(at[members]).query_pairs(apart_m)):
        if members[one] not in out:
            out.add(members[other])
    return out
