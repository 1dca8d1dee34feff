"""Tables whose first line is a row already: what their columns hold, by what stands in them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import numpy as np

from micropolis_map.sources.coordinates import number
from micropolis_map.sources.number_texts import number_in
from micropolis_map.sources.position_columns import (
    filled_cells,
    find_columns,
    is_degrees,
    is_position,
    is_shape,
    most,
)

Centre = tuple[float, float]
_CELL = re.compile(r"8[0-9a-fA-F]{14}")
"""An H3 cell as it is usually written."""


def begins_with_a_place(first: Sequence[str]) -> bool:
    """Return whether the first row of a table holds a position, and not the names of columns."""
    if find_columns(first).found:
        return False
    return any(map(is_position, first)) or sum(map(is_degrees, first)) >= 2


def headings_for(rows: Sequence[Sequence[str]], centre: Centre | None = None) -> list[str] | None:
    """Return names for the columns of a table that has none, None for one whose first row holds names.

    One column with the position or an H3 cell, else two of degrees; a column of its own values before them is
    the ``id``, the next text the ``name``, the only other column of numbers the ``population``.

    Parameters
    ----------
    centre
        ``(lon, lat)`` of the community: by it latitude and longitude are told apart; without it, and where
        none is beyond 90, the latitude comes first.
    """
    cells = any(map(_CELL.fullmatch, map(str.strip, rows[0])))
    if not cells and not begins_with_a_place(rows[0]):
        return None
    width = max(map(len, rows))
    columns = [filled_cells(rows, index) for index in range(width)]
    found = _cells(columns) if cells else _whole(columns) or _pair(columns, centre)
    if not found:
        return None
    left = [index for index in range(width) if index not in found and columns[index]]
    unlike = len(rows)
    if left and left[0] < max(found) and len({row[left[0]] for row in rows if len(row) > left[0]}) == unlike:
        found[left.pop(0)] = "id"
    numbers = [i for i in left if all(number_in(cell) is not None for cell in columns[i])]
    if len(numbers) == 1:
        found[numbers[0]] = "population"
    texts = [index for index in left if index not in numbers]
    if texts:
        found[texts[0]] = "name"
    return [found.get(index, f"column {index + 1}") for index in range(width)]


def _cells(columns: Sequence[Sequence[str]]) -> dict[int, str]:
    at = next((i for i, cells in enumerate(columns) if most(cells, lambda c: bool(_CELL.fullmatch(c)))), None)
    return {} if at is None else {at: "h3"}


def _whole(columns: Sequence[Sequence[str]]) -> dict[int, str]:
    at = next((index for index, cells in enumerate(columns) if most(cells, is_position)), None)
    if at is None:
        return {}
    return {at: "geometry" if is_shape(columns[at][0]) else "coordinates"}


def _pair(columns: Sequence[Sequence[str]], centre: Centre | None) -> dict[int, str]:
    """Return which two columns of degrees are the position: those that bring the rows nearest to `centre`."""
    degrees = {index: _degrees(cells) for index, cells in enumerate(columns) if most(cells, is_degrees)}
    pairs = list(itertools.permutations(degrees, 2))
    pairs = [(lat, lon) for lat, lon in pairs if np.abs(degrees[lat]).max() <= 90]
    if not pairs:
        return {}
    if centre is None:
        lat, lon = pairs[0]
    else:
        lat, lon = min(
            pairs,
            key=lambda p: np.hypot(
                np.median(degrees[p[0]]) - centre[1], np.median(degrees[p[1]]) - centre[0]
            ),
        )
    return {lat: "lat", lon: "lon"}


def _degrees(cells: Sequence[str]) -> np.ndarray:
    return np.array([number(cell) for cell in cells if is_degrees(cell)])
