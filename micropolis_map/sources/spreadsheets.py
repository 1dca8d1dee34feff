"""Spreadsheets as tables: XLSX, XLS and ODS, the sheet that names columns we know."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources.archives import listed
from micropolis_map.sources.delimited_text import HEADINGS_WITHIN, headings_at
from micropolis_map.sources.number_texts import TypedNumber
from micropolis_map.sources.position_columns import find_columns
from micropolis_map.workers.pool import FILE, READERS

Value = bool | int | float | str | dt.date | dt.time | dt.timedelta | None
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """One sheet of a spreadsheet.

    Attributes
    ----------
    rows
        The number of each row that is not blank, as the spreadsheet counts, and the texts of its cells.
    others
        Names of the sheets beside it that are not blank.
    """

    name: str
    rows: tuple[tuple[int, list[str]], ...]
    others: tuple[str, ...] = ()


def read_sheet(path: Path, sheet: str = "") -> Sheet:
    """Return the sheet called `sheet`; without a name the first that names a position, else the first.

    Formulas count by their last result; hidden sheets count too. A worker reads it.

    Raises
    ------
    UnreadableFile
        It is no spreadsheet, locked, unpacks to too much, has no such sheet, or nothing in it.
    """
    sheets = [one for one in READERS.run(sheets_in, path, limits=FILE) if one[1]]
    if not sheets:
        raise UnreadableFile(
            mark("{file} has no filled cell"),
            mark("give a sheet with headings and rows"),
            file=repr(path.name),
        )
    names = [name for name, _ in sheets]
    if sheet and sheet not in names:
        raise UnreadableFile(
            mark("{file} has no sheet {sheet}"),
            mark("give one of {choices}"),
            file=repr(path.name),
            sheet=repr(sheet),
            choices=", ".join(names),
        )
    chosen = names.index(sheet) if sheet else next((i for i, one in enumerate(sheets) if _fits(one[1])), 0)
    name, rows = sheets[chosen]
    return Sheet(name, tuple(rows), tuple(names[:chosen] + names[chosen + 1 :]))


def _fits(rows: list[tuple[int, list[str]]]) -> bool:
    first = [cells for _, cells in rows[:HEADINGS_WITHIN]]
    return find_columns(first[headings_at(first)]).found


def sheets_in(path: Path) -> list[tuple[str, list[tuple[int, list[str]]]]]:
    """Return every sheet's name and its rows that are not blank, with their numbers; for a worker.

    Raises
    ------
    UnreadableFile
        It is no spreadsheet, locked, or unpacks to too much.
    """
    import python_calamine as calamine  # noqa: PLC0415 - for spreadsheets only

    with path.open("rb") as file:
        old = file.read(4) == OLD_EXCEL
        file.seek(0)
        packed = io.BytesIO(file.read())  # by its content, whatever it is called
    if not old:
        with listed(path, ()):  # one that unpacks to too much is refused before it is unpacked
            pass
    try:
        book = calamine.load_workbook(packed)
        return [(name, _rows(book.get_sheet_by_name(name))) for name in book.sheet_names]
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableFile(
            mark("{file} cannot be read as a spreadsheet: {why}"),
            mark("save it again as XLSX, without a password"),
            file=repr(path.name),
            why=error,
        ) from error


def _rows(sheet: object) -> list[tuple[int, list[str]]]:
    first = (getattr(sheet, "start", None) or (0, 0))[0]
    numbered = enumerate(sheet.to_python(skip_empty_area=True), first + 1)  # type: ignore[attr-defined]
    rows = ((number, [_text(value) for value in row]) for number, row in numbered)
    return [(number, cells) for number, cells in rows if any(cell.strip() for cell in cells)]


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        whole = float(value).is_integer() and abs(value) < 2**53
        return TypedNumber(str(int(value)) if whole else repr(value), float(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return value if isinstance(value, str) else str(value)
