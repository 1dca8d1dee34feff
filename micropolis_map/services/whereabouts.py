"""What a map is about: where a community's people live, so that every map opens on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from shapely.geometry import shape

from micropolis_map.analysis.smallest_frames import smallest_frames
from micropolis_map.domain.community import Community
from micropolis_map.domain.geometry import bounds
from micropolis_map.ports import CommunityStore
from micropolis_map.services import opened
from micropolis_map.services.extract_window import Bounds, widened
from micropolis_map.services.opened import Build
from micropolis_map.services.people_groups import ALL, people_at

LEAST_M = 150.0
"""A frame reaches at least this far from its middle: a single home lies in its street."""
AROUND_M = 2_000.0
"""Around the middle of a community of which nothing else is known."""
_DIGITS = 6

Corners = list[list[float]]
"""``[[south, west], [north, east]]`` in degrees, as Leaflet takes a box."""


@dataclass(frozen=True)
class Whereabouts:
    """Where a community is.

    Attributes
    ----------
    populated
        Frames of several shapes, each of which holds nearly everybody; a map takes the one that fits its own
        shape best. At least one; west, south, east, north in degrees.
    whole
        All its homes; without homes all its districts.
    """

    populated: tuple[Bounds, ...]
    whole: Bounds

    def state(self) -> dict[str, Any]:
        """Return ``bounds`` and ``whole`` as the map's script takes them."""
        return {"bounds": [corners(box) for box in self.populated], "whole": corners(self.whole)}


def whereabouts(store: CommunityStore, community: Community) -> Whereabouts:
    """Return where `community` is: by its homes, else its districts or outline, else its middle."""
    folder = store.current_build(community.slug)
    found = None if folder is None else _of_homes(Build(community.slug, folder))
    return found or _of_areas(community)


def corners(box: Bounds) -> Corners:
    """Return a box of west, south, east, north as Leaflet takes it.

    Examples
    --------
    >>> corners((7.0, 43.0, 8.0, 44.0))
    [[43.0, 7.0], [44.0, 8.0]]
    """
    west, south, east, north = (round(value, _DIGITS) for value in box)
    return [[south, west], [north, east]]


def frame_of(geometries: Iterable[Mapping[str, Any]]) -> list[Corners]:
    """Return the box of all `geometries` (GeoJSON) as the map's ``bounds``; none without one."""
    return _framed([bounds(geometry) for geometry in geometries])


def frame_of_districts(build: Build, names: Iterable[str]) -> list[Corners]:
    """Return the box of the districts `names` of the build as the map's ``bounds``; none without one."""
    known = dict(zip(*opened.districts_of(build), strict=True))
    return _framed([known[name].bounds for name in names if name in known and not known[name].is_empty])


@lru_cache(maxsize=32)
def _of_homes(build: Build) -> Whereabouts | None:
    homes = opened.homes_of(build)
    people = people_at(homes, ALL)
    if not people.sum() > 0:
        people = np.ones(len(homes))
    populated = smallest_frames(homes.lon, homes.lat, people)
    if not populated:
        return None
    lived = people > 0
    lon, lat = homes.lon[lived], homes.lat[lived]
    whole = float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
    return Whereabouts(tuple(_roomy(box) for box in populated), _roomy(whole))


def _of_areas(community: Community) -> Whereabouts:
    areas = [district.geometry for district in community.districts]
    areas += [community.outline] if community.outline and not areas else []
    boxes = [shape(dict(area)).bounds for area in areas]
    lon, lat = community.centre
    box = _roomy(_around(boxes)) if boxes else widened((lon, lat, lon, lat), AROUND_M)
    return Whereabouts((box,), box)


def _framed(boxes: Sequence[Bounds]) -> list[Corners]:
    return [corners(_roomy(_around(boxes)))] if boxes else []


def _around(boxes: Sequence[Bounds]) -> Bounds:
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _roomy(box: Bounds) -> Bounds:
    """Return the box, made larger where it is smaller than `LEAST_M` around its middle."""
    lon, lat = (box[0] + box[2]) / 2.0, (box[1] + box[3]) / 2.0
    return _around([box, widened((lon, lat, lon, lat), LEAST_M)])
