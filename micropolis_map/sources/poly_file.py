"""Osmosis' polygon files (``.poly``), as Geofabrik offers them beside its extracts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

END = "END"
MOST_BYTES = 50_000_000


def is_poly(path: Path) -> bool:
    """Return whether the text file at `path` is built as a polygon file: named sections that ``END`` ends."""
    if path.stat().st_size > MOST_BYTES:
        return False
    lines = [line for _, line in _lines(path)]
    return len(lines) > 4 and lines[-1] == END and END not in lines[:2] and len(lines[2].split()) == 2


def read_poly(path: Path) -> tuple[str, Any]:
    """Return the name in the file's first line and the area its rings enclose, EPSG:4326.

    Sections with ``!`` before their name are holes. Rings need not be closed; crossing ones are mended by who
    takes them.

    Raises
    ------
    InvalidInput
        Naming line and value: no two numbers, or fewer than three corners; no ring at all.

    References
    ----------
    OpenStreetMap Wiki, "Osmosis/Polygon Filter File Format".
    """
    lines = _lines(path)
    rings: list[tuple[bool, list[tuple[float, float]]]] = []
    corners: list[tuple[float, float]] | None = None
    for number, line in lines[1:]:
        if corners is None:
            if line == END:
                break
            corners = []
            rings.append((line.startswith("!"), corners))
        elif line == END:
            if len(corners) < 3:
                raise _wrong(path, number, f"{len(corners)} corners")
            corners = None
        else:
            corners.append(_corner(path, number, line))
    area = shapely.union_all([_area(ring) for hole, ring in rings if not hole])
    holes = shapely.union_all([_area(ring) for hole, ring in rings if hole])
    return lines[0][1], shapely.difference(area, holes)


def _area(ring: list[tuple[float, float]]) -> Any:
    return shapely.make_valid(shapely.Polygon(ring))


def _lines(path: Path) -> list[tuple[int, str]]:
    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    numbered = enumerate(text.replace("\r", "\n" if "\n" not in text else "").split("\n"), 1)
    return [(number, line.strip()) for number, line in numbered if line.strip()]


def _corner(path: Path, number: int, line: str) -> tuple[float, float]:
    try:
        lon, lat = map(float, line.split())
    except ValueError as error:
        raise _wrong(path, number, repr(line[:60])) from error
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise _wrong(path, number, repr(line[:60]))
    return lon, lat


def _wrong(path: Path, number: int, value: str) -> InvalidInput:
    return InvalidInput(
        mark("{file}, line {line}: {value} is no corner of a ring"),
        mark("give longitude and latitude in each line, at least three a ring"),
        file=path.name,
        line=number,
        value=value,
    )
