"""The command ``tour`` in a town known by heart: what it says agrees with the matrix, and its files open."""

from __future__ import annotations

import csv
import itertools
import json

import gpxpy
import pytest
from command_line import asking
from tiny_town import BLOCK_LAT, BLOCK_LON, LAT, LON, write_boundary, write_town

from micropolis_map import cli

STOPS = {"square": (1, 1), "library": (5, 1), "barn": (5, 4), "hill": (3, 7.5)}
"""In blocks; the hill is reached by steps only."""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tour") / "data"
    folder.mkdir()
    rows = [
        f"{name},{LON + x * BLOCK_LON},{LAT + y * BLOCK_LAT},The {name}" for name, (x, y) in STOPS.items()
    ]
    (folder / "stops.csv").write_text("\n".join(["id,lon,lat,name", *rows]))
    words = ("--osm", write_town(folder), "--boundary", write_boundary(folder), "--data", folder)
    assert cli.main(["load", "tiny", *map(str, words)]) == 0
    return folder


@pytest.fixture
def run(data, capsys):
    return asking(data, capsys)


def test_a_tour_costs_what_the_matrix_says_and_its_twin_leaves_the_hill_out(run, data):
    stops = data / "stops.csv"
    tour = json.loads(run("tour", "tiny", "--stops", stops, "--json"))
    run("matrix", "tiny", "--origins", stops, "--destinations", stops, "--out", data / "m.csv")
    with (data / "m.csv").open() as file:
        cost = {(r["origin_id"], r["destination_id"]): float(r["cost_s"]) for r in csv.DictReader(file)}
    assert sorted(tour["order"]) == sorted(STOPS)
    assert sum(cost[pair] for pair in itertools.pairwise(tour["order"])) == pytest.approx(
        tour["walking_s"], abs=0.1
    )
    best = min(
        sum(cost[pair] for pair in itertools.pairwise(order)) for order in itertools.permutations(STOPS)
    )
    assert tour["walking_s"] == pytest.approx(best, abs=0.1)
    assert tour["steps"] >= 1
    assert sum(d["length_m"] for d in tour["directions"]) == pytest.approx(tour["length_m"], abs=2)
    assert [stop["id"] for stop in tour["step_free_variant"]["unreachable"]] == ["hill"]


def test_a_loop_from_a_start_is_written_for_other_programs(run, data):
    start = (LON + 2 * BLOCK_LON, LAT)
    words = (
        "--stops",
        data / "stops.csv",
        "--start",
        f"{start[0]},{start[1]}",
        "--loop",
        "--out",
        data / "t.gpx",
    )
    run("tour", "tiny", *words)
    read = gpxpy.parse((data / "t.gpx").read_text())
    points = [p for segment in read.tracks[0].segments for p in segment.points]
    for end in (points[0], points[-1]):
        assert (end.longitude, end.latitude) == pytest.approx(start, abs=1e-6)
    assert {w.name for w in read.waypoints} == {f"The {name}" for name in STOPS}


@pytest.mark.parametrize("words", [("--stops", "nope,none"), ("--stops", "no.csv"), ("--stops", "")])
def test_stops_that_are_not_there_are_an_expected_failure(run, words):
    assert run("tour", "tiny", *words, code=1).startswith("error: ")


def test_an_ending_without_a_form_is_refused(run, data):
    told = run("tour", "tiny", "--stops", data / "stops.csv", "--out", data / "t.docx", code=1)
    assert ".gpx, .kml, .geojson, .pdf" in told
