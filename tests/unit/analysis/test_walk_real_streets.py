"""Towns: our engine against networkx on the uncontracted streets, and node snapping beside ours."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from snapping_error import band_errors
from walk_oracle import Oracle, walkable
from walks import Walks

from micropolis_map.analysis.cost_matrix import cost_matrix, path
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.sources.osm_file import read_osm

EXTRACTS = {
    "look-alike": "look-alikes/streets.json",
    "monaco": "monaco/monaco.osm.pbf",
    "porto_alegre": "porto_alegre/poa_osm.pbf",
    "andorra": "andorra/andorra.osm.pbf",
    "hellerup": "hellerup/overpass_hellerup_all_network_2021-06-22.json",
    "cagliari": "cagliari/overpass_drive_cagliari_2026-05-15.json",
}


@cache
def extract_from(file: Path) -> OsmExtract:
    return read_osm(file)


@pytest.mark.parametrize("name", EXTRACTS)
def test_walks_on_streets_agree_with_networkx(data_file, name):
    extract = extract_from(data_file(EXTRACTS[name]))
    walks, oracle = Walks(extract), Oracle(extract)
    assert walks.network.summary()["ways"] >= sum(walkable(tags) for tags in extract.way_tags)
    ours_m, theirs_m = walks.network.component_m.sum(), sum(m for *_, m in oracle.lengths)
    if not extract.relations:
        assert ours_m == pytest.approx(theirs_m, rel=1e-3)
    rng = np.random.default_rng(1)
    at = rng.integers(0, walks.network.point_lon.size, 7)
    lon = walks.network.point_lon[at] + rng.normal(0, 5e-4, 7)
    lat = walks.network.point_lat[at] + rng.normal(0, 5e-4, 7)
    snapped = walks.snap(*zip(lon, lat, strict=True))
    truth = [oracle.snap(x, y) for x, y in zip(lon, lat, strict=True)]
    gaps = [np.inf if t is None else t[2] for t in truth]
    np.testing.assert_allclose(np.nan_to_num(snapped.gap_m, nan=np.inf), gaps, atol=0.05, rtol=1e-3)
    one, rest = snapped.take(np.arange(1)), snapped.take(np.arange(1, 7))
    pairs = cost_matrix(walks.network, walks.impedance, one, rest)
    ours = np.full(6, np.inf)
    ours[pairs.destination] = pairs.length_m
    expected = oracle.distances_m(truth[0], truth[1:])
    # Staircases cost the adult more than their length, so that our walks may be longer, never much.
    assert (ours >= np.array(expected) * (1 - 1e-3) - 0.5).all() or bool(extract.relations)
    np.testing.assert_allclose(ours, expected, rtol=0.02, atol=0.5)


def test_snapping_to_crossings_puts_homes_into_the_wrong_band(test_data):
    """The common practice against ours, as docs/analysis.md shows it (PEERS.md §2)."""
    error_m, wrong = band_errors(test_data / EXTRACTS["porto_alegre"])
    assert 0.05 < wrong < 0.25
    assert error_m.mean() > 20.0
    assert error_m.size > 15_000


def test_in_monaco_the_adult_takes_steps_and_the_wheelchair_goes_round(test_data):
    extract = extract_from(test_data / EXTRACTS["monaco"])
    adult, wheels = Walks(extract), Walks(extract, "wheelchair")
    below, palace = (7.4230516, 43.7323963), (7.4211233, 43.7313714)
    walk = path(adult.network, adult.impedance, adult.snap(below), adult.snap(palace))
    ride = path(wheels.network, wheels.impedance, wheels.snap(below), wheels.snap(palace))
    assert walk.staircases >= 4
    assert walk.length_m < 500.0
    assert np.isfinite(ride.cost_s)
    assert ride.staircases == 0
    assert "steps" not in {leg.highway for leg in ride.legs}
    assert ride.length_m > 2 * walk.length_m
