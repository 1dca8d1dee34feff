"""Large photos in few bytes, and what decoding one takes."""

from __future__ import annotations

import io
import struct
from pathlib import Path

from PIL import Image

from micropolis_map.stores.photos import decoded


def peak_mb(data):
    """Decode it; the most memory this process ever held. A worker's job."""
    decoded(data, "photo")
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(told["VmHWM"].split()[0]) / 1000


def boxes(data, start, end):
    """Letter, first and last byte of the content of each box."""
    while start < end:
        size, letters = struct.unpack_from(">I4s", data, start)
        yield letters, start + 8, start + size
        start += size


def box(letters, *content):
    whole = b"".join(content)
    return struct.pack(">I4s", len(whole) + 8, letters) + whole


def heic_grid(one, width, height):
    """A HEIC as phones make them, all its tiles the picture of the HEIC `one`."""
    top = {letters: (start, end) for letters, start, end in boxes(one, 0, len(one))}
    meta = {letters: (a, b) for letters, a, b in boxes(one, top[b"meta"][0] + 4, top[b"meta"][1])}
    found = {letters: (a, b) for letters, a, b in boxes(one, meta[b"iprp"][0] + 8, meta[b"iprp"][1])}
    config = one[slice(*found[b"hvcC"])]
    tile_width, tile_height = struct.unpack_from(">II", one, found[b"ispe"][0] + 4)
    base, _, offset, size = struct.unpack_from(">IHII", one, meta[b"iloc"][0] + 12)
    coded = one[base + offset : base + offset + size]
    across, down = -(-width // tile_width), -(-height // tile_height)
    grid = struct.pack(">BBBBHH", 0, 0, down - 1, across - 1, width, height)
    tiles = range(2, 2 + across * down)

    def ispe(wide, high):
        return box(b"ispe", bytes(4), struct.pack(">II", wide, high))

    def meta_box(at):
        entries = [(1, at, len(grid)), *((tile, at + len(grid), size) for tile in tiles)]
        where = [struct.pack(">HHHII", item, 0, 1, offset, length) for item, offset, length in entries]
        kinds = [(1, b"grid", 0), *((tile, b"hvc1", 1) for tile in tiles)]
        infe = [
            box(b"infe", struct.pack(">BBHHH4sB", 2, 0, hidden, n, 0, kind, 0)) for n, kind, hidden in kinds
        ]
        belongs = [struct.pack(">HBB", 1, 1, 3), *(struct.pack(">HBBB", tile, 2, 0x81, 2) for tile in tiles)]
        return box(
            b"meta", bytes(4),
            box(b"hdlr", bytes(8), b"pict", bytes(13)),
            box(b"pitm", bytes(4), struct.pack(">H", 1)),
            box(b"iloc", bytes(4), b"\x44\x00", struct.pack(">H", len(entries)), *where),
            box(b"iinf", bytes(4), struct.pack(">H", len(infe)), *infe),
            box(b"iref", bytes(4), box(b"dimg", struct.pack(f">HH{len(tiles)}H", 1, len(tiles), *tiles))),
            box(
                b"iprp",
                box(b"ipco", box(b"hvcC", config), ispe(tile_width, tile_height), ispe(width, height)),
                box(b"ipma", bytes(4), struct.pack(">I", len(belongs)), *belongs),
            ),
        )  # fmt: skip

    begin = one[: top[b"meta"][0] - 8]
    at = len(begin) + len(meta_box(0)) + 8
    return begin + meta_box(at) + box(b"mdat", grid, coded)


def jpeg(width, height, *, progressive=False, subsampling=2, mode="RGB"):
    out = io.BytesIO()
    picture = Image.new(mode, (width, height), (30, 160, 30, 0)[: len(mode)])
    picture.save(out, "JPEG", progressive=progressive, subsampling=subsampling)
    return out.getvalue()


def jpeg_colour_by_colour(width, height):
    """A grey sequential JPEG whose three colours come one after the other, with all samples of each."""
    assert width % 32 == 0
    assert height % 8 == 0
    small = jpeg(16, 16, subsampling=0)
    scan = small.index(b"\xff\xda")
    head = bytearray(small[:scan])
    frame = head.index(b"\xff\xc0")
    struct.pack_into(">HH", head, frame + 5, height, width)
    blocks = width * height // 64
    # A block without anything is "00 1010" by the usual tables of light, "00 00" by those of colour.
    light, colour = bytes([0b00101000, 0b10100010, 0b10001010]) * (blocks // 4), bytes(blocks // 2)
    scans = [
        b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, number, tables, 0, 63, 0) + coded
        for number, tables, coded in [(1, 0, light), (2, 0x11, colour), (3, 0x11, colour)]
    ]
    return bytes(head) + b"".join(scans) + b"\xff\xd9"


def png(picture):
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()
