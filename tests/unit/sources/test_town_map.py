"""What a town's map is drawn from: seeded towns whose coast the test knows, and every kind of thing once."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
import shapely
from extracts import extract_of
from shapely.geometry import LineString, Polygon

from micropolis_map.domain.osm_extract import OsmRelation
from micropolis_map.services.load_area import Area, Districts, area_from_file
from micropolis_map.services.town_map import features_of_town, frame_of_town, on_land
from micropolis_map.sources.osm_coastline import sea_of
from micropolis_map.sources.osm_file import read_osm_files
from micropolis_map.sources.town_map.beyond import HAZES
from micropolis_map.sources.town_map.isolines import areas_above

LON, LAT = 12.0, 55.0
M_LON, M_LAT = 1 / 63_850, 1 / 111_320


def degrees(metres):
    return [(LON + x * M_LON, LAT + y * M_LAT) for x, y in metres]


class Ground:
    """An extract that is drawn in metres around a spot."""

    def __init__(self) -> None:
        self.nodes, self.node_tags, self.ways, self.relations = {}, {}, [], []

    def node(self, x, y, **tags):
        number = len(self.nodes) + 1
        self.nodes[number] = degrees([(x, y)])[0]
        if tags:
            self.node_tags[number] = tags
        return number

    def way(self, metres, **tags):
        closed = len(metres) > 3 and tuple(metres[0]) == tuple(metres[-1])
        refs = [self.node(*xy) for xy in (metres[:-1] if closed else metres)]
        self.ways.append((len(self.ways) + 1, [*refs, refs[0]] if closed else refs, tags))
        return len(self.ways)

    def box(self, x, y, size, **tags):
        return self.way([(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)], **tags)

    def streets(self, inside: Polygon, step=150, **tags):
        """A grid of streets within the outline, with a house in each block."""
        west, south, east, north = inside.bounds
        for x in np.arange(west, east, step):
            for line in (LineString([(x, south), (x, north)]), LineString([(west, x), (east, x)])):
                for part in shapely.get_parts(line.intersection(inside.buffer(-60))):
                    if part.geom_type == "LineString" and part.length > 0:
                        self.way(list(part.coords), highway="residential", **tags)
            for y in np.arange(south, north, step):
                if inside.buffer(-80).contains(shapely.Point(x + 40, y + 40)):
                    self.box(x + 30, y + 30, 15, building="house")

    def extract(self):
        made = extract_of(self.nodes, self.ways, self.node_tags, self.relations)
        lon, lat = (np.array(column) for column in zip(*self.nodes.values(), strict=True))
        whole = shapely.MultiPoint(np.column_stack((lon, lat))).convex_hull
        return replace(made, area=whole)


def island(seed: int, x=0.0, y=0.0, radius=700.0) -> Polygon:
    random = np.random.default_rng(seed)
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    far = radius * random.uniform(0.75, 1.2, 24)
    return Polygon(np.column_stack((x + far * np.cos(turns), y + far * np.sin(turns))))


def drawn(ground: Ground, boundary: Polygon, districts=None, town=None):
    extract = ground.extract()
    area = Area(Polygon(degrees(boundary.exterior.coords)), "a test", surveyed=True)
    frame = frame_of_town(extract, area)
    districts = on_land(districts or Districts(("All",), (area.geometry,), approximate=False), frame)
    return frame, features_of_town(extract, area, districts, frame, None, town)


def coast(ground: Ground, shape: Polygon, pieces=3):
    """The outline as coastline ways with land on their left."""
    ring = list(shapely.orient_polygons(shape).exterior.coords)
    cuts = np.linspace(0, len(ring) - 1, pieces + 1).astype(int)
    first = [ground.node(*xy) for xy in ring[:-1]]
    refs = [*first, first[0]]
    for a, b in itertools.pairwise(cuts):
        ground.ways.append((len(ground.ways) + 1, refs[a : b + 1], {"natural": "coastline"}))


def is_sea(features, metres):
    water = features.of("water")
    sea = shapely.union_all(water.geometry[water.kind == "sea"])
    return shapely.intersects_xy(sea, *np.array(degrees(metres)).T)


def veiled(features, *kinds):
    """Return where the map is veiled at all, or by the steps `kinds`."""
    beyond = features.of("beyond")
    chosen = np.isin(beyond.kind.astype(str), kinds) if kinds else beyond.kind != "outside"
    return shapely.union_all(beyond.geometry[chosen])


def agree(features, lands, reach=2_500, seed=1):
    """The sea is where none of the outlines is, as far as `reach`, shores aside; and no veil hides it."""
    random = np.random.default_rng(seed)
    spots = random.uniform(-reach, reach, (1_500, 2))
    land = shapely.union_all(lands)
    sure = shapely.distance(shapely.boundary(land), shapely.points(spots)) > 5
    at_sea = ~shapely.intersects_xy(land, *spots.T)
    np.testing.assert_array_equal(is_sea(features, spots)[sure], at_sea[sure])
    assert shapely.is_empty(veiled(features))


@pytest.mark.parametrize("seed", range(4))
def test_an_island_has_sea_all_around_to_the_edge_of_the_map(seed):
    ground, land = Ground(), island(seed)
    ground.streets(land)
    coast(ground, land)
    frame, features = drawn(ground, land)
    assert frame.is_island
    agree(features, [land], reach=80_000)
    agree(features, [land], reach=1_500)


def test_two_parts_apart_are_two_islands():
    ground, lands = Ground(), [island(1, -1_500, 0, 600), island(2, 1_400, 500, 500)]
    for land in lands:
        ground.streets(land)
        coast(ground, land)
    _, features = drawn(ground, shapely.union_all(lands).convex_hull)
    agree(features, lands, reach=4_000)


def test_a_coast_that_leaves_the_data_goes_on_and_land_is_veiled():
    ground, shore = Ground(), [(-3_000, -40), (-500, 0), (300, 60), (3_000, 30)]
    land = Polygon([*shore, (3_000, 3_000), (-3_000, 3_000)])
    ground.streets(Polygon([(-900, 20), (900, 70), (900, 900), (-900, 900)]))
    ground.way(shore, natural="coastline")
    frame, features = drawn(ground, Polygon([(-900, -100), (900, -100), (900, 900), (-900, 900)]))
    spots = np.random.default_rng(2).uniform((-900, -1_500), (900, 900), (600, 2))
    far = shapely.distance(LineString(shore), shapely.points(spots)) > 60
    at_sea = ~shapely.intersects_xy(land, *spots.T)
    np.testing.assert_array_equal(is_sea(features, spots)[far], at_sea[far])
    assert is_sea(features, [(0, -30_000)]).all()
    veil = veiled(features)
    west, south, east, north = frame.pyramid.bounds()
    sea = shapely.union_all(features.of("water").geometry)
    whole = shapely.union_all([veil, sea, frame.seen])
    assert shapely.difference(shapely.box(west, south, east, north), whole).area < 1e-9
    assert shapely.intersection(veil, sea).area < 1e-9
    assert veil.contains(shapely.Point(degrees([(0, 30_000)])[0]))


def test_the_veil_thickens_step_by_step_from_where_the_data_end():
    ground = Ground()
    ground.streets(Polygon([(-900, -900), (900, -900), (900, 900), (-900, 900)]))
    frame, features = drawn(ground, Polygon([(-900, -900), (900, -900), (900, 900), (-900, 900)]))
    steps = [f"haze{i}" for i in range(1, HAZES + 1)] + ["veil"]
    areas = [veiled(features, step) for step in steps]
    assert features.of("beyond").kind.tolist().count("veil") >= 1
    assert (
        shapely.difference(
            shapely.box(*frame.pyramid.bounds()), shapely.union_all([frame.seen, areas[0]])
        ).area
        < 1e-9
    )
    assert shapely.intersection(areas[0], frame.seen).area < 1e-9
    for wider, narrower in itertools.pairwise(areas):
        assert shapely.difference(narrower, wider).area < 1e-9
        assert wider.area > narrower.area + 1e-7
    start = frame.plane.to_metres(frame.seen)
    reach = shapely.distance(start, frame.plane.to_metres(areas[-1]))
    assert 110 < reach < 200


TOWN = ({"name": "Ostrów", "name:en": "Isle"}, shapely.Point(*degrees([(30, 40)])[0]))


def named_town(ground, boundary):
    """Return the names of towns on the map of a community that calls itself Ostrów."""
    _, features = drawn(ground, boundary, town=TOWN)
    labels = features.of("labels")
    return labels.name[labels.kind == "town"].tolist(), labels


def test_a_town_that_the_data_do_not_name_is_named_where_its_people_live():
    square = Polygon([(-900, -900), (900, -900), (900, 900), (-900, 900)])
    ground = Ground()
    ground.streets(square)
    names, labels = named_town(ground, square)
    assert names == ["Ostrów"]
    assert labels.geometry[0] == TOWN[1]
    assert json.loads(labels.names[0]) == {"en": "Isle"}


@pytest.mark.parametrize(
    "place",
    [
        {"place": "town", "name": "Nowy Dwór"},
        {"place": "suburb", "name": "OSTRÓW"},
        {"place": "quarter", "name": "isle"},
    ],
)
def test_a_town_that_the_data_name_is_not_named_again(place):
    square = Polygon([(-900, -900), (900, -900), (900, 900), (-900, 900)])
    ground = Ground()
    ground.streets(square)
    ground.node(200, 100, **place)
    names, _ = named_town(ground, square)
    assert names == [place["name"]] * (place["place"] == "town")


def test_a_strip_along_a_river_has_the_river_and_no_sea():
    ground = Ground()
    bank = Polygon([(-3_000, -80), (3_000, 20), (3_000, 140), (-3_000, 60)])
    ground.streets(Polygon([(-2_000, 160), (2_000, 160), (2_000, 500), (-2_000, 500)]))
    ground.way([*bank.exterior.coords], natural="water", water="river", name="Long")
    ground.way([(-3_000, -10), (3_000, 80)], waterway="river", name="Long")
    _, features = drawn(ground, Polygon([(-2_100, 0), (2_100, 0), (2_100, 600), (-2_100, 600)]))
    assert set(features.of("water").kind) == {"river"}
    line = features.of("waterways")
    assert (line.kind.tolist(), line.name.tolist()) == (["river"], ["Long"])


def test_ground_is_drawn_a_kilometre_beyond_the_boundary_and_is_told_apart():
    ground = Ground()
    ground.streets(Polygon([(-2_500, -2_500), (2_500, -2_500), (2_500, 2_500), (-2_500, 2_500)]), step=400)
    boundary = Polygon([(-700, -700), (700, -700), (700, 700), (-700, 700)])
    frame, features = drawn(ground, boundary)
    ring = Polygon(degrees(boundary.buffer(1_000).exterior.coords))
    assert frame.seen.contains(ring)
    beyond = features.of("beyond")
    outside = shapely.union_all(beyond.geometry[beyond.kind == "outside"])
    town = Polygon(degrees(boundary.exterior.coords))
    assert shapely.intersection(outside, town).area < 1e-9
    assert shapely.difference(shapely.difference(ring, town), outside).area < 1e-8
    assert not shapely.is_empty(features.of("streets").geometry).any()


BOX = (0.0, 0.0, 1_000.0, 1_000.0)


def test_one_piece_drawn_backwards_changes_nothing():
    points = [(-10, 500), (200, 520), (400, 480), (700, 500), (1_010, 510)]
    pieces = [LineString(pair) for pair in itertools.pairwise(points)]
    right = shapely.union_all(sea_of(np.array(pieces), BOX)[0])
    for i in range(len(pieces)):
        turned = [p.reverse() if k == i else p for k, p in enumerate(pieces)]
        assert shapely.union_all(sea_of(np.array(turned), BOX)[0]).equals(right)


def test_ends_that_differ_by_less_than_a_centimetre_are_one():
    ring = [(300, 300), (600, 300), (600, 600), (300, 600), (300, 300 + 1e-9)]
    pieces = [LineString(ring[:3]), LineString([(600 + 1e-9, 600), *ring[3:]])]
    sea, note = sea_of(np.array(pieces), BOX)
    assert (round(shapely.area(sea).sum()), note) == (1_000_000 - 90_000, "")


def test_a_small_gap_is_closed_and_a_doubled_piece_counts_once():
    ring = [(300, 300), (600, 300), (600, 600), (300, 600), (300, 320)]
    sea, note = sea_of(np.array([LineString(ring), LineString(ring)]), BOX)
    assert note == ""
    assert shapely.area(sea).sum() == pytest.approx(1_000_000 - 90_000, rel=0.001)


def test_where_many_streets_are_is_no_sea():
    turned = np.array([LineString([(1_010, 500), (-10, 500)])])  # land would be south of it
    streets = shapely.points(np.random.default_rng(1).uniform((0, 510), (1_000, 1_000), (400, 2)))
    sea = shapely.union_all(sea_of(turned, BOX)[0])
    assert shapely.intersects_xy(sea, 500, 900)
    assert not len(sea_of(turned, BOX, streets)[0])


def thing(**tags):
    """The map of a small town with one more area of these tags, 200 m wide."""
    ground = Ground()
    ground.streets(Polygon([(0, 0), (600, 0), (600, 600), (0, 600)]))
    ground.box(150, 150, 200, **tags)
    return drawn(ground, Polygon([(-50, -50), (650, -50), (650, 650), (-50, 650)]))[1]


KINDS = """
landuse=residential residential|landuse=industrial industrial|amenity=school civic|natural=wood wood
landuse=forest wood|leisure=park park|landuse=meadow grass|landuse=farmland farmland|landuse=cemetery cemetery
leisure=pitch pitch|natural=beach sand|natural=bare_rock rock|place=square square|amenity=parking parking
man_made=pier pier
""".replace("\n", "|").strip("|")


@pytest.mark.parametrize("line", KINDS.split("|"))
def test_each_kind_of_ground_has_its_tag(line):
    tag, kind = line.split()
    key, value = tag.split("=")
    assert thing(**{key: value}).of("ground").kind.tolist() == [kind]


def test_a_lake_in_a_wood_is_a_lake_and_a_meadow_in_it_a_meadow():
    ground = Ground()
    ground.streets(Polygon([(0, 0), (900, 0), (900, 900), (0, 900)]))
    outer = ground.box(100, 100, 600)
    lake = ground.box(200, 200, 100, natural="water", name="Spejlsø", **{"name:en": "Mirror Lake"})
    meadow = ground.box(400, 400, 100, landuse="meadow")
    members = (("way", outer, "outer"), ("way", lake, "inner"), ("way", meadow, "inner"))
    ground.relations.append(OsmRelation(1, {"type": "multipolygon", "natural": "wood"}, members))
    _, features = drawn(ground, Polygon([(-50, -50), (950, -50), (950, 950), (-50, 950)]))
    assert sorted(features.of("ground").kind) == ["grass", "wood"]
    wood = features.of("ground").take(features.of("ground").kind == "wood")
    assert len(wood.geometry[0].interiors) == 2
    assert features.of("water").kind.tolist() == ["lake"]
    label = features.of("labels").take(features.of("labels").kind == "water")
    assert (label.name[0], json.loads(label.names[0])) == ("Spejlsø", {"en": "Mirror Lake"})


def test_ways_of_one_name_are_one_line_and_bridges_and_tunnels_their_own():
    ground = Ground()
    ground.streets(Polygon([(0, 0), (600, 0), (600, 600), (0, 600)]))
    spots = [ground.node(x, 700) for x in range(0, 600, 100)]
    for i, extra in enumerate(
        ({}, {}, {"bridge": "yes", "layer": "1"}, {}, {"tunnel": "yes", "layer": "-1"})
    ):
        tags = {"highway": "primary", "name": "Gata", **extra}
        ground.ways.append((len(ground.ways) + 1, spots[i : i + 2], tags))
    _, features = drawn(ground, Polygon([(-50, -50), (650, -50), (650, 750), (-50, 750)]))
    found = features.of("streets").take(features.of("streets").name == "Gata")
    told = sorted(zip(found.bridge.tolist(), found.tunnel.tolist(), found.level.tolist(), strict=True))
    assert told == [(False, False, 0), (False, False, 0), (False, True, -1), (True, False, 1)]
    assert found.bridge[-1]
    assert set(found.kind) == {"primary"}


def test_a_name_stands_once_and_the_larger_place_comes_first():
    ground = Ground()
    ground.streets(Polygon([(0, 0), (900, 0), (900, 900), (0, 900)]))
    ground.node(400, 400, place="suburb", name="Anin", population="9000")
    ground.node(450, 500, place="neighbourhood", name="Anin")
    ground.node(300, 300, place="town", name="Wawer", population="77 000")
    ground.node(310, 300, place="suburb", name="Marysin", population="a lot")
    for x in (100, 108, 700):
        ground.node(x, 100, railway="station", name="Falenica")
    square = Polygon(degrees([(0, 0), (900, 0), (900, 900), (0, 900)]))
    districts = Districts(("Anin", "Zerzeń"), (square, square), approximate=True)
    boundary = Polygon([(-50, -50), (950, -50), (950, 950), (-50, 950)])
    labels = drawn(ground, boundary, districts)[1].of("labels")
    assert labels.name.tolist() == ["Wawer", "Anin", "Marysin", "Zerzeń", "Falenica"]
    assert labels.kind.tolist() == ["town", "suburb", "suburb", "district", "station"]
    assert (np.diff(labels.rank) > 0).all()


def test_house_numbers_come_last_and_a_building_has_a_point_inside():
    ground = Ground()
    ground.streets(Polygon([(0, 0), (600, 0), (600, 600), (0, 600)]))
    ground.box(300, 290, 20, building="yes", **{"addr:housenumber": "7a", "addr:street": "Gata"})
    _, features = drawn(ground, Polygon([(-50, -50), (650, -50), (650, 650), (-50, 650)]))
    (label,) = features.of("labels").geometry
    house = Polygon(degrees([(300, 290), (320, 290), (320, 310), (300, 310)]))
    assert house.contains(label)
    assert (features.of("labels").zoom[0], features.of("labels").kind[0]) == (15, "house")


def test_cells_of_districts_end_at_the_coast_and_boundary_and_are_lines_between_only():
    ground, land = Ground(), island(7)
    ground.streets(land)
    coast(ground, land)
    west, south, east, north = land.bounds
    halves = (
        shapely.box(west - 500, south - 500, 0, north + 500),
        shapely.box(0, south - 500, east + 500, north + 500),
    )
    around = shapely.box(west - 500, south - 500, east + 500, north + 500)
    cells = tuple(Polygon(degrees(half.exterior.coords)) for half in halves)
    given = Districts(("A", "B"), cells, approximate=True)
    frame, features = drawn(ground, around, given)
    on = on_land(given, frame)
    assert all(shapely.intersection(cell, frame.sea).area < 1e-12 for cell in on.geometries)
    lines = features.of("borders")
    between = lines.take(lines.kind == "approximate").geometry
    assert len(between)
    assert shapely.length(shapely.intersection(between, frame.sea)).sum() < 1e-9
    assert on_land(replace(given, approximate=False), frame).geometries == cells


def test_areas_above_a_limit_are_those_between_the_grid_points():
    y, x = np.mgrid[0:41, 0:41]
    cone = 20 - np.hypot(x - 20, y - 20)
    (disc,) = areas_above(cone, 8.0)
    assert disc.area == pytest.approx(np.pi * 12**2, rel=0.01)
    ring = np.where(cone > 15, 0, cone)
    (area,) = areas_above(ring, 8.0)
    assert len(area.interiors) == 1
    assert len(areas_above(np.zeros((4, 4)), 1.0)) == 0
    (whole,) = areas_above(np.ones((4, 4)) * 2, 1.0)
    assert whole.contains(shapely.box(0, 0, 3, 3))


@pytest.fixture(scope="module")
def monaco(test_data):
    folder = test_data / "monaco"
    extract = read_osm_files([folder / "monaco.osm.pbf"])
    area = area_from_file(folder / "monaco_boundary.geojson")
    frame = frame_of_town(extract, area)
    districts = Districts(("Monaco",), (area.geometry,), approximate=False)
    return frame, features_of_town(extract, area, districts, frame, None)


def test_monaco_has_its_sea_its_houses_and_its_names(monaco):
    frame, features = monaco
    harbour, larvotto, palace, casino = (
        (7.4270, 43.7345),
        (7.4420, 43.7440),
        (7.4203, 43.7313),
        (7.4278, 43.7392),
    )
    water = features.of("water")
    sea = shapely.union_all(water.geometry[water.kind == "sea"])
    for lon, lat in (harbour, larvotto, (7.46, 43.72), (7.60, 43.60)):
        assert shapely.intersects_xy(sea, lon, lat), (lon, lat)
    for lon, lat in (palace, casino, (7.4100, 43.7290)):
        assert not shapely.intersects_xy(sea, lon, lat), (lon, lat)
    assert 1_240 <= len(features.of("buildings")) <= 1_330
    streets = features.of("streets")
    at_sea = shapely.length(
        shapely.intersection(streets.geometry[~streets.bridge & ~streets.tunnel], sea)
    ).sum()
    assert at_sea < 0.01 * shapely.length(streets.geometry).sum()
    assert {"Monaco", "Monte-Carlo", "La Condamine", "Fontvieille"} <= set(features.of("labels").name)
    assert shapely.is_valid(features.geometry).all()
    assert not frame.is_island
