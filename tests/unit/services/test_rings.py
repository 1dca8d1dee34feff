"""Outer rings run counter-clockwise and holes clockwise in every GeoJSON we write (RFC 7946, 3.1.6)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tiny_town import BLOCK_LAT, BLOCK_LON, LAT, LON, write_town

from micropolis_map import cli

SQUARE = [(-1, -1), (-1, 9), (7, 9), (7, -1), (-1, -1)]
HOLE = [(2.2, 2.2), (2.8, 2.2), (2.8, 2.8), (2.2, 2.8), (2.2, 2.2)]


def ring(corners: list[tuple[float, float]]) -> list[list[float]]:
    return [[LON + x * BLOCK_LON, LAT + y * BLOCK_LAT] for x, y in corners]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A town whose boundary and districts are given the wrong way round, and all it was asked for."""
    folder = tmp_path_factory.mktemp("rings")
    town = {"type": "Polygon", "coordinates": [ring(SQUARE), ring(HOLE)]}
    feature = {"type": "Feature", "properties": {"name": "All"}, "geometry": town}
    for name in ("boundary", "districts"):
        (folder / f"{name}.geojson").write_text(json.dumps(feature))
    write_town(folder)
    files = ("--osm", folder / "town.osm", "--boundary", folder / "boundary.geojson")
    at = f"{LON + 3 * BLOCK_LON},{LAT + 3 * BLOCK_LAT}"
    for words in (
        ("load", "tiny", *files, "--districts", folder / "districts.geojson"),
        ("isochrone", "tiny", "--from", at, "--minutes", "2,6", "--out", folder / "isochrone.geojson"),
        ("coverage", "tiny", "--by", "district", "--out", folder / "by-district.geojson"),
        ("coverage", "tiny", "--by", "hex", "--out", folder / "by-hex.geojson"),
    ):
        assert cli.main([*map(str, words), "--data", str(folder / "data")]) == 0
    return folder


def polygons(geometry: dict[str, Any]) -> Iterator[list[list[list[float]]]]:
    if geometry["type"] == "Polygon":
        yield geometry["coordinates"]
    elif geometry["type"] == "MultiPolygon":
        yield from geometry["coordinates"]
    for part in geometry.get("geometries", ()):
        yield from polygons(part)


def signed_area(corners: list[list[float]]) -> float:
    """Shoelace: positive where the ring runs counter-clockwise."""
    x0, y0 = corners[0]
    return sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in pairwise(corners)) / 2


def wrong_rings(path: Path) -> tuple[int, int]:
    """Return how many rings a file has, and how many of them run the wrong way."""
    count = wrong = 0
    for feature in json.loads(path.read_text())["features"]:
        for outer, *holes in polygons(feature["geometry"] or {"type": ""}):
            count += 1 + len(holes)
            wrong += (signed_area(outer) <= 0) + sum(signed_area(hole) >= 0 for hole in holes)
    return count, wrong


def test_every_ring_of_every_file_runs_the_right_way(folder):
    found = {path.name: wrong_rings(path) for path in folder.rglob("data/**/*.geojson")}
    written = {name: wrong_rings(folder / name) for name in (
        "isochrone.geojson", "by-district.geojson", "by-hex.geojson",
    )}  # fmt: skip
    for name, (count, wrong) in {**found, **written}.items():
        assert wrong == 0, (name, count, wrong)
    assert {name for name, (count, _) in found.items() if count} >= {
        "boundary.geojson", "districts.geojson", "known_area.geojson",
    }  # fmt: skip
    assert all(count for count, _ in written.values())
    assert found["boundary.geojson"][0] == 2  # with its hole


def test_the_test_sees_a_ring_that_runs_the_wrong_way(folder):
    assert wrong_rings_of_input(folder) == (2, 2)


def wrong_rings_of_input(folder: Path) -> tuple[int, int]:
    feature = json.loads((folder / "boundary.geojson").read_text())
    path = folder / "as-given.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return wrong_rings(path)
