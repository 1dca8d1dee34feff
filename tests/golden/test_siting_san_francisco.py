"""Our optima are those of PySAL's spopt on San Francisco: 205 census tracts, 16 stores, network distances.

The expected numbers were computed once with spopt 0.7.0 (CBC through PuLP 3.3.2) from the same three files
of ``siting/`` (from spopt's own tests, BSD-3-Clause): `LSCP`, `MCLP`, `PMedian` and `PCenter`
``.from_cost_matrix``, weights ``POP2000``. spopt is no dependency.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from micropolis_map.analysis.facility_location import locate
from micropolis_map.analysis.siting_model import fewest, sets_of
from micropolis_map.analysis.siting_problem import SitingProblem

PATIENCE_S = 600.0
"""For a proof: a busy machine is slow, not wrong. How fast it comes is measured by `make bench`."""

PEOPLE = 955_113
LSCP = {5000.0: 8, 8000.0: 3}
MCLP = {(5000.0, 4): 875_247.0, (3000.0, 2): 377_803.0, (3000.0, 4): 557_571.0, (5000.0, 2): 671_938.0}
P_MEDIAN = {2: 4_009_098_972.134911, 4: 2_848_268_129.714512, 6: 2_347_055_166.6773815}
P_CENTER = {2: 9130.7587, 4: 7403.0638, 6: 5903.6672}


@pytest.fixture(scope="module")
def san_francisco(test_data: Path) -> SitingProblem:
    """Metres stand where seconds do elsewhere: the questions are the same."""
    path = test_data / "siting" / "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tracts = {name: i for i, name in enumerate(dict.fromkeys(row["DestinationName"] for row in rows))}
    stores = {name: i for i, name in enumerate(dict.fromkeys(row["name"] for row in rows))}
    weight = np.zeros(len(tracts))
    for row in rows:
        weight[tracts[row["DestinationName"]]] = float(row["demand"])
    assert (len(tracts), len(stores), weight.sum()) == (205, 16, PEOPLE)
    return SitingProblem(
        np.array([tracts[row["DestinationName"]] for row in rows]),
        np.array([stores[row["name"]] for row in rows]),
        np.array([float(row["distance"]) for row in rows]),
        weight,
        len(stores),
        1,
        5000.0,
        cap_s=1e9,
    )


@pytest.mark.parametrize("near", LSCP)
def test_fewest_stores_that_reach_every_tract(san_francisco, near):
    pairs = san_francisco.cost_s <= near
    sets = sets_of(san_francisco.demand[pairs], san_francisco.candidate[pairs], 16)
    answer = fewest(sets, 16, PATIENCE_S, None)
    assert answer.is_proven
    assert answer.sites is not None
    assert answer.sites.size == LSCP[near]


@pytest.mark.parametrize(("near", "new"), MCLP)
def test_most_people_covered(san_francisco, near, new):
    found = locate(replace(san_francisco, threshold_s=near, new=new), "coverage", PATIENCE_S)
    assert found.is_proven
    assert found.value == pytest.approx(MCLP[near, new], rel=1e-12)


@pytest.mark.parametrize("new", P_MEDIAN)
def test_least_total_walking(san_francisco, new):
    found = locate(replace(san_francisco, new=new), "p-median", PATIENCE_S)
    assert found.is_proven
    assert found.value == pytest.approx(P_MEDIAN[new], rel=1e-9)


@pytest.mark.parametrize("new", P_CENTER)
def test_shortest_longest_walk(san_francisco, new):
    found = locate(replace(san_francisco, new=new), "equity", PATIENCE_S)
    assert found.is_proven
    assert found.value == pytest.approx(P_CENTER[new], abs=1e-3)
