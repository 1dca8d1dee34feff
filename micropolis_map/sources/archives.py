"""ZIP archives that people give: listed first, and refused before anything in them is unpacked."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark

MOST_ENTRIES = 1_000
MOST_BYTES = 500_000_000
"""Of everything in an archive, unpacked: as much as an upload may have, and far more than one town needs."""
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError, RuntimeError,
    ValueError,
)  # fmt: skip
"""What `zipfile` raises for archives that are broken, encrypted or packed in a way it does not know."""
_ENCRYPTED = 0x1


@contextmanager
def listed(path: Path, endings: Sequence[str]) -> Iterator[tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]]:
    """Open the archive at `path` and give its files with one of the `endings` (small letters), in its order.

    What macOS adds (``__MACOSX/``, ``._name``) is left out.

    Raises
    ------
    UnreadableFile
        It is broken, encrypted, leads outwards, or holds too much.
    """
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN as error:
        raise UnreadableFile(
            mark("{file} is a broken archive: {reason}"),
            mark("export it again"),
            file=path.name,
            reason=error,
        ) from error
    with archive:
        infos = archive.infolist()
        _check(path.name, infos)
        yield (
            archive,
            [
                info
                for info in infos
                if info.filename.lower().endswith(tuple(endings))
                and PurePosixPath(info.filename).parts[0] != "__MACOSX"
                and not PurePosixPath(info.filename).name.startswith("._")
            ],
        )


def content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return what is in a listed file.

    Raises
    ------
    UnreadableFile
        It is broken.
    """
    try:
        return archive.read(info)
    except BROKEN as error:
        raise UnreadableFile(
            mark("{inside} in the archive is broken: {reason}"),
            mark("export it again"),
            inside=info.filename,
            reason=error,
        ) from error


def _check(name: str, infos: Sequence[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_ENTRIES:
        raise UnreadableFile(
            mark("{file} holds {n} files, more than {most}"),
            mark("give only those of one town"),
            file=name,
            n=len(infos),
            most=MOST_ENTRIES,
        )
    for info in infos:
        inner = PurePosixPath(info.filename.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or ":" in info.filename:
            raise UnreadableFile(
                mark("{file} holds {inside}, a path that leads out of it"),
                mark("pack the files anew"),
                file=name,
                inside=repr(info.filename),
            )
        if info.flag_bits & _ENCRYPTED:
            raise UnreadableFile(
                mark("{file} is locked by a password"), mark("give it without one"), file=name
            )
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MOST_BYTES:
        raise UnreadableFile(
            mark("{file} unpacks to {mb} MB, more than {most} MB"),
            mark("give only the files of one town"),
            file=name,
            mb=round(unpacked / 1000000.0),
            most=round(MOST_BYTES / 1000000.0),
        )
