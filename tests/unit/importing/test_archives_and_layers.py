"""Several files in one, and several layers in one file: every row comes in, nothing else does."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from row_reading import point, read
from shapely.geometry import Polygon, box

from micropolis_map.errors import UnreadableFile
from micropolis_map.sources.place_files import ReadOptions, packed, read_rows

TOWN = ReadOptions(centre=(9.75, 55.5), bounds=(9.6, 55.4, 9.9, 55.6))
HOUSES = box(9.75, 55.5, 9.751, 55.501)
NAMES = ["Źródło", "Łąka"]


def feature(name: str, lon: float = 9.75) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [lon, 55.5]}
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


def archive(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


def layer(name: str, *features: Any, key: str = "_umap_options") -> dict[str, Any]:
    return {"type": "FeatureCollection", key: {"name": name}, "features": list(features)}


# --- uMap -------------------------------------------------------------------------------------------------


def test_the_old_name_of_umaps_options_is_a_theme_too(tmp_path: Path) -> None:
    old = layer("Kilder", feature("Kilde"), key="_storage")
    old["features"][0]["properties"]["_storage_options"] = {"color": "red"}
    rows = read(tmp_path, "a.umap", json.dumps({"type": "umap", "layers": [old]}))
    assert rows.rows[0].properties == {"name": "Kilde", "datalayer": "Kilder"}
    alone = read(tmp_path, "b.geojson", json.dumps(old))
    assert alone.rows[0].properties == {"name": "Kilde", "datalayer": "Kilder"}


def test_a_backup_of_umap_comes_in_whole(tmp_path: Path) -> None:
    maps = {
        f"umap_{n}.umap": json.dumps(
            {"type": "umap", "layers": [layer(f"L{n}", feature(f"A{n}"), feature(f"B{n}"))]}
        )
        for n in (1, 2)
    }
    rows = read_rows(archive(tmp_path / "umap_backup.zip", maps))
    assert [(row.number, row.properties["name"], row.properties["datalayer"]) for row in rows.rows] == [
        (1, "A1", "L1"), (2, "B1", "L1"), (3, "A2", "L2"), (4, "B2", "L2"),
    ]  # fmt: skip
    empty = archive(tmp_path / "empty.zip", {"a.umap": '{"type": "umap", "layers": []}'})
    assert read_rows(empty).rows == ()


# --- other archives ---------------------------------------------------------------------------------------


def test_files_of_one_archive_are_read_one_after_another_and_a_broken_one_is_said(tmp_path: Path) -> None:
    gpx = '<gpx version="1.1"><wpt lat="55.5" lon="9.75"><name>{}</name></wpt></gpx>'
    files = {
        "export/a.gpx": gpx.format("A"),
        "export/b.gpx": gpx.format("B"),
        "export/c.csv": "name;lat;lon\nC;55,5;9,75\n",
        "export/manifest.json": '{"files": 3}',
        "__MACOSX/export/._a.gpx": b"\0\5\x16\7",
        "export/.hidden.gpx": "no",
        "readme.txt": "hello",
    }
    rows = read_rows(archive(tmp_path / "export.zip", files), TOWN)
    assert [row.properties["name"] for row in rows.rows] == ["A", "B", "C"]
    left_out = [question.seen for question in rows.questions if "left out" in question.seen]
    assert len(left_out) == 1
    assert "export.zip: manifest.json" in left_out[0]
    with pytest.raises(UnreadableFile, match=r"export2\.zip: b\.geojson' is not JSON"):
        read_rows(archive(tmp_path / "export2.zip", {"b.geojson": "{"}))


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"../a.geojson": "{}"}, "leads out of it"),
        ({"/a.geojson": "{}"}, "leads out of it"),
        ({f"{n}.csv": "" for n in range(1_001)}, "holds 1,001 files"),
        ({"a.txt": "x"}, "archive without a file of places"),
        ({"a.shp": b"<OGRVRTDataSource/>", "a.dbf": b"x"}, "neither GPX nor KML"),
        ({"a.shp": b"x" * 200, "a.dbf": b"x"}, "is not SHP"),
        ({"a.fgb": b"<OGRVRTDataSource/>"}, "neither GPX nor KML"),
    ],
)
def test_archives_that_mean_harm_are_refused(tmp_path: Path, files: dict[str, Any], why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read_rows(archive(tmp_path / "a.zip", files))


def test_what_all_files_of_an_archive_unpack_to_is_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "MAX_UNPACKED_BYTES", 1_000)
    two = {"a.csv": b" " * 600, "b.csv": b" " * 600}
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read_rows(archive(tmp_path / "a.zip", two))
    with pytest.raises(UnreadableFile, match="is empty"):
        read_rows(archive(tmp_path / "b.zip", {**two, "b.csv": b" " * 300}))


# --- shapefiles -------------------------------------------------------------------------------------------


def shapefile(folder: Path, crs: int = 4326, encoding: str = "utf-8", **columns: Any) -> dict[str, bytes]:
    """Return the files of a shapefile of two areas, by their endings."""
    folder.mkdir()
    areas = gpd.GeoDataFrame(columns or {"nazwa": NAMES}, geometry=[HOUSES, HOUSES], crs=4326).to_crs(crs)
    areas.to_file(folder / "x.shp", encoding=encoding)
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


def in_folder(name: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"pack/{name}{ending}": content for ending, content in files.items()}


@pytest.mark.parametrize("crs", [4326, 25832])
def test_a_shapefile_packed_as_a_folder_on_a_mac(tmp_path: Path, crs: int) -> None:
    files = in_folder("steder", shapefile(tmp_path / "s", crs))
    hidden = {f"__MACOSX/{name.replace('/', '/._')}": b"\0\5\x16\7" for name in files}
    rows = read_rows(
        archive(tmp_path / "steder.zip", {"pack/": b"", **files, **hidden, "pack/.DS_Store": b"x"})
    )
    assert (rows.kind, [row.properties for row in rows.rows]) == ("shp", [{"nazwa": name} for name in NAMES])
    corners = rows.rows[0].geometry["coordinates"][0]  # type: ignore[index]
    assert Polygon(corners).symmetric_difference(HOUSES).area < 1e-9
    assert any("EPSG:25832" in question.seen for question in rows.questions) == (crs == 25832)


def test_a_shapefile_that_says_neither_its_projection_nor_its_encoding(tmp_path: Path) -> None:
    files = shapefile(tmp_path / "s", 25832, encoding="cp1250")
    for ending in (".prj", ".cpg", ".shx"):
        del files[ending]
    files[".dbf"] = files[".dbf"][:29] + b"\0" + files[".dbf"][30:]
    rows = read_rows(archive(tmp_path / "a.zip", in_folder("a", files)), TOWN)
    assert [row.properties["nazwa"] for row in rows.rows] == NAMES
    assert point_in(rows.rows[0].geometry) == pytest.approx((9.751, 55.5), abs=2e-3)
    asked = {question.kind: question.proposed for question in rows.questions}
    assert (asked["encoding"], asked["crs"]) == ("cp1250", "EPSG:25832")
    answered = ReadOptions(centre=TOWN.centre, bounds=TOWN.bounds, answers={"encoding": "cp1252"})
    assert read_rows(tmp_path / "a.zip", answered).rows[0].properties["nazwa"] == "ród³o"


def point_in(geometry: Any) -> tuple[float, float]:
    return tuple(geometry["coordinates"][0][0])


def test_each_of_several_shapefiles_is_a_theme(tmp_path: Path) -> None:
    one, other = shapefile(tmp_path / "1"), shapefile(tmp_path / "2", 25832, name=["a", "b"])
    rows = read_rows(archive(tmp_path / "a.zip", {**in_folder("parki", one), **in_folder("stawy", other)}))
    assert [row.properties["layer"] for row in rows.rows] == ["parki", "parki", "stawy", "stawy"]
    assert rows.mapping.columns["layer"] == "themes"


# --- FlatGeobuf and GeoPackage ----------------------------------------------------------------------------


def test_flatgeobuf_comes_in_whole(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"nazwa": NAMES, "rok": [1790, None]}, geometry=[HOUSES, HOUSES], crs=4326)
    frame.to_crs(25832).to_file(tmp_path / "a.fgb", driver="FlatGeobuf")
    rows = read_rows(tmp_path / "a.fgb")
    assert rows.kind == "fgb"
    by_name = {row.properties["nazwa"]: row.properties.get("rok") for row in rows.rows}
    assert by_name == {"Źródło": 1790, "Łąka": None}
    broken = tmp_path / "b.fgb"
    broken.write_bytes((tmp_path / "a.fgb").read_bytes()[:60])
    with pytest.raises(UnreadableFile, match=r"'b\.fgb' cannot be read as a FlatGeobuf"):
        read_rows(broken)


def test_what_qgis_keeps_in_a_geopackage_is_no_row_and_no_layer(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    points = gpd.GeoDataFrame({"name": ["A"]}, geometry=gpd.points_from_xy([9.75], [55.5]), crs=4326)
    points.to_file(path, layer="steder")
    table = pd.DataFrame({"f_table_name": ["steder"], "styleqml": ["<qgis/>"]})
    pyogrio.write_dataframe(table, path, layer="layer_styles", append=True)
    rows = read_rows(path)
    assert [row.properties for row in rows.rows] == [{"name": "A"}]
    assert rows.questions == ()
    pyogrio.write_dataframe(
        pd.DataFrame({"name": ["B"], "y": [55.5], "x": [9.75]}), path, layer="xy", append=True
    )
    pyogrio.write_dataframe(pd.DataFrame({"code": ["C"]}), path, layer="codes", append=True)
    rows = read_rows(path)
    assert [(row.properties["name"], row.properties["layer"]) for row in rows.rows] == [
        ("A", "steder"),
        ("B", "xy"),
    ]
    assert point(rows, 2) == (9.75, 55.5)
    assert [question.seen for question in rows.questions] == [
        "the table 'codes' says nowhere where its rows are, and is left out"
    ]


def test_what_somebody_says_of_coordinates_beats_what_the_file_says(tmp_path: Path) -> None:
    grid = gpd.GeoDataFrame({"name": ["A"]}, geometry=gpd.points_from_xy([9.75], [55.5]), crs=4326).to_crs(
        25832
    )
    wrong = grid.set_crs(25833, allow_override=True)
    for name, driver in (("a.gpkg", "GPKG"), ("a.fgb", "FlatGeobuf")):
        wrong.to_file(tmp_path / name, driver=driver)
        said = ReadOptions(answers={"crs": "EPSG:25832"})
        assert point(read_rows(tmp_path / name, said)) == pytest.approx((9.75, 55.5), abs=1e-6)
    wrong.to_parquet(tmp_path / "a.parquet")
    assert point(read_rows(tmp_path / "a.parquet", said)) == pytest.approx((9.75, 55.5), abs=1e-6)
