"""A walk through Monaco: its steps, the twin without them, and files other programs read.

Data: ``monaco/`` of the real data (© OpenStreetMap contributors, SRTM).
"""

from __future__ import annotations

import csv
import itertools
import json

import gpxpy
import pytest
from command_line import asking

from micropolis_map import cli

STOPS = """id,lon,lat,name
palace,7.4203,43.7315,Palais
casino,7.4281,43.7395,Casino
garden,7.4155,43.7315,Jardin exotique
port,7.4236,43.7352,Port Hercule
larvotto,7.4338,43.7450,Larvotto
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory, test_data):
    folder = tmp_path_factory.mktemp("monaco-tour") / "data"
    source = test_data / "monaco"
    words = ["--osm", source / "monaco.osm.pbf", "--boundary", source / "monaco_boundary.geojson"]
    words += ["--elevation", source / "N43E007.hgt.zip", "--data", folder]
    assert cli.main(["load", "monaco", *map(str, words)]) == 0
    (folder / "stops.csv").write_text(STOPS)
    return folder


@pytest.fixture
def run(data, capsys):
    return asking(data, capsys)


@pytest.fixture
def plain(run, data):
    return json.loads(run("tour", "monaco", "--stops", data / "stops.csv", "--json"))


def test_the_plain_tour_takes_steps_and_its_twin_none(plain):
    assert plain["steps"] >= 10
    assert plain["step_free"] is False
    assert plain["optimal"]
    twin = plain["step_free_variant"]
    assert twin["steps"] == 0
    assert twin["step_free"] is True
    assert twin["unreachable"] == []
    assert twin["extra_m"] == pytest.approx(twin["length_m"] - plain["length_m"], abs=0.2)
    assert twin["extra_s"] > 0
    assert {obstacle["what"] for obstacle in twin["avoided"]} >= {"steps"}
    assert plain["ascent_m"] > 50


def test_directions_name_streets_and_add_up(plain):
    assert sum(d["length_m"] for d in plain["directions"]) == pytest.approx(plain["length_m"], abs=2)
    assert any("Avenue" in d["text"] for d in plain["directions"])


def test_the_tour_costs_what_the_matrix_says(plain, run, data):
    stops = data / "stops.csv"
    run("matrix", "monaco", "--origins", stops, "--destinations", stops, "--out", data / "m.csv")
    with (data / "m.csv").open() as file:
        cost = {(r["origin_id"], r["destination_id"]): float(r["cost_s"]) for r in csv.DictReader(file)}
    order = plain["order"]
    assert sum(cost[pair] for pair in itertools.pairwise(order)) == pytest.approx(plain["walking_s"], abs=0.1)


def test_a_loop_from_a_start_returns_there(run, data):
    words = ("--stops", data / "stops.csv", "--start", "7.4203,43.7316", "--loop", "--out", data / "t.gpx")
    run("tour", "monaco", *words)
    read = gpxpy.parse((data / "t.gpx").read_text())
    points = [p for segment in read.tracks[0].segments for p in segment.points]
    assert (points[0].longitude, points[0].latitude) == (7.4203, 43.7316)
    assert (points[-1].longitude, points[-1].latitude) == (7.4203, 43.7316)
    assert {w.name for w in read.waypoints} == {
        "Palais",
        "Casino",
        "Jardin exotique",
        "Port Hercule",
        "Larvotto",
    }


def test_a_wheelchair_takes_no_steps(run, data):
    (data / "flat.csv").write_text("id,lon,lat\na,7.4276,43.7390\nb,7.4236,43.7352\n")
    tour = json.loads(
        run("tour", "monaco", "--stops", data / "flat.csv", "--profile", "wheelchair", "--json")
    )
    assert tour["steps"] == 0
    assert tour["step_free"] is True


def test_a_stop_out_of_reach_is_named_with_why(run, data):
    (data / "sea.csv").write_text("id,lon,lat\na,7.4276,43.7390\nboat,7.4500,43.7300\n")
    told = run("tour", "monaco", "--stops", data / "sea.csv", code=1)
    assert "'boat'" in told
    assert "300 m" in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--stops", "nope,none"), 1),
        (("--stops", "no.csv"), 1),
        (("--stops", ""), 1),
        (("--stops", "nope", "--lang", "xx"), 2),
    ],
)
def test_stops_that_are_not_there_are_an_expected_failure(run, words, code):
    assert run("tour", "monaco", *words, code=code).startswith("error: ")


def test_an_ending_without_a_form_is_refused(run, data):
    told = run("tour", "monaco", "--stops", data / "stops.csv", "--out", data / "t.docx", code=1)
    assert ".gpx, .kml, .geojson, .pdf" in told
