"""What a photo's first bytes say, before anything is decoded."""

from __future__ import annotations

from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

MAX_PIXELS = 60_000_000
"""Phones make up to 50 million; a pixel takes four bytes, in a HEIC seven for a moment, in a WebP sixteen."""
MOST_PIXELS = {"HEIF": 52_000_000, "WEBP": 12_000_000}
"""Of the kinds whose readers hold a picture several times."""
MAX_SIDE = 20_000
"""Longer than any panorama of a phone; a limit against pictures one pixel high."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


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


def check_size(size: tuple[int, int], filename: str, kind: str = "") -> None:
    """Raise InvalidInput where a header states more pixels than are ever decoded of this `kind`, or none."""
    (width, height), most = size, MOST_PIXELS.get(kind, MAX_PIXELS)
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
