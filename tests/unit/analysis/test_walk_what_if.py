"""One more spot, second choices, and counts from everywhere: each equals the answer from scratch."""

from __future__ import annotations

import numpy as np
import pytest
from toy_city import lon_lat, toy_city
from walks import Walks

from micropolis_map.analysis.choices import spots_within_everywhere
from micropolis_map.analysis.cost_matrix import spots_within
from micropolis_map.analysis.second_choice import second_spot_cost
from micropolis_map.analysis.what_if import WhatIf


@pytest.fixture(scope="module")
def city():
    return Walks(toy_city())


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(11)
    return [lon_lat(x, y) for x, y in rng.uniform(-1, 21, (400, 2))]


def test_one_more_spot_gives_what_a_new_computation_gives(city, points):
    homes, spots = points[:300], points[300:312]
    state = WhatIf(city.impedance, city.snap(*homes), city.snap(*spots))
    people = np.arange(300, dtype=np.float64)
    before = state.cost_s.copy()
    np.testing.assert_allclose(before, city.nearest(homes, spots).cost_s, atol=1e-9)
    for extra in points[312:330]:
        after = city.nearest(homes, [*spots, extra]).cost_s
        change = state.with_spot(city.snap(extra))
        ours = state.cost_s.copy()
        ours[change.home] = change.cost_s
        np.testing.assert_allclose(ours, after, atol=1e-9)
        gained = people[(after <= 300) & (before > 300)].sum()
        assert change.gained(people, 300.0) == gained
    np.testing.assert_array_equal(state.cost_s, before)


def test_a_spot_out_of_reach_improves_nothing(city, points):
    state = WhatIf(city.impedance, city.snap(*points[:9]), city.snap(points[10]))
    assert state.with_spot(city.snap((50.0, 50.0))).home.size == 0


@pytest.mark.parametrize("count", [2, 3, 4, 5, 17, 33])
def test_the_second_choice_is_the_second_nearest(city, points, count):
    homes, spots = points[:60], points[300 : 300 + count]
    cost = np.sort(city.matrix(homes, spots), axis=1)
    ours = second_spot_cost(city.network, city.impedance, city.snap(*homes), city.snap(*spots))
    np.testing.assert_allclose(ours, cost[:, 1], atol=1e-9)


def test_of_two_spots_at_one_place_the_other_is_the_second_choice(city, points):
    homes, spots = city.snap(*points[:9]), city.snap(points[300], points[300])
    second = second_spot_cost(city.network, city.impedance, homes, spots)
    np.testing.assert_allclose(second, city.nearest(points[:9], points[300:301]).cost_s, atol=1e-9)


@pytest.mark.parametrize("spots", [[], [(5.0, 5.0)], [(5.0, 5.0), (90.0, 90.0)]])
def test_with_fewer_than_two_spots_in_reach_there_is_no_second_choice(city, points, spots):
    at = city.snap(*spots) if spots else city.snap((5.0, 5.0)).take(np.arange(0))
    assert np.isinf(second_spot_cost(city.network, city.impedance, city.snap(*points[:9]), at)).all()


def test_counts_from_everywhere_are_those_of_each_point(city, points):
    spots = city.snap(*points[300:330])
    at_node, at_point = spots_within_everywhere(city.network, city.impedance, spots, 500.0)
    network = city.network
    nodes = city.snap(*zip(network.node_lon, network.node_lat, strict=True))
    every = city.snap(*zip(network.point_lon, network.point_lat, strict=True))
    exact = spots_within(network, city.impedance, nodes, spots, 500.0)
    slack = [spots_within(network, city.impedance, every, spots, 500.0 + e) for e in (-0.1, 0.1)]
    assert (np.abs(at_node - exact) <= 1).all()
    assert (slack[0] <= at_point).all()
    assert (at_point <= slack[1]).all()
