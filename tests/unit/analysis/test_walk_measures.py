"""Matrices, paths, isochrones and coverage on streets known by heart."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from extracts import extract_of
from pyproj import Geod
from toy_city import BLOCK_M, lon_lat, toy_city
from walks import Walks

from micropolis_map.analysis.cost_matrix import cost_matrix, path, spots_within
from micropolis_map.analysis.coverage import coverage_by_hexagon, coverage_summary, weighted_quantile
from micropolis_map.analysis.isochrone import WIDTH_M, isochrones
from micropolis_map.analysis.nearest import nearest_along_edges, node_labels
from micropolis_map.errors import InvalidInput

STREET = {"highway": "residential"}
BLOCK_S = BLOCK_M / 1.34


@pytest.fixture(scope="module")
def city():
    return Walks(toy_city())


def test_pairs_beyond_the_cutoff_are_left_out(city):
    near, far = lon_lat(5, 5), lon_lat(5, 9)
    pairs = cost_matrix(
        city.network, city.impedance, city.snap(near, far), city.snap(lon_lat(5, 6)), 2 * BLOCK_S
    )
    assert pairs.origin.tolist() == [0]
    assert cost_matrix(city.network, city.impedance, city.snap(), city.snap(near)).origin.size == 0
    inclusive = cost_matrix(
        city.network, city.impedance, city.snap(near), city.snap(lon_lat(5, 6)), BLOCK_S + 1e-3
    )
    assert len(inclusive) == 1


def test_a_matrix_is_the_same_from_either_side(city):
    rng = np.random.default_rng(3)
    some = [lon_lat(x, y) for x, y in rng.uniform(0, 20, (40, 2))]
    tall, wide = city.matrix(some, some[:7]), city.matrix(some[:7], some)
    np.testing.assert_allclose(tall, wide.T, atol=0.01)
    assert np.diag(wide).max() < 2 * 50 / 1.34 + 1


def test_spots_within_counts_each_spot_once(city):
    spots = city.snap(lon_lat(5, 5), lon_lat(5, 5), lon_lat(6, 5), lon_lat(19, 19))
    counts = spots_within(
        city.network, city.impedance, city.snap(lon_lat(5.5, 5), lon_lat(5, 0)), spots, 60.0
    )
    assert counts.tolist() == [3, 0]


def test_ten_thousand_spots(city):
    rng = np.random.default_rng(4)
    spots = [lon_lat(x, y) for x, y in rng.uniform(0, 20, (10_000, 2))]
    homes = spots[:300]
    nearest = city.nearest(homes, spots)
    assert np.isfinite(nearest.cost_s).all()
    few = city.matrix(homes[:20], spots)
    np.testing.assert_allclose(few.min(axis=1), nearest.cost_s[:20], atol=0.01)


def test_every_point_of_the_geometry_gets_its_exact_cost():
    nodes = {
        i: lon_lat(x, y) for i, (x, y) in enumerate([(0, 0), (3, 0), (7, 0), (10, 0), (10, 5), (3, 4)], 1)
    }
    walks = Walks(extract_of(nodes, [(1, [1, 2, 3, 4, 5], STREET), (2, [2, 6], STREET)]))
    spots = walks.snap(lon_lat(5, 0), lon_lat(10, 2.5))
    labels = nearest_along_edges(walks.network, walks.impedance, spots, node_labels(walks.impedance, spots))
    cost = {osm: label >> 32 for osm, label in zip(walks.network.point_osm, labels, strict=True)}
    blocks = {1: 5.0, 2: 2.0, 3: 2.0, 4: 2.5, 5: 2.5, 6: 6.0}
    for osm, expected in blocks.items():
        assert cost[osm] == pytest.approx(expected * BLOCK_S * 1000, abs=2)


def test_a_component_without_spots_is_unreachable():
    nodes = {1: lon_lat(0, 0), 2: lon_lat(12, 0), 3: lon_lat(0, 20), 4: lon_lat(12, 20)}
    walks = Walks(extract_of(nodes, [(1, [1, 2], STREET), (2, [3, 4], STREET)]))
    nearest = walks.nearest([lon_lat(1, 0), lon_lat(1, 20)], [lon_lat(11, 0)])
    assert np.isfinite(nearest.cost_s).tolist() == [True, False]
    assert nearest.spot.tolist() == [0, -1]


def test_no_spots_at_all(city):
    nearest = city.nearest([lon_lat(1, 1)], [])
    assert np.isinf(nearest.cost_s).all()
    assert np.isinf(nearest.length_m).all()


def test_a_path_tells_the_streets_it_follows():
    nodes = {i: lon_lat(x, 0) for i, x in enumerate([0, 4, 8, 8.5, 14], 1)}
    ways = [
        (1, [1, 2], {**STREET, "name": "Kirkegade"}),
        (2, [2, 3], {**STREET, "name": "Kirkegade"}),
        (3, [3, 4], {"highway": "steps", "step_count": "40"}),
        (4, [4, 5], {"highway": "footway"}),
    ]
    walks = Walks(
        extract_of(nodes, ways), elevation=lambda lon, _: np.where(lon > lon_lat(8.2, 0)[0], 7.0, 0.0)
    )
    walk = path(walks.network, walks.impedance, walks.snap(lon_lat(1, 0.1)), walks.snap(lon_lat(12, 0)))
    assert [(leg.name, leg.highway, round(leg.length_m)) for leg in walk.legs] == [
        ("Kirkegade", "residential", 700),
        ("", "steps", 50),
        ("", "footway", 350),
    ]
    assert (walk.staircases, walk.steps, walk.ascent_m, walk.descent_m) == (1, 40, 7.0, 0.0)
    assert walk.length_m == pytest.approx(1110.0, abs=0.01)
    assert walk.cost_s == pytest.approx(walks.matrix([lon_lat(1, 0.1)], [lon_lat(12, 0)])[0, 0], abs=0.01)
    assert Geod(ellps="WGS84").line_length(walk.lon, walk.lat) == pytest.approx(1100.0, abs=0.1)
    back = path(walks.network, walks.impedance, walks.snap(lon_lat(12, 0)), walks.snap(lon_lat(1, 0)))
    np.testing.assert_allclose(back.lon, walk.lon[::-1])
    assert back.descent_m == 7.0


def test_paths_cost_what_the_matrix_says(city):
    rng = np.random.default_rng(8)
    some = [lon_lat(x, y) for x, y in rng.uniform(-1, 21, (12, 2))]
    cost = city.matrix(some[:6], some[6:])
    for i in range(6):
        for j in range(6):
            walk = path(city.network, city.impedance, city.snap(some[i]), city.snap(some[6 + j]))
            assert walk.cost_s == pytest.approx(cost[i, j], abs=0.01)
            assert walk.length_m == pytest.approx(cost[i, j] * 1.34, abs=0.05)


def test_a_path_that_cannot_be_walked_is_empty(city):
    walk = path(city.network, city.impedance, city.snap(lon_lat(1, 1)), city.snap(lon_lat(50, 50)))
    assert np.isinf(walk.cost_s)
    assert walk.lon.size == 0


def test_an_isochrone_is_cut_where_the_time_runs_out(city):
    (reached,) = isochrones(city.network, city.impedance, *lon_lat(10, 10), [250 / 1.34 / 60])
    assert reached.streets_m == pytest.approx(4 * (2 * 2) * 100 + 4 * 5 * 50, rel=1e-3)
    for x, y, inside in ((12.5, 10, True), (12.8, 10, False), (11.5, 11, True), (10.5, 10.5, False)):
        assert shapely.contains_xy(reached.polygon, *lon_lat(x, y)) == inside
    area, _ = Geod(ellps="WGS84").geometry_area_perimeter(reached.polygon)
    assert reached.area_m2 == pytest.approx(abs(area), rel=1e-3)
    assert reached.area_m2 > reached.streets_m * WIDTH_M


def test_isochrones_grow_and_hold_each_other(city):
    small, large = isochrones(city.network, city.impedance, *lon_lat(10.3, 10.1), [3, 6])
    assert small.minutes == 3
    assert large.polygon.buffer(1e-7).contains(small.polygon)


def test_an_isochrone_across_the_antimeridian_is_cut_there():
    walks = Walks(toy_city(lon0=179.99))
    (reached,) = isochrones(walks.network, walks.impedance, *lon_lat(11, 10, 179.99), [5])
    west, _, east, _ = reached.polygon.bounds
    assert (west, east) == (-180.0, 180.0)
    home = Walks(toy_city())
    (same,) = isochrones(home.network, home.impedance, *lon_lat(11, 10), [5])
    assert reached.area_m2 == pytest.approx(same.area_m2, rel=1e-6)


def test_isochrones_refuse_what_has_no_answer(city):
    with pytest.raises(InvalidInput, match="300 m"):
        isochrones(city.network, city.impedance, 50.0, 50.0, [5])
    with pytest.raises(InvalidInput, match="0 minutes"):
        isochrones(city.network, city.impedance, 0.0, 0.0, [0])


COST = np.array([100.0, 300.0, 300.0, 900.0, np.inf])
PEOPLE = np.array([10.0, 20.0, 30.0, 20.0, 20.0])


def test_coverage_counts_people_and_keeps_the_unreachable_in_the_denominator():
    result = coverage_summary(COST, PEOPLE, [5, 15], np.array([0, 0, 1, 1, -1]), ["North", "South", "Empty"])
    total = result["total"]
    assert total["population"] == 100.0
    assert total["share_within"] == {"5": 0.6, "15": 0.8}
    assert total["median_s"] == 300.0
    assert total["p90_s"] is None
    assert total["mean_s"] == pytest.approx((1000 + 6000 + 9000 + 18000) / 80)
    assert total["unreachable_share"] == pytest.approx(0.2)
    north, south, empty = result["districts"]
    assert north["district"] == "North"
    assert north["share_within"] == {"5": 1.0, "15": 1.0}
    assert south["median_s"] == 300.0
    assert empty == {
        "district": "Empty",
        "population": 0.0,
        "share_within": {"5": 0.0, "15": 0.0},
        "median_s": None,
        "mean_s": None,
        "p90_s": None,
        "unreachable_share": 0.0,
    }
    json.dumps(result, allow_nan=False)


def test_certain_shares_stand_beside_the_others():
    certain = np.where(COST > 200.0, np.inf, COST)
    total = coverage_summary(COST, PEOPLE, [5], np.full(5, -1), [], certain)["total"]
    assert total["share_within_certain"] == {"5": 0.1}


def test_thresholds_need_not_be_whole_minutes():
    assert coverage_summary(COST, PEOPLE, [2.5], np.full(5, -1), [])["total"]["share_within"] == {"2.5": 0.1}


def test_wrong_people_are_refused():
    with pytest.raises(InvalidInput, match="nan"):
        coverage_summary(COST, np.array([1.0, np.nan, 1, 1, 1]), [5], np.full(5, -1), [])
    with pytest.raises(InvalidInput, match=r"\(5, 2, 5\)"):
        coverage_summary(COST, np.array([1.0, 2.0]), [5], np.full(5, -1), [])


def test_a_quantile_is_somebodys_cost():
    cost = np.array([3.0, 1.0, 2.0])
    assert weighted_quantile(cost, np.ones(3), 0.5) == 2.0
    assert weighted_quantile(cost, np.array([0.0, 1.0, 1.0]), 0.5) == 1.0
    assert weighted_quantile(cost, np.zeros(3), 0.5) is None


def test_hexagons_hold_all_the_people():
    lon, lat = np.array([lon_lat(x, x) for x in range(5)]).T
    rows = coverage_by_hexagon(lon, lat, COST, PEOPLE, 9)
    assert sum(row["population"] for row in rows) == 100.0
    assert all(len(row["hexagon"]) == 15 for row in rows)
    with pytest.raises(InvalidInput, match="16"):
        coverage_by_hexagon(lon, lat, COST, PEOPLE, 16)
