"""Files packed alone, options that a file cannot obey, files without a row: nothing without a word."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from row_reading import point, read
from shapely.geometry import Point

from micropolis_map.errors import UnreadableFile
from micropolis_map.sources.delimited_table import TableOptions
from micropolis_map.sources.place_files import ReadOptions, read_rows, reading
from micropolis_map.sources.points import read_points

PLACEMARK = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>Old pump</name><Point><coordinates> {} '
    "</coordinates></Point></Placemark></kml>"
)
TABLE = "id,name,lat,lon\n1,Old pump,55.71,17.23\n2,Mill,55.72,17.24\n"
FEATURES = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": "a",
                "properties": {"name": "Old pump"},
                "geometry": {"type": "Point", "coordinates": [17.23, 55.71]},
            }
        ],
    }
)


@pytest.mark.parametrize(
    ("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_files_packed_alone_are_read(tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]) -> None:
    for name, text in (("a.csv", TABLE), ("a.geojson", FEATURES)):
        rows = read(tmp_path, f"{name}.{ending}", pack(text.encode()))
        assert point(rows) == (17.23, 55.71)
        assert rows.name == f"{name}.{ending}"
        assert read_points(tmp_path / f"{name}.{ending}").lon[0] == 17.23


def test_packed_files_keep_within_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_UNPACKED_BYTES", 2_000_000)
    with pytest.raises(UnreadableFile, match="unpacks to more than 2 MB"):
        read(tmp_path, "bomb.csv.gz", gzip.compress(b"name,lat,lon\n" + b" " * 9_000_000))
    with pytest.raises(UnreadableFile, match="packed twice"):
        read(tmp_path, "a.csv.gz.bz2", bz2.compress(gzip.compress(TABLE.encode())))
    with pytest.raises(UnreadableFile, match="broken archive"):
        read(tmp_path, "cut.csv.bz2", bz2.compress(TABLE.encode())[:-12])
    with pytest.raises(UnreadableFile, match="picture"):  # what is inside is told by its content, too
        read(tmp_path, "a.csv.gz", gzip.compress(b"\x89PNG" + bytes(60)))


def test_what_a_file_cannot_obey_is_said(tmp_path: Path) -> None:
    told = ReadOptions(answers={"sheet": "Sheet 2", "delimiter": "comma"})
    seen = [question.seen for question in read(tmp_path, "a.csv", TABLE, told).questions]
    assert seen == ["sheet was said to be 'Sheet 2', which is not used: the file is csv"]
    path = tmp_path / "a.geojson"
    path.write_text(FEATURES)
    notes = read_points(path, TableOptions(crs="EPSG:2180")).notes
    assert "a.geojson: --crs is for tables, and not used" in notes


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "name,lat,lon\n"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}'),
        ("a.gpx", '<gpx xmlns="http://www.topografix.com/GPX/1/1"/>'),
        ("a.kml", '<kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>'),
    ],
)
def test_a_file_without_a_row_says_what_is_wanted(tmp_path: Path, name: str, content: str) -> None:
    rows = read(tmp_path, name, content)
    assert not rows.rows
    assert "a row for each place" in rows.questions[-1].seen


TAGS = {"name": "Old pump", "amenity": "drinking_water"}


@pytest.mark.parametrize(
    "document",
    [
        [{"name": "Old pump", "lat": 55.71, "lon": 17.23}],
        {"status": "ok", "results": [{"name": "Old pump", "lat": "55,71", "lon": "17,23"}]},
        {"elements": [{"type": "node", "id": 8, "lat": 55.71, "lon": 17.23, "tags": TAGS}]},
        {"elements": [{"type": "way", "id": 8, "center": {"lat": 55.71, "lon": 17.23}, "tags": TAGS}]},
    ],
)
def test_lists_of_things_and_answers_of_overpass(tmp_path: Path, document: object) -> None:
    rows = read(tmp_path, "a.json", json.dumps(document))
    assert point(rows) == (17.23, 55.71)
    assert rows.rows[0].properties["name"] == "Old pump"


def test_ways_of_overpass_have_their_shape(tmp_path: Path) -> None:
    corners = [{"lat": 55.7, "lon": 17.2}, {"lat": 55.7, "lon": 17.3}, {"lat": 55.8, "lon": 17.3}]
    nodes = [{"type": "node", "id": n, **corner} for n, corner in enumerate(corners)]
    ways = [
        {"type": "way", "id": 8, "geometry": [*corners, corners[0]], "tags": {"name": "Park"}},
        {"type": "way", "id": 9, "nodes": [0, 1, 2], "tags": {"name": "Path"}},
    ]
    rows = read(tmp_path, "a.json", json.dumps({"elements": [*nodes, *ways]})).rows
    assert [(row.id, row.geometry and row.geometry["type"]) for row in rows] == [
        ("way/8", "Polygon"),
        ("way/9", "LineString"),
    ]


def test_what_is_left_in_an_archive_is_said(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("map/doc.kml", PLACEMARK.format("17.23, 55.71, 0"))
        made.writestr("map/walk.gpx", "<gpx/>")
        made.writestr("map/photo.jpg", "x")
    rows = read_rows(tmp_path / "a.zip")
    assert point(rows) == (17.23, 55.71)
    assert [q.seen for q in rows.questions] == ["the archive holds other files, which are not read: walk.gpx"]


def test_a_shape_without_its_table_says_so(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"name": ["Old pump"]}, geometry=[Point(17.23, 55.71)], crs=4326)
    frame.to_file(tmp_path / "a.shp")
    (tmp_path / "a.dbf").unlink()
    rows = read_rows(tmp_path / "a.shp")
    assert point(rows) == (17.23, 55.71)
    assert any(".dbf with the names is missing" in question.seen for question in rows.questions)


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.dat", "a"])
def test_a_table_of_text_under_another_name(tmp_path: Path, name: str) -> None:
    text = TABLE.replace(",", "\t").replace("lat\tlon", "szerokość\tdługość")
    read(tmp_path, name, text)
    rows = read(tmp_path, name, text.encode("utf-16"))
    assert [point(rows, 1), point(rows, 2)] == [(17.23, 55.71), (17.24, 55.72)]
    with pytest.raises(UnreadableFile, match=r"not SPREADSHEET|not read"):
        read(tmp_path, name, "just a letter, of two lines\nand no table")


def test_what_else_is_brought_has_words_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="save it as XLSX or CSV"):
        read(tmp_path, "a.xls", "<html><table><tr><td>name</td></tr></table></html>")
    with pytest.raises(UnreadableFile, match="file of OpenStreetMap"):
        read(tmp_path, "a.osm", '<osm version="0.6"><node id="1" lat="1" lon="1"/></osm>')
