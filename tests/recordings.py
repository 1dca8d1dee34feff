"""Recordings made byte by byte, with words planted wherever a container has room for them, and read again.

The sound is Opus: `FRAMES` are packets of 20 ms. Writers and readers here share nothing with the program's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

FRAMES = [b"\xf8\xff\xfe", b"\xf8" + bytes(range(40)), b"\xf8\xff\xfe", b"\xf8" + bytes(range(60, 99))]
OPUS_HEAD = b"OpusHead\x01\x01" + struct.pack("<HIhB", 312, 48_000, 0, 0)


# ---- MP4 ----


def box(kind: bytes, content: bytes = b"", *, long: bool = False) -> bytes:
    """A box with its length in 32 or, after a 1, in 64 bits."""
    if long:
        return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content
    return struct.pack(">I4s", 8 + len(content), kind) + content


def full(kind: bytes, *fields: int, rest: bytes = b"", version: int = 0, flags: int = 0) -> bytes:
    """A box with version and flags, 32-bit fields, and more."""
    return box(kind, struct.pack(f">{len(fields) + 1}I", version << 24 | flags, *fields) + rest)


OPUS_ENTRY = box(
    b"Opus",
    struct.pack(">6xHHHIHHHHI", 1, 0, 0, 0, 1, 16, 0, 0, 48_000 << 16)
    + box(b"dOps", struct.pack(">BBHIhB", 0, 1, 312, 48_000, 0, 0)),
)


def words_everywhere(words: bytes) -> bytes:
    """Boxes that phones and programs write words into, one in another."""
    said = box(b"\xa9xyz", struct.pack(">HH", len(words), 0x15C7) + words)
    itunes = box(b"meta", bytes(4) + box(b"ilst", box(b"\xa9nam", box(b"data", bytes(8) + words))))
    loci = box(b"loci", bytes(6) + words + b"\0" + bytes(13))
    return (
        box(b"udta", said + itunes + loci + bytes(4), long=True)
        + itunes
        + box(b"uuid", b"0123456789abcdef" + words)
        + box(b"free", words)
        + box(b"????", words)
    )


def _track(number: int, handler: bytes, entry: bytes, chunk: int, sizes: list[int], words: bytes) -> bytes:
    more = words_everywhere(words) if words else b""
    tables = b"".join(
        [
            full(b"stsd", 1, rest=entry),
            full(b"stts", 1, len(sizes), 960, rest=words),
            full(b"stsc", 1, 1, len(sizes), 1),
            full(b"stsz", 0, len(sizes), *sizes, rest=words),
            full(b"co64", 1, rest=struct.pack(">Q", chunk)),
        ]
    )
    url = full(b"url ", flags=1, rest=words)
    information = [
        full(b"smhd", 0),
        box(b"dinf", full(b"dref", 1, rest=url)),
        box(b"stbl", tables + more),
        more,
    ]
    media = [
        full(b"mdhd", 3_900_000_000, 3_900_000_001, 48_000, 960 * len(sizes), 0x55C40000),
        full(b"hdlr", 0, rest=handler + bytes(12) + (words or b"Sound") + b"\0"),
        box(b"minf", b"".join(information)),
        more,
    ]
    head = full(b"tkhd", 3_900_000_002, 3_900_000_003, number, 0, 100, flags=7, rest=bytes(60))
    return box(b"trak", head + box(b"mdia", b"".join(media)) + more)


def mp4(
    words: bytes = b"",
    *,
    first: bool = False,
    to_the_end: bool = False,
    where: bool = False,
    codec: bytes = OPUS_ENTRY,
) -> bytes:
    """An M4A of `FRAMES`.

    Parameters
    ----------
    first
        The media data, 64 bits long, stands before the film.
    to_the_end
        The media data is the last box and has no length.
    where
        A second track of places lies around the sound's samples.
    codec
        The description of the sound.
    """
    before = words if where else b""
    sound = b"".join(FRAMES)
    media = before + sound + before
    head = box(b"ftyp", b"M4A \0\0\0\0isomM4A ")

    def film(start: int) -> bytes:
        sizes = [len(frame) for frame in FRAMES]
        tracks = _track(1, b"soun", codec, start + len(before), sizes, words)
        if where:
            tracks += _track(2, b"meta", box(b"mebx", bytes(8) + words), start, [len(words)], words)
        facts = full(b"mvhd", 3_900_000_004, 3_900_000_005, 1000, 80, rest=bytes(80))
        return box(b"moov", facts + tracks + (words_everywhere(words) if words else b""))

    if first:
        return head + box(b"mdat", media, long=True) + film(len(head) + 16)
    start = len(head) + len(film(0)) + 8
    data = head + film(start) + box(b"mdat", media)
    if to_the_end:
        at = start - 8
        return data[:at] + bytes(4) + data[at + 4 :]
    return data + (words_everywhere(words) if words else b"")


def fragmented_mp4(words: bytes = b"") -> bytes:
    """What Safari records: a film without samples, then a fragment with them."""
    empty = _track(1, b"soun", OPUS_ENTRY, 0, [], words)
    facts = full(b"mvhd", 3_900_000_004, 3_900_000_005, 1000, 0, rest=bytes(80))
    film = box(b"moov", facts + empty + box(b"mvex", full(b"trex", 1, 1, 960, 0, 0)))
    more = words_everywhere(words) if words else b""

    def fragment(offset: int) -> bytes:
        sizes = [len(frame) for frame in FRAMES]
        run = full(b"trun", len(sizes), offset, *sizes, flags=0x201, rest=words)
        track = box(b"traf", full(b"tfhd", 1, flags=0x20000) + full(b"tfdt", 0) + run + more)
        return box(b"moof", full(b"mfhd", 1) + track)

    moof = fragment(len(fragment(0)) + 8 + len(words))
    media = box(b"mdat", words + b"".join(FRAMES) + words)
    return box(b"ftyp", b"iso5\0\0\0\0iso5") + film + moof + media


def boxes_of(data: bytes, path: tuple[bytes, ...] = ()) -> Iterator[tuple[tuple[bytes, ...], bytes]]:
    """Every box by its path, with its content; free space is not entered."""
    at = 0
    while at + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind, head = data[at + 4 : at + 8], 8
        if size == 1:
            (size,), head = struct.unpack_from(">Q", data, at + 8), 16
        size = size or len(data) - at
        yield (*path, kind), data[at + head : at + size]
        if kind in {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"}:
            yield from boxes_of(data[at + head : at + size], (*path, kind))
        at += size


def mp4_frames(data: bytes) -> list[bytes]:
    """The samples of the sound, as a player finds them."""
    tables = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
    found = dict(reversed(list(boxes_of(data))))  # the first of each path
    if (run := found.get((b"moof", b"traf", b"trun"))) is not None:
        count, offset = struct.unpack_from(">II", run, 4)
        start, sizes = data.index(b"moof") - 4 + offset, run[12:]
    else:
        (count,) = struct.unpack_from(">I", found[(*tables, b"stsz")], 8)
        (start,) = struct.unpack_from(">Q", found[(*tables, b"co64")], 8)
        sizes = found[(*tables, b"stsz")][12:]
    frames = []
    for size in struct.unpack_from(f">{count}I", sizes):
        frames.append(data[start : start + size])
        start += size
    return frames


# ---- Vorbis and FLAC ----


def vorbis_bits(*fields: tuple[int, int]) -> bytes:
    """Fields of value and bits as Vorbis packs them: the lowest bit first, zeros up to the byte."""
    value = size = 0
    for number, bits in fields:
        value, size = value | number << size, size + bits
    return value.to_bytes(-(-size // 8), "little")


VORBIS_HEAD = b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 1, 48_000, 0, 0, 0, 0xB8, 1)
BOOK = [(0x564342, 24), (1, 16), (2, 24), (0, 2), (0, 5), (0, 5), (0, 4)]
"""Two words of one bit."""
TIMES = [(0, 6), (0, 16)]
FLOOR = [(0, 6), (1, 16), (0, 5), (0, 2), (0, 4)]
RESIDUE = [(0, 6), (2, 16), (0, 24), (0, 24), (0, 24), (0, 6), (0, 8), (0, 4)]
MAPPING = [(0, 6), (0, 16), (0, 2), (0, 2), (0, 8), (0, 8), (0, 8)]
MODE = [(0, 6), (0, 1), (0, 32), (0, 8)]


def vorbis_setup(
    *,
    books: list[list[tuple[int, int]]] | None = None,
    floor: list[tuple[int, int]] = FLOOR,
    residue: list[tuple[int, int]] = RESIDUE,
    mapping: list[tuple[int, int]] = MAPPING,
    mode: list[tuple[int, int]] = MODE,
    end: int = 1,
) -> bytes:
    """A setup packet of as few parts as there can be, or of those that are given."""
    books = books or [BOOK]
    told = [(len(books) - 1, 8), *(field for book in books for field in book), *TIMES]
    return b"\x05vorbis" + vorbis_bits(*told, *floor, *residue, *mapping, *mode, (end, 1))


VORBIS_SETUP = vorbis_setup()
FLAC_FRAMES = [b"\xff\xf8" + frame for frame in FRAMES]


# ---- Ogg ----


def ogg_sum(page: bytes) -> int:
    """Ogg's sum of a page, bit by bit as the specification writes it."""
    crc = 0
    for byte in page[:22] + bytes(4) + page[26:]:
        crc ^= byte << 24
        for _ in range(8):
            crc = crc << 1 ^ (0x104C11DB7 if crc >> 31 else 0)
    return crc


def ogg_pages(packets: list[bytes], serial: int = 7, number: int = 0, flags: int = 0) -> bytes:
    """Pages of at most 255 pieces; a packet that is too long goes on in the next one."""
    pieces: list[bytes] = []
    for packet in packets:
        pieces += [packet[at : at + 255] for at in range(0, len(packet) + 1, 255)]
    out = b""
    for at in range(0, len(pieces), 255):
        some = pieces[at : at + 255]
        begun = flags | (at > 0 and len(pieces[at - 1]) == 255)
        head = struct.pack("<4sBBqIII", b"OggS", 0, begun, 960, serial, number, 0)
        page = head + bytes([len(some)]) + bytes(map(len, some)) + b"".join(some)
        out += page[:22] + struct.pack("<I", ogg_sum(page)) + page[26:]
        number += 1
    return out


def comments(words: bytes) -> bytes:
    """The comments of Vorbis, Opus and FLAC."""
    said = b"ARTIST=" + words
    return struct.pack("<I", len(words)) + words + struct.pack("<II", 1, len(said)) + said


def ogg(words: bytes = b"Lavf", codec: str = "opus", *, setup: bytes = VORBIS_SETUP) -> bytes:
    """An Ogg file of `FRAMES` (of `FLAC_FRAMES`) with a second stream of words between its pages."""
    picture = bytes(30) + words
    headers = {
        "opus": [OPUS_HEAD, b"OpusTags" + comments(words) + words],
        "vorbis": [
            VORBIS_HEAD + words,
            b"\x03vorbis" + comments(words) + b"\x01" + words,
            setup + words,
        ],
        "flac": [
            b"\x7fFLAC\x01\0\0\x02fLaC\0\0\0\x22" + bytes(range(34)),
            b"\x04" + len(comments(words)).to_bytes(3, "big") + comments(words),
            b"\x86" + len(picture).to_bytes(3, "big") + picture,
        ],
    }[codec]
    return (
        ogg_pages(headers[:1], flags=2)
        + ogg_pages([b"fishead\0" + words], serial=9, flags=2)
        + ogg_pages(headers[1:], number=1)
        + ogg_pages([words], serial=9, number=1, flags=4)
        + ogg_pages(FLAC_FRAMES if codec == "flac" else FRAMES, number=500, flags=4)
    )


def ogg_packets(data: bytes) -> list[bytes]:
    """The packets of the one stream there is; sums are checked."""
    packets, begun, at = [], b"", 0
    while at < len(data):
        count = data[at + 26]
        sizes, body = data[at + 27 : at + 27 + count], at + 27 + count
        page = data[at : body + sum(sizes)]
        assert ogg_sum(page) == struct.unpack_from("<I", page, 22)[0]
        assert data[at + 14 : at + 18] == data[14:18]
        for size in sizes:
            begun, body = begun + data[body : body + size], body + size
            if size < 255:
                packets, begun = [*packets, begun], b""
        at += len(page)
    return packets


# ---- WebM ----


def element(name: str, content: bytes, *, unknown: bool = False, length: int = 0) -> bytes:
    """An EBML element by its id in hexadecimal."""
    if unknown:
        return bytes.fromhex(name) + b"\x01" + b"\xff" * 7 + content
    length = length or next(n for n in range(1, 9) if len(content) < (1 << 7 * n) - 1)
    return bytes.fromhex(name) + (len(content) | 1 << 7 * length).to_bytes(length, "big") + content


def webm(words: bytes = b"Chrome", *, unknown: bool = True, private: bytes = OPUS_HEAD) -> bytes:
    """What Chromium records, with words where other programs write them; `unknown` lengths as it does."""
    said = element("7373", element("67c8", element("45a3", b"ARTIST") + element("4487", words)))
    other = element("ec", words) + element("7ba9", words) + element("4489", b"\x40\x8f\x40\0\0\0\0\0")
    codec = b"A_VORBIS" if private[:1] == b"\x02" else b"A_OPUS"
    track = [element("d7", b"\x01"), element("73c5", b"\x09"), element("83", b"\x02")]
    track += [element("536e", words), element("258688", words), element("86", codec)]
    track += [
        element("63a2", private),
        element("e1", element("9f", b"\x01") + element("b5", b"\x47\x3b\x80\0")),
    ]
    places = [
        element("d7", b"\x02"),
        element("73c5", b"\x0a"),
        element("83", b"\x11"),
        element("86", b"S_TEXT/UTF8"),
    ]
    seek = element("4dbb", element("53ab", bytes.fromhex("1254c367")) + element("53ac", b"\x10" * 3))
    seek += element("4dbb", element("53ab", bytes.fromhex("1549a966")) + element("53ac", b"\x20"))
    info = element("2ad7b1", b"\x0f\x42\x40") + element("4d80", words) + element("5741", words)
    info += element("4461", struct.pack(">q", 10**18)) + other
    clusters = b""
    for at, frame in enumerate(FRAMES):
        block = element("a3", b"\x81" + struct.pack(">hB", 0, 0x80) + frame)
        if at % 2:
            group = element("a1", b"\x81" + struct.pack(">hB", 0, 0) + frame)
            block = element("a0", group + element("75a1", element("a6", element("a5", words))))
        text = element("a3", b"\x82" + struct.pack(">hB", 0, 0x80) + words)
        inside = element("e7", struct.pack(">H", at * 20)) + block + text + element("ec", words)
        clusters += element("1f43b675", inside, unknown=unknown)
    parts = [
        element("114d9b74", seek),
        element("1549a966", info, length=8),
        element("1654ae6b", element("ae", b"".join(track)) + element("ae", b"".join(places))),
        clusters,
        element("1c53bb6b", element("bb", element("b3", b"\0") + element("b7", element("f7", b"\x01")))),
        element("1254c367", said),
        element("1941a469", element("61a7", element("466e", words) + element("465c", words))),
    ]
    head = [("4286", b"\x01"), ("42f7", b"\x01"), ("42f2", b"\x04"), ("42f3", b"\x08")]
    head += [("4282", b"webm"), ("4287", b"\x04"), ("4285", b"\x02")]
    ebml = element("1a45dfa3", b"".join(element(*one) for one in head))
    return ebml + element("18538067", b"".join(parts), unknown=unknown)


def laced(words: bytes) -> bytes:
    """The three headers of Vorbis in one, as WebM keeps them."""
    first, second = VORBIS_HEAD + words, b"\x03vorbis" + comments(words) + b"\x01"
    sizes = b"".join(b"\xff" * (len(one) // 255) + bytes([len(one) % 255]) for one in (first, second))
    return b"\x02" + sizes + first + second + VORBIS_SETUP + words


_NESTED = {
    "18538067",
    "114d9b74",
    "1549a966",
    "1654ae6b",
    "1f43b675",
    "1c53bb6b",
    "ae",
    "a0",
    "4dbb",
    "1a45dfa3",
}


def elements_of(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every element by its id, with its content; one of unknown length holds all that follows."""
    at = 0
    while at < len(data):
        names = 9 - data[at].bit_length()
        name, at = data[at : at + names].hex(), at + names
        length = 9 - data[at].bit_length()
        size = int.from_bytes(data[at : at + length], "big") & ((1 << 7 * length) - 1)
        at += length
        if size == (1 << 7 * length) - 1:
            yield name, data[at:]
            continue
        yield name, data[at : at + size]
        if name in _NESTED:
            yield from elements_of(data[at : at + size])
        at += size
    assert at == len(data)


def webm_frames(data: bytes) -> list[bytes]:
    """The blocks of every track there is."""
    return [content[4:] for name, content in elements_of(data) if name in {"a3", "a1"}]
