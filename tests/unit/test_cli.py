"""Commands as a planner types them: what comes out, where, and with which exit code."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_town import BLOCK_LAT, BLOCK_LON, LAT, LON, write_boundary, write_town

from micropolis_map import __version__, cli
from micropolis_map.cli import walking

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A data folder in which the tiny town is loaded."""
    folder = tmp_path_factory.mktemp("town")
    write_town(folder)
    write_boundary(folder)
    words = ["load", "tiny", "--osm", folder / "town.osm", "--boundary", folder / "boundary.geojson"]
    assert cli.main([*map(str, words), "--name", "Tiny Town", "--data", str(folder / "data")]) == 0
    return folder


@pytest.fixture
def run(capsys):
    """Run a command; return its exit code and what it wrote."""

    def run(*words) -> tuple[int, str, str]:
        code = cli.main([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def one_error(err: str) -> str:
    """Return the only line of `err`, which must say what went wrong."""
    assert err.count("\n") == 1, err
    assert err.startswith("error: ")
    assert "Traceback" not in err
    return err


def test_load_prints_what_the_contract_names(loaded, run, tmp_path):
    code, out, _ = run("load", "tiny", "--osm", loaded / "town.osm", "--json", "--data", tmp_path)
    report = json.loads(out)
    assert code == 0
    named = "nodes edges length_km steps components largest_component_share homes activity_spots districts"
    assert set(named.split()) | {"community", "repaired", "seconds"} <= set(report)
    assert report["community"] == "tiny"
    assert report["homes"] == 78
    assert report["activity_spots"] == 2
    assert report["steps"] == 1
    assert report["components"] == 1
    assert report["length_km"] == pytest.approx(2 * 7 * 0.6 + 0.6 + 0.05 + 0.1, rel=2e-3)


def test_loaded_communities_are_listed_with_their_name(loaded, run):
    code, out, _ = run("communities", "--json", "--data", loaded / "data")
    tiny = next(row for row in json.loads(out)["communities"] if row["slug"] == "tiny")
    assert (code, tiny["name"], tiny["loaded"], tiny["districts"]) == (0, "Tiny Town", True, 2)


@pytest.mark.parametrize("before", [True, False])
def test_data_works_before_and_after_the_command(loaded, run, before):
    data = ["--data", loaded / "data"]
    words = [*data, "communities", "--json"] if before else ["communities", "--json", *data]
    code, out, _ = run(*words)
    assert code == 0
    assert "tiny" in out


def test_data_comes_from_the_environment(loaded, run, monkeypatch):
    monkeypatch.setenv("MICROPOLIS_DATA", str(loaded / "data"))
    assert "tiny" in run("communities", "--json")[1]


def test_coverage_is_lawful_and_the_hill_is_out_of_reach_without_steps(loaded, run):
    adult = coverage(run, loaded)
    wheelchair = coverage(run, loaded, "--profile", "wheelchair")
    assert adult["spots"] == 2
    assert adult["minutes"] == [5, 10, 15]
    assert list(adult["total"]["share_within"]) == ["5", "10", "15"]
    assert adult["total"]["unreachable_share"] == 0
    assert "share_within_certain" not in adult["total"]
    on_the_hill = 6 / 78
    assert wheelchair["total"]["unreachable_share"] == pytest.approx(on_the_hill, rel=1e-3)
    for area in (wheelchair["total"], *wheelchair["districts"]):
        for minutes, share in area["share_within"].items():
            assert area["share_within_certain"][minutes] <= share
    assert sum(d["population"] for d in adult["districts"]) == pytest.approx(adult["population"])


def coverage(run, loaded, *words):
    code, out, err = run("coverage", "tiny", "--json", "--data", loaded / "data", *words)
    assert code == 0, err
    return json.loads(out)


def test_coverage_by_origin_says_the_same_as_the_total(loaded, run, tmp_path):
    figures = coverage(run, loaded, "--minutes", "2,4.5", "--by", "origin", "--out", tmp_path / "o.csv")
    with (tmp_path / "o.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "origin_id",
        "lon",
        "lat",
        "population",
        "cost_s",
        "length_m",
        "spot_id",
        "snap_m",
    ]
    people = sum(float(row["population"]) for row in rows)
    for minutes, share in figures["total"]["share_within"].items():
        near = [row for row in rows if row["cost_s"] and float(row["cost_s"]) <= float(minutes) * 60]
        assert sum(float(row["population"]) for row in near) / people == pytest.approx(share)
    assert list(figures["total"]["share_within"]) == ["2", "4.5"]


@pytest.mark.parametrize("by", ["district", "hex", "origin"])
@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg"])
def test_every_table_opens_again(loaded, run, tmp_path, by, ending):
    import geopandas as gpd
    import pandas as pd

    path = tmp_path / f"table.{ending}"
    coverage(run, loaded, "--by", by, "--out", path)
    table = pd.read_csv(path) if ending == "csv" else gpd.read_file(path)
    assert table["population"].sum() == pytest.approx(coverage(run, loaded)["population"])


def test_own_origins_and_spots_are_used(loaded, run, tmp_path):
    spots, origins = tmp_path / "spots.csv", tmp_path / "origins.csv"
    spots.write_text(f"id,lon,lat\ncorner,{LON},{LAT}\n")
    far = LON + 3 * BLOCK_LON
    origins.write_text(
        f"id,lon,lat,population\nfar,{far},{LAT},30\nhere,{LON},{LAT},10\naway,{LON + 1},{LAT},60\n"
    )
    figures = coverage(run, loaded, "--spots", spots, "--origins", origins, "--minutes", "1,10")
    assert figures["population"] == 100
    assert figures["total"]["share_within"] == {"1": 0.1, "10": 0.4}
    assert figures["total"]["unreachable_share"] == 0.6


def test_what_was_guessed_of_files_is_told_and_an_option_says_it_instead(loaded, run, tmp_path):
    spots, people, areas = tmp_path / "punkty.csv", tmp_path / "ludzie.csv", tmp_path / "areas.geojson"
    spots.write_bytes(f"Świetlice;;\nnazwa;szerokość;długość\nŻółw;{LAT};{LON}\n".encode("cp1250"))
    words = ["coverage", "tiny", "--spots", spots, "--data", loaded / "data"]
    code, _, err = run(*words)
    assert code == 0
    for note in ("the text is in cp1250", "separated by ';'", "the headings stand in row 2"):
        assert f"note: punkty.csv: {note}" in err or f"note: punkty.csv: the columns are {note}" in err
    code, _, err = run(*words, "--encoding", "cp1250", "--delimiter", ";")
    assert (code, err.count("note: punkty.csv")) == (0, 2)
    people.write_text(f"lon;lat;Mieszk. 2031\n{LON};{LAT};40\n")
    square = [
        [LON - 1, LAT - 1],
        [LON + 1, LAT - 1],
        [LON + 1, LAT + 1],
        [LON - 1, LAT + 1],
        [LON - 1, LAT - 1],
    ]
    geometry = {"type": "Polygon", "coordinates": [square]}
    feature = {"type": "Feature", "properties": {"kaldes": "Alt"}, "geometry": geometry}
    areas.write_text(json.dumps(feature))
    words = ["load", "tiny", "--osm", loaded / "town.osm", "--data", tmp_path, "--json"]
    words += ["--population", people, "--districts", areas]
    code, _, err = run(*words)
    assert "no population column (its columns: lon, lat, Mieszk. 2031)" in one_error(err)
    words += ["--population-column", "Mieszk. 2031", "--district-name-column"]
    code, out, err = run(*words, "kaldes")
    assert (code, json.loads(out)["population"]) == (0, 40)
    code, _, err = run(*words, "navn")
    assert "has no column 'navn' (its columns: kaldes)" in one_error(err)


def test_the_matrix_has_the_pairs_within_reach(loaded, run, tmp_path):
    points = tmp_path / "points.csv"
    points.write_text(f"id,lon,lat\na,{LON},{LAT}\nb,{LON + 6 * BLOCK_LON},{LAT + 6 * BLOCK_LAT}\n")
    words = [
        "--origins",
        points,
        "--destinations",
        points,
        "--out",
        tmp_path / "m.csv",
        "--data",
        loaded / "data",
    ]
    assert run("matrix", "tiny", *words)[0] == 0
    rows = {(r["origin_id"], r["destination_id"]): r for r in csv.DictReader((tmp_path / "m.csv").open())}
    assert set(rows) == {("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")}
    assert float(rows["a", "b"]["length_m"]) == pytest.approx(1200, rel=2e-3)
    assert float(rows["a", "a"]["cost_s"]) == 0
    assert run("matrix", "tiny", *words, "--minutes", "5")[0] == 0
    assert len(list(csv.DictReader((tmp_path / "m.csv").open()))) == 2
    code, _, told = run("matrix", "tiny", *words, "--minutes", "240")
    assert (code, "note" in told) == (0, False)
    assert len(list(csv.DictReader((tmp_path / "m.csv").open()))) == 4
    points.write_text(f"id,lon,lat\na,{LON},{LAT}\nswapped,{LAT},{LON}\n")
    code, _, told = run("matrix", "tiny", *words)
    assert "note: 1 of 2 destinations is farther than 300 m from every way" in told


def test_who_swaps_longitude_and_latitude_is_asked(loaded, run, tmp_path):
    words = ["isochrone", "tiny", "--out", tmp_path / "i.geojson", "--data", loaded / "data", "--from"]
    assert f"did you mean {LON}, {LAT}?" in one_error(run(*words, f"{LAT},{LON}")[2])
    assert "nearer to a street" in one_error(run(*words, f"{LON + 1},{LAT}")[2])


def test_isochrones_grow(loaded, run, tmp_path):
    out = tmp_path / "i.geojson"
    start = f"{LON + 3 * BLOCK_LON},{LAT + 3 * BLOCK_LAT}"
    words = ["--from", start, "--minutes", "2,4", "--out", out, "--data", loaded / "data"]
    code, _, err = run("isochrone", "tiny", *words)
    assert code == 0, err
    small, large = sorted(
        (f["properties"] for f in json.loads(out.read_text())["features"]), key=lambda p: p["minutes"]
    )
    assert (small["minutes"], large["minutes"]) == (2, 4)
    assert 0 < small["area_km2"] < large["area_km2"]
    assert 0 <= small["population"] <= large["population"]


@pytest.mark.parametrize(
    "words",
    [
        ["coverage"],
        ["coverage", "tiny", "--profile", "dog"],
        ["coverage", "tiny", "--minutes", "5,x"],
        ["coverage", "tiny", "--minutes", "-5"],
        ["coverage", "tiny", "--by", "street"],
        ["coverage", "tiny", "--nonsense"],
        ["load", "tiny", "tinier"],
        ["isochrone", "tiny", "--from", "here", "--out", "x.geojson"],
        ["isochrone", "tiny", "--from", "7,95", "--out", "x.geojson"],
        ["isochrone", "tiny", "--from", "7,45"],
        ["isochrone", "tiny", "--from", "7,45", "--out", "i.shp"],
        ["isochrone", "tiny", "--from", "7,45", "--out", "i"],
        ["matrix", "tiny", "--origins", "a", "--destinations", "b", "--out", "m.xlsx"],
        ["matrix", "tiny", "--origins", "a", "--destinations", "b", "--minutes", "5,10", "--out", "m.csv"],
        ["serve", "--port", "99999"],
        ["nonsense"],
    ],
)
def test_wrong_usage_ends_with_two_and_one_line(run, words):
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert "--help" in one_error(err)


def test_a_profile_of_ones_own_can_be_asked_for(loaded, tmp_path):
    shutil.copytree(loaded / "data", tmp_path / "data")
    own = tmp_path / "data" / "profiles.toml"
    own.write_text('[walker]\nspeed_m_s = 0.7\nlabel = "With a walker"\n')
    words = [
        sys.executable,
        "-m",
        "micropolis_map",
        "coverage",
        "tiny",
        "--json",
        "--data",
        tmp_path / "data",
    ]
    done = subprocess.run(
        [*words, "--profile", "walker"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["speed_m_s"] == 0.7
    own.write_text("[walker]\nspeed_m_s = 70\n")
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "speed_m_s = 70" in one_error(done.stderr)


def test_the_version_is_said(run):
    assert run("--version") == (0, f"{__version__}\n", "")


def test_a_folder_that_cannot_be_written_is_one_line(run, tmp_path):
    (tmp_path / "file").write_text("")
    osm = write_town(tmp_path)
    code, out, err = run("load", "tiny", "--osm", osm, "--data", tmp_path / "file")
    assert (code, out) == (1, "")
    one_error(err)


def test_no_command_shows_the_help(run):
    code, out, err = run()
    assert code == 2
    assert "coverage" in out + err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["coverage", "nowhere"], "'nowhere'"),
        (["coverage", "tiny", "--spots", "no.csv"], "no.csv"),
        (["coverage", "tiny", "--origins", "no.geojson"], "no.geojson"),
        (["coverage", "tiny", "--out", "table.docx"], "table.docx"),
        (["coverage", "tiny", "--out", "/no/such/folder/x.csv"], "/no/such/folder"),
        (["load", "tiny", "--osm", "no.osm"], "no.osm"),
        (["load", "Not A Slug!", "--osm", "no.osm"], "Not A Slug!"),
    ],
)
def test_an_expected_failure_ends_with_one_and_says_the_value(loaded, run, words, says):
    code, out, err = run(*words, "--data", loaded / "data")
    assert (code, out) == (1, "")
    assert says in one_error(err)


def test_an_unexpected_failure_is_one_line_and_the_log_names_no_value(loaded, run, monkeypatch):
    def fail(*_):
        raise KeyError("Anna Kowalska")

    monkeypatch.setattr(walking, "assess_coverage", fail)
    code, out, err = run("coverage", "tiny", "--data", loaded / "data")
    assert (code, out) == (1, "")
    log = loaded / "data" / "cache" / "errors.log"
    assert str(log) in one_error(err)
    assert "Traceback" not in err
    assert "KeyError" in log.read_text()
    assert "Anna" not in log.read_text()


def test_a_port_in_use_is_said(run, tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = run("serve", "--address", "127.0.0.1", "--port", str(port), "--data", tmp_path)
    assert code == 1
    assert str(port) in one_error(err)


def test_the_program_runs_as_a_module_with_json_alone_on_stdout(loaded):
    words = [sys.executable, "-m", "micropolis_map", "coverage", "tiny", "--json", "--data", loaded / "data"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["community"] == "tiny"
    missing = subprocess.run([*words[:4], "nowhere"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert missing.returncode == 1
    one_error(missing.stderr)
