"""A photo's file is made of as many parts as cameras write: more are refused before anything is decoded."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from large_photos import box, boxes, heic_grid, jpeg, jpeg_colour_by_colour, png
from PIL import Image

from micropolis_map.errors import InvalidInput
from micropolis_map.stores import photos
from micropolis_map.stores.heic_tiles import MOST_TILES, Pictures
from micropolis_map.stores.photo_header import looks_like
from micropolis_map.stores.photo_parts import MOST_CHUNKS, MOST_SCANS, MOST_SEGMENTS, check_parts, segments
from micropolis_map.stores.photos import decoded
from micropolis_map.workers.pool import USUAL

HEIC = Path(__file__).with_name("halves.heic").read_bytes()
DEEP = Path(__file__).with_name("deep.heic").read_bytes()
END = b"\xff\xd9"


def scans(data):
    return [content for marker, content in segments(data) if marker == 0xDA]


def with_scans(data, count):
    """The JPEG, its last scan said again until there are so many."""
    last = data[data.rindex(b"\xff\xda") : -len(END)]
    return data[: -len(END)] + last * (count - len(scans(data))) + END


def with_segments(count):
    data = jpeg(64, 64)
    known = len(list(segments(data)))
    return data[:2] + b"\xff\xe9\x00\x02" * (count - known) + data[2:]


def chunk(kind, content=b""):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_chunks(count, kind=b"teXt"):
    data = png(Image.new("L", (64, 64)))
    return data[:33] + chunk(kind) * (count - 3) + data[33:]  # beside its head, pixels and end


def webp_with_chunks(count):
    out = io.BytesIO()
    Image.new("RGB", (64, 64)).save(out, "WEBP")
    chunks = out.getvalue()[8:] + b"JUNK\0\0\0\0" * (count - 1)
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def heic(primary, made_of, size=(512, 512)):
    """Boxes of a HEIC without a picture in it: `made_of` says of which items each is made."""
    references = [
        box(b"dimg", struct.pack(f">HH{len(of)}H", one, len(of), *of)) for one, of in made_of.items()
    ]
    leaves = {part for of in made_of.values() for part in of} - set(made_of) or {primary}
    belongs = b"".join(struct.pack(">HBB", leaf, 1, 1) for leaf in sorted(leaves))
    ispe = box(b"ispe", bytes(4), struct.pack(">II", *size))
    return box(b"ftyp", b"heic", bytes(4)) + box(
        b"meta", bytes(4),
        box(b"pitm", bytes(4), struct.pack(">H", primary)),
        box(b"iref", bytes(4), *references),
        box(b"iprp", box(b"ipco", ispe), box(b"ipma", bytes(4), struct.pack(">I", len(leaves)), belongs)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "most"),
    [
        (lambda n: with_scans(jpeg(64, 64, progressive=True), n), MOST_SCANS),
        (lambda n: with_scans(jpeg_colour_by_colour(64, 64), n), MOST_SCANS),
        (with_segments, MOST_SEGMENTS),
        (with_chunks, MOST_CHUNKS),
        (lambda n: with_chunks(n, b"IDAT"), MOST_CHUNKS),
        (webp_with_chunks, MOST_CHUNKS),
        (lambda n: heic(1, {1: [2] * n}, (64, 64)), MOST_TILES),
        (lambda n: heic(1, {1: [2] * 2, 2: [3] * (n // 2) + [3] * (n % 2) * n}, (64, 64)), MOST_TILES),
    ],
)
def test_as_many_parts_as_cameras_write_and_not_one_more(monkeypatch, made, most):
    kind = looks_like(made(most))
    check_parts(made(most), kind, "a")
    monkeypatch.setattr(photos.Image, "open", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(InvalidInput, match=f"more than {most:,} parts"):
        decoded(made(most + 1), "a")


@pytest.mark.parametrize(
    "made_of",
    [
        {one: [one + 1] * 10 for one in range(1, 5)},  # 10,000 tiles
        {1: [2], 2: [1]},
        {1: [1] * 3},
        {one: [one + 1] for one in range(1, 40)},
    ],
)
def test_pictures_of_pictures_of_pictures_are_counted_to_the_bottom(made_of):
    with pytest.raises(InvalidInput, match="more than 2,000 parts"):
        check_parts(heic(1, made_of, (8, 8)), "HEIF", "a")


def test_tiles_have_no_more_pixels_than_what_they_make_may_have():
    assert Pictures(heic(1, {1: [2] * 195})).decoded() == (195, 195 * 512 * 512)
    with pytest.raises(InvalidInput, match="too many pixels"):
        check_parts(heic(1, {1: [2] * 300}), "HEIF", "a")


@pytest.mark.parametrize("where", ["meta", "iref", "iprp", "ipma", "twice"])
def test_boxes_that_are_none_are_broken_not_believed(where):
    data = heic(1, {1: [2, 3]})
    at = data.find(where.encode()) - 4
    longer = data[:at] + struct.pack(">I", 9_999) + data[at + 4 :]
    cut = data + data[data.find(b"meta") - 4 :] if where == "twice" else longer
    with pytest.raises(InvalidInput, match="broken"):
        check_parts(cut, "HEIF", "a")


def test_what_is_in_the_head_or_behind_the_end_is_no_scan():
    thumbnail = with_scans(jpeg(64, 64, progressive=True), 40)
    hidden = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    data = jpeg(64, 64)
    told = data[:2] + hidden + data[2:] + thumbnail
    assert len(scans(told)) == 1
    assert decoded(told, "a")[0].width == 64


@pytest.mark.parametrize("data", [HEIC, HEIC + b"\0\0\0\x07trailer of a phone", heic_grid(HEIC, 1_200, 900)])
def test_phones_heics_pass(data):
    check_parts(data, "HEIF", "a")
    assert decoded(data, "a")[0].width > 100


def test_the_boxes_of_real_pictures_are_read_as_they_are():
    for one in (HEIC, DEEP):
        width, height = Image.open(io.BytesIO(one)).size
        tiles, pixels = Pictures(one).decoded()
        assert tiles == 1
        assert width * height <= pixels <= 1.2 * width * height
    assert Pictures(heic_grid(HEIC, 1_200, 900)).decoded()[0] == 9
    assert {letters for letters, _, _ in boxes(HEIC, 0, len(HEIC))} >= {b"ftyp", b"meta"}


def test_a_photo_has_the_ten_seconds_that_every_work_has():
    assert photos.LIMITS.seconds <= USUAL.seconds == 10
