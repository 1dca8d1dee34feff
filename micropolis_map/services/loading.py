"""Building a community's streets, homes, meeting places and background from OpenStreetMap and files.

All of it is made first and becomes visible in one step: whatever goes wrong on the way, or when a person
stops it, the data loaded before stays as it was.

The network reaches beyond the community's boundary (`WALK_BEYOND_M`), so that a walk may leave it and come
back, and so do activity spots (`town_edge.REACH_M`); homes are those inside.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Protocol

import numpy as np

from micropolis_map.analysis.network import WAY, WalkNetwork
from micropolis_map.domain.community import Community, LoadReport
from micropolis_map.domain.geometry import as_geojson
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR, Action, Actor, Subject, require
from micropolis_map.domain.place_fields import check_slug
from micropolis_map.errors import Cancelled, InvalidInput, MicropolisError, NotFound, Sentence
from micropolis_map.i18n import mark
from micropolis_map.ports import CommunityStore, Progress, silent
from micropolis_map.services import built_files, venues
from micropolis_map.services.extract_window import widened, within
from micropolis_map.services.finding import write_gazetteer
from micropolis_map.services.load_area import Area, area_from_file, area_of_data, area_of_outline
from micropolis_map.services.surveyed_streets import read_surveys
from micropolis_map.services.town_build import TOLD_NOTHING, Told, Town, TownFiles, build_town
from micropolis_map.services.town_edge import REACH_M, widened_area
from micropolis_map.services.town_map import write_map
from micropolis_map.settings import Settings
from micropolis_map.sources.osm_features import gazetteer_of
from micropolis_map.sources.osm_file import read_osm_files
from micropolis_map.stores import map_features
from micropolis_map.stores.files import unwritable
from micropolis_map.stores.town_states import TownStates

_LOG = logging.getLogger(__name__)

WALK_BEYOND_M = 5_000.0
"""How far beyond the boundary a file's streets are kept: an hour's walk, farther than any threshold shown."""

DOWNLOAD_BEYOND_M = REACH_M + 30.0
"""How far beyond the boundary is asked for: circles drawn by corners stay inside."""

BUNDLED_OSM, BUNDLED_ELEVATION, BUNDLED_POPULATION = "town.osm.gz", "elevation.tif", "residents.csv"
"""Files that, lying in a community's folder, are loaded when the request names no other."""


class Deps(Protocol):
    """What loading needs of the application."""

    @property
    def community_store(self) -> CommunityStore:
        """Where communities live."""

    @property
    def settings(self) -> Settings:
        """Where the data are and which servers to ask."""


@dataclass(frozen=True)
class LoadRequest:
    """What to build a community from; every part may be left out.

    Attributes
    ----------
    name
        Name of a new community; also what Nominatim is asked for.
    osm
        Files of OpenStreetMap data; without any, the community's bundled file, else OpenStreetMap's servers.
    boundary, districts
        Files of polygons.
    elevation
        GeoTIFF or HGT files.
    population
        File of where people live; without it, homes are estimated.
    told
        What is said of those files instead of being guessed.
    refresh
        Ask OpenStreetMap's servers even where their answers of less than a week ago are kept.
    """

    name: str = ""
    osm: tuple[Path, ...] = ()
    boundary: Path | None = None
    districts: Path | None = None
    elevation: tuple[Path, ...] = ()
    population: Path | None = None
    told: Told = TOLD_NOTHING
    refresh: bool = False


class _Gate:
    """Stops the loading of a town that is hidden, or is meanwhile; an erased one may be added anew."""

    def __init__(self, states: TownStates, slug: str) -> None:
        self._states = states
        self._slug = slug
        before = states.all().get(slug)
        self._anew = before is not None and before.state == "erased"

    def check(self) -> None:
        state = self._states.all().get(self._slug)
        if state is not None and not (self._anew and state.state == "erased"):
            raise Cancelled(
                mark("{town} is hidden"), mark("show it again first, on the Data page"), town=repr(self._slug)
            )

    def watched(self, progress: Progress) -> Progress:
        def tell(share: float, message: str) -> None:
            self.check()
            progress(share, message)

        return tell

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Let nobody hide or erase the town while the block makes the new build the current one."""
        with self._states.alone():
            self.check()
            yield


def right_to_load(store: CommunityStore, slug: str) -> Action:
    """Return what has to be allowed to whoever loads `slug`: a town that is not there yet has to be added."""
    return "load" if slug in store.slugs() else "add_town"


def load_community(
    deps: Deps, slug: str, request: LoadRequest, progress: Progress = silent, *, actor: Actor
) -> LoadReport:
    """Build or renew the walk network, homes, activity spots and background of the community `slug`.

    A slug that is not known yet becomes a new community.

    Raises
    ------
    NotAllowed
        `actor` may not load it, or not add a town.
    MicropolisError
        An input or a server is not usable, or `progress` raised `Cancelled`. What was loaded before is still
        there, and the message says so.
    """
    begun = perf_counter()
    check_slug(slug)
    require(actor, right_to_load(deps.community_store, slug), Subject(slug))
    gate = _Gate(TownStates(deps.settings.data / "geo"), slug)
    with _old_data_stays(deps.community_store, slug):
        gate.check()
        progress = gate.watched(progress)
        community = _known_or_new(deps.community_store, slug, request)
        map_features.prepare()
        request = _with_bundled_files(request, deps.settings.data / "geo" / slug)
        extract, area = _read(deps.settings, community, request, _part(progress, 0.0, 0.4))
        surveys = read_surveys(deps.settings.data / "geo" / slug)
        files = TownFiles(request.districts, request.elevation, request.population, surveys, request.told)
        town = build_town(community, files, extract, area, _part(progress, 0.4, 0.85))
        progress(0.85, "writing")
        return _store(deps.community_store, gate, community, town, begun)


def ensure_loaded(deps: Deps, slug: str, progress: Progress = silent) -> bool:
    """Build the community `slug` from the files bundled with it, unless it is loaded already.

    Returns
    -------
    bool
        Whether it is loaded now; False where nothing is bundled with it.
    """
    if deps.community_store.current_build(slug) is not None:
        return True
    if not (deps.settings.data / "geo" / slug / BUNDLED_OSM).is_file():
        return False
    load_community(deps, slug, LoadRequest(), progress, actor=LOCAL_ADMINISTRATOR)
    return True


def load_bundled(deps: Deps) -> None:
    """Build every community that has files bundled with it and is not loaded yet; failures are logged."""
    try:
        slugs = deps.community_store.slugs()
    except MicropolisError as error:
        _LOG.warning("no community can be loaded: %s", error)
        return
    for slug in slugs:
        try:
            ensure_loaded(deps, slug)
        except MicropolisError as error:
            _LOG.warning("the files bundled with %r cannot be loaded: %s", slug, error)


def _known_or_new(store: CommunityStore, slug: str, request: LoadRequest) -> Community:
    try:
        return store.get(slug)
    except NotFound:
        name = request.name or slug.replace("-", " ").title()
        return Community(slug=slug, name={"en": name}, query=name, outline_approximate=False)


def _with_bundled_files(request: LoadRequest, folder: Path) -> LoadRequest:
    """Return the request with the files lying in the community's folder, where it names none."""
    if request.osm or not (folder / BUNDLED_OSM).is_file():
        return request
    elevation, population = folder / BUNDLED_ELEVATION, folder / BUNDLED_POPULATION
    return replace(
        request,
        osm=(folder / BUNDLED_OSM,),
        elevation=request.elevation or ((elevation,) if elevation.is_file() else ()),
        population=request.population or (population if population.is_file() else None),
    )


def _read(
    settings: Settings, community: Community, request: LoadRequest, progress: Progress
) -> tuple[OsmExtract, Area]:
    progress(0.0, "reading the boundary")
    area = area_from_file(request.boundary) if request.boundary else None
    if request.osm:
        extract = read_osm_files(request.osm, progress)
        if len(extract.way_id) and not len(extract.way_refs):
            raise InvalidInput(
                mark("{file} lists {n} ways, but not where they are"),
                mark("ask Overpass with 'out geom;', or export the area again with the nodes of its ways"),
                file=repr(extract.source),
                n=len(extract.way_id),
            )
        area = area or area_of_outline(community) or area_of_data(extract)
        return within(extract, widened(area.geometry.bounds, WALK_BEYOND_M)), area
    return _downloaded(settings, community, request, area, progress)


def _downloaded(
    settings: Settings, community: Community, request: LoadRequest, area: Area | None, progress: Progress
) -> tuple[OsmExtract, Area]:
    # Imported here: OSMnx takes seconds to import, and files do not need it.
    from micropolis_map.sources.osm_download import download_osm, geocode_boundary  # noqa: PLC0415

    cache = settings.data / "cache" / "osm"
    if area is None:
        query = community.query or community.slug
        progress(0.0, f"asking OpenStreetMap where {query!r} is")
        geometry = geocode_boundary(query, settings, cache, refresh=request.refresh, progress=progress)
        area = Area(geometry, f"boundary of {query!r} from OpenStreetMap", surveyed=True)
    around = widened_area(area.geometry, DOWNLOAD_BEYOND_M)
    told = _part(progress, 0.05, 1.0)
    return download_osm(around, settings, cache, told, refresh=request.refresh), area


def _store(store: CommunityStore, gate: _Gate, community: Community, town: Town, begun: float) -> LoadReport:
    build = store.begin_build(community.slug)
    try:
        town.network.save(build / built_files.NETWORK)
        built_files.write_points(build / built_files.HOMES, town.homes)
        store.put_layer(build, built_files.SPOTS, built_files.points_layer(town.spots))
        districts = town.districts
        areas = built_files.areas_layer(
            districts.names, districts.geometries, approximate=districts.approximate
        )
        store.put_layer(build, built_files.DISTRICTS, areas)
        outline = built_files.areas_layer([""], [town.area.geometry], approximate=not town.area.surveyed)
        store.put_layer(build, built_files.BOUNDARY, outline)
        if town.known is not None:
            known = built_files.areas_layer([""], [town.known], approximate=True)
            store.put_layer(build, built_files.KNOWN_AREA, known)
        for name, layer in town.layers.items():
            store.put_layer(build, name, layer)
        store.put_layer(build, venues.LAYER, venues.venues_layer(town.extract, town.area.geometry))
        write_map(build, town.drawn, town.frame)
        write_gazetteer(build, gazetteer_of(town.extract))
        report = _report(community, town, build.name, perf_counter() - begun)
        with gate.closing():
            if community.slug not in store.slugs():
                store.save(_described_by(community, town))
            store.finish_build(community.slug, build, report)
    except BaseException as error:
        shutil.rmtree(build, ignore_errors=True)
        if isinstance(error, OSError) and not isinstance(error, MicropolisError):
            raise unwritable(build, error) from error  # what NumPy and the folder's own writers raise
        raise
    return report


def _report(community: Community, town: Town, build_id: str, seconds: float) -> LoadReport:
    facts = town.network.summary()
    nodes, edges = _street_nodes_and_edges(town.network)
    people = town.homes.population
    return LoadReport(
        community=community.slug,
        nodes=nodes,
        edges=edges,
        length_km=round(facts["length_km"], 3),
        steps=facts["steps"],
        components=facts["components"],
        largest_component_share=round(facts["largest_component_share"], 4),
        homes=len(town.homes),
        population=float(people.sum()) if people is not None else float(len(town.homes)),
        population_source=town.homes.source,
        activity_spots=len(town.spots),
        districts=len(town.districts.names),
        repaired=town.area.repaired + town.districts.repaired,
        seconds=round(seconds, 2),
        source=f"{town.extract.source}; {town.area.source}",
        osm_timestamp=town.extract.timestamp,
        loaded=datetime.now(UTC).isoformat(timespec="seconds"),
        build_id=build_id,
        notes=town.notes,
    )


def _street_nodes_and_edges(network: WalkNetwork) -> tuple[int, int]:
    """Return how many OpenStreetMap nodes the walkable ways have, bends included, and their segments."""
    kinds = np.repeat(network.edge_kind, np.diff(network.edge_first))
    on_ways = kinds == WAY
    segments = np.count_nonzero(on_ways) - np.count_nonzero(network.edge_kind == WAY)
    return int(np.unique(network.point_osm[on_ways]).size), int(segments)


def _described_by(community: Community, town: Town) -> Community:
    """Return the new community with the place and outline its data gave it."""
    area = town.area.geometry
    centre = area.representative_point()
    outline = as_geojson(area) if town.area.surveyed else None
    return replace(
        community,
        centre=(round(centre.x, 6), round(centre.y, 6)),
        outline=outline,
        outline_approximate=not town.area.surveyed,
        source=f"{town.area.source}, © OpenStreetMap contributors",
    )


def _part(progress: Progress, start: float, end: float) -> Progress:
    """Return a progress whose 0–1 is the part from `start` to `end` of `progress`."""

    def tell(share: float, message: str) -> None:
        progress(start + (end - start) * share, message)

    return tell


@contextmanager
def _old_data_stays(store: CommunityStore, slug: str) -> Iterator[None]:
    """Say in every error that what was loaded before is still there."""
    try:
        yield
    except MicropolisError as error:
        raise error.with_more(_what_stays(store, slug)) from error


def _what_stays(store: CommunityStore, slug: str) -> Sentence:
    try:
        before = store.report(slug)
    except MicropolisError:
        before = None
    if before is None:
        return Sentence(mark("nothing was changed"))
    return Sentence(mark("the data loaded on {day} stay in place"), day=datetime.fromisoformat(before.loaded))
