"""`site` answers as the contract says, with the figures of `coverage`."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from town_loading import load_community

from micropolis_map.bootstrap import Application, build_application
from micropolis_map.cli import main
from micropolis_map.services.loading import LoadRequest
from micropolis_map.services.siting import assess_sites, propose_sites
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.settings import Settings

ROOT = Path(__file__).parents[2]
PROMISED = {
    "sites",
    "covered_before",
    "covered_after",
    "population",
    "objective",
    "optimal",
    "gap",
    "seconds",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo town, loaded."""
    folder = tmp_path_factory.mktemp("siting")
    ignored = shutil.ignore_patterns("built", "cache")
    shutil.copytree(ROOT / "data" / "geo" / "demo", folder / "geo" / "demo", ignore=ignored)
    load_community(application(folder), "demo", LoadRequest())
    return folder


def application(folder: Path) -> Application:
    return build_application(Settings.read({"MICROPOLIS_DATA": str(folder)}))


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> dict:
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    assert code == 0, err
    return json.loads(out)


@pytest.mark.parametrize("objective", ["coverage", "p-median", "equity"])
def test_the_gains_of_the_sites_add_up(data, capsys, objective):
    words = ("site", "demo", "--new", 3, "--minutes", 5, "--objective", objective, "--json", "--data", data)
    said = answer(capsys, *words)
    assert set(said) >= PROMISED
    assert said["objective"] == objective
    assert len(said["sites"]) == 3
    assert all(set(site) >= {"lon", "lat", "gained_population"} for site in said["sites"])
    gained = sum(site["gained_population"] for site in said["sites"])
    assert gained == said["covered_after"] - said["covered_before"]  # to the last digit
    assert sum(area["gained"] for area in said["districts"]) == pytest.approx(gained, abs=1e-4)
    assert said["covered_before"] <= said["covered_after"] <= said["population"]
    assert max(said["curve"]) <= said["population"]
    assert said["optimal"] == (said["gap"] == 0.0)


def test_coverage_with_the_new_sites_is_what_was_promised(data, capsys, tmp_path):
    spots = tmp_path / "spots.csv"
    spots.write_text("id,lon,lat\na,17.2,55.7\n", encoding="utf-8")
    said = answer(
        capsys, "site", "demo", "--new", 2, "--minutes", 7, "--spots", spots, "--json", "--data", data
    )  # fmt: skip
    for share, sites in ((said["covered_before"], []), (said["covered_after"], said["sites"])):
        with spots.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerows([["id", "lon", "lat"], ["a", 17.2, 55.7]])
            rows.writerows([[f"s{n}", site["lon"], site["lat"]] for n, site in enumerate(sites)])
        total = answer(
            capsys, "coverage", "demo", "--minutes", 7, "--spots", spots, "--json", "--data", data
        )["total"]  # fmt: skip
        assert total["share_within"]["7"] * total["population"] == pytest.approx(share)


def test_candidates_of_a_file_are_the_only_ones_and_out_holds_the_sites(data, capsys, tmp_path):
    candidates, out = tmp_path / "c.csv", tmp_path / "o.geojson"
    candidates.write_text("id,lon,lat\nwest,17.19,55.7\neast,17.21,55.7\nfar,18.5,55.7\n", encoding="utf-8")
    words = ("site", "demo", "--new", 2, "--candidates", candidates, "--out", out, "--json", "--data", data)
    said = answer(capsys, *words)
    assert {site["id"] for site in said["sites"]} <= {"west", "east", "far"}
    features = json.loads(out.read_text(encoding="utf-8"))["features"]
    assert [f["properties"]["gained_population"] for f in features] == [
        site["gained_population"] for site in said["sites"]
    ]
    assert features[0]["geometry"]["coordinates"] == [said["sites"][0]["lon"], said["sites"][0]["lat"]]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--new", "0"), 2, "--new"),
        (("--new", "2", "--minutes", "5,10"), 2, "one number"),
        (("--new", "100000"), 1, "100,000 new sites"),
        (("--new", "1", "--objective", "fair"), 2, "objective"),
        (("--new", "1", "--out", "x.doc"), 1, "x.doc"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_line(data, capsys, words, code, said):
    assert main(["site", "demo", *words, "--data", str(data)]) == code
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert said in error
    assert error.count("\n") == 1


def test_another_choice_of_sites_is_compared_with_the_same_figures(data):
    request = SitingRequest(3, 5.0)
    result = propose_sites(application(data), "demo", request)
    points = tuple((site.lon, site.lat) for site in result.plan.sites)
    again = assess_sites(application(data), "demo", request, points[::-1])
    assert again.covered_after == pytest.approx(result.plan.covered_after)
    assert again.points == points[::-1], "sites keep the numbers that a person gave them"
    same = assess_sites(application(data), "demo", request, points)
    assert [s.gained_population for s in same.sites] == [s.gained_population for s in result.plan.sites]
    moved = assess_sites(application(data), "demo", request, (*points[:2], (17.2, 55.7)))
    assert moved.covered_after <= result.plan.covered_after
    assert sum(d.gained for d in moved.districts) == pytest.approx(moved.covered_after - moved.covered_before)


def test_more_sites_never_cover_fewer(data):
    covered = [
        propose_sites(
            application(data), "demo", SitingRequest(new, 4.0, keep_existing=False)
        ).plan.covered_after
        for new in (1, 2, 4)
    ]
    assert covered == sorted(covered)
    curve = propose_sites(application(data), "demo", SitingRequest(2, 4.0, keep_existing=False)).curve
    assert list(curve) == sorted(curve)
    assert curve[2] <= covered[1] + 1e-6
