"""Ogg: the pages of Opus, Vorbis and FLAC with empty comments; other streams are left out."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from micropolis_map.stores.recordings.codec_headers import (
    FLAC_IN_OGG,
    OPUS,
    OPUS_TAGS,
    VORBIS,
    VORBIS_TAGS,
    BrokenHeader,
    bare_first_flac,
    bare_flac_block,
    bare_packet,
)
from micropolis_map.stores.recordings.parts import Recording

_HEAD = struct.Struct("<4sBBqIIIB")
_CONTINUED, _FIRST = 1, 2
_HEADERS = {OPUS: 2, VORBIS: 3}
_LATE_WORDS = re.compile(b"|".join(map(re.escape, (OPUS_TAGS, VORBIS_TAGS))))
"""Comments among the sound: some programs write them there, and no sound begins so."""
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class _Page:
    start: int
    body: int
    end: int
    flags: int
    serial: int
    sizes: bytes


@dataclass
class _Stream:
    """A logical stream that is being read: the header packets it still owes, the parts of the one begun."""

    codec: bytes
    left: int
    parts: list[tuple[int, int]] = field(default_factory=list)


def bare(data: bytes) -> bytes:
    """Return the Ogg file with the sound's pages; their comments are blanks, their sums are right again.

    Raises
    ------
    InvalidInput
        A page is damaged or cut short, or no stream is Opus, Vorbis or FLAC.
    """
    out = Recording("Ogg", data)
    streams: dict[int, _Stream] = {}
    kept = []
    for page in _pages(out, data):
        if page.flags & _FIRST:
            streams[page.serial] = _opened(data[page.body : page.end])
        elif page.serial not in streams:
            raise out.damaged(page.start)
        stream = streams[page.serial]
        if stream.codec:
            if stream.left:
                _read_headers(out, page, stream)
            elif _LATE_WORDS.search(data, page.body, page.end):
                raise out.damaged(page.start)
            kept.append(page)
    if not kept:
        raise out.no_sound()
    if any(stream.codec and stream.left for stream in streams.values()):
        raise out.damaged(len(data))
    return b"".join(_summed(out[page.start : page.end]) for page in kept)


def _pages(out: Recording, data: bytes) -> Iterator[_Page]:
    at = 0
    while at < len(out):
        out.look(at)
        if at + _HEAD.size > len(data):
            raise out.damaged(at)
        magic, version, flags, _, serial, _, crc, count = _HEAD.unpack_from(data, at)
        body = at + _HEAD.size + count
        sizes = data[at + _HEAD.size : body]
        end = body + sum(sizes)
        if magic != b"OggS" or version or end > len(data) or _crc(data[at:end]) != crc:
            raise out.damaged(at)
        yield _Page(at, body, end, flags, serial, sizes)
        at = end


def _opened(body: bytes) -> _Stream:
    for codec, headers in _HEADERS.items():
        if body.startswith(codec):
            return _Stream(codec, headers)
    return _Stream(FLAC_IN_OGG, 2) if body.startswith(FLAC_IN_OGG) else _Stream(b"", 0)


def _read_headers(out: Recording, page: _Page, stream: _Stream) -> None:
    """Blank the header packets that end in the page; a packet may begin in an earlier one."""
    if bool(page.flags & _CONTINUED) != bool(stream.parts):
        raise out.damaged(page.start)
    at = page.body
    for size in page.sizes:
        stream.parts.append((at, at + size))
        at += size
        if size == 255:
            continue
        _blank(out, stream, page)
        stream.parts.clear()
        if not stream.left:
            return


def _blank(out: Recording, stream: _Stream, page: _Page) -> None:
    out.look(page.start)
    packet = b"".join(out[start:end] for start, end in stream.parts)
    stream.left -= 1
    try:
        if stream.codec != FLAC_IN_OGG:
            new = bare_packet(packet)
        elif packet.startswith(FLAC_IN_OGG):
            new = bare_first_flac(packet)
        else:
            new, last = bare_flac_block(packet)
            stream.left = 0 if last else 1
    except BrokenHeader:
        raise out.damaged(page.start) from None
    at = 0
    for start, end in stream.parts:
        out[start:end] = new[at : at + end - start]
        at += end - start


def _crc(page: bytes) -> int:
    """Return Ogg's sum of the page (polynomial 0x04c11db7, highest bit first, begun with 0).

    zlib's is the same with its bits mirrored, begun with and at last turned by all ones.
    """
    mirrored = (page[:22] + bytes(4) + page[26:]).translate(_MIRRORED)
    crc = zlib.crc32(mirrored, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(crc.to_bytes(4, "little").translate(_MIRRORED), "big")


def _summed(page: bytearray) -> bytes:
    page[22:26] = _crc(bytes(page)).to_bytes(4, "little")
    return bytes(page)
