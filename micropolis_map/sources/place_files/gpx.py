"""GPX 1.0 and 1.1: each waypoint, route and track is one row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from micropolis_map.errors import Sentence
from micropolis_map.i18n import mark
from micropolis_map.sources.place_files.coordinates import NotACoordinate, number
from micropolis_map.sources.place_files.plain_text import from_html
from micropolis_map.sources.place_files.rows import Question, Row
from micropolis_map.sources.place_files.xml_tree import Element

_WORDS = ("name", "desc", "cmt", "src", "type", "sym", "url")


def gpx_rows(root: Element, _path: Path) -> tuple[list[Row], list[Question]]:
    """Return a row for each ``wpt`` (point), ``rte`` and ``trk`` (line), in the file's order.

    Points of a line whose coordinates are no numbers are left out and counted; a line left without any is a
    row with a reason. Our own data in ``extensions`` comes back by its names.
    """
    rows, questions = [], []
    for number_, element in enumerate(root.all("wpt", "rte", "trk"), start=1):
        lines, bad = _lines(element)
        geometry, reason = _geometry(element, lines, bad)
        if geometry is not None and bad:
            words = mark("row {row}: {n} points without usable coordinates are left out ({example})")
            seen = Sentence(words, row=number_, n=len(bad), example=bad[0])
            questions.append(Question("file", seen))
        own = {data.attributes["name"]: "".join(data.texts) for data in _own(element)}
        properties = _own_words(element) if own else _properties(element)
        rows.append(
            Row(number_, geometry, {**properties, **own}, reason, own.get("id", "") or _guid(element))
        )
    return rows, questions


def _lines(element: Element) -> tuple[list[list[list[float]]], list[str]]:
    if element.name == "wpt":
        groups = [[element]]
    elif element.name == "rte":
        groups = [element.all("rtept")]
    else:
        groups = [segment.all("trkpt") for segment in element.all("trkseg")]
    lines: list[list[list[float]]] = []
    bad: list[str] = []
    for group in groups:
        line = []
        for point in group:
            lon, lat = point.attributes.get("lon", ""), point.attributes.get("lat", "")
            try:
                line.append([number(lon), number(lat)])
            except NotACoordinate:
                bad.append(f"lat {lat!r}, lon {lon!r}")
        lines.append(line)
    return [line for line in lines if line], bad


def _geometry(
    element: Element, lines: list[list[list[float]]], bad: list[str]
) -> tuple[dict[str, Any] | None, str | None]:
    own = next((data for data in _own(element) if data.attributes.get("name") == "geometry"), None)
    if own is not None:
        return None, None  # the reader takes the whole geometry from this column
    if not lines:
        without = mark("has no usable points: {example}") if bad else mark("has no points")
        return None, Sentence(without, example=bad[0] if bad else "")
    if element.name == "wpt":
        return {"type": "Point", "coordinates": lines[0][0]}, None
    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}, None
    return {"type": "MultiLineString", "coordinates": lines}, None


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
