"""Tables with commas, semicolons, tabs or bars between values; every doubt is refused by row and value."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.sources import column_names

DELIMITERS = ",;\t|"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class DelimitedTable:
    """The texts of a table by column, and where each row stands in the file.

    Attributes
    ----------
    rows
        Line of each row as spreadsheets count it: the header is row 1.
    decimal_comma
        Whether a comma may be a decimal mark (it does not divide the values).
    """

    name: str
    columns: Mapping[str, Sequence[str]]
    rows: Sequence[int]
    decimal_comma: bool

    def numbers(self, column: str, default: float | None = None) -> NDArray[np.float64]:
        """Return a column as float64[n]; an empty value is `default`.

        Raises
        ------
        InvalidInput
            Naming row and value: not a number, not finite, or empty without a default.
        """
        texts = [text.strip() for text in self.columns[column]]
        if self.decimal_comma:
            texts = [text.replace(",", ".") for text in texts]
        for text, row in zip(texts, self.rows, strict=True):
            if not _NUMBER.fullmatch(text) and (text or default is None):
                raise InvalidInput(
                    f"{self.name}, row {row}: {column.strip()} is {text!r}, not a number",
                    "give a decimal number such as 12.345",
                )
        return np.array([float(text) if text else default for text in texts], np.float64)

    def looks_numeric(self, column: str) -> bool:
        """Return whether every value of the column is a number or empty, and one is a number."""
        texts = [
            text.strip().replace(",", "." if self.decimal_comma else ",") for text in self.columns[column]
        ]
        return any(texts) and all(not text or _NUMBER.fullmatch(text) for text in texts)


def read_delimited(path: Path) -> DelimitedTable:
    """Return the table in the file at `path`; UTF-8 or UTF-16, the delimiter told from the header.

    Raises
    ------
    UnreadableFile
        There is no such file, it is empty, or no text.
    InvalidInput
        It has no row below the header, a row with more values than the header, or one header twice.
    """
    lines = _text(path).splitlines(keepends=True)
    header = next((line for line in lines if line.strip()), "")
    delimiter = max(DELIMITERS, key=header.count)
    try:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        numbered = [(i, row) for i, row in enumerate(reader, 1) if any(value.strip() for value in row)]
    except csv.Error as error:
        raise UnreadableFile(f"{path.name} is no table: {error}", "export it again as CSV") from error
    if len(numbered) < 2:
        raise InvalidInput(f"{path.name} has no row below its header", "give a table with at least one row")
    names = numbered[0][1]
    _check_shape(path.name, names, numbered[1:])
    width = len(names)
    padded = [row[:width] + [""] * (width - len(row)) for _, row in numbered[1:]]
    columns = dict(zip(names, map(list, zip(*padded, strict=True)), strict=True))
    return DelimitedTable(path.name, columns, [i for i, _ in numbered[1:]], delimiter != ",")


def lon_lat_of(table: DelimitedTable) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the table's longitudes and latitudes, float64[n], degrees in EPSG:4326.

    Raises
    ------
    InvalidInput
        A column is missing, or a value is empty, no number, or beyond the Earth's degrees.
    """
    found = []
    for names, limit in ((column_names.LON, 180.0), (column_names.LAT, 90.0)):
        column = column_names.find(table.columns, names)
        if column is None:
            raise InvalidInput(
                f"{table.name} has the columns {', '.join(map(str.strip, table.columns))} and none of "
                f"{', '.join(names)}",
                f"name a column {names[0]!r}",
            )
        values = table.numbers(column)
        bad = np.flatnonzero(np.abs(values) > limit)
        if len(bad):
            raise InvalidInput(
                f"{table.name}, row {table.rows[int(bad[0])]}: {column.strip()} is {values[bad[0]]:g}, "
                f"beyond ±{limit:g} degrees",
                "give longitude and latitude in WGS 84",
            )
        found.append(values)
    return found[0], found[1]


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableFile(f"there is no file {str(path)!r}", "check the path") from error
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error}", "check the file") from error
    if not content.strip():
        raise UnreadableFile(f"{path.name} is empty", "export it again")
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{path.name} is no text in {encoding.removesuffix('-sig').upper()}: {error.reason} at byte "
            f"{error.start}",
            "save it as CSV in UTF-8",
        ) from error
    if "\0" in text:
        raise UnreadableFile(f"{path.name} is no text: it holds zero bytes", "save it as CSV in UTF-8")
    return text


def _check_shape(name: str, header: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    twice = [column for column in header if column.strip() and list(header).count(column) > 1]
    if twice:
        raise InvalidInput(f"{name} has the column {twice[0]!r} twice", "name each column once")
    for number, row in rows:
        if any(value.strip() for value in row[len(header) :]):
            raise InvalidInput(
                f"{name}, row {number}: {len(row)} values for {len(header)} columns ({row[len(header)]!r} is "
                "too many)",
                "put texts that hold the delimiter into quotes",
            )
