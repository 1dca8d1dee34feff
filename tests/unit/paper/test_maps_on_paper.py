"""Laws of maps on paper: land is land, names keep apart, the scale is right, whatever the town."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pypdfium2
import pytest
import shapely
from towns_on_paper import METRES, blob, island

from micropolis_map.services.paper_frame import Frame
from micropolis_map.services.paper_labels import Label
from micropolis_map.services.paper_map import Ground, PaperMap
from micropolis_map.services.paper_scene import scene
from micropolis_map.services.paper_style import paper_style
from micropolis_map.services.touring_paper import Paper
from micropolis_map.services.touring_sheet_map import spread

PLACE = (12.0, 15.0, 124.0, 150.0)
PX_PER_MM = 6.0
STYLE = paper_style()


def drawn(town, frame, tmp_path, lang="pl", marks=()):
    """The map as a picture (height, width, 3), and the names that stand on it."""
    paper = Paper("x", lang, "A5", margin_mm=11.0)
    paper.add_page()
    page = PaperMap(paper, frame, Ground(town.write(tmp_path), credit="© OpenStreetMap"), lang, marks=marks)
    page.draw_ground()
    names = page.draw_names()
    page.draw_edge()
    document = pypdfium2.PdfDocument(paper.content())
    picture = document[0].render(scale=PX_PER_MM * 25.4 / 72).to_numpy()[..., 2::-1]
    document.close()
    return picture, names, page


def bare(town, frame):
    """The town without whatever lies on its land and water."""
    keep = np.isin(town.features.layer.astype(str), ("ground", "water"))
    paper = Paper("x", "en", "A5", margin_mm=11.0)
    paper.add_page()
    page = PaperMap(paper, frame, Ground(drawn=town.features.take(keep)), "en")
    page.draw_ground()
    document = pypdfium2.PdfDocument(paper.content())
    picture = document[0].render(scale=PX_PER_MM * 25.4 / 72).to_numpy()[..., 2::-1]
    document.close()
    return picture


def colour_at(picture, x, y):
    return tuple(int(v) for v in picture[int(y * PX_PER_MM), int(x * PX_PER_MM)])


@pytest.mark.parametrize(("seed", "lon", "lat"), [(1, 12.5, 55.0), (2, -51.2, -30.0), (3, 179.999, 10.0)])
def test_land_is_painted_as_land_and_water_as_water(seed, lon, lat):
    town = island(seed, lon, lat)
    frame = Frame.around(*town.box, PLACE)
    picture = bare(town, frame)
    rng = np.random.default_rng(seed)
    west, south, east, north = frame.bounds
    land = {STYLE.paper, STYLE.colours["residential"]}
    told = {True: 0, False: 0}
    for at in np.column_stack((rng.uniform(west, east, 500), rng.uniform(south, north, 500))):
        point = shapely.Point(at)
        if town.water.boundary.distance(point) * METRES * frame.mm_per_m < 0.7:
            continue  # on the shore's line
        is_water = bool(town.water.contains(point))
        seen = colour_at(picture, *frame.at(at))
        near = min(math.dist(seen, colour) for colour in ({STYLE.water} if is_water else land))
        assert near < 3, (at, is_water, seen)
        told[is_water] += 1
    assert min(told.values()) > 60


@pytest.mark.parametrize("seed", range(4))
def test_areas_of_the_scene_have_the_area_they_have_in_the_frame(seed):
    town = island(seed)
    frame = Frame.around(*town.box, PLACE)
    for layer, kind in (("water", "lake"), ("ground", "residential")):
        chosen = (town.features.layer == layer) & (town.features.kind == kind)
        some = town.features.take(chosen)
        (shape,) = (one for one in scene(some, frame, STYLE) if one.fill is not None)
        on_page = shapely.union_all(frame.shapes_on_page(np.asarray(some.geometry, object)))
        wanted = shapely.area(shapely.intersection(on_page, frame.paper))
        found = shapely.area(shapely.intersection(shapely.union_all(shape.geometries), frame.paper))
        assert found == pytest.approx(wanted, rel=0.005)


def test_the_map_fills_its_frame_and_what_it_is_about_fills_the_map(tmp_path):
    for wide, high in ((0.02, 0.001), (0.001, 0.02), (0.01, 0.01)):
        frame = Frame.around([10.0, 10.0 + wide], [50.0, 50.0 + high], PLACE)
        at = frame.on_page(np.array([[10.0, 50.0], [10.0 + wide, 50.0 + high]]))
        assert (at > (PLACE[0], PLACE[1])).all()
        assert (at < (PLACE[0] + PLACE[2], PLACE[1] + PLACE[3])).all()
        spans = np.abs(at[1] - at[0]) / (PLACE[2] - 14.0, PLACE[3] - 14.0)
        assert 0.95 <= spans.max() <= 1.0 + 1e-9
    town = island(5)
    picture, _, _ = drawn(town, Frame.around(*town.box, PLACE), tmp_path)
    x, y, width, height = (round(v * PX_PER_MM) for v in PLACE)
    inside = picture[y + 3 : y + height - 3, x + 3 : x + width - 3]
    painted = (np.abs(inside.astype(int) - 255).max(axis=2) > 2).mean()
    assert painted > 0.9  # the rest is white: streets, plates and edges of letters


@pytest.mark.parametrize("lat", [0.0, 43.7, -30.0, 55.5, 70.0])
def test_the_scale_is_right_where_the_map_is(lat):
    frame = Frame.around([10.0, 10.02], [lat, lat + 0.02], PLACE)
    metres, length = frame.bar(26.0)
    lon = 10.0 + metres / (METRES * math.cos(math.radians(frame.lat)))  # a sphere's: 0.6 % off at most
    a, b = frame.on_page(np.array([[10.0, frame.lat], [lon, frame.lat]])).tolist()
    assert math.dist(a, b) == pytest.approx(length, rel=0.01)
    up = frame.on_page(np.array([[10.0, frame.lat], [10.0, frame.lat + metres / METRES]]))
    assert abs(up[1, 1] - up[0, 1]) == pytest.approx(length, rel=0.01)
    assert frame.scale == pytest.approx(1000 * metres / length, rel=1e-6)
    assert str(round(frame.scale)).rstrip("0")[:4] == str(round(frame.scale)).rstrip("0")  # said exactly
    assert 5.0 < length <= 26.0


def box_of(label: Label, page: PaperMap) -> shapely.Polygon:
    width = max(page.measure(line, label.letters) for line in label.lines)
    height = label.letters.size_mm * (0.8 + 1.1 * (len(label.lines) - 1))
    flat = shapely.box(label.x - width / 2, label.y - height / 2, label.x + width / 2, label.y + height / 2)
    return shapely.affinity.rotate(flat, -label.angle, origin=(label.x, label.y))


@pytest.mark.parametrize(("seed", "lang"), [(1, "uk"), (2, "pl"), (3, "da")])
def test_names_lie_over_no_other_no_mark_and_not_over_the_edge(tmp_path, seed, lang):
    town = island(seed, size=0.006)
    frame = Frame.around(*town.box, PLACE)
    rng = np.random.default_rng(seed)
    marks = [shapely.Point(x, y).buffer(3.0) for x, y in rng.uniform((12, 15), (136, 165), (25, 2)).tolist()]
    _, names, page = drawn(town, frame, tmp_path, lang, marks)
    boxes = [box_of(name, page) for name in names]
    assert len(names) >= 20
    assert any(abs(name.angle) > 1.0 for name in names)
    for a, b in itertools.combinations(boxes, 2):
        assert not a.intersects(b)
    assert not any(box.intersects(mark) for box in boxes for mark in marks)
    assert all(frame.paper.contains(box) for box in boxes)
    wanted = {"uk": "Лукова", "pl": "Dzielnica", "da": "Dzielnica"}[lang]
    assert any(wanted in " ".join(name.lines) for name in names)


def test_what_is_more_important_is_named_first(tmp_path):
    town = island(4)
    frame = Frame.around(*town.box, PLACE)
    _, names, _ = drawn(town, frame, tmp_path)
    told = {" ".join(name.lines) for name in names}
    suburbs = town.features.take(town.features.kind == "suburb")
    room = frame.paper.buffer(-14.0)
    inside = [
        name
        for name, at in zip(suburbs.name, suburbs.geometry, strict=True)
        if room.contains(shapely.Point(frame.at((at.x, at.y))))
    ]
    assert inside[0] in told


def test_tunnels_lie_below_streets_and_bridges_above_all():
    town = island(6)
    shapes = scene(town.features, Frame.around(*town.box, PLACE), STYLE)
    lines = [shape for shape in shapes if shape.line is not None and shape.fill is None]
    areas = [number for number, shape in enumerate(shapes) if shape.fill is not None]
    assert lines
    assert max(areas) < min(number for number, shape in enumerate(shapes) if shape in lines)
    casings = [number for number, shape in enumerate(shapes) if shape.line == STYLE.colours["casing"]]
    fills = [number for number, shape in enumerate(shapes) if shape.line == STYLE.colours["minor"]]
    assert min(casings) < min(fills)
    assert max(casings) > min(fills)  # those of bridges
    assert max(casings) < len(shapes) - 1


def test_a_town_across_the_antimeridian_is_one_town():
    frame = Frame.around([179.99, -179.99], [10.0, 10.01], PLACE)
    west, _, east, _ = frame.bounds
    assert east - west < 0.05
    a, b = frame.on_page(np.array([[179.99, 10.0], [-179.99, 10.0]])).tolist()
    assert b[0] - a[0] == pytest.approx(0.02 * METRES * math.cos(math.radians(10)) * frame.mm_per_m, rel=0.01)
    rng = np.random.default_rng(1)
    for lon in (179.995, -179.995):
        shape = frame.shapes_on_page(np.array([blob(rng, lon, 10.0, 0.001)], object))[0]
        assert frame.paper.contains(shape.centroid)


@pytest.mark.parametrize(
    "points", [[(0.0, 0.0)] * 12, [(1.0, 1.0)], [], [(0.0, 0.0), (1.0, 0.0), (40.0, 3.0)]]
)
def test_discs_of_stops_never_cover_each_other(points):
    moved = spread(points, 5.0)
    assert len(moved) == len(points)
    for a, b in itertools.combinations(moved, 2):
        assert math.dist(a, b) > 4.9
    if len(points) == 3:
        assert math.dist(moved[2], points[2]) < 0.01


def test_positions_that_are_none_do_not_break_a_frame():
    frame = Frame.around([float("nan"), 10.0], [1.0, 50.0], PLACE)
    assert (frame.lon, frame.lat) == (10.0, 50.0)
    assert Frame.around([], [], PLACE).scale > 0
    assert Frame.around([10.0], [90.0], PLACE).scale > 0
