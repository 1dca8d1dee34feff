"""Outlines and districts from the places people get them: their formats, and what they call the names."""

from __future__ import annotations

import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from micropolis_map.domain.community import Community
from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.services.load_area import area_from_file, districts_for
from micropolis_map.sources.boundaries import read_polygons
from micropolis_map.sources.district_names import name_column
from micropolis_map.sources.osm_file import read_osm
from micropolis_map.sources.points import read_points

WEST, EAST = shapely.box(10.0, 57.0, 10.1, 57.1), shapely.box(10.1, 57.0, 10.2, 57.1)
BOTH = shapely.box(10.0, 57.0, 10.2, 57.1)


def collection(path: Path, *rows: dict[str, Any], **members: Any) -> Path:
    shapes = (WEST, EAST)
    found = [
        {"type": "Feature", "properties": row, "geometry": shapely.geometry.mapping(shape)}
        for row, shape in zip(rows, shapes, strict=False)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": found, **members}))
    return path


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"NAME_0": "Land", "NAME_2": ("A", "B"), "NAME_3": ("C", "D"), "VARNAME_3": ("E", "F")}, "NAME_3"),
        ({"GISCO_ID": "x", "LAU_NAME": ("A", "B"), "CNTR_CODE": "PL"}, "LAU_NAME"),
        ({"NUTS_ID": ("1", "2"), "NAME_LATN": ("L", "O"), "NUTS_NAME": ("Ł", "Ó")}, "NUTS_NAME"),
        ({"ADM3_EN": ("A", "B"), "ADM3_UA": ("А", "Б"), "ADM2_UA": "В"}, "ADM3_UA"),
        ({"JPT_KOD_JE": ("146501", "146502"), "JPT_NAZWA_": ("A", "B"), "JPT_NAZWA1": ""}, "JPT_NAZWA_"),
        ({"COD_COM": "1", "COMUNE": ("A", "B"), "COMUNE_A": "", "DEN_UTS": "U"}, "COMUNE"),
        ({"DEN_REG": ("A", "B"), "COD_REG": "1"}, "DEN_REG"),
        ({"shapeName": ("A", "B"), "shapeISO": "x", "shapeType": "ADM2"}, "shapeName"),
        ({"ADM1_EN": ("A", "A"), "ADM2_EN": ("B", "C"), "ADM2_PCODE": ("1a", "2a")}, "ADM2_EN"),
        ({"LAD23CD": ("E1", "E2"), "LAD23NM": ("A", "B")}, "LAD23NM"),
        ({"kommunenavn": ("A", "B"), "regionskode": "1"}, "kommunenavn"),
        ({"name": "County", "Dzielnica": ("A", "B")}, "Dzielnica"),
        ({"nazwa obszaru": ("A", "B"), "powierzchnia": (1.5, 2.5)}, "nazwa obszaru"),
        ({"Район": ("А", "Б")}, "Район"),
        ({"NAME": ("A", "B"), "NAMELSAD": ("A ward", "B ward")}, "NAME"),
        ({"WD22CD": ("E1", "E2"), "WD22NM": ("A", "B")}, "WD22NM"),
        ({"CODI_BARRI": ("1", "2"), "NOM_BARRI": ("A", "B")}, "NOM_BARRI"),
        ({"OBJECTID": (1, 2), "code": ("a1", "b2"), "filename": ("a", "b")}, None),
    ],
    ids=str,
)  # fmt: skip
def test_the_sources_names_are_known(tmp_path: Path, columns: dict[str, Any], named: str | None) -> None:
    rows = [
        {key: value[i] if isinstance(value, tuple) else value for key, value in columns.items()}
        for i in (0, 1)
    ]
    polygons = read_polygons(collection(tmp_path / "a.geojson", *rows))
    if named is None:
        assert polygons.names == ("Area 1", "Area 2")
        assert (
            "no column is known to hold names (its columns: OBJECTID, code, filename)" in polygons.naming[0]
        )
        assert "--district-name-column" in polygons.naming[0]
    else:
        assert polygons.names == tuple(columns[named])
        assert polygons.naming == (
            () if named == "NAME" else (f"a.geojson: the names are from the column {named!r}",)
        )


def test_a_name_column_can_be_said(tmp_path: Path) -> None:
    path = collection(tmp_path / "a.geojson", {"name": "A", "code": 7.0}, {"name": "B", "code": None})
    polygons = read_polygons(path, "Code")
    assert polygons.names == ("7", "Area 2")
    assert "1 of 2 areas has no name in the column 'code'" in polygons.naming[-1]
    with pytest.raises(InvalidInput, match=r"no column 'title' \(its columns: name, code\)"):
        read_polygons(path, "title")


def test_texts_alone_are_names() -> None:
    assert name_column({"name": [1, 2], "label": ["", None], "title": ["A", None]}) == "title"
    assert name_column({"name": ["12", "13"]}) is None


@pytest.mark.parametrize(
    "member",
    [
        {"type": "EPSG", "properties": {"code": 25832}},
        {"type": "EPSG", "properties": {"code": "25832"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}},
        {"type": "OGC", "properties": {"urn": "urn:ogc:def:crs:EPSG::25832"}},
        {"type": "link", "properties": {"href": "http://spatialreference.org/ref/epsg/25832/proj4/"}},
        {"type": "link", "properties": {"href": "http://www.opengis.net/def/crs/EPSG/0/25832"}},
    ],
)  # fmt: skip
def test_the_coordinate_system_of_old_geojson_is_obeyed(tmp_path: Path, member: dict[str, Any]) -> None:
    forth = Transformer.from_crs(4326, 25832, always_xy=True)
    metres = shapely.transform(WEST, lambda xy: np.column_stack(forth.transform(xy[:, 0], xy[:, 1])))
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({**shapely.geometry.mapping(metres), "crs": member}))
    polygons = read_polygons(path)
    assert polygons.geometries[0].symmetric_difference(WEST).area < 1e-8
    assert "reprojected" in polygons.notes[0]


def test_geojson_in_utf_16_is_read(tmp_path: Path) -> None:
    path = collection(tmp_path / "a.geojson", {"name": "Żabno"})
    path.write_bytes(json.dumps(json.loads(path.read_text()), ensure_ascii=False).encode("utf-16"))
    assert read_polygons(path).names == ("Żabno",)


def test_a_coordinate_system_nobody_knows_is_refused(tmp_path: Path) -> None:
    member = {"type": "link", "properties": {"href": "http://example.org/grid.prj"}}
    path = collection(tmp_path / "a.geojson", {"name": "A"}, crs=member)
    with pytest.raises(InvalidInput, match="unknown coordinate system 'http://example"):
        read_polygons(path)


def test_of_geocodejsons_candidates_one_is_chosen_and_that_is_said(tmp_path: Path) -> None:
    def facts(name: str, kind: str, **more: object) -> dict[str, object]:
        label = {"osm_type": "relation", "osm_id": len(name), "name": name, "label": f"{name}, Land"}
        return {"geocoding": {**label, "type": kind, **more}}

    path = collection(tmp_path / "a.json", facts("Tårn", "city"), facts("Tårn amt", "county"))
    polygons = read_polygons(path)
    assert polygons.names == ("Tårn",)
    assert (
        "chose Tårn (city, relation 4) of 2 candidates (not Tårn amt (county, relation 8))"
        in polygons.notes[0]
    )
    administrative = {"osm_key": "boundary", "osm_value": "administrative"}
    path = collection(path, facts("Park", "district"), facts("Tårn", "city", **administrative))
    assert read_polygons(path).names == ("Tårn",)


def test_an_outline_comes_in_each_way_nominatim_gives_it(tmp_path: Path) -> None:
    facts = {"place_id": 1, "osm_type": "R", "osm_id": 5, "category": "boundary", "type": "administrative"}
    outline = shapely.geometry.mapping(WEST)
    forms: list[Any] = [
        {**facts, "localname": "By", "geometry": outline},
        [{**facts, "display_name": "By, Land", "geojson": outline}],
        [{**facts, "display_name": "By, Land", "geotext": WEST.wkt}],
    ]
    for form in forms:
        path = tmp_path / "a.json"
        path.write_text(json.dumps(form))
        polygons = read_polygons(path)
        assert (polygons.names, polygons.geometries[0].equals(WEST)) == (("By",), True)


def test_districts_packed_alone_are_read(tmp_path: Path) -> None:
    path = collection(tmp_path / "gadm_3.json", {"NAME_3": "A"}, {"NAME_3": "B"})
    with zipfile.ZipFile(tmp_path / "gadm_3.json.zip", "w") as packed:
        packed.write(path, path.name)
    assert read_polygons(tmp_path / "gadm_3.json.zip").names == ("A", "B")


def test_polygons_that_become_one_area_are_named(tmp_path: Path) -> None:
    area = area_from_file(collection(tmp_path / "a.geojson", {"name": "Vest"}, {"name": "Øst"}))
    assert area.geometry.equals(BOTH)
    assert "its 2 polygons together are the community's area: Vest, Øst" in area.notes[0]
    assert not area_from_file(collection(tmp_path / "b.geojson", {"name": "Vest"})).notes


def drawn(path: Path, *geometries: dict[str, Any]) -> Path:
    features = [{"type": "Feature", "properties": {}, "geometry": geometry} for geometry in geometries]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def line(*places: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": places}


def test_lines_that_close_are_an_outline_and_others_are_not(tmp_path: Path) -> None:
    ring = list(WEST.exterior.coords)
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(line(*ring)))
    for file in (path, drawn(tmp_path / "b.geojson", line(*ring[:3]), line(*ring[2:]))):
        area = area_from_file(file)
        assert area.geometry.equals(WEST)
        assert list(area.notes) == [
            f"{file.name}: its lines are taken as the outline of the area that they close around"
        ]
    for open_ in ([line(*ring[:4])], [line(*ring[:3]), line(*ring[3:])]):
        with pytest.raises(InvalidInput, match="or as lines that close to a ring"):
            read_polygons(drawn(path, *open_))
    both = read_polygons(drawn(path, line(*ring), shapely.geometry.mapping(EAST)))
    assert both.geometries == (EAST,)
    assert both.notes == ("a.geojson: 1 feature that is no polygon was ignored",)


def test_an_outline_across_the_antimeridian_is_not_the_rest_of_the_world(tmp_path: Path) -> None:
    ring = [(179.9, -17), (-179.8, -17), (-179.8, -16.9), (179.9, -16.9), (179.9, -17)]
    path = drawn(tmp_path / "a.geojson", {"type": "Polygon", "coordinates": [ring]})
    (area,) = read_polygons(path).geometries
    assert area.equals(
        shapely.union(shapely.box(179.9, -17, 180, -16.9), shapely.box(-180, -17, -179.8, -16.9))
    )
    world = shapely.box(-180, -90, 180, 90)
    assert read_polygons(drawn(path, shapely.geometry.mapping(world))).geometries[0].equals(world)


def test_areas_of_several_levels_are_told_apart_and_a_home_counts_in_the_smaller(tmp_path: Path) -> None:
    rings = [list(BOTH.exterior.coords), list(WEST.exterior.coords)]
    levels = [relation([ring], "By", number) for number, ring in enumerate(rings, 7)]
    for element, level in zip(levels, ("7", "9"), strict=True):
        element["tags"]["admin_level"] = level
    path = overpass(tmp_path / "a.json", *levels)
    area = area_from_file(path)
    assert area.geometry.equals(BOTH)
    assert area.notes[0].endswith("By (admin_level 7), By (admin_level 9)")
    assert "By (admin_level 9) lies within By (admin_level 7), so all of By (admin_level 7)" in area.notes[1]
    data = tmp_path / "town.osm"
    data.write_text('<osm version="0.6"><node id="1" lat="57.05" lon="10.05"/></osm>')
    districts = districts_for(Community("by", {"en": "By"}), area, read_osm(data), path)
    assert districts.geometries[0].equals(WEST)
    assert "homes in both count in the smaller one" in districts.notes[-1]


@pytest.mark.parametrize("outer", ["{}", "by/kvarter/{}"])
@pytest.mark.parametrize("mac", ["__MACOSX/by/._{}", "by/._{}"])
def test_a_shapefile_zipped_as_a_folder(tmp_path: Path, outer: str, mac: str) -> None:
    shapes = shapely.to_wkb(np.array([WEST, EAST]))
    file = tmp_path / "kvarterer.shp"
    pyogrio.raw.write(
        file, shapes, [np.array(["Nørre", "Sønder"])], ["navn"], geometry_type="Polygon", crs="EPSG:4326"
    )
    path = tmp_path / "kvarterer.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("by/.DS_Store", b"\0")
        for part in [*sorted(tmp_path.glob("kvarterer.??[!p]")), file]:
            packed.writestr(mac.format(part.name), b"\0\5\26\7")
            packed.write(part, outer.format(part.name))
    assert read_polygons(path).names == ("Nørre", "Sønder")


def relation(
    ways: list[list[tuple[float, float] | None]], name: str = "By", number: int = 5
) -> dict[str, Any]:
    members = [
        {
            "type": "way",
            "ref": i,
            "role": "outer",
            "geometry": [p and {"lon": p[0], "lat": p[1]} for p in way],
        }
        for i, way in enumerate(ways, 1)
    ]
    members.append({"type": "node", "ref": 9, "role": "label"})
    tags = {"type": "boundary", "boundary": "administrative", "name": name}
    return {"type": "relation", "id": number, "tags": tags, "members": members}


RING = [(10.0, 57.0), (10.2, 57.0), (10.2, 57.1), (10.0, 57.1), (10.0, 57.0)]
HOLE = [(10.05, 57.02), (10.1, 57.02), (10.1, 57.06), (10.05, 57.06), (10.05, 57.02)]


def overpass(path: Path, *elements: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"version": 0.6, "elements": elements}))
    return path


def test_relations_of_overpass_are_areas(tmp_path: Path) -> None:
    path = overpass(tmp_path / "a.json", relation([RING[:3], RING[4:1:-1], HOLE]))
    polygons = read_polygons(path)
    assert polygons.names == ("By",)
    assert polygons.geometries[0].equals(shapely.Polygon(RING, [HOLE]))
    broken = overpass(path, relation([RING[:3], [RING[2], None, RING[4]]]))
    with pytest.raises(InvalidInput, match=r"relation 5 \(By\) is not whole: 1 of 2 ways"):
        read_polygons(broken)
    two = overpass(
        path, relation([list(WEST.exterior.coords)], "A"), relation([list(EAST.exterior.coords)], "B", 6)
    )
    assert read_polygons(two).names == ("A", "B")
    with pytest.raises(InvalidInput, match="is not whole"):  # a ring, and half of another
        read_polygons(overpass(path, relation([[*WEST.exterior.coords], HOLE[:3]])))
    with pytest.raises(UnreadableFile, match="holds no boundary"):
        read_polygons(overpass(path, {"type": "node", "id": 1, "lat": 57, "lon": 10}))
    path.write_text(json.dumps({"elements": [relation([RING])], "remark": "runtime error: Query timed out"}))
    with pytest.raises(UnreadableFile, match="breaks off, its server said 'runtime error"):
        read_polygons(path)
    with pytest.raises(UnreadableFile, match="not as Overpass writes it"):
        read_polygons(
            overpass(path, {"type": "relation", "id": 1, "tags": {"type": "boundary"}, "members": [{}]})
        )


def test_relations_whose_nodes_stand_apart_and_in_xml(tmp_path: Path) -> None:
    nodes = [{"type": "node", "id": i, "lon": x, "lat": y} for i, (x, y) in enumerate(RING[:4], 1)]
    ways: list[dict[str, Any]] = [
        {"type": "way", "id": 1, "nodes": [1, 2, 3]},
        {"type": "way", "id": 2, "nodes": [3, 4, 1]},
    ]
    plain = relation([[], []])
    plain["members"] = [{"type": "way", "ref": i, "role": "outer"} for i in (1, 2)]
    assert read_polygons(overpass(tmp_path / "a.json", plain, *ways, *nodes)).geometries[0].equals(BOTH)
    text = "".join(f'<node id="{n["id"]}" lon="{n["lon"]}" lat="{n["lat"]}"/>' for n in nodes)
    text += "".join(
        f'<way id="{way["id"]}">' + "".join(f'<nd ref="{ref}"/>' for ref in way["nodes"]) + "</way>"
        for way in ways
    )
    tags = '<tag k="type" v="boundary"/><tag k="name" v="By"/>'
    members = '<member type="way" ref="1" role=""/><member type="way" ref="2" role=""/>'
    path = tmp_path / "a.osm"
    path.write_text(
        f'<?xml version="1.0"?><osm version="0.6">{text}<relation id="5">{members}{tags}</relation></osm>'
    )
    assert read_polygons(path).geometries[0].equals(BOTH)
    corners = "".join(f'<nd lat="{y}" lon="{x}"/>' for x, y in RING)
    inline = f'<relation id="5"><member type="way" ref="1" role="outer">{corners}</member>{tags}</relation>'
    path.write_text(f"<osm>{inline}</osm>")
    polygons = read_polygons(path)
    assert (polygons.names, polygons.geometries[0].equals(BOTH)) == (("By",), True)
    path.write_text(f'<!DOCTYPE osm [<!ENTITY a "b">]><osm>{inline}</osm>')
    with pytest.raises(UnreadableFile, match="entity"):
        read_polygons(path)


def poly(*sections: tuple[str, list[tuple[float, float]]]) -> str:
    rings = "".join(
        f"{name}\n" + "".join(f"   {x:E}   {y:E}\n" for x, y in ring) + "END\n" for name, ring in sections
    )
    return f"byen\n{rings}END\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_polygon_files_are_read(tmp_path: Path, ends: str) -> None:
    path = tmp_path / "byen.poly"
    text = poly(("1", RING[:4]), ("!2", HOLE), ("3", [(11, 58), (12, 58), (12, 59)]))
    path.write_bytes(text.replace("\n", ends).encode())
    polygons = read_polygons(path)
    assert polygons.names == ("byen",)
    wanted = shapely.union(shapely.Polygon(RING, [HOLE]), shapely.Polygon([(11, 58), (12, 58), (12, 59)]))
    assert polygons.geometries[0].symmetric_difference(wanted).area < 1e-9
    for bad, words in {
        poly(("1", RING[:2])): "line 5: 2 corners",
        poly(("1", RING[:3])).replace("5.710000E+01", "x"): "line 5: '1.020000E",
        poly(("1", [(190, 57), *RING[:3]])): "line 3: '1.900000E",
    }.items():
        path.write_text(bad)
        with pytest.raises(InvalidInput, match=words.replace("+", r"\+")):
            read_polygons(path)
    path.write_text(poly(("1", RING[:4])).removesuffix("END\n"))
    assert read_polygons(path).geometries[0].equals(BOTH)  # some programs write the last END no more
    path.write_text("END of story\nnothing\n")
    with pytest.raises(UnreadableFile, match="no file of features"):
        read_polygons(path)


def test_kml_flatgeobuf_and_geoparquet_are_read(tmp_path: Path) -> None:
    import geopandas as gpd

    corners = " ".join(f"{x},{y},0" for x, y in WEST.exterior.coords)
    shape = (
        f"<outerBoundaryIs><LinearRing><coordinates>{corners}</coordinates></LinearRing></outerBoundaryIs>"
    )
    text = (
        f"<kml><Document><Placemark><name>Vest</name><Polygon>{shape}</Polygon></Placemark></Document></kml>"
    )
    (tmp_path / "a.kml").write_text(text)
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as packed:
        packed.writestr("doc.kml", text)
    frame = gpd.GeoDataFrame({"name": ["Vest"]}, geometry=[WEST], crs=4326)
    frame.to_file(tmp_path / "a.fgb", driver="FlatGeobuf")
    frame.to_parquet(tmp_path / "a.parquet")
    for name in ("a.kml", "a.kmz", "a.fgb", "a.parquet"):
        polygons = read_polygons(tmp_path / name)
        assert polygons.names == ("Vest",), name
        assert polygons.geometries[0].equals(WEST), name


def test_a_community_of_named_columns(tmp_path: Path) -> None:
    from micropolis_map.services.load_area import Area, districts_for

    path = collection(
        tmp_path / "a.geojson", {"kode": "1", "kaldes": "Nørre"}, {"kode": "2", "kaldes": "Sønder"}
    )
    area = Area(BOTH, "", surveyed=True)
    town = Community("by", {"en": "By"}, "By")
    unknown = districts_for(town, area, None, path)  # type: ignore[arg-type] - the extract is not needed
    assert unknown.names == ("Area 1", "Area 2")
    assert "(its columns: kode, kaldes)" in unknown.notes[0]
    assert districts_for(town, area, None, path, "kaldes").names == ("Nørre", "Sønder")  # type: ignore[arg-type]


def test_a_shapefile_that_does_not_say_its_encoding(tmp_path: Path) -> None:
    """Polish and Ukrainian offices write cp1250 and cp1251, and forget the .cpg and the .shx."""
    whole = tmp_path / "whole"
    whole.mkdir()
    frame = gpd.GeoDataFrame({"NAZWA": ["Żabi Róg", "Źródło"]}, geometry=[WEST, EAST], crs=4326)
    frame.to_file(whole / "a.shp", encoding="cp1250")
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for ending in (".shp", ".dbf", ".prj"):
            packed.write(whole / f"a{ending}", f"dane/a{ending}")
    polygons = read_polygons(archive)
    assert polygons.names == ("Żabi Róg", "Źródło")
    assert "a.zip: the text is in cp1250" in polygons.notes


def test_of_a_geopackages_layers_the_one_with_areas_is_read_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    spots = gpd.GeoDataFrame({"name": ["Well"]}, geometry=[shapely.Point(10.05, 57.05)], crs=4326)
    quarters = gpd.GeoDataFrame({"name": ["A", "B"]}, geometry=[WEST, EAST], crs=4326)
    spots.to_file(path, layer="spots")
    pyogrio.write_dataframe(pd.DataFrame({"styleQML": ["<qgis/>"]}), path, layer="layer_styles")
    quarters.to_file(path, layer="quarters")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        polygons, points = read_polygons(path), read_points(path)
    assert (polygons.names, points.name) == (("A", "B"), ("Well",))
    assert "a.gpkg: the layer 'quarters' is read, and not 'spots'" in polygons.notes
    assert "a.gpkg: the layer 'spots' is read, and not 'quarters'" in points.notes


def test_names_of_districts_are_plain_texts(tmp_path: Path) -> None:
    rows = {"name": "<b>North</b> &amp; South"}, {"name": "Harbour\u2028 front"}
    assert read_polygons(collection(tmp_path / "a.geojson", *rows)).names == (
        "North & South",
        "Harbour front",
    )


@pytest.mark.parametrize("mark", ["", "\x1e"])
def test_a_feature_a_line_is_geojson_as_well(tmp_path: Path, mark: str) -> None:
    whole = json.loads(collection(tmp_path / "a.geojson", {"name": "A"}, {"name": "B"}).read_text())
    path = tmp_path / "a.geojsonl"
    path.write_text("".join(f"{mark}{json.dumps(feature)}\n" for feature in whole["features"]))
    assert read_polygons(path).names == ("A", "B")
    assert read_points(path).name == ("A", "B")
    path.write_text(path.read_text()[:-9])
    with pytest.raises(UnreadableFile, match="not whole JSON"):
        read_polygons(path)
