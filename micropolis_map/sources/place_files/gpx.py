"""GPX 1.0 and 1.1: each waypoint, route and track is one row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from micropolis_map.errors import Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.coordinates import NotACoordinate, number
from micropolis_map.sources.place_files.plain_text import from_html
from micropolis_map.sources.place_files.rows import MAX_ROWS, Question, Row, unreadable
from micropolis_map.sources.place_files.xml_tree import Element, parse

_WORDS = ("name", "desc", "cmt", "src", "type", "sym", "url")
_THINGS = ("wpt", "rte", "trk")
_USED = {*_WORDS, "link", "extensions", "micropolis", "guid"}
_POINTS = {"trkpt": ("trk", "trkseg"), "rtept": ("rte",)}
"""Which points are of a line, and in what of the file's root they are."""
MAX_POINTS = 500_000
"""Of all lines of a file: six days of a point a second."""


def gpx_rows(data: bytes, path: Path) -> tuple[list[Row], list[Question]]:
    """Return a row for each ``wpt`` (point), ``rte`` and ``trk`` (line), in the file's order.

    Points of a line whose coordinates are no numbers are left out and counted; a line left without any is a
    row with a reason. Our own data in ``extensions`` comes back by its names. Each thing is taken when it
    ends and each point when it is read: nothing else of the file is held.

    Raises
    ------
    UnreadableFile
        As `parse`, or more than `MAX_ROWS` or `MAX_POINTS`, as soon as there is one more.
    """
    things = _Things(path)
    parse(data, path, things.ended)
    return things.rows, things.questions


class _Things:
    """The rows of a file while it is read, and the lines of the thing that is open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[Row] = []
        self.questions: list[Question] = []
        self.points = 0
        self._begin()

    def _begin(self) -> None:
        self.lines: list[list[list[float]]] = []
        self.part: Element | None = None
        self.bad, self.example = 0, ""

    def ended(self, element: Element, outer: Sequence[Element]) -> bool:
        """Take what is needed of the element; return whether it is needed once more when the thing ends."""
        if len(outer) == 1:
            if element.name in _THINGS:
                self._take(element)
            self._begin()
            return False
        if tuple(above.name for above in outer[1:]) == _POINTS.get(element.name):
            self._point(element, outer[-1])
        return element.name in _USED

    def _point(self, element: Element, part: Element) -> None:
        self.points += 1
        if self.points > MAX_POINTS:
            self._refuse(mark("{file} has more than {most} points"), MAX_POINTS)
        lon, lat = element.attributes.get("lon", ""), element.attributes.get("lat", "")
        try:
            position = [number(lon), number(lat)]
        except NotACoordinate:
            self.bad += 1
            self.example = self.example or f"lat {lat!r}, lon {lon!r}"
            return
        if self.part is not part:
            self.part = part
            self.lines.append([])
        self.lines[-1].append(position)

    def _take(self, element: Element) -> None:
        row = len(self.rows) + 1
        if row > MAX_ROWS:
            self._refuse(mark("{file} has more than {most} rows"), MAX_ROWS)
        if element.name == "wpt":
            self._point(element, element)
        geometry, reason = self._geometry(element)
        if geometry is not None and self.bad:
            told = Sentence.counted(
                "row {row}: {n} point without usable coordinates is left out ({example})",
                "row {row}: {n} points without usable coordinates are left out ({example})",
                n=self.bad,
                row=row,
                example=self.example,
            )
            self.questions.append(Question("file", told))
        own = {data.attributes["name"]: "".join(data.texts) for data in _own(element)}
        properties = _own_words(element) if own else _properties(element)
        self.rows.append(
            Row(row, geometry, {**properties, **own}, reason, own.get("id", "") or _guid(element))
        )

    def _geometry(self, element: Element) -> tuple[dict[str, Any] | None, str | None]:
        if any(data.attributes.get("name") == "geometry" for data in _own(element)):
            return None, None  # the reader takes the whole geometry from this column
        if not self.lines:
            without = mark("has no usable points: {example}") if self.bad else mark("has no points")
            return None, Sentence(without, example=self.example)
        if element.name == "wpt":
            return {"type": "Point", "coordinates": self.lines[0][0]}, None
        if len(self.lines) == 1:
            return {"type": "LineString", "coordinates": self.lines[0]}, None
        return {"type": "MultiLineString", "coordinates": self.lines}, None

    def _refuse(self, words: str, most: int) -> NoReturn:
        raise unreadable(self.path, words, mark("divide it into smaller files"), most=most)


def _properties(element: Element) -> dict[str, Any]:
    words = {word: from_html(element.words(word)) for word in _WORDS if element.words(word)}
    if "desc" in words:
        words.pop("cmt", None)
    link = element.find("link")
    if link is not None and link.attributes.get("href"):
        words.setdefault("url", link.attributes["href"])
    return words


def _own_words(element: Element) -> dict[str, str]:
    words = {"name": element.words("name"), "description": element.words("desc")}
    return {key: word for key, word in words.items() if word}


def _own(element: Element) -> list[Element]:
    extensions = element.find("extensions")
    if extensions is None:
        return []
    return [data for data in extensions.all("micropolis") if "name" in data.attributes]


def _guid(element: Element) -> str:
    extensions = element.find("extensions")
    return extensions.words("guid") if extensions else ""
