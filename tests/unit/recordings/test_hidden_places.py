"""Whoever hides words anywhere in a recording: they are gone or it is refused, unless they are the sound."""

from __future__ import annotations

import struct

import pytest
from recordings import (
    FLAC_FRAMES,
    FRAMES,
    OPUS_HEAD,
    box,
    comments,
    element,
    fragmented_mp4,
    full,
    laced,
    mp4,
    mp4_frames,
    ogg,
    ogg_packets,
    ogg_pages,
    ogg_sum,
    webm,
    webm_frames,
)

from micropolis_map.errors import InvalidInput
from micropolis_map.stores.recordings import bare, sniffed

SECRET = b"SECRET-12.3456"
FRAMES_OF = {
    "mp4": mp4_frames,
    "webm": webm_frames,
    "ogg": lambda data: ogg_packets(data)[-len(FRAMES) :],
}


def summed(data: bytes) -> bytes:
    """An Ogg file with right sums, as far as its pages can be followed: nobody is refused for his sums."""
    out, at = bytearray(data), 0
    while data[at : at + 4] == b"OggS" and at + 27 <= len(data):
        body = at + 27 + data[at + 26]
        end = body + sum(data[at + 27 : body])
        page = data[at:end]
        if ogg_sum(page) != struct.unpack_from("<I", page.ljust(27, b"\0"), 22)[0]:
            out[at + 22 : at + 26] = struct.pack("<I", ogg_sum(page))
        at = end
    return bytes(out)


def grown(path: tuple[bytes, ...], extra: bytes, data: bytes | None = None) -> bytes:
    """The MP4 with `extra` as the last part of the first box at the path; its media stands before."""
    out = bytearray(mp4(first=True) if data is None else data)
    at = 0
    for kind in path:
        at = out.index(kind, at) - 4
        out[at : at + 4] = (int.from_bytes(out[at : at + 4], "big") + len(extra)).to_bytes(4, "big")
        end = at + int.from_bytes(out[at : at + 4], "big") - len(extra)
        at += 4
    out[end:end] = extra
    return bytes(out)


def entry(kind: bytes, *inner: bytes, version: int = 0, more: bytes = b"") -> bytes:
    """The description of sound of another codec, or as QuickTime writes it."""
    head = struct.pack(">6xHHHIHHHHI", 1, version, 0, 0, 1, 16, 0, 0, 48_000 << 16)
    return box(kind, head + more + b"".join(inner))


def esds(kind: int, config: bytes) -> bytes:
    decoder = bytes([4, 15 + len(config), kind, 0x15]) + bytes(11) + bytes([5, len(config)]) + config
    return box(b"esds", bytes(4) + bytes([3, 3 + len(decoder)]) + b"\0\1\0" + decoder)


def table(kind: bytes, *numbers: int | bytes) -> bytes:
    told = b"".join(n if isinstance(n, bytes) else struct.pack(">I", n) for n in numbers)
    return box(kind, bytes(4) + told)


def long_heads() -> bytes:
    """The MP4 with moments and lengths of 64 bits in its heads."""
    data = mp4(first=True)
    track = (b"moov", b"trak")
    for outer, kind, lasts in (
        (track[:1], b"mvhd", 16),
        (track, b"tkhd", 20),
        ((*track, b"mdia"), b"mdhd", 16),
    ):
        data = grown((*outer, kind), bytes(12), data)
        at = data.index(kind) + 4
        size = int.from_bytes(data[at - 8 : at - 4], "big") - 8
        old = data[at : at + size - 12]
        moments = bytes(4) + old[4:8] + bytes(4) + old[8:12]
        new = b"\1" + old[1:4] + moments + old[12:lasts] + bytes(4) + old[lasts:]
        data = data[:at] + new + data[at + size :]
    return data


PLAIN = {
    "mp4": mp4,
    "mp4, media first, 64 bits": lambda: mp4(first=True),
    "mp4 with long numbers": long_heads,
    "mp4 with an edit": lambda: grown((b"moov", b"trak"), box(b"edts", table(b"elst", 1, 80, 0, 1 << 16))),
    "mp4 of AAC": lambda: mp4(codec=entry(b"mp4a", esds(0x40, b"\x12\x10"))),
    "mp4 in fragments": fragmented_mp4,
    "ogg opus": lambda: ogg(b""),
    "ogg vorbis": lambda: ogg(b"", "vorbis"),
    "ogg flac": lambda: ogg(b"", "flac"),
    "webm": lambda: webm(b""),
    "webm of known lengths": lambda: webm(b"", unknown=False),
    "webm vorbis": lambda: webm(b"", private=laced(b"")),
}


def hidden(kind: str, data: bytes) -> bytes:
    """What is stored of it: nothing where it is refused."""
    try:
        return bare(kind, summed(data) if kind == "ogg" else data)
    except InvalidInput:
        return b""


@pytest.mark.parametrize("name", PLAIN)
def test_words_written_over_any_byte_are_gone(name):
    """At each offset of the file: in every field, number, table and name of it."""
    plain = PLAIN[name]()
    kind = str(sniffed(plain))
    kept = 0
    for at in range(len(plain) - len(SECRET)):
        clean = hidden(kind, plain[:at] + SECRET + plain[at + len(SECRET) :])
        kept += bool(clean)
        if SECRET in clean:
            assert SECRET in b"".join(FRAMES_OF[kind](clean)), at
    assert kept > 10


# ---- Places that are not there in a plain file ----

LONG = SECRET * 8
BEHIND = {
    "ID3v1": b"TAG" + LONG.ljust(125),
    "LYRICS3": b"LYRICSBEGIN" + LONG + b"000123LYRICS200",
    "APE": b"APETAGEX" + struct.pack("<IIII8x", 2000, 32 + len(LONG), 1, 0) + LONG,
    "RIFF LIST": b"LIST" + struct.pack("<I", len(LONG)) + LONG,
    "zeros and words": bytes(64) + LONG,
}


STBL = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
LEVELS = [
    (),
    (b"moov",),
    *(STBL[:n] for n in range(2, 6)),
    (*STBL[:4], b"dinf"),
    (*STBL[:4], b"dinf", b"dref"),
]
LEVELS += [(*STBL, b"stsd", b"Opus"), (b"moov", b"trak", b"tkhd")]
KINDS = [b"free", b"skip", b"wide", b"udta", b"meta", b"uuid", b"sidx", b"mfra", b"ctts", b"stss", b"sdtp"]
KINDS += [
    b"\xa9xyz",
    b"SECR",
    b"chan",
    b"btrt",
    b"mdat",
    b"hdlr",
    b"elst",
    b"smhd",
    b"styp",
    b"ftyp",
    b"pssh",
]


def with_table(kind: bytes, new: bytes) -> bytes:
    """The MP4 with a table of its own in place of one it has."""
    data = mp4(first=True)
    at = data.index(kind) - 4
    size = int.from_bytes(data[at : at + 4], "big")
    freed = data[: at + 4] + b"free" + data[at + 8 : at + size] + data[at + size :]
    return grown(STBL, new, freed)


def other_fragment() -> bytes:
    run = full(b"trun", 2, rest=LONG[:32], flags=0xF00)
    return box(b"moof", full(b"mfhd", 1) + box(b"traf", full(b"tfhd", 9, flags=0x20000) + run))


SIZES = [len(frame) for frame in FRAMES]
DESCRIPTIONS = {
    "QuickTime's numbers": entry(b"mp4a", esds(0x40, b"\x12\x10"), version=1, more=LONG[:16]),
    "QuickTime's more numbers": entry(b"mp4a", esds(0x40, b"\x12\x10"), version=2, more=LONG[:36]),
    "hints of ALAC": entry(b"alac", box(b"alac", LONG[:52])),
    "an unknown object type": entry(b"mp4a", esds(0x40, b"\xf8" + SECRET)),
    "words behind AAC's facts": entry(b"mp4a", esds(0x40, b"\x12\x10" + SECRET)),
    "AAC with a table of channels": entry(b"mp4a", esds(0x40, b"\x12\x00" + SECRET)),
    "MP3 that needs no facts": entry(b"mp4a", esds(0x6B, SECRET)),
    "FLAC's facts told twice": entry(
        b"fLaC", box(b"dfLa", bytes(4) + (b"\0\0\0\x22" + bytes(34)) + b"\x80\0\0\x22" + LONG[:34])
    ),
    "FLAC's facts": entry(b"fLaC", box(b"dfLa", bytes(4) + b"\x80\0\0\x22" + LONG[:34])),
    "the places of Opus' channels": entry(
        b"Opus", box(b"dOps", bytes([0, 14, 1, 56, *[0] * 6, 255, 1, 0]) + SECRET)
    ),
    "E-AC-3's programmes": entry(b"ec-3", box(b"dec3", LONG[:45])),
    "AMR's maker": entry(b"samr", box(b"damr", LONG[:9] + LONG)),
}

PADDED = b"\xfb\x41" + bytes([len(LONG)]) + b"sound" + LONG
"""An Opus packet of one frame and a padding that no decoder looks at."""


def webm_block(content: bytes, flags: int = 0x80, name: str = "a3") -> bytes:
    return webm(b"") + element(
        "1f43b675", element(name, b"\x81\0\0" + bytes([flags]) + content), unknown=False
    )


def first_piece(page: bytes) -> bytes:
    """The page up to its first 255 bytes: the packet in it goes on in another page."""
    count = page[26]
    return page[:26] + b"\1\xff" + page[27 + count : 27 + count + 255]


def ogg_heads() -> bytes:
    return ogg_pages([OPUS_HEAD], flags=2) + ogg_pages([b"OpusTags" + comments(b"")], number=1)


def chapter(words: bytes) -> bytes:
    return element("45b9", element("b6", element("80", element("85", words))))


INSIDE = [
    "ec",
    "bf",
    "1254c367",
    "1941a469",
    "1043a770",
    "1b538667",
    "e7",
    "a7",
    "b6",
    "7373",
    "4d80",
    "73c5",
    "4444",
]
"""Elements: void, sums, tags, attachments, chapters, signatures, numbers, names, identities, unknown ones."""


def ogg_spelled() -> bytes:
    """Serial and number of every page, and the moment of those of headers, spell words."""
    out, at, pages = bytearray(ogg(b"")), 0, 0
    while at < len(out):
        end = at + 27 + out[at + 26] + sum(out[at + 27 : at + 27 + out[at + 26]])
        if out[at + 14] == 7:
            out[at + 14 : at + 22] = SECRET[8:14].ljust(8, b"6")
            if b"OpusHead" in out[at:end] or b"OpusTags" in out[at:end]:
                out[at + 6 : at + 14] = SECRET[:8]
        at, pages = end, pages + 1
    assert pages == 5
    return bytes(out)


HIDDEN: dict[str, bytes] = {
    **{f"{name} and {tag}": PLAIN[name]() + words for name in PLAIN for tag, words in BEHIND.items()},
    **{
        f"mp4 with {kind!r} in {b'/'.join(path)!r}": grown(path, box(kind, LONG, long=long))
        if path
        else mp4() + box(kind, LONG)
        for kind in KINDS
        for path in LEVELS
        for long in (False, True)
    },
    "mp4 of a last box to the end": mp4() + struct.pack(">I", 0) + b"free" + LONG,
    **{f"mp4 with {name}": mp4(codec=codec) for name, codec in DESCRIPTIONS.items()},
    "mp4 with lengths of samples there are not": with_table(
        b"stts", table(b"stts", 4, 1, 960, 3, 960, LONG[:16])
    ),
    "mp4 with lengths of no samples": with_table(b"stts", table(b"stts", 3, 0, b"SECR", 0, b"ET-1", 4, 960)),
    "mp4 with sizes of samples there are not": with_table(b"stsz", table(b"stsz", 0, 8, *SIZES, LONG[:16])),
    "mp4 with chunks of no samples": with_table(b"co64", table(b"stco", 5, 56, LONG[:16])),
    "mp4 with chunks told twice": with_table(b"stsc", table(b"stsc", 3, 1, LONG[:8], 1, LONG[8:16], 1, 4, 1)),
    "mp4 with edits": grown((b"moov", b"trak"), box(b"edts", table(b"elst", 6, LONG[:72]))),
    "mp4 with long edits": grown(
        (b"moov", b"trak"), box(b"edts", full(b"elst", 1, rest=LONG[:20], version=1))
    ),
    "mp4 in fragments of another track": fragmented_mp4() + other_fragment(),
    "mp4 with the usual of fragments": grown((b"moov", b"mvex"), box(b"trex", LONG[:24]), fragmented_mp4()),
    "ogg with spelled pages": ogg_spelled(),
    "ogg that begins again amid its comments": ogg_pages([OPUS_HEAD], flags=2)
    + first_piece(ogg_pages([b"OpusTags" + LONG + bytes(300)], number=1))
    + ogg(b""),
    "ogg with padding in its packets": ogg_heads() + ogg_pages([PADDED, *FRAMES], number=2),
    "ogg of many channels": ogg_pages([b"OpusHead\x01\x0e" + bytes(8) + b"\xff\xc8\0" + SECRET], flags=2)
    + ogg_pages([b"OpusTags" + comments(b""), *FRAMES], number=1),
    "ogg chained": ogg(b"") + ogg(SECRET) + ogg(SECRET, "flac"),
    "ogg flac with comments among its sound": ogg(b"", "flac") + ogg_pages([b"\x04" + SECRET], number=900),
    "ogg vorbis with comments among its sound": ogg(b"", "vorbis")
    + ogg_pages([b"\x03vorbiz" + SECRET], number=900),
    "ogg flac with its facts again": ogg_pages([b"\x7fFLAC\x01\0\0\x02fLaC\0\0\0\x22" + bytes(34)], flags=2)
    + ogg_pages([b"\0\0\0\x22" + LONG[:34], b"\x81\0\0\0", *FLAC_FRAMES], number=1),
    "ogg that ends in a packet": ogg_heads() + ogg_pages([*FRAMES, LONG * 3], number=2)[:-1],
    **{
        f"webm with {name} {where}": data
        for name in INSIDE
        for where, data in {
            "at the end": webm(b"") + element(name, LONG),
            "in a cluster": webm(b"") + element("1f43b675", element(name, LONG)),
            "in a group": webm(b"")
            + element("a0", element("a1", b"\x81\0\0\0" + FRAMES[0]) + element(name, LONG)),
            "of eight bytes' length": webm(b"") + element(name, LONG, length=8),
            "of no length": webm(b"") + element(name, b"") + element("ec", LONG),
            "of numbers": webm(b"") + element(name, SECRET[:8]) + element(name, SECRET[8:]),
        }.items()
    },
    "webm with chapters": webm(b"") + element("1043a770", chapter(LONG)),
    "webm with padding in a block": webm_block(PADDED),
    "webm with padding in a group": webm(b"") + element("a0", element("a1", b"\x81\0\0\0" + PADDED)),
    "webm with padding in lacing of one size": webm_block(b"\1" + PADDED * 2, 0x84),
    "webm with padding in Xiph's lacing": webm_block(bytes([1, len(PADDED)]) + PADDED + FRAMES[0], 0x82),
    "webm with padding in EBML's lacing": webm_block(
        b"\1\x40" + bytes([len(PADDED)]) + PADDED + FRAMES[0], 0x86
    ),
    "webm with words in place of Opus' head": webm(b"", private=LONG),
}


@pytest.mark.parametrize("kind", FRAMES_OF)
def test_words_hidden_where_a_plain_file_has_no_place_are_gone(kind):
    """In boxes, elements, pages and tags beside the sound; what can be taken in two ways is refused."""
    stored = {name: hidden(kind, data) for name, data in HIDDEN.items() if name.startswith(kind)}
    assert [name for name, clean in stored.items() if SECRET in clean or SECRET[:8] in clean] == []
    assert any(stored.values())
    assert all(hidden(kind, clean) == clean for clean in stored.values() if clean)


PLAYED = [
    "webm with padding in a block",
    "webm with padding in lacing of one size",
    "webm with padding in Xiph's lacing",
]
PLAYED += [
    "webm with padding in EBML's lacing",
    "webm with padding in a group",
    "ogg with padding in its packets",
]
PLAYED += ["ogg with spelled pages", "ogg chained", "mp4 in fragments of another track"]


@pytest.mark.parametrize("name", PLAYED)
def test_the_sound_beside_what_is_blanked_stays(name):
    clean = hidden(name[:4].strip(), HIDDEN[name])
    assert clean
    assert all(frame in clean for frame in FRAMES)
    assert "padding" not in name or b"sound" + bytes(len(LONG)) in clean
