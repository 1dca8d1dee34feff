"""The meeting places that OpenStreetMap knows in a town and nobody has pinned yet."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.domain.duplicates import NEAR_M, plain, similar
from micropolis_map.domain.place import Place
from micropolis_map.domain.points import PointSet
from micropolis_map.domain.visible_text import visible
from micropolis_map.ports import CommunityStore, PlaceStore
from micropolis_map.services import opened
from micropolis_map.services.meeting_spots import ON_TOP_M
from micropolis_map.services.opened import Build
from micropolis_map.sources.local_projection import LocalProjection

OSM_ID = re.compile(r"(node|way|relation)/\d{1,18}")
"""How an object of OpenStreetMap is named; without it a spot came from another file."""

MAX_NAME = 200
"""Letters of a name, as many as a place's."""


def known_spots(communities: CommunityStore, places: PlaceStore, slug: str) -> PointSet:
    """Return the spots of the current build inside the town that are no published place, sorted by name.

    Empty for a town whose streets are not loaded; an invented town's are those of its invented map. Those
    without a name stand behind the others. Columns ``what``, ``activity`` and ``label`` are kept.
    """
    folder = communities.current_build(slug)
    if folder is None:
        return none_known()
    return _known(Build(slug, folder), places.version(), cast("Hashable", places))


def matching(spots: PointSet, activity: str = "", text: str = "") -> PointSet:
    """Return the spots of `activity` (all for "") whose name holds `text`, letters without accents."""
    wanted = np.ones(len(spots), np.bool_)
    if activity:
        wanted &= spots.columns["activity"] == activity
    if text.strip():
        words = plain(text)
        wanted &= np.array([words in plain(name) for name in spots.name], np.bool_)
    return spots.take(wanted)


def spot_of(spots: PointSet, osm_id: str) -> int | None:
    """Return the index of the spot with this id, such as ``node/5``; None where there is none."""
    return spots.id.index(osm_id) if osm_id in spots.id else None


def none_known() -> PointSet:
    """Return no spots."""
    nothing = np.empty(0, np.float64)
    columns = {key: np.empty(0, np.str_) for key in ("what", "activity", "label")}
    return PointSet(id=(), lon=nothing, lat=nothing, name=(), columns=columns)


@lru_cache(maxsize=16)
def _known(build: Build, version: str, places: Any) -> PointSet:  # noqa: ARG001 - renews the answer
    # a `PlaceStore`, known to the cache by being the same one
    osm = opened.osm_spots_of(build)
    if not len(osm):
        return none_known()
    own = [
        bool(OSM_ID.fullmatch(one)) and (beyond != "yes")
        for one, beyond in zip(osm.id, _column(osm, "beyond"), strict=True)
    ]
    found = osm.take(np.array(own, np.bool_))
    found = found.take(~pinned_already(found, places.places(build.slug)))
    names = [" ".join(visible(name).split())[:MAX_NAME] for name in found.name]
    order = sorted(range(len(names)), key=lambda i: (not names[i], plain(names[i]), found.id[i]))
    kept = {key: np.array(_column(found, key), np.str_) for key in ("what", "activity", "label")}
    tidy = PointSet(id=found.id, lon=found.lon, lat=found.lat, name=tuple(names), columns=kept)
    return tidy.take(np.array(order, np.int64)) if order else tidy


def pinned_already(spots: PointSet, places: Sequence[Place]) -> NDArray[np.bool_]:
    """Return which spots residents have pinned: alike in name and within `NEAR_M`, or `ON_TOP_M` of a spot.

    A spot without a name is the pinned place that lies on top of it, whatever that is called.
    """
    already = np.zeros(len(spots), np.bool_)
    if not len(spots) or not places:
        return already
    local = LocalProjection.around(shapely.multipoints(np.column_stack((spots.lon, spots.lat))))
    shapes = [shapely.force_2d(shapely.geometry.shape(dict(place.geometry))) for place in places]
    pins: Any = local.to_metres(np.array(shapes, object))
    at: Any = shapely.points(local.metres(spots.lon, spots.lat))
    spot, pin = shapely.STRtree(pins).query(at, predicate="dwithin", distance=NEAR_M)
    for s, p in zip(spot.tolist(), pin.tolist(), strict=True):
        if already[s]:
            continue
        name = spots.name[s] if spots.name else ""
        if name:
            already[s] = any(similar(name, other) for other in places[p].name.values())
        elif shapely.distance(at[s], pins[p]) <= ON_TOP_M:
            already[s] = True
    return already


def _column(points: PointSet, key: str) -> list[str]:
    if key not in points.columns:
        return [""] * len(points)
    return [str(value) for value in points.columns[key].tolist()]
