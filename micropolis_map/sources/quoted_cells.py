"""Cells of a text with quotation marks: by the rules of CSV, and in the ways programs break them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark

BLANKS = " "
"""A sign between columns of which several are one."""
MAX_CELL = 10_000_000
"""Characters in one cell: Python's own limit is shorter than an outline or a long story."""
NOTHING = "\\N"
"""What MySQL and PostgreSQL write where there is none."""
_SHORTEST_FORMULA = 3


def rows_in(text: str, sign: str, **more: Any) -> Iterator[list[str]]:
    """Return the rows of `text` as the csv module reads them; `more` goes to it.

    Raises
    ------
    csv.Error
        While they are gone through.
    """
    csv.field_size_limit(MAX_CELL)
    blanks = sign == BLANKS
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign, skipinitialspace=blanks, **more)
    return (row[:-1] if row and not row[-1] else row for row in rows) if blanks else rows


def records_in(text: str, name: str, sign: str) -> tuple[list[list[str]], int]:
    """Return every row, and the first line whose quotation marks had to be mended, 0 for none.

    Raises
    ------
    UnreadableFile
        A cell is longer than `MAX_CELL`, or its quotes never end.
    """
    rows, mended = _cells(text, name, sign)
    return [[_meant(cell) for cell in row] for row in rows], mended


def _meant(cell: str) -> str:
    """Return the text of ``="52.1"``, as which programs write what Excel shall not take for a number."""
    if cell == NOTHING:
        return ""
    formula = cell.startswith('="') and cell.endswith('"') and len(cell) >= _SHORTEST_FORMULA
    return cell[2:-1] if formula and '"' not in cell[2:-1] else cell


def _cells(text: str, name: str, sign: str) -> tuple[list[list[str]], int]:
    try:
        return list(rows_in(text, sign, strict=True)), 0
    except csv.Error as error:
        broken = str(error)
    if '\\"' in text:  # as MySQL and JSON write a quotation mark in quotes
        kept = re.sub(rf"(?<![^{re.escape(sign)}\r\n])\\N(?![^{re.escape(sign)}\r\n])", "", text)
        try:
            return list(rows_in(kept, sign, strict=True, escapechar="\\", doublequote=False)), 0
        except csv.Error:
            pass  # neither way: the error of the usual one is told
    mended, first = _doubled(text, sign)
    try:  # what is not quoted by the rules is read as spreadsheets do, unless a quote swallows the rest
        rows = list(rows_in(mended, sign))
    except csv.Error as error:
        raise UnreadableFile(
            mark("{file} is not CSV: {why}"),
            mark("save it again as CSV in UTF-8"),
            file=repr(name),
            why=error,
        ) from error
    if "end of data" in broken:
        raise UnreadableFile(
            mark("{file}, row {row}: a quotation mark is opened and never closed"),
            mark("close it, or write it twice where it belongs to the text"),
            file=repr(name),
            row=len(rows),
        )
    return rows, first


def _doubled(text: str, sign: str) -> tuple[str, int]:
    """Return the text with quotation marks doubled in the cells of lines that the rules do not allow.

    A mark before the sign or the end of a line closes the cell, any other belongs to its text.
    """
    inner = re.compile(rf'(?<=[^{re.escape(sign)}])"(?=[^{re.escape(sign)}])')
    lines, first = text.splitlines(keepends=True), 0
    for at, line in enumerate(lines):
        body = line.rstrip("\r\n")
        if '"' not in body or not _is_broken(body, sign):
            continue
        better = inner.sub('""', body)
        if not _is_broken(better, sign):
            lines[at] = better + line[len(body) :]
            first = first or at + 1
    return "".join(lines), first


def _is_broken(line: str, sign: str) -> bool:
    try:
        list(rows_in(line, sign, strict=True))
    except csv.Error as error:
        return "end of data" not in str(error)
    return False
