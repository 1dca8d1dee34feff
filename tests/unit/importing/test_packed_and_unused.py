"""Files packed alone, options that a file cannot obey, files without a row: nothing without a word."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from row_reading import point, read

from micropolis_map.errors import UnreadableFile
from micropolis_map.sources.delimited_table import TableOptions
from micropolis_map.sources.place_files import ReadOptions, reading
from micropolis_map.sources.points import read_points

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
