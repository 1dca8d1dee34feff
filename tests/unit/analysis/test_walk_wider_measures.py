"""Gravity, floating catchment, detours, obstacles and pieces, each against arithmetic or brute force."""

from __future__ import annotations

import numpy as np
import pytest
from extracts import extract_of
from toy_city import lon_lat, toy_city
from walks import Walks

from micropolis_map.analysis.accessibility import floating_catchment, gravity
from micropolis_map.analysis.cost_matrix import CostMatrix
from micropolis_map.analysis.detour import detour_ratio
from micropolis_map.analysis.impedance import impedance
from micropolis_map.analysis.nearest import nearest_spot
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.obstacles import obstacles_that_matter
from micropolis_map.analysis.pieces import cut
from micropolis_map.analysis.snapping import snap
from micropolis_map.errors import InvalidInput

PAIRS = CostMatrix(
    origin=np.array([0, 0, 1]),
    destination=np.array([0, 1, 1]),
    cost_s=np.array([0.0, 300.0, 600.0]),
    length_m=np.zeros(3),
)


def test_gravity_halves_with_every_half_life():
    np.testing.assert_allclose(gravity(PAIRS, 3, np.array([4.0, 8.0]), 300.0), [8.0, 2.0, 0.0])
    with pytest.raises(InvalidInput, match="half-life of 0"):
        gravity(PAIRS, 3, np.ones(2), 0)
    with pytest.raises(InvalidInput, match="-1"):
        gravity(PAIRS, 3, np.array([1.0, -1.0]), 60.0)


def test_floating_catchment_hands_out_every_place_once():
    people, places = np.array([10.0, 30.0, 5.0]), np.array([20.0, 40.0])
    share = floating_catchment(PAIRS, people, places)
    np.testing.assert_allclose(share, [20 / 10 + 40 / 40, 40 / 40, 0.0])
    assert (share * people).sum() == pytest.approx(places.sum())


def test_detours_are_measured_against_the_crow():
    walks = Walks(toy_city())
    a, b = lon_lat(2, 2), lon_lat(5, 6)
    walk = np.array([walks.metres(a, b), np.inf, 10.0])
    lon_b, lat_b = np.array([b, b, lon_lat(2.1, 2)]).T
    ratio = detour_ratio(walk, np.full(3, a[0]), np.full(3, a[1]), lon_b, lat_b)
    np.testing.assert_allclose(ratio, [7 / 5, np.inf, np.nan], rtol=1e-5)
    assert detour_ratio(np.empty(0), *[np.empty(0)] * 4).size == 0


def terraces():
    """Three streets above each other, joined by staircases; a kerb on the way to the third."""
    nodes = {}
    for level in range(3):
        for x in range(13):
            nodes[100 * level + x] = lon_lat(x, level)
    ways = [
        (level + 1, [100 * level + x for x in range(13)], {"highway": "residential"}) for level in range(3)
    ]
    stairs = {"highway": "steps", "name": "Scala"}
    ways += [(11, [3, 103], stairs), (12, [9, 109], stairs), (13, [106, 206], stairs)]
    nodes[500] = lon_lat(12.5, 1)
    ways += [(14, [112, 500, 212], {"highway": "footway"})]
    return extract_of(nodes, ways, {500: {"barrier": "kerb", "kerb": "raised"}})


def open_way(extract, way_id=None, node_id=None):
    """The same streets with one obstacle made a footway, or a kerb lowered."""
    tags = [dict(t) for t in extract.way_tags]
    for i, found in enumerate(extract.way_id.tolist()):
        if found == way_id:
            tags[i]["highway"] = "footway"
    node_tags = {} if node_id else extract.node_tags
    return type(extract)(**{**vars(extract), "way_tags": tuple(tags), "node_tags": node_tags})


def test_obstacles_gain_what_a_town_without_them_gains():
    extract = terraces()
    homes = [lon_lat(x + 0.3, y) for y in range(3) for x in range(12)]
    people = np.arange(1.0, 37.0)
    spots = [lon_lat(1, 0), lon_lat(11.8, 1)]
    walks = Walks(extract, "wheelchair")
    found = obstacles_that_matter(walks.impedance, walks.snap(*homes), people, walks.snap(*spots), 900.0)
    before = walks.nearest(homes, spots).cost_s <= 900.0
    expected = {}
    for key in ({"way_id": 11}, {"way_id": 12}, {"way_id": 13}, {"node_id": 500}):
        opened = Walks(open_way(extract, **key), "wheelchair").nearest(homes, spots).cost_s <= 900.0
        gained = float(people[opened & ~before].sum())
        if gained:
            expected[("way", key["way_id"]) if "way_id" in key else ("node", 500)] = gained
    assert {(o.osm_type, o.osm_id): o.gained_population for o in found} == expected
    assert len(expected) >= 2
    assert [o.gained_population for o in found] == sorted(expected.values(), reverse=True)
    assert found[0].tags["highway" if found[0].osm_type == "way" else "kerb"] in {"steps", "raised"}


def test_missing_tags_are_ranked_by_whom_they_leave_in_doubt():
    known = {"highway": "footway", "surface": "asphalt", "smoothness": "good"}
    nodes = {i: lon_lat(x, y) for i, (x, y) in enumerate([(0, 0), (6, 0), (7, 0), (12, 0), (6.5, 1)], 1)}
    ways = [
        (1, [1, 2], known),
        (2, [2, 3], {"highway": "footway"}),
        (3, [3, 4], known),
        (4, [2, 5, 3], {"highway": "path"}),
    ]
    sure = Walks(extract_of(nodes, ways), "wheelchair", certain_only=True)
    homes, spots = sure.snap(lon_lat(1, 0), lon_lat(6.5, 0), lon_lat(8, 0)), sure.snap(lon_lat(11, 0))
    found = obstacles_that_matter(sure.impedance, homes, np.array([5.0, 7.0, 9.0]), spots, 3600.0)
    assert [(o.osm_id, o.gained_population) for o in found] == [(2, 12.0), (4, 5.0)]


@pytest.mark.parametrize(("columns", "rows", "threshold_s"), [(1, 1, 300.0), (3, 2, 300.0), (4, 4, 120.0)])
def test_pieces_with_a_halo_give_exactly_the_whole(tmp_path, columns, rows, threshold_s):
    rng = np.random.default_rng(6)
    missing = frozenset(((c, r), (c + 1, r)) for r in range(41) for c in range(40) if rng.random() < 0.15)
    walks = Walks(toy_city(side=41, lon0=179.99, without=missing))
    lon, lat = np.array([lon_lat(x, y, 179.99) for x, y in rng.uniform(-2, 42, (900, 2))]).T
    homes, spots = slice(0, 800), slice(800, 900)
    network = walks.network

    def costs(part, made, own, near):
        origins, ends = (snap(part, lon[k], lat[k], impedance=made) for k in (own, near))
        return nearest_spot(part, made, origins, ends, threshold_s)

    index = np.arange(900)
    whole = costs(network, walks.impedance, index[homes], index[spots])
    together = np.full(800, -1.0)
    for number, piece in enumerate(cut(network, columns, rows, walks.profile, threshold_s)):
        piece.network.save(tmp_path / str(number))
        part = WalkNetwork.open(tmp_path / str(number))
        own = index[homes][piece.owns(lon[homes], lat[homes])]
        near = index[spots][piece.reaches(lon[spots], lat[spots])]
        together[own] = costs(part, impedance(part, walks.profile), own, near).cost_s
    np.testing.assert_array_equal(together, whole.cost_s)
    assert np.isfinite(whole.cost_s).any()
    assert np.isinf(whole.cost_s).any()
    if columns * rows > 6:
        assert piece.network.edges < network.edges / 2
