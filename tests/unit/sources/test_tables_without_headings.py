"""Tables of points whose first line is a row already: read as import reads them, and said."""

from __future__ import annotations

from pathlib import Path

import pytest

from micropolis_map.sources.delimited_table import TableOptions
from micropolis_map.sources.place_files import read_rows
from micropolis_map.sources.points import read_points
from micropolis_map.sources.population import read_population

NEAR = TableOptions(centre=(10.03, 57.02))
ROWS = [("a", 57.0101, 10.0202), ("b", 57.0303, 10.0404)]


def written(tmp_path: Path, text: str, name: str = "points.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "a,10.0202,57.0101\nb,10.0404,57.0303\n",
        "a,57.0101,10.0202\nb,57.0303,10.0404\n",
        "a;57,0101;10,0202\nb;57,0303;10,0404\n",
        "a\t10.0202\t57.0101\nb\t10.0404\t57.0303\n",
        'a,"57.0101, 10.0202"\nb,"57.0303, 10.0404"\n',
        "a;POINT (10.0202 57.0101)\nb;POINT (10.0404 57.0303)\n",
        "a,10.0202,57.0101,12.5\nb,10.0404,57.0303,3\n",
    ],
)
def test_first_line_is_a_point_as_well(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    points = read_points(path, NEAR)
    assert points.id == ("a", "b")
    assert list(zip(points.lat, points.lon, strict=True)) == [(lat, lon) for _, lat, lon in ROWS]
    assert sum("the first line holds a place" in note for note in points.notes) == 1
    assert len(read_rows(path).rows) == 2  # as import does


def test_without_a_community_the_latitude_comes_first_unless_it_cannot(tmp_path: Path) -> None:
    both = read_points(written(tmp_path, "57.0101,10.0202\n57.0303,10.0404\n"))
    assert both.lat.tolist() == [57.0101, 57.0303]
    assert both.id == ("1", "2")
    other = read_points(written(tmp_path, "110.0202,57.0101\n110.0404,57.0303\n"))
    assert other.lat.tolist() == [57.0101, 57.0303]


def test_people_without_headings(tmp_path: Path) -> None:
    people = read_population(written(tmp_path, "10.0202,57.0101,120\n10.0404,57.0303,30.5\n"), options=NEAR)
    assert people.population.tolist() == [120.0, 30.5]
    cells = read_population(written(tmp_path, "8a1f05ab2cdffff,120\n8a1f05ab2cd7fff,30\n"), options=NEAR)
    assert cells.total == 150.0


def test_headings_are_no_place(tmp_path: Path) -> None:
    points = read_points(written(tmp_path, "id,lat,lon\n1,57.0101,10.0202\n"), NEAR)
    assert points.id == ("1",)
    assert not any("first line" in note for note in points.notes)
