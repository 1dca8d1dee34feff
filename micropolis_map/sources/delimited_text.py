"""Texts with a sign between values, divided into rows: for every table there is, of places or of points.

What a spreadsheet shows is what counts: only line ends end a row (a vertical tab or U+2028 in a cell does
not), a cell in quotes may hold line ends, ``sep=;`` in front is no row, and what stands above the headings
is a title.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources import column_names
from micropolis_map.sources.column_names import bare, plain
from micropolis_map.sources.position_columns import find_columns
from micropolis_map.sources.quoted_cells import BLANKS, records_in, rows_in
from micropolis_map.sources.tables_without_headings import begins_with_a_place

DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    "^": "caret",
    ":": "colon",
    "~": "tilde",
    BLANKS: "blanks",
}
_RARE = {"^", ":", "~", BLANKS}
"""Also stand in ordinary texts: taken only where they divide the header into columns of a position."""
_BY_NAME = {name: sign for sign, name in DELIMITERS.items()}

MENDED = mark("in line {row} quotation marks stand in quotes without being doubled: taken as text")
HEADINGS_WITHIN = 10
"""Rows, blank ones aside, among which the headings are looked for."""
_SAMPLE_ROWS = 60
_SAMPLE_LETTERS = 20_000
_WORDS = frozenset(
    (
        *column_names.POSITION, *column_names.ID, *column_names.CELL, *column_names.NAME,
        *column_names.POPULATION,
    )
)  # fmt: skip


@dataclass(frozen=True)
class Divided:
    """The rows of a text that are not blank; the first holds the headings.

    Attributes
    ----------
    rows
        The number of each as spreadsheets count it (from 1, blank ones counted), and its cells.
    delimiter
        The sign between the cells.
    told
        Whether the file or an option said which sign it is; else it was guessed.
    titles
        How many rows above the headings were left out.
    mended
        The first line with quotation marks that stand in quotes without being doubled, 0 for none.
    """

    rows: Sequence[tuple[int, list[str]]]
    delimiter: str
    told: bool = False
    titles: int = 0
    mended: int = 0


def divide(text: str, name: str, delimiter: str = "", words: AbstractSet[str] = _WORDS) -> Divided:
    """Return the rows of `text`.

    Parameters
    ----------
    name
        Of the file, for errors.
    delimiter
        The sign between cells, or its name in `DELIMITERS`; "" to tell it from ``sep=`` or the headings.
    words
        What headings are called, plainly: by it the row with the headings is known.

    Raises
    ------
    InvalidInput
        `delimiter` is no sign.
    UnreadableFile
        A cell is longer than `MAX_CELL`, or its quotes never end.
    """
    text, said = _without_sep(_without_outer_quotes(text))
    given = _BY_NAME.get(delimiter, delimiter) or said
    if len(given) > 1 or given in {'"', "\r", "\n"}:
        raise InvalidInput(
            mark("{sign} cannot stand between columns"),
            mark("give one of {choices}"),
            sign=repr(given),
            choices=", ".join(_BY_NAME),
        )
    sign = given or _guess(text, words)
    records, mended = records_in(text, name, sign)
    rows = [(i, row) for i, row in enumerate(records, 1) if any(map(str.strip, row))]
    at = headings_at([row for _, row in rows[:HEADINGS_WITHIN]], words)
    return Divided(with_one_row_of_headings(rows[at:]), sign, told=bool(given), titles=at, mended=mended)


def with_one_row_of_headings(rows: Sequence[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Return the rows, of which the second goes into the first where it holds headings, too.

    It does where it names latitude and longitude (``Lat``, ``Lon`` below the merged cell ``Position``): what
    stands below counts, and above it where there is nothing. A place's row may hold an ``x`` and a ``y``, too
    (a survey's ticks): names of one letter count only below a merged cell.
    """
    if len(rows) < 2 or not (where := find_columns(rows[1][1])).lat:
        return list(rows)
    (_, above), (number, below) = rows[:2]
    width = max(len(above), len(below))
    above, below = ([*cells, *[""] * (width - len(cells))] for cells in (above, below))
    is_merged = any(not above[below.index(name)].strip() for name in (where.lat, where.lon))
    if not is_merged and min(len(where.lat), len(where.lon)) == 1:
        return list(rows)
    merged = [low if low.strip() else high for high, low in zip(above, below, strict=True)]
    return [(number, merged), *rows[2:]]


def names_positions(text: str, name: str, words: AbstractSet[str] = _WORDS) -> bool:
    """Return whether the beginning of a text is a table whose headings, or first row, say a position."""
    try:
        rows = divide(text, name, words=words).rows
    except (InvalidInput, UnreadableFile):
        return False
    return bool(rows) and (find_columns(rows[0][1]).found or begins_with_a_place(rows[0][1]))


def headings_at(rows: Sequence[Sequence[str]], words: AbstractSet[str] = _WORDS) -> int:
    """Return which of the first `rows` (none blank) holds the headings: 0 unless titles stand above them.

    Titles fill fewer cells than the headings below them; headings name a position or two known columns.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    for known in (_names_a_position, lambda row: _known(row, words) >= 2):
        for at, row in enumerate(rows):
            if known(row) and all(above < filled[at] for above in filled[:at]):
                return at
    return 0


def _names_a_position(row: Sequence[str]) -> bool:
    return find_columns(row).found


def _known(row: Sequence[str], words: AbstractSet[str]) -> int:
    return sum(plain(cell) in words or bare(cell) in words for cell in row)


def _without_outer_quotes(text: str) -> str:
    """Return the text without the pair of quotes that Excel, saving a table again, puts around each line."""
    if not text.lstrip().startswith('"'):
        return text
    lines: list[str] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            if len(row) > 1:
                return text
            lines.append(row[0] if row else "")
    except csv.Error:
        return text
    heading = next(filter(str.strip, lines), "")
    divided = any(sign in heading for sign in DELIMITERS if sign not in _RARE)
    return "\n".join(lines) if divided else text


def _without_sep(text: str) -> tuple[str, str]:
    """Return the text without Excel's first line ``sep=;``, and the sign it names."""
    first, end, rest = text.partition("\n")
    said = first.strip("\r ").strip('"')
    if end and said[:4].casefold() == "sep=" and len(said) == 5:
        return rest, said[4]
    return text, ""


def _guess(text: str, words: AbstractSet[str]) -> str:
    best, best_score = ",", 0.0
    for sign in DELIMITERS:
        rows = _sample(text, sign)
        at = headings_at(rows[:HEADINGS_WITHIN], words)
        if not rows or len(rows[at]) < 2:
            continue
        width = len(rows[at])
        placed = find_columns(rows[at]).found
        if (sign in _RARE and not placed) or (sign == BLANKS and best_score):
            continue
        placed = placed or begins_with_a_place(rows[at])
        fitting = sum(len(row) == width for row in rows[at:]) / len(rows[at:])
        score = fitting * (1 + min(width, 20) / 100) + (0.5 if placed else 0)
        if score > best_score + 1e-9:
            best, best_score = sign, score
    return best


def _sample(text: str, sign: str) -> list[list[str]]:
    """Return the first rows; a cell cut in two by the end of the sample ends there."""
    found: list[list[str]] = []
    try:
        for row in rows_in(text[:_SAMPLE_LETTERS], sign):
            if any(map(str.strip, row)):
                found.append(row)
            if len(found) == _SAMPLE_ROWS:
                break
    except csv.Error:  # too long a cell: what comes before says enough
        return found
    return found
