"""Areas of an extract by their kind, cut to the frame of a map, each of one part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.sources.osm_geometry import AREA_RELATIONS, Areas, Tags, areas_of, way_polygons
from micropolis_map.sources.town_map.frame import MapFrame
from micropolis_map.workers.mending import valid_areas

KindOf = Callable[[Tags], str]


class KindAreas(NamedTuple):
    """Polygons side by side, large ones first.

    Attributes
    ----------
    kind : object[n]
    tags
        Of the feature that each is a part of.
    geometry : object[n]
        Valid polygons in the frame, EPSG:4326.
    area_m2 : float64[n]
        Of the whole feature, as far as it is in the frame.
    """

    kind: NDArray[np.object_]
    tags: list[Tags]
    geometry: Any
    area_m2: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.tags)


def areas_by_kind(extract: OsmExtract, kind_of: KindOf, frame: MapFrame) -> KindAreas:
    """Return the areas that are of some kind; what is of another kind within one of them is its own area."""
    found = areas_of(extract, lambda tags: bool(kind_of(tags)))
    tags = [*found.tags]
    inner = _inner_areas(extract, kind_of, found)
    tags += inner.tags
    geometry = frame.clipped(np.concatenate((found.geometry, inner.geometry)))
    metres = frame.plane.to_metres(geometry)
    area_m2 = shapely.area(metres)
    order = np.argsort(-area_m2, kind="stable")
    order = order[area_m2[order] > 0]
    parts, of = shapely.get_parts(geometry[order], return_index=True)
    keep = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
    parts, of = parts[keep], order[of[keep]]
    own = [tags[i] for i in of.tolist()]
    return KindAreas(np.array([kind_of(t) for t in own], object), own, valid_areas(parts), area_m2[of])


def _inner_areas(extract: OsmExtract, kind_of: KindOf, found: Areas) -> Areas:
    """Return the ways that are a ring of a wanted relation and are of a kind that none of them is."""
    kinds: dict[int, set[str]] = {}
    for relation in extract.relations:
        if relation.tags.get("type") in AREA_RELATIONS and (kind := kind_of(relation.tags)):
            for member, ref, _ in relation.members:
                if member == "way":
                    kinds.setdefault(ref, set()).add(kind)
    if not kinds:
        return Areas((), (), np.empty(0, object))
    known = set(found.ids)
    ways = [
        index
        for index in np.flatnonzero(np.isin(extract.way_id, list(kinds))).tolist()
        if (kind := kind_of(extract.way_tags[index]))
        and kind not in kinds[int(extract.way_id[index])]
        and f"way/{extract.way_id[index]}" not in known
    ]
    kept, polygons = way_polygons(extract, np.array(ways, np.int64))
    ids = tuple(f"way/{extract.way_id[i]}" for i in kept.tolist())
    return Areas(ids, tuple(extract.way_tags[i] for i in kept.tolist()), valid_areas(polygons))


def zooms_by_area(area_m2: NDArray[np.float64], least_m2: tuple[float, ...], first: int) -> NDArray[np.int8]:
    """Return the tile zoom from which areas are drawn: `first` above the first limit, then one more each."""
    return (first + np.searchsorted(-np.asarray(least_m2), -area_m2)).astype(np.int8)
