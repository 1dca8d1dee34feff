"""A file is what its first bytes say, read by one driver: none makes the server fetch or read others."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from socket import create_server, socket

import pytest
import rasterio
from rasterio.transform import from_origin

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.gdal_drivers import ALLOWED
from micropolis_map.sources import archives
from micropolis_map.sources.archives import MOST_ENTRIES
from micropolis_map.sources.boundaries import read_polygons
from micropolis_map.sources.elevation import MOST_CELLS, read_elevation
from micropolis_map.sources.place_files.reading import read_rows
from micropolis_map.workers.pool import READERS

SECRET = "[auth]\ncookie_secret = 'S3cr3t'\n"


@pytest.fixture
def listener() -> Iterator[socket]:
    """Somebody who hears whether an address of this machine is asked."""
    with create_server(("127.0.0.1", 0)) as one:
        one.settimeout(0)
        yield one


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process, where a test can look on."""
    monkeypatch.setattr(READERS, "run", lambda function, *arguments, limits: function(*arguments))  # noqa: ARG005 - as it is called


def hostile(folder: Path, listener: socket) -> dict[str, str]:
    """Return texts that GDAL would obey if it went by content alone."""
    secret = folder / "secrets.toml"
    secret.write_text(SECRET)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/latest/meta-data"
    raster = (
        '<VRTDataset rasterXSize="4" rasterYSize="4"><SRS>EPSG:4326</SRS>'
        "<GeoTransform>0,1,0,1,0,-1</GeoTransform>{}</VRTDataset>"
    )
    band = '<VRTRasterBand dataType="Byte" band="1"{}</VRTRasterBand>'
    raw = f' subClass="VRTRawRasterBand"><SourceFilename relativeToVRT="0">{secret}</SourceFilename>'
    fetch = (
        f'><SimpleSource><SourceFilename relativeToVRT="0">/vsicurl/{address}</SourceFilename></SimpleSource>'
    )
    features = f'<OGRVRTLayer name="a"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
    return {
        "raw": raster.format(band.format(raw + "<PixelOffset>1</PixelOffset><LineOffset>4</LineOffset>")),
        "fetch": raster.format(band.format(fetch)),
        "wms": f'<GDAL_WMS><Service name="TMS"><ServerUrl>{address}</ServerUrl></Service></GDAL_WMS>',
        "features": f"<OGRVRTDataSource>{features}</OGRVRTDataSource>",
        "sentence": f"/vsicurl/{address}",
    }


@pytest.mark.parametrize("kind", ["raw", "fetch", "wms", "features", "sentence"])
@pytest.mark.parametrize("ending", [".tif", ".tiff", ".vrt", ".asc"])
def test_a_text_that_calls_itself_a_raster_is_not_obeyed(tmp_path, listener, kind, ending):
    text = hostile(tmp_path, listener)[kind]
    plain = tmp_path / f"heights{ending}"
    plain.write_text(text)
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr("N52E021.tif", text)
    for path in (plain, tmp_path / "packed.zip"):
        with pytest.raises(UnreadableFile, match="no GeoTIFF") as caught:
            read_elevation([path])
        assert "S3cr3t" not in str(caught.value)
    with pytest.raises(BlockingIOError):  # nobody called
        listener.accept()


@pytest.mark.parametrize("kind", ["raw", "fetch", "wms", "features", "sentence"])
def test_a_text_that_calls_itself_features_is_not_obeyed(tmp_path, listener, kind):
    text = hostile(tmp_path, listener)[kind]
    for name in ("districts.gpkg", "districts.fgb", "districts.vrt"):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(UnreadableFile, match="no file of features"):
            read_polygons(path)
    with zipfile.ZipFile(tmp_path / "districts.zip", "w") as packed:
        for inner in ("districts.shp", "districts.vrt", "districts.dbf"):
            packed.writestr(inner, text)
    with pytest.raises(UnreadableFile, match="no shapefile"):
        read_polygons(tmp_path / "districts.zip")
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_database_that_is_no_geopackage_is_not_opened(tmp_path):
    path = tmp_path / "districts.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("create table a (name text)")
    database.close()
    with pytest.raises(UnreadableFile, match="no file of features"):
        read_polygons(path)
    with pytest.raises(UnreadableFile, match="cannot be read as a GeoPackage"):
        read_rows(path)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["../N52E021.hgt"], "leads out of it"),
        (["/etc/N52E021.hgt"], "leads out of it"),
        (["a\\..\\..\\N52E021.hgt"], "leads out of it"),
        (["C:N52E021.hgt"], "leads out of it"),
        ([f"{n}.txt" for n in range(MOST_ENTRIES + 1)], f"{MOST_ENTRIES + 1:,} files"),
    ],
)
def test_an_archive_is_listed_before_it_is_unpacked(tmp_path, monkeypatch, names, words):
    path = tmp_path / "heights.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name in names:
            packed.writestr(name, b"")
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    for read in (lambda: read_elevation([path]), lambda: read_polygons(path)):
        with pytest.raises(UnreadableFile, match=words):
            read()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "words"), [("N52E021.hgt", "not those of 1,201"), ("N52E021.tif", "unpacks to 90 MB")]
)
def test_what_unpacks_to_too_much_is_not_unpacked(tmp_path, monkeypatch, name, words):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, b"\0" * 90_000_000)
    monkeypatch.setattr(archives, "MOST_BYTES", 100_000_000 if name.endswith("hgt") else 80_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(UnreadableFile, match=words):
        read_elevation([path])


def test_a_locked_archive_says_so(tmp_path):
    path = tmp_path / "locked.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("N52E021.hgt", b"")
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(UnreadableFile, match="password"):
        read_elevation([path])


def test_a_raster_of_too_many_cells_is_refused_before_it_is_read(tmp_path):
    path, side = tmp_path / "wide.tif", 8_000
    assert side * side > MOST_CELLS
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=1, dtype="float64", crs="EPSG:4326",
        transform=from_origin(21, 53, 1e-4, 1e-4), sparse_ok=True, tiled=True,
    ):  # fmt: skip
        pass
    assert path.stat().st_size < 1_000_000
    with pytest.raises(InvalidInput, match="8,000 × 8,000 cells"):
        read_elevation([path])


def test_no_other_driver_is_there_than_those_asked_for():
    words = (
        "import micropolis_map, pyogrio, rasterio\n"
        "with rasterio.Env() as there: print(*pyogrio.list_drivers(), *there.drivers(), sep='\\n')"
    )
    environ = {name: value for name, value in os.environ.items() if name not in {"GDAL_SKIP", "CPL_LOG"}}
    told = subprocess.run(
        [sys.executable, "-c", words], env=environ, capture_output=True, text=True, check=True
    )
    assert set(told.stdout.splitlines()) == set(ALLOWED)
    assert told.stderr == ""
