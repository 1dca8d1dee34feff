"""Files as people really have them: every delimiter, encoding, order, CRS and tool."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from pyproj import Transformer

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.sources.place_files import ColumnMapping, ReadOptions, RowFile, propose_mapping, read_rows
from micropolis_map.sources.place_files.coordinates import NotACoordinate, angle, geometry_text
from micropolis_map.sources.place_files.plain_text import from_html, from_umap

WAWER = ReadOptions(centre=(21.17, 52.2), bounds=(21.07, 52.13, 21.28, 52.26))


def read(tmp_path: Path, name: str, content: str | bytes, options: ReadOptions | None = None) -> RowFile:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_rows(path, options)


def point(rows: RowFile, number: int = 1) -> tuple[float, float]:
    row = rows.rows[number - 1]
    assert row.geometry is not None, row.reason
    return tuple(row.geometry["coordinates"])


def asked(rows: RowFile) -> dict[str, str]:
    return {question.kind: question.proposed for question in rows.questions}


# --- CSV -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter(tmp_path: Path, delimiter: str) -> None:
    lines = [["Nazwa", "LAT", "Lng", "Opis"], ["Dąb", "52.2", "21.1", '"stary, duży; piękny"']]
    rows = read(tmp_path, "a.csv", "\n".join(delimiter.join(line) for line in lines))
    assert point(rows) == (21.1, 52.2)
    assert rows.rows[0].properties == {"Nazwa": "Dąb", "Opis": "stary, duży; piękny"}
    assert ("delimiter" in asked(rows)) == (delimiter != ",")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Zażółć gęślą jaźń, Сусідка, Rødgrød"),
        ("utf-8-sig", "Zażółć gęślą jaźń"),
        ("utf-16", "Zażółć gęślą jaźń"),
        ("utf-16-le", "Łąka i park"),
        ("utf-16-be", "Łąka i park"),
        ("cp1250", "Zażółć gęślą jaźń"),
        ("cp1250", "Świetlica środowiskowa w Międzylesiu"),
        ("iso-8859-2", "Zażółć gęślą jaźń"),
        ("cp1252", "Rødgrød med fløde på Åen"),
        ("cp1252", "Perché la città è così"),
        ("cp1251", "Бібліотека імені Лесі Українки"),
    ],
)
def test_encodings_are_recognised(tmp_path: Path, encoding: str, text: str) -> None:
    rows = read(tmp_path, "a.csv", f'name;lat;lon\n"{text}";52,2;21,1\n'.encode(encoding))
    assert rows.rows[0].properties["name"] == text
    assert point(rows) == (21.1, 52.2)
    plain = encoding.startswith("utf-8")
    assert asked(rows).get("encoding") == (None if plain else encoding)


def test_an_encoding_can_be_answered(tmp_path: Path) -> None:
    data = "name,lat,lon\nŻółw,52,21\n".encode("cp1250")
    rows = read(tmp_path, "a.csv", data, ReadOptions(answers={"encoding": "cp1252"}))
    assert rows.rows[0].properties["name"] == "¯ó³w"
    with pytest.raises(UnreadableFile, match="utf-8"):
        read(tmp_path, "a.csv", data, ReadOptions(answers={"encoding": "utf-8"}))
    with pytest.raises(UnreadableFile, match="klingon"):
        read(tmp_path, "a.csv", data, ReadOptions(answers={"encoding": "klingon"}))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("name;lat;lon", "x;52,2297;21,0122"),
        ("name;y;x", "x;52.2297;21.0122"),
        ("name;Szerokość;Długość", "x;52.2297;21.0122"),
        ("name;coordinates", "x;52.2297, 21.0122"),
        ('name;"Lat, Lon"', "x;52.2297,21.0122"),
        ("name;coordinates", "x;52,2297 21,0122"),
        ("name;coordinates", "x;52,2297,21,0122"),
        ("name;lon lat", "x;21.0122 52.2297"),
        ("name;WKT", "x;POINT (21.0122 52.2297)"),
        ("name;wkt", 'x;"SRID=4326;POINT(21.0122 52.2297)"'),
        ("name;geometry", 'x;"{""type"":""Point"",""coordinates"":[21.0122,52.2297]}"'),
        ("name;lat;lon", "x;52°13'46.92\"N;21°0'43.92\"E"),
        ("name;lat;lon", "x;52° 13.782′ N;21° 0.732′ E"),
        ("name;lat;lon", "x;21°0'43.92\"E;52°13'46.92\"N"),
        ("name;position", "x;N 52°13'46.92\" E 21°0'43.92\""),
    ],
)
def test_positions_as_people_write_them(tmp_path: Path, header: str, cells: str) -> None:
    rows = read(tmp_path, "a.csv", f"{header}\n{cells}\n")
    lon, lat = point(rows)
    assert (round(lon, 6), round(lat, 6)) == (21.0122, 52.2297)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("x,,21", "lat empty"),
        ("x,,", "lat and lon empty"),
        ("x,foo,21", "'foo' is not a coordinate"),
        ("x,95,21", "not on the Earth"),
        ("x,52,181", "181.0"),
        ("x,nan,21", "'nan'"),
        ("x,inf,21", "'inf'"),
        ("x,52°75'N,21", "60 or more"),
        ("x,52,2297,21,0122", "5 cells where the header has 3"),
    ],
)
def test_each_unusable_row_says_its_value(tmp_path: Path, cells: str, why: str) -> None:
    rows = read(tmp_path, "a.csv", f"name,lat,lon\n{cells}\nok,52,21\n")
    assert len(rows.rows) == 2
    assert rows.rows[0].geometry is None
    assert why in str(rows.rows[0].reason)
    assert rows.rows[1].reason is None


def test_excel_says_its_separator_and_blank_lines_are_no_rows(tmp_path: Path) -> None:
    rows = read(tmp_path, "a.csv", "sep=;\r\nname;lat;lon\r\n\r\nA, B;52;21\r\n;;\r\n")
    assert [row.properties for row in rows.rows] == [{"name": "A, B"}]


@pytest.mark.parametrize("crs", ["EPSG:2180", "EPSG:25834", "EPSG:3857", "EPSG:2178"])
@pytest.mark.parametrize("turned", [False, True])
def test_projected_coordinates_are_recognised_said_and_can_be_answered(
    tmp_path: Path, crs: str, *, turned: bool
) -> None:
    to = Transformer.from_crs(4326, crs, always_xy=True)
    corners = [(21.17, 52.2), (21.1, 52.15), (21.25, 52.22)]
    lines = [
        (f"{y:.2f};{x:.2f}" if turned else f"{x:.2f};{y:.2f}") for x, y in (to.transform(*c) for c in corners)
    ]
    text = "name;x;y\n" + "\n".join(f"p{i};{line}" for i, line in enumerate(lines))
    rows = read(tmp_path, "a.csv", text, WAWER)
    for number, (lon, lat) in enumerate(corners, start=1):
        assert point(rows, number) == pytest.approx((lon, lat), abs=1e-4)
    assert "crs" in asked(rows)
    said = f"{crs} (y, x)" if turned else crs
    answered = read(tmp_path, "a.csv", text, ReadOptions(answers={"crs": said}))
    assert point(answered) == pytest.approx(corners[0], abs=1e-6)
    nowhere = read(tmp_path, "a.csv", text)
    assert all("not on the Earth" in str(row.reason) for row in nowhere.rows)


def test_an_unknown_crs_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="EPSG:99999999"):
        read(tmp_path, "a.csv", "name,x,y\na,1,2\n", ReadOptions(answers={"crs": "EPSG:99999999"}))


def test_swapped_columns_are_recognised_only_near_the_community(tmp_path: Path) -> None:
    text = "name,lat,lon\na,21.17,52.2\nb,21.18,52.21\n"
    rows = read(tmp_path, "a.csv", text, WAWER)
    assert point(rows) == (21.17, 52.2)
    assert asked(rows) == {"order": "lat, lon"}
    assert point(read(tmp_path, "a.csv", text)) == (52.2, 21.17)
    kept = read(tmp_path, "a.csv", text, ReadOptions(centre=WAWER.centre, answers={"order": "lon, lat"}))
    assert point(kept) == (52.2, 21.17)


def test_a_few_swapped_rows_are_turned_and_named(tmp_path: Path) -> None:
    text = "name,lat,lon\n" + "\n".join(f"p{i},52.2,21.{10 + i}" for i in range(8)) + "\nbad,21.15,52.19\n"
    rows = read(tmp_path, "a.csv", text, WAWER)
    assert point(rows, 9) == (21.15, 52.19)
    assert asked(rows) == {"rows": "swap"}
    assert "(9)" in rows.questions[0].seen
    kept = read(tmp_path, "a.csv", text, ReadOptions(WAWER.centre, WAWER.bounds, {"rows": "keep"}))
    assert point(kept, 9) == (52.19, 21.15)


def test_columns_are_proposed_and_can_be_said() -> None:
    columns = [
        "Tytuł",
        "name:uk",
        "description[da]",
        "Opis (Italian)",
        "godziny otwarcia",
        "WWW",
        "colour",
        "name_alt",
    ]
    proposed = propose_mapping(columns, ColumnMapping({"colour": "themes"}))
    assert proposed.columns == {
        "Tytuł": "name.pl",
        "name:uk": "name.uk",
        "description[da]": "description.da",
        "Opis (Italian)": "description.it",
        "godziny otwarcia": "opening_hours",
        "WWW": "website",
        "colour": "themes",
        "name_alt": "",
    }
    assert proposed.unused == ("name_alt",)
    assert propose_mapping(["TrailHeadName", "length"]).columns["TrailHeadName"] == "name"


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
        ("xl/workbook.xml", "an Excel workbook"),
        ("content.xml", "OpenDocument"),
        ("a.shp", "a zipped shapefile"),
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
        ("other.json", '{"type": "Topology"}', "not GeoJSON"),
        ("none.geojson", '{"type": "FeatureCollection"}', "has features None"),
        ("empty.csv", "", "is empty"),
        ("blank.csv", " \n \n", "is empty"),
        ("word.docx", "PK", "of a kind that is not read"),
        ("x.gpkg", "hello", "is not GPKG"),
        ("y.gpkg", b"SQLite format 3\0" + b"\0" * 100, "cannot be read as a GeoPackage"),
    ],
)
@pytest.mark.filterwarnings("ignore:GPKG")
def test_broken_files_give_one_clear_error(tmp_path: Path, name: str, content: str | bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=name) as raised:
        read(tmp_path, name, content)
    assert why in raised.value.what
    assert raised.value.todo


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


def test_texts_of_other_tools_become_plain() -> None:
    assert from_html("<p>a</p><p>b &lt;c&gt;</p><style>x{}</style>") == "a\n\nb <c>"
    assert from_html("1 < 2 and 3 > 2") == "1 < 2 and 3 > 2"
    assert from_umap("2*3*4 = 24") == "2*3*4 = 24"
    assert from_umap("{{{https://x.org|100}}}text") == "text"
