"""Formats of OpenStreetMap data that few programs write, turned by pyosmium into the one our reader knows."""

from __future__ import annotations

import re
from pathlib import Path

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.workers.pool import FILE, READERS

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
        with osmium.SimpleWriter(osmium.io.File(str(into), "pbf")) as writer:
            for element in osmium.FileProcessor(osmium.io.File(str(path), kind)):
                writer.add(element)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise UnreadableFile(
            mark("{file} cannot be read as {kind}: {reason}"),
            mark("download or export it again"),
            file=path.name,
            kind=kind,
            reason=error,
        ) from None
