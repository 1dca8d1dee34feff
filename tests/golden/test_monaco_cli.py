"""Monaco as a planner loads and assesses it: real streets, lawful and plausible figures.

Data: the OpenStreetMap extract and boundary in ``monaco/`` of the real data (© OpenStreetMap contributors).
"""

from __future__ import annotations

import csv
import json

import pytest

from micropolis_map import cli

PEOPLE_2023 = 38_400
"""Residents of Monaco (IMSEE, Recensement général de la population 2023: 38,367)."""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("monaco") / "data"


@pytest.fixture
def run(data, capsys):
    def run(*words):
        code = cli.main([*map(str, words), "--data", str(data)])
        out, err = capsys.readouterr()
        assert code == 0, err
        return json.loads(out) if "--json" in words else out

    return run


@pytest.fixture
def monaco(run, test_data, data):
    """Load Monaco once; return the report."""
    report = data / "geo" / "monaco" / "report-of-test.json"
    if not report.exists():
        folder = test_data / "monaco"
        files = ("--osm", folder / "monaco.osm.pbf", "--boundary", folder / "monaco_boundary.geojson")
        loaded = run("load", "monaco", *files, "--json")
        report.write_text(json.dumps(loaded))
    return json.loads(report.read_text())


def test_the_load_reports_what_is_there(monaco):
    assert monaco["length_km"] == pytest.approx(125.4, rel=0.02)
    assert monaco["steps"] == pytest.approx(346, abs=3)
    assert monaco["largest_component_share"] > 0.95
    assert monaco["repaired"] == 1
    assert monaco["districts"] >= 5
    assert monaco["activity_spots"] > 20
    assert 0.5 < monaco["population"] / PEOPLE_2023 < 2  # an estimate from buildings
    assert any("repaired" in note for note in monaco["notes"])


@pytest.mark.parametrize("profile", ["adult", "wheelchair"])
def test_coverage_is_lawful(monaco, run, profile, tmp_path):
    table = tmp_path / "o.csv"
    figures = run("coverage", "monaco", "--profile", profile, "--by", "origin", "--out", table, "--json")
    total, districts = figures["total"], figures["districts"]
    for area in (total, *districts):
        shares = list(area["share_within"].values())
        assert shares == sorted(shares)
        assert all(0 <= share <= 1 for share in shares)
        for minutes, share in area.get("share_within_certain", {}).items():
            assert share <= area["share_within"][minutes]
    assert sum(area["population"] for area in districts) == pytest.approx(figures["population"])
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    assert len(rows) == monaco["homes"]
    people = sum(float(row["population"]) for row in rows)
    for minutes, share in total["share_within"].items():
        near = [r for r in rows if r["cost_s"] and float(r["cost_s"]) <= 60 * float(minutes)]
        assert sum(float(r["population"]) for r in near) / people == pytest.approx(share)
    for row in rows:
        if row["cost_s"]:
            slowest = float(row["length_m"]) / figures["speed_m_s"]
            assert float(row["cost_s"]) >= slowest - 0.1  # steps only add, the ground is level here
            assert float(row["length_m"]) >= float(row["snap_m"])


def test_a_wheelchair_reaches_no_more_than_an_adult_and_less_for_certain(monaco, run):
    adult = run("coverage", "monaco", "--json")
    wheelchair = run("coverage", "monaco", "--profile", "wheelchair", "--json")
    assert "share_within_certain" not in adult["total"]
    for walker, roller in zip(
        (adult["total"], *adult["districts"]), (wheelchair["total"], *wheelchair["districts"]), strict=True
    ):
        assert walker["population"] == pytest.approx(roller["population"])
        for minutes, share in roller["share_within"].items():
            assert share <= walker["share_within"][minutes] + 1e-9
    assert wheelchair["total"]["share_within_certain"]["15"] < wheelchair["total"]["share_within"]["15"]
    assert adult["total"]["share_within"]["15"] > 0.95  # PEERS.md: with steps nobody is far from anything
    assert wheelchair["total"]["share_within"]["15"] > 0.6


def test_heights_slow_walks_down(monaco, run, test_data):
    folder = test_data / "monaco"
    files = ("--osm", folder / "monaco.osm.pbf", "--boundary", folder / "monaco_boundary.geojson")
    level = run("coverage", "monaco", "--json")
    run("load", "hills", *files, "--elevation", folder / "N43E007.hgt.zip", "--json")
    hills = run("coverage", "hills", "--json")
    assert 1.0 < hills["total"]["mean_s"] / level["total"]["mean_s"] < 1.3
    assert hills["population"] == pytest.approx(level["population"])
