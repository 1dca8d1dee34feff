"""Laws of the tiles: what goes in comes out, read by a decoder that knows nothing of the encoder."""

from __future__ import annotations

import gzip
import math
from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tile_reading import read_tile

from micropolis_map.domain.map_features import features, joined
from micropolis_map.sources.tiles import Pyramid, tiles_of
from micropolis_map.sources.tiles.mvt import varints

FRAME = (12.0, 55.0, 12.06, 55.03)


def at(lon: float, lat: float, zoom: int) -> tuple[float, float]:
    """Where it lies in units of tiles, by the formula of the OpenStreetMap Wiki, "Slippy map tilenames"."""
    n = 2**zoom
    south = (1 - math.log(math.tan(math.radians(lat)) + 1 / math.cos(math.radians(lat))) / math.pi) / 2
    return (lon + 180) / 360 * n, south * n


def in_tiles(geometry, zoom: int):
    return shapely.transform(geometry, lambda xy: np.array([at(*row, zoom) for row in xy]) * 4096)


def made(parts, frame=FRAME):
    """The decoded tiles by place."""
    return {place: read_tile(gzip.decompress(content)) for place, content in tiles_of(parts, Pyramid(frame))}


def shapes_of(tiles, layer: str, zoom: int):
    """Yield column, row, feature and its geometry in units of its tile."""
    for (z, x, y), layers in tiles.items():
        for feature in layers.get(layer, []) if z == zoom else []:
            if feature.kind == 3:
                yield (
                    x,
                    y,
                    feature,
                    shapely.MultiPolygon([shapely.Polygon(p[0], p[1:]) for p in feature.parts]),
                )
            elif feature.kind == 2:
                yield x, y, feature, shapely.MultiLineString(feature.parts)
            else:
                yield x, y, feature, shapely.MultiPoint(feature.parts)


def houses(count: int = 400, seed: int = 3):
    """Rectangles of 6 to 30 metres turned any way, each with a name of its own as its kind."""
    random = np.random.default_rng(seed)
    centres = random.uniform(FRAME[:2], FRAME[2:], (count, 2))
    turns = random.uniform(0, np.pi, count)
    sizes = random.uniform(3, 15, (count, 2))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    metres = sizes[:, None, :] * corners[None]
    cos, sin = np.cos(turns)[:, None], np.sin(turns)[:, None]
    turned = np.stack(
        (metres[..., 0] * cos - metres[..., 1] * sin, metres[..., 0] * sin + metres[..., 1] * cos), axis=-1
    )
    return shapely.polygons(centres[:, None, :] + turned / [63_900, 111_300])


@pytest.fixture(scope="module")
def town():
    """Houses, streets across all of the frame, and a patchwork of ground without gaps."""
    shapes = houses()
    random = np.random.default_rng(5)
    streets = shapely.linestrings(random.uniform(FRAME[:2], FRAME[2:], (60, 7, 2)))
    x, y = np.meshgrid(np.linspace(12.001, 12.059, 9), np.linspace(55.001, 55.029, 7))
    corners = np.stack((x, y), axis=-1) + random.uniform(-0.001, 0.001, (*x.shape, 2))
    patches = [
        shapely.Polygon([corners[r, c], corners[r, c + 1], corners[r + 1, c + 1], corners[r + 1, c]])
        for r in range(6)
        for c in range(8)
    ]
    kinds = np.array([f"house {i}" for i in range(len(shapes))], object)
    names = np.array([f"Street {i}" for i in range(60)], object)
    return joined(
        [
            features("ground", "wood", patches, zoom=8),
            features("buildings", kinds, shapes, zoom=13),
            features("streets", "minor", streets, name=names, zoom=8, bridge=True, level=-1),
        ]
    )


@pytest.fixture(scope="module")
def tiles(town):
    return made(town)


@pytest.mark.parametrize("zoom", [13, 14, 15])
def test_each_building_is_in_exactly_the_tiles_it_meets(town, tiles, zoom):
    found = Counter()
    for x, y, feature, _ in shapes_of(tiles, "buildings", zoom):
        found[feature.properties["kind"], x, y] += 1
    assert set(found.values()) == {1}
    own = town.of("buildings")
    for kind, shape in zip(own.kind.tolist(), in_tiles(own.geometry, zoom), strict=True):
        west, south, east, north = shape.bounds
        for x in range(int(west / 4096) - 1, int(east / 4096) + 2):
            for y in range(int(south / 4096) - 1, int(north / 4096) + 2):
                tile = shapely.box(x * 4096, y * 4096, (x + 1) * 4096, (y + 1) * 4096)
                if shapely.intersection(tile, shape).area > 4:
                    assert (kind, x, y) in found
                if shape.distance(tile) > 64 + 4:
                    assert (kind, x, y) not in found


def test_no_building_before_its_zoom_and_none_lost(town, tiles):
    for zoom, wanted in ((12, 0), (13, 400), (15, 400)):
        kinds = {f.properties["kind"] for *_, f, _ in shapes_of(tiles, "buildings", zoom)}
        assert len(kinds) == wanted


@pytest.mark.parametrize("zoom", range(8, 16))
def test_every_polygon_is_valid_and_within_its_tile(tiles, zoom):
    for layer in ("ground", "buildings"):
        for *_, shape in shapes_of(tiles, layer, zoom):
            assert shapely.is_valid(shape)
            assert min(shape.bounds) >= -65
            assert max(shape.bounds) <= 4096 + 65


@pytest.mark.parametrize("zoom", [11, 13, 15])
def test_the_ground_keeps_its_area(town, tiles, zoom):
    whole = shapely.area(in_tiles(town.of("ground").geometry, zoom)).sum()
    tile = shapely.box(0, 0, 4096, 4096)
    parts = sum(shapely.intersection(tile, s).area for *_, s in shapes_of(tiles, "ground", zoom))
    assert parts == pytest.approx(whole, rel=0.002 if zoom > 11 else 0.01)


@pytest.mark.parametrize("zoom", [12, 14, 15])
def test_lines_meet_where_they_cross_from_tile_to_tile(tiles, zoom):
    crossings = {}
    for x, y, feature, shape in shapes_of(tiles, "streets", zoom):
        for side, place in ((4096, x + 1), (0, x)):
            line = shapely.LineString([(side, 0), (side, 4095.5)])
            met = shapely.get_coordinates(shapely.intersection(shape, line))[:, 1]
            crossings.setdefault((feature.properties["name"], place, y), {})[side] = np.sort(met)
    both = [found for found in crossings.values() if len(found) == 2 and all(map(len, found.values()))]
    assert len(both) > 20
    for found in both:
        inner = [rows[(rows > 8) & (rows < 4088)] for rows in (found[0], found[4096])]
        if len(inner[0]) == len(inner[1]):
            np.testing.assert_allclose(*inner, atol=5)


def test_a_street_says_what_it_is(tiles):
    *_, feature, _ = next(shapes_of(tiles, "streets", 15))
    name = feature.properties.pop("name")
    assert name.startswith("Street ")
    assert feature.properties == {"kind": "minor", "bridge": 1, "level": -1}


def test_a_name_is_in_one_tile_only_and_in_each_language():
    points = shapely.points(np.random.default_rng(1).uniform(FRAME[:2], FRAME[2:], (500, 2)))
    names = np.array([f"P{i}" for i in range(500)], object)
    labels = features("labels", "park", points, name=names, names='{"pl": "Żółw"}', rank=7, zoom=10)
    tiles = made(labels)
    for zoom in range(10, 16):
        found = [(f, x, y, shape) for x, y, f, shape in shapes_of(tiles, "labels", zoom)]
        assert sorted(f.properties["name"] for f, *_ in found) == sorted(names)
        for feature, x, y, shape in found:
            assert feature.properties["name_pl"] == "Żółw"
            assert feature.properties["rank"] == 7
            px, py = at(*shapely.get_coordinates(points[int(feature.properties["name"][1:])])[0], zoom)
            here = shapely.get_coordinates(shape)[0]
            np.testing.assert_allclose([x + here[0] / 4096, y + here[1] / 4096], [px, py], atol=1 / 4096)


def test_approximate_borders_end_before_the_streets_are_large():
    line = shapely.linestrings([[[12.01, 55.01], [12.05, 55.02]]])
    tiles = made(joined([features("borders", k, line, zoom=8) for k in ("approximate", "outline")]))
    for zoom, wanted in ((13, {"approximate", "outline"}), (14, {"outline"})):
        assert {f.properties["kind"] for *_, f, _ in shapes_of(tiles, "borders", zoom)} == wanted


def test_what_covers_everything_is_in_every_tile_of_the_pyramid():
    pyramid = Pyramid(FRAME)
    veil = features("beyond", "veil", [shapely.box(*pyramid.bounds())], zoom=8)
    tiles = made(veil)
    for zoom in range(8, 16):
        first_x, last_x, first_y, last_y = pyramid.range(zoom)
        assert {(x, y) for z, x, y in tiles if z == zoom} == {
            (x, y) for x in range(first_x, last_x + 1) for y in range(first_y, last_y + 1)
        }
        for *_, shape in shapes_of(tiles, "beyond", zoom):
            assert shapely.contains(shape, shapely.box(0, 0, 4096, 4096))


corner = st.tuples(st.integers(0, 60), st.integers(0, 60))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(corner, min_size=3, max_size=9), min_size=1, max_size=4))
def test_no_outline_however_thin_becomes_an_invalid_polygon(rings):
    """Corners a third of a unit apart collapse when they are snapped."""
    unit = 360 / 2**15 / 4096 / 3
    whole = shapely.make_valid(shapely.union_all([shapely.Polygon(r).buffer(0) for r in rings]))
    parts = shapely.get_parts(shapely.get_parts(whole))
    parts = [part for part in parts if part.geom_type == "Polygon"]
    placed = [shapely.transform(part, lambda xy: np.array([12.03, 55.015]) + xy * unit) for part in parts]
    tiles = made(features("ground", "wood", np.array(placed, object), zoom=8))
    for *_, shape in shapes_of(tiles, "ground", 15):
        assert shapely.is_valid(shape)
        assert shape.area > 0


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1))
def test_numbers_are_written_as_protocol_buffers_have_them(numbers):
    from tile_reading import packed

    content, length = varints(np.array(numbers, np.int64))
    assert packed(content) == numbers
    assert sum(length) == len(content)


def test_nothing_makes_no_tiles():
    assert made(joined([])) == {}
    assert made(features("ground", "wood", np.empty(0, object))) == {}
