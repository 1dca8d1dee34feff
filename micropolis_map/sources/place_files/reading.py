"""Reads any place file into rows: finds out what it is, reads it, puts it into EPSG:4326."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from micropolis_map.errors import InvalidInput, Sentence, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import usable
from micropolis_map.sources.delimited_text import names_positions
from micropolis_map.sources.file_kinds import is_geopackage
from micropolis_map.sources.packed_files import packing_of, unpack_stream
from micropolis_map.sources.place_files.columns import WORDS, check_fields, propose_mapping
from micropolis_map.sources.place_files.delimited import csv_rows, row_from_cells
from micropolis_map.sources.place_files.geojson import geojson_rows, parse_json
from micropolis_map.sources.place_files.gpx import gpx_rows
from micropolis_map.sources.place_files.kml import kml_rows
from micropolis_map.sources.place_files.layers import layer_rows, parquet_rows
from micropolis_map.sources.place_files.nested import unnested
from micropolis_map.sources.place_files.other_kinds import TODO, is_no_text, known_otherwise
from micropolis_map.sources.place_files.packed import beside, is_spreadsheet, unpacked
from micropolis_map.sources.place_files.recognition import recognise
from micropolis_map.sources.place_files.rows import (
    ANSWERS,
    MAX_FILE_BYTES,
    MAX_ROWS,
    MAX_UNPACKED_BYTES,
    USED_FOR,
    Question,
    ReadOptions,
    Row,
    RowFile,
    unreadable,
)
from micropolis_map.sources.place_files.sheets import sheet_rows
from micropolis_map.sources.place_files.xml_tree import parse
from micropolis_map.sources.position_columns import find_columns
from micropolis_map.sources.spreadsheets import OLD_EXCEL
from micropolis_map.sources.text_encoding import CHOICES, LOST, decode
from micropolis_map.sources.vector_file import SHP_SIGN

_ENDINGS = {
    ".geojson": "geojson", ".json": "geojson", ".umap": "geojson", ".geojsonl": "geojson", ".gpx": "gpx",
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".kml": "kml", ".kmz": "kml", ".gpkg": "gpkg",
    ".fgb": "fgb", ".shp": "shp", ".parquet": "parquet", ".geoparquet": "parquet", ".xlsx": "spreadsheet",
    ".xlsm": "spreadsheet", ".xlsb": "spreadsheet", ".xls": "spreadsheet", ".ods": "spreadsheet",
}  # fmt: skip


_SIGNS = {
    SHP_SIGN: "shp",
    b"fgb": "fgb",
    b"PAR1": "parquet",
    b"PK\x03\x04": "spreadsheet",
    OLD_EXCEL: "spreadsheet",
}
"""What files begin with; other archives are taken apart before."""
MOST_NAMED = 10


def read_rows(path: Path, options: ReadOptions | None = None) -> RowFile:
    """Return every row of the file, each with a geometry in EPSG:4326 or the reason why it has none.

    What the file is follows from its content; its ending only decides what the content leaves open.
    At most `MAX_FILE_BYTES` and `MAX_ROWS`.

    Parameters
    ----------
    path
        GeoJSON, ``.umap``, CSV, a spreadsheet, GPX, KML, GeoPackage, FlatGeobuf, GeoParquet, or an archive of
        such files or shapefiles.
    options
        What is known of the community, and answers to questions of an earlier reading.

    Returns
    -------
    The rows, a proposed mapping of their properties to our schema, and what was recognised.

    Raises
    ------
    UnreadableFile
        The file is missing, too large, broken, or none of these formats.
    InvalidInput
        An answer in `options` makes no sense.
    """
    options = options or ReadOptions()
    _check(options)
    kind, rows, questions = _read(path, path, options)
    questions += _without_use(options, kind)
    if not rows:
        words = mark(
            "nothing is in the file that could be a place: a table needs headings and a row for each place, "
            "a map a feature for each"
        )
        questions.append(Question("file", Sentence(words)))
    columns = dict.fromkeys(key for row in rows for key in row.properties)
    mapping = propose_mapping(columns, options.mapping)
    return RowFile(path.name, kind, tuple(rows), mapping, tuple(questions))


def _check(options: ReadOptions) -> None:
    unknown = next((kind for kind in options.answers if kind not in ANSWERS), None)
    if unknown is not None:
        raise InvalidInput(
            mark("there is no question {kind}"),
            mark("answer one of {kinds}"),
            kind=repr(unknown),
            kinds=", ".join(ANSWERS),
        )
    if options.mapping:
        check_fields(options.mapping)


def _without_use(options: ReadOptions, kind: str) -> list[Question]:
    """Return which answers the file has no question for, so that nobody takes them for obeyed."""
    words = mark("{answer} was said to be {value}, which is not used: the file is {kind}")
    return [
        Question("file", Sentence(words, answer=answer, value=repr(value), kind=kind))
        for answer, value in options.answers.items()
        if answer in USED_FOR and value and not set(USED_FOR[answer]) & set(kind.split("+"))
    ]


def _read(path: Path, name: Path, options: ReadOptions) -> tuple[str, list[Row], list[Question]]:
    """Return what the file at `path`, called `name`, is, its rows in EPSG:4326, and what was recognised."""
    data = _content(path, name)
    if packing_of(data[:8]):
        return _read_packed(path, name, options)
    if data.startswith(b"PK\x03\x04") and not is_spreadsheet(path):
        kind, rows, found = _read_archive(path, options)
        return kind, rows, [*_named_otherwise(name, kind), *found]
    kind = _kind(data, name)
    rows, found, crs = _rows(kind, data, path, name, options)
    rows = [_settled(row) for row in _at_most(rows, name)]
    rows, recognised = recognise(rows, options, stated_crs=crs)
    return kind, rows, [*_named_otherwise(name, kind), *found, *recognised]


def _read_packed(path: Path, name: Path, options: ReadOptions) -> tuple[str, list[Row], list[Question]]:
    """Return what is packed alone (``.csv.gz``, ``.geojson.bz2``); packed twice it is refused."""
    with TemporaryDirectory(prefix="micropolis-places-") as folder:
        inner = Path(folder) / unpack_stream(path, Path(folder), MAX_UNPACKED_BYTES)
        with inner.open("rb") as file:
            if packing_of(file.read(8)):
                raise unreadable(name, mark("{file} is packed twice"), mark("unpack it first"))
        return _read(inner, Path(name.stem), options)


def _named_otherwise(name: Path, kind: str) -> list[Question]:
    if _ENDINGS.get(name.suffix.lower()) in {kind, None}:
        return []
    words = mark("the file is named {ending} but holds {kind}: read as {kind}")
    return [Question("file", Sentence(words, ending=name.suffix, kind=kind))]


def _read_archive(path: Path, options: ReadOptions) -> tuple[str, list[Row], list[Question]]:
    """Return the rows of every file of places in the archive; what cannot be read is said and left out."""
    kinds: dict[str, None] = {}
    rows: list[Row] = []
    questions: list[Question] = []
    broken: list[UnreadableFile] = []
    with unpacked(path) as members:
        for member in members:
            try:
                kind, some, found = _read(member.path, Path(f"{path.name}: {member.name}"), options)
            except UnreadableFile as error:
                broken.append(error)
                questions.append(Question("file", Sentence(mark("left out: {what}"), what=error.told()[0])))
                continue
            kinds[kind] = None
            if kind == "shp" and len(members) > 1:
                theme = Path(member.name).stem
                some = [replace(row, properties={"layer": theme, **row.properties}) for row in some]
            rows += [replace(row, number=len(rows) + row.number) for row in some]
            questions += [question for question in found if question not in questions]
        others = beside(path, members)
    if broken and not kinds:
        raise broken[0]
    if others:
        words = mark("the archive holds other files, which are not read: {names}")
        names = ", ".join(others[:MOST_NAMED]) + (" …" if len(others) > MOST_NAMED else "")
        questions.append(Question("file", Sentence(words, names=names)))
    return "+".join(kinds), _at_most(rows, path), questions


def _at_most(rows: list[Row], name: Path) -> list[Row]:
    if len(rows) > MAX_ROWS:
        raise unreadable(
            name,
            mark("{file} has more than {most} rows"),
            mark("divide it into smaller files"),
            most=MAX_ROWS,
        )
    return rows


def _content(path: Path, name: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > (MAX_FILE_BYTES if path == name else MAX_UNPACKED_BYTES):
            limit = f"{MAX_FILE_BYTES // 1_000_000} MB"
            raise unreadable(
                name,
                mark("{file} has {size} bytes, more than {most}"),
                mark("divide it into smaller files"),
                size=size,
                most=limit,
            )
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(
            name,
            mark("{file} cannot be read: {why}"),
            mark("check the name and the rights"),
            why=error.strerror,
        ) from error
    if not data.strip():
        raise unreadable(name, mark("{file} is empty"), TODO)
    return data


def _kind(data: bytes, path: Path) -> str:
    if data.startswith(b"SQLite format 3\0"):
        if is_geopackage(data[:72]):
            return "gpkg"
        why = f"application id {data[68:72]!r}"
        raise unreadable(path, mark("{file} cannot be read as a GeoPackage: {why}"), TODO, why=why)
    sign = next((sign for sign in _SIGNS if data.startswith(sign)), None)
    if sign is not None:
        return _SIGNS[sign]
    other = known_otherwise(data)
    if other is not None:
        raise unreadable(path, *other)
    ending = _ENDINGS.get(path.suffix.lower(), "")
    head = _head(data)
    if head.startswith("<"):
        return _xml_kind(head, path)
    if head.startswith(("{", "[", "\x1e")):
        return "geojson"
    if ending in {"geojson", "csv"}:
        return ending
    if ending in {"spreadsheet", ""} and _is_table(data, path):
        return "csv"  # tables of databases are often called .xls
    if ending:
        raise unreadable(
            path,
            mark("{file} is not {kind}: it begins with {head}"),
            mark("export it again"),
            kind=ending.upper(),
            head=repr(head[:20]),
        )
    raise unreadable(
        path, mark("{file} is of a kind that is not read ({kind})"), TODO, kind=path.suffix or "?"
    )


def _is_table(data: bytes, path: Path) -> bool:
    head = _head(data)
    if head.isascii() or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = head
    else:
        text = data[:20_000].decode("utf-8", "replace")
    return names_positions(text[: text.rfind("\n") + 1] or text, path.name, WORDS)


def _head(data: bytes) -> str:
    text = data[:20_000].removeprefix(b"\xef\xbb\xbf")
    if text[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return text.decode("utf-16", "replace").lstrip()
    if b"\0" in text[:4]:
        return text.replace(b"\0", b"").decode("latin-1").lstrip()
    return text.decode("latin-1").lstrip()


def _xml_kind(head: str, path: Path) -> str:
    low = head.lower()
    found = {kind: low.find(f"<{kind}") for kind in ("gpx", "kml", "html")}
    found["kml"] = max(found["kml"], low.find(":kml"))
    there = {kind: at for kind, at in found.items() if at >= 0}
    kind = min(there, key=lambda kind: there[kind]) if there else ""
    if kind == "html" and _ENDINGS.get(path.suffix.lower()) == "spreadsheet":
        raise unreadable(
            path,
            mark("{file} is a web page with a table, called a spreadsheet"),
            mark("open it in a spreadsheet program and save it as XLSX or CSV"),
        )
    if low.find("<osm") >= 0 and not kind:
        raise unreadable(
            path,
            mark("{file} is a file of OpenStreetMap"),
            mark("load it as the streets of a town, or export the places in it as GeoJSON"),
        )
    if kind == "html":
        raise unreadable(
            path, mark("{file} is a web page"), mark("download the file itself, not the page that shows it")
        )
    kind = kind or _ENDINGS.get(path.suffix.lower(), "")
    if kind not in {"gpx", "kml"}:
        raise unreadable(
            path, mark("{file} is XML, but neither GPX nor KML: {head}"), TODO, head=repr(head[:40])
        )
    return kind


def _rows(
    kind: str, data: bytes, path: Path, name: Path, options: ReadOptions
) -> tuple[list[Row], list[Question], str]:
    as_said = not {"crs", "order"} & set(options.answers)  # what somebody says beats what a file says
    if kind in {"gpkg", "shp", "fgb"}:
        rows, questions = layer_rows(path, name, kind, options.answers.get("encoding", ""), as_said=as_said)
        return [_from_cells(row) for row in rows], questions, ""
    if kind == "parquet":
        rows, questions = parquet_rows(path, name, as_said=as_said)
        return [_from_cells(row) for row in rows], questions, ""
    if kind == "spreadsheet":
        return *sheet_rows(path, name, options), ""
    if kind == "gpx":
        rows, questions = gpx_rows(data, name)
        return [_from_cells(row) for row in rows], questions, ""
    if kind == "kml":
        rows, questions = kml_rows(parse(data, name), name)
        return [_from_cells(row) for row in rows], questions, ""
    text, encoding = decode(data, name.name, options.answers.get("encoding", ""))
    if is_no_text(text):
        raise unreadable(name, mark("{file} is not text"), TODO)
    questions = []
    if encoding != "utf-8":
        seen = Sentence(mark("the text is in {encoding}"), encoding=encoding)
        questions.append(Question("encoding", seen, encoding, CHOICES))
    if LOST in text:
        words = mark("letters were lost before the file came here (it holds {sign}): export it anew")
        questions.append(Question("encoding", Sentence(words, sign=LOST)))
    if kind == "geojson":
        rows, found, crs = geojson_rows(parse_json(text, name), name)
        rows = [_from_cells(replace(row, properties=unnested(row.properties))) for row in rows]
        return rows, [*questions, *found], crs
    rows, found = csv_rows(text, name, options)
    return rows, [*questions, *found], ""


def _from_cells(row: Row) -> Row:
    """Return a row without geometry with the one its columns state (a GeoPackage's table, our exports)."""
    if row.geometry is not None or not row.properties:
        return row
    where = find_columns(_names(row))
    if not where.found:
        return row
    return replace(row_from_cells(row.number, row.properties, where), id=row.id)


def _names(row: Row) -> Sequence[str]:
    return [name for name, value in row.properties.items() if isinstance(value, str | int | float)]


def _settled(row: Row) -> Row:
    row = replace(row, properties=unnested(row.properties))
    if row.geometry is None:
        return row if row.reason else replace(row, reason=mark("has no geometry"))
    geometry, reason = usable(row.geometry)
    return replace(row, geometry=geometry, reason=row.reason or reason or None)
