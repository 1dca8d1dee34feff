"""How many parts a photo's file is made of, counted before anything is decoded.

The pixels that a header states bound what decoding takes only where each is drawn once. A JPEG goes over all
of them with each scan, a HEIC may be put together from the same picture ten thousand times, and each empty
segment or chunk is looked at: 277 kB took 20 seconds. What no camera writes is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.stores.heic_tiles import MOST_TILED_PIXELS, MOST_TILES, Pictures

MOST_SCANS = 24
"""Of a JPEG: libjpeg writes 10, of four inks 18, MozJPEG some 15. Each takes 30 ms of 30 million pixels."""
MOST_SEGMENTS = 2_000
"""Of a JPEG: a colour profile takes up to 255, and 15 MB of metadata as many."""
MOST_CHUNKS = 10_000
"""Of a PNG or WebP: 15 MB of a PNG are 1,800 of the usual 8 kB."""

SCAN = 0xDA
_END = 0xD9
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_MARKER = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def check_parts(data: bytes, kind: str, filename: str) -> None:
    """Raise InvalidInput where a file of this `kind` (as `looks_like`) has more parts than cameras write."""
    _CHECKS[kind](data, filename)


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and content of each segment of a JPEG up to its end; what is coded is passed over."""
    found = _MARKER.search(data, 2)
    while found is not None:
        at, marker = found.end(), data[found.end() - 1]
        if marker == _END:
            return
        if marker not in _WITHOUT_LENGTH:
            length = int.from_bytes(data[at : at + 2])
            yield marker, data[at + 2 : at + length]
            at += max(length, 2)
        found = (_AFTER_SCAN if marker == SCAN else _MARKER).search(data, at)


def _check_jpeg(data: bytes, filename: str) -> None:
    markers = [marker for marker, _ in islice(segments(data), MOST_SEGMENTS + 1)]
    _refuse(markers, MOST_SEGMENTS, filename)
    _refuse([marker for marker in markers if marker == SCAN], MOST_SCANS, filename)


def _check_png(data: bytes, filename: str) -> None:
    _refuse(_chunks(data, 8, lambda at: int.from_bytes(data[at : at + 4]) + 12), MOST_CHUNKS, filename)


def _check_webp(data: bytes, filename: str) -> None:
    def length(at: int) -> int:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        return size + size % 2 + 8

    _refuse(_chunks(data, 12, length), MOST_CHUNKS, filename)


def _check_heic(data: bytes, filename: str) -> None:
    try:
        tiles, pixels = Pictures(data).decoded()
    except ValueError as error:
        raise InvalidInput(
            mark("{file} is broken: {why}"),
            mark("save or send the photo again"),
            file=repr(filename),
            why=error,
        ) from error
    _refuse(range(tiles), MOST_TILES, filename)
    if pixels > MOST_TILED_PIXELS:
        raise InvalidInput(
            mark("{file} has too many pixels"), mark("make it smaller first"), file=repr(filename)
        )


_CHECKS = {"JPEG": _check_jpeg, "PNG": _check_png, "WEBP": _check_webp, "HEIF": _check_heic}


def _chunks(data: bytes, start: int, length: Callable[[int], int]) -> Iterator[int]:
    while start + 8 <= len(data):
        yield start
        start += length(start)


def _refuse(parts: Iterable[object], most: int, filename: str) -> None:
    if sum(1 for _ in islice(parts, most + 1)) > most:
        raise InvalidInput(
            mark("{file} has more than {most} parts of one kind"),
            mark("no camera writes so many; save it as an ordinary JPEG and send that"),
            file=repr(filename),
            most=most,
        )
