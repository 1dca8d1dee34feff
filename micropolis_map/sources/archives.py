"""ZIP archives that people give: listed first, and refused before anything in them is unpacked."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from micropolis_map.errors import UnreadableFile

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
        raise UnreadableFile(f"{path.name} is a broken archive: {error}", "export it again") from error
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
            f"{info.filename} in the archive is broken: {error}", "export it again"
        ) from error


def _check(name: str, infos: Sequence[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_ENTRIES:
        raise UnreadableFile(
            f"{name} holds {len(infos)} files, more than {MOST_ENTRIES}", "give only those of one town"
        )
    for info in infos:
        inner = PurePosixPath(info.filename.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or ":" in info.filename:
            raise UnreadableFile(
                f"{name} holds {info.filename!r}, a path that leads out of it", "pack the files anew"
            )
        if info.flag_bits & _ENCRYPTED:
            raise UnreadableFile(f"{name} is locked by a password", "give it without one")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MOST_BYTES:
        raise UnreadableFile(
            f"{name} unpacks to {unpacked / 1e6:.0f} MB, more than {MOST_BYTES / 1e6:.0f} MB",
            "give only the files of one town",
        )
