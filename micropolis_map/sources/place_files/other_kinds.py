"""Files that hold no places, known by their first bytes: what they are, and what to do instead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from micropolis_map.i18n import mark

TODO = mark("give a table (CSV, Excel), GeoJSON, GPX, KML, GeoPackage or a zipped shapefile")
_UNPACK = mark("unpack it first")
_PHOTO = (mark("{file} is a picture"), mark("add it to a place on the pin page"))
_PACKED = (mark("{file} is packed"), _UNPACK)
_BEGINNINGS = {
    b"%PDF": (mark("{file} is a PDF"), mark("ask for the table or map it was made from")),
    b"\xff\xd8\xff": _PHOTO,
    b"\x89PNG": _PHOTO,
    b"GIF8": _PHOTO,
    b"7z\xbc\xaf": _PACKED,
    b"Rar!": _PACKED,
}
_CONTROLS = frozenset(map(chr, range(32))) - set("\t\n\v\f\r\x1e")
_MOST_CONTROLS = 0.01


def known_otherwise(data: bytes) -> tuple[str, str] | None:
    """Return what a file of another kind is and what to do with it; None where its bytes do not tell."""
    return next((words for start, words in _BEGINNINGS.items() if data.startswith(start)), None)


def archive(names: Sequence[str]) -> tuple[str, str]:
    """Return what an archive without a file of places is, and what to do with it."""
    endings = {Path(name).suffix.lower() for name in names}
    if endings & {".shx", ".dbf"}:
        return mark("{file} is a shapefile without its .shp"), mark("pack all its files: .shp .shx .dbf .prj")
    return mark("{file} is an archive without a file of places"), TODO


def is_no_text(text: str) -> bool:
    """Return whether more than a hundredth of the beginning are signs that no text has."""
    head = text[:4_000]
    return sum(sign in _CONTROLS for sign in head) > _MOST_CONTROLS * len(head)
