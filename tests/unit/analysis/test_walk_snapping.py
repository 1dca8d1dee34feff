"""Where points join the network."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from extracts import extract_of
from toy_city import lon_lat, toy_city
from walks import Walks

STREET = {"highway": "residential"}


def test_points_join_the_nearest_point_of_the_nearest_edge():
    walks = Walks(toy_city())
    snapped = walks.snap(lon_lat(3.4, 5.1), lon_lat(3.4, 5.9), lon_lat(7.2, 7.4))
    np.testing.assert_allclose(snapped.gap_m, [10.0, 10.0, 20.0], atol=1e-3)
    np.testing.assert_allclose(snapped.lon, [lon_lat(x, 0)[0] for x in (3.4, 3.4, 7.0)], atol=1e-9)
    np.testing.assert_allclose(snapped.lat, [lon_lat(0, y)[1] for y in (5.0, 6.0, 7.4)], atol=1e-9)


def test_the_gap_is_walked_at_the_profiles_speed():
    walks = Walks(toy_city())
    nearest = walks.nearest([lon_lat(3.4, 5.1)], [lon_lat(3.7, 4.8)])
    assert nearest.length_m[0] == pytest.approx(10 + 30 + 20, abs=0.01)
    assert nearest.cost_s[0] == pytest.approx(60 / 1.34, abs=0.01)


def test_two_points_on_one_edge_are_joined_along_it():
    walks = Walks(toy_city())
    assert walks.metres(lon_lat(3.2, 5), lon_lat(3.7, 5)) == pytest.approx(50.0, abs=0.01)
    assert walks.nearest([lon_lat(3.7, 5)], [lon_lat(3.2, 5)]).length_m[0] == pytest.approx(50.0, abs=0.01)


def test_the_same_point_as_origin_and_spot_costs_its_gaps():
    walks = Walks(toy_city())
    here = lon_lat(3.5, 5.2)
    nearest = walks.nearest([here], [here])
    assert nearest.length_m[0] == pytest.approx(40.0, abs=0.01)
    assert walks.nearest([lon_lat(3, 5)], [lon_lat(3, 5)]).cost_s[0] == 0.0


def test_beyond_300_m_nothing_is_reached():
    walks = Walks(toy_city())
    edge = walks.snap(lon_lat(-2.99, 5), lon_lat(-3.01, 5), (170.0, 80.0), (np.nan, 0.0)).edge
    assert (edge >= 0).tolist() == [True, False, False, False]
    nearest = walks.nearest([lon_lat(5, 5), lon_lat(-4, 5)], [lon_lat(-5, 5)])
    assert np.isinf(nearest.cost_s).all()
    assert (nearest.spot == -1).all()


def test_islands_shorter_than_a_kilometre_are_left_out_and_counted():
    nodes = {
        1: lon_lat(0, 0),
        2: lon_lat(12, 0),
        3: lon_lat(0, 1),
        4: lon_lat(9.9, 1),
        5: lon_lat(0, 2),
        6: lon_lat(10.1, 2),
    }
    ways = [(1, [1, 2], STREET), (2, [3, 4], STREET), (3, [5, 6], STREET)]
    walks = Walks(extract_of(nodes, ways))
    assert walks.network.summary()["islands"] == 1
    assert walks.network.summary()["islands_km"] == pytest.approx(0.99, rel=1e-4)
    snapped = walks.snap(lon_lat(5, 1.1), lon_lat(5, 1.9))
    np.testing.assert_allclose(snapped.gap_m, [90.0, 10.0], atol=0.01)


def test_squares_are_snapped_to_at_their_outline():
    nodes = {i: lon_lat(x, y) for i, (x, y) in enumerate([(0, 0), (4, 0), (4, 4), (0, 4)], 1)}
    walks = Walks(extract_of(nodes, [(1, [1, 2, 3, 4, 1], {"highway": "pedestrian", "area": "yes"})]))
    assert walks.snap(lon_lat(2.0, 1.9)).gap_m[0] == pytest.approx(190.0, abs=0.01)


def test_bulk_snapping_agrees_with_shapely():
    rng = np.random.default_rng(5)
    walks = Walks(toy_city(lon0=12.5, lat0=-33.9))
    points = np.array([lon_lat(x, y, 12.5, -33.9) for x, y in rng.uniform(-4, 24, (2000, 2))])
    snapped = walks.snap(*points)
    lon0, lat0 = lon_lat(10, 10, 12.5, -33.9)
    scale = np.array([lon_lat(11, 10, 12.5, -33.9)[0] - lon0, lon_lat(10, 11, 12.5, -33.9)[1] - lat0]) / 100.0
    network = walks.network
    lines = shapely.MultiLineString(
        [
            (np.column_stack([network.point_lon[a:b], network.point_lat[a:b]]) - (lon0, lat0)) / scale
            for a, b in zip(network.edge_first[:-1], network.edge_first[1:], strict=True)
        ]
    )
    gaps = shapely.distance(shapely.points((points - (lon0, lat0)) / scale), lines)
    clear = np.abs(gaps - 300.0) > 1.0
    np.testing.assert_array_equal((snapped.edge >= 0)[clear], (gaps < 300.0)[clear])
    both = (snapped.edge >= 0) & (gaps < 299.0)
    np.testing.assert_allclose(snapped.gap_m[both], gaps[both], rtol=1e-3, atol=0.01)
