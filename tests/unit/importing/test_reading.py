"""Files as other tools write them, and broken ones: each gives its rows or one clear error."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from row_reading import point, read

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.sources.coordinates import NotACoordinate, angle, geometry_text
from micropolis_map.sources.place_files import read_rows
from micropolis_map.sources.place_files.plain_text import from_html, from_umap

# --- GeoJSON and uMap -------------------------------------------------------------------------------------


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def test_every_feature_is_one_row_with_its_reason(tmp_path: Path) -> None:
    features = [
        feature({"type": "Point", "coordinates": [21, 52, 100]}),
        feature(None),
        feature({"type": "Point", "coordinates": []}),
        feature({"type": "Circle", "coordinates": [21, 52]}),
        feature({"type": "Point", "coordinates": ["21", "52"]}),
        feature({"type": "Polygon", "coordinates": [[[21, 52], [21.1, 52], [21, 52.1]]]}),
        feature({"type": "LineString", "coordinates": [[21, 52]]}),
        feature(
            {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "Point", "coordinates": [1, 1]},
                    {"type": "LineString", "coordinates": [[21, 52], [22, 52]]},
                ],
            }
        ),
        feature({"type": "Point", "coordinates": [210, 52]}),
        "nonsense",
        {"type": "Feature"},
    ]
    rows = read(tmp_path, "a.geojson", json.dumps({"type": "FeatureCollection", "features": features})).rows
    assert [row.number for row in rows] == list(range(1, 12))
    kinds = [row.geometry["type"] if row.geometry else None for row in rows]
    assert kinds == ["Point", None, None, None, None, "Polygon", "Point", "LineString", None, None, None]
    assert all((row.geometry is None) == (row.reason is not None) for row in rows)
    assert rows[0].geometry == {"type": "Point", "coordinates": [21.0, 52.0]}
    assert len(rows[5].geometry["coordinates"][0]) == 4  # type: ignore[index]
    assert "210" in str(rows[8].reason)
    assert "Circle" in str(rows[3].reason)


@pytest.mark.parametrize(
    "document",
    [
        {"type": "Point", "coordinates": [21, 52]},
        feature({"type": "Point", "coordinates": [21, 52]}),
        [feature({"type": "Point", "coordinates": [21, 52]})],
    ],
)
def test_other_shapes_of_geojson(tmp_path: Path, document: Any) -> None:
    assert point(read(tmp_path, "a.json", json.dumps(document))) == (21.0, 52.0)


def test_one_feature_a_line(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(feature({"type": "Point", "coordinates": [21, lat]})) for lat in (51, 52))
    assert point(read(tmp_path, "a.geojsonl", lines), 2) == (21.0, 52.0)


def test_umap_comes_in_whole(tmp_path: Path) -> None:
    layers = [
        {
            "type": "FeatureCollection",
            "_umap_options": {"name": "Kawiarnie", "displayOnLoad": True},
            "features": [
                {
                    **feature(
                        {"type": "Point", "coordinates": [21, 52]},
                        name="Lipa",
                        _umap_options={"color": "red"},
                        description="*dobra* **kawa** [[https://example.org|strona]]\n# Menu\n{{https://x.org/a.jpg}}",
                    ),
                    "id": "AbCdE",
                }
            ],
        },
        {
            "type": "FeatureCollection",
            "_umap_options": {"name": "Z sieci", "remoteData": {"url": "https://x.org"}},
            "features": [],
        },
        {
            "type": "FeatureCollection",
            "_umap_options": {"name": "Parki"},
            "features": [
                feature(
                    {"type": "Polygon", "coordinates": [[[21, 52], [21.1, 52], [21, 52.1], [21, 52]]]},
                    name="Park",
                )
            ],
        },
    ]
    rows = read(
        tmp_path, "mapa.umap", json.dumps({"type": "umap", "properties": {"name": "Wawer"}, "layers": layers})
    )
    first, second = rows.rows
    assert first.properties == {
        "name": "Lipa",
        "description": "dobra kawa strona (https://example.org)\nMenu",
        "datalayer": "Kawiarnie",
    }
    assert (first.id, second.properties["datalayer"]) == ("AbCdE", "Parki")
    assert rows.mapping.columns["datalayer"] == "themes"
    assert "Z sieci" in rows.questions[0].seen


# --- KML, KMZ and My Maps ---------------------------------------------------------------------------------

MY_MAPS = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<name>Mapa</name><Style id="icon-1899-0288D1">
<IconStyle><Icon><href>https://x.org/a.png</href></Icon></IconStyle></Style>
<Folder><name>Zabytki</name><Placemark><name>Dworzec &amp; wieża</name>
<description><![CDATA[<img src="https://x.org/b.jpg" height="200" /><br>
<br>Piękny <b>budynek</b><br>z 1877 r.<script>alert(1)
</script>]]></description>
<styleUrl>#icon-1899-0288D1</styleUrl>
<ExtendedData><Data name="rok"><value>1877</value></Data>
<Data name="gx_media_links"><value><![CDATA[https://x.org/b.jpg]]></value></Data></ExtendedData>
<Point><coordinates>
 21.19,52.19,0
</coordinates></Point></Placemark></Folder>
<Folder><name>Trasy</name><Placemark><name>Ścieżka</name><LineString><tessellate>1</tessellate>
<coordinates>21.19,52.19,0 21.2,52.2,0</coordinates></LineString></Placemark></Folder></Document></kml>"""


def test_my_maps_comes_in_whole(tmp_path: Path) -> None:
    rows = read(tmp_path, "mapa.kml", MY_MAPS)
    station, path = rows.rows
    assert station.properties["name"] == "Dworzec & wieża"
    assert station.properties["description"] == "Piękny budynek\nz 1877 r."
    assert (station.properties["folder"], path.properties["folder"]) == (["Zabytki"], ["Trasy"])
    assert rows.mapping.columns["rok"] == "period"
    assert rows.mapping.columns["gx_media_links"] == "photo_link"
    assert path.geometry == {"type": "LineString", "coordinates": [[21.19, 52.19], [21.2, 52.2]]}


def test_kmz_and_what_is_none(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images/a.png", b"x")
        archive.writestr("doc.kml", MY_MAPS)
    assert len(read(tmp_path, "a.kmz", packed.getvalue()).rows) == 2
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("layers/second.kml", MY_MAPS)
    assert [row.number for row in read(tmp_path, "two.kmz", packed.getvalue()).rows] == [1, 2, 3, 4]
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("a.txt", b"x")
    with pytest.raises(UnreadableFile, match="archive without"):
        read(tmp_path, "b.kmz", empty.getvalue())
    with pytest.raises(UnreadableFile, match="broken archive"):
        read(tmp_path, "c.kmz", packed.getvalue()[:200])


@pytest.mark.parametrize(
    ("inner", "what"),
    [
        ("xl/workbook.xml", "cannot be read as a spreadsheet"),
        ("content.xml", "cannot be read as a spreadsheet"),
        ("a.dbf", "a shapefile without its .shp"),
        ("a.shp", "a.shp' is not SHP"),
    ],
)
def test_tables_in_archives_are_told_what_to_do(tmp_path: Path, inner: str, what: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(inner, b"x")
    with pytest.raises(UnreadableFile, match=what):
        read(tmp_path, "a.xlsx", packed.getvalue())


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("doc.kml", "w") as file:
        for _ in range(101):
            file.write(b" " * 1_000_000)
    with pytest.raises(UnreadableFile, match="unpacks to more than 100 MB"):
        read(tmp_path, "bomb.kmz", packed.getvalue())


# --- broken and hostile files -----------------------------------------------------------------------------

LAUGHS = """<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<kml><Placemark><name>&b;</name></Placemark></kml>"""
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><name>&x;</name></kml>'
)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("laughs.kml", LAUGHS, "declares the XML entity 'a'"),
        ("outside.kml", OUTSIDE, "declares the XML entity 'x'"),
        ("deep.kml", "<kml>" + "<Folder>" * 200 + "</Folder>" * 200 + "</kml>", "nested deeper"),
        ("open.kml", "<kml><Placemark>", "not well-formed XML"),
        ("page.kml", "<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
        ("feed.xml", "<rss></rss>", "neither GPX nor KML"),
        ("open.geojson", '{"type": "FeatureCollection", "features": [', "is not JSON"),
        ("deep.json", "[" * 100_000, "is not JSON"),
        ("other.json", '{"type": "Topography"}', "not GeoJSON"),
        ("none.geojson", '{"type": "FeatureCollection"}', "has features None"),
        ("empty.csv", "", "is empty"),
        ("blank.csv", " \n \n", "is empty"),
        ("word.docx", "PK", "of a kind that is not read"),
        ("x.gpkg", "hello", "is not GPKG"),
        ("y.gpkg", b"SQLite format 3\0" + b"\0" * 100, "cannot be read as a GeoPackage"),
        ("table.csv", b"%PDF-1.7 ...", "is a PDF"),
        ("table.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "cannot be read as a spreadsheet"),
        ("photo.geojson", b"\xff\xd8\xff\xe0", "is a picture"),
        ("a.geojson.gz", b"\x1f\x8b\x08", "is a broken archive"),
        ("noise.csv", bytes(range(256)) * 20, "is not text"),
    ],
)
def test_broken_files_give_one_clear_error(tmp_path: Path, name: str, content: str | bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=name) as raised:
        read(tmp_path, name, content)
    assert why in raised.value.what
    assert raised.value.todo
    assert str(raised.value).count(name) == 1


@pytest.mark.parametrize(
    "layers",
    ["x", [None, 5, {"features": "xx"}, {"features": [1], "_umap_options": "x"}], [{"features": None}]],
)
def test_a_umap_with_broken_layers_is_told_row_by_row(tmp_path: Path, layers: Any) -> None:
    rows = read(tmp_path, "a.umap", json.dumps({"type": "umap", "layers": layers}))
    assert all("not a Feature" in str(row.reason) for row in rows.rows)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"'gone\.csv' cannot be read: No such file"):
        read_rows(tmp_path / "gone.csv")


def test_a_wrong_ending_is_said_and_read_anyway(tmp_path: Path) -> None:
    rows = read(tmp_path, "a.csv", '{"type": "Point", "coordinates": [21, 52]}')
    assert (rows.kind, point(rows)) == ("geojson", (21.0, 52.0))
    assert "holds geojson" in rows.questions[0].seen


def test_a_geopackage_of_several_layers(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    points = gpd.GeoDataFrame(
        {"nazwa": ["A", None]}, geometry=gpd.points_from_xy([21, 22], [52, 53]), crs=4326
    )
    points.to_crs(2180).to_file(path, layer="zabytki")
    points.to_file(path, layer="parki")
    rows = read_rows(path)
    assert [row.properties for row in rows.rows] == [
        {"nazwa": "A", "layer": "zabytki"},
        {"layer": "zabytki"},
        {"nazwa": "A", "layer": "parki"},
        {"layer": "parki"},
    ]
    assert point(rows) == pytest.approx((21, 52), abs=1e-6)
    assert "EPSG:2180" in rows.questions[0].seen


# --- pieces -----------------------------------------------------------------------------------------------


def test_angles_and_texts_that_are_none() -> None:
    assert angle("9° 07′ 30″ W") == (-9.125, "lon")
    assert angle("-0,5") == (-0.5, "")
    assert angle("5 678 901,5") == (5678901.5, "")
    for text in ("", "abc", "12 apples", "1.2.3", "N", "--5"):
        with pytest.raises(NotACoordinate):
            angle(text)
    for text in ("POINT EMPTY", "POINT(1", "{", "[1]x", "1", "a, b", "1 2 3"):
        with pytest.raises(NotACoordinate):
            geometry_text(text, lat_first=True)


@pytest.mark.parametrize("text", ["52.205.123", "-9.118.004", "52,205,123", "1.234.567.890"])
def test_the_digits_of_one_number_are_never_divided(text: str) -> None:
    for word in (text, f"{text}°", f"{text} N"):
        with pytest.raises(NotACoordinate):
            angle(word)
    with pytest.raises(NotACoordinate, match="a spreadsheet took it for a whole number"):
        angle(text)
    with pytest.raises(NotACoordinate):
        geometry_text(f"{text}; {text}", lat_first=True)


def test_positions_of_odk_and_kobotoolbox() -> None:
    corners = ["55.5 9.75 12.0 4.9", "55.6 9.75 0 0", "55.6 9.85 -1.5 0"]
    first = {"type": "Point", "coordinates": [9.75, 55.5]}
    assert geometry_text(corners[0], lat_first=True) == first
    assert geometry_text("55.5 9.75 12", lat_first=True) == first
    line = [[9.75, 55.5], [9.75, 55.6], [9.85, 55.6]]
    trace = geometry_text("; ".join(corners), lat_first=True)
    assert trace == {"type": "LineString", "coordinates": line}
    shape = geometry_text(";".join([*corners, corners[0]]) + ";", lat_first=True)
    assert shape == {"type": "Polygon", "coordinates": [[*line, line[0]]]}
    by_excel = [",".join(corner.split()) for corner in corners]
    assert geometry_text("; ".join(by_excel), lat_first=True) == trace
    level = [" ".join(corner.split()[:2]) for corner in corners]
    assert geometry_text(";".join([*level, level[0]]), lat_first=True) == shape
    turned = [f"{lon},{lat},0" for lon, lat in line]
    assert geometry_text(";".join(turned), lat_first=False) == trace


def test_texts_of_other_tools_become_plain() -> None:
    assert from_html("<p>a</p><p>b &lt;c&gt;</p><style>x{}</style>") == "a\n\nb <c>"
    assert from_html("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"
    assert from_umap("2*3*4 = 24") == "2*3*4 = 24"
    assert from_umap("{{{https://x.org|100}}}text") == "text"


GRID = "+proj=longlat +ellps=bessel +nadgrids={} +type=crs"


@pytest.mark.parametrize(
    "crs",
    [
        GRID.format("http://127.0.0.1:9/grid.tif"),
        GRID.format("/etc/hostname"),
        "+proj=pipeline +step +proj=vgridshift +grids=/etc/hostname",
        "file:///etc/hostname",
        "/vsicurl/http://127.0.0.1:9/wkt",
        '{"type": "GeographicCRS"}',
        "x" * 100_000,
    ],
)
def test_a_coordinate_system_that_leads_elsewhere_is_refused_in_words(tmp_path, crs):
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": crs}},
        "features": [
            {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [7, 43]}}
        ],
    }
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(document))
    with pytest.raises(InvalidInput, match="is not known") as raised:
        read_rows(path)
    assert len(str(raised.value)) < 300
