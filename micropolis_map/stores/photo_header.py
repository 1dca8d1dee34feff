"""What a photo's first bytes say, before anything is decoded."""

from __future__ import annotations

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.stores.photo_parts import SCAN, segments

MAX_PIXELS = 60_000_000
"""Phones make up to 50 million; a pixel takes four bytes."""
MOST_PIXELS = {"HEIF": 51_000_000, "PNG": 52_000_000, "WEBP": 11_000_000}
"""Of the kinds whose readers hold all pixels of a picture, WebP's several times."""
DEEP_PIXELS = 13_000_000
"""Of a HEIC with more than 8 bits, colours in full or transparency: up to 14 bytes for each pixel."""
MOST_COEFFICIENTS = 180_000_000
"""Bytes of coefficients that are held of a JPEG that comes in several scans."""
MAX_SIDE = 20_000
"""Longer than any panorama of a phone; a limit against pictures one pixel high."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_BLOCK_BYTES = 128
"""Of 8 × 8 coefficients of two bytes."""


def looks_like(data: bytes) -> str | None:
    """Return Pillow's name of the format the bytes begin with; None for every other file.

    Only ``JPEG PNG WEBP HEIF``: what begins as something else (SVG, HTML, GIF, PDF, ZIP) is never decoded,
    whatever its name says, and what follows a picture's end in the file is never kept.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "HEIF"
    return None


def check_size(size: tuple[int, int], filename: str, kind: str = "", *, deep: bool = False) -> None:
    """Raise InvalidInput where a header states more pixels than are ever decoded of this `kind`, or none."""
    (width, height), most = size, DEEP_PIXELS if deep else MOST_PIXELS.get(kind, MAX_PIXELS)
    if width < 1 or height < 1 or max(size) > MAX_SIDE or width * height > most:
        raise InvalidInput(
            mark("{file} has {width} × {height} pixels"),
            mark("give at most {millions} million, {side} on the longest side"),
            file=repr(filename),
            width=width,
            height=height,
            millions=most // 1_000_000,
            side=MAX_SIDE,
        )


def check_scans(data: bytes, size: tuple[int, int], filename: str) -> int:
    """Return how many bytes of coefficients a JPEG's reader holds: none where it comes in one scan.

    A progressive JPEG, and one whose colours come one after the other, is held whole until its last scan,
    however small it is drawn: two bytes for each sample.

    Raises
    ------
    InvalidInput
        More than `MOST_COEFFICIENTS`.
    """
    held = _coefficients(data)
    if held > MOST_COEFFICIENTS:
        width, height = size
        raise InvalidInput(
            mark("{file} is a progressive JPEG of {width} × {height} pixels"),
            mark("save it as an ordinary JPEG, or with at most {millions} million pixels"),
            file=repr(filename),
            width=width,
            height=height,
            millions=MOST_COEFFICIENTS * width * height // held // 1_000_000,
        )
    return held


def _coefficients(data: bytes) -> int:
    frame: tuple[int, bytes] = (0, b"")
    for marker, content in segments(data):
        if marker in _FRAMES:
            frame = (marker, content)
        if marker == SCAN:
            kind, head = frame
            several = kind in _PROGRESSIVE or content[:1] < head[5:6]
            return _held(head) if several else 0
    return 0  # without a scan nothing is read


def _held(head: bytes) -> int:
    """Return the bytes of all coefficients of a frame: ``precision, height, width, n`` and n components."""
    height, width = int.from_bytes(head[1:3]), int.from_bytes(head[3:5])
    sampled = [((factors >> 4) or 1, (factors & 15) or 1) for factors in head[7::3]]
    most_x = max((x for x, _ in sampled), default=1)
    most_y = max((y for _, y in sampled), default=1)
    across, down = -(-width // (8 * most_x)), -(-height // (8 * most_y))
    return sum(across * x * down * y for x, y in sampled) * _BLOCK_BYTES
