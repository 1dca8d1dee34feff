from __future__ import annotations

import json

import numpy as np
import pytest
from shapely.geometry import box

from micropolis_map.domain.points import PointSet
from micropolis_map.errors import StoreUnavailable
from micropolis_map.services import built_files

POINTS = PointSet(
    id=("n1", "ż2"),
    lon=np.array([7.41, 7.42]),
    lat=np.array([43.73, 43.74]),
    population=np.array([2.5, 0.0]),
    name=("Café", ""),
    columns={"district": np.array([0, -1]), "what": np.array(["library", "café"], dtype=object)},
    source="a survey",
)


def assert_same(a: PointSet, b: PointSet) -> None:
    assert (a.id, a.name, a.source) == (b.id, b.name, b.source)
    np.testing.assert_allclose(a.lon, b.lon)
    np.testing.assert_allclose(a.lat, b.lat)
    assert {k: v.tolist() for k, v in a.columns.items()} == {k: v.tolist() for k, v in b.columns.items()}


def test_points_come_back_from_the_archive(tmp_path):
    built_files.write_points(tmp_path / "homes.npz", POINTS)
    back = built_files.read_points(tmp_path / "homes.npz")
    assert_same(back, POINTS)
    assert back.population.tolist() == [2.5, 0.0]


def test_no_points_come_back_as_no_points(tmp_path):
    empty = PointSet((), np.empty(0), np.empty(0))
    built_files.write_points(tmp_path / "homes.npz", empty)
    assert len(built_files.read_points(tmp_path / "homes.npz")) == 0
    assert len(built_files.points_of_layer(built_files.points_layer(empty))) == 0


def test_points_come_back_from_the_layer_through_json():
    layer = json.loads(json.dumps(built_files.points_layer(POINTS)))
    assert_same(built_files.points_of_layer(layer), POINTS)


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 half"])
def test_a_damaged_archive_says_what_to_do(tmp_path, content):
    path = tmp_path / "homes.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreUnavailable, match="load the community again"):
        built_files.read_points(path)


def test_areas_come_back_from_the_layer():
    layer = built_files.areas_layer(["A", "B"], [box(0, 0, 1, 1), box(1, 0, 2, 1)], approximate=True)
    names, areas = built_files.areas_of_layer(json.loads(json.dumps(layer)))
    assert names == ("A", "B")
    assert [area.area for area in areas] == [1.0, 1.0]
