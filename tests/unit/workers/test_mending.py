"""Areas of files that cross themselves: mended apart, whatever kind of file they come with."""

from __future__ import annotations

import json
import math
import os

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.analysis import squares
from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.errors import Busy, InvalidInput
from micropolis_map.sources import osm_coastline
from micropolis_map.sources.boundaries import read_polygons
from micropolis_map.sources.osm_file import read_osm
from micropolis_map.sources.osm_geometry import areas_of
from micropolis_map.sources.population import read_population
from micropolis_map.workers import mending
from micropolis_map.workers.mending import valid_areas
from micropolis_map.workers.pool import Limits, Workers

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork: work is done here")


def star(corners: int) -> list[list[float]]:
    """A ring that crosses itself about corners²/2 times."""
    turn = 2 * math.pi * (corners // 2) / corners
    ring = [[15 + 0.004 * math.cos(k * turn), 55 + 0.002 * math.sin(k * turn)] for k in range(corners)]
    return [*ring, ring[0]]


BOW_TIE = [[15.0, 55.0], [15.002, 55.001], [15.002, 55.0], [15.0, 55.001], [15.0, 55.0]]


def boundary(folder, ring):
    path = folder / "a.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    return read_polygons(path).geometries


def districts(folder, ring):
    """Several, of which one crosses itself, in a file that names no coordinate system."""
    path = folder / "a.geojson"
    square = shapely.geometry.mapping(shapely.box(15, 55, 15.1, 55.1))
    crossing = {"type": "MultiPolygon", "coordinates": [[ring]]}
    features = [{"type": "Feature", "properties": {}, "geometry": one} for one in (square, crossing)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return read_polygons(path).geometries


def population(folder, ring):
    path = folder / "a.geojson"
    feature = {"type": "Feature", "properties": {"population": 7}}
    path.write_text(json.dumps({**feature, "geometry": {"type": "Polygon", "coordinates": [ring]}}))
    return read_population(path).geometry


def extract(folder, ring, tags) -> OsmExtract:
    nodes = [f"<node id='{k}' lon='{lon}' lat='{lat}'/>" for k, (lon, lat) in enumerate(ring[:-1], 1)]
    refs = [f"<nd ref='{k}'/>" for k in [*range(1, len(ring)), 1]]
    said = "".join(f"<tag k='{key}' v='{value}'/>" for key, value in tags.items())
    path = folder / "a.osm"
    path.write_text(f"<osm>{''.join(nodes)}<way id='1'>{''.join(refs)}{said}</way></osm>")
    return read_osm(path)


def building(folder, ring):
    return areas_of(extract(folder, ring, {"building": "yes"}), lambda tags: "building" in tags).geometry


def square(folder, ring):
    town = extract(folder, ring, {"highway": "pedestrian", "area": "yes"})
    found = squares.squares(town, [0], 2026)
    assert len(found) == 1
    return [squares.sight_lines(one, town) for one in found]


def coast(_, ring):
    line = shapely.linestrings(np.array(ring) * 1e5)
    return osm_coastline.sea_of(
        np.array([line]), tuple((shapely.bounds(line) + np.array([-9, -9, 9, 9])).tolist())
    )


WAYS_IN = (boundary, districts, population, building, square, coast)


@pytest.mark.parametrize("way_in", WAYS_IN)
def test_what_crosses_itself_is_worked_on_apart(way_in, tmp_path, monkeypatch):
    assert len(way_in(tmp_path, BOW_TIE)) >= 1
    closed = Workers(at_once=0, most_waiting=0)
    monkeypatch.setattr(mending, "READERS", closed)
    monkeypatch.setattr(osm_coastline, "READERS", closed)
    with pytest.raises(Busy):
        way_in(tmp_path, BOW_TIE)


@pytest.mark.parametrize("method", ["structure", "linework"])
def test_a_scribble_is_refused_and_the_next_area_mended(method, monkeypatch):
    monkeypatch.setattr(mending, "FILE", Limits(seconds=1))
    with pytest.raises(InvalidInput, match="1 seconds of work"):
        valid_areas([shapely.Polygon(star(1_001))], method)
    assert valid_areas([shapely.Polygon(BOW_TIE)], method)[0].is_valid


@given(st.lists(st.sampled_from(["bow tie", "square", "none", "line"]), max_size=6), st.booleans())
def test_each_area_stays_in_its_row(kinds, structure):
    of = {
        "bow tie": shapely.Polygon(BOW_TIE),
        "square": shapely.box(1, 1, 2, 2),
        "none": None,
        "line": shapely.LineString([[0, 0], [1, 1]]),
    }
    found = valid_areas([of[kind] for kind in kinds], "structure" if structure else "linework")
    for kind, one in zip(kinds, found, strict=True):
        if kind == "bow tie":
            assert one.is_valid
            assert one.area == pytest.approx(0.002 * 0.001 / 2)
        else:
            assert one is of[kind]
