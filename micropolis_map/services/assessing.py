"""Walking coverage: how many people live within so many minutes of a place to meet.

Commands, pages and map data all ask here, so their figures are the same by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.coverage import coverage_summary
from micropolis_map.analysis.nearest import Nearest, nearest_spot
from micropolis_map.analysis.profiles import Profile, profile
from micropolis_map.analysis.snapping import Snapped, snap
from micropolis_map.domain.points import PointSet
from micropolis_map.domain.text import pick
from micropolis_map.errors import InvalidInput
from micropolis_map.ports import CommunityStore, PlaceStore
from micropolis_map.services import opened
from micropolis_map.services.coverage_result import (
    OUTSIDE_NAME,
    AreaCoverage,
    CoverageRequest,
    CoverageResult,
    Walks,
)
from micropolis_map.services.district_index import district_of
from micropolis_map.services.opened import Build

Floats = NDArray[np.float64]


class Deps(Protocol):
    """What assessing needs of the application."""

    @property
    def community_store(self) -> CommunityStore:
        """Where communities live."""

    @property
    def place_store(self) -> PlaceStore:
        """Where places live."""


@dataclass(frozen=True)
class Pinned:
    """A published place with an activity, as far as walking there matters."""

    id: str
    lon: float
    lat: float
    name: str
    what: str
    step_free: str = "unknown"
    opening_hours: str = ""


@dataclass(frozen=True)
class _Question:
    """A request about the community's own homes and spots; everything its answer depends on."""

    build: Build
    profile: str
    minutes: tuple[float, ...]
    kinds: tuple[str, ...]
    pinned: tuple[Pinned, ...]


def assess_coverage(deps: Deps, slug: str, request: CoverageRequest) -> CoverageResult:
    """Return the walking coverage of the community `slug`.

    Every origin walks to its nearest spot. Shares and quantiles are weighted by population; who cannot reach
    any spot counts in the denominator. For profiles that never take steps the shares are also given counting
    only walks whose every metre is known to be passable.

    Raises
    ------
    NotFound
        There is no such community.
    NotLoaded
        Its streets are not loaded.
    InvalidInput
        The profile is not known, or there are no origins.
    """
    build = opened.current_build(deps.community_store, slug)
    pinned = pinned_spots(deps.place_store, slug)
    if request.spots is None and request.origins is None:
        return _answer(_Question(build, request.profile, request.minutes, request.kinds, pinned))
    return _assess(build, request, pinned)


def pinned_spots(store: PlaceStore, slug: str) -> tuple[Pinned, ...]:
    """Return the community's published places that have an activity."""
    return tuple(
        Pinned(
            place.id,
            *place.lon_lat,
            pick(place.name, "en")[0],
            place.activity,
            str(place.access.get("step_free", "unknown")),
            place.opening_hours,
        )
        for place in store.places(slug)
        if place.activity
    )


def activity_spots(build: Build, pinned: tuple[Pinned, ...], kinds: tuple[str, ...] = ()) -> PointSet:
    """Return OpenStreetMap's meeting places and the pinned ones; with `kinds` only those.

    A kind is an activity (``library``) or an OpenStreetMap tag (``amenity=library``).

    Of a place that is in both, the two are as near to everybody as one: no figure but their number changes.
    """
    osm = opened.osm_spots_of(build)
    added = {
        "what": [place.what for place in pinned],
        "activity": [place.what for place in pinned],
        "label": [place.what.replace("_", " ") for place in pinned],
        "step_free": [place.step_free for place in pinned],
        "opening_hours": [place.opening_hours for place in pinned],
    }
    both = PointSet(
        id=(*osm.id, *(place.id for place in pinned)),
        lon=np.concatenate([osm.lon, [place.lon for place in pinned]]),
        lat=np.concatenate([osm.lat, [place.lat for place in pinned]]),
        name=(*(osm.name or [""] * len(osm)), *(place.name for place in pinned)),
        columns={key: np.asarray([*_texts(osm, key), *values], np.str_) for key, values in added.items()},
        source=f"{len(osm)} meeting places of OpenStreetMap, {len(pinned)} pinned by residents",
    )
    if not kinds:
        return both
    return both.take(np.isin(both.columns["what"], kinds) | np.isin(both.columns["activity"], kinds))


def _texts(points: PointSet, key: str) -> list[str]:
    return (
        [str(value) for value in points.columns[key].tolist()]
        if key in points.columns
        else [""] * len(points)
    )


@lru_cache(maxsize=16)
def _answer(question: _Question) -> CoverageResult:
    request = CoverageRequest(question.profile, question.minutes, kinds=question.kinds)
    return _assess(question.build, request, question.pinned)


def _assess(build: Build, request: CoverageRequest, pinned: tuple[Pinned, ...]) -> CoverageResult:
    who = profile(request.profile)
    origins = request.origins if request.origins is not None else opened.homes_of(build)
    spots = request.spots if request.spots is not None else activity_spots(build, pinned, request.kinds)
    if not len(origins):
        raise InvalidInput(
            f"there are no origins in {build.slug!r}", "give --origins, or load a file with homes"
        )
    names, shapes = opened.districts_of(build)
    index = (
        origins.columns["district"].astype(np.int64)  # placed when they were loaded
        if request.origins is None
        else district_of(origins.lon, origins.lat, shapes)
    )
    if (index < 0).any():
        index = np.where(index < 0, len(names), index)
        names = (*names, OUTSIDE_NAME)
    weight = np.ones(len(origins)) if origins.population is None else origins.population
    at_origins, at_spots = snapped(build, who, origins), snapped(build, who, spots)
    walks = _walks(build, who, at_origins, at_spots, certain_only=False)
    certain = _walks(build, who, at_origins, at_spots, certain_only=True) if who.is_step_free else None
    figures = coverage_summary(
        walks.cost_s, weight, request.minutes, index, names, None if certain is None else certain.cost_s
    )
    return CoverageResult(
        community=build.slug,
        request=request,
        speed_m_s=who.speed_m_s,
        origins=origins,
        spots=spots,
        origin_population=weight,
        origin_district=index,
        walks=walks,
        certain_walks=certain,
        population_source=_population_source(request, origins),
        total=AreaCoverage.of("total", figures["total"]),
        districts=tuple(AreaCoverage.of(row["district"], row) for row in figures["districts"]),
        district_areas=(*shapes, *[None] * (len(names) - len(shapes))),
        build_id=build.id,
        notes=_notes(at_origins, at_spots, walks),
    )


def snapped(build: Build, who: Profile, points: PointSet) -> Snapped:
    """Return where `points` join the network; the community's own homes are joined once a build."""
    if points is opened.homes_of(build):
        return _snapped_homes(build, who.name)
    return snap(
        opened.network_of(build), points.lon, points.lat, impedance=opened.impedance_of(build, who.name)
    )


@lru_cache(maxsize=16)
def _snapped_homes(build: Build, profile_name: str) -> Snapped:
    homes = opened.homes_of(build)
    return snap(
        opened.network_of(build), homes.lon, homes.lat, impedance=opened.impedance_of(build, profile_name)
    )


def _walks(build: Build, who: Profile, origins: Snapped, spots: Snapped, *, certain_only: bool) -> Walks:
    cost = opened.impedance_of(build, who.name, certain_only=certain_only)
    found: Nearest = nearest_spot(opened.network_of(build), cost, origins, spots)
    return Walks(found.cost_s, found.length_m, found.spot.astype(np.int64), origins.gap_m)


def _population_source(request: CoverageRequest, origins: PointSet) -> str:
    if request.origins is None:
        return origins.source
    if origins.population is None:
        return f"{origins.source}: each of its {len(origins)} points counts as one person"
    return f"population of {origins.source}"


def _notes(origins: Snapped, spots: Snapped, walks: Walks) -> tuple[str, ...]:
    notes = []
    for points, what in ((origins, "origins"), (spots, "spots")):
        far = int(np.isnan(points.gap_m).sum())
        if far:
            notes.append(
                f"{far} of {len(points)} {what} are farther than 300 m from every way of this profile"
            )
    if not len(spots):
        notes.append("there are no spots to walk to: load a larger area, or give --spots")
    lost = int(np.isinf(walks.cost_s).sum())
    if lost:
        notes.append(f"{lost} of {len(origins)} origins cannot reach any spot")
    return tuple(notes)
