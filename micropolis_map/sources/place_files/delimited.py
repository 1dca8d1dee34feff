"""CSV of any delimiter: each record below the header is one row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from micropolis_map.errors import Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.place_files.coordinates import NotACoordinate, angle, geometry_text, usable
from micropolis_map.sources.place_files.position_columns import (
    Where,
    columns_by_content,
    find_columns,
    is_degrees,
    is_position,
    is_shape,
)
from micropolis_map.sources.place_files.rows import Question, ReadOptions, Row, unreadable

DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    "^": "caret",
    ":": "colon",
    "~": "tilde",
}
_RARE = {"^", ":", "~"}
"""Also stand in ordinary texts: taken only where they divide the header into columns of a position."""
_BY_NAME = {name: sign for sign, name in DELIMITERS.items()}

_EMPTY = mark("has no position: {columns} empty")
_NONE_OF_BOTH = mark("has no position: {columns} and {other} empty")

MAX_CELL = 10_000_000
"""Characters in one cell."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula (OWASP, CSV injection)."""
NEUTRALISED = tuple(f"'{sign}" for sign in ("'", *FORMULA_SIGNS))
"""How a text that begins so is written instead; a text that already looks like that gets one more."""


def csv_rows(text: str, path: Path, options: ReadOptions) -> tuple[list[Row], list[Question]]:
    """Return a row for each record that is not blank, and what was recognised.

    Raises
    ------
    UnreadableFile
        No header, or the csv module cannot read it.
    """
    csv.field_size_limit(MAX_CELL)  # Python's own limit is shorter than an outline or a long story
    text, delimiter, questions = _delimiter(text, options)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise unreadable(
            path, mark("{file} is not CSV: {why}"), mark("save it again as CSV in UTF-8"), why=error
        ) from error
    records = [record for record in records if any(cell.strip() for cell in record)]
    if not records:
        raise unreadable(path, mark("{file} is empty"), mark("give a header and a row for each place"))
    header, records, unnamed = _header_and_records(records)
    questions += unnamed
    where = find_columns(header)
    if not where.found:
        where = columns_by_content(header, records, named=not unnamed)
        if where.lat:
            words = mark("columns {lat} and {lon} hold the position, latitude first")
            seen = Sentence(words, lat=repr(where.lat), lon=repr(where.lon))
            questions.append(Question("columns", seen))
    if where.whole and not where.lat:
        questions.append(Question("columns", _said_of(where, header, records)))
    rows = []
    for number, record in enumerate(records, start=1):
        rows.append(_row(number, record, header, where))
    return rows, questions


def _header_and_records(
    records: list[list[str]],
) -> tuple[list[str], list[list[str]], list[Question]]:
    """Return the columns' names and the records below; where the first line is a place, names made up."""
    first = records[0]
    if find_columns(_header(first)).found or not (
        any(map(is_position, first)) or sum(map(is_degrees, first)) >= 2
    ):
        return _header(first), records[1:], []
    words = (
        index for index, cell in enumerate(first) if any(map(str.isalpha, cell)) and not is_position(cell)
    )
    name = next(words, None)
    header = ["name" if index == name else f"column {index + 1}" for index in range(max(map(len, records)))]
    seen = Sentence(mark("the first line holds a place, not the names of columns"))
    return header, records, [Question("file", seen)]


def _said_of(where: Where, header: Sequence[str], records: Sequence[Sequence[str]]) -> str:
    index = header.index(where.whole)
    cells = (record[index] for record in records if index < len(record) and record[index].strip())
    if is_shape(next(cells, "")):
        return Sentence(mark("column {name} holds the position"), name=repr(where.whole))
    latitude = mark("column {name} holds the position, latitude first")
    longitude = mark("column {name} holds the position, longitude first")
    return Sentence(latitude if where.lat_first else longitude, name=repr(where.whole))


def row_from_cells(number: int, cells: Mapping[str, Any], where: Where) -> Row:
    """Return the row whose position stands in the `cells` that `where` names."""
    used = {where.lat, where.lon, where.whole}
    properties = {key: value for key, value in cells.items() if key not in used and value not in ("", None)}
    whole = str(cells.get(where.whole) or "") if where.whole else ""
    try:
        if whole.strip():
            raw: Any = geometry_text(whole, lat_first=where.lat_first)
        elif where.lat:
            raw = _point(str(cells.get(where.lat) or ""), str(cells.get(where.lon) or ""), where)
        elif where.whole:
            empty = Sentence(_EMPTY, columns=where.whole)
            return Row(number, None, properties, empty)
        else:
            nowhere = mark("has no position: no column is named lat and lon, coordinates, or WKT")
            return Row(number, None, properties, Sentence(nowhere))
    except NotACoordinate as error:
        return Row(number, None, properties, error.reason)
    geometry, reason = usable(raw)
    return Row(number, geometry, properties, reason or None)


def _point(lat_text: str, lon_text: str, where: Where) -> dict[str, Any]:
    missing = [name for name, text in ((where.lat, lat_text), (where.lon, lon_text)) if not text.strip()]
    if missing:
        raise NotACoordinate(
            _NONE_OF_BOTH if len(missing) > 1 else _EMPTY, columns=missing[0], other=missing[-1]
        )
    try:
        (lat, lat_axis), (lon, lon_axis) = angle(lat_text), angle(lon_text)
    except NotACoordinate as error:
        there = f"{where.lat}, {where.lon}"
        raise NotACoordinate(mark("{what} (in {columns})"), what=error.reason, columns=there) from error
    if lat_axis == "lon" or lon_axis == "lat":  # the compass letters say it
        lat, lon = lon, lat
    return {"type": "Point", "coordinates": [lon, lat]}


def _delimiter(text: str, options: ReadOptions) -> tuple[str, str, list[Question]]:
    answer = options.answers.get("delimiter", "")
    if text[:4].lower() == "sep=" and len(text) > 4:  # Excel's own way of saying it
        first, _, text = text.partition("\n")
        answer = answer or first[4:5]
    sign = _BY_NAME.get(answer, answer) or _guess(text)
    if sign not in DELIMITERS or sign == ",":
        return text, sign, []
    seen = Sentence(mark("the columns are separated by {sign}"), sign=repr(sign))
    return text, sign, [Question("delimiter", seen, DELIMITERS[sign], tuple(DELIMITERS.values()))]


def _guess(text: str) -> str:
    sample = text[:20_000].splitlines(keepends=True)[:60]
    best, best_score = ",", 0.0
    for sign in DELIMITERS:
        try:
            records = [record for record in csv.reader(sample, delimiter=sign) if record]
        except csv.Error:
            continue
        if not records or len(records[0]) < 2:
            continue
        width = len(records[0])
        where = find_columns(_header(records[0]))
        if sign in _RARE and not where.found:
            continue
        fitting = sum(len(record) == width for record in records) / len(records)
        score = fitting * (1 + min(width, 20) / 100) + (0.5 if where.lat or where.whole else 0)
        if score > best_score + 1e-9:
            best, best_score = sign, score
    return best


def _header(record: Sequence[str]) -> list[str]:
    names: dict[str, None] = {}
    for index, cell in enumerate(record, start=1):
        name = cell.strip() or f"column {index}"
        while name in names:
            name = f"{name} {index}"
        names[name] = None
    return list(names)


def _row(number: int, record: Sequence[str], header: Sequence[str], where: Where) -> Row:
    extra = [cell for cell in record[len(header) :] if cell.strip()]
    if extra:
        words = mark(
            "has {n} cells where the header has {most}: put texts with the delimiter, and decimal commas, "
            "in quotes"
        )
        reason = Sentence(words, n=len(record), most=len(header))
        return Row(number, None, {}, reason)
    cells = {name: neutral_undone(cell) for name, cell in zip(header, record, strict=False)}
    return row_from_cells(number, cells, where)


def neutral_undone(cell: str) -> str:
    """Return the cell without the apostrophe that keeps spreadsheets from running it as a formula."""
    return cell[1:] if cell.startswith(NEUTRALISED) else cell
