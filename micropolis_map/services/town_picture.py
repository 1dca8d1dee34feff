"""A small picture of a town for its card, drawn from its own data: SVG without text, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import shapely

from micropolis_map.domain.community import Community
from micropolis_map.domain.map_features import MapFeatures, features, joined
from micropolis_map.domain.place import Place
from micropolis_map.maps.shapes import SHAPES
from micropolis_map.maps.style import colours
from micropolis_map.ports import CommunityStore, PlaceStore
from micropolis_map.services import opened
from micropolis_map.services.opened import Build
from micropolis_map.services.picture_paths import HIGH, WIDE, Frame, dots, path_of
from micropolis_map.services.sketched_map import features_of_sketch
from micropolis_map.stores.map_features import FILE, read_map_features

THEMES = ("light", "dark")
MOST_BYTES = 60_000
"""No picture is larger: what matters less is left out, the smallest first."""

MOST_DOTS = 160
_KEPT = 128
_ASIDE = 12_000
"""Bytes kept for the borders, the dots and the colours."""
_BUILDINGS_M = 6.0
"""Buildings are drawn where a unit of the picture is at most this many metres."""

Colours = dict[str, str]

_OWN: dict[str, Colours] = {
    "light": {"land": "#ece5d6", "ring": "#fffdf8"},
    "dark": {"land": "#30363a", "ring": "#e8e4da"},
}
"""What only pictures have: the ground of a town without streets, and the edge of a place's dot."""

Rule = tuple[str, str, str, float]
"""Layer, kind, the colour's name, and the width of a line in units; 0 for an area."""

_DRAWN: tuple[Rule, ...] = (
    ("land", "land", "land", 0.0),
    *(("ground", kind, kind, 0.0) for kind in ("residential", "industrial", "farmland", "grass", "wood")),
    *(("ground", kind, kind, 0.0) for kind in ("park", "cemetery", "sand", "rock")),
    *(("water", kind, "water", 0.0) for kind in ("sea", "lake", "river")),
    *(("waterways", kind, "water", width) for kind, width in (("river", 8.0), ("canal", 4.0))),
    ("buildings", "building", "building", 0.0),
    *(("streets", kind, "minor", 1.8) for kind in ("minor", "pedestrian")),
    ("streets", "tertiary", "tertiary", 2.8),
    ("streets", "secondary", "secondary", 3.6),
    ("streets", "primary", "primary", 4.4),
    ("streets", "trunk", "trunk", 4.8),
    ("streets", "motorway", "motorway", 5.4),
    ("railways", "rail", "rail", 1.6),
    ("beyond", "outside", "outside", 0.0),
    *(("borders", kind, "border", 1.6) for kind in ("district", "approximate")),
    ("borders", "outline", "border", 3.0),
)
"""What a picture shows, from the lowest up."""

_FIRST = ("water", "waterways", "railways", "motorway", "trunk", "primary", "secondary", "wood", "tertiary")
"""Layers and kinds that are drawn whatever else must be left out; then the rest in order, buildings last."""


def picture(communities: CommunityStore, places: PlaceStore, slug: str, theme: str = "") -> str:
    """Return the town's picture as SVG of at most `MOST_BYTES`; "" follows the reader's own choice of theme.

    Of a town with streets their map, around where its people live; of others the sketch of its water, its
    outline and districts. Published places are dots.

    Raises
    ------
    NotFound
        There is no such town.
    StoreUnavailable
        A file of its build is damaged.
    """
    town = opened.as_loaded(communities, slug)
    folder = communities.current_build(slug)
    build = Build(slug, folder) if folder else None
    sketch = communities.sketch(slug) if build is None else None
    asked = _Asked(slug, build, repr(town) + (sketch.digest if sketch else ""), places.version())
    return _Pictures.drawn(asked, theme, town, communities, places)


@dataclass(frozen=True)
class _Asked:
    """By what a picture is known: another one is drawn when any of it changes."""

    slug: str
    build: Build | None
    town: str
    version: str


class _Pictures:
    """The pictures drawn last."""

    kept: ClassVar[dict[tuple[_Asked, str], str]] = {}

    @classmethod
    def drawn(
        cls, asked: _Asked, theme: str, town: Community, communities: CommunityStore, places: PlaceStore
    ) -> str:
        """Return the picture that was drawn already, else draw it."""
        key = (asked, theme)
        if key not in cls.kept:
            if len(cls.kept) >= _KEPT:
                cls.kept.clear()
            pinned = places.places(asked.slug)
            frame = _frame(town, asked.build, pinned)
            drawn = _features(communities, town, asked.build, frame)
            cls.kept[key] = _svg(drawn, frame, pinned, theme)
        return cls.kept[key]


def _svg(drawn: MapFeatures, frame: Frame, places: Sequence[Place], theme: str) -> str:
    paths = _paths(drawn, frame)
    pins = _pins(places, frame)
    body = f'<path class="paper" d="M0 0h{WIDE}v{HIGH}H0z"/>{"".join(paths)}{pins}'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}">'
        f"<style>{_style(theme)}</style>{body}</svg>\n"
    )


def _frame(town: Community, build: Build | None, places: Sequence[Place]) -> Frame:
    """Return the frame around where people live; else around the outline, the districts, the places."""
    if build is not None:
        homes = opened.homes_of(build)
        if len(homes):
            west, east = np.quantile(homes.lon, (0.02, 0.98)).tolist()
            south, north = np.quantile(homes.lat, (0.02, 0.98)).tolist()
            return Frame.around(west, south, east, north)
    shapes = [town.outline] if town.outline else [district.geometry for district in town.districts]
    shapes = shapes or [place.geometry for place in places]
    if not shapes:
        (lon, lat), side = town.centre, 0.03
        return Frame.around(lon - side, lat - side, lon + side, lat + side)
    found = shapely.total_bounds([shapely.geometry.shape(dict(shape)) for shape in shapes])
    return Frame.around(*found.tolist())


def _features(communities: CommunityStore, town: Community, build: Build | None, frame: Frame) -> MapFeatures:
    if build is not None and (build.folder / FILE).is_file():
        layers = sorted({layer for layer, _, _, _ in _DRAWN} - {"borders"})
        return read_map_features(build.folder / FILE, frame.box, layers)
    land = _outline(town)
    sketch = communities.sketch(town.slug) if build is None else None
    return joined([*land[:1], *([features_of_sketch(sketch, town)] if sketch else land[1:])])


def _outline(town: Community) -> list[MapFeatures]:
    """Return the town's ground, its districts' borders and its outline, as far as there are any."""

    def parts(geometries: Iterable[Mapping[str, Any]], *, lines: bool) -> Any:
        shapes = np.array([shapely.geometry.shape(dict(one)) for one in geometries], object)
        return shapely.get_parts(shapely.boundary(shapes) if lines else shapes)

    outline = [town.outline] if town.outline else []
    districts = [one.geometry for one in town.districts]
    return [
        features("land", "land", parts(outline or districts, lines=False)),
        features("borders", "district", parts(districts, lines=True)),
        features("borders", "outline", parts(outline, lines=True)),
    ]


def _paths(drawn: MapFeatures, frame: Frame) -> list[str]:
    """Return the features as paths in the order of `_DRAWN`, what matters most written first."""
    layer, kind = drawn.layer.astype(str), drawn.kind.astype(str)
    room = MOST_BYTES - _ASIDE
    made: dict[int, str] = {}
    for number in sorted(range(len(_DRAWN)), key=_matters):
        wanted_layer, wanted_kind, colour, width = _DRAWN[number]
        mine = (layer == wanted_layer) & (kind == wanted_kind)
        if wanted_layer == "buildings" and frame.metres > _BUILDINGS_M:
            continue
        if not mine.any():
            continue
        shapes = frame.units(drawn.geometry[mine])
        data = path_of(shapes, area=not width, most=room - 80)
        if data:
            css = f"{colour} l" if width else colour
            wide = f' stroke-width="{width}"' if width else ""
            made[number] = f'<path class="{css}"{wide} d="{data}"/>'
            room -= len(made[number])
    return [made[number] for number in sorted(made)]


def _matters(number: int) -> tuple[int, int]:
    layer, kind, _, _ = _DRAWN[number]
    first = next((i for i, name in enumerate(_FIRST) if name in {layer, kind}), len(_FIRST))
    return first, number if layer != "buildings" else len(_DRAWN)


def _pins(places: Sequence[Place], frame: Frame) -> str:
    made = []
    for kind, shape in SHAPES.items():
        of_kind = (place.lon_lat for place in places if place.kind == kind)
        spots = dots(of_kind, frame)[: MOST_DOTS // len(SHAPES)]
        if spots:
            data = "".join(f"M{x} {y}h0" for x, y in spots)
            made.append(f'<path class="ring" d="{data}"/>')
            made.append(f'<path class="pin" stroke="{shape.colour}" d="{data}"/>')
    return "".join(made)


def _style(theme: str) -> str:
    """Return the colours: of one theme, or light ones and those for who reads light on dark."""
    fills = sorted({colour for _, _, colour, _ in _DRAWN} | {"paper"})
    rules = "path{fill-rule:evenodd}.outside{fill-opacity:.5}"
    rules += ".l,.ring,.pin{fill:none;stroke-linejoin:round;stroke-linecap:round}"
    rules += ".ring{stroke-width:17}.pin{stroke-width:11}.border{stroke-dasharray:7 7}"

    def said(theme: str) -> str:
        of = colours(theme) | _OWN[theme]
        areas = "".join(f".{name}{{fill:{of[name]}}}" for name in fills)
        lines = "".join(f".{name}.l{{fill:none;stroke:{of[name]}}}" for name in fills)
        return f"{areas}{lines}.ring{{stroke:{of['ring']}}}"

    if theme:
        return rules + said(theme)
    return f"{rules}{said('light')}@media (prefers-color-scheme:dark){{{said('dark')}}}"
