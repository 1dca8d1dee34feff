"""Laws every answer obeys, whatever the streets (HOUSE.md §6)."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from awkward_town import LINKS, NODES, PLAIN
from contract_walks import ContractWalks, elements_of
from extracts import extract_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra
from toy_city import BLOCK_M, SIDE, lon_lat, node_id, toy_city
from walks import Walks

from micropolis_map.analysis.coverage import coverage_summary
from micropolis_map.analysis.nearest import node_labels
from micropolis_map.analysis.search import UNREACHED

calm = settings(max_examples=25)
place = st.tuples(st.integers(0, 20), st.integers(0, 20))
spot_lists = st.lists(place, min_size=1, max_size=6, unique=True)
ADULT_M_S = 1.34
CROSSINGS = [lon_lat(c, r) for r in range(SIDE) for c in range(SIDE)]
AT = np.array([(c, r) for r in range(SIDE) for c in range(SIDE)])


@cache
def city() -> Walks:
    return Walks(toy_city())


def blocks_to_nearest(spots):
    return np.abs(AT[:, None, :] - np.array(spots)[None, :, :]).sum(axis=2).min(axis=1)


@calm
@given(spot_lists)
def test_costs_in_the_toy_city_are_manhattan_distances(spots):
    nearest = city().nearest(CROSSINGS, [lon_lat(*s) for s in spots])
    expected = blocks_to_nearest(spots) * BLOCK_M
    np.testing.assert_allclose(nearest.length_m, expected, atol=0.01)
    np.testing.assert_allclose(nearest.cost_s, expected / ADULT_M_S, atol=0.03)
    reached = np.array(spots)[nearest.spot]
    np.testing.assert_array_equal(np.abs(AT - reached).sum(axis=1), blocks_to_nearest(spots))


@pytest.mark.parametrize("blocks", range(1, 11))
def test_within_k_blocks_lie_2kk_2k_1_crossings(blocks):
    cost = city().nearest(CROSSINGS, [lon_lat(10, 10)], cutoff_s=(blocks * BLOCK_M + 1.0) / ADULT_M_S).cost_s
    assert np.isfinite(cost).sum() == 2 * blocks**2 + 2 * blocks + 1


@calm
@given(place, place, place)
def test_the_triangle_inequality(a, b, c):
    cost = city().matrix([lon_lat(*a), lon_lat(*b)], [lon_lat(*b), lon_lat(*c)])
    assert cost[0, 1] <= cost[0, 0] + cost[1, 1] + 1e-9


@calm
@given(spot_lists, place, st.lists(st.floats(1, 30), min_size=2, max_size=4))
def test_more_time_or_another_spot_never_lowers_coverage(spots, another, minutes):
    people, nowhere = np.ones(len(CROSSINGS)), np.full(len(CROSSINGS), -1)
    here = [lon_lat(*s) for s in spots]
    before = city().nearest(CROSSINGS, here).cost_s
    after = city().nearest(CROSSINGS, [*here, lon_lat(*another)]).cost_s
    assert (after <= before).all()
    minutes = sorted(set(minutes))
    share = list(coverage_summary(before, people, minutes, nowhere, [])["total"]["share_within"].values())
    assert share == sorted(share)


@calm
@given(st.sets(st.integers(0, 839), max_size=300), place, place)
def test_a_removed_street_never_shortens_a_walk(removed, a, b):
    blocks = [
        ((c, r), to) for r in range(21) for c in range(21) for to in ((c + 1, r), (c, r + 1)) if max(to) < 21
    ]
    fewer = Walks(toy_city(without=frozenset(blocks[i] for i in removed)))
    fewer_m, all_m = fewer.metres(lon_lat(*a), lon_lat(*b)), city().metres(lon_lat(*a), lon_lat(*b))
    snapped = fewer.snap(lon_lat(*a), lon_lat(*b))
    assume((snapped.gap_m < 0.01).all())
    assert fewer_m >= all_m - 0.01


@calm
@given(spot_lists)
def test_catchments_partition_the_people(spots):
    nearest = city().nearest(CROSSINGS, [lon_lat(*s) for s in spots])
    assert np.bincount(nearest.spot, minlength=len(spots)).sum() == len(CROSSINGS)


@settings(max_examples=10)
@given(st.floats(-170, 170), st.floats(-60, 60), place, place)
def test_the_place_on_the_globe_changes_nothing(lon0, lat0, a, b):
    moved = Walks(toy_city(lon0, lat0))
    blocks = abs(a[0] - b[0]) + abs(a[1] - b[1])
    metres = moved.metres(lon_lat(*a, lon0, lat0), lon_lat(*b, lon0, lat0))
    assert metres == pytest.approx(blocks * BLOCK_M, rel=1e-3, abs=0.01)  # rows narrow towards the pole


@calm
@given(place, place, st.floats(-1, 1), st.floats(-1, 1))
def test_no_walk_is_faster_than_the_crow(a, b, dx, dy):
    start, end = lon_lat(a[0] + dx, a[1] + dy), lon_lat(*b)
    assume(np.isfinite(city().snap(start).gap_m[0]))
    crow_m = BLOCK_M * np.hypot(a[0] + dx - b[0], a[1] + dy - b[1])
    assert city().matrix([start], [end])[0, 0] >= crow_m / ADULT_M_S - 0.01


@st.composite
def random_streets(draw):
    count = draw(st.integers(4, 14))
    spots = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=count, max_size=count))
    nodes = {i + 1: lon_lat(x, y, 9.1, 39.2) for i, (x, y) in enumerate(spots)}
    chain = st.lists(st.integers(1, count + 1), min_size=2, max_size=6)  # count + 1 dangles
    ways = draw(st.lists(chain, min_size=3, max_size=14))
    tags = st.one_of(st.just(PLAIN), st.just({"highway": "path"}), st.sampled_from(LINKS))
    gates = draw(st.dictionaries(st.integers(1, count), st.sampled_from(NODES), max_size=3))
    return extract_of(nodes, [(i + 1, refs, draw(tags)) for i, refs in enumerate(ways)], gates)


@settings(max_examples=60)
@given(random_streets(), st.lists(st.tuples(st.floats(-2, 42), st.floats(-2, 42)), min_size=4, max_size=6))
def test_random_streets_are_walked_as_the_contract_says(extract, points):
    theirs, walks = ContractWalks(elements_of(extract)), Walks(extract)
    where = [lon_lat(x, y, 9.1, 39.2) for x, y in points]
    snapped = walks.snap(*where)
    places = [theirs.join(*point) for point in where]
    gaps = np.array([math.inf if place is None else place.gap_m for place in places])
    ours = np.nan_to_num(snapped.gap_m, nan=math.inf)
    for limit_m in (5.0, 300.0):  # where a last digit decides either answer is right
        assume(not (np.abs(np.concatenate([gaps, ours]) - limit_m) <= 0.1).any())
    np.testing.assert_allclose(ours, gaps, atol=0.05)
    assume(not any(theirs.is_tie(*point) for point in where))
    origins, spots = where[:2], where[2:]
    matrix = walks.matrix(origins, spots)
    nearest = walks.nearest(origins, spots)
    labels = node_labels(walks.impedance, walks.snap(*spots))
    assert (labels[labels != UNREACHED] >= 0).all()
    for i in range(2):
        expected = np.array(theirs.walks(places[i], places[2:]))
        np.testing.assert_allclose(matrix[i], expected[:, 0], rtol=2e-4, atol=0.2)
        assert nearest.cost_s[i] == pytest.approx(matrix[i].min(), abs=0.01)
        if np.isfinite(nearest.cost_s[i]):
            assert nearest.length_m[i] == pytest.approx(expected[nearest.spot[i], 1], rel=2e-4, abs=0.2)


def test_every_kernel_agrees_with_scipy_from_every_node():
    """One to all, without snapping, on a city with holes."""
    missing = frozenset(((c, r), (c + 1, r)) for r in range(0, 21, 3) for c in range(r % 5, 20, 4))
    extract = toy_city(without=missing)
    walks, theirs = Walks(extract), ContractWalks(elements_of(extract))
    cost_s = dijkstra(theirs.graph, indices=theirs.vertex_of[node_id(7, 0)])
    nearest = walks.nearest(CROSSINGS, [lon_lat(7, 0)])
    expected = [cost_s[theirs.vertex_of[node_id(c, r)]] for r in range(SIDE) for c in range(SIDE)]
    np.testing.assert_allclose(nearest.cost_s, expected, atol=0.05)
