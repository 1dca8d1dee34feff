"""CSV of any delimiter: each record below the header is one row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from micropolis_map.errors import Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import NotACoordinate, usable
from micropolis_map.sources.delimited_text import DELIMITERS, MENDED, divide
from micropolis_map.sources.place_files.columns import WORDS
from micropolis_map.sources.place_files.position_choice import chosen
from micropolis_map.sources.place_files.rows import Question, ReadOptions, Row, unreadable
from micropolis_map.sources.position_columns import (
    Where,
    columns_by_content,
    is_position,
    is_shape,
    raw_geometry,
)
from micropolis_map.sources.tables_without_headings import begins_with_a_place

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
    table = divide(text, path.name, options.answers.get("delimiter", ""), WORDS)
    questions = []
    if table.delimiter in DELIMITERS and table.delimiter != ",":
        seen = Sentence(mark("the columns are separated by {sign}"), sign=repr(table.delimiter))
        questions.append(Question("delimiter", seen, DELIMITERS[table.delimiter], tuple(DELIMITERS.values())))
    if table.mended:
        questions.append(Question("file", Sentence(MENDED, row=table.mended)))
    if table.titles:
        seen = Sentence(mark("the headings stand in row {row}"), row=table.rows[0][0])
        questions.append(Question("file", seen))
    rows, asked = table_rows([record for _, record in table.rows], path, options)
    return rows, [*questions, *asked]


def table_rows(
    records: list[list[str]], path: Path, options: ReadOptions
) -> tuple[list[Row], list[Question]]:
    """Return a row for each record below the first, which holds the headings; and what was recognised.

    Raises
    ------
    UnreadableFile
        There is no record.
    """
    if not records:
        raise unreadable(path, mark("{file} is empty"), mark("give a header and a row for each place"))
    header, records, questions = _header_and_records(records)
    unnamed = bool(questions)
    ways, asked = chosen(header, records, options)
    questions += asked
    where = ways[0] if ways else columns_by_content(header, records, named=not unnamed)
    if not ways:
        ways = [where]
        if where.lat:
            words = mark("columns {lat} and {lon} hold the position, latitude first")
            seen = Sentence(words, lat=repr(where.lat), lon=repr(where.lon))
            questions.append(Question("columns", seen))
    if where.whole and not where.lat and len(ways) == 1:
        questions.append(Question("columns", _said_of(where, header, records)))
    return [_row(number, record, header, ways) for number, record in enumerate(records, 1)], questions


def _header_and_records(
    records: list[list[str]],
) -> tuple[list[str], list[list[str]], list[Question]]:
    """Return the columns' names and the records below; where the first line is a place, names made up."""
    first = records[0]
    if not begins_with_a_place(first):
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


def _row_by_first(number: int, cells: Mapping[str, Any], ways: Sequence[Where]) -> Row:
    """Return the row whose position stands in the first columns of `ways` that are not empty."""
    filled = (
        where
        for where in ways
        if any(str(cells.get(name) or "").strip() for name in (where.lat, where.whole) if name)
    )
    return row_from_cells(number, cells, next(filled, ways[0]))


def row_from_cells(number: int, cells: Mapping[str, Any], where: Where) -> Row:
    """Return the row whose position stands in the `cells` that `where` names."""
    used = {where.lat, where.lon, where.whole}
    properties = {key: value for key, value in cells.items() if key not in used and value not in ("", None)}
    try:
        raw = raw_geometry(cells, where)
    except NotACoordinate as error:
        return Row(number, None, properties, error.reason)
    if raw is None:
        nowhere = mark("has no position: no column is named lat and lon, coordinates, or WKT")
        return Row(number, None, properties, Sentence(nowhere))
    geometry, reason = usable(raw)
    return Row(number, geometry, properties, reason or None)


def _header(record: Sequence[str]) -> list[str]:
    names: dict[str, None] = {}
    for index, cell in enumerate(record, start=1):
        name = cell.strip() or f"column {index}"
        while name in names:
            name = f"{name} {index}"
        names[name] = None
    return list(names)


def _row(number: int, record: Sequence[str], header: Sequence[str], ways: Sequence[Where]) -> Row:
    extra = [cell for cell in record[len(header) :] if cell.strip()]
    if extra:
        words = mark(
            "has {n} cells where the header has {most}: put texts with the delimiter, and decimal commas, "
            "in quotes"
        )
        reason = Sentence(words, n=len(record), most=len(header))
        return Row(number, None, {}, reason)
    cells = {name: neutral_undone(cell) for name, cell in zip(header, record, strict=False)}
    return _row_by_first(number, cells, ways)


def neutral_undone(cell: str) -> str:
    """Return the cell without the apostrophe that keeps spreadsheets from running it as a formula."""
    return cell[1:] if cell.startswith(NEUTRALISED) else cell
