"""Loaded communities, opened once and shared: never changed, known by their build.

A new build has a new id, so nothing here ever goes stale; what is not used any more falls out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from micropolis_map.analysis.impedance import Impedance, impedance
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.profiles import profile
from micropolis_map.domain.community import Community, District
from micropolis_map.domain.geometry import as_geojson
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import NotLoaded, StoreUnavailable
from micropolis_map.i18n import mark
from micropolis_map.ports import CommunityStore
from micropolis_map.services import built_files


@dataclass(frozen=True)
class Build:
    """The current build of a community; `folder` holds its files and ends in its id."""

    slug: str
    folder: Path

    @property
    def id(self) -> str:
        """The build's id."""
        return self.folder.name


SHOWN_DEGREES = 0.00003
"""About three metres: less than a line on the map is wide."""


def current_build(store: CommunityStore, slug: str) -> Build:
    """Return the current build of the community `slug`.

    Raises
    ------
    NotFound
        There is no such community.
    NotLoaded
        Its streets are not loaded.
    """
    folder = store.current_build(slug)
    if folder is None:
        raise NotLoaded(
            mark("the streets of {town} are not loaded yet"),
            mark("load them on the Data page or with 'load {slug}'"),
            town=repr(slug),
            slug=slug,
        )
    return Build(slug, folder)


@lru_cache(maxsize=8)
def network_of(build: Build) -> WalkNetwork:
    """Return the walk network of `build`."""
    return WalkNetwork.open(build.folder / built_files.NETWORK)


@lru_cache(maxsize=32)
def impedance_of(build: Build, profile_name: str, *, certain_only: bool = False) -> Impedance:
    """Return what every edge costs the profile; with `certain_only` unknown ways are closed."""
    return impedance(network_of(build), profile(profile_name), certain_only=certain_only)


@lru_cache(maxsize=8)
def homes_of(build: Build) -> PointSet:
    """Return the homes of `build`, with the column ``district``."""
    return built_files.read_points(build.folder / built_files.HOMES)


@lru_cache(maxsize=8)
def osm_spots_of(build: Build) -> PointSet:
    """Return the activity spots OpenStreetMap knows."""
    return built_files.points_of_layer(_layer(build, built_files.SPOTS))


@lru_cache(maxsize=8)
def comforts_of(build: Build) -> PointSet | None:
    """Return benches, toilets and drinking water; None for a build made before they were kept."""
    if not (build.folder / f"{built_files.COMFORTS}.geojson").is_file():
        return None
    return built_files.points_of_layer(_layer(build, built_files.COMFORTS))


@lru_cache(maxsize=8)
def districts_of(build: Build) -> tuple[tuple[str, ...], tuple[BaseGeometry, ...]]:
    """Return names and polygons of the districts."""
    return built_files.areas_of_layer(_layer(build, built_files.DISTRICTS))


@lru_cache(maxsize=8)
def known_area_of(build: Build) -> BaseGeometry | None:
    """Return where the data are whole, EPSG:4326; None for a build made before it was kept."""
    if not (build.folder / f"{built_files.KNOWN_AREA}.geojson").is_file():
        return None
    return built_files.areas_of_layer(_layer(build, built_files.KNOWN_AREA))[1][0]


def as_loaded(store: CommunityStore, slug: str) -> Community:
    """Return the community with the outline and districts of its current build, else those it ships with.

    What is shown on a map is simplified by `SHOWN_DEGREES`; figures use the build's own areas.
    """
    community = store.get(slug)
    folder = store.current_build(slug)
    if folder is None:
        return community
    build = Build(slug, folder)
    (outline,) = _layer(build, built_files.BOUNDARY)["features"]
    return replace(
        community,
        outline=_shown(outline),
        outline_approximate=bool(outline["properties"]["approximate"]),
        districts=tuple(_district(feature) for feature in _layer(build, built_files.DISTRICTS)["features"]),
    )


def _district(feature: Mapping[str, Any]) -> District:
    geometry = _shown(feature)
    centre = shapely.point_on_surface(shapely.geometry.shape(geometry))
    properties = feature["properties"]
    return District(
        str(properties["name"]), geometry, (centre.x, centre.y), approximate=bool(properties["approximate"])
    )


def _shown(feature: Mapping[str, Any]) -> dict[str, Any]:
    shown = shapely.simplify(shapely.geometry.shape(feature["geometry"]), SHOWN_DEGREES)
    return as_geojson(shown)


def _layer(build: Build, name: str) -> dict[str, Any]:
    path = build.folder / f"{name}.geojson"
    try:
        layer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreUnavailable(
            mark("{file} cannot be read: {reason}"),
            mark("load the community again"),
            file=repr(str(path)),
            reason=error,
        ) from None
    return layer
