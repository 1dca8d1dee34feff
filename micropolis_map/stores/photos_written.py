"""Whether a file is a photo as this program writes it: a backup may hold anything."""

from __future__ import annotations

import io
import struct

from PIL import Image

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark

BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, RuntimeError,
    ZeroDivisionError, OverflowError, struct.error,
)  # fmt: skip
"""What Pillow and libheif raise for a broken file."""


def check_written(data: bytes, size: int, name: str) -> None:
    """Raise UnreadableFile unless `data` is a photo of that size as `PhotoStore.add` writes it."""
    try:
        with Image.open(io.BytesIO(data), formats=("WEBP",)) as picture:
            sound = _is_one_chunk(data) and max(picture.size) <= size
            if sound:
                picture.load()
    except BROKEN:
        sound = False
    if not sound:
        raise UnreadableFile(
            mark("{file} is not a file as this program keeps it"),
            mark("take another backup file"),
            file=repr(name),
        )


def _is_one_chunk(data: bytes) -> bool:
    """Return whether a WebP is its pixels alone, as Pillow writes them: no other chunk, nothing behind."""
    size = int.from_bytes(data[16:20], "little")
    behind = data[_PIXELS + size :]
    whole = int.from_bytes(data[4:8], "little") + 8 in {len(data), len(data) + 1}
    return (
        data[12:16] == b"VP8 "
        and whole
        and len(data) >= _PIXELS + size
        and behind in {b"", b"\0"[: size % 2]}
    )


_PIXELS = 20
"""Where they begin, behind the heads of the file and of its one chunk."""
