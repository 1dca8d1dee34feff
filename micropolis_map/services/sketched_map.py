"""The map of a town whose streets are not loaded: tiles cut from its sketch, kept beside the town's data.

The archive is made when its first tile is asked for, and again when sketch or districts change; one a town is
kept. It is known by a name that a build never has, ``sketch-<way of drawing>-<digest>``.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from micropolis_map.domain.community import Community
from micropolis_map.domain.map_features import LANGUAGES, MapFeatures, features, joined
from micropolis_map.domain.sketch import Sketch, SketchFeature
from micropolis_map.domain.text import LangText, pick
from micropolis_map.errors import NotFound, UnreadableFile
from micropolis_map.i18n import mark, translation
from micropolis_map.maps.addresses import tiles_url
from micropolis_map.ports import CommunityStore
from micropolis_map.sources import town_map
from micropolis_map.sources.tiles import Pyramid, tiles_of
from micropolis_map.sources.town_map import MapFrame, far_sea
from micropolis_map.stores import tile_archive
from micropolis_map.stores.files import unwritable
from micropolis_map.stores.locks import locked

_LOG = logging.getLogger(__name__)
NAME = "sketch-"
DRAWN = 2
"""Counts the ways in which sketches were drawn: an archive of an older one is made anew."""
BROAD_M = 130.0
"""Half the width of a river that is known as the line in its middle: told apart, not measured."""
TOWNS_M2 = 15e6
"""Square metres of a district from which on it is a town of its own."""
_ZOOMS = {
    "town": 8,
    "island": 9,
    "village": 9,
    "suburb": 10,
    "sea": 8,
    "water": 10,
    "quarter": 11,
    "station": 11,
}
_RANKS = {"town": 1, "sea": 2, "island": 3, "water": 4, "village": 5, "suburb": 5, "quarter": 6, "station": 8}
_DAMAGED = mark("The sketch of this town is damaged; the places are right, the map behind them is empty.")


@dataclass(frozen=True)
class Sketched:
    """What a page needs to show a town's sketch.

    Attributes
    ----------
    build
        Its name in the addresses of tiles; "" where it cannot be drawn.
    frame
        West, south, east, north in degrees, None where nothing is drawn.
    note
        What is said on the map, by language: that it is a sketch, or that the sketch is damaged.
    """

    build: str
    frame: tuple[float, float, float, float] | None
    note: LangText

    def background(self, slug: str) -> dict[str, Any]:
        """Return where the map's tiles are and how far they know something, as a map's state has it."""
        if self.frame is None:
            return {"tiles": "", "frame": None}
        return {"tiles": tiles_url(slug, self.build), "frame": list(self.frame)}

    def told(self, lang: str) -> dict[str, str | bool]:
        """Return the note in `lang` and whether the map is OpenStreetMap's, as a map's state has it."""
        return {"sketch": pick(self.note, lang)[0], "fromOsm": self.frame is not None}


def sketched(store: CommunityStore, slug: str) -> Sketched | None:
    """Return what to show of a town's sketch; None where it has streets of its own, or no sketch.

    Raises
    ------
    NotFound
        There is no such town.
    """
    if store.current_build(slug) is not None:
        return None
    try:
        sketch = store.sketch(slug)
    except UnreadableFile as error:
        _LOG.error("%s: %s", slug, error)
        return Sketched("", None, {lang: translation(lang).gettext(_DAMAGED) for lang in LANGUAGES})
    return None if sketch is None else Sketched(_build_of(sketch), sketch.frame, sketch.note)


def sketch_told(store: CommunityStore, slug: str, lang: str) -> dict[str, str | bool]:
    """Return what the state of a map says of the town's sketch: nothing where it shows none."""
    found = sketched(store, slug)
    return {} if found is None else found.told(lang)


def _build_of(sketch: Sketch) -> str:
    return f"{NAME}{DRAWN}-{sketch.digest}"


def archive_of_sketch(store: CommunityStore, slug: str, build: str) -> Path | None:
    """Return the archive with the tiles of that sketch, made where it is not there yet.

    None for a town that is closed or unknown, and for a sketch that is not its own now or is damaged.

    Raises
    ------
    StoreUnavailable
        The archive cannot be written.
    """
    try:
        sketch = store.sketch(slug)
        if sketch is None or build != _build_of(sketch):
            return None
        path = store.cache_folder(slug) / f"{build}.pmtiles"
        if not path.is_file():
            _write(path, sketch, store.get(slug))
    except (NotFound, UnreadableFile):
        return None
    return path


def _write(path: Path, sketch: Sketch, community: Community) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.with_name(".sketch.lock")):
            if not path.is_file():  # another process made it while this one waited
                _write_alone(path, sketch, community)
    except OSError as error:
        raise unwritable(path, error) from error


def _write_alone(path: Path, sketch: Sketch, community: Community) -> None:
    aside = path.with_name(f".{path.name}.new")
    told = "; ".join(dict.fromkeys(licence for _, licence in sketch.sources()))
    tiles = tiles_of(features_of_sketch(sketch, community), Pyramid(sketch.frame))
    tile_archive.write_archive(aside, tiles, sketch.frame, told)
    aside.replace(path)  # whole or not there; lost in a crash, it is made again
    for old in path.parent.glob(f"{NAME}*.pmtiles"):
        if old != path:
            old.unlink(missing_ok=True)


def features_of_sketch(sketch: Sketch, community: Community) -> MapFeatures:
    """Return all that the town's map is drawn from: the sketch, and the districts as far as there is land."""
    sea = shapely.union_all([shape(dict(one.geometry)) for one in sketch.features if one.kind == "sea"])
    box = shapely.box(*sketch.frame)
    frame = MapFrame(sketch.frame, box, shapely.intersection(sea, box))
    outline = shape(dict(community.outline)) if community.outline is not None else None
    return joined(
        [
            _waters(sketch, frame),
            *(_lines(one) for one in sketch.features if one.layer in {"waterways", "railways"}),
            town_map.beyond_of(frame, outline),
            *_borders(community, frame, outline),
            *(_label(one) for one in sketch.features if one.layer == "labels"),
            _districts(community, frame),
        ]
    )


def _waters(sketch: Sketch, frame: MapFrame) -> MapFeatures:
    """Return the sea, and rivers known by their middle as broad bands."""
    sea = shapely.get_parts(shapely.union_all([frame.sea, far_sea(frame)]))
    rivers = [shape(dict(one.geometry)) for one in sketch.features if one.kind == "river"]
    broad = shapely.buffer(frame.plane.to_metres(np.array(rivers, object)), BROAD_M, cap_style="flat")
    bands = shapely.get_parts(frame.plane.to_degrees(broad))
    return joined(
        [features("water", "sea", _areas(sea), zoom=8), features("water", "river", _areas(bands), zoom=8)]
    )


def _areas(parts: object) -> object:
    found = np.asarray(parts, object)
    return found[shapely.get_type_id(found) == 3]


def _lines(one: SketchFeature) -> MapFeatures:
    lines = shapely.get_parts(shape(dict(one.geometry)))
    return features(one.layer, one.kind, lines, name=one.name, names=_names(one), zoom=8)


def _borders(community: Community, frame: MapFrame, outline: BaseGeometry | None) -> list[MapFeatures]:
    """Return the borders between districts, and the community's on land alone: it was drawn by hand."""
    areas = [shape(dict(district.geometry)) for district in community.districts]
    approximate = any(district.approximate for district in community.districts)
    found = town_map.borders_of(frame, outline, areas, approximate=approximate)
    between = found.take(found.kind != "outline")
    if outline is None:
        return [between]
    on_land = shapely.difference(shapely.intersection(outline.boundary, frame.box), frame.sea)
    lines = shapely.get_parts(on_land)
    return [between, features("borders", "outline", lines[shapely.length(lines) > 0], zoom=8)]


def _label(one: SketchFeature) -> MapFeatures:
    at = np.array([shape(dict(one.geometry))], object)
    rank, zoom = _RANKS[one.kind] * 1000, _ZOOMS[one.kind]
    return features("labels", one.kind, at, name=one.name, names=_names(one), rank=rank, zoom=zoom)


def _districts(community: Community, frame: MapFrame) -> MapFeatures:
    """Return the districts' names at their centres, those with more ground first.

    They are the only names there are: shown as those of towns or villages, by their size, so that the whole
    town shows some.
    """
    if not community.districts:
        return joined([])
    areas = np.array([shape(dict(one.geometry)) for one in community.districts], object)
    size_m2 = shapely.area(frame.plane.to_metres(areas))
    order = np.argsort(-size_m2, kind="stable")
    at = shapely.points([community.districts[i].centre for i in order])
    name = np.array([community.districts[i].name for i in order], object)
    kind = "town" if size_m2.mean() > TOWNS_M2 else "village"
    rank = _RANKS[kind] * 1000 + np.arange(len(order))
    return features("labels", kind, at, name=name, rank=rank, zoom=_ZOOMS[kind])


def _names(one: SketchFeature) -> str:
    others = {lang: one.names[lang] for lang in LANGUAGES if one.names.get(lang, one.name) != one.name}
    return json.dumps(others, ensure_ascii=False) if others else ""
