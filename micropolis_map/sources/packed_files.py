"""Files that come packed by themselves: ``.csv.gz``, ``.geojson.bz2``, ``gadm41_POL_2.json.zip``."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources import archives
from micropolis_map.sources.archives import content, listed
from micropolis_map.sources.file_kinds import PACKED_SIGNS, kind_of
from micropolis_map.workers.pool import FILE, READERS

ENDINGS = (
    ".csv", ".tsv", ".txt", ".json", ".geojson", ".gpkg", ".fgb", ".parquet", ".xlsx", ".xls", ".ods", ".gpx",
    ".kml", ".kmz", ".poly", ".osm",
)  # fmt: skip
_CHUNK = 1 << 20
_OPENERS: dict[str, Callable[[Path], Any]] = {
    "gzip": gzip.GzipFile,
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give the file that is packed alone at `path`, in a folder of its own; any other path as it is.

    A worker unpacks it, no further than `archives.MOST_BYTES`.

    Raises
    ------
    UnreadableFile
        The archive is refused (`archives.listed`), broken, or holds several files that we read, or none.
    """
    kind = kind_of(path)
    if kind not in {"archive", "packed"}:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="micropolis-unpacked-") as folder:
        unpack = unpack_stream if kind == "packed" else _from_archive
        yield Path(folder) / READERS.run(unpack, path, Path(folder), limits=FILE)


def _from_archive(path: Path, folder: Path) -> str:
    with listed(path, ENDINGS) as (archive, infos):
        if len(infos) != 1:
            names = ", ".join(info.filename for info in infos[:5]) or "-"
            raise UnreadableFile(
                mark("{file} holds {n} files that could be read ({names})"),
                mark("give one of them, or pack it alone"),
                file=path.name,
                n=len(infos),
                names=names,
            )
        name = PurePosixPath(infos[0].filename.replace("\\", "/")).name
        (folder / name).write_bytes(content(archive, infos[0]))
    return name


def packing_of(start: bytes) -> str:
    """Return what a file that begins so is packed by alone (``gzip``, ``bzip2``, ``xz``), "" for none."""
    return next((packing for sign, packing in PACKED_SIGNS.items() if start.startswith(sign)), "")


def unpack_stream(path: Path, folder: Path, most: int | None = None) -> str:
    """Write what is packed alone at `path` into `folder`, no more than `most` bytes; return its name there.

    Raises
    ------
    UnreadableFile
        It is broken, or unpacks to more.
    """
    name = path.stem or "unpacked"
    most = archives.MOST_BYTES if most is None else most
    left = most
    with path.open("rb") as file:
        opener = _OPENERS[packing_of(file.read(8))]
    try:
        with opener(path) as packed, (folder / name).open("wb") as out:
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise UnreadableFile(
                        mark("{file} unpacks to more than {most} MB"),
                        mark("give only the files of one town"),
                        file=path.name,
                        most=most // 1_000_000,
                    )
                out.write(chunk)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise UnreadableFile(
            mark("{file} is a broken archive: {why}"), mark("export it again"), file=path.name, why=error
        ) from error
    return name
