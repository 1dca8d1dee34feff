"""The map of a town: the features it is drawn from and their tiles, kept in its build."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from micropolis_map.analysis.coverage import weighted_quantile
from micropolis_map.domain.community import Community
from micropolis_map.domain.map_features import MapFeatures, joined
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.points import PointSet
from micropolis_map.domain.text import pick
from micropolis_map.ports import CommunityStore
from micropolis_map.services import sketched_map
from micropolis_map.services.extract_window import widened
from micropolis_map.services.load_area import HULL, Area, Districts
from micropolis_map.services.people_groups import ALL, people_at
from micropolis_map.sources import town_map
from micropolis_map.sources.elevation import Elevation
from micropolis_map.sources.tiles import Pyramid, tiles_of
from micropolis_map.sources.tiles.mercator import Bounds
from micropolis_map.sources.town_map import MapFrame
from micropolis_map.stores import map_features, tile_archive

GROUND_BEYOND_M = 4_000.0
"""How far beyond the boundary's box the map is drawn, as far as the data go."""
ATTRIBUTION = "© OpenStreetMap contributors"


def frame_of_town(extract: OsmExtract, area: Area) -> MapFrame:
    """Return how far the map of the community reaches, and its sea."""
    beyond_m = 0.0 if area.source == HULL else GROUND_BEYOND_M
    return town_map.frame_of(extract, widened(area.geometry.bounds, beyond_m))


def on_land(districts: Districts, frame: MapFrame) -> Districts:
    """Return the districts, those made from places only as far as there is land; one all at sea stays."""
    if not districts.approximate or frame.sea.is_empty:
        return districts
    land = shapely.difference(np.array(districts.geometries, object), frame.sea)
    found = []
    for before, after in zip(districts.geometries, land, strict=True):
        parts = [part for part in shapely.get_parts(after) if part.geom_type == "Polygon"]
        found.append(shapely.union_all(parts) if parts else before)
    return replace(districts, geometries=tuple(found))


def town_name(community: Community, homes: PointSet) -> tuple[dict[str, str], Any] | None:
    """Return the community's names as OpenStreetMap tags them, and the home in the middle of its people.

    None where nobody lives: then nothing says where the name belongs.
    """
    if not len(homes):
        return None
    people = people_at(homes, ALL)
    if not people.sum() > 0:
        people = np.ones(len(homes))
    lon, lat = (weighted_quantile(one, people, 0.5) for one in (homes.lon, homes.lat))
    if lon is None or lat is None:
        return None
    near = int(np.argmin(np.hypot((homes.lon - lon) * np.cos(np.radians(lat)), homes.lat - lat)))
    local, _ = pick(community.name, community.languages[0] if community.languages else "")
    names = {"name": local} | {f"name:{lang}": name for lang, name in community.name.items()}
    return names, shapely.Point(homes.lon[near], homes.lat[near])


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python's collector rest: it would look again and again at all tags of the extract, for nothing.

    That is a third of the time. What is made meanwhile, for a second or a few, has no cycles to be found.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@uncollected()
def features_of_town(
    extract: OsmExtract,
    area: Area,
    districts: Districts,
    frame: MapFrame,
    elevation: Elevation | None,
    town: tuple[Mapping[str, str], Any] | None = None,
) -> MapFeatures:
    """Return all that the map of the community is drawn from, each layer in the order of drawing.

    Parameters
    ----------
    town
        Its names as tags and the point where they stand, for data that do not name it (`town_name`).
    """
    boundary = None if area.source == HULL else area.geometry
    ground, grounds = town_map.ground_of(extract, frame)
    water, waters = town_map.water_of(extract, frame)
    buildings, houses = town_map.buildings_of(extract, frame)
    named = dict(zip(districts.names, districts.geometries, strict=True)) if len(districts.names) > 1 else {}
    return joined(
        [
            ground,
            *([town_map.shade_of(elevation.sample, frame)] if elevation else []),
            water,
            town_map.waterways_of(extract, frame),
            buildings,
            town_map.streets_of(extract, frame),
            town_map.railways_of(extract, frame),
            town_map.beyond_of(frame, boundary),
            town_map.borders_of(frame, boundary, districts.geometries, approximate=districts.approximate),
            town_map.labels_of(extract, frame, grounds, waters, houses, named, town),
        ]
    )


@uncollected()
def write_map(build: Path, features: MapFeatures, frame: Bounds) -> None:
    """Write the features and the tiles cut from them into the folder `build`.

    Parameters
    ----------
    frame
        West, south, east, north of the data in degrees.
    """
    map_features.write_map_features(build / map_features.FILE, features)
    tiles = tiles_of(features, Pyramid(frame))
    tile_archive.write_archive(build / tile_archive.FILE, tiles, frame, ATTRIBUTION)


def archive_of(store: CommunityStore, slug: str, build_id: str) -> Path | None:
    """Return the archive with the tiles of that build, None where there is none for everybody to see."""
    if build_id.startswith(sketched_map.NAME):
        return sketched_map.archive_of_sketch(store, slug, build_id)
    build = store.build(slug, build_id)
    return build / tile_archive.FILE if has_tiles(build) and build is not None else None


def has_tiles(build: Path | None) -> bool:
    """Return whether the build of a town (None where nothing is loaded) holds tiles of its map.

    Towns loaded before there were tiles have none, and get them when their streets are loaded again.
    """
    return build is not None and (build / tile_archive.FILE).is_file()


def tiles_frame(build: Path | None) -> Bounds | None:
    """Return west, south, east, north (degrees) of the data behind a build's tiles, None without tiles.

    Raises
    ------
    StoreUnavailable
        The archive is damaged.
    """
    if build is None or not has_tiles(build):
        return None
    return tile_archive.TileArchive(build / tile_archive.FILE).frame
