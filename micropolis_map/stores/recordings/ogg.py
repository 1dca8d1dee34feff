"""Ogg: the pages of Opus, Vorbis and FLAC with empty comments; other streams are left out."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from micropolis_map.stores.recordings.bits import BrokenHeader
from micropolis_map.stores.recordings.codec_headers import (
    FLAC_IN_OGG,
    HEADERS,
    VORBIS_SETUP,
    bare_first_flac,
    bare_flac_block,
    bare_header,
    bare_sound,
)
from micropolis_map.stores.recordings.parts import Recording

_HEAD = struct.Struct("<4sBBqIIIB")
_CONTINUED, _FIRST, _FLAGS = 1, 2, 7
_NOWHERE, _MOST_SAMPLES = -1, 1 << 48
"""Where the sound has got to: in a page in which no packet ends; more than a microphone hears in years."""
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class _Page:
    start: int
    body: int
    end: int
    flags: int
    samples: int
    serial: int
    sizes: bytes


@dataclass
class _Stream:
    """A logical stream that is being read: the header packets it still owes, the parts of the one begun."""

    codec: bytes
    left: int
    number: int
    head: bytes = b""
    pages: int = 0
    samples: int = 0
    parts: list[tuple[int, int]] = field(default_factory=list)


def bare(data: bytes) -> bytes:
    """Return the Ogg file with the sound's pages, counted anew; their comments are blanks, their sums right.

    Raises
    ------
    InvalidInput
        A page is damaged or cut short, or no stream is Opus, Vorbis or FLAC.
    """
    out = Recording("Ogg", data)
    streams: dict[int, _Stream] = {}
    begun, kept = 0, []
    for page in _pages(out, data):
        if page.flags & _FIRST:
            _check_whole(out, streams.get(page.serial), page.start)
            streams[page.serial] = _opened(data[page.body : page.end], begun)
            begun += bool(streams[page.serial].codec)
        elif page.serial not in streams:
            raise out.damaged(page.start)
        stream = streams[page.serial]
        if stream.codec:
            _read(out, page, stream)
            kept.append(page)
    if not kept:
        raise out.no_sound()
    for stream in streams.values():
        _check_whole(out, stream, len(data))
    return b"".join(_summed(out[page.start : page.end]) for page in kept)


def _check_whole(out: Recording, stream: _Stream | None, at: int) -> None:
    """Raise InvalidInput where a stream ends in its headers or in a packet: nobody has looked at that one."""
    if stream is not None and (stream.left or stream.parts):
        raise out.damaged(at)


def _pages(out: Recording, data: bytes) -> Iterator[_Page]:
    at = 0
    while at < len(out):
        out.look(at)
        if at + _HEAD.size > len(data):
            raise out.damaged(at)
        magic, version, flags, samples, serial, _, crc, count = _HEAD.unpack_from(data, at)
        body = at + _HEAD.size + count
        sizes = data[at + _HEAD.size : body]
        end = body + sum(sizes)
        if magic != b"OggS" or version or end > len(data) or _crc(data[at:end]) != crc:
            raise out.damaged(at)
        yield _Page(at, body, end, flags & _FLAGS, samples, serial, sizes)
        at = end


def _opened(body: bytes, number: int) -> _Stream:
    for codec, headers in HEADERS.items():
        if body.startswith(codec):
            return _Stream(codec, len(headers), number)
    return _Stream(FLAC_IN_OGG, 2, number) if body.startswith(FLAC_IN_OGG) else _Stream(b"", 0, number)


def _read(out: Recording, page: _Page, stream: _Stream) -> None:
    """Bare the packets that end in the page, and its head; a packet may begin in an earlier page."""
    if bool(page.flags & _CONTINUED) != bool(stream.parts):
        raise out.damaged(page.start)
    headers, ended, at = bool(stream.left), False, page.body
    for size in page.sizes:
        stream.parts.append((at, at + size))
        at += size
        if size < 255:
            _bare_packet(out, stream, page)
            stream.parts.clear()
            ended = True
    if headers:
        samples = 0
    elif not ended:
        samples = _NOWHERE
    else:
        samples = page.samples
        if not stream.samples <= samples < _MOST_SAMPLES:
            raise out.damaged(page.start)
        stream.samples = samples
    head = _HEAD.pack(b"OggS", 0, page.flags, samples, stream.number, stream.pages, 0, len(page.sizes))
    out[page.start : page.start + _HEAD.size] = head
    stream.pages += 1


def _bare_packet(out: Recording, stream: _Stream, page: _Page) -> None:
    out.look(page.start)
    packet = b"".join(out[start:end] for start, end in stream.parts)
    try:
        new = (
            _bare_header(out, packet, stream)
            if stream.left
            else bare_sound(stream.codec, packet, stream.head)
        )
    except BrokenHeader:
        raise out.damaged(page.start) from None
    if new == packet:
        return
    at = 0
    for start, end in stream.parts:
        out[start:end] = new[at : at + end - start]
        at += end - start


def _bare_header(out: Recording, packet: bytes, stream: _Stream) -> bytes:
    first = not stream.head
    stream.head = stream.head or packet
    if stream.codec != FLAC_IN_OGG:
        kind = HEADERS[stream.codec][-stream.left]
        stream.left -= 1
        if kind == VORBIS_SETUP:
            out.look(stream.parts[0][0], len(packet))
        return bare_header(kind, packet, stream.head)
    if first:
        stream.left = 1
        return bare_first_flac(packet)
    new, last = bare_flac_block(packet)
    stream.left = 0 if last else 1
    return new


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
