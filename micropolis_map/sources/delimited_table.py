"""Tables of points and of people: CSV in all its forms, spreadsheets, Parquet; every doubt is refused by row.

The one reader behind ``--spots``, ``--origins``, ``--destinations``, ``--candidates``, ``--stops`` and
``--population``. What it shares with the import of places: `text_encoding.decode` (bytes to text),
`delimited_text.divide` (text to rows: sign between cells, titles above the headings), `spreadsheets`
(sheets to rows), `column_names` (the dictionary) and `position_columns` (where a row is).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from pyproj.exceptions import ProjError

from micropolis_map.errors import InvalidInput, Sentence, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import NotACoordinate, usable
from micropolis_map.sources.delimited_text import MENDED, divide, headings_at, with_one_row_of_headings
from micropolis_map.sources.file_kinds import content_of
from micropolis_map.sources.number_texts import decimal_mark_of, number_in, thousands_mark_of
from micropolis_map.sources.points_nearby import Bounds, as_meant
from micropolis_map.sources.position_columns import (
    Where,
    columns_by_content,
    find_columns,
    is_shape,
    raw_geometry,
)
from micropolis_map.sources.tables_without_headings import Centre, headings_for
from micropolis_map.sources.text_encoding import decode

Floats = NDArray[np.float64]
LIMITS = (180.0, 90.0)
_PLAIN = re.compile(r"\s*[+-]?\d{1,9}([.,]\d*)?\s*")
"""A coordinate of digits only: whole tables of them are read at once."""


@dataclass(frozen=True)
class TableOptions:
    """What may be said of a table instead of being guessed; "" to guess it.

    Attributes
    ----------
    encoding
        Such as ``cp1250``.
    delimiter
        The sign between cells or its name, such as ``semicolon``.
    crs
        What the coordinates are in, such as ``EPSG:2180``, x before y; "" for degrees (EPSG:4326).
    centre
        ``(lon, lat)`` of the community, where it is known: by it a table without headings is understood.
    bounds
        Of its outline, ``(min_lon, min_lat, max_lon, max_lat)``, where it has one.
    """

    encoding: str = ""
    delimiter: str = ""
    crs: str = ""
    centre: Centre | None = None
    bounds: Bounds | None = None

    def without_use(self, name: str, kind: str) -> tuple[str, ...]:
        """Return what was said although the file called `name`, of that `kind`, cannot obey it."""
        if kind == "text":
            return ()
        said = {"--encoding": self.encoding, "--delimiter": self.delimiter}
        if kind not in {"spreadsheet", "parquet"}:
            said["--crs"] = self.crs
        words = mark("{file}: {option} is for tables, and not used")
        return tuple(Sentence(words, file=name, option=option) for option, value in said.items() if value)


GUESS = TableOptions()


@dataclass(frozen=True)
class DelimitedTable:
    """The texts of a table by column, and where each row stands in the file.

    Attributes
    ----------
    rows
        Number of each row as spreadsheets count it: the first line of the file is row 1.
    decimal_mark
        Before the decimals of its coordinates, "" where they have none.
    notes
        What was guessed.
    """

    name: str
    columns: Mapping[str, Sequence[str]]
    rows: Sequence[int]
    decimal_mark: str = ""
    notes: tuple[str, ...] = ()

    def numbers(self, column: str, default: float | None = None) -> Floats:
        """Return a column as float64[n]; an empty value is `default`.

        Raises
        ------
        InvalidInput
            Naming row and value: not a number, not finite, or empty without a default.
        """
        texts = [text.strip() for text in self.columns[column]]
        thousands = thousands_mark_of(self.columns[column], self.decimal_mark)
        found = [number_in(text, thousands) for text in self.columns[column]]
        for number, text, row in zip(found, texts, self.rows, strict=True):
            if number is None and (text or default is None):
                raise InvalidInput(
                    mark("{file}, row {row}: {column} is {value}, not a number"),
                    mark("give a decimal number such as 12.345"),
                    file=self.name,
                    row=row,
                    column=column.strip(),
                    value=repr(text),
                )
        return np.array([default if number is None else number for number in found], np.float64)

    def looks_numeric(self, column: str) -> bool:
        """Return whether every value of the column is a number or empty, and one is a number."""
        texts = [text for text in self.columns[column] if text.strip()]
        return bool(texts) and all(number_in(text) is not None for text in texts)


def read_delimited(path: Path, options: TableOptions = GUESS) -> DelimitedTable:
    """Return the table in the text file at `path`.

    Encoding, delimiter and the row of the headings are told from the content; each guess is a note.

    Raises
    ------
    UnreadableFile
        There is no such file, it is empty, no text, or in another encoding than said.
    InvalidInput
        It has no row below the header, a row with more values than the header, or one header twice.
    """
    content = content_of(path)
    text, encoding = decode(content, path.name, options.encoding)
    if "\0" in text:
        raise UnreadableFile(
            mark("{file} is no text: it holds zero bytes"), mark("save it as CSV in UTF-8"), file=path.name
        )
    divided = divide(text, path.name, options.delimiter)
    notes: list[str] = []
    if not options.encoding and encoding not in {"utf-8", "ascii"}:
        words = mark("{file}: the text is in {encoding}")
        notes.append(Sentence(words, file=path.name, encoding=encoding))
    if not divided.told and divided.delimiter != ",":
        words = mark("{file}: the columns are separated by {sign}")
        notes.append(Sentence(words, file=path.name, sign=repr(divided.delimiter)))
    if divided.mended:
        what = Sentence(MENDED, row=divided.mended)
        notes.append(Sentence(mark("{file}: {what}"), file=path.name, what=what))
    if divided.titles:
        row = divided.rows[0][0]
        notes.append(Sentence(mark("{file}: the headings stand in row {row}"), file=path.name, row=row))
    return table_of(path.name, divided.rows, notes, options.centre)


def table_of_sheet(
    path: Path,
    rows: Sequence[tuple[int, list[str]]],
    notes: Sequence[str],
    centre: Centre | None = None,
) -> DelimitedTable:
    """Return the table in the numbered rows of a spreadsheet; titles above the headings are left out.

    Raises
    ------
    InvalidInput
        As `read_delimited`.
    """
    at = headings_at([cells for _, cells in rows[:10]])
    width = max((i for i, cell in enumerate(rows[at][1], 1) if cell.strip()), default=0)
    kept = [(number, cells[:width] + [c for c in cells[width:] if c.strip()]) for number, cells in rows[at:]]
    kept = with_one_row_of_headings(kept)
    said = list(notes)
    if at:
        words = mark("{file}: the headings stand in row {row}")
        said.append(Sentence(words, file=path.name, row=rows[at][0]))
    return table_of(path.name, kept, said, centre)


def table_of(
    name: str,
    rows: Sequence[tuple[int, Sequence[str]]],
    notes: Iterable[str] = (),
    centre: Centre | None = None,
) -> DelimitedTable:
    """Return the table whose first row holds the headings; where it holds a place already, they are made up.

    Raises
    ------
    InvalidInput
        It has no row below them, a row with more values than they are, or one of them twice.
    """
    made_up = headings_for([cells for _, cells in rows], centre) if rows else None
    if made_up:
        rows = [(0, made_up), *rows]
        words = mark("{file}: the first line holds a place, no headings: its columns are taken as {columns}")
        notes = (*notes, Sentence(words, file=name, columns=", ".join(made_up)))
    if len(rows) < 2:
        raise InvalidInput(
            mark("{file} has no row below its header"),
            mark("give a table with at least one row"),
            file=name,
        )
    header = rows[0][1]
    _check_shape(name, header, rows[1:])
    width = len(header)
    padded = [[*row[:width], *[""] * (width - len(row))] for _, row in rows[1:]]
    columns = dict(zip(header, map(list, zip(*padded, strict=True)), strict=True))
    where = find_columns(header)
    decimal_mark = decimal_mark_of([*columns.get(where.lat, ()), *columns.get(where.lon, ())])
    said = (*notes, *_said_of_pairs(name, where, columns))
    return DelimitedTable(name, columns, [i for i, _ in rows[1:]], decimal_mark, said)


def _said_of_pairs(name: str, where: Where, columns: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return which of two coordinates in one cell is taken as the latitude."""
    if where.lat or not where.whole or any(map(is_shape, columns[where.whole])):
        return ()
    words = (
        mark("{file}: the column {column} holds the position, latitude first")
        if where.lat_first
        else mark("{file}: the column {column} holds the position, longitude first")
    )
    return (Sentence(words, file=name, column=repr(where.whole)),)


def where_of(table: DelimitedTable) -> Where:
    """Return which columns say where the rows are: by their names, else one that holds shapes or pairs.

    Raises
    ------
    InvalidInput
        None does.
    """
    header = [name for name in table.columns if name.strip()]
    where = find_columns(header)
    if not where.found:
        found = columns_by_content(header, list(zip(*(table.columns[c] for c in header), strict=True)))
        where = Where(whole=found.whole)  # of two columns of degrees nobody knows which is which
    if not where.found:
        raise InvalidInput(
            mark("{file} has the columns {columns} and none of lon, lat, or of their names in our languages"),
            mark("name a column 'lon' and one 'lat'"),
            file=table.name,
            columns=", ".join(map(str.strip, table.columns)),
        )
    return Where(where.lat, where.lon) if where.lat else where


def geometry_of(
    table: DelimitedTable, options: TableOptions = GUESS
) -> tuple[NDArray[np.object_], tuple[str, ...]]:
    """Return each row's shape, object[n], EPSG:4326, a point or what its WKT or GeoJSON says; and notes.

    Parameters
    ----------
    options
        What the table's coordinates are in; where nobody said, degrees, unless by the community's centre
        they are something else (`points_nearby.as_meant`).

    Raises
    ------
    InvalidInput
        No column says it, its system is not known, or naming row and value: it is empty, no position, or
        beyond the Earth's degrees.
    """
    where = where_of(table)
    columns = [name for name in (where.lat, where.lon, where.whole) if name]
    if where.lat and all(_PLAIN.fullmatch(text) for name in columns for text in table.columns[name]):
        lat, lon = ([float(t.replace(",", ".")) for t in table.columns[name]] for name in columns)
        shapes: NDArray[np.object_] = shapely.points(lon, lat)
    else:
        shapes = _shapes(table, where, columns)
    notes: tuple[str, ...] = ()
    if options.crs:
        shapes = _to_degrees(shapes, options.crs)
    else:
        shapes, notes = as_meant(shapes, table.name, options.centre, options.bounds)
    _check_degrees(table, shapes, columns)
    return shapes, notes


def _to_degrees(shapes: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    try:
        forth = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except ProjError as error:  # what pyproj raises for systems it does not know, too
        raise InvalidInput(
            mark("the coordinate system {crs} is not known"),
            mark("give one such as EPSG:2180"),
            crs=repr(crs[:80]),
        ) from error
    moved: NDArray[np.object_] = shapely.transform(
        shapes, lambda xy: np.column_stack(forth.transform(xy[:, 0], xy[:, 1]))
    )
    return moved


def _shapes(table: DelimitedTable, where: Where, columns: Sequence[str]) -> NDArray[np.object_]:
    shapes = np.empty(len(table.rows), object)
    for i, row in enumerate(table.rows):
        cells = {column: table.columns[column][i] for column in columns}
        try:
            shapes[i] = _shape(cells, where)
        except NotACoordinate as error:
            raise InvalidInput(
                mark("{file}, row {row}: {why} ({values})"),
                mark("give longitude and latitude in degrees, such as 12.345"),
                file=table.name,
                row=row,
                why=error.reason,
                values=", ".join(f"{column.strip()} is {text!r:.60}" for column, text in cells.items()),
            ) from error
    return shapes


def _shape(cells: Mapping[str, str], where: Where) -> Any:
    found, reason = usable(raw_geometry(cells, where))
    if found is None:
        raise NotACoordinate("{why}", why=reason)
    return shapely.geometry.shape(found)


def _check_degrees(table: DelimitedTable, shapes: NDArray[np.object_], columns: Sequence[str]) -> None:
    bounds = np.abs(shapely.bounds(shapes))
    beyond = ~(np.maximum(bounds[:, :2], bounds[:, 2:]) <= LIMITS)  # infinite ones, too
    if not beyond.any():
        return
    at = int(np.flatnonzero(beyond.any(axis=1))[0])
    axis = int(np.flatnonzero(beyond[at])[0])
    column = columns[1 - axis] if len(columns) == 2 else columns[0]
    raise InvalidInput(
        mark("{file}, row {row}: {column} is {value}, beyond ±{limit} degrees"),
        mark("give longitude and latitude in WGS 84, or say their coordinate system (--crs)"),
        file=table.name,
        row=table.rows[at],
        column=column.strip(),
        value=table.columns[column][at].strip()[:60],
        limit=f"{LIMITS[axis]:g}",
    )


def _check_shape(name: str, header: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    twice = [column for column in header if column.strip() and list(header).count(column) > 1]
    if twice:
        raise InvalidInput(
            mark("{file} has the column {column} twice"),
            mark("name each column once"),
            file=name,
            column=repr(twice[0]),
        )
    for number, row in rows:
        if any(value.strip() for value in row[len(header) :]):
            raise InvalidInput(
                mark("{file}, row {row}: {n} values for {most} columns ({value} is too many)"),
                mark("put texts that hold the delimiter into quotes"),
                file=name,
                row=number,
                n=len(row),
                most=len(header),
                value=repr(row[len(header)]),
            )
