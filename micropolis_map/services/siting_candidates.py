"""Where new meeting places may go: along the streets, in venues of OpenStreetMap, or at published places.

A district, or an area that somebody drew, limits each of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry

from micropolis_map.analysis.network_points import dense_points, points_along
from micropolis_map.domain.points import PointSet
from micropolis_map.domain.text import pick
from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.services import opened
from micropolis_map.services.assessing import Deps
from micropolis_map.services.coverage_result import CoverageResult
from micropolis_map.services.district_index import inside
from micropolis_map.services.opened import Build
from micropolis_map.services.outlines import enclosed
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.services.venues import venues_of

SPACING_M = 100.0
"""Squares with at most one candidate: a block of houses. They grow where the town is larger."""
GROWTH = 1.25
MOST_CANDIDATES = 600
MOST_PAIRS = 8_000_000
"""Of homes and candidates: what is measured in a few seconds."""
FEWEST_CANDIDATES = 60
WHERE = ("streets", "venues", "places")


def candidates_of(deps: Deps, slug: str, request: SitingRequest, before: CoverageResult) -> PointSet:
    """Return where the request allows new meeting places.

    Raises
    ------
    InvalidInput
        Nothing is allowed there, or what it names does not exist.
    """
    if request.candidates is not None:
        return request.candidates
    if request.where not in WHERE:
        raise InvalidInput(
            mark("new places cannot be in {where}"),
            mark("give one of {known}"),
            where=repr(request.where[:40]),
            known=", ".join(WHERE),
        )
    build = opened.current_build(deps.community_store, slug)
    allowed = _allowed(build, request)
    if request.where == "streets":
        outline = deps.community_store.get(slug).outline
        whole = shape(dict(outline)) if outline else None
        points = network_candidates(build, request.profile, allowed or whole, len(before.origins))
        if allowed is not None and not len(points):
            raise InvalidInput(mark("there is no street where new ones may be"), mark("allow a larger area"))
        return points
    points = _venues(build, request.venues) if request.where == "venues" else _places(deps, slug, request)
    if allowed is not None and len(points):
        points = points.take(inside(points.lon, points.lat, allowed))
    if not len(points):
        no_venue = mark("there is no venue where new ones may be")
        raise InvalidInput(
            no_venue
            if request.where == "venues"
            else mark("there is no published place where new ones may be"),
            mark("allow a larger area, or anywhere along the streets"),
        )
    return points


@lru_cache(maxsize=8)
def network_candidates(build: Build, profile_name: str, outline: BaseGeometry | None, homes: int) -> PointSet:
    """Return points along the streets that the profile passes, inside the community.

    There is one in each square of `SPACING_M`, nearest to its middle; the squares grow until there are at
    most `MOST_CANDIDATES` (fewer where there are very many homes). The outline bounds them, without one the
    districts, without any the loaded streets.
    """
    most = max(FEWEST_CANDIDATES, min(MOST_CANDIDATES, MOST_PAIRS // max(1, homes)))
    network, cost = opened.network_of(build), opened.impedance_of(build, profile_name)
    lon, lat = dense_points(network, cost)
    areas: Sequence[BaseGeometry] = [outline] if outline is not None else list(opened.districts_of(build)[1])
    within = None
    if areas:
        area = shapely.make_valid(shapely.union_all([shapely.make_valid(area) for area in areas]))
        within = inside(lon, lat, area)
    spacing = SPACING_M
    x, y = points_along(network, cost, spacing, within)
    while x.size > most:
        spacing *= max(GROWTH, math.sqrt(x.size / most) * 0.9)
        x, y = points_along(network, cost, spacing, within)
    return PointSet(
        id=tuple(f"n{i}" for i in range(1, x.size + 1)),
        lon=np.round(x, 6),
        lat=np.round(y, 6),
        source=Sentence.counted(
            "{n} point along the streets, about {m} m apart",
            "{n} points along the streets, about {m} m apart",
            n=x.size,
            m=round(spacing),
        ),
    )


def _allowed(build: Build, request: SitingRequest) -> BaseGeometry | None:
    """Return the districts and the drawn area together; None where nothing limits."""
    names, areas = opened.districts_of(build)
    unknown = sorted(set(request.districts) - set(names))
    if unknown:
        raise InvalidInput(
            mark("there is no district {unknown}"),
            mark("known ones: {wanted}"),
            unknown=repr(unknown[0]),
            wanted=", ".join(names),
        )
    parts: list[Any] = [area for name, area in zip(names, areas, strict=True) if name in request.districts]
    if request.area:
        if len(request.area) < 3:
            raise InvalidInput(
                mark("an area of {n} corners is none"), mark("draw at least three"), n=len(request.area)
            )
        parts.append(enclosed(Polygon(request.area)))
    return shapely.make_valid(shapely.union_all(parts)) if parts else None


def _venues(build: Build, kinds: tuple[str, ...]) -> PointSet:
    venues = venues_of(build)
    if not kinds:
        return venues
    return venues.take(np.isin(venues.columns["kind"], kinds)) if len(venues) else venues


def _places(deps: Deps, slug: str, request: SitingRequest) -> PointSet:
    """Return the published places of the community, or those chosen of them; unknown ones are left out."""
    found = [
        place for place in deps.place_store.places(slug) if not request.chosen or place.id in request.chosen
    ]
    return PointSet(
        id=tuple(place.id for place in found),
        lon=np.array([place.lon_lat[0] for place in found], dtype=np.float64),
        lat=np.array([place.lon_lat[1] for place in found], dtype=np.float64),
        name=tuple(pick(place.name, "en")[0] for place in found),
        source=Sentence.counted("{n} published place", "{n} published places", n=len(found)),
    )
