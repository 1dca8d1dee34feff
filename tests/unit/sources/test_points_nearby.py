"""Points turned round, projected or far away: recognised by where the community lies, as import does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyproj import Transformer

from micropolis_map.errors import InvalidInput
from micropolis_map.sources.delimited_table import TableOptions
from micropolis_map.sources.points import read_points
from micropolis_map.sources.population import read_population

NEAR = TableOptions(centre=(10.03, 57.02))


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_points_turned_round_are_read_and_said(tmp_path: Path) -> None:
    table = written(tmp_path, "a.csv", "id,lon,lat,population\na,57.01,10.02,3\nb,57.02,10.03,4\n")
    shape = {"type": "Point", "coordinates": [57.01, 10.02]}
    feature = {"type": "Feature", "properties": {"population": 3}, "geometry": shape}
    features = written(tmp_path, "a.geojson", json.dumps(feature))
    for path in (table, features):
        points = read_points(path, NEAR)
        assert (points.lon[0], points.lat[0]) == (10.02, 57.01)
        assert sum("only when read as lat, lon" in note for note in points.notes) == 1
        people = read_population(path, options=NEAR)
        assert (people.geometry[0].x, people.geometry[0].y) == (10.02, 57.01)
        assert any("only when read as lat, lon" in note for note in people.notes)
    assert read_points(table, TableOptions(crs="EPSG:4326", centre=NEAR.centre)).lon[0] == 57.01  # as told


def test_metres_are_known_where_the_community_is(tmp_path: Path) -> None:
    x, y = Transformer.from_crs(4326, 25832, always_xy=True).transform(10.02, 57.01)
    path = written(tmp_path, "a.csv", f"id;x;y\na;{x:.2f};{y:.2f}\n".replace(".", ","))
    points = read_points(path, NEAR)
    assert (points.lon[0], points.lat[0]) == pytest.approx((10.02, 57.01), abs=1e-6)
    assert any("read as EPSG:25832" in note for note in points.notes)
    with pytest.raises(InvalidInput, match="--crs"):
        read_points(path)


def test_points_far_away_are_said(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", "id,lon,lat\nzero,0,0\nb,10.02,57.01\nc,10.03,57.02\n")
    points = read_points(path, NEAR)
    assert any("1 of 3, such as 'zero'" in note for note in points.notes)
    assert points.lon.tolist() == [0, 10.02, 10.03]
    wide = TableOptions(centre=NEAR.centre, bounds=(-1, -1, 11, 58))  # nothing is far from a whole country
    assert not any("50 km" in note for note in read_points(path, wide).notes)


def test_points_in_json_that_is_no_map(tmp_path: Path) -> None:
    node = {"type": "node", "id": 1, "lat": 57.01, "lon": 10.02, "tags": {"amenity": "library"}}
    for document in ([{"id": "a", "lat": 57.01, "lon": 10.02}], {"elements": [node]}):
        points = read_points(written(tmp_path, "a.json", json.dumps(document)), NEAR)
        assert (points.lon[0], points.lat[0]) == (10.02, 57.01)


def test_no_point_is_lost_without_a_word(tmp_path: Path) -> None:
    pair = [[10.02, 57.01], [10.03, 57.02]]
    parts = [{"type": "Point", "coordinates": one} for one in pair]
    bare = ({"type": "MultiPoint", "coordinates": pair}, {"type": "GeometryCollection", "geometries": parts})
    for document in bare:
        points = read_points(written(tmp_path, "a.geojson", json.dumps(document)), NEAR)
        assert list(zip(points.lon, points.lat, strict=True)) == [tuple(one) for one in pair]
    feature = {"type": "Feature", "properties": {}, "geometry": bare[0]}
    points = read_points(written(tmp_path, "a.geojson", json.dumps(feature)), NEAR)
    assert len(points) == 1
    assert any("one point counts (1)" in note for note in points.notes)


def test_what_in_a_kml_is_no_place_is_left_out_and_said(tmp_path: Path) -> None:
    place = "<Placemark><name>A</name><Point><coordinates>10.02,57.01</coordinates></Point></Placemark>"
    link = "<NetworkLink><name>B</name><Link><href>http://x.example/b.kml</href></Link></NetworkLink>"
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{link}{place}</Document></kml>'
    points = read_points(written(tmp_path, "a.kml", text), NEAR)
    assert points.name == ("A",)
    assert any("left out: is a link to another file" in note for note in points.notes)
