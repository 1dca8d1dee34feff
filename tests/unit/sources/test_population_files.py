"""Population as the offices of our towns give it: grids, rasters, H3 in whole numbers, columns by year."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
import shapely
from pyproj import Transformer
from rasterio.transform import from_origin
from table_files import write_xlsx

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.sources.points import read_points
from micropolis_map.sources.population import read_population
from micropolis_map.sources.population_of_homes import people_within
from micropolis_map.sources.population_raster import MOST_CELLS

CELLS = sorted(h3.grid_disk(h3.latlng_to_cell(57.1, 10.1, 9), 1))
HERE = (10.0, 57.0, 10.2, 57.2)


def features(path: Path, *rows: dict[str, object]) -> Path:
    """Write unit squares side by side with those properties."""
    shapes = [shapely.box(10 + i / 10, 57, 10 + (i + 1) / 10, 57.1) for i in range(len(rows))]
    path.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {"type": "Feature", "properties": row, "geometry": shapely.geometry.mapping(shape)}
                    for row, shape in zip(rows, shapes, strict=True)
                ],
            }
        )
    )
    return path


def raster(path: Path, bands: np.ndarray, **more: Any) -> Path:
    """Write a GeoTIFF whose upper left corner is at 10° E, 57.1° N, a hundredth of a degree a cell."""
    bands = np.atleast_3d(bands) if bands.ndim == 3 else bands[None]
    facts: dict[str, Any] = {
        "driver": "GTiff", "dtype": bands.dtype, "count": len(bands), "height": bands.shape[1],
        "width": bands.shape[2], "crs": "EPSG:4326", "transform": from_origin(10.0, 57.1, 0.01, 0.01), **more,
    }  # fmt: skip
    scale = facts.pop("scale", None)
    with rasterio.open(path, "w", **facts) as file:
        file.write(bands)
        if scale:
            file.scales = (scale,) * len(bands)
    return path


@pytest.mark.parametrize("heading", ["h3_index", "H3 cell", "id", "hex_res9", "h3"])
@pytest.mark.parametrize("form", ["{}", "0x{}", "{:d}", "{:d}.0"])
def test_the_same_cells_in_every_form(tmp_path: Path, heading: str, form: str) -> None:
    texts = [form.format(int(cell, 16) if "d" in form else cell) for cell in CELLS]
    path = tmp_path / "h3.csv"
    path.write_text(f"{heading};Liczba ludności\n" + "".join(f"{text};1,5\n" for text in texts))
    found = read_population(path)
    assert found.total == 1.5 * len(CELLS)
    for cell, shape in zip(CELLS, found.geometry, strict=True):
        lat, lon = h3.cell_to_latlng(cell)
        assert shape.contains(shapely.Point(lon, lat))


def test_whole_numbers_of_a_database_are_cells_too(tmp_path: Path) -> None:
    numbers = pa.array([int(cell, 16) for cell in CELLS], pa.uint64())
    pq.write_table(pa.table({"cell": numbers, "people": list(range(len(CELLS)))}), tmp_path / "h3.parquet")
    found = read_population(tmp_path / "h3.parquet")
    assert found.total == sum(range(len(CELLS)))
    assert shapely.get_type_id(found.geometry).tolist() == [3] * len(CELLS)


@pytest.mark.parametrize(
    "bad", ["6.17733E+17", "617700169958293500000", "617733129871687681", "-1", "0", "nonsense"]
)
def test_a_number_that_is_no_cell_is_named(tmp_path: Path, bad: str) -> None:
    path = tmp_path / "h3.csv"
    path.write_text(f"h3_index,population\n{int(CELLS[0], 16)},1\n{bad},2\n")
    with pytest.raises(InvalidInput, match="row 3: ") as caught:
        read_population(path)
    assert repr(bad) in str(caught.value)
    assert ("rounded" in caught.value.todo) == ("E+" in bad or bad.endswith("000"))


@pytest.mark.parametrize(
    "column",
    [
        "TOT_P_2021",
        "population_2020",
        "POP21",
        "OBS_VALUE_T",
        "T",
        "Einwohner",
        "Населення",
        "P1",
        "LUDN",
        "Einwohnerzahl",
        "Antal borgere",
        "VALUE_T",
    ],
)
def test_the_offices_names_are_known(tmp_path: Path, column: str) -> None:
    found = read_population(
        features(tmp_path / "a.geojson", {"code": "a", column: 3}, {"code": "b", column: "4"})
    )
    assert (found.total, found.column) == (7, column)
    assert f"from the column '{column}'" in found.notes[-1]


def test_a_column_can_be_named(tmp_path: Path) -> None:
    path = features(tmp_path / "a.geojson", {"Mieszk. 2030": 3, "population": 100})
    assert read_population(path).total == 100
    assert read_population(path, "Mieszk. 2030").total == 3
    assert read_population(path, "mieszk 2030").total == 3
    with pytest.raises(InvalidInput, match=r"no column 'people' \(its columns: Mieszk\. 2030, population\)"):
        read_population(path, "people")
    with pytest.raises(InvalidInput, match="--population-column"):
        read_population(features(path, {"Mieszk. 2030": 3}))


def test_a_sheet_and_wkt_are_read(tmp_path: Path) -> None:
    square = shapely.box(10, 57, 10.1, 57.1).wkt
    path = write_xlsx(
        tmp_path / "a.xlsx", {"A": [["obwód", "geom", "Ludność"], ["1", square, 12], ["2", square, 3]]}
    )
    found = read_population(path)
    assert found.total == 15
    assert shapely.get_type_id(found.geometry).tolist() == [3, 3]


def test_geoparquet_is_read_in_its_own_coordinate_system(tmp_path: Path) -> None:
    import geopandas as gpd

    square = gpd.GeoSeries([shapely.box(10, 57, 10.1, 57.1)], crs=4326)
    frame = gpd.GeoDataFrame({"befolkning": [7]}, geometry=square.to_crs(25832))
    frame.to_parquet(tmp_path / "a.parquet")
    found = read_population(tmp_path / "a.parquet")
    assert found.total == 7
    assert found.geometry[0].symmetric_difference(square[0]).area < 1e-6
    assert "reprojected from ETRS89 / UTM zone 32N" in found.notes[0]
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile, match=r"cut\.parquet cannot be read as Parquet"):
        read_population(tmp_path / "cut.parquet")


def test_a_raster_counts_people_where_they_are(tmp_path: Path) -> None:
    people = np.arange(100, dtype=np.float32).reshape(10, 10)
    people[0, 1] = -200  # GHSL's cells without a value, which its tag does not always name
    people[3, 3] = np.nan
    found = read_population(raster(tmp_path / "a.tif", people))
    assert found.total == people[people > 0].sum()
    assert "1 cell of -200" in found.notes[0]
    assert shapely.union_all(list(found.geometry)).bounds == pytest.approx((10.0, 57.0, 10.1, 57.1))
    for shape, count in zip(found.geometry, found.population, strict=True):
        centre = shape.centroid
        row, column = int((57.1 - centre.y) / 0.01), int((centre.x - 10) / 0.01)
        assert people[row, column] == count
    near = read_population(tmp_path / "a.tif", near=(10.02, 57.02, 10.05, 57.06))
    assert near.total == people[4:8, 2:5].sum()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.write(tmp_path / "a.tif", "GHS_POP/a.tif")
        packed.writestr("GHS_POP/readme.txt", "x")
    assert read_population(tmp_path / "a.zip").total == found.total


def test_a_raster_in_metres_lies_where_it_should_and_loses_nobody(tmp_path: Path) -> None:
    forth = Transformer.from_crs("EPSG:4326", "ESRI:54009", always_xy=True)
    x, y = forth.transform(10.1, 57.1)
    path = tmp_path / "a.tif"
    raster(
        path, np.full((8, 8), 5, np.int16), crs="ESRI:54009", transform=from_origin(x, y, 100, 100), scale=0.5
    )
    found = read_population(path, near=HERE)
    assert found.total == 8 * 8 * 5 * 0.5
    corner = found.geometry[0].exterior.coords[0]
    assert corner == pytest.approx((10.1, 57.1), abs=1e-6)
    with pytest.raises(InvalidInput, match="does not reach the community"):
        read_population(path, near=(20, 40, 20.1, 40.1))
    coarse = raster(path, np.ones((9, 9), np.uint8), transform=from_origin(5, 60, 1, 1))
    with pytest.raises(InvalidInput, match="no cell with people has its centre near"):
        read_population(coarse, near=HERE)


def test_which_of_several_bands_is_asked(tmp_path: Path) -> None:
    path = raster(tmp_path / "a.tif", np.stack([np.full((2, 2), n, np.uint8) for n in (1, 2, 3)]))
    with pytest.raises(InvalidInput, match=r"3 bands \(band 1, band 2, band 3\)"):
        read_population(path)
    assert read_population(path, "2").total == 8
    assert read_population(path, "band 3").total == 12


@pytest.mark.parametrize("kind", [np.uint16, np.int16, np.uint32])
def test_the_greatest_number_there_is_counts_nobody(tmp_path: Path, kind: type) -> None:
    top = np.iinfo(kind).max
    found = read_population(raster(tmp_path / "a.tif", np.array([[5, top], [7, 255]], kind)))
    assert (found.total, found.notes[0]) == (
        267,
        f"a.tif: 1 cell of {top} is taken as a cell without a value",
    )


def test_rows_without_a_number_and_cells_that_stand_twice_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"h3,population\n{CELLS[0]},5\n{CELLS[1]},\n{int(CELLS[0], 16)},7\n")
    found = read_population(path)
    assert found.total == 12
    assert list(found.notes[:2]) == [
        "a.csv: 1 row without a number of people counts nobody",
        "a.csv: 1 row names a cell that another row names: their people are added up",
    ]
    found = read_population(features(tmp_path / "a.geojson", {"population": None}, {"population": 4}))
    assert found.notes[0] == "a.geojson: 1 row without a number of people counts nobody"


@pytest.mark.parametrize(
    ("column", "people"),
    [("Ludność [tys.]", 1500), ("population (thousands)", 1500), ("Населення (тис. осіб)", 1500),
     ("Popolazione (migliaia)", 1500), ("pop (x 1000)", 1500), ("Ludność [osoby]", 1.5),
     ("Ludność [os./km²]", None), ("Befolkning (%)", None), ("population (per km2)", None)],
)  # fmt: skip
def test_the_unit_of_a_column_counts(tmp_path: Path, column: str, people: float | None) -> None:
    table = tmp_path / "a.csv"
    table.write_text(f"lon;lat;{column}\n10,1;57,1;1,5\n")
    for path in (table, features(tmp_path / "a.geojson", {column: 1.5})):
        if people is None:
            with pytest.raises(InvalidInput, match="no population column"):
                read_population(path)
            assert read_population(path, column).total == 1.5
            assert read_points(path).population is None
            continue
        found = read_population(path)
        assert found.total == people == read_points(path).population.sum()
        assert any("counts thousands" in note for note in found.notes) == (people > 2)


def test_of_a_cell_that_reaches_farther_only_the_part_inside_counts(tmp_path: Path) -> None:
    path = features(
        tmp_path / "a.geojson", *({"population": n, "age_65_plus": n / 10} for n in (400, 80, 20))
    )
    cells = people_within(read_population(path), shapely.box(10.05, 57.0, 10.2, 57.2))
    assert cells.population == pytest.approx([200, 80, 0])
    assert cells.ages["age_65_plus"] == pytest.approx([20, 8, 0])
    path = tmp_path / "a.csv"
    path.write_text("lon,lat,population\n11,57,9\n")
    assert people_within(read_population(path), shapely.box(10, 57, 10.2, 57.2)).total == 9


def test_rasters_that_cannot_be_people_are_refused(tmp_path: Path) -> None:
    bad = {
        "the population is -": raster(tmp_path / "a.tif", np.array([[-1, -2], [3, 4]], np.int16)),
        "counts nobody": raster(tmp_path / "b.tif", np.zeros((2, 2), np.uint8)),
        "does not say where it lies": raster(tmp_path / "c.tif", np.ones((2, 2), np.uint8), crs=None),
        f"more than {MOST_CELLS:,}": raster(
            tmp_path / "d.tif", np.ones((1, MOST_CELLS + 1), np.uint8),
            transform=from_origin(10, 57, 1e-9, 1e-9), compress="deflate",
        ),
    }  # fmt: skip
    for words, path in bad.items():
        with pytest.raises(InvalidInput, match=words):
            read_population(path)
    (tmp_path / "vrt.tif").write_text("<VRTDataset/>")
    with pytest.raises(UnreadableFile, match="no table"):
        read_population(tmp_path / "vrt.tif")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("people.tif", "<VRTDataset/>")
    with pytest.raises(UnreadableFile, match=r"people\.tif in a\.zip is no TIFF"):
        read_population(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr("../people.tif", b"II*\0")
    with pytest.raises(UnreadableFile, match="leads out of it"):
        read_population(tmp_path / "b.zip")
