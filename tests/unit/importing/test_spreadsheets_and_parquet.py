"""Places in Excel's and LibreOffice's sheets, and in Parquet."""

from __future__ import annotations

import datetime as dt
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
from row_reading import point, read

sys.path.insert(0, str(Path(__file__).parents[2]))

from table_files import write_xlsx

from micropolis_map.domain.community import Community
from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.services.importing import plan_import
from micropolis_map.sources.place_files import ReadOptions, read_rows
from micropolis_map.workers.pool import FILE, READERS

TOWN = Community(slug="town", name={"da": "By"}, centre=(9.75, 55.5), languages=("da", "en"))
NEAR = ReadOptions(centre=(9.75, 55.5), bounds=(9.6, 55.4, 9.9, 55.6))
HEADINGS = ["Navn", "Breddegrad", "Længdegrad", "Beskrivelse", "År"]
ROWS: list[list[object]] = [
    ["Møllen", 55.5, 9.75, "<b>Gammel</b>", 1790],
    ["Café", "55,51", "9,76", None, None],
]


def test_a_sheet_is_a_table_of_places(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"Steder": [["Mødesteder 2026"], [], HEADINGS, *ROWS]})
    rows = read_rows(path, NEAR)
    assert (rows.kind, point(rows, 1), point(rows, 2)) == ("spreadsheet", (9.75, 55.5), (9.76, 55.51))
    assert [question.seen for question in rows.questions] == ["the headings stand in row 3"]
    done = plan_import(rows, TOWN, [])
    mill = next(place for place in done.places if place.name == {"da": "Møllen"})
    assert (mill.description, mill.period.start if mill.period else None) == ({"da": "Gammel"}, 1790)
    assert plan_import(read_rows(path, NEAR), TOWN, done.places).count("unchanged") == 2


def test_every_sheet_that_says_where_its_rows_are_is_read_and_the_others_are_said(tmp_path: Path) -> None:
    sheets: dict[str, Any] = {
        "Om": [["Lavet af", "Ada"]], "Nord": [HEADINGS, ROWS[0]], "Syd": [HEADINGS, ROWS[1]], "Tom": [],
    }  # fmt: skip
    rows = read_rows(write_xlsx(tmp_path / "a.xlsx", sheets), NEAR)
    assert [(row.number, row.properties["Navn"], row.properties["layer"]) for row in rows.rows] == [
        (1, "Møllen", "Nord"), (2, "Café", "Syd"),
    ]  # fmt: skip
    question = next(one for one in rows.questions if one.kind == "sheet")
    assert question.seen == "of the sheets 'Nord', 'Syd' is read, not 'Om'"
    one = read_rows(tmp_path / "a.xlsx", ReadOptions(answers={"sheet": "Syd"}))
    assert [row.properties for row in one.rows] == [{"Navn": "Café"}]
    with pytest.raises(InvalidInput, match=r"'a\.xlsx' has no sheet 'Øst'; give one of Om, Nord, Syd"):
        read_rows(tmp_path / "a.xlsx", ReadOptions(answers={"sheet": "Øst"}))


def test_what_is_no_spreadsheet_is_one_clear_error(tmp_path: Path) -> None:
    for name, content in (
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)),
        ("b.xlsx", b"PK\x03\x04x"),
    ):
        with pytest.raises(UnreadableFile, match=name):
            read(tmp_path, name, content)
    with pytest.raises(UnreadableFile, match=r"'none\.xlsx' is empty"):
        read_rows(write_xlsx(tmp_path / "none.xlsx", {"A": []}))


def test_a_sheet_of_a_million_empty_columns_is_refused_by_its_worker(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "wide.xlsx", {"A": [HEADINGS, *ROWS]})
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", far)
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    with pytest.raises(InvalidInput):
        READERS.run(read_rows, path, NEAR, limits=FILE)


# --- Parquet ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crs", [4326, 25832, "OGC:CRS84"])
def test_geoparquet_comes_in_whole(tmp_path: Path, crs: Any) -> None:
    frame = gpd.GeoDataFrame(
        {"navn": ["Møllen", None], "rok": [1790, None], "set": [dt.date(2020, 1, 2), None]},
        geometry=gpd.points_from_xy([9.75, 9.76], [55.5, 55.51]),
        crs=4326,
    )
    frame.to_crs(crs).to_parquet(tmp_path / "a.parquet")
    rows = read_rows(tmp_path / "a.parquet")
    assert (rows.kind, point(rows)) == ("parquet", pytest.approx((9.75, 55.5), abs=1e-6))
    assert [row.properties for row in rows.rows] == [{"navn": "Møllen", "rok": 1790, "set": "2020-01-02"}, {}]
    assert any("EPSG:25832" in question.seen for question in rows.questions) == (crs == 25832)


def test_names_of_overture_and_tables_without_shapes(tmp_path: Path) -> None:
    names = [{"primary": "Møllen", "common": None}]
    frame = gpd.GeoDataFrame({"names": names}, geometry=gpd.points_from_xy([9.75], [55.5]), crs=4326)
    frame.to_parquet(tmp_path / "a.parquet")
    assert plan_import(read_rows(tmp_path / "a.parquet"), TOWN, []).places[0].name == {"da": "Møllen"}
    pd.DataFrame({"name": ["A", "B"], "lat": [55.5, None], "lon": [9.75, None]}).to_parquet(
        tmp_path / "b.parquet"
    )
    rows = read_rows(tmp_path / "b.parquet")
    assert point(rows) == (9.75, 55.5)
    assert rows.rows[1].reason
    with pytest.raises(UnreadableFile, match=r"c\.parquet"):
        read(tmp_path, "c.parquet", b"PAR1" + b"x" * 100)


@pytest.mark.parametrize(
    "crs", ["EPSG:99999999", "+proj=longlat +ellps=bessel +nadgrids=/etc/hostname", "x" * 9_000]
)
def test_a_coordinate_system_that_leads_elsewhere_is_one_clear_error(tmp_path: Path, crs: str) -> None:
    frame = gpd.GeoDataFrame({"name": ["A"]}, geometry=gpd.points_from_xy([9.75], [55.5]), crs=4326)
    frame.to_parquet(tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    geo["columns"]["geometry"]["crs"] = crs
    table = table.replace_schema_metadata({b"geo": json.dumps(geo).encode()})
    pq.write_table(table, tmp_path / "b.parquet")
    with pytest.raises(UnreadableFile, match=r"'b\.parquet' cannot be read"):
        read_rows(tmp_path / "b.parquet")


def test_sheets_in_an_archive_are_read_and_named(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "steder.xlsx", {"A": [HEADINGS, *ROWS]})
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(tmp_path / "steder.xlsx", "mappe/steder 1.xlsx")
        packed.writestr("mappe/broken.xlsx", b"no")
    rows = read_rows(path, NEAR)
    assert [row.properties["Navn"] for row in rows.rows] == ["Møllen", "Café"]
    assert [question.seen for question in rows.questions if "broken.xlsx" in question.seen]
