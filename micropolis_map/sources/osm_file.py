"""Files of OpenStreetMap data: which format a file is in, whatever it is called."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress, silent
from micropolis_map.sources.osm_columns import columns_of, extract_of, join_columns
from micropolis_map.sources.osm_overpass import read_overpass
from micropolis_map.sources.osm_xml import read_xml
from micropolis_map.sources.unpacking import Readable, Room, Unpacked

ACCEPTED = mark("give an .osm, .osm.gz, .osm.bz2 or .osm.pbf file, or a recorded Overpass JSON answer")

TIMES, FREE_BYTES = 40, 100_000_000
"""How many times its size a packed file may unpack to. Answers of Overpass become 5 to 14 times as large."""
_OPENERS = {b"\x1f\x8b": gzip.GzipFile, b"BZh": bz2.BZ2File, b"\xfd7zXZ\x00": lzma.LZMAFile}


def read_osm(path: Path, progress: Progress = silent) -> OsmExtract:
    """Return the OpenStreetMap data in the file at `path`.

    The format is told from the content, not from the file's name: XML (plain, gzip, bzip2, xz), ``.osm.pbf``,
    or an Overpass answer in JSON (which may be compressed, too).

    Raises
    ------
    UnreadableFile
        There is no such file, or it is truncated, damaged or something else.
    InvalidInput
        It holds no element.
    """
    with _foreign_errors(path):
        size = path.stat().st_size
        if path.is_dir():
            raise UnreadableFile(
                mark("{file} is a folder, not a file of OpenStreetMap data"), ACCEPTED, file=path
            )
        if not size:
            raise UnreadableFile(
                mark("{file} is empty (0 bytes)"), mark("download or export it again"), file=path.name
            )
        with path.open("rb") as file:
            start = file.read(64)
        if b"OSMHeader" in start:
            from micropolis_map.sources.osm_pbf import read_pbf  # noqa: PLC0415 - numba takes a second

            return read_pbf(path, progress)
        opener = next((_OPENERS[magic] for magic in _OPENERS if start.startswith(magic)), None)
        with path.open("rb") as raw, opener(path) if opener else raw as stream:
            room = Room(path.name, size, TIMES, FREE_BYTES)
            return _read_text(Unpacked(stream, room) if opener else stream, path, progress)


def merge_extracts(extracts: Sequence[OsmExtract]) -> OsmExtract:
    """Return one extract of all; of elements in several, the tagged one with the most references is kept.

    References that dangle inside a way stay gaps: an extract no longer knows which node was missing.

    Raises
    ------
    InvalidInput
        There is no extract, or no element in any.
    """
    if len(extracts) == 1:
        return extracts[0]
    source = ", ".join(dict.fromkeys(extract.source for extract in extracts if extract.source))
    return extract_of(join_columns([columns_of(extract) for extract in extracts]), source or "nothing")


def _read_text(stream: Readable, path: Path, progress: Progress) -> OsmExtract:
    """Return the elements of an inflated stream of XML or JSON."""
    start = stream.read(2048)
    stream.seek(0)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in {b"{", b"["}:
        return read_overpass(stream.read().removeprefix(b"\xef\xbb\xbf"), path)
    if b"<html" in text.lower() or b"<!doctype html" in text.lower():
        raise UnreadableFile(
            mark("{file} is a web page, not OpenStreetMap data"),
            mark("the download failed: fetch it again"),
            file=path.name,
        )
    if text[:1] == b"<" or text[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return read_xml(stream, path, lambda: progress(0.5, "reading OpenStreetMap data"))
    raise UnreadableFile(
        mark("{file} is not OpenStreetMap data: it begins with {start}"),
        ACCEPTED,
        file=path.name,
        start=repr(start[:12]),
    )


@contextmanager
def _foreign_errors(path: Path) -> Iterator[None]:
    """Turn what the system and the decompressors raise into our own errors."""
    try:
        yield
    except (UnreadableFile, InvalidInput):
        raise
    except FileNotFoundError as error:
        raise UnreadableFile(
            mark("there is no file {file}"), mark("check the path"), file=repr(str(path))
        ) from error
    except (EOFError, zlib.error, lzma.LZMAError, OSError) as error:
        raise UnreadableFile(
            mark("{file} cannot be read to its end: {reason}"),
            mark("download or export it again"),
            file=path.name,
            reason=error,
        ) from error
