"""Rooms that are there already, kept with a build: where a neighbourhood café could be a guest."""

from __future__ import annotations

import json
from functools import lru_cache

from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import NotLoaded, StoreUnavailable
from micropolis_map.i18n import mark
from micropolis_map.services.built_files import points_layer, points_of_layer
from micropolis_map.services.opened import Build
from micropolis_map.sources import osm_venues

LAYER = "venues"


def venues_layer(extract: OsmExtract, area: BaseGeometry) -> dict[str, object]:
    """Return the layer of the venues inside the area, for a build."""
    return points_layer(osm_venues.venues_of(extract, area))


def venue_kinds() -> tuple[str, ...]:
    """Return the kinds of venues: ``cafe``, ``library``, ``school`` …."""
    return osm_venues.venue_kinds()


@lru_cache(maxsize=8)
def venues_of(build: Build) -> PointSet:
    """Return the venues of a build.

    Raises
    ------
    NotLoaded
        It was made before venues were kept.
    """
    path = build.folder / f"{LAYER}.geojson"
    if not path.is_file():
        raise NotLoaded(
            mark("the rooms of {town} that are there already are not loaded yet"),
            mark("load the streets again, on the Data page or with 'load {slug}'"),
            town=repr(build.slug),
            slug=build.slug,
        )
    try:
        return points_of_layer(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise StoreUnavailable(
            mark("{file} cannot be read: {reason}"),
            mark("load the community again"),
            file=repr(str(path)),
            reason=error,
        ) from None


def kinds_in(build: Build) -> dict[str, int]:
    """Return how many venues of each kind a build has, those there are; empty where none were kept."""
    if not (build.folder / f"{LAYER}.geojson").is_file():
        return {}
    kinds = venues_of(build).columns.get("kind")
    found = [] if kinds is None else [str(kind) for kind in kinds.tolist()]
    return {kind: found.count(kind) for kind in venue_kinds() if kind in found}
