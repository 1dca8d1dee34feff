"""Cagliari from a recorded Overpass answer and a recorded Nominatim answer.

Data: ``cagliari/`` of the real data (© OpenStreetMap contributors); OSMnx's ``drive`` network, no footways.
"""

from __future__ import annotations

import json

import pytest

from micropolis_map import cli


def test_recorded_answers_make_a_community(test_data, tmp_path, capsys):
    folder = test_data / "cagliari"
    words = [
        *("load", "cagliari", "--data", tmp_path, "--json"),
        *("--osm", folder / "overpass_drive_cagliari_2026-05-15.json"),
        *("--osm", folder / "overpass_features_cagliari_2026-02-03.json"),
        *("--boundary", folder / "nominatim_cagliari_italy.json"),
    ]
    code = cli.main([str(word) for word in words])
    out, err = capsys.readouterr()
    assert code == 0, err
    report = json.loads(out)
    assert report["length_km"] == pytest.approx(662.8, rel=0.01)
    assert report["steps"] == 0
    assert report["largest_component_share"] > 0.9
    assert any("relation 39837" in note for note in report["notes"])
    assert cli.main(["coverage", "cagliari", "--data", str(tmp_path), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["spots"] >= 22  # 17 libraries, 5 community centres, and more
    shares = list(figures["total"]["share_within"].values())
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1 - figures["total"]["unreachable_share"] + 1e-9


def test_a_network_alone_has_homes_and_says_what_they_rest_on(test_data, tmp_path, capsys):
    folder = test_data / "cagliari"
    osm, boundary = (
        folder / "overpass_drive_cagliari_2026-05-15.json",
        folder / "nominatim_cagliari_italy.json",
    )
    words = ["load", "cagliari", "--data", tmp_path, "--json", "--osm", osm, "--boundary", boundary]
    assert cli.main([str(word) for word in words]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["homes"] > 0
    assert report["population_source"].startswith("estimated from")
    assert "residential streets" in report["population_source"]
