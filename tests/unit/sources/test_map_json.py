"""Esri JSON and TopoJSON come out as the GeoJSON they stand for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import shape

from micropolis_map.errors import UnreadableFile
from micropolis_map.sources import map_json
from micropolis_map.sources.boundaries import read_polygons
from micropolis_map.sources.map_json import as_geojson
from micropolis_map.sources.place_files import read_rows
from micropolis_map.sources.points import read_points
from micropolis_map.sources.population import read_population

SQUARE = [[17.19, 55.69], [17.19, 55.71], [17.21, 55.71], [17.21, 55.69], [17.19, 55.69]]
HOLE = [[17.195, 55.695], [17.205, 55.695], [17.205, 55.705], [17.195, 55.705], [17.195, 55.695]]
ISLE = [[17.199, 55.699], [17.199, 55.701], [17.201, 55.701], [17.201, 55.699], [17.199, 55.699]]


def written(tmp_path: Path, document: Any) -> Path:
    path = tmp_path / "map.json"
    path.write_text(json.dumps(document))
    return path


def esri(geometry: Any, **more: Any) -> dict[str, Any]:
    attributes = {"OBJECTID": 1, "name": "Old pump", "population": 12}
    return {"features": [{"attributes": attributes, "geometry": geometry}], **more}


def test_points_of_arcgis_in_any_system(tmp_path: Path) -> None:
    x, y = Transformer.from_crs(4326, 3857, always_xy=True).transform(17.2, 55.7)
    for wkid in ({"wkid": 102100}, {"wkid": 102100, "latestWkid": 3857}):
        path = written(tmp_path, esri({"x": x, "y": y}, spatialReference=wkid))
        points = read_points(path)
        assert (points.lon[0], points.lat[0]) == pytest.approx((17.2, 55.7))
        row = read_rows(path).rows[0]
        assert row.properties["name"] == "Old pump"
        assert row.geometry is not None
        assert row.geometry["coordinates"] == pytest.approx([17.2, 55.7])


def test_rings_of_arcgis_are_areas_with_holes_and_isles(tmp_path: Path) -> None:
    document = esri({"rings": [HOLE, SQUARE, ISLE]}, geometryType="esriGeometryPolygon")
    area = shape(as_geojson(document, "a")["features"][0]["geometry"])
    expected = shapely.Polygon(SQUARE, [HOLE]).union(shapely.Polygon(ISLE))
    assert area.equals(expected)
    path = written(tmp_path, document)
    assert read_polygons(path).names == ("Old pump",)
    assert read_population(path).total == 12


def test_an_answer_cut_off_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, esri({"x": 17.2, "y": 55.7}, exceededTransferLimit=True))
    assert any("more features" in question.seen for question in read_rows(path).questions)
    assert any("more features" in note for note in read_points(path).notes)


TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.001, 0.001], "translate": [17.19, 55.69]},
    "arcs": [[[0, 0], [0, 20], [20, 0]], [[0, 0], [20, 0], [0, 20]]],
    "objects": {
        "town": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[1, -1]], "id": "t", "properties": {"name": "Harbour"}},
                {"type": "Point", "coordinates": [10, 10], "properties": {"name": "Old pump"}},
                {"type": "LineString", "arcs": [7], "properties": {"name": "Lost"}},
            ],
        }
    },
}


def test_topojson_is_put_together_of_its_arcs(tmp_path: Path) -> None:
    rows = read_rows(written(tmp_path, TOPOLOGY)).rows
    assert rows[0].geometry is not None
    assert shape(rows[0].geometry).normalize().equals_exact(shapely.Polygon(SQUARE).normalize(), 1e-9)
    assert (rows[0].id, rows[0].properties) == ("t", {"name": "Harbour"})
    assert rows[1].geometry is not None
    assert rows[1].geometry["coordinates"] == pytest.approx([17.2, 55.7])
    assert rows[2].geometry is None
    assert rows[2].reason


def test_a_topology_that_names_its_arcs_endlessly_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_json, "MOST_POSITIONS", 50)
    bomb = TOPOLOGY | {"objects": {"a": {"type": "MultiLineString", "arcs": [[0]] * 100}}}
    with pytest.raises(UnreadableFile, match="more than 50 positions"):
        read_rows(written(tmp_path, bomb))
    with pytest.raises(UnreadableFile, match="TopoJSON that cannot be read"):
        read_rows(written(tmp_path, {"type": "Topology", "arcs": [[1]], "objects": {"a": {}}}))
