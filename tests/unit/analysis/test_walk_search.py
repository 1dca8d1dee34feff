"""A search in parts, and a table of many targets, give what one search and few targets give."""

from __future__ import annotations

import numpy as np
import pytest
from toy_city import lon_lat, toy_city
from walks import Walks

from micropolis_map.analysis import cost_matrix, impedance
from micropolis_map.analysis import search as searching
from micropolis_map.analysis.ends import ends, seeds
from micropolis_map.analysis.kernels import UNREACHED
from micropolis_map.analysis.search import FURTHEST_MS, search, search_in_parts


@pytest.fixture
def city():
    return Walks(toy_city())


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(5)
    return [lon_lat(x, y) for x, y in rng.uniform(0, 20, (60, 2))]


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
@pytest.mark.parametrize("limit", [FURTHEST_MS, 240_000])
def test_parts_give_the_labels_of_the_whole(city, points, monkeypatch, size, limit):
    monkeypatch.setattr(impedance, "PART", size)
    monkeypatch.setattr(searching, "LEAST_SEEDS", 0)
    at = ends(city.impedance, city.snap(*points))
    start = seeds((at.from_from, at.from_to), at, city.impedance, limit)
    whole = np.full(city.network.nodes, UNREACHED)
    search(city.impedance.into, whole, start, limit)
    in_parts = search_in_parts(city.impedance.into, start, limit)
    np.testing.assert_array_equal(in_parts, whole)
    assert (whole == UNREACHED).any() == (limit < FURTHEST_MS)


def test_spots_in_one_corner_reach_every_part(city, monkeypatch):
    monkeypatch.setattr(impedance, "PART", 16)
    monkeypatch.setattr(searching, "LEAST_SEEDS", 0)
    costs = city.nearest([lon_lat(20, 20)], [lon_lat(0, 0)]).cost_s
    assert costs[0] == pytest.approx(40 * 100 / 1.34, rel=1e-3)


@pytest.mark.parametrize("few", [0, 10_000])
@pytest.mark.parametrize("turned", [False, True])
def test_many_targets_are_found_as_few_are(city, points, monkeypatch, few, turned):
    monkeypatch.setattr(cost_matrix, "FEW", few)
    origins, spots = (points[:20], points[20:]) if turned else (points[20:], points[:20])
    table = cost_matrix.cost_matrix(
        city.network, city.impedance, city.snap(*origins), city.snap(*spots), 300.0
    )
    one_by_one = [[city.matrix([origin], [spot])[0, 0] for spot in spots[:5]] for origin in origins[:5]]
    dense = np.full((len(origins), len(spots)), np.inf)
    dense[table.origin, table.destination] = table.cost_s
    expected = np.array(one_by_one)
    expected[expected > 300.0] = np.inf
    np.testing.assert_allclose(dense[:5, :5], expected, atol=2e-3)  # each search rounds its start to 1 ms
    assert (np.diff(table.origin * len(spots) + table.destination) > 0).all()
    np.testing.assert_allclose(table.length_m, table.cost_s * 1.34, rtol=0.01, atol=0.5)
