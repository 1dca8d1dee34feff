"""Points that people bring: every usual way to write them, and every bad row named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import h3
import numpy as np
import pytest
from look_alikes.town_files import residents

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.sources.points import read_points

TABLES = {
    "comma": "id,lon,lat,population\na,9.5,39.25,3\nb,-9.5,-39.25,0.5\n",
    "semicolon": "ID;Longitude;Latitude;Population\na;9,5;39,25;3\nb;-9,5;-39,25;0,5\n",
    "tab": "id\tlng\tlat\tpopulation\na\t9.5\t39.25\t3\nb\t-9.5\t-39.25\t0.5\n",
    "bar": "id|x|y|pop\na|9.5|39.25|3\nb|-9.5|-39.25|0.5\n",
    "bom": "\ufeffid,lon,lat,population\na,9.5,39.25,3\nb,-9.5,-39.25,0.5\n",
    "windows": "id,lon,lat,population\r\na,9.5,39.25,3\r\n\r\nb,-9.5,-39.25,5e-1\r\n",
    "spaces": " lat , lon , id , population \n39.25, 9.5 ,a, 3\n-39.25,-9.5,b,.5\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_every_usual_table_gives_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(TABLES[name].encode())
    points = read_points(path)
    assert points.id == ("a", "b")
    assert points.lon.tolist() == [9.5, -9.5]
    assert points.lat.tolist() == [39.25, -39.25]
    assert points.population is not None
    assert points.population.tolist() == [3.0, 0.5]


def test_utf_16_is_read(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(TABLES["comma"].encode("utf-16"))
    assert len(read_points(path)) == 2


def test_other_columns_are_kept_numbers_as_numbers(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text('lon,lat,capacity,name,opening_hours\n1,2,30,"Café, old",Mo-Fr\n3,4,,B,\n')
    points = read_points(path)
    assert points.id == ("2", "3")
    assert points.name == ("Café, old", "B")
    assert points.population is None
    assert points.columns["capacity"][0] == 30
    assert np.isnan(points.columns["capacity"][1])
    assert points.columns["opening_hours"].tolist() == ["Mo-Fr", ""]
    assert set(points.columns) == {"capacity", "opening_hours"}


BAD_ROWS = {
    "id,lon,lat\na,x,2\n": ("row 2", "'x'"),
    "id,lon,lat\na,1,2\nb,,2\n": ("row 3", "''"),
    "id,lon,lat\na,nan,2\n": ("row 2", "'nan'"),
    "id,lon,lat\na,1,inf\n": ("row 2", "'inf'"),
    "id,lon,lat\na,1,2\n\nb,181,2\n": ("row 4", "181"),
    "id,lon,lat\na,1,-90.5\n": ("row 2", "-90.5"),
    "id,lon,lat\na,1,2\na,3,4\n": ("row 3", "'a'"),
    "id,lon,lat\n,1,2\n": ("row 2", "empty"),
    "id,lon,lat,population\na,1,2,-3\n": ("row 2", "-3"),
    "id,lon,lat,population\na,1,2,many\n": ("row 2", "'many'"),
    "id,lon,lat,population\na,1,2,\n": ("row 2", "''"),
    "id,lon,lat\na,1,2,3\n": ("row 2", "'3'"),
    "id,lon,lat\n": ("points.csv", "no row"),
    "name,where\na,b\n": ("points.csv", "name, where"),
    "id,lon,lon,lat\na,1,1,2\n": ("points.csv", "'lon' twice"),
}


@pytest.mark.parametrize("content", BAD_ROWS)
def test_bad_rows_are_named_with_their_value(tmp_path: Path, content: str) -> None:
    path = tmp_path / "points.csv"
    path.write_text(content)
    with pytest.raises(InvalidInput) as caught:
        read_points(path)
    for words in ("points.csv", *BAD_ROWS[content]):
        assert words in str(caught.value)
    assert caught.value.todo


@pytest.mark.parametrize(
    "content", [b"", b"  \n", b"\xff\xfe\x00", b"id,lon,lat\n\x00\x01,1,2\n", b"\xe9,1\n2,3\n"]
)
def test_what_is_no_text_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(content)
    with pytest.raises((UnreadableFile, InvalidInput), match=r"points\.csv"):
        read_points(path)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="nothing"):
        read_points(tmp_path / "nothing.csv")


def collection(*features: dict[str, object]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def feature(coordinates: list[float] | None, **more: object) -> dict[str, object]:
    geometry = None if coordinates is None else {"type": "Point", "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": {}, **more}


def test_geojson_points_keep_ids_and_columns(tmp_path: Path) -> None:
    path = tmp_path / "points.geojson"
    path.write_text(
        collection(
            feature([1, 2, 30], id=7, properties={"population": 4, "capacity": 10}),
            feature([3, 4], properties={"id": "b", "population": 0, "capacity": None, "open": ["Mo"]}),
            feature([5, 6], properties={"population": 1}),
        )
    )
    points = read_points(path)
    assert points.id == ("7", "b", "3")
    assert points.lon.tolist() == [1, 3, 5]
    assert points.population is not None
    assert points.population.tolist() == [4, 0, 1]
    assert points.columns["capacity"][0] == 10
    assert np.isnan(points.columns["capacity"][1:]).all()
    assert points.columns["open"].tolist() == ["", '["Mo"]', ""]


def test_the_products_own_places_are_read(tmp_path: Path) -> None:
    path = tmp_path / "places.geojson"
    place = {"name": {"pl": "Las", "en": "Forest"}, "activity": None, "access": {"step_free": "limited"}}
    line = {"type": "LineString", "coordinates": [[0, 0], [2, 0]]}
    path.write_text(
        collection(feature([1, 2], id="p1", properties=place), {**feature([1, 2], id="p2"), "geometry": line})
    )
    points = read_points(path)
    assert points.name == ("Forest", "")
    assert points.columns["step_free"].tolist() == ["limited", "unknown"]
    assert (points.lon[1], points.lat[1]) == (1, 0)


def test_bad_features_are_named(tmp_path: Path) -> None:
    path = tmp_path / "points.geojson"
    good = feature([1, 2], id="a")
    bad = {
        "feature 2: has no geometry": [good, feature(None)],
        "feature 2: the id 'a'": [good, good],
        "feature 1: population is 'x'": [feature([1, 2], properties={"population": "x"})],
        "the population is -1": [feature([1, 2], properties={"population": -1})],
        "200, 2": [feature([200, 2])],
        "no feature": [],
    }
    for words, features in bad.items():
        path.write_text(collection(*features))
        with pytest.raises(InvalidInput, match=words):
            read_points(path)


def test_a_table_of_hexagons_is_read_as_points(data_file: Callable[[str], Path]) -> None:
    hexagons = read_points(data_file("look-alikes/hexagons.csv"))
    assert hexagons.population is not None
    assert hexagons.population.sum() == sum(people for *_, people in residents())
    assert [h3.latlng_to_cell(y, x, 9) for x, y in zip(hexagons.lon, hexagons.lat, strict=True)] == [
        *hexagons.id
    ]


def test_real_tables_are_read(test_data: Path) -> None:
    hexagons = read_points(test_data / "porto_alegre" / "poa_hexgrid.csv")
    assert len(hexagons) == 1227
    assert hexagons.population is not None
    assert hexagons.population.sum() == 812_935
    stores = read_points(test_data / "siting" / "SF_store_site_16_longlat.csv")
    assert stores.name[0] == "Store_1"
