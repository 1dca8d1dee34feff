"""Archives with files of places in them: a KMZ, uMap's backup, zipped shapefiles, many tracks in one."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from micropolis_map.i18n import mark
from micropolis_map.sources.archives import content, listed
from micropolis_map.sources.place_files.other_kinds import archive
from micropolis_map.sources.place_files.rows import MAX_UNPACKED_BYTES, unreadable

SPREADSHEETS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
_WANTED = (
    (".kml",),
    (".umap",),
    (".shp",),
    (".geojson", ".json", ".geojsonl", ".gpx", ".csv", ".tsv", ".gpkg", ".fgb",
     ".parquet", ".geoparquet", ".xlsx", ".xls", ".ods"),
)  # fmt: skip
"""Endings in the order they are looked for: pictures and tables beside a KML belong to it."""
_UNUSUAL = re.compile(r"[^\w-]")
_OF_A_SHAPE = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Member:
    """A file unpacked from an archive: where it is now, and what it is called in there."""

    path: Path
    name: str


def beside(path: Path, members: Sequence[Member]) -> list[str]:
    """Return the names of files in the archive that could be read, too, and are not among `members`."""
    read = {member.name for member in members}
    endings = tuple(ending for some in _WANTED for ending in some)
    with listed(path, endings) as (_, infos):
        names = [PurePosixPath(info.filename).name for info in infos]
    return [name for name in names if name not in read and not name.startswith(".")]


def is_spreadsheet(path: Path) -> bool:
    """Return whether the archive is an Excel workbook or an OpenDocument file.

    Raises
    ------
    UnreadableFile
        As `archives.listed`.
    """
    with listed(path, SPREADSHEETS) as (_, infos):
        return any(info.filename in SPREADSHEETS for info in infos)


@contextmanager
def unpacked(path: Path) -> Iterator[list[Member]]:
    """Unpack the files of places in the archive, for as long as they are read; a KMZ's ``doc.kml`` is first.

    What macOS and other programs hide is left out; archives in the archive stay packed.

    Raises
    ------
    UnreadableFile
        It is broken, leads outwards, holds too much (`archives.listed`), or no file of places.
    """
    with listed(path, ("",)) as (packed, infos), TemporaryDirectory(prefix="micropolis-places-") as folder:
        seen = [info for info in infos if not PurePosixPath(info.filename).name.startswith(".")]
        chosen = next((some for endings in _WANTED if (some := _ending(seen, endings))), [])
        if not chosen:
            raise unreadable(path, *archive([info.filename for info in infos]))
        chosen.sort(key=lambda info: info.filename.lower() != "doc.kml")
        parts = [_parts(info, seen) for info in chosen]
        if sum(info.file_size for some in parts for info in some) > MAX_UNPACKED_BYTES:
            limit = f"{MAX_UNPACKED_BYTES // 1_000_000} MB"
            raise unreadable(
                path,
                mark("{file} unpacks to more than {most}"),
                mark("divide it into smaller files"),
                most=limit,
            )
        yield [_unpack(packed, some, Path(folder) / str(n)) for n, some in enumerate(parts)]


def _ending(infos: list[zipfile.ZipInfo], endings: tuple[str, ...]) -> list[zipfile.ZipInfo]:
    return [info for info in infos if info.filename.lower().endswith(endings)]


def _parts(info: zipfile.ZipInfo, infos: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Return the file, and what belongs to it where it is a shape."""
    if not info.filename.lower().endswith(".shp"):
        return [info]
    stem = PurePosixPath(info.filename).with_suffix("")
    others = (one for one in _ending(infos, _OF_A_SHAPE) if one is not info)
    return [info, *(one for one in others if PurePosixPath(one.filename).with_suffix("") == stem)]


def _unpack(packed: zipfile.ZipFile, infos: list[zipfile.ZipInfo], folder: Path) -> Member:
    """Write the files side by side under a harmless name: the archive's own never becomes a path."""
    folder.mkdir()
    first = PurePosixPath(infos[0].filename)
    stem = _UNUSUAL.sub("_", first.stem)[:60] or "part"
    for info in infos:
        ending = PurePosixPath(info.filename).suffix.lower()
        (folder / f"{stem}{ending}").write_bytes(content(packed, info))
    return Member(folder / f"{stem}{first.suffix.lower()}", first.name)
