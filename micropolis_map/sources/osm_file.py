"""Files of OpenStreetMap data: which format a file is in, whatever it is called."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import shapely

from micropolis_map.domain.osm_extract import OsmExtract
from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress, silent
from micropolis_map.sources.archives import BROKEN, listed
from micropolis_map.sources.osm_columns import OsmColumns, extract_of, join_files
from micropolis_map.sources.osm_converted import convert, kind_of
from micropolis_map.sources.osm_known_area import known_area
from micropolis_map.sources.osm_overpass import overpass_columns
from micropolis_map.sources.osm_xml import xml_columns
from micropolis_map.sources.unpacking import CHUNK_BYTES, Readable, Room, Unpacked

ACCEPTED = mark(
    "give an .osm, .osm.gz, .osm.bz2, .osm.zip or .osm.pbf file, or a recorded Overpass JSON answer"
)

TIMES, FREE_BYTES = 40, 100_000_000
"""How many times its size a packed file may unpack to. Answers of Overpass become 5 to 14 times as large."""
_OPENERS = {b"\x1f\x8b": gzip.GzipFile, b"BZh": bz2.BZ2File, b"\xfd7zXZ\x00": lzma.LZMAFile}
_ZIPPED = b"PK\x03\x04"
_IN_ARCHIVES = (".osm", ".pbf", ".json", ".xml", ".gz", ".bz2", ".xz", ".o5m", ".opl")
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LOOK_BYTES = 2048


def read_osm(path: Path, progress: Progress = silent) -> OsmExtract:
    """Return the OpenStreetMap data in the file at `path`; see `read_osm_files`."""
    return read_osm_files([path], progress)


def read_osm_files(paths: Sequence[Path], progress: Progress = silent) -> OsmExtract:
    """Return the OpenStreetMap data in the files at `paths`, the same in whatever order they are given.

    The format is told from the content, not from the file's name: XML (plain, gzip, bzip2, xz), ``.osm.pbf``,
    an Overpass answer in JSON, o5m and OPL (all of which may be compressed, too), or a ZIP archive of such
    files. Of an element in several files, or several times in one, the newest edition counts.

    Raises
    ------
    UnreadableFile
        There is no such file, or it is truncated, damaged or something else.
    InvalidInput
        There is no file, or no element in any.
    """
    parts, areas = [], []
    for number, path in enumerate(paths):

        def tell(share: float, message: str, done: int = number) -> None:
            progress((done + share) / len(paths), message)

        with _foreign_errors(path):
            columns = _columns(path, tell)
        parts.append(columns)
        areas.append(known_area(columns))
    known = [area for area in areas if area is not None]
    source = ", ".join(dict.fromkeys(path.name for path in paths)) or "nothing"
    return extract_of(join_files(parts), source, shapely.union_all(known) if known else None)


def _columns(path: Path, progress: Progress, *, in_archive: bool = False) -> OsmColumns:
    """Return what the file at `path` lists; an archive is not looked for `in_archive`."""
    if path.is_dir():
        words = mark("{file} is a folder, not a file of OpenStreetMap data")
        raise UnreadableFile(words, ACCEPTED, file=path)
    size = path.stat().st_size
    if not size:
        raise UnreadableFile(
            mark("{file} is empty (0 bytes)"), mark("download or export it again"), file=path.name
        )
    with path.open("rb") as file:
        start = file.read(64)
    if b"OSMHeader" in start and not start.startswith((_ZIPPED, *_OPENERS)):
        from micropolis_map.sources.osm_pbf import pbf_columns  # noqa: PLC0415 - numba takes a second

        return pbf_columns(path, progress)
    if kind := kind_of(start):
        with tempfile.TemporaryDirectory(prefix="micropolis-osm-") as folder:
            whole = Path(folder) / path.name
            convert(path, kind, whole)
            return _columns(whole, progress)
    if start.startswith(_ZIPPED) and not in_archive:
        return _archived(path, progress)
    opener = next((_OPENERS[magic] for magic in _OPENERS if start.startswith(magic)), None)
    with path.open("rb") as raw, opener(path) if opener else raw as stream:
        if opener is None:
            return _text_columns(stream, path, progress)
        inside = Unpacked(stream, Room(path.name, size, TIMES, FREE_BYTES))
        if _is_binary(inside.read(64)):
            return _unpacked(inside, path, progress)
        inside.seek(0)
        return _text_columns(inside, path, progress)


def _is_binary(start: bytes) -> bool:
    return b"OSMHeader" in start or kind_of(start) is not None


def _unpacked(inside: Unpacked, path: Path, progress: Progress) -> OsmColumns:
    """Return what the packed file at `path`, whose content is no text, lists."""
    inside.seek(0)
    with tempfile.TemporaryDirectory(prefix="micropolis-osm-") as folder:
        alone = Path(folder) / path.name
        with alone.open("wb") as file:
            shutil.copyfileobj(inside, file, CHUNK_BYTES)
        return _columns(alone, progress, in_archive=True)


def _archived(path: Path, progress: Progress) -> OsmColumns:
    """Return what the files in the ZIP archive at `path` list, unpacked one at a time."""
    parts = []
    with listed(path, _IN_ARCHIVES) as (archive, infos):
        if not infos:
            raise UnreadableFile(mark("{file} holds no OpenStreetMap data"), ACCEPTED, file=path.name)
        for info in infos:
            with tempfile.TemporaryDirectory(prefix="micropolis-osm-") as folder:
                alone = Path(folder) / path.name  # errors name the archive; what is in it names no path
                try:
                    with archive.open(info) as packed, alone.open("wb") as file:
                        shutil.copyfileobj(packed, file)
                except BROKEN as error:
                    raise UnreadableFile(
                        mark("{inside} in {file} is broken: {reason}"),
                        mark("download or export it again"),
                        inside=repr(info.filename),
                        file=path.name,
                        reason=error,
                    ) from error
                parts.append(_columns(alone, progress, in_archive=True))
    return parts[0] if len(parts) == 1 else join_files(parts)


def _text_columns(stream: Readable, path: Path, progress: Progress) -> OsmColumns:
    """Return what an inflated stream of XML or JSON lists; blanks before its beginning are skipped."""
    start = _at_first_sign(stream)
    if start[:1] in {b"{", b"["}:
        return overpass_columns(stream.read(), path.name)
    if b"<html" in start.lower() or b"<!doctype html" in start.lower():
        raise UnreadableFile(
            mark("{file} is a web page, not OpenStreetMap data"),
            mark("the download failed: fetch it again"),
            file=path.name,
        )
    if start[:1] == b"<" or start[:2] in _UTF16:
        return xml_columns(stream, path, lambda: progress(0.5, "reading OpenStreetMap data"))
    raise UnreadableFile(
        mark("{file} is not OpenStreetMap data: it begins with {start}"),
        ACCEPTED,
        file=path.name,
        start=repr(start[:12]),
    )


def _at_first_sign(stream: Readable) -> bytes:
    """Return the beginning of the stream without a byte order mark and blanks, and go there."""
    offset = 0
    while chunk := stream.read(_LOOK_BYTES):
        if offset == 0 and chunk[:2] in _UTF16:
            break
        text = chunk.removeprefix(_BOM) if offset == 0 else chunk
        text = text.lstrip()
        offset += len(chunk) - len(text)
        if text:
            break
    stream.seek(offset)
    start = stream.read(_LOOK_BYTES)
    stream.seek(offset)
    return start


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
