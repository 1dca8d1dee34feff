"""Laws every answer obeys, whatever the streets (HOUSE.md §6)."""

from __future__ import annotations

from functools import cache

import networkx as nx
import numpy as np
import pytest
from extracts import extract_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from toy_city import BLOCK_M, SIDE, lon_lat, toy_city
from walk_oracle import Oracle
from walks import Walks

from micropolis_map.analysis.coverage import coverage_summary
from micropolis_map.analysis.nearest import node_labels
from micropolis_map.analysis.search import UNREACHED

math_inf = float("inf")
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
    tags = st.sampled_from(
        [{"highway": "residential"}, {"highway": "path"}, {"highway": "footway", "surface": "asphalt"}]
    )
    return extract_of(nodes, [(i + 1, refs, draw(tags)) for i, refs in enumerate(ways)])


@settings(max_examples=60)
@given(random_streets(), st.lists(st.tuples(st.floats(-2, 42), st.floats(-2, 42)), min_size=4, max_size=6))
def test_random_streets_agree_with_networkx(extract, points):
    oracle, walks = Oracle(extract), Walks(extract)
    where = [lon_lat(x, y, 9.1, 39.2) for x, y in points]
    snapped = walks.snap(*where)
    truth = [oracle.snap(*p) for p in where]
    gaps = [math_inf if t is None else t[2] for t in truth]
    at_the_limit = np.abs(np.array([*gaps, *snapped.gap_m]) - 300.0) <= 0.1
    assume(not at_the_limit.any())  # where either answer is right
    np.testing.assert_allclose(np.nan_to_num(snapped.gap_m, nan=math_inf), gaps, atol=0.05)
    origins, spots = where[:2], where[2:]
    matrix = walks.matrix(origins, spots)
    nearest = walks.nearest(origins, spots)
    labels = node_labels(walks.impedance, walks.snap(*spots))
    assert (labels[labels != UNREACHED] >= 0).all()
    for i in range(2):
        expected = [oracle.distance_m(truth[i], t) for t in truth[2:]]
        if any(_tie(oracle, p) for p in where):
            continue  # two edges equally near: either is right
        np.testing.assert_allclose(matrix[i] * ADULT_M_S, expected, rtol=2e-4, atol=0.2)
        assert nearest.cost_s[i] == pytest.approx(matrix[i].min(), abs=0.01)
        assert nearest.length_m[i] == pytest.approx(min(expected), rel=2e-4, abs=0.2)


def _tie(oracle, point):
    """Whether the nearest place of the streets is on two segments that are no neighbours there."""
    if not oracle.joined:
        return False
    found = []
    for k in range(len(oracle.joined)):
        single = Oracle.__new__(Oracle)
        single.lon, single.lat, single.joined = oracle.lon, oracle.lat, [oracle.joined[k]]
        single.ends = oracle.ends[k : k + 1]
        snapped = single.snap(*point)
        if snapped is not None:
            (a, b), t, gap = snapped
            x, y = (v[a] + t * (v[b] - v[a]) for v in (oracle.lon, oracle.lat))
            found.append((gap, x, y))
    found.sort()
    near = [f for f in found if f[0] < found[0][0] + 0.1] if found else []
    return any(abs(f[1] - near[0][1]) + abs(f[2] - near[0][2]) > 1e-7 for f in near) or (
        len(near) > 1 and _crossing_only(oracle, near)
    )


def _crossing_only(oracle, near):
    """Streets that cross without a common node: the same place on two levels."""
    return not any(
        abs(oracle.lon[i] - near[0][1]) + abs(oracle.lat[i] - near[0][2]) < 1e-7 for i in oracle.graph.nodes
    )


def test_every_kernel_agrees_with_networkx_from_every_node():
    """One to all, without snapping, on a city with holes."""
    missing = frozenset(((c, r), (c + 1, r)) for r in range(0, 21, 3) for c in range(r % 5, 20, 4))
    walks, oracle = Walks(toy_city(without=missing)), Oracle(toy_city(without=missing))
    source = int(np.flatnonzero(oracle.lon == lon_lat(7, 0)[0])[0])
    reach = nx.single_source_dijkstra_path_length(oracle.graph, source, weight="m")
    nearest = walks.nearest(CROSSINGS, [(oracle.lon[source], oracle.lat[source])])
    np.testing.assert_allclose(nearest.length_m, [reach[i] for i in range(len(CROSSINGS))], atol=0.05)
