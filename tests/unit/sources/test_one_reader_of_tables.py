"""One reader of delimited text: whatever signs, alphabets, titles and headings, the same points come out."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from table_files import write_xlsx

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.sources import archives
from micropolis_map.sources.column_names import (
    GRID_POPULATION,
    ID,
    LAT,
    LON,
    NAME,
    age_columns,
    find,
    plain,
    population_column,
)
from micropolis_map.sources.delimited_table import TableOptions
from micropolis_map.sources.delimited_text import divide
from micropolis_map.sources.number_texts import number_in, thousands_mark_of
from micropolis_map.sources.place_files.reading import read_rows
from micropolis_map.sources.points import read_points
from micropolis_map.sources.position_columns import find_columns
from micropolis_map.sources.text_encoding import decode
from micropolis_map.workers.pool import READERS

HEADINGS = {
    "en": ("Name", "Latitude (°)", "LONGITUDE [deg]", "Residents"),
    "pl": ("Nazwa", "Szerokość geogr.", "DŁUGOŚĆ GEOGR.", "Liczba mieszkańców"),
    "da": ("Navn", "Breddegrad", "Længdegrad", "Indbyggere"),
    "it": ("Denominazione", "Latitudine", "LONGITUDINE", "Abitanti (n.)"),
    "uk": ("Назва", "Широта", "Довгота", "Населення"),
}
NAMES = {
    "en": "Old oak, “the king”",
    "pl": "Świetlica «Żółw»",
    "da": "Rødgrød på Åen",
    "it": "Perché là è così",
    "uk": "Їдальня біля річки",
}
ENCODINGS = {
    "en": ("utf-8", "utf-8-sig", "utf-16"),
    "pl": ("utf-8", "utf-16", "cp1250", "iso-8859-2", "cp852", "mac_latin2"),
    "da": ("utf-8-sig", "cp1252", "mac_roman", "cp850"),
    "it": ("utf-16-le", "cp1252", "mac_roman", "cp850"),
    "uk": ("utf-8", "utf-16", "cp1251"),
}
PLACES = [(57.0101, 10.0202, 1200.0), (57.0303, 10.0404, 12.5)]


def table(lang: str, delimiter: str, ends: str, above: str) -> str:
    """Return the two places as a table in that language; decimal commas where the comma is free."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=ends)
    writer.writerow(HEADINGS[lang])
    for lat, lon, people in PLACES:
        cells = [f"{value:g}" if value < 1000 else f"{value:,.0f}" for value in (people,)]
        numbers = [f"{lat:.4f}", f"{lon:.4f}", *(cell.replace(",", " ") for cell in cells)]
        if delimiter != ",":
            numbers = [number.replace(".", ",") for number in numbers]
        writer.writerow([NAMES[lang], *numbers])
    return above + file.getvalue()


@pytest.mark.parametrize("lang", HEADINGS)
def test_every_spelling_of_a_table_gives_the_same_points(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "points.csv"
    ways = itertools.product(ENCODINGS[lang], ",;\t|", ("\n", "\r\n", "\r"))
    for encoding, delimiter, ends in ways:
        name = NAMES[lang].encode(encoding, "ignore").decode(encoding)
        for above in ("", f"sep={delimiter}{ends}" if ends != "\r" else "", f"Places, 2031{ends}{ends}"):
            text = table(lang, delimiter, ends, above).replace(NAMES[lang], name)
            path.write_bytes(text.encode(encoding))
            points = read_points(path)
            told = (lang, encoding, delimiter, ends, above)
            assert points.name == (name, name), told
            assert points.lat.tolist() == [57.0101, 57.0303], told
            assert points.lon.tolist() == [10.0202, 10.0404], told
            assert points.population is not None, told
            assert points.population.tolist() == [1200, 12.5], told


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c", "\x1e"])
def test_only_line_ends_end_a_row(tmp_path: Path, sign: str) -> None:
    path = tmp_path / "spots.csv"
    path.write_text(f'id,name,lon,lat\na,Bar{sign}Sud,10.1,57.1\nb,"two\nlines",10.2,57.2\nc,,181,57\n')
    with pytest.raises(InvalidInput, match="row 4"):  # the line end in quotes is no end of a row
        read_points(path)
    path.write_text(path.read_text().replace("181", "10.3"))
    points = read_points(path)
    assert points.id == ("a", "b", "c")
    assert points.name[0].startswith("Bar")


def test_what_was_guessed_is_said_and_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "punkty.csv"
    path.write_bytes("Wykaz świetlic;;\nnazwa;lat;lon\nŻółw;57,1;10,1\n".encode("cp1250"))
    assert [str(note) for note in read_points(path).notes] == [
        "punkty.csv: the text is in cp1250",
        "punkty.csv: the columns are separated by ';'",
        "punkty.csv: the headings stand in row 2",
        "punkty.csv: no column is known to hold ids: rows have their numbers as ids (3 …)",
    ]
    told = read_points(path, TableOptions(encoding="cp1250", delimiter="semicolon"))
    assert len(told.notes) == 2
    with pytest.raises(UnreadableFile, match="utf-8"):
        read_points(path, TableOptions(encoding="utf-8"))
    with pytest.raises(InvalidInput, match="cannot stand between columns"):
        read_points(path, TableOptions(delimiter="blank and comma"))
    path.write_text("id,lat,lon\nA,57.1,10.1\n")
    assert read_points(path).notes == ()


def test_a_title_above_the_headings_is_no_row_for_an_import_either(tmp_path: Path) -> None:
    path = tmp_path / "miejsca.csv"
    path.write_text("Gmina Zmyślona;;\nstan na;2031;\n\nnazwa;szerokość;długość\nDąb;57,1;10,1\n")
    rows = read_rows(path)
    assert [row.properties for row in rows.rows] == [{"nazwa": "Dąb"}]
    assert "the headings stand in row 4" in [question.seen for question in rows.questions]


def test_a_quote_that_never_ends_swallows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,lon,lat\na,1,2\n"b,3,4\nc,5,6\n')
    with pytest.raises(UnreadableFile, match="row 3: a quotation mark is opened"):
        read_points(path)


def test_positions_as_an_import_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for header, cells in {
        "id;position": "a;57,5 10,25",
        "id;WKT": "a;POINT(10.25 57.5)",
        "id;geom": "a;POLYGON((10 57, 10.5 57, 10.5 58, 10 58, 10 57))",
        "id;lat;lon": "a;57°30'N;10°15'E",
        "id;x;y;lat;lon": "a;400000;6300000;57.5;10.25",
        "id;coordinates (lon, lat)": "a;10.25, 57.5",
    }.items():
        path.write_text(f"{header}\n{cells}\n")
        points = read_points(path)
        assert (points.lon[0], points.lat[0]) == pytest.approx((10.25, 57.5)), header


def test_a_number_is_never_guessed_against_its_table() -> None:
    cases = {
        ("1.234", "5.678.901"): ("", [1234, 5678901]),
        ("1.234", "0.500"): ("", [1.234, 0.5]),
        ("1.234",): (".", [1.234]),
        ("1.234", "12"): (",", [1234, 12]),
        ("1.234,5", "12"): ("", [1234.5, 12]),
        ("1,234.5", "0.25"): ("", [1234.5, 0.25]),
        ("1 234", "1\u00a0234,5", "1'234"): (",", [1234, 1234.5, 1234]),
        ("−3", "+4", "1e3"): ("", [-3, 4, 1000]),
    }
    for texts, (decimal, numbers) in cases.items():
        thousands = thousands_mark_of(texts, decimal)
        assert [number_in(text, thousands) for text in texts] == numbers, texts
    for text in ("1.2.3", "12,34,56", "nan", "inf", "0x10", "1_000", "", "1 23", "52.205.123"):
        assert number_in(text) is None


@given(
    st.lists(st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 2)), min_size=1),
    st.sampled_from([(".", ""), (",", ""), (".", ","), (",", "."), (",", " "), (",", "\u202f"), (".", "'")]),
)
def test_numbers_come_back_however_they_are_written(numbers: list[float], marks: tuple[str, str]) -> None:
    decimal, thousands = marks
    texts = [
        f"{number:,.2f}".replace(",", "T").replace(".", decimal).replace("T", thousands) for number in numbers
    ]
    found = [number_in(text, thousands_mark_of(texts, decimal)) for text in texts]
    assert found == numbers


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(
    st.lists(
        st.lists(CELL, min_size=3, max_size=3),
        max_size=6,
    ),
    st.sampled_from(",;\t|"),
)
def test_every_cell_comes_back(rows: list[list[str]], delimiter: str) -> None:
    header = ["nazwa", "lat", "lon"]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\r\n").writerows([header, *rows])
    divided = divide(file.getvalue(), "a.csv", delimiter)
    assert [cells for _, cells in divided.rows] == [
        header,
        *([*map(str, row)] for row in rows if any(cell.strip() for cell in row)),
    ]


def test_the_documentation_names_what_is_known() -> None:
    text = (Path(__file__).parents[3] / "docs" / "tables.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| ")}
    known = {
        "latitude": lambda name: find([name], LAT),
        "longitude": lambda name: find([name], LON),
        "position": lambda name: find_columns([name]).whole,
        "id": lambda name: find([name], ID),
        "name": lambda name: find([name], NAME),
        "people": lambda name: population_column([name], GRID_POPULATION),
    }
    assert set(rows) - {""} == set(known)
    for what, is_known in known.items():
        names = re.findall("`([^`]+)`", rows[what])
        assert len(names) >= 6
        assert [name for name in names if not is_known(name)] == [], what


def test_columns_are_known_in_any_spelling() -> None:
    assert find(["SZEROKOŚĆ GEOGRAFICZNA"], LAT)
    assert find([" LÆNGDE-grad [°] "], LON)
    assert find(["lat", "y"], LAT) == "lat"
    assert plain("Ludność_ogółem") == "ludnoscogolem"
    people = {
        ("POP21", "name"): "POP21",
        ("TOT_P_2018", "TOT_P_2021"): "TOT_P_2021",
        ("population_2020",): "population_2020",
        ("2019 population", "area"): "2019 population",
        ("OBS_VALUE_T",): "OBS_VALUE_T",
        ("Ludność", "pop_65"): "Ludność",
        ("pop_15", "pop_16", "pop_65"): None,
        ("GRD_ID", "T", "M", "F"): "T",
        ("height",): None,
        ("area", "Mieszkańcy razem"): "Mieszkańcy razem",
        ("people_count",): "people_count",
        ("Населення, осіб (2031)",): "Населення, осіб (2031)",
        ("population density", "male population", "2031"): None,
        ("population density", "total"): "total",
    }
    for columns, found in people.items():
        assert population_column(columns, GRID_POPULATION) == found, columns
    assert population_column(["T"]) is None
    assert age_columns(["POP11", "POP21"], "POP21") == ()
    assert age_columns(["pop_15", "pop_65", "residents"], "residents") == ("pop_15", "pop_65")


@pytest.mark.parametrize("title", [[], [["Lista miejsc", None, None, None], [None, None, None, None]]])
def test_a_spreadsheet_is_a_table(tmp_path: Path, title: list[list[object]]) -> None:
    rows = [
        ["Nazwa", "Szerokość", "Długość", "Ludność"],
        ["Dąb", 57.125, 10.0625, 1.234],
        ["Buk", "57,5", 10, 7],
    ]
    path = write_xlsx(tmp_path / "table.bin", {"Notes": [["ask Ewa"]], "Miejsca": [*title, *rows]})
    points = read_points(path)
    assert points.name == ("Dąb", "Buk")
    assert points.lat.tolist() == [57.125, 57.5]
    assert points.lon.tolist() == [10.0625, 10]
    assert points.population is not None
    assert points.population.tolist() == [1.234, 7]  # a number of a spreadsheet has no thousands to guess
    assert points.id == (str(len(title) + 2), str(len(title) + 3))
    assert "'Miejsca' is read, not 'Notes'" in points.notes[0]


def test_a_spreadsheet_that_is_none_or_a_bomb_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = write_xlsx(tmp_path / "empty.xlsx", {"A": [[None, None]]})
    with pytest.raises(UnreadableFile, match="no filled cell"):
        read_points(empty)
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(broken, "w") as packed:
        packed.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(UnreadableFile, match="cannot be read as a spreadsheet"):
        read_points(broken)
    monkeypatch.setattr(archives, "MOST_BYTES", 100)
    with pytest.raises(UnreadableFile, match="unpacks to"):
        read_points(write_xlsx(tmp_path / "bomb.xlsx", {"A": [["lat", "lon"], [57, 10]]}))


GPX = '<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{}</gpx>'
WAYPOINT = '<wpt lat="57.1" lon="10.1"><ele>5</ele><name>Brønd</name></wpt>'
ROUTE = '<rte><rtept lat="57.2" lon="10.2"><name>A</name></rtept><rtept lat="57.3" lon="10.3"/></rte>'
TRACK = '<trk><name>T</name><trkseg><trkpt lat="57.4" lon="10.4"/></trkseg></trk>'


def test_waypoints_are_points_and_so_are_those_of_routes(tmp_path: Path) -> None:
    path = tmp_path / "walk.gpx"
    path.write_text(GPX.format(WAYPOINT + ROUTE + TRACK))
    points = read_points(path)
    assert (points.id, points.name) == (("1",), ("Brønd",))
    assert (points.lon[0], points.lat[0]) == (10.1, 57.1)
    assert "1 waypoint is read" in points.notes[0]
    path.write_text(GPX.format(ROUTE + TRACK))
    points = read_points(path)
    assert points.name == ("A", "")
    assert points.lat.tolist() == [57.2, 57.3]
    path.write_text(GPX.format(TRACK))
    with pytest.raises(InvalidInput, match="no waypoint and no point of a route"):
        read_points(path)
    path.write_text(GPX.format('<wpt lat="97" lon="10"/>'))
    with pytest.raises(InvalidInput, match="point 1: lon 10, lat 97"):
        read_points(path)
    path.write_text('<!DOCTYPE gpx [<!ENTITY a "b">]>' + GPX.format("&a;"))
    with pytest.raises(UnreadableFile, match="entity"):
        read_points(path)


def test_kml_and_kmz_are_points(tmp_path: Path) -> None:
    mark = "<Placemark><name>Kilde</name><Point><coordinates>10.5,57.5,3</coordinates></Point></Placemark>"
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{mark}</Document></kml>'
    (tmp_path / "a.kml").write_text(text)
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as packed:
        packed.writestr("doc.kml", text)
    for name in ("a.kml", "a.kmz"):
        points = read_points(tmp_path / name)
        assert points.name == ("Kilde",)
        assert np.array([points.lon, points.lat]).tolist() == [[10.5], [57.5]]


def test_a_column_of_names_counts_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,lon,lat,osoby\na,10,57,Ewa\nb,10,57,\n")
    points = read_points(path)
    assert points.population is None
    assert points.columns["osoby"].tolist() == ["Ewa", ""]
    path.write_text("id,lon,lat,osoby\na,10,57,3\nb,10,57,x\n")
    with pytest.raises(InvalidInput, match="row 3: osoby is 'x'"):
        read_points(path)


def test_what_is_no_table_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("<!DOCTYPE html><html></html>")
    with pytest.raises(UnreadableFile, match=r"b\.csv is a web page"):
        read_points(tmp_path / "b.csv")
    (tmp_path / "a.csv").write_bytes(b"II*\0" + bytes(100))
    with pytest.raises(UnreadableFile, match=r"a\.csv is a picture or a raster \(TIFF\), and no table"):
        read_points(tmp_path / "a.csv")


def test_a_table_in_metres_is_read_where_its_system_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;Easting (m);Northing (m)\na;560 550,75;6317500,5\n")
    with pytest.raises(InvalidInput, match="or say their coordinate system"):
        read_points(path)
    forth = Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True)
    points = read_points(path, TableOptions(crs="EPSG:25832"))
    assert (points.lon[0], points.lat[0]) == pytest.approx(forth.transform(560550.75, 6317500.5), abs=1e-9)
    with pytest.raises(InvalidInput, match="'EPSG:1' is not known"):
        read_points(path, TableOptions(crs="EPSG:1"))


def test_a_file_packed_alone_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "id,lon,lat\na,10,57\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("folder/readme.pdf", "x")
        packed.writestr("folder/points.csv", text)
    for name in ("a.csv.gz", "a.zip"):
        assert read_points(tmp_path / name).id == ("a",)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        packed.writestr("a.csv", text)
        packed.writestr("b.csv", text)
    with pytest.raises(UnreadableFile, match=r"b\.zip holds 2 files that could be read \(a\.csv, b\.csv\)"):
        read_points(tmp_path / "b.zip")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(text.encode())[:-9])
    with pytest.raises(UnreadableFile, match=r"cut\.gz is a broken archive"):
        read_points(tmp_path / "cut.gz")
    monkeypatch.setattr(READERS, "run", lambda function, *arguments, limits: function(*arguments))  # noqa: ARG005
    monkeypatch.setattr(archives, "MOST_BYTES", 10)
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read_points(tmp_path / "a.csv.gz")
    with pytest.raises(UnreadableFile, match="unpacks to"):
        read_points(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as packed:
        packed.writestr("../../a.csv", "")
    with pytest.raises(UnreadableFile, match="leads out of it"):
        read_points(tmp_path / "out.zip")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("mac_roman", "Smørrebrød på Østergade"),
        ("mac_roman", "Caffè già più"),
        ("mac_latin2", "Łąka i źródło"),
        ("cp852", "Łąka i źródło"),
        ("cp850", "Åbyhøj, Næstved"),
        ("cp1252", "Næstved"),
        ("cp1252", "kød og brød"),
        ("cp1250", "źdźbło w Ćmielowie, śmierć"),
        ("cp1250", "SZKOŁA ŚREDNIA przy ul. Żelaznej"),
        ("cp1251", "Їжа і місце"),
    ],
)
def test_no_text_has_signs_nobody_types(encoding: str, text: str) -> None:
    found, said = decode(text.encode(encoding), "a.csv")
    assert found == text
    assert said == encoding
