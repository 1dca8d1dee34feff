"""Formats of OpenStreetMap data that few programs write, turned by pyosmium into the one our reader knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.workers.pool import FILE, READERS

if TYPE_CHECKING:
    import osmium

_OPL = re.compile(rb"[nwr]-?\d+( [vdctiuTxyNM]|$|\r?\n)")
STARTS = {b"\xff\xe0\x04o5m2": "o5m"}
"""How such files begin, and pyosmium's word for them."""


def kind_of(start: bytes) -> str | None:
    """Return pyosmium's word for the format of a file that begins with `start`, None for any other."""
    if _OPL.match(start):
        return "opl"
    return next((kind for begins, kind in STARTS.items() if start.startswith(begins)), None)


def convert(path: Path, kind: str, into: Path) -> None:
    """Write the elements of the file at `path` as ``.osm.pbf``; a worker does it.

    What was deleted, with all its earlier versions, and nodes without a place are left out.

    Raises
    ------
    UnreadableFile
        The file is damaged.
    InvalidInput
        It takes more memory or time than a town's does.
    """
    READERS.run(_convert, path, kind, into, limits=FILE)


def _convert(path: Path, kind: str, into: Path) -> None:
    import osmium  # noqa: PLC0415 - in the worker, and seldom

    try:
        gone: dict[tuple[str, int], int] = {}
        for element in _elements(path, kind):
            if element.deleted:
                key = (element.type_str(), element.id)
                gone[key] = max(element.version, gone.get(key, 0))
        with osmium.SimpleWriter(osmium.io.File(str(into), "pbf")) as writer:
            for element in _elements(path, kind):
                if element.version <= gone.get((element.type_str(), element.id), -1):
                    continue
                if not isinstance(element, osmium.osm.Node) or element.location.valid():
                    writer.add(element)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise UnreadableFile(
            mark("{file} cannot be read as {kind}: {reason}"),
            mark("download or export it again"),
            file=path.name,
            kind=kind,
            reason=error,
        ) from None


def _elements(path: Path, kind: str) -> Iterator[osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation]:
    import osmium  # noqa: PLC0415 - as above

    for element in osmium.FileProcessor(osmium.io.File(str(path), kind)):
        if isinstance(element, osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation):
            yield element
