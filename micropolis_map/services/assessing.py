"""Walking coverage: how many people live within so many minutes of a place to meet.

Commands, pages and map data all ask here, so their figures are the same by construction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.coverage import coverage_summary
from micropolis_map.analysis.nearest import Nearest, nearest_spot
from micropolis_map.analysis.profiles import Profile, profile
from micropolis_map.analysis.snapping import Snapped, snap
from micropolis_map.domain.points import PointSet
from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.ports import CommunityStore, PlaceStore
from micropolis_map.services import opened
from micropolis_map.services.coverage_result import (
    NO_POINTS,
    OUTSIDE_NAME,
    AreaCoverage,
    CoverageRequest,
    CoverageResult,
    Walks,
)
from micropolis_map.services.district_index import district_of
from micropolis_map.services.kept_builds import kept_build
from micropolis_map.services.meeting_spots import (
    Chosen,
    Pinned,
    SpotChoice,
    activity_spots,
    choose_spots,
    new_sites,
    pinned_spots,
)
from micropolis_map.services.opened import Build
from micropolis_map.services.people_groups import ALL, columns_of, people_at
from micropolis_map.services.timed_notes import timed_notes
from micropolis_map.services.town_edge import near_end, seconds_to_end


class Deps(Protocol):
    """What assessing needs of the application."""

    @property
    def community_store(self) -> CommunityStore:
        """Where communities live."""

    @property
    def place_store(self) -> PlaceStore:
        """Where places live."""


@dataclass(frozen=True)
class Subject:
    """What is assessed: the streets and homes of a build, a request about them, and the pinned places."""

    build: Build
    request: CoverageRequest
    pinned: tuple[Pinned, ...]

    @property
    def result(self) -> CoverageResult:
        """Its coverage; see `assess_coverage`."""
        return assess_build(self.build, self.request, self.pinned)


def subject_of(
    deps: Deps,
    slug: str,
    request: CoverageRequest,
    build_id: str = "",
    sites: Sequence[tuple[float, float]] = (),
) -> Subject:
    """Return the subject of `request`: today's streets or those of `build_id`, with new `sites` (lon, lat).

    Raises
    ------
    NotFound, NotLoaded
        There is no such community, its streets are not loaded, or no such build is kept.
    """
    build = kept_build(deps.community_store, slug, build_id)
    return Subject(build, request, (*pinned_spots(deps.place_store, slug), *new_sites(sites)))


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
    return assess_build(build, request, pinned)


def assess_build(build: Build, request: CoverageRequest, pinned: tuple[Pinned, ...]) -> CoverageResult:
    """Return the walking coverage of `build`, of any date, with these pinned places; see `assess_coverage`.

    What is about the community's own homes and spots is kept: asking again costs nothing.
    """
    if request.spots is None and request.origins is None:
        return _kept(build, request, pinned)
    return _assess(build, request, pinned)


@lru_cache(maxsize=32)
def spots_chosen(build: Build, pinned: tuple[Pinned, ...], choice: SpotChoice) -> Chosen:
    """Return the community's spots of `choice`; the hours are those of the year its streets were loaded."""
    year = int(build.id[:4]) if build.id[:4].isdecimal() else datetime.now(UTC).year
    return choose_spots(activity_spots(build, pinned), choice, year)


@lru_cache(maxsize=48)
def _kept(build: Build, request: CoverageRequest, pinned: tuple[Pinned, ...]) -> CoverageResult:
    return _assess(build, request, pinned)


def _assess(build: Build, request: CoverageRequest, pinned: tuple[Pinned, ...]) -> CoverageResult:
    who = profile(request.profile)
    origins = request.origins if request.origins is not None else opened.homes_of(build)
    choice = choice_of(request)
    chosen = spots_chosen(build, pinned, choice)
    if request.spots is not None:
        chosen = Chosen(request.spots, NO_POINTS)
    if not len(origins):
        raise InvalidInput(
            mark("there are no origins in {town}"),
            mark("give homes (--origins), or load a file that has some"),
            town=repr(build.slug),
        )
    weight = people_at(origins, request.people)
    names, index = _districts(build, request, origins)

    def measured(*, certain_only: bool) -> Walks:
        if request.origins is None and request.spots is None:
            return walks_of(build, who.name, pinned, choice, certain_only=certain_only)
        return walks_between(build, who.name, origins, chosen.used, certain_only=certain_only)

    walks = measured(certain_only=False)
    certain = measured(certain_only=True) if who.is_step_free else None
    figures = coverage_summary(
        walks.cost_s, weight, request.minutes, index, names, None if certain is None else certain.cost_s
    )
    end_s = seconds_to_end(build, who, origins, request.spots)

    def area(name: str, row: Mapping[str, Any], here: NDArray[np.bool_] | slice) -> AreaCoverage:
        near = None if end_s is None else _near_end(end_s[here], walks.cost_s[here], weight[here], request)
        return replace(AreaCoverage.of(name, row), near_end=near)

    _, shapes = opened.districts_of(build)
    result = CoverageResult(
        community=build.slug,
        request=request,
        speed_m_s=who.speed_m_s,
        origins=origins,
        spots=chosen.used,
        origin_population=weight,
        origin_district=index,
        walks=walks,
        certain_walks=certain,
        population_source=_population_source(request, origins),
        total=area("total", figures["total"], slice(None)),
        districts=tuple(
            area(row["district"], row, index == number) for number, row in enumerate(figures["districts"])
        ),
        district_areas=(*shapes, *[None] * (len(names) - len(shapes))),
        build_id=build.id,
        notes=(
            *_notes(snapped(build, who, origins), snapped(build, who, chosen.used), walks, chosen),
            *timed_notes(opened.network_of(build)),
        ),
        spots_unknown=chosen.unknown,
    )
    edge = result.near_end_words
    return replace(result, notes=(*result.notes, edge)) if edge else result


def _near_end(
    end_s: NDArray[np.float64],
    cost_s: NDArray[np.float64],
    people: NDArray[np.float64],
    request: CoverageRequest,
) -> dict[float, float]:
    """Return how many people's share may be too low, by threshold."""
    return {m: float(people[near_end(end_s, cost_s, m)].sum()) for m in request.minutes}


def choice_of(request: CoverageRequest) -> SpotChoice:
    """Return which of the community's spots `request` asks for."""
    return SpotChoice(request.kinds, request.step_free, request.open_at)


def _districts(
    build: Build, request: CoverageRequest, origins: PointSet
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the districts' names and each origin's index; with one more name for those in none."""
    names, shapes = opened.districts_of(build)
    index = (
        origins.columns["district"].astype(np.int64)  # placed when they were loaded
        if request.origins is None
        else district_of(origins.lon, origins.lat, shapes)
    )
    if (index < 0).any():
        return (*names, OUTSIDE_NAME), np.where(index < 0, len(names), index)
    return names, index


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


@lru_cache(maxsize=48)
def walks_of(
    build: Build, profile_name: str, pinned: tuple[Pinned, ...], choice: SpotChoice, *, certain_only: bool
) -> Walks:
    """Return the walk from each of the community's homes to its nearest spot of `choice`.

    Neither thresholds nor who counts change a walk: these are kept, and choosing those is quick.
    """
    spots = spots_chosen(build, pinned, choice).used
    return walks_between(build, profile_name, opened.homes_of(build), spots, certain_only=certain_only)


def walks_between(
    build: Build, profile_name: str, origins: PointSet, spots: PointSet, *, certain_only: bool
) -> Walks:
    """Return the walk from each of `origins` to its nearest of `spots`."""
    who = profile(profile_name)
    cost = opened.impedance_of(build, who.name, certain_only=certain_only)
    home, spot = snapped(build, who, origins), snapped(build, who, spots)
    found: Nearest = nearest_spot(opened.network_of(build), cost, home, spot)
    return Walks(found.cost_s, found.length_m, found.spot.astype(np.int64), home.gap_m)


def _population_source(request: CoverageRequest, origins: PointSet) -> str:
    if request.people != ALL:
        return f"{origins.source}; of them {' and '.join(columns_of(origins, request.people))}"
    if request.origins is None:
        return origins.source
    if origins.population is None:
        return f"{origins.source}: each of its {len(origins)} points counts as one person"
    return f"population of {origins.source}"


def far_notes(*named: tuple[Snapped, str]) -> list[str]:
    """Return how many of the points of each name are so far from every way that nobody reaches them."""
    far = [(int(np.isnan(points.gap_m).sum()), len(points), what) for points, what in named]
    one = "{n} of {all} {what} is farther than 300 m from every way of this profile"
    many = "{n} of {all} {what} are farther than 300 m from every way of this profile"
    return [Sentence.counted(one, many, n=n, all=whole, what=what) for n, whole, what in far if n]


def _notes(origins: Snapped, spots: Snapped, walks: Walks, chosen: Chosen) -> tuple[str, ...]:
    notes = far_notes((origins, "origins"), (spots, "spots"))
    if len(chosen.unknown):
        notes.append(
            Sentence.counted(
                "{n} more spot is not counted: nobody knows whether it is step-free or open then",
                "{n} more spots are not counted: nobody knows whether they are step-free or open then",
                n=len(chosen.unknown),
            )
        )
    if not len(spots):
        notes.append("there are no spots to walk to: load a larger area, or give --spots")
    lost = int(np.isinf(walks.cost_s).sum())
    if lost:
        notes.append(f"{lost} of {len(origins)} origins cannot reach any spot")
    return tuple(notes)
