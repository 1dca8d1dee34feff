"""Real towns: node snapping beside ours, and stairs beside ramps."""

from __future__ import annotations

import numpy as np
from snapping_error import band_errors
from walks import Walks

from micropolis_map.analysis.cost_matrix import path
from micropolis_map.sources.osm_file import read_osm


def test_snapping_to_crossings_puts_homes_into_the_wrong_band(test_data):
    """The common practice against ours, as docs/analysis.md shows it (PEERS.md §2)."""
    error_m, wrong = band_errors(test_data / "porto_alegre/poa_osm.pbf")
    assert 0.05 < wrong < 0.25
    assert error_m.mean() > 20.0
    assert error_m.size > 15_000


def test_in_monaco_the_adult_takes_steps_and_the_wheelchair_goes_round(test_data):
    extract = read_osm(test_data / "monaco/monaco.osm.pbf")
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
