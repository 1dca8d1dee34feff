"""Our walks against a second implementation of the contract's rules, in real towns and an awkward one."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from awkward_town import write_awkward_town
from contract_walks import ContractWalks, read
from walks import Walks

from micropolis_map.analysis.cost_matrix import cost_matrix
from micropolis_map.sources.osm_file import read_osm

TOWNS = {
    "look-alike": "look-alikes/streets.json",
    "monaco": "monaco/monaco.osm.pbf",
    "porto_alegre": "porto_alegre/poa_osm.pbf",
    "andorra": "andorra/andorra.osm.pbf",
    "hellerup": "hellerup/overpass_hellerup_all_network_2021-06-22.json",
    "cagliari": "cagliari/overpass_drive_cagliari_2026-05-15.json",
    "zywiec": "zywiec/overpass_drive_zywiec_2025-11-03.json",
}
WITHIN = 0.01
"""How far apart the two answers may be: a hundredth, or what is less than a metre."""
AGREE = 0.995
"""All 2,000 walks agree in each of these towns; left is room for what rounding decides."""


def agreement(file: Path, origins: int, destinations: int, reach_deg: float = 0.025) -> float:
    """Return the share of random walks, of at most `reach_deg` of latitude, that both answer alike.

    Who is as near to one street as to another may join either: both answers are right.
    """
    theirs, ours = ContractWalks(read(file)), Walks(read_osm(file))
    rng = np.random.default_rng(12)
    at = np.array(theirs.at)
    alike = 0
    for _ in range(origins):
        start = at[rng.integers(len(at))] + rng.normal(0, 5e-4, 2)
        away = np.hypot((at[:, 0] - start[0]) * math.cos(math.radians(start[1])), at[:, 1] - start[1])
        ends = at[rng.choice(np.flatnonzero(away < reach_deg), destinations)]
        ends = ends + rng.normal(0, 5e-4, ends.shape)
        origin, places = theirs.join(*start), [theirs.join(*end) for end in ends]
        expected = np.array(theirs.walks(origin, places))
        pairs = cost_matrix(ours.network, ours.impedance, ours.snap(start), ours.snap(*ends))
        found = np.full(expected.shape, np.inf)
        found[pairs.destination] = np.column_stack([pairs.cost_s, pairs.length_m])
        same = np.isclose(found, expected, rtol=WITHIN, atol=1.0).all(axis=1)
        either = np.array([theirs.is_tie(*point) for point in (start, *ends)])
        alike += int((same | either[0] | either[1:]).sum())
    return alike / (origins * destinations)


@pytest.mark.parametrize("seed", range(3))
def test_in_an_awkward_town_we_walk_as_the_contract_says(tmp_path, seed):
    file = write_awkward_town(tmp_path / "awkward.osm", seed)
    assert agreement(file, 10, 40) >= AGREE


@pytest.mark.parametrize("name", [name for name in TOWNS if name != "andorra"])  # the widest, so the slowest
def test_we_walk_as_the_contract_says(data_file, name):
    assert agreement(data_file(TOWNS[name]), 5, 40) >= AGREE


@pytest.mark.full
@pytest.mark.parametrize("name", TOWNS)
def test_two_thousand_walks_are_as_the_contract_says(data_file, name):
    assert agreement(data_file(TOWNS[name]), 40, 50) >= AGREE
