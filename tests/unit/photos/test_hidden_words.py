"""Words hidden in any part of a photo's file are in none that is kept, nor do they come in by a backup."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from micropolis_map.errors import InvalidInput, UnreadableFile
from micropolis_map.stores.photos import SIZES, PhotoStore, decoded

SECRET = b"SECRET-12.3456"
HEIC = Path(__file__).with_name("halves.heic").read_bytes()
PHOTO_ID = "p" + "A" * 24


def encoded(kind: str, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **options)
    return out.getvalue()


def segment(marker: int) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", 2 + len(SECRET)) + SECRET


def chunk(kind: bytes, content: bytes = SECRET) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def riff(data: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """The WebP with more chunks behind its own; what pads an odd one is a letter."""
    more = b"".join(
        kind + struct.pack("<I", len(said)) + said + b"X" * (len(said) % 2) for kind, said in chunks
    )
    whole = data[8:] + more
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


JPEG, PNG, WEBP = encoded("JPEG"), encoded("PNG"), encoded("WEBP")
END, IEND = JPEG[-2:], PNG[-12:]
BOX = struct.pack(">I", 8 + len(SECRET))
HIDDEN = {
    **{
        f"JPEG, segment {marker:x}": JPEG[:2] + segment(marker) + JPEG[2:]
        for marker in (*range(0xE0, 0xF0), 0xFE)
    },
    "JPEG, between segments": JPEG[:2] + SECRET + JPEG[2:],
    "JPEG, before its end": JPEG[:-2] + SECRET + END,
    "JPEG, behind its end": JPEG + SECRET,
    "JPEG, a second one": JPEG + JPEG[:2] + segment(0xFE) + JPEG[2:],
    **{
        f"PNG, {kind!r}": PNG[:33] + chunk(kind) + PNG[33:]
        for kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"iCCP", b"tIME", b"juNk", b"sPLT", b"hIST")
    },
    "PNG, text": PNG[:33] + chunk(b"tEXt", b"Comment\0" + SECRET) + PNG[33:],
    "PNG, in its pixels' end": PNG[:-12] + chunk(b"IDAT") + IEND,
    "PNG, behind its end": PNG + SECRET,
    "WebP, unknown": riff(WEBP, (b"JUNK", SECRET)),
    "WebP, odd": riff(WEBP, (b"JUNK", SECRET[:13]), (b"LIST", SECRET)),
    "WebP, behind its end": WEBP + SECRET,
    "HEIC, free": HEIC + BOX + b"free" + SECRET,
    "HEIC, udta": HEIC + BOX + b"udta" + SECRET,
    "HEIC, to the end": HEIC + bytes(4) + b"mdat" + SECRET,
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_kept_of_a_photo_is_pixels():
    kept = {}
    for name, data in HIDDEN.items():
        assert SECRET[:13] in data
        try:
            kept[name] = decoded(data, "a")[1]
        except InvalidInput:
            continue
    assert [name for name, sizes in kept.items() if any(SECRET[:8] in size for size in sizes)] == []
    assert len(kept) > len(HIDDEN) * 3 / 4


def test_a_backup_brings_no_word_in_a_photo(tmp_path):
    own = decoded(encoded("PNG", (65, 47)), "a")[1][0]
    store = PhotoStore(tmp_path)
    store.take_back(PHOTO_ID, SIZES[0], own, keep=False)
    for wrong in (
        riff(own, (b"JUNK", SECRET)),
        own + SECRET,
        encoded("WEBP", exif=b"Exif\0\0" + SECRET),
        encoded("WEBP", lossless=True),
        own[:12] + b"JUNK" + struct.pack("<I", len(SECRET)) + SECRET + own[12:],
    ):
        with pytest.raises(UnreadableFile, match="as this program keeps it"):
            store.take_back(PHOTO_ID, SIZES[0], wrong, keep=False)
