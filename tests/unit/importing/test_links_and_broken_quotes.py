"""Positions in links, labels and systems of their own; cells that programs quote in ways of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from pyproj import Transformer
from row_reading import point, read

from micropolis_map.sources.map_links import position_in
from micropolis_map.sources.points import read_points


@pytest.mark.parametrize(
    "link",
    [
        "https://www.google.com/maps/place/Old+pump/@55.7009,17.2009,17z/data=!4m5!8m2!3d55.71!4d17.23",
        "https://www.google.com/maps?q=55.71,17.23",
        "https://www.google.com/maps/search/?api=1&query=55.71%2C17.23",
        "https://maps.google.com/?q=loc:55.71+17.23&z=15",
        "https://www.google.pl/maps/@55.71,17.23,15z",
        "https://www.openstreetmap.org/?mlat=55.71&mlon=17.23#map=17/55.70/17.20",
        "https://www.openstreetmap.org/#map=17/55.71/17.23&layers=H",
        "https://maps.apple.com/?ll=55.71,17.23&q=Pump",
        "https://mapy.cz/zakladni?x=17.23&y=55.71&z=17",
        "https://www.bing.com/maps?cp=55.71~17.23&lvl=16",
        "geo:55.71,17.23?z=19",
    ],
)
def test_links_to_maps_are_positions(tmp_path: Path, link: str) -> None:
    assert position_in(link) == (17.23, 55.71)
    assert point(read(tmp_path, "a.csv", f'name;map\nOld pump;"{link}"\n')) == (17.23, 55.71)


def test_a_link_without_a_position_says_what_to_do(tmp_path: Path) -> None:
    rows = read(tmp_path, "a.csv", "name;position\nOld pump;https://maps.app.goo.gl/AbCdEf\n")
    assert "open it and copy the position" in str(rows.rows[0].reason)
    site = read(tmp_path, "b.csv", "name;www;lat;lon\nMill;https://www.google.com/maps?q=1,2;55.71;17.23\n")
    assert point(site) == (17.23, 55.71)  # columns by their names go before what stands in others


@pytest.mark.parametrize(
    "text",
    [
        "lat: 55.71, lon: 17.23",
        "Lng=17.23 Lat=55.71",
        "55.71N17.23E",
        "55d42m36s N 17d13m48s E",
        "55o42'36'' N, 17o13'48'' E",
    ],
)
def test_labels_and_letters(tmp_path: Path, text: str) -> None:
    assert point(read(tmp_path, "a.csv", f"name;position\nOld pump;{text}\n")) == pytest.approx(
        (17.23, 55.71)
    )


def test_columns_of_degrees_under_other_names(tmp_path: Path) -> None:
    rows = read(tmp_path, "a.csv", "name;N;E\nOld pump;55°42'36'';17°13'48''\n")
    assert point(rows) == pytest.approx((17.23, 55.71))


def test_a_geometry_is_in_the_system_it_names(tmp_path: Path) -> None:
    x, y = Transformer.from_crs(4326, 2180, always_xy=True).transform(17.23, 54.71)
    ewkb = shapely.to_wkb(shapely.set_srid(shapely.Point(x, y), 2180), hex=True, include_srid=True)
    for cell in (f'"SRID=2180;POINT({x} {y})"', ewkb):
        rows = read(tmp_path, "a.csv", f"name,geom\nOld pump,{cell}\n")
        assert point(rows) == pytest.approx((17.23, 54.71))
    rows = read(tmp_path, "b.csv", 'name,geom\nMill,"SRID=999999;POINT(1 2)"\n')
    assert "SRID=999999" in str(rows.rows[0].reason)


BROKEN = {
    "inner marks": 'name,lat,lon\n"Inn "Swan"",55.71,17.23\n"Mill ""B"", new",55.72,17.24\n',
    "backslashes": 'name,lat,lon,n\n"Inn \\"Swan\\"",55.71,17.23,\\N\n"Mill \\"B\\", new",55.72,17.24,\n',
    "formulas": 'name;lat;lon\nInn "Swan";="55.71";="17.23"\n"Mill ""B"", new";="55.72";="17.24"\n',
}


@pytest.mark.parametrize("how", BROKEN)
def test_quotation_marks_of_other_rules(tmp_path: Path, how: str) -> None:
    rows = read(tmp_path, "a.csv", BROKEN[how])
    expected = [{"name": 'Inn "Swan"'}, {"name": 'Mill "B", new'}]
    assert [row.properties for row in rows.rows] == expected
    assert [point(rows, 1), point(rows, 2)] == [(17.23, 55.71), (17.24, 55.72)]
    said = [question.seen for question in rows.questions if "quotation" in question.seen]
    assert len(said) == (how == "inner marks")
    points = read_points(tmp_path / "a.csv")
    assert points.name == tuple(one["name"] for one in expected)
    assert sum("quotation" in note for note in points.notes) == len(said)


@pytest.mark.parametrize(
    "text",
    [
        "Thing;Position;\n;Lat.;Lon.\nOld pump;55,71;17,23\n",
        "Object;Location;Location\nName;Lat;Lon\nOld pump;55.71;17.23\n",
        "name     lat     lon\n'Pump'  55.71   17.23  \n",
    ],
)
def test_two_rows_of_headings_and_columns_of_blanks(tmp_path: Path, text: str) -> None:
    rows = read(tmp_path, "a.csv", text)
    assert len(rows.rows) == 1
    assert point(rows) == pytest.approx((17.23, 55.71))
    points = read_points(tmp_path / "a.csv")
    assert (points.lon[0], points.lat[0]) == pytest.approx((17.23, 55.71))
