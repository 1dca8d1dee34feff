"""Where points join the network."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from extracts import extract_of
from toy_city import lon_lat, toy_city
from walks import Walks

from micropolis_map.analysis.network import TUNNEL
from micropolis_map.analysis.network_points import dense_points
from micropolis_map.analysis.snapping import snap

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


def one_above_the_other(below, above=STREET):
    """A street along y = 0, 40 blocks, and another way 30 m north of it that joins it at both ends."""
    spots = {1: (0, 0), 2: (20, 0), 3: (40, 0), 4: (1, 0.3), 5: (39, 0.3)}
    ways = [(1, [1, 2, 3], above), (2, [1, 4, 5, 3], {"highway": "footway", **below})]
    return Walks(extract_of({i: lon_lat(x, y) for i, (x, y) in spots.items()}, ways))


@pytest.mark.parametrize(
    ("tags", "gap_m"),
    [
        ({}, 5.0),
        ({"tunnel": "yes"}, 25.0),
        ({"tunnel": "avalanche_protector"}, 25.0),
        ({"tunnel": "no"}, 5.0),
        ({"tunnel": "building_passage"}, 5.0),
        ({"covered": "yes"}, 5.0),
        ({"bridge": "yes"}, 5.0),
        ({"bridge": "no"}, 5.0),
    ],
)
def test_nobody_falls_into_a_tunnel(tags, gap_m):
    walks = one_above_the_other(tags)
    assert walks.snap(lon_lat(20, 0.2501)).gap_m[0] == pytest.approx(gap_m, abs=0.02)
    assert walks.snap(lon_lat(20, 0.33)).gap_m[0] == pytest.approx(33.0 if gap_m > 5.0 else 3.0, abs=0.02)


def test_a_bridge_is_joined_from_five_metres_and_no_farther():
    walks = one_above_the_other({"bridge": "viaduct"})
    gaps = walks.snap(lon_lat(20, 0.251), lon_lat(20, 0.249), lon_lat(20, 3.02), lon_lat(20, 3.1)).gap_m
    np.testing.assert_allclose(gaps, [4.9, 24.9, np.nan, np.nan], atol=0.02)
    bridge_only = Walks(
        extract_of({1: lon_lat(0, 0), 2: lon_lat(12, 0)}, [(1, [1, 2], {**STREET, "bridge": "yes"})])
    )
    np.testing.assert_allclose(
        bridge_only.snap(lon_lat(5, 0.04), lon_lat(5, 0.06)).gap_m, [4.0, np.nan], atol=0.01
    )


def test_a_tunnel_is_joined_where_no_other_way_is_near():
    walks = one_above_the_other({}, {**STREET, "tunnel": "yes"})
    gaps = walks.snap(lon_lat(20, -0.1), lon_lat(20, -2.69), lon_lat(20, -2.8), lon_lat(20, -3.1)).gap_m
    np.testing.assert_allclose(gaps, [40.0, 299.0, 280.0, np.nan], atol=0.05)


def test_a_tunnel_is_walked_by_who_lives_above_it():
    """The tunnel is the shorter way round; its mouth is where one gets in."""
    spots = {1: (0, 0), 2: (0, 10), 3: (10, 10), 4: (10, 0)}
    ways = [(1, [1, 2, 3, 4], STREET), (2, [1, 4], {"highway": "footway", "tunnel": "yes"})]
    walks = Walks(extract_of({i: lon_lat(x, y) for i, (x, y) in spots.items()}, ways))
    assert walks.metres(lon_lat(0, 1), lon_lat(10, 1)) == pytest.approx(1200.0, abs=0.05)
    assert walks.metres(lon_lat(2, 0), lon_lat(10, 1)) == pytest.approx(200 + 1100.0, abs=0.05)


def test_whom_the_street_above_stops_joins_what_is_left():
    walks = Walks(
        extract_of(
            {1: lon_lat(0, 0), 2: lon_lat(12, 0), 3: lon_lat(0, 1), 4: lon_lat(12, 1)},
            [
                (1, [1, 2], {"highway": "steps"}),
                (2, [3, 4], {"highway": "footway", "tunnel": "yes"}),
            ],
        ),
        "wheelchair",
    )
    assert walks.snap(lon_lat(6, 0)).gap_m[0] == pytest.approx(100.0, abs=0.01)


def test_sites_are_not_proposed_in_tunnels():
    walks = one_above_the_other({"tunnel": "yes"})
    _, lat = dense_points(walks.network, walks.impedance)
    assert lat.size
    assert (lat < lon_lat(0, 0.29)[1]).all()


def test_points_of_a_walk_lie_in_tunnels_and_on_bridges_too():
    """A tour's surfaces are those of the tunnel it goes through, not of the street just above it."""
    spots = {1: (0, 0), 2: (40, 0), 3: (1, 0.002), 4: (39, 0.002)}
    ways = [(1, [1, 2], STREET), (2, [1, 3, 4, 2], {"highway": "footway", "tunnel": "yes"})]
    walks = Walks(extract_of({i: lon_lat(x, y) for i, (x, y) in spots.items()}, ways))
    lon, lat = (np.array([value]) for value in lon_lat(20, 0.002))
    tunnel = np.flatnonzero(walks.network.edge_structure == TUNNEL)
    assert snap(walks.network, lon, lat, furthest_m=0.5).edge[0] not in tunnel
    assert snap(walks.network, lon, lat, furthest_m=0.5, from_outside=False).edge[0] in tunnel
