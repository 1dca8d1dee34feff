"""Which file of OpenStreetMap data a person can fetch where this server cannot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry import shape

from micropolis_map.services.loading import DOWNLOAD_BEYOND_M, Deps
from micropolis_map.services.outline_found import FoundPlace
from micropolis_map.services.town_edge import widened_area
from micropolis_map.sources.local_projection import LocalProjection

MAP_CALL = "https://overpass-api.de/api/map?bbox={west:.4f},{south:.4f},{east:.4f},{north:.4f}"
"""Overpass's answer to a rectangle: an ``.osm`` file with whole ways and relations."""
EXTRACTS = "https://download.geofabrik.de/"
LARGEST_KM2 = 1_500.0
"""A larger rectangle is more than the public server gives at once."""
MEGABYTES_A_KM2 = 0.6
"""Of an ``.osm`` file of a town with its surroundings: between woods (0.1) and a city's centre (5)."""


@dataclass(frozen=True)
class ByHand:
    """What to fetch, and where to drop it.

    Attributes
    ----------
    url
        Of the rectangle's file; empty where nobody knows where the town is, or it is too large.
    megabytes
        How large that file is about.
    folder
        Of the community on this server; None where it has none yet.
    """

    url: str
    megabytes: float
    folder: Path | None


def by_hand_of(deps: Deps, slug: str, found: FoundPlace | None = None) -> ByHand:
    """Return what to fetch for the community `slug`, from the outline `found` or that it is described with.

    Raises
    ------
    MicropolisError
        The communities cannot be read.
    """
    known = slug in deps.community_store.slugs()
    folder = (deps.settings.data / "geo" / slug).resolve() if known else None
    outline = found.area if found is not None else None
    if outline is None and known:
        described = deps.community_store.get(slug).outline
        outline = shape(dict(described)) if described is not None else None
    if outline is None:
        return ByHand("", 0.0, folder)
    west, south, east, north = widened_area(outline, DOWNLOAD_BEYOND_M).bounds
    box = shapely.box(west, south, east, north)
    area_km2 = LocalProjection.around(box).to_metres(box).area / 1e6
    if area_km2 > LARGEST_KM2:
        return ByHand("", 0.0, folder)
    url = MAP_CALL.format(west=west, south=south, east=east, north=north)
    return ByHand(url, area_km2 * MEGABYTES_A_KM2, folder)
