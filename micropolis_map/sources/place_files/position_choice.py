"""Which of a table's columns hold the position, where several may: those that lead near the community."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from micropolis_map.errors import InvalidInput, Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources import column_names
from micropolis_map.sources.column_names import find
from micropolis_map.sources.coordinates import (
    NotACoordinate,
    angle,
    geometry_text,
    positions,
    usable,
)
from micropolis_map.sources.place_files.recognition import share_near
from micropolis_map.sources.place_files.rows import Question, ReadOptions
from micropolis_map.sources.position_columns import Where, find_columns

SAMPLE = 200
"""Rows by which it is told where columns lead."""
Records = Sequence[Sequence[str]]


def label(where: Where) -> str:
    """Return the columns as they are shown and answered: ``lat, lon``, or one name."""
    return f"{where.lat}, {where.lon}" if where.lat else where.whole


def choices(header: Sequence[str]) -> list[Where]:
    """Return every column or pair of columns that may hold the position by their names, likeliest first.

    Latitude and longitude come before one column with both, and that before the x and y of some plan.
    """
    found, left = [], list(header)
    while (where := find_columns(left)).found:
        used = {where.lat, where.lon, where.whole}
        if where.lat and where.whole:  # a shape, and a point beside it
            found.append(Where(whole=where.whole, lat_first=where.lat_first))
            where = Where(where.lat, where.lon)
        found.append(where)
        left = [name for name in left if name not in used]
    return sorted(found, key=_rank)


def chosen(
    header: Sequence[str], records: Records, options: ReadOptions
) -> tuple[list[Where], list[Question]]:
    """Return the columns in the order a row's position is looked for in them, and what was chosen.

    Of several the one is first that leads most rows near the community, in whatever order or coordinate
    system (ties: the likeliest by its name); what was answered beats everything.

    Raises
    ------
    InvalidInput
        The answer names a column that is not there.
    """
    found = choices(header)
    answer = options.answers.get("columns", "").strip()
    if answer:
        said = next((where for where in found if label(where) == answer), None) or _said(answer, header)
        return [said, *(where for where in found if where != said)], []
    if len(found) < 2 or options.centre is None:
        return found, []
    near = [_near(where, header, records, options) for where in found]
    best = max(range(len(found)), key=lambda i: (near[i], -i))
    ordered = [found[best], *(where for i, where in enumerate(found) if i != best)]
    if near[best] == 0:
        return found, []
    if best == 0 and sum(not _is_shape(where) for where in found) < 2:  # a shape, and its middle beside it
        return found, []
    seen = Sentence(mark("columns {columns} hold the position"), columns=repr(label(ordered[0])))
    return ordered, [Question("columns", seen, label(ordered[0]), tuple(map(label, found)))]


def _rank(where: Where) -> int:
    if where.lat and not find([where.lat], column_names.NORTHING):
        return 1
    if where.whole:
        return 0 if _is_shape(where) else 2
    return 3


def _is_shape(where: Where) -> bool:
    return find([where.whole], column_names.WHOLE) is not None


def _said(answer: str, header: Sequence[str]) -> Where:
    """Return the columns somebody named: one, or latitude and longitude with a comma between."""
    if answer in header:
        return Where(whole=answer)
    names = [name.strip() for name in answer.split(",")]
    missing = next((name for name in names if name not in header), None)
    if missing is not None or len(names) != 2:
        raise InvalidInput(
            mark("there is no column {name} for the position"),
            mark("name one, or latitude and longitude, of: {names}"),
            name=repr(missing or answer),
            names=", ".join(header),
        )
    return Where(names[0], names[1])


def _near(where: Where, header: Sequence[str], records: Records, options: ReadOptions) -> float:
    """Return which share of the first rows lies near by these columns; of shapes, of those there are."""
    at = {name: index for index, name in enumerate(header)}
    corners = []
    sample = records[:SAMPLE]
    for record in sample:
        cells = [
            record[at[name]] if at[name] < len(record) else ""
            for name in (where.lat, where.lon, where.whole)
            if name
        ]
        corner = _corner(cells, where)
        if corner:
            corners.append(corner)
    if not corners:
        return 0.0
    share = share_near(np.array(corners, dtype=np.float64), options)
    return share if _is_shape(where) else share * len(corners) / len(sample)


def _corner(cells: Sequence[str], where: Where) -> list[float] | None:
    try:
        if where.lat:
            (lat, _), (lon, _) = angle(cells[0]), angle(cells[1])
            return [lon, lat]
        geometry, _ = usable(geometry_text(cells[0], lat_first=where.lat_first))
    except NotACoordinate:
        return None
    return positions(geometry)[0] if geometry else None
