"""Polygons of communities and districts, from files and around place nodes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from extracts import read_with_pyosmium

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.sources.boundaries import PolygonFile, districts_of, read_polygons, voronoi_districts
from micropolis_map.sources.osm_file import read_osm

FindFile = Callable[[str], Path]
SQUARE = shapely.box(10.0, 50.0, 10.1, 50.1)


def geojson(shape: shapely.Geometry) -> dict[str, object]:
    return dict(shapely.geometry.mapping(shape))


def write(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document))
    return path


def test_every_form_of_geojson_is_read(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"NAME": "North"}, "geometry": geojson(SQUARE)}
    forms = [
        geojson(SQUARE),
        feature,
        {"type": "FeatureCollection", "features": [feature]},
        {"type": "GeometryCollection", "geometries": [geojson(SQUARE), geojson(shapely.Point(1, 2))]},
    ]
    for form in forms:
        polygons = read_polygons(write(tmp_path / "a.geojson", form))
        assert polygons.geometries[0].equals(SQUARE)
        assert polygons.repaired == 0
    assert read_polygons(write(tmp_path / "a.geojson", feature)).names == ("North",)


def test_monacos_boundary_is_repaired_and_that_is_said(test_data: Path) -> None:
    polygons = read_polygons(test_data / "monaco" / "monaco_boundary.geojson")
    assert polygons.repaired == 1
    assert polygons.geometries[0].is_valid
    assert polygons.geometries[0].geom_type in {"Polygon", "MultiPolygon"}
    assert "1 of 1 polygons was invalid" in polygons.notes[0]
    assert polygons.geometries[0].area == pytest.approx(0.000261, abs=5e-6)


def test_a_bow_tie_keeps_both_halves(tmp_path: Path) -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    polygons = read_polygons(write(tmp_path / "a.json", bow_tie))
    assert polygons.geometries[0].area == pytest.approx(0.5)


def test_what_is_no_polygon_is_ignored_and_said(tmp_path: Path) -> None:
    shapes = [SQUARE, shapely.Point(10, 50), shapely.LineString([(10, 50), (11, 51)]), None]
    features = [
        {"type": "Feature", "properties": {}, "geometry": shape and geojson(shape)} for shape in shapes
    ]
    path = write(tmp_path / "mixed.geojson", {"type": "FeatureCollection", "features": features})
    polygons = read_polygons(path)
    assert len(polygons.geometries) == 1
    assert "3 features that are no polygons were ignored" in polygons.notes[0]
    write(path, {"type": "FeatureCollection", "features": features[1:]})
    with pytest.raises(InvalidInput, match=r"mixed\.geojson has no polygon among its 3 features"):
        read_polygons(path)


def test_altitudes_are_dropped(tmp_path: Path) -> None:
    path = write(tmp_path / "z.geojson", geojson(shapely.force_3d(SQUARE, 5.0)))
    assert not read_polygons(path).geometries[0].has_z


@pytest.mark.parametrize("ending", ["gpkg", "shz", "geojson"])
def test_other_coordinate_systems_are_reprojected(tmp_path: Path, ending: str) -> None:
    utm = shapely.box(571_500, 5_540_000, 572_500, 5_541_000)
    path = tmp_path / f"utm.{ending}"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array([utm])),
        [np.array(["Mitte"])],
        ["name"],
        geometry_type="Polygon",
        crs="EPSG:32632",
    )
    polygons = read_polygons(path)
    assert polygons.names == ("Mitte",)
    west, south, east, north = polygons.geometries[0].bounds
    assert 9.9 < west < east < 10.1
    assert 49.9 < south < north < 50.1


def test_metres_without_a_system_are_refused_in_words(tmp_path: Path) -> None:
    path = write(tmp_path / "metres.geojson", geojson(shapely.box(571_500, 5_540_000, 572_500, 5_541_000)))
    with pytest.raises(
        InvalidInput, match=r"metres\.geojson has the coordinates 571,500, 5,540,000"
    ) as caught:
        read_polygons(path)
    assert "EPSG:4326" in caught.value.todo


@pytest.mark.parametrize(
    ("place", "name", "relation"),
    [
        ("look-alikes/candidates", "Amberø", 13),
        ("cagliari/nominatim_cagliari_italy", "Cagliari", 39837),
        ("zywiec/nominatim_zywiec", "Żywiec", 2705721),
        ("wawer/nominatim_warszawa_poland", "Warsaw", 336075),
    ],
)
def test_of_nominatims_candidates_the_municipality_is_chosen(
    data_file: FindFile, place: str, name: str, relation: int
) -> None:
    polygons = read_polygons(data_file(f"{place}.json"))
    assert polygons.names == (name,)
    assert f"relation {relation}) of" in polygons.notes[0]


BROKEN = {
    "empty.geojson": (b"", "empty"),
    "cut.geojson": (b'{"type": "Poly', "not whole JSON"),
    "other.json": (b'{"a": 1}', "not GeoJSON"),
    "text.geojson": (b"hello", "no file of features"),
    "zip.zip": (b"PK\x03\x04nonsense", "is a broken archive"),
    "db.gpkg": (b"SQLite format 3\x00nonsense", "no file of features"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_by_name(tmp_path: Path, name: str) -> None:
    content, words = BROKEN[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=words) as caught:
        read_polygons(tmp_path / name)
    assert name in str(caught.value)


def test_an_open_ring_of_two_points_names_its_feature(tmp_path: Path) -> None:
    path = write(tmp_path / "a.geojson", {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]})
    with pytest.raises(InvalidInput, match="feature 1"):
        read_polygons(path)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_coordinates_that_are_no_numbers_are_refused_without_a_warning(tmp_path: Path, number: float) -> None:
    ring = [[10.0, 50.0], [10.1, 50.0], [number, 50.1], [10.0, 50.0]]
    with pytest.raises(InvalidInput, match="a coordinate is not a finite number"):
        read_polygons(write(tmp_path / "a.json", {"type": "Polygon", "coordinates": [ring]}))


def test_voronoi_districts_divide_the_boundary() -> None:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(10.0, 10.1, 12), rng.uniform(50.0, 50.1, 12)
    names = [f"Q{i}" for i in range(12)]
    cells = voronoi_districts(names, lon, lat, SQUARE)
    assert set(cells.names) == set(names)
    assert sum(cell.area for cell in cells.geometries) == pytest.approx(SQUARE.area, rel=1e-6)
    for name, cell in zip(cells.names, cells.geometries, strict=True):
        i = names.index(name)
        assert cell.distance(shapely.Point(lon[i], lat[i])) == 0


def test_centres_of_one_name_share_a_district_and_twins_do_no_harm() -> None:
    cells = voronoi_districts(
        ["A", "B", "A", "A"], [10.02, 10.05, 10.08, 10.08], [50.05, 50.05, 50.05, 50.05], SQUARE
    )
    assert cells.names == ("A", "B")
    assert sum(cell.area for cell in cells.geometries) == pytest.approx(SQUARE.area, rel=1e-6)


def test_one_centre_gets_the_whole() -> None:
    assert voronoi_districts(["A"], [10.05], [50.05], SQUARE).geometries == (SQUARE,)


def extract_with_places(*places: tuple[str, str, float, float]) -> OsmExtract:
    none = np.empty(0, np.int64)
    return OsmExtract(
        node_id=np.arange(len(places)),
        node_lon=np.array([p[2] for p in places]),
        node_lat=np.array([p[3] for p in places]),
        node_tags={i: {"place": p[0], "name": p[1]} for i, p in enumerate(places)},
        way_id=none,
        way_offsets=np.zeros(1, np.int64),
        way_refs=none,
        way_tags=(),
        relations=(),
    )


def test_the_coarsest_level_with_enough_places_makes_districts() -> None:
    suburbs = [("suburb", name, 10.01 + i / 40, 50.05) for i, name in enumerate("ABC")]
    quarter = ("quarter", "Q", 10.02, 50.02)
    far = ("suburb", "Elsewhere", 20.0, 50.0)
    districts = districts_of(extract_with_places(*suburbs, quarter, far), SQUARE)
    assert districts.names == ("A", "B", "C")
    districts = districts_of(extract_with_places(*suburbs[:2], quarter, far), SQUARE)
    assert districts.names == ("A", "B", "Q")


def test_without_places_the_whole_is_one_district() -> None:
    districts = districts_of(extract_with_places(("suburb", "Only", 10.05, 50.05)), SQUARE)
    assert districts.geometries == (SQUARE,)
    assert "one district" in districts.notes[0]


def test_shipped_districts_go_first_and_are_clipped() -> None:
    shipped = PolygonFile(("In", "Out"), (shapely.box(10.05, 50, 10.2, 50.1), shapely.box(30, 30, 31, 31)))
    districts = districts_of(extract_with_places(("suburb", "A", 10.05, 50.05)), SQUARE, shipped)
    assert districts.names == ("In",)
    assert districts.geometries[0].equals(shapely.box(10.05, 50, 10.1, 50.1))
    assert "Out" in districts.notes[0]


def test_the_quarters_of_a_town_are_around_its_places(data_file: FindFile) -> None:
    osm = data_file("look-alikes/town.osm.pbf")
    boundary = read_polygons(data_file("look-alikes/candidates.json")).geometries[0]
    districts = districts_of(read_osm(osm), boundary)
    town = read_with_pyosmium(osm)
    places = {
        t["name"]: (town.node_lon[i], town.node_lat[i]) for i, t in town.node_tags.items() if "place" in t
    }
    assert len(districts.names) >= 5
    for name, shape in zip(districts.names, districts.geometries, strict=True):
        assert shape.contains(shapely.Point(places[name]))
    assert sum(shape.area for shape in districts.geometries) == pytest.approx(boundary.area, rel=1e-6)


def test_monaco_has_its_nine_quarters(test_data: Path) -> None:
    boundary = read_polygons(test_data / "monaco" / "monaco_boundary.geojson").geometries[0]
    districts = districts_of(read_osm(test_data / "monaco" / "monaco.osm.pbf"), boundary)
    assert len(districts.names) == 9
    assert "Monte-Carlo" in districts.names
    assert sum(shape.area for shape in districts.geometries) == pytest.approx(boundary.area, rel=1e-6)
