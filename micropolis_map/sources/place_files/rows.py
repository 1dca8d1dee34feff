"""What every reader of place files returns: one row for each thing in the file, and what was guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from micropolis_map.errors import UnreadableFile
from micropolis_map.sources.place_files.columns import ColumnMapping

MAX_FILE_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 100_000_000
"""Of the KML inside a KMZ: a limit against archives that unpack without end."""
MAX_ROWS = 50_000


@dataclass(frozen=True)
class Row:
    """One row, feature, waypoint or placemark of a file.

    Attributes
    ----------
    number
        1 for the first of the file (a CSV's header is not counted).
    geometry
        GeoJSON geometry, EPSG:4326, ``(lon, lat)``, 2-D; None where the row has none that can be used.
    properties
        What the row says, by the file's own names.
    reason
        Why the row cannot become a place; None where it can.
    id
        The file's own id of it (a feature's id, a placemark's id, a guid), else "".
    """

    number: int
    geometry: Mapping[str, Any] | None
    properties: Mapping[str, Any]
    reason: str | None = None
    id: str = ""


@dataclass(frozen=True)
class Question:
    """Something that was recognised rather than said: told to the reader, and can be answered otherwise.

    Attributes
    ----------
    kind
        What it is about: ``encoding``, ``delimiter``, ``columns``, ``order``, ``crs``, ``rows``, ``file`` …
    seen
        A sentence about what was seen.
    proposed
        The answer taken unless another is given in ``ReadOptions.answers[kind]``; "" for a mere remark.
    choices
        All the answers possible; empty for a remark.
    """

    kind: str
    seen: str
    proposed: str = ""
    choices: tuple[str, ...] = ()


ANSWERS = ("encoding", "delimiter", "columns", "sheet", "crs", "order", "rows")
"""Kinds of questions that have answers."""

USED_FOR: Mapping[str, tuple[str, ...]] = {
    "encoding": ("csv", "geojson", "shp"),
    "delimiter": ("csv",),
    "columns": ("csv", "spreadsheet"),
    "sheet": ("spreadsheet",),
}
"""Answers that only some kinds of files ask for."""


@dataclass(frozen=True)
class ReadOptions:
    """What the reader may know beforehand.

    Attributes
    ----------
    centre
        ``(lon, lat)`` of the community the file is for: by it another order or CRS is recognised.
    bounds
        ``(min_lon, min_lat, max_lon, max_lat)`` of that community, where its outline is known.
    answers
        Answers to questions by their kind; they override what is proposed.
    mapping
        Which column is which; columns it does not name are proposed for.
    """

    centre: tuple[float, float] | None = None
    bounds: tuple[float, float, float, float] | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    mapping: ColumnMapping | None = None


@dataclass(frozen=True)
class RowFile:
    """All rows of a file, what they seem to mean, and what was recognised on the way."""

    name: str
    kind: str
    rows: tuple[Row, ...]
    mapping: ColumnMapping
    questions: tuple[Question, ...] = ()


def unreadable(path: Path, what: str, todo: str, **values: object) -> UnreadableFile:
    """Return the error for `path`; ``{file}`` in its words is the file's name."""
    return UnreadableFile(what, todo, file=repr(path.name), **values)


def short(value: Any, limit: int = 60) -> str:
    """Return `value` as it is shown in a reason: its repr, cut to `limit` characters."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
