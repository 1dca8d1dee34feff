"""``import`` and ``export`` as people type them."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from desk_builders import middle_of

from micropolis_map import cli
from micropolis_map.services.exporting import FORMATS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data" / "geo", folder / "geo", ignore=shutil.ignore_patterns("built", "cache"))
    shutil.copy(ROOT / "data" / "places.geojson", folder / "places.geojson")
    return folder


@pytest.fixture
def run(capsys, data):
    def run(*words) -> tuple[int, str, str]:
        code = cli.main([*map(str, words), "--data", str(data)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def benches(tmp_path, data):
    """Three rows: two benches, and one that lies nowhere."""
    lon, lat = middle_of(data, "demo")
    file = tmp_path / "benches.csv"
    rows = [f"Bench A,{lat},{lon}", f"Bench B,{lat + 0.001},{lon}", "Bench C,,"]
    file.write_text("\n".join(["Nazwa,lat,lon", *rows]) + "\n", encoding="utf-8")
    return file


def test_every_row_is_accounted_for_and_a_second_import_adds_nothing(run, benches, data):
    code, out, _ = run("import", benches, "--community", "demo", "--json")
    first = json.loads(out)
    assert code == 0
    assert (first["read"], first["added"], first["updated"], first["unchanged"]) == (3, 2, 0, 0)
    assert [skipped["row"] for skipped in first["skipped"]] == [3]
    public = json.loads((data / "places.geojson").read_text(encoding="utf-8"))["features"]
    assert {"Bench A", "Bench B"} <= {next(iter(f["properties"]["name"].values())) for f in public}

    second = json.loads(run("import", benches, "--community", "demo", "--json")[1])
    assert (second["read"], second["added"], second["unchanged"]) == (3, 0, 2)


def test_without_json_it_says_what_became_of_each_row(run, benches):
    code, out, _ = run("import", benches, "--community", "demo", "--column", "Nazwa=name.pl")
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    fates = {words[0]: words[1] for words in lines if len(words) > 1 and words[0] in {"1", "2", "3"}}
    assert fates == {"1": "added", "2": "added", "3": "skipped"}
    assert "lat and lon empty" in out


@pytest.fixture
def oddly(tmp_path, data):
    """One bench in a table that says nothing about itself: cp1250, bars, coordinates of Poland's grid."""
    lon, lat = middle_of(data, "demo")
    file = tmp_path / "oddly.csv"
    text = f"code|who|a|b\nŁawka|Źle|{lat}|{lon}\n"
    file.write_bytes(text.encode("cp1250"))
    return file


def test_what_is_guessed_can_be_said_instead(run, oddly, data):
    words = (
        "--encoding",
        "cp1250",
        "--delimiter",
        "bar",
        "--name-column",
        "code",
        "--position-columns",
        "a, b",
    )
    code, out, err = run("import", oddly, "--community", "demo", "--json", *words)
    assert (code, json.loads(out)["added"]) == (0, 1)
    assert "note: columns that are not used: who" in err
    public = json.loads((data / "places.geojson").read_text(encoding="utf-8"))["features"]
    assert ["Ławka" in f["properties"]["name"].values() for f in public].count(True) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--name-column", "Titel"), "no column 'Titel'; name one of its columns: Nazwa"),
        (("--position-columns", "x, y"), "no column 'x'"),
        (("--column", "Nazwa=nonsense"), "'nonsense', which is no field"),
        (("--answer", "colour=red"), "no question 'colour'"),
        (("--encoding", "klingon"), "klingon"),
        (("--crs", "EPSG:99999999"), "EPSG:99999999"),
        (("--delimiter", "semi"), "'semi'"),
    ],
)
def test_what_is_said_wrongly_is_refused_by_its_name(run, benches, words, said):
    code, out, err = run("import", benches, "--community", "demo", *words)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert said in err


@pytest.mark.parametrize("ending", FORMATS)
def test_what_is_exported_comes_in_unchanged(run, tmp_path, ending):
    out = tmp_path / f"demo{ending}"
    assert run("export", "--community", "demo", "--out", out)[0] == 0
    report = json.loads(run("import", out, "--community", "demo", "--json")[1])
    assert (report["added"], report["updated"], report["skipped"]) == (0, 0, [])
    assert report["unchanged"] == report["read"] > 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "--community", "atlantis", "--out", "x.csv"), "atlantis"),
        (("export", "--community", "demo", "--out", "x.shp"), "x.shp"),
        (("import", "gone.csv", "--community", "demo"), "gone.csv"),
        (("import", "gone.csv", "--community", "atlantis"), "atlantis"),
    ],
)
def test_an_expected_failure_is_one_line(run, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert said in err
