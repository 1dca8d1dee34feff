"""Page, command, report and downloads give the same figures: coverage and new places of the demo town."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from pdf_reading import pages

from micropolis_map.cli import main
from micropolis_map.services.coverage_downloads import coverage_file, siting_file
from micropolis_map.services.coverage_result import CoverageRequest
from micropolis_map.services.coverage_view import coverage_view
from micropolis_map.services.kept_figures import coverage_figures, siting_figures
from micropolis_map.services.reporting import coverage_report
from micropolis_map.services.reporting_siting import siting_report
from micropolis_map.services.siting import propose_sites
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.services.source_words import said
from micropolis_map.services.speech import Speech
from micropolis_map.ui.components.district_table import district_frame

WHO = "wheelchair"
SITING = SitingRequest(2, 5.0, WHO)


@pytest.fixture(scope="module")
def view(town):
    return coverage_view(town, "demo", CoverageRequest(WHO))


@pytest.fixture(scope="module")
def proposal(town):
    return propose_sites(town, "demo", SITING)


def command(town, capsys, *words: str):
    assert main([*words, "--data", str(town.settings.data), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def text_of(pdf: bytes) -> str:
    """The report's words; a hard space between them is a space."""
    return re.sub(r"\s+", " ", " ".join(pages(pdf)).replace("\u00a0", " "))


def written(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("lang", ["en", "pl", "uk"])
def test_the_report_says_what_the_command_says(town, view, capsys, lang):
    told = command(town, capsys, "coverage", "demo", "--profile", WHO, "--all")
    report, speech = text_of(coverage_report(town, "demo", CoverageRequest(WHO), lang)), Speech(lang)
    total = told["total"]
    assert view.result.total.share_within[15.0] == total["share_within"]["15"]
    for share in (*total["share_within"].values(), total["share_within_certain"]["15"]):
        assert written(speech.share(share)) in report
    assert written(speech.walk(total["median_s"])) in report
    assert written(speech.walk(total["p90_s"])) in report
    assert written(speech.count(total["people_beyond"])) in report
    for row in told["districts"]:
        assert row["district"] in report
        assert written(speech.count(row["people_beyond"])) in report
        assert written(speech.share(row["share_within"]["15"])) in report
    for profile in told["profiles"]:
        assert written(speech.fixed(profile["fairness"]["gini"], 2)) in report
        assert written(speech.share(profile["fairness"]["choice_share"])) in report
    assert told["build_id"] in report
    edge = view.result.near_end_words
    assert edge in told["notes"]
    assert written(said(edge, speech)) in report


def test_the_page_s_table_says_what_the_command_says(town, view, capsys):
    told = command(town, capsys, "coverage", "demo", "--profile", WHO)
    table = district_frame(view.result)
    names = [row["district"] for row in told["districts"]]
    assert sorted(table.iloc[1:, 0]) == sorted(names)
    for row in told["districts"]:
        shown = table[table.iloc[:, 0] == row["district"]].iloc[0]
        assert shown["15 min, %"] == round(row["share_within"]["15"] * 100, 1)
        assert shown["Median, min"] == round(row["median_s"] / 60, 1)


def test_every_download_says_what_the_command_says(town, view, capsys, tmp_path):
    import geopandas as gpd

    told = {
        row["district"]: row
        for row in command(town, capsys, "coverage", "demo", "--profile", WHO)["districts"]
    }
    tables = {}
    for ending in (".csv", ".geojson", ".gpkg", ".parquet"):
        content = coverage_file(town, "demo", CoverageRequest(WHO), "district", ending)
        (tmp_path / f"d{ending}").write_bytes(content)
        tables[ending] = content
    rows = {".csv": list(csv.DictReader(io.StringIO(tables[".csv"].decode())))}
    rows[".geojson"] = [f["properties"] for f in json.loads(tables[".geojson"])["features"]]
    rows[".gpkg"] = gpd.read_file(tmp_path / "d.gpkg").to_dict("records")
    rows[".parquet"] = gpd.read_parquet(tmp_path / "d.parquet").to_dict("records")
    for found in rows.values():
        assert {row["district"] for row in found} == set(told)
        for row in found:
            same = told[row["district"]]
            assert float(row["population"]) == pytest.approx(same["population"])
            assert float(row["share_within_15"]) == pytest.approx(same["share_within"]["15"])
            assert float(row["share_within_certain_15"]) == pytest.approx(same["share_within_certain"]["15"])
            assert float(row["median_s"]) == pytest.approx(same["median_s"])
            assert row["build_id"] == view.result.build_id
            assert row["licence"] == "CC0-1.0"
    assert json.loads(tables[".geojson"])["micropolis"]["profile"] == WHO


@pytest.mark.parametrize(
    ("by", "endings"), [("hex", (".csv", ".geojson")), ("street", (".geojson", ".gpkg"))]
)
def test_no_download_has_a_row_for_a_home(town, view, by, endings):
    for ending in endings:
        content = coverage_file(town, "demo", CoverageRequest(WHO), by, ending)
        assert content
        for home in view.result.origins.id[:50]:
            assert f'"{home}"'.encode() not in content


def test_hexagons_add_up_to_everybody(town, view):
    rows = csv.DictReader(
        io.StringIO(coverage_file(town, "demo", CoverageRequest(WHO), "hex", ".csv").decode())
    )
    people = near = 0.0
    for row in rows:
        people += float(row["population"])
        near += float(row["population"]) * float(row["share_within_15"])
    assert people == pytest.approx(view.result.total.population)
    assert near / people == pytest.approx(view.result.total.share_within[15.0])


@pytest.mark.parametrize("lang", ["en", "da", "it"])
def test_the_siting_report_says_what_the_command_says(town, proposal, capsys, lang):
    told = command(town, capsys, "site", "demo", "--new", "2", "--minutes", "5", "--profile", WHO)
    report, speech = text_of(siting_report(town, "demo", SITING, lang)), Speech(lang)
    assert told["near_data_end"] == proposal.near_end > 0
    assert written(said(proposal.near_end_words, speech)) in report
    gained = told["covered_after"] - told["covered_before"]
    assert gained == pytest.approx(proposal.plan.gained)
    assert written(speech.count(gained)) in report
    for covered in (told["covered_before"], told["covered_after"]):
        assert written(speech.share(covered / told["population"])) in report
    for number, site in enumerate(told["sites"], start=1):
        assert f"{site['lat']:.6f}, {site['lon']:.6f}" in report
        assert written(speech.count(site["gained_population"])) in report
        assert str(number) in report


def test_sites_are_the_same_in_every_download(town, proposal, capsys):
    told = command(town, capsys, "site", "demo", "--new", "2", "--minutes", "5", "--profile", WHO)["sites"]
    rows = list(csv.DictReader(io.StringIO(siting_file(town, proposal, proposal.plan, ".csv").decode())))
    features = json.loads(siting_file(town, proposal, proposal.plan, ".geojson"))["features"]
    for n, site in enumerate(told):
        for row in (rows[n], features[n]["properties"]):
            assert float(row["lon"]) == site["lon"]
            assert float(row["gained_population"]) == pytest.approx(site["gained_population"])
            assert row["district"] == site["district"]


def test_kept_figures_are_the_same(view, proposal):
    kept = coverage_figures(view.result)
    assert kept["share_within_15"] == view.result.total.share_within[15.0]
    assert kept["worst_district"] == view.result.lived_districts[0].name
    assert siting_figures(proposal.plan)["gained"] == proposal.plan.gained
