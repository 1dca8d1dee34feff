"""Files that come packed by themselves: ``.csv.gz``, ``.gpkg.gz``, ``gadm41_POL_2.json.zip``."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.sources import archives
from micropolis_map.sources.archives import content, listed
from micropolis_map.sources.file_kinds import kind_of
from micropolis_map.workers.pool import FILE, READERS

ENDINGS = (
    ".csv", ".tsv", ".txt", ".json", ".geojson", ".gpkg", ".fgb", ".parquet", ".xlsx", ".xls", ".ods", ".gpx",
    ".kml", ".kmz", ".poly", ".osm",
)  # fmt: skip
_CHUNK = 1 << 20


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
    if kind not in {"archive", "gzip"}:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="micropolis-unpacked-") as folder:
        unpack = _from_gzip if kind == "gzip" else _from_archive
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


def _from_gzip(path: Path, folder: Path) -> str:
    name = path.stem or "unpacked"
    left = archives.MOST_BYTES
    try:
        with gzip.open(path) as packed, (folder / name).open("wb") as out:
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise UnreadableFile(
                        mark("{file} unpacks to more than {most} MB"),
                        mark("give only the files of one town"),
                        file=path.name,
                        most=archives.MOST_BYTES // 1_000_000,
                    )
                out.write(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(
            mark("{file} is a broken archive: {why}"), mark("export it again"), file=path.name, why=error
        ) from error
    return name
