"""OpenStreetMap data from its servers, through OSMnx; the raw answers go straight into our own reader."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.errors import InvalidInput, NotFound, SourceUnavailable, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress, silent
from micropolis_map.settings import Settings
from micropolis_map.sources.local_projection import LocalProjection
from micropolis_map.sources.nominatim import as_candidates, best_candidate
from micropolis_map.sources.osm_columns import OsmColumns, extract_of, join_columns
from micropolis_map.sources.osm_overpass import overpass_columns
from micropolis_map.sources.osm_spots import spot_kinds
from micropolis_map.sources.osmnx_session import ask, nominatim_url, overpass_url
from micropolis_map.workers.mending import valid_areas

MAX_AGE_S = 7 * 24 * 3600.0
"""Answers older than a week are asked for again."""
MAX_CORNERS = 200
"""Of an area in a query, which repeats it for each tag: finer outlines are simplified outwards."""
SIMPLIFIED_BY_M = 100.0
WAYS = '["highway"]'
"""Every way with a highway tag: which of them are walkable is decided here, not by OSMnx's filters (its
``walk`` drops cycleways even where walking is designated, osmnx#1269). Their nodes come with their tags:
kerbs, gates, bollards, crossings."""


def feature_tags() -> dict[str, bool | str | list[str]]:
    """Return what is asked for beside the ways: homes, meeting places, comforts, background, quarters."""
    tags: dict[str, bool | str | list[str]] = {
        "building": True,
        "addr:housenumber": True,
        "place": True,
        "landuse": True,
        "leisure": ["park", "garden", "nature_reserve", "golf_course", "common", "dog_park"],
        "natural": ["water", "coastline", "wood", "scrub", "heath", "grassland", "wetland", "beach"],
        "waterway": ["river", "stream", "canal", "riverbank", "dock"],
        "railway": ["rail", "light_rail", "tram", "narrow_gauge", "subway", "funicular", "platform"],
        "public_transport": ["platform"],
        "highway": ["pedestrian", "footway"],  # squares that are relations; single ways are in WAYS already
    }
    tags["amenity"] = True  # whole: a list of values would leave out "library;cafe"
    tags["drinking_water"] = ["yes"]
    for kind in spot_kinds():
        values = tags.setdefault(kind.key, [])
        if isinstance(values, list) and kind.value not in values:
            values.append(kind.value)
    return tags


def download_osm(
    polygon: BaseGeometry,
    settings: Settings,
    cache: Path,
    progress: Progress = silent,
    *,
    refresh: bool = False,
) -> OsmExtract:
    """Return the walkable ways and the features in the polygon, from the Overpass server of the settings.

    Two queries, each a request for every 2,500 km² (OSMnx's limit). Their answers lie in `cache`, complete or
    not at all, and are used again for a week.

    Parameters
    ----------
    polygon
        Polygon or multipolygon, EPSG:4326.
    refresh
        Ask the server even where the cache has an answer.

    Raises
    ------
    InvalidInput
        `polygon` is no area.
    SourceUnavailable
        The server is down, slow, busy, or answers garbage; the message names it.
    NotFound
        It knows no street there.
    """
    area = _query_area(polygon)
    url = overpass_url(settings)
    host = urlsplit(url).netloc
    tags = feature_tags()

    def streets() -> object:
        import osmnx  # noqa: PLC0415 - takes seconds; only those who download wait for it

        return osmnx.graph.graph_from_polygon(area, custom_filter=WAYS)

    def features() -> object:
        import osmnx  # noqa: PLC0415

        return osmnx.features.features_from_polygon(area, tags)

    queries: list[tuple[str, Any, Callable[[], object]]] = [
        ("streets", WAYS, streets),
        ("features", tags, features),
    ]
    parts = []
    for number, (what, query, request) in enumerate(queries):
        done = number / len(queries)
        progress(done, f"asking {host} for {what}")
        folder = cache / f"overpass-{what}-{_key(url, area.wkt, query)}"
        tell = _at(progress, done)
        columns = _answers(folder, request, url, settings, tell, _area_m2(area), refresh=refresh)
        if what == "streets" and not len(columns.way_id):
            shutil.rmtree(folder, ignore_errors=True)
            west, south, east, north = area.bounds
            raise NotFound(
                mark("{host} knows no street in the area {west}, {south} to {east}, {north}"),
                mark("check the boundary"),
                host=host,
                west=f"{west:.4f}",
                south=f"{south:.4f}",
                east=f"{east:.4f}",
                north=f"{north:.4f}",
            )
        parts.append(columns)
    progress(1.0, "downloaded")
    return extract_of(join_columns(parts), f"OpenStreetMap ({host})", area)


def geocode_boundary(
    query: str, settings: Settings, cache: Path, *, refresh: bool = False, progress: Progress = silent
) -> BaseGeometry:
    """Return the boundary of the place called `query`; see `geocode_place`."""
    return geocode_place(query, settings, cache, refresh=refresh, progress=progress)[0]


def geocode_place(
    query: str, settings: Settings, cache: Path, *, refresh: bool = False, progress: Progress = silent
) -> tuple[BaseGeometry, str, tuple[str, ...]]:
    """Return the boundary of the place called `query`, its whole name, and those of what else it may mean.

    The boundary is a polygon or multipolygon, EPSG:4326. Of several candidates administrative boundaries go
    first, then the most important one.

    Raises
    ------
    NotFound
        Nominatim knows nothing by that name.
    InvalidInput
        `query` is empty, or it knows points only.
    SourceUnavailable
        The server is down, slow, busy, or answers garbage.
    """
    if not query.strip():
        raise InvalidInput(
            mark("the place to look up is {query}"),
            mark("give its name, such as 'Cagliari, Italy'"),
            query=repr(query),
        )
    url = nominatim_url(settings)
    folder = cache / f"nominatim-{_key(url, query)}"

    def request() -> object:
        import osmnx  # noqa: PLC0415 - takes seconds; only those who download wait for it

        return osmnx.geocoder.geocode_to_gdf(query)

    def load(paths: Sequence[Path]) -> Any:
        return [candidate for path in paths for candidate in _candidates(path)]

    def ask_for_it(aside: Path) -> None:
        ask(request, url, aside, settings, progress)

    candidates = _cached(folder, ask_for_it, url, load, refresh=refresh)
    try:
        feature, _ = best_candidate(candidates, query)
    except (NotFound, InvalidInput):
        shutil.rmtree(folder, ignore_errors=True)
        raise
    area: BaseGeometry = valid_areas([shapely.geometry.shape(feature["geometry"])])[0]
    chosen = next(c for c in candidates if c.get("geojson") is feature["geometry"])
    others = tuple(str(c["display_name"]) for c in candidates if c is not chosen)
    return area, str(chosen["display_name"]), others


def _query_area(polygon: BaseGeometry) -> Polygon | MultiPolygon:
    """Return the polygon, valid, and with few corners: a fine outline is widened and simplified."""
    if polygon.is_empty or not isinstance(polygon, Polygon | MultiPolygon):
        raise InvalidInput(
            mark("the area to download is a {shape}, not a polygon"),
            mark("give a boundary"),
            shape=polygon.geom_type,
        )
    area: Any = valid_areas([polygon])[0]
    if shapely.get_num_coordinates(area) > MAX_CORNERS:
        projection = LocalProjection.around(area)
        wide = projection.to_metres(area).buffer(SIMPLIFIED_BY_M, quad_segs=2)
        simple = projection.to_degrees(wide.simplify(SIMPLIFIED_BY_M / 2))
        area = simple if shapely.get_num_coordinates(simple) <= MAX_CORNERS else simple.convex_hull
    checked: Polygon | MultiPolygon = area
    return checked


def _area_m2(area: BaseGeometry) -> float:
    return float(LocalProjection.around(area).to_metres(area).area)


def _key(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]


def _at(progress: Progress, done: float) -> Progress:
    """Return a progress that tells its messages at a fixed share: how long an answer takes is not known."""

    def tell(share: float, message: str) -> None:
        progress(max(share, done), message)

    return tell


def _answers(
    folder: Path,
    request: Callable[[], object],
    url: str,
    settings: Settings,
    progress: Progress,
    area_m2: float,
    *,
    refresh: bool,
) -> OsmColumns:
    def load(paths: Sequence[Path]) -> OsmColumns:
        return join_columns([overpass_columns(path.read_bytes(), urlsplit(url).netloc) for path in paths])

    def ask_all(aside: Path) -> None:
        ask(request, url, aside, settings, progress, area_m2)

    columns: OsmColumns = _cached(folder, ask_all, url, load, refresh=refresh)
    return columns


def _candidates(path: Path) -> list[Any]:
    found = as_candidates(json.loads(path.read_bytes()))
    if found is None:
        raise ValueError("it is no list of places")
    return list(found)


def _cached(
    folder: Path,
    ask_for: Callable[[Path], None],
    url: str,
    load: Callable[[Sequence[Path]], Any],
    *,
    refresh: bool,
) -> Any:
    """Return what `load` makes of the answers in `folder`, fetched first where they are missing or old.

    They are gathered aside and become the folder only after they could be loaded.
    """
    if not refresh and folder.is_dir() and time.time() - folder.stat().st_mtime < MAX_AGE_S:
        try:
            return load(sorted(folder.glob("*.json")))
        except (ValueError, OSError):
            shutil.rmtree(folder, ignore_errors=True)  # damaged since: asked for again
    aside = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        ask_for(aside)
        loaded = load(sorted(aside.glob("*.json")))
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    except UnreadableFile as error:
        raise SourceUnavailable(
            mark("{host} answered garbage: {happened}"),
            error.todo,
            host=urlsplit(url).netloc,
            happened=error.what,
        ) from error
    except (json.JSONDecodeError, OSError) as error:
        if isinstance(error, SourceUnavailable):
            raise
        raise SourceUnavailable(
            mark("the answers of {host} cannot be kept in {folder}: {reason}"),
            mark("check that the folder can be written"),
            host=urlsplit(url).netloc,
            folder=folder.parent,
            reason=error,
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return loaded
