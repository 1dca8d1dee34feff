"""GDAL's OAPIF driver reads a real server: what QGIS, ogr2ogr and geopandas do."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import gdal_elsewhere
import pytest
from gdal_elsewhere import elsewhere
from needs import missing
from pyogrio.errors import FeatureError

from micropolis_map.domain.place_geojson import feature_to_place, read_features

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def public():
    text = (ROOT / "data" / "places.geojson").read_text(encoding="utf-8")
    return [feature_to_place(feature) for feature in read_features(text, "places.geojson")[0]]


@pytest.fixture(scope="module")
def there():
    with elsewhere() as call:
        yield call


@pytest.fixture(scope="module")
def source(tmp_path_factory, there):
    """The address GDAL opens, of a server with the bundled communities but the one it would have to load."""
    if "OAPIF" not in there(gdal_elsewhere.drivers):
        missing("oapif", "GDAL was built without the driver OAPIF")
    folder = tmp_path_factory.mktemp("gdal")
    without = shutil.ignore_patterns("built", "cache", "demo", "*.sqlite*")
    shutil.copytree(ROOT / "data", folder / "data", ignore=without)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = os.environ | {"MICROPOLIS_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.headless=true"]
    command += [f"--server.port={port}", "--server.address=127.0.0.1", "--browser.gatherUsageStats=false"]
    address = f"http://127.0.0.1:{port}/ogc"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log)
        try:
            _wait_for(f"{address}/conformance", process, folder / "log")
            yield f"OAPIF:{address}"
        finally:
            process.terminate()
            process.wait(60)


def _wait_for(address, process, log):
    deadline = time.monotonic() + 300
    while True:
        try:
            urllib.request.urlopen(address, timeout=60).close()
        except urllib.error.HTTPError as answer:
            pytest.fail(f"{address} answers {answer.code}")
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                pytest.fail(log.read_text())
            time.sleep(0.2)
        else:
            return


@pytest.fixture(scope="module")
def read(there):
    return lambda source, layer="places", **options: there(gdal_elsewhere.read, source, layer, **options)


def test_the_layers_are_our_collections(source, there):
    assert there(gdal_elsewhere.layers, source) == ["places", "tours", "districts", "activity_spots"]


def test_places_come_whole_with_any_size_of_page(source, public, read, there):
    for size in ("1000", "100", "7"):
        found = read(source, PAGE_SIZE=size)
        assert sorted(found["id"]) == sorted(place.id for place in public)
    assert found.crs.to_epsg() == 4326
    said = there(gdal_elsewhere.info, source, "places")
    assert said["features"] == len(public)
    titles = dict(zip(found["id"], found["title"], strict=True))
    assert all(titles[place.id] in place.name.values() for place in public)
    kinds = {place.geometry["type"] for place in public}
    assert set(found.geom_type) == kinds
    assert len(kinds) == 1 or said["geometry_type"] == "Unknown"


def test_gdal_lets_the_server_filter(source, public, read):
    natural = [place.id for place in public if place.kind == "natural"]
    assert sorted(read(source, where="kind = 'natural'")["id"]) == sorted(natural)
    cagliari = [place.id for place in public if place.community == "cagliari"]
    assert sorted(read(source, bbox=(8.9, 39.0, 9.4, 39.4))["id"]) == sorted(cagliari)
    both = read(source, where="kind = 'natural' AND community = 'cagliari'")
    assert set(both["id"]) == set(natural) & set(cagliari)
    assert read(source, where=f"id = '{natural[0]}'")["id"].tolist() == natural[:1]
    newest = max(place.updated for place in public)
    last = {place.id for place in public if place.updated == newest}
    assert set(read(source, where=f"updated >= '{newest}'")["id"]) == last
    assert set(read(source, DATETIME=f"{newest}/..")["id"]) == last
    oldest = min(place.updated for place in public)
    first = {place.id for place in public if place.updated == oldest}
    assert set(read(source, where=f"updated <= '{oldest}'")["id"]) == first
    # GDAL writes a moment without a time as 2026-01-01T
    day = read(source, where=f"updated >= '{newest[:10]}'")
    assert set(day["id"]) == {place.id for place in public if place.updated >= newest[:10]}


def test_gdal_says_what_the_server_says(source, read):
    with pytest.raises(FeatureError, match="datetime is 'yesterday'; write a date-time as"):
        read(source, DATETIME="yesterday")


def test_tours_districts_and_spots_come_too(source, public, read):
    tours = read(source, "tours")
    assert set(tours.geom_type) == {"LineString"}
    assert read(source, "tours", where="loop = 1")["loop"].all()
    districts = read(source, "districts")
    assert set(districts.geom_type) <= {"Polygon", "MultiPolygon"}
    assert set(read(source, "districts", where="community = 'wawer'")["community"]) == {"wawer"}
    spots = read(source, "activity_spots")
    pinned = {place.id for place in public if place.activity and place.community != "demo"}
    assert set(spots["id"]) == pinned


def test_one_collection_opens_by_its_own_address_and_in_a_language(source, read):
    districts = read(f"{source}/collections/districts", None)
    assert districts["name"].is_unique
    danish = read(f"{source}?lang=da", "tours")
    english = read(source, "tours")
    assert sorted(danish["id"]) == sorted(english["id"])
    assert sorted(danish["title"]) != sorted(english["title"])
