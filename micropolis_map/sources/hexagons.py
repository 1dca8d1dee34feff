"""H3 cells in a column of a table: as texts, or as the whole numbers that databases keep them in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import h3
import shapely

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.sources import column_names
from micropolis_map.sources.delimited_table import DelimitedTable

_HEX = re.compile(r"(?:0x)?([0-9a-f]{15,16})")
_WHOLE = re.compile(r"(\d{16,19})(?:\.0+)?")
_ROUNDED = re.compile(r"[+-]?\d+([.,]\d+)?e\+?\d+", re.IGNORECASE)


def hexagons_of(table: DelimitedTable) -> Any:
    """Return each row's H3 cell as a polygon, object[n], EPSG:4326; None for a table that names no cells.

    A column called as one of H3 cells holds them; a plain ``id`` does where its first value is a cell.

    Raises
    ------
    InvalidInput
        Naming row and value: it is no cell.
    """
    column = column_names.cell_column(table.columns)
    if column is None:
        column = column_names.find(table.columns, column_names.ID)
        if column is None or cell_in(table.columns[column][0]) is None:
            return None
    return shapely.polygons([_ring(cell) for cell in _cells(table, table.columns[column])])


def cell_in(text: str) -> str | None:
    """Return the H3 cell that `text` names, as H3 writes it; None where it names none.

    Examples
    --------
    >>> cell_in("8928308280fffff"), cell_in("617700169958293503"), cell_in("Praga")
    ('8928308280fffff', '8928308280fffff', None)
    """
    clean = text.strip().lower()
    named = _HEX.fullmatch(clean)
    if named and h3.is_valid_cell(named[1]):
        return named[1].lstrip("0")
    whole = _WHOLE.fullmatch(clean)
    if whole and int(whole[1]) < 2**63:
        cell = h3.int_to_str(int(whole[1]))
        return cell if h3.is_valid_cell(cell) else None
    return None


def _cells(table: DelimitedTable, texts: Sequence[str]) -> list[str]:
    cells = []
    for text, row in zip(texts, table.rows, strict=True):
        cell = cell_in(text)
        if cell is None:
            rounded = _ROUNDED.fullmatch(text.strip()) or text.strip().endswith("000")
            raise InvalidInput(
                mark("{file}, row {row}: {value} is no H3 cell"),
                mark("a spreadsheet has rounded it: keep the cells as texts")
                if rounded
                else mark("correct it"),
                file=table.name,
                row=row,
                value=repr(text.strip()),
            )
        cells.append(cell)
    return cells


def _ring(cell: str) -> Any:
    return shapely.linearrings([(x, y) for y, x in h3.cell_to_boundary(cell)])
