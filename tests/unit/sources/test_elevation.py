"""Heights: bilinear, voids filled and counted, any raster, any coordinate system."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from look_alikes.heights import VOIDS
from rasterio.transform import from_origin

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.sources.elevation import read_elevation

FindFile = Callable[[str], Path]


def plane(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    return 100 + 2.0 * column + 3.0 * row


def write_tile(folder: Path, name: str, height: np.ndarray) -> Path:
    path = folder / name
    path.write_bytes(height.astype(">i2").tobytes())
    return path


def test_an_srtm_tile_is_exact_on_a_plane(tmp_path: Path) -> None:
    row, column = np.mgrid[0:1201, 0:1201]
    elevation = read_elevation([write_tile(tmp_path, "S02W003.hgt", plane(column, row))])
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-3, -2, 500), rng.uniform(-2, -1, 500)
    expected = plane((lon + 3) * 1200, (-1 - lat) * 1200)
    assert elevation.sample(lon, lat) == pytest.approx(expected, abs=1e-3)
    assert elevation.voids == 0


def test_corners_are_in_and_beyond_is_nan(tmp_path: Path) -> None:
    elevation = read_elevation([write_tile(tmp_path, "N10E020.hgt", np.full((1201, 1201), 7))])
    inside = elevation.sample(np.array([20.0, 21.0, 20.0, 21.0]), np.array([10.0, 11.0, 11.0, 10.0]))
    assert inside.tolist() == [7, 7, 7, 7]
    outside = elevation.sample(np.array([19.9, 21.1, 20.5, 20.5]), np.array([10.5, 10.5, 9.9, 11.1]))
    assert np.isnan(outside).all()


def test_voids_on_a_plane_are_filled_with_the_plane(tmp_path: Path) -> None:
    row, column = np.mgrid[0:1201, 0:1201]
    height = plane(column, row)
    height[500:505, 600:603] = -32768
    elevation = read_elevation([write_tile(tmp_path, "N00E000.hgt", height)])
    assert (elevation.voids, elevation.filled) == (15, 15)
    assert "15 cells" in elevation.notes[0]
    middle = elevation.sample(np.array([601 / 1200]), np.array([1 - 502 / 1200]))
    assert middle == pytest.approx(plane(np.array([601]), np.array([502])), abs=0.01)


def test_a_void_corner_gets_the_nearest_height(tmp_path: Path) -> None:
    height = np.full((1201, 1201), -32768)
    height[0, 0] = 50
    elevation = read_elevation([write_tile(tmp_path, "N00E000.hgt", height)])
    assert elevation.filled == 1201 * 1201 - 1
    assert elevation.sample(np.array([0.9]), np.array([0.1])).tolist() == [50]


def write_geotiff(path: Path, height: np.ndarray, crs: str, west: float, north: float, step: float) -> Path:
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "nodata": -1.0}
    transform = from_origin(west, north, step, step)
    with rasterio.open(
        path, "w", height=height.shape[0], width=height.shape[1], crs=crs, transform=transform, **profile
    ) as out:
        out.write(height.astype(np.float32), 1)
    return path


def test_a_projected_geotiff_is_asked_in_its_own_system(tmp_path: Path) -> None:
    row, column = np.mgrid[0:50, 0:60]
    path = write_geotiff(tmp_path / "utm.tif", plane(column, row), "EPSG:32632", 500_000, 5_540_000, 10)
    elevation = read_elevation([path])
    from pyproj import Transformer

    east, north = np.array([500_105.0, 500_305.0]), np.array([5_539_895.0, 5_539_700.0])
    lon, lat = Transformer.from_crs("EPSG:32632", "EPSG:4326", always_xy=True).transform(east, north)
    expected = plane((east - 500_005) / 10, (5_539_995 - north) / 10)
    assert elevation.sample(lon, lat) == pytest.approx(expected, abs=1e-3)


def test_nodata_counts_as_void(tmp_path: Path) -> None:
    height = np.full((5, 5), 20.0)
    height[2, 2] = -1
    elevation = read_elevation([write_geotiff(tmp_path / "a.tif", height, "EPSG:4326", 0, 1, 0.1)])
    assert elevation.voids == 1
    assert elevation.sample(np.array([0.25]), np.array([0.75])).tolist() == [20]


def test_several_tiles_each_answer_for_their_own(test_data: Path) -> None:
    monaco, andorra = test_data / "monaco" / "N43E007.hgt.zip", test_data / "andorra" / "N42E001.hgt.zip"
    elevation = read_elevation([monaco, andorra])
    height = elevation.sample(np.array([7.4197, 1.52, 5.0]), np.array([43.7384, 42.507, 45.0]))
    assert 20 < height[0] < 130
    assert 950 < height[1] < 1150
    assert np.isnan(height[2])
    assert elevation.voids == elevation.filled == 7652 + 1595


def test_points_of_no_tile_have_no_height_and_voids_are_counted_in_all(data_file: FindFile) -> None:
    tiles = [data_file(f"look-alikes/{name}.hgt.zip") for name in ("N55E017", "S02W003")]
    both = read_elevation(tiles)
    lon, lat = np.array([17.2, 17.9, -2.3, 10.0]), np.array([55.7, 55.1, -1.4, 10.0])
    apart = [read_elevation([tile]).sample(lon, lat) for tile in tiles]
    assert np.isnan(apart[0]).tolist() == [False, False, True, True]
    assert both.sample(lon, lat).tolist()[:3] == [*apart[0][:2], apart[1][2]]
    assert np.isnan(both.sample(lon, lat)[3])
    assert both.voids == both.filled == 2 * VOIDS


def test_a_tile_and_a_geotiff_of_the_same_ground_are_as_high(data_file: FindFile) -> None:
    tile, geotiff = (read_elevation([data_file(f"look-alikes/N55E017.{e}")]) for e in ("hgt.zip", "tif"))
    lon, lat = np.random.default_rng(2).uniform((17, 55), (18, 56), (2000, 2)).T
    height = tile.sample(lon, lat)
    assert height.max() - height.min() > 100
    assert geotiff.sample(lon, lat) == pytest.approx(height, abs=1e-3)
    assert geotiff.voids == tile.voids == VOIDS


@pytest.mark.parametrize("name", ["look-alikes/N55E017", "andorra/N42E001"])
def test_a_tile_agrees_with_gdal(data_file: FindFile, name: str) -> None:
    archive = data_file(f"{name}.hgt.zip").resolve()
    with rasterio.open(f"/vsizip/{archive}/{archive.stem}") as raster:
        band = raster.read(1)
        rows, columns = np.random.default_rng(1).integers(0, 1201, (2, 500))
        lon, lat = raster.xy(rows, columns)
    ours = read_elevation([archive]).sample(np.array(lon), np.array(lat))
    real = band[rows, columns] != -32768
    assert ours[real] == pytest.approx(band[rows, columns][real], abs=0.01)
    assert not np.isnan(ours).any()


def test_wrong_files_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "N00E000.hgt").write_bytes(b"\0" * 100)
    (tmp_path / "tile.hgt").write_bytes(b"\0" * (1201 * 1201 * 2))
    (tmp_path / "a.tif").write_bytes(b"no raster")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "no heights")
    for name in ("N00E000.hgt", "tile.hgt", "a.tif", "a.zip", "missing.tif"):
        with pytest.raises(UnreadableFile, match=name.split(".", maxsplit=1)[0]):
            read_elevation([tmp_path / name])
    with pytest.raises(InvalidInput):
        read_elevation([])


def test_nothing_but_voids_is_refused(tmp_path: Path) -> None:
    path = write_tile(tmp_path, "N00E000.hgt", np.full((1201, 1201), -32768))
    with pytest.raises(InvalidInput, match="only voids"):
        read_elevation([path])


METRES = np.array([[120.5, 130.0, 140.5], [121.0, 131.5, 141.0], [122.0, 132.0, 142.5]])
WHERE = {"crs": "EPSG:32632", "transform": from_origin(500_000, 5_540_000, 100, 100)}


def write_scaled(path: Path, scale: float, offset: float, unit: str = "") -> Path:
    raw = np.rint((METRES - offset) / scale).astype(np.int32)
    raw[0, 0] = -9999
    profile = {"driver": "GTiff", "count": 1, "dtype": "int32", "nodata": -9999, "height": 3, "width": 3}
    with rasterio.open(path, "w", **profile, **WHERE) as out:
        out.write(raw, 1)
        out.scales, out.offsets = [scale], [offset]
        if unit:
            out.units = [unit]
    return path


def heights_of(*paths: Path) -> np.ndarray:
    (tile,) = read_elevation(paths).tiles
    return tile.height_m.astype(np.float64)


@pytest.mark.parametrize(
    ("scale", "offset", "unit", "factor"),
    [(0.1, 0.0, "", 1), (0.5, -100.0, "", 1), (1.0, 0.0, "ft", 0.3048), (0.5, 20.0, "cm", 0.01)],
)
def test_scale_offset_and_unit_of_the_band_are_applied(tmp_path, scale, offset, unit, factor):
    path = write_scaled(tmp_path / "scaled.tif", scale, offset, unit)
    expected = METRES.copy()
    expected[0, 0] = (130.0 + 121.0) / 2  # a void is one whatever its raw number says
    if scale == 1.0:
        expected = np.rint(METRES)
        expected[0, 0] = (130 + 121) / 2
    assert heights_of(path) == pytest.approx(expected * factor, abs=0.011)


@pytest.mark.parametrize(
    ("unit", "metres"),
    [
        *[("US_survey_foot", 1200 / 3937), ("Feet (US)", 1200 / 3937), ("foot", 0.3048)],
        *[("centimetres", 0.01), ("decimeter", 0.1), ("Meters", 1.0), ("m a.s.l.", 1.0)],
    ],
)
def test_units_in_every_spelling(tmp_path, unit, metres):
    path = write_scaled(tmp_path / "units.tif", 1.0, 0.0, unit)
    assert heights_of(path)[1, 1] == pytest.approx(np.rint(METRES)[1, 1] * metres, abs=0.001)


def test_values_in_what_is_no_unit_of_height_are_refused_by_name(tmp_path):
    path = write_scaled(tmp_path / "warm.tif", 1.0, 0.0, "degC")
    with pytest.raises(InvalidInput, match=r"warm.tif says that its values are in 'degC'.*metres or feet"):
        read_elevation([path])


@pytest.mark.parametrize("before", ["\ufeff", "\n", "  \r\n"])
def test_a_grid_may_begin_with_a_byte_order_mark_or_blanks(tmp_path, before):
    plain = write_grid(tmp_path / "plain.asc")
    plain.with_suffix(".prj").write_text(WKT)
    odd = tmp_path / "odd.asc"
    odd.write_text(before + plain.read_text(), encoding="utf-8")
    odd.with_suffix(".prj").write_text(plain.with_suffix(".prj").read_text())
    assert heights_of(odd).tolist() == heights_of(plain).tolist()


@pytest.mark.parametrize("picture", ["bands", "palette"])
def test_a_picture_is_no_heights(tmp_path, picture):
    path, bands = tmp_path / "picture.tif", 3 if picture == "bands" else 1
    profile = {"driver": "GTiff", "count": bands, "dtype": "uint8", "height": 3, "width": 3}
    with rasterio.open(path, "w", **profile, **WHERE) as out:
        out.write(np.full((bands, 3, 3), 77, np.uint8))
        if picture == "palette":
            out.write_colormap(1, {77: (1, 2, 3, 255)})
    with pytest.raises(InvalidInput, match=rf"picture\.tif is a picture .*{bands} bands.*one band"):
        read_elevation([path])


def write_grid(path: Path, head: str = "ncols 3\nnrows 3\n") -> Path:
    rest = "xllcorner 500000\nyllcorner 5539700\ncellsize 100\nNODATA_value -9999\n"
    rows = "\n".join(" ".join(f"{height:.1f}" for height in row) for row in METRES)
    path.write_text(f"{head}{rest}{rows}\n")
    return path


WKT = rasterio.crs.CRS.from_epsg(32632).to_wkt(version="WKT1_ESRI")


@pytest.mark.parametrize("given", ["beside", "among", "packed", "zipped", "packed and among"])
def test_a_grid_is_where_its_prj_says(tmp_path, given):
    grid, system = write_grid(tmp_path / "DTM_5.asc", "NCOLS 3\nNROWS 3\n"), tmp_path / "DTM_5.prj"
    paths = [grid]
    if "packed" in given:
        paths = [tmp_path / "DTM_5.asc.gz"]
        paths[0].write_bytes(gzip.compress(grid.read_bytes()))
    if "among" in given:
        (tmp_path / "elsewhere").mkdir()
        system = tmp_path / "elsewhere" / "dtm_5.PRJ"
        paths.append(system)
    system.write_text(WKT)
    if given == "zipped":
        paths = [tmp_path / "all.zip"]
        with zipfile.ZipFile(paths[0], "w") as archive:
            archive.write(grid, "a/DTM_5.asc")
            archive.write(system, "a/DTM_5.prj")
    elevation = read_elevation(paths)
    geotiff = tmp_path / "same.tif"
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "height": 3, "width": 3}
    with rasterio.open(geotiff, "w", **profile, **WHERE) as out:
        out.write(METRES.astype(np.float32), 1)
    lon, lat = np.array([9.001, 9.002, 9.003]), np.array([50.0105, 50.0095, 50.0102])
    assert elevation.sample(lon, lat) == pytest.approx(
        read_elevation([geotiff]).sample(lon, lat), nan_ok=True
    )
    assert np.isfinite(elevation.sample(lon, lat)).any()


@pytest.mark.parametrize("prj", [None, "no such thing"])
def test_a_grid_without_a_system_is_refused(tmp_path, prj):
    grid = write_grid(tmp_path / "dtm.asc")
    if prj:
        (tmp_path / "dtm.prj").write_text(prj)
    with pytest.raises(InvalidInput, match=r"dtm\.asc names no coordinate system.*give the \.prj"):
        read_elevation([grid])
    with pytest.raises(InvalidInput, match="no elevation file"):
        read_elevation([tmp_path / "dtm.prj"])


def test_a_packed_tile_is_the_tile(tmp_path, monkeypatch):
    tile = write_tile(tmp_path, "N10E020.hgt", np.full((1201, 1201), 7))
    packed = tmp_path / "N10E020.hgt.gz"
    packed.write_bytes(gzip.compress(tile.read_bytes()))
    assert heights_of(packed).tolist() == heights_of(tile).tolist()
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(UnreadableFile, match=r"N10E020\.hgt\.gz"):
        read_elevation([packed])
    packed.write_bytes(gzip.compress(bytes(2 * 3601**2 + 1)))
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read_elevation([packed])
