"""Files of foreign formats are read by workers: what crashes or fills its reader leaves the server alone."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from micropolis_map.errors import Busy, InvalidInput
from micropolis_map.sources import elevation, vector_file
from micropolis_map.sources.elevation import read_elevation
from micropolis_map.sources.vector_file import read_vector
from micropolis_map.workers.pool import Limits, Workers

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork: work is done here")
SQUARE = shapely.box(7.0, 43.0, 7.1, 43.1)


def raster(path: Path, side: int = 20) -> Path:
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32"}
    where = {"crs": "EPSG:4326", "transform": from_origin(7, 44, 1 / side, 1 / side), "compress": "deflate"}
    with rasterio.open(path, "w", **profile, **where) as file:
        file.write(np.full((1, side, side), 7, np.float32))
    return path


def zipped(path: Path, *inner: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in inner:
            archive.write(one, one.name)
    return path


def file_of(kind: str, folder: Path) -> Path:
    features = gpd.GeoDataFrame({"name": ["A"]}, geometry=[SQUARE], crs="EPSG:4326")
    if kind == "tile":
        np.full((1201, 1201), 7, ">i2").tofile(folder / "N43E007.hgt")
        return folder / "N43E007.hgt"
    if kind == "raster":
        return raster(folder / "a.tif")
    if kind == "zipped raster":
        return zipped(folder / "a.zip", raster(folder / "a.tif"))
    if kind == "shapefile":
        features.to_file(folder / "a.shp")
        return zipped(folder / "a.zip", *sorted(folder.glob("a.*")))
    path = folder / f"a.{ {'geopackage': 'gpkg', 'flatgeobuf': 'fgb'}[kind] }"
    features.to_file(path)
    return path


@pytest.mark.parametrize("kind", ["tile", "raster", "zipped raster"])
def test_heights_are_read_apart(kind, tmp_path, monkeypatch):
    path = file_of(kind, tmp_path)
    assert read_elevation([path]).sample(np.array([7.5]), np.array([43.5])) == pytest.approx([7])
    monkeypatch.setattr(elevation, "READERS", Workers(at_once=0, most_waiting=0))
    with pytest.raises(Busy):
        read_elevation([path])


@pytest.mark.parametrize("kind", ["geopackage", "flatgeobuf", "shapefile"])
def test_features_are_read_apart(kind, tmp_path, monkeypatch):
    path = file_of(kind, tmp_path)
    found = read_vector(path)
    assert (found.columns["name"], found.geometry[0].equals(SQUARE)) == (["A"], True)
    monkeypatch.setattr(vector_file, "READERS", Workers(at_once=0, most_waiting=0))
    with pytest.raises(Busy):
        read_vector(path)


def test_heights_that_fill_the_memory_are_refused(tmp_path, monkeypatch):
    path = raster(tmp_path / "a.tif", side=7_000)
    assert path.stat().st_size < 1_000_000
    monkeypatch.setattr(elevation, "FILE", Limits(memory_mb=150, seconds=60))
    with pytest.raises(InvalidInput):
        read_elevation([path])


def test_voids_are_filled_apart_and_their_memory_counts(tmp_path, monkeypatch):
    """One height and 16 million voids are 200 kB; to fill them takes half a gigabyte."""
    side = 4_000
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1, "dtype": "float32"}
    where = {"crs": "EPSG:4326", "transform": from_origin(7, 44, 1 / side, 1 / side), "nodata": -9999}
    heights = np.full((1, side, side), -9999, np.float32)
    heights[0, 0, 0] = 7
    with rasterio.open(tmp_path / "a.tif", "w", **profile, **where, compress="deflate") as file:
        file.write(heights)
    monkeypatch.setattr(elevation, "FILE", Limits(memory_mb=350, seconds=60))
    with pytest.raises(InvalidInput, match="350 MB"):
        read_elevation([tmp_path / "a.tif"])


def test_an_archive_of_many_rasters_is_one_file(tmp_path, monkeypatch):
    parts = [raster(tmp_path / f"{letter}.tif") for letter in "abc"]
    path = zipped(tmp_path / "a.zip", *parts)
    monkeypatch.setattr(elevation, "MOST_CELLS", 3 * 400)
    assert len(elevation._whole_rasters(path)) == 3  # here: a worker has its own number
    monkeypatch.setattr(elevation, "MOST_CELLS", 3 * 400 - 1)
    with pytest.raises(InvalidInput, match="1,200 cells in all"):
        elevation._whole_rasters(path)


def test_many_files_of_heights_are_counted_together(tmp_path, monkeypatch):
    parts = [raster(tmp_path / f"{letter}.tif") for letter in "abc"]
    monkeypatch.setattr(elevation, "MOST_CELLS_IN_ALL", 2 * 400)
    assert len(read_elevation(parts[:2]).tiles) == 2
    with pytest.raises(InvalidInput, match="up to c"):
        read_elevation(parts)
