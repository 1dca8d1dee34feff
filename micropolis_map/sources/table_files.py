"""Tables in files of any kind: as text, as a spreadsheet, in Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from micropolis_map.errors import InvalidInput, Sentence, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.delimited_table import (
    GUESS,
    DelimitedTable,
    TableOptions,
    read_delimited,
    table_of,
    table_of_sheet,
)
from micropolis_map.sources.file_kinds import Kind
from micropolis_map.sources.geoparquet import read_parquet
from micropolis_map.sources.number_texts import TypedNumber
from micropolis_map.sources.spreadsheets import read_sheet
from micropolis_map.sources.vector_file import VectorFile, read_vector
from micropolis_map.workers.pool import FILE, READERS


def read_table(
    path: Path, kind: Kind, options: TableOptions = GUESS, accepted: str = ""
) -> DelimitedTable | VectorFile:
    """Return the table in the file at `path`; of a GeoParquet its features.

    Parameters
    ----------
    kind
        What the file is (`file_kinds.kind_of`).
    accepted
        What to do where it is no table.

    Raises
    ------
    UnreadableFile
        It is no table, or one that cannot be read.
    InvalidInput
        As `delimited_table.read_delimited`.
    """
    if kind == "text":
        return read_delimited(path, options)
    if kind == "spreadsheet":
        sheet = read_sheet(path)
        words = mark("{file}: the sheet {sheet} is read, not {others}")
        others = ", ".join(map(repr, sheet.others))
        notes = [Sentence(words, file=path.name, sheet=repr(sheet.name), others=others)] if others else []
        return table_of_sheet(path, sheet.rows, notes, options.centre)
    if kind == "parquet":
        return _of_parquet(path)
    raise UnreadableFile(
        mark("{file} is {kind}, and no table"),
        accepted,
        file=path.name,
        kind=Sentence(_WORDS.get(kind, kind)),
    )


_WORDS = {
    "tiff": mark("a picture or a raster (TIFF)"),
    "archive": mark("an archive"),
    "grid": mark("an ASCII grid"),
    "foreign": mark("a file of another kind (a picture, a PDF, NetCDF, 7z …)"),
    "database": mark("a database (SQLite)"),
    "osm": mark("a file of OpenStreetMap"),
    "html": mark("a web page"),
    "xml": mark("XML of a kind that is not known"),
}


def _of_parquet(path: Path) -> DelimitedTable | VectorFile:
    rows = READERS.run(read_parquet, path, limits=FILE)
    if rows.geometry is not None:
        return read_vector(path)
    if not rows.columns:
        raise InvalidInput(mark("{file} has no column"), mark("export it again"), file=path.name)
    texts = [[_text(value) for value in values] for values in rows.columns.values()]
    table: Sequence[Sequence[str]] = [list(rows.columns), *map(list, zip(*texts, strict=True))]
    return table_of(path.name, list(enumerate(table, 1)))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return TypedNumber(str(value), float(value))
    return str(value)
