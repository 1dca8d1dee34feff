"""The network: what is built from which streets."""

from __future__ import annotations

import numpy as np
import pytest
from extracts import extract_of
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from toy_city import BLOCK_M, lon_lat, toy_city
from walks import Walks

from micropolis_map.analysis.cost_matrix import cost_matrix
from micropolis_map.analysis.network import BARRIER, WalkNetwork
from micropolis_map.analysis.snapping import Snapped
from micropolis_map.analysis.topology import sort_order
from micropolis_map.analysis.walk_network import build_walk_network
from micropolis_map.domain.osm_extract import OsmRelation
from micropolis_map.errors import NotLoaded, UnreadableFile

STREET = {"highway": "residential"}


def grid(points):
    return {i: lon_lat(x, y) for i, (x, y) in points.items()}


def test_the_toy_city_has_its_crossings_and_blocks():
    summary = build_walk_network(toy_city()).summary()
    assert summary["nodes"] == 21 * 21 - 4  # the four corners are bends, not crossings
    assert summary["edges"] == 2 * 21 * 20 - 4
    assert summary["length_km"] == pytest.approx(84.0, rel=1e-6)
    assert summary["components"] == 1
    assert summary["largest_component_share"] == 1.0


def test_an_extract_without_streets_is_an_empty_network():
    for extract in (
        extract_of({}, []),
        extract_of({1: (0.0, 0.0)}, []),
        extract_of({1: (0, 0)}, [(1, [1], STREET)]),
    ):
        walks = Walks(extract)
        assert walks.network.summary()["nodes"] == 0
        nearest = walks.nearest([(0.0, 0.0)], [(0.0, 0.0)])
        assert np.isinf(nearest.cost_s[0])
        assert nearest.spot[0] == -1
        assert np.isinf(walks.matrix([(0.0, 0.0)], [(0.0, 0.0)])[0, 0])


def test_a_missing_node_joins_nothing():
    nodes = grid({1: (0, 0), 2: (6, 0), 4: (12, 0), 5: (18, 0)})
    network = build_walk_network(extract_of(nodes, [(1, [1, 2, 3, 4, 5], STREET)]))
    summary = network.summary()
    assert summary["dangling_refs"] == 1
    assert summary["components"] == 2
    assert summary["length_km"] == pytest.approx(1.2)


def test_chains_keep_every_point_and_break_where_the_tags_change():
    nodes = grid({1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (3, 0), 5: (4, 0)})
    ways = [(10, [1, 2, 3], STREET), (11, [3, 4], {"highway": "steps"}), (12, [4, 5], STREET)]
    network = build_walk_network(extract_of(nodes, ways))
    assert network.edges == 3
    assert sorted(np.diff(network.edge_first).tolist()) == [2, 2, 3]
    assert sorted(set(network.point_osm.tolist())) == [1, 2, 3, 4, 5]
    same = build_walk_network(extract_of(nodes, [(10, [1, 2, 3], STREET), (12, [5, 4, 3], STREET)]))
    assert same.edges == 1
    assert set(same.way_id.tolist()) == {10, 12}


def test_parallel_ways_stay_apart():
    nodes = grid({1: (0, 0), 2: (5, 0), 3: (2.5, 2)})
    ways = [(1, [1, 2], STREET), (2, [1, 3, 2], STREET), (3, [1, 2], {"highway": "steps"})]
    network = build_walk_network(extract_of(nodes, ways))
    assert network.edges == 3
    assert set(zip(network.edge_from.tolist(), network.edge_to.tolist(), strict=True)) <= {(0, 1), (1, 0)}


def test_rings_without_a_crossing_are_kept():
    nodes = grid({1: (0, 0), 2: (3, 0), 3: (3, 3)})
    walks = Walks(extract_of(nodes, [(1, [1, 2, 3, 1], STREET)]))
    assert walks.network.edges == 1
    assert walks.metres(lon_lat(1, 0), lon_lat(3, 0.5)) == pytest.approx(250.0, abs=0.01)
    assert walks.metres(lon_lat(0, 0), lon_lat(3, 3)) == pytest.approx(300 * 2**0.5, abs=0.01)


def test_edges_without_length_join_and_cost_next_to_nothing():
    nodes = {1: lon_lat(0, 0), 2: lon_lat(6, 0), 3: lon_lat(6, 0), 4: lon_lat(12, 0)}
    ways = [(1, [1, 2], STREET), (2, [2, 3], {"highway": "path"}), (3, [3, 4], STREET), (4, [4, 4], STREET)]
    walks = Walks(extract_of(nodes, ways))
    assert walks.metres(lon_lat(1, 0), lon_lat(11, 0)) == pytest.approx(1000.0, abs=0.01)
    assert walks.nearest([lon_lat(6, 0)], [lon_lat(6, 0)]).cost_s[0] == 0.0


@pytest.mark.parametrize(("lon0", "lat0"), [(0.0, 0.0), (24.9, 60.2), (-51.2, -30.0), (12.5, 78.2)])
def test_lengths_are_those_of_the_geodesic(lon0, lat0):
    nodes = {1: (lon0, lat0), 2: (lon0 + 0.05, lat0 + 0.02), 3: (lon0 + 0.12, lat0 - 0.03)}
    network = build_walk_network(extract_of(nodes, [(1, [1, 2, 3], STREET)]))
    lon, lat = zip(*nodes.values(), strict=True)
    true_m = Geod(ellps="WGS84").line_length(lon, lat)
    assert network.component_m.sum() == pytest.approx(true_m, rel=1e-5)


def test_streets_across_the_antimeridian_are_as_long_as_elsewhere():
    here, there = Walks(toy_city()), Walks(toy_city(lon0=179.995))
    assert there.network.component_m.sum() == pytest.approx(here.network.component_m.sum(), rel=1e-6)
    a, b = lon_lat(1.5, 2, 179.995), lon_lat(18, 17.25, 179.995)
    assert b[0] < 0 < a[0]
    assert there.metres(a, b) == pytest.approx((16.5 + 15.25) * BLOCK_M, abs=0.05)
    assert there.snap(b).lon[0] == pytest.approx(b[0])


def test_oneway_foot_is_obeyed_and_oneway_is_not():
    nodes = grid({1: (0, 0), 2: (10, 0), 3: (5, 5)})
    back = [(2, [1, 3, 2], STREET)]
    for tags, there, again in (
        ({"oneway:foot": "yes"}, 1000.0, 2e5**0.5 * 1e1**0.5),
        ({"oneway:foot": "-1"}, 2e5**0.5 * 1e1**0.5, 1000.0),
        ({"oneway": "yes"}, 1000.0, 1000.0),
    ):
        walks = Walks(extract_of(nodes, [(1, [1, 2], {**STREET, **tags}), *back]))
        assert walks.metres(lon_lat(0, 0), lon_lat(10, 0)) == pytest.approx(there, abs=0.5)
        assert walks.metres(lon_lat(10, 0), lon_lat(0, 0)) == pytest.approx(again, abs=0.5)


def test_one_way_along_one_edge_goes_round_to_walk_back():
    nodes = grid({1: (0, 0), 2: (10, 0), 3: (5, 5)})
    ways = [(1, [1, 2], {**STREET, "oneway:foot": "yes"}), (2, [1, 3, 2], STREET)]
    walks = Walks(extract_of(nodes, ways))
    assert walks.metres(lon_lat(2, 0), lon_lat(8, 0)) == pytest.approx(600.0, abs=0.01)
    assert walks.metres(lon_lat(8, 0), lon_lat(2, 0)) == pytest.approx(200 + 1000 * 2**0.5 + 200, abs=0.01)
    nearest = walks.nearest([lon_lat(8, 0)], [lon_lat(2, 0)])
    assert nearest.length_m[0] == pytest.approx(200 + 1000 * 2**0.5 + 200, abs=0.01)


@pytest.mark.parametrize("conveying", ["forward", "backward"])
def test_who_stands_at_an_end_of_an_escalator_stands_on_the_street_there(conveying):
    nodes = grid({1: (0, 0), 2: (6, 0), 3: (8, 0), 4: (16, 0)})
    stairs = {"highway": "steps", "conveying": conveying}
    walks = Walks(extract_of(nodes, [(1, [1, 2], STREET), (2, [2, 3], stairs), (3, [3, 4], STREET)]))
    network = walks.network
    e = int(np.flatnonzero(network.edge_oneway)[0])
    first, last = int(network.edge_first[e]), int(network.edge_first[e + 1]) - 1
    for point, share in ((first, 0.0), (last - 1, 1.0)):
        at = point + int(share)
        lon, along = network.point_lon[at], network.point_along_m[at]
        joined = [np.array([value]) for value in (e, point, share, along, 0.0, lon, network.point_lat[at])]
        here = Snapped(*joined)
        below = lon_lat(5, 0) if lon < lon_lat(7, 0)[0] else lon_lat(9, 0)
        there, back = (
            cost_matrix(network, walks.impedance, *ends).length_m.tolist()
            for ends in ((here, walks.snap(below)), (walks.snap(below), here))
        )
        assert there == back == [pytest.approx(100.0, abs=0.01)]


SQUARE = grid({1: (0, 0), 2: (4, 0), 3: (4, 4), 4: (0, 4), 5: (-6, 0), 6: (10, 4)})
APPROACHES = [(2, [5, 1], STREET), (3, [3, 6], STREET)]


def test_a_square_is_crossed_from_corner_to_corner():
    area = {"highway": "pedestrian", "area": "yes"}
    walks = Walks(extract_of(SQUARE, [(1, [1, 2, 3, 4, 1], area), *APPROACHES]))
    assert walks.metres(lon_lat(0, 0), lon_lat(4, 4)) == pytest.approx(400 * 2**0.5, abs=0.05)
    assert walks.network.summary()["length_km"] == pytest.approx(1.6 + 1.2)
    outline_only = Walks(extract_of(SQUARE, [(1, [1, 2, 3, 4, 1], {"highway": "pedestrian"}), *APPROACHES]))
    assert outline_only.metres(lon_lat(0, 0), lon_lat(4, 4)) == pytest.approx(800.0, abs=0.05)


def test_nobody_walks_through_the_walls_of_a_bent_square():
    nodes = SQUARE | grid({7: (1, 3), 8: (1, 1), 9: (3, 1), 10: (3, 3)})
    ring = [4, 1, 2, 3, 10, 9, 8, 7, 4]  # a U: 4-1-2-3 outside, 10-9-8-7 inside
    area = {"highway": "pedestrian", "area": "yes"}
    walks = Walks(extract_of(nodes, [(1, ring, area), *APPROACHES]))
    assert walks.metres(lon_lat(0, 4), lon_lat(4, 4)) == pytest.approx(
        100 * (10**0.5 + 2 + 10**0.5), abs=0.05
    )


def test_a_square_may_be_a_multipolygon_with_a_fountain():
    nodes = SQUARE | grid({7: (1, 1), 8: (3, 1), 9: (3, 3), 10: (1, 3)})
    ways = [(1, [1, 2, 3], {}), (4, [3, 4, 1], {}), (5, [7, 8, 9, 10, 7], {}), *APPROACHES]
    relation = OsmRelation(
        9,
        {"type": "multipolygon", "highway": "pedestrian"},
        (("way", 1, "outer"), ("way", 4, "outer"), ("way", 5, "inner")),
    )
    walks = Walks(extract_of(nodes, ways, relations=[relation]))
    assert walks.metres(lon_lat(0, 0), lon_lat(4, 4)) == pytest.approx(200 * 10**0.5, abs=0.05)


def test_a_raised_kerb_stops_wheels_and_nobody_else():
    nodes = grid({1: (0, 0), 2: (6, 0), 3: (12, 0)})
    extract = extract_of(nodes, [(1, [1, 2, 3], STREET)], {2: {"kerb": "raised"}})
    assert Walks(extract).metres(lon_lat(1, 0), lon_lat(11, 0)) == pytest.approx(1000.0, abs=0.01)
    wheels = Walks(extract, "wheelchair")
    assert np.count_nonzero(wheels.network.edge_kind == BARRIER) == 1
    assert np.isinf(wheels.metres(lon_lat(1, 0), lon_lat(11, 0)))
    assert wheels.metres(lon_lat(1, 0), lon_lat(5, 0)) == pytest.approx(400.0, abs=0.01)


def test_a_barrier_at_a_crossing_closes_each_of_its_ways():
    nodes = grid({1: (0, 0), 2: (6, 0), 3: (12, 0), 4: (6, 6)})
    ways = [(1, [1, 2, 3], STREET), (2, [2, 4], STREET)]
    wheels = Walks(extract_of(nodes, ways, {2: {"barrier": "stile"}}), "wheelchair")
    assert np.isinf(wheels.metres(lon_lat(1, 0), lon_lat(11, 0)))
    assert np.isinf(wheels.metres(lon_lat(1, 0), lon_lat(6, 5)))


def test_a_saved_network_is_the_same_network(tmp_path):
    network = build_walk_network(toy_city(tags={"name": "Ødegården"}))
    network.save(tmp_path / "net")
    again = WalkNetwork.open(tmp_path / "net")
    assert again.summary() == network.summary()
    assert again.tags(0) == network.tags(0)
    assert isinstance(again.point_lon, np.memmap)
    np.testing.assert_array_equal(again.point_along_m, network.point_along_m)


def test_an_empty_network_is_saved_too(tmp_path):
    build_walk_network(extract_of({}, [])).save(tmp_path)
    assert WalkNetwork.open(tmp_path).summary()["edges"] == 0


def test_a_damaged_network_says_so(tmp_path):
    with pytest.raises(NotLoaded, match="load the community again"):
        WalkNetwork.open(tmp_path)
    build_walk_network(toy_city(side=3)).save(tmp_path)
    (tmp_path / "edge_to.npy").write_bytes(b"")
    with pytest.raises(UnreadableFile, match="damaged"):
        WalkNetwork.open(tmp_path)
    (tmp_path / "edge_to.npy").unlink()
    with pytest.raises(UnreadableFile, match=r"edge_to\.npy"):
        WalkNetwork.open(tmp_path)


def test_a_bridge_is_not_draped_over_its_valley():
    nodes = grid({1: (0, 0), 2: (5, 0), 3: (7.5, 0), 4: (10, 0), 5: (15, 0)})
    ways = [(1, [1, 2], STREET), (2, [2, 3, 4], {**STREET, "bridge": "yes"}), (3, [4, 5], STREET)]
    valley = lambda lon, _: np.where(np.abs(lon - lon_lat(7.5, 0)[0]) < 1e-4, 0.0, 100.0)  # noqa: E731
    network = build_walk_network(extract_of(nodes, ways), elevation=valley)
    np.testing.assert_allclose(network.point_height_m, 100.0, atol=1e-6)
    ground = build_walk_network(extract_of(nodes, [(1, [1, 2, 3, 4, 5], STREET)]), elevation=valley)
    assert ground.point_height_m.min() == 0.0


@given(st.lists(st.integers(0, 2**33 - 1), max_size=60))
def test_places_on_the_curve_are_sorted_as_numpy_sorts_them(keys):
    key = np.array([*keys, *keys], dtype=np.int64)  # each twice: equal ones stay in their order
    assert sort_order(key).tolist() == np.argsort(key, kind="stable").tolist()


@pytest.mark.parametrize("corners", [2, 3, 7])
def test_a_ring_without_a_crossing_is_one_edge_that_comes_home(corners):
    angle = np.arange(corners) * 2.0 * np.pi / corners
    nodes = {i + 1: (9.0 + 0.01 * np.cos(a), 45.0 + 0.01 * np.sin(a)) for i, a in enumerate(angle)}
    ring = [*range(1, corners + 1), 1]
    network = build_walk_network(extract_of(nodes, [(1, ring, {"highway": "path"})]))
    assert (network.edges, network.nodes, network.point_lon.size) == (1, 1, corners + 1)
    assert network.point_osm.tolist() == ring
    assert network.edge_length_m[0] == pytest.approx(network.summary()["length_km"] * 1000.0)


@pytest.mark.parametrize(
    ("second", "kept"),
    [
        ({}, 2),
        ({"foot": "no"}, 1),
        ({"foot": "use_sidepath"}, 1),
        ({"access": "private"}, 1),
        ({"access": "private", "foot": "permissive"}, 2),
        ({"access": "no", "foot": "customers"}, 1),
        ({"note": "nobody asks for this"}, 2),
    ],
)
def test_ways_with_nearly_the_same_tags_are_told_apart(second, kept):
    nodes = {i: (9.0 + 0.02 * i, 45.0) for i in range(4)}
    first = {"highway": "service", "name": "Mews"}
    network = build_walk_network(extract_of(nodes, [(7, [0, 1], first), (8, [2, 3], first | second)]))
    assert network.way_id.tolist() == [7, 8][:kept]
    assert all(network.tags(way) == first for way in range(kept))


def test_the_direction_for_walkers_tells_ways_apart():
    nodes = {i: (9.0 + 0.02 * i, 45.0) for i in range(6)}
    ways = [(k, [2 * k, 2 * k + 1], {"highway": "path"} | more) for k, more in enumerate(DIRECTIONS)]
    network = build_walk_network(extract_of(nodes, ways))
    assert network.edge_oneway.tolist() == [0, 1, -1]


DIRECTIONS = ({}, {"oneway:foot": "yes"}, {"oneway:foot": "-1"})
