"""Tables as people really have them: every delimiter, encoding, order and CRS."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from pyproj import Transformer
from row_reading import WAWER, asked, point, read

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.sources.place_files import ColumnMapping, ReadOptions, propose_mapping, read_rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", ":", "~"])
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
        ("cp1251", "Їжа"),
        ("mac_cyrillic", "Бібліотека імені Лесі Українки"),
        ("koi8_u", "Бібліотека імені Лесі Українки"),
        ("cp1125", "Бібліотека імені Лесі Українки"),
        ("koi8_u", "парк і річка"),
        ("cp1125", "Кав'ярня Під липою"),
        ("mac_roman", "Rødgrød med fløde på Åen"),
        ("cp850", "Café på Åen"),
        ("cp852", "Zażółć gęślą jaźń"),
    ],
)
def test_encodings_are_recognised(tmp_path: Path, encoding: str, text: str) -> None:
    rows = read(tmp_path, "a.csv", f'name;lat;lon\n"{text}";52,2;21,1\n'.encode(encoding))
    assert rows.rows[0].properties["name"] == text
    assert point(rows) == (21.1, 52.2)
    plain = encoding.startswith("utf-8")
    assert asked(rows).get("encoding") == (None if plain else encoding)


@pytest.mark.parametrize("mistaken", ["cp1252", "cp1250", "cp1251"])
@pytest.mark.parametrize("text", ["Źródełko i żabi staw", "Ærøs bålplads", "Кав’ярня „Ґанок“"])
def test_utf_8_that_was_written_twice_is_undone_and_said(tmp_path: Path, mistaken: str, text: str) -> None:
    once = "".join(bytes([byte]).decode(mistaken, "ignore") or chr(byte) for byte in text.encode())
    rows = read(tmp_path, "a.csv", f"name,lat,lon\n{once},52.2,21.1\n")
    assert rows.rows[0].properties == {"name": text}
    assert asked(rows)["encoding"] == "utf-8 twice"
    kept = read(
        tmp_path, "a.csv", f"name,lat,lon\n{once},52.2,21.1\n", ReadOptions(answers={"encoding": "utf-8"})
    )
    assert kept.rows[0].properties == {"name": once}


@pytest.mark.parametrize("text", ["KÓŁKO", "Łódź", "Ві, Лі", "Ångström", "Għajn", "“A” – 5°"])
def test_utf_8_that_was_written_once_stays(tmp_path: Path, text: str) -> None:
    rows = read(tmp_path, "a.csv", f'name,lat,lon\n"{text}",52.2,21.1\n')
    assert (rows.rows[0].properties, asked(rows)) == ({"name": text}, {})


def test_letters_that_were_lost_before_are_said(tmp_path: Path) -> None:
    rows = read(tmp_path, "a.csv", "name,lat,lon\nŹr\ufffdde\ufffdko,52.2,21.1\n")
    assert any("letters were lost before the file came here" in question.seen for question in rows.questions)


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
        ("name;lat;lon", "x;52:13:46.92;21:00:43.92"),
        ("stop_name;stop_lat;stop_lon", "x;52.2297;21.0122"),
        ("Name;Breite;Länge", "x;52,2297;21,0122"),
        ("nazwa;szer. geogr.;dług. geogr.", "x;52.2297;21.0122"),
        ("name;decimalLatitude;decimalLongitude", "x;52.2297;21.0122"),
        ("name;Latitude (WGS84);Longitude (WGS84)", "x;52.2297;21.0122"),
        ("name;GPS coordinates", "x;52.2297, 21.0122"),
        ("nazwa;współrzędne geograficzne", "x;52.2297, 21.0122"),
        ("name;where", "x;POINT Z (21.0122 52.2297 3)"),
        ("name;Geo Shape", 'x;"{""type"":""Point"",""coordinates"":[21.0122,52.2297]}"'),
        ("name;wsp1;wsp2", "x;52.2297;21.0122"),
        ("name;x_wgs84;y_wgs84", "x;21.0122;52.2297"),
        ("name;lat1;lon1", "x;52.2297;21.0122"),
        ("name;GPS", 'x;"52.2297,21.0122,104.5,4"'),
        ("name;lon lat", 'x;"21.0122, 52.2297, 104.5"'),
        ("name;the_geom", "x;0101000020E6100000DE02098A1F03354013F241CF661D4A40"),
        ('"name,lat,lon"', '"x,52.2297,21.0122"'),
        ('"name;lat;lon"', '"x;52,2297;21,0122"'),
        ('"name,position"', '"x,""52.2297, 21.0122"""'),
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
        ("x,52,181", "lon 181,"),
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


def test_a_table_without_names_of_columns_loses_no_row(tmp_path: Path) -> None:
    rows = read(tmp_path, "a.csv", "Dąb,52.23,21.01\nLipa,52.24,21.02\n")
    assert [row.properties for row in rows.rows] == [{"name": "Dąb"}, {"name": "Lipa"}]
    assert point(rows) == (21.01, 52.23)
    assert "the first line holds a place" in rows.questions[0].seen


def test_numbers_that_are_no_degrees_are_no_position(tmp_path: Path) -> None:
    rows = read(tmp_path, "a.csv", "name,price,hours\nA,12.50,8-16\nB,3.20,10-18\n")
    assert all("has no position" in str(row.reason) for row in rows.rows)


def test_curves_are_a_reason_of_their_row(tmp_path: Path) -> None:
    rows = read(tmp_path, "a.csv", 'name;wkt\na;"CIRCULARSTRING(0 0, 1 1, 2 0)"\nb;POINT(21 52)\n')
    assert "has curves" in str(rows.rows[0].reason)
    assert point(rows, 2) == (21, 52)


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


def test_a_crs_stated_by_mistake_moves_nothing(tmp_path: Path) -> None:
    member = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::2180"}}'
    text = '{"type":"FeatureCollection",%s,"features":[{"type":"Feature","geometry":%s}]}'
    degrees = read(
        tmp_path, "a.geojson", text % (member, '{"type":"Point","coordinates":[21.17,52.2]}'), WAWER
    )
    assert point(degrees) == (21.17, 52.2)
    assert "but they are degrees" in degrees.questions[0].seen


def test_reasons_and_remarks_are_told_in_other_languages(tmp_path: Path) -> None:
    rows = read(tmp_path, "a.csv", "name;lat;lon\na;x;21\nb;;\n")
    told = {row.reason.told(lambda words: f"<{words}>") for row in rows.rows}
    assert told == {
        "<<'x' is not a coordinate> (in lat, lon)>",
        "<has no position: lat and lon empty>",
    }
    assert rows.questions[0].seen.told(lambda words: f"<{words}>") == "<the columns are separated by ';'>"


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


def test_each_column_has_a_name_of_its_own(tmp_path: Path) -> None:
    """Also where the name that is made for the second of two is there already; no column is lost."""
    rows = read(tmp_path, "a.csv", "lat,lon,name 5,name,name,name\n52.2,21.1,a,b,c,d\n")
    assert rows.rows[0].properties == {"name 5": "a", "name": "b", "name 5 5": "c", "name 6": "d"}


def test_collections_a_thousand_deep_are_no_place(tmp_path: Path) -> None:
    deep = "GEOMETRYCOLLECTION(" * 3_000 + "POINT(21 52)" + ")" * 3_000
    rows = read(tmp_path, "a.csv", f'name,wkt\nDąb,"{deep}"\nLipa,POINT(21.1 52.2)\n')
    assert [row.geometry is None for row in rows.rows] == [True, False]
    assert "is not WKT" in str(rows.rows[0].reason)


def test_what_an_archive_is_instead_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.dbf", "x")
    with pytest.raises(UnreadableFile) as caught:
        read_rows(path)
    assert str(caught.value) == (
        "'a.zip' is a shapefile without its .shp; pack all its files: .shp .shx .dbf .prj"
    )


@pytest.mark.parametrize("cell", ["01" * 21, "0101000000" + "ff" * 16, "00" * 30, "0107" + "00" * 40])
def test_what_only_looks_like_wkb_is_a_reason_of_its_row(tmp_path: Path, cell: str) -> None:
    rows = read(tmp_path, "a.csv", f"name,geom\nA,{cell}\nB,POINT (21 52)\n")
    assert rows.rows[0].geometry is None
    assert rows.rows[0].reason
    assert point(rows, 2) == (21, 52)


def test_a_table_of_one_quoted_column_stays_as_it_is(tmp_path: Path) -> None:
    rows = read(tmp_path, "a.csv", '"POINT (21 52)"\n"POINT (21.5 52)"\n')
    assert [point(rows, n) for n in (1, 2)] == [(21, 52), (21.5, 52)]
