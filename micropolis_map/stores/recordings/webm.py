"""WebM: what sound needs stays; tags, titles, programs, moments, attachments and other tracks become Void.

References
----------
RFC 8794 (EBML), RFC 9559 (Matroska).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeAlias

from micropolis_map.stores.recordings.bits import BrokenHeader
from micropolis_map.stores.recordings.codec_headers import OPUS, VORBIS, bare_header, bare_laced, bare_sound
from micropolis_map.stores.recordings.parts import Recording

_EBML, _SEGMENT, _SEEK_HEAD, _INFO, _TRACKS = 0x1A45DFA3, 0x18538067, 0x114D9B74, 0x1549A966, 0x1654AE6B
_CLUSTER, _CUES = 0x1F43B675, 0x1C53BB6B
_DOC_TYPE, _SEEK, _SEEK_ID, _TRACK_ENTRY, _TRACK_NUMBER, _TRACK_TYPE = (
    0x4282,
    0x4DBB,
    0x53AB,
    0xAE,
    0xD7,
    0x83,
)
_CODEC, _PRIVATE, _SIMPLE_BLOCK, _BLOCK_GROUP, _BLOCK, _VOID = 0x86, 0x63A2, 0xA3, 0xA0, 0xA1, 0xEC
_ENCODINGS, _MUXING_APP, _WRITING_APP = 0x6D80, 0x4D80, 0x5741
_SOUND = 2

_FOUND_BY_SEEKING = {_INFO, _TRACKS, _CLUSTER, _CUES}

_Parts: TypeAlias = "Mapping[int, _Parts | str]"
_NUMBER, _SIGNED, _FLOAT, _IDENTITY = "number", "signed", "float", "identity"
_BYTES, _WORDS = "bytes", "words"
"""At most eight bytes; bytes that were looked at; words that must be there but may be empty."""
_KEPT_EBML: _Parts = dict.fromkeys((0x4286, 0x42F7, 0x42F2, 0x42F3, 0x4287, 0x4285), _NUMBER) | {
    _DOC_TYPE: _BYTES
}
_KEPT_TRACK: _Parts = {
    **dict.fromkeys((_TRACK_NUMBER, _TRACK_TYPE, 0xB9, 0x88, 0x55AA, 0x9C, 0x6DE7), _NUMBER),
    **dict.fromkeys((0x6DF8, 0x23E383, 0x56AA, 0x56BB), _NUMBER),
    0x73C5: _IDENTITY,
    _CODEC: _BYTES,
    _PRIVATE: _BYTES,
    0xE1: {**dict.fromkeys((0x9F, 0x6264), _NUMBER), **dict.fromkeys((0xB5, 0x78B5), _FLOAT)},
}
_KEPT_CLUSTER: _Parts = {
    **dict.fromkeys((0xE7, 0xA7, 0xAB), _NUMBER),
    _SIMPLE_BLOCK: _BYTES,
    _BLOCK_GROUP: {_BLOCK: _BYTES, 0x9B: _NUMBER, **dict.fromkeys((0xFB, 0x75A2), _SIGNED)},
}
_KEPT_SEGMENT: _Parts = {
    _SEEK_HEAD: {_SEEK: {_SEEK_ID: _NUMBER, 0x53AC: _NUMBER}},
    _INFO: {0x2AD7B1: _NUMBER, 0x4489: _FLOAT, _MUXING_APP: _WORDS, _WRITING_APP: _WORDS},
    _TRACKS: {_TRACK_ENTRY: _KEPT_TRACK},
    _CLUSTER: _KEPT_CLUSTER,
    **_KEPT_CLUSTER,  # of a cluster of unknown length only the head is taken as the cluster
    _CUES: {0xBB: {0xB3: _NUMBER, 0xB7: dict.fromkeys((0xF7, 0xF1, 0xF0, 0xB2, 0x5378), _NUMBER)}},
}
_KEPT: _Parts = {_EBML: _KEPT_EBML, _SEGMENT: _KEPT_SEGMENT}
_MOST_NUMBER = 1 << 53
"""A moment in nanoseconds since months; eight letters are more."""
_FLOATS = {4: ">f", 8: ">d"}
_HEADS = {b"A_OPUS": OPUS, b"A_VORBIS": VORBIS}
_PCM = {b"A_PCM/INT/LIT", b"A_PCM/INT/BIG", b"A_PCM/FLOAT/IEEE"}
_UNLACED, _XIPH, _FIXED = 0, 1, 2
"""How several frames lie in one block; the fourth way is EBML's."""


class _Element(NamedTuple):
    id: int
    start: int
    body: int
    end: int


class _Sound(NamedTuple):
    """A track of sound: how it is coded, and the codec's first header."""

    codec: bytes
    head: bytes


def bare(data: bytes) -> bytes:
    """Return the WebM file, as long as it was, with its sound and nothing else.

    Raises
    ------
    InvalidInput
        An element is damaged or cut short, or no track is of Opus, Vorbis or PCM.
    """
    out = Recording("WebM", data)
    sounds: dict[int, _Sound] = {}
    blocks: list[tuple[int, _Element]] = []
    _keep(out, 0, len(out), _KEPT, sounds, blocks)
    if not sounds:
        raise out.no_sound()
    for track, element in blocks:
        if track in sounds:
            _bare_block(out, element, sounds[track])
        else:
            _void(out, element)
    return bytes(out)


def _keep(
    out: Recording,
    start: int,
    end: int,
    parts: _Parts,
    sounds: dict[int, _Sound],
    blocks: list[tuple[int, _Element]],
) -> None:
    """Void what `parts` does not name; gather the tracks of sound, and each block with its track."""
    for element in _elements(out, start, end):
        inside = parts.get(element.id)
        if inside is None or not _wanted(out, element, sounds):
            _void(out, element)
            continue
        if not isinstance(inside, str):
            _keep(out, element.body, element.end, inside, sounds, blocks)
        elif inside != _BYTES:
            _bare_value(out, element, inside, len(sounds))
        elif element.id == _DOC_TYPE and out[element.body : element.end].rstrip(b"\0") != b"webm":
            raise out.damaged(element.start)
        if element.id in {_SIMPLE_BLOCK, _BLOCK_GROUP}:
            blocks.append((_track_of(out, element), element))


def _bare_value(out: Recording, element: _Element, kind: str, tracks: int) -> None:
    """Empty words and identities; `InvalidInput` for a number that none of a recording is as large as."""
    value = bytes(out[element.body : element.end])
    if kind == _WORDS:
        out[element.body : element.end] = bytes(len(value))
        return
    if len(value) > 8:
        raise out.damaged(element.start)
    if kind == _IDENTITY:  # it only tells tracks apart
        out[element.body : element.end] = (tracks & 0xFF).to_bytes(max(len(value), 1), "big")[: len(value)]
    elif kind == _FLOAT:
        told = struct.unpack(_FLOATS[len(value)], value)[0] if len(value) in _FLOATS else 0
        if (value and len(value) not in _FLOATS) or not (told == 0 or 1 <= told < _MOST_NUMBER):
            raise out.damaged(element.start)
    elif abs(int.from_bytes(value, "big", signed=kind == _SIGNED)) >= _MOST_NUMBER:
        raise out.damaged(element.start)


def _wanted(out: Recording, element: _Element, sounds: dict[int, _Sound]) -> bool:
    """Return whether an element of a kind that is kept is itself: a track of sound, an address that leads."""
    if element.id == _TRACK_ENTRY:
        number, sound = _sound_of(out, element)
        if number and sounds.setdefault(number, sound) != sound:
            raise out.damaged(element.start)
        return bool(number)
    if element.id == _SEEK:
        return any(
            part.id == _SEEK_ID and int.from_bytes(out[part.body : part.end], "big") in _FOUND_BY_SEEKING
            for part in _elements(out, element.body, element.end)
        )
    return True


def _sound_of(out: Recording, entry: _Element) -> tuple[int, _Sound]:
    """Return number and codec of a track of sound, 0 for another one; its codec's header is bare then."""
    found = {part.id: part for part in _elements(out, entry.body, entry.end)}
    kind, number = (
        int.from_bytes(out[part.body : part.end], "big") if (part := found.get(name)) else 0
        for name in (_TRACK_TYPE, _TRACK_NUMBER)
    )
    if kind != _SOUND:
        return 0, _Sound(b"", b"")
    codec = bytes(out[found[_CODEC].body : found[_CODEC].end]).rstrip(b"\0") if _CODEC in found else b""
    if _ENCODINGS in found or not (codec in _HEADS or codec in _PCM):
        raise out.no_sound()
    head = OPUS + bytes(11)
    for private in (p for p in _elements(out, entry.body, entry.end) if p.id in {_PRIVATE, _CODEC}):
        if found[private.id] != private:  # of two, programs believe one or the other
            raise out.damaged(private.start)
        if private.id == _PRIVATE:
            head = _bare_private(out, private, codec)
    return number, _Sound(_HEADS.get(codec, b""), head)


def _bare_private(out: Recording, private: _Element, codec: bytes) -> bytes:
    """Bare what the codec says of itself, and return its first header."""
    out.look(private.start, private.end - private.body)
    old = bytes(out[private.body : private.end])
    try:
        new = bare_laced(old) if codec == b"A_VORBIS" else bytes(len(old))
        if codec == b"A_OPUS" and old.startswith(OPUS):
            new = bare_header(OPUS, old, old)
    except BrokenHeader:
        raise out.damaged(private.start) from None
    out[private.body : private.end] = new
    return new if new.startswith(OPUS) else OPUS + bytes(11)


def _bare_block(out: Recording, element: _Element, sound: _Sound) -> None:
    """Bare the packets of a block of sound, or of the block in a group."""
    if element.id == _BLOCK_GROUP:
        element = next(part for part in _elements(out, element.body, element.end) if part.id == _BLOCK)
    for start, end in pairwise(_edges(out, element)):
        try:
            out[start:end] = bare_sound(sound.codec, bytes(out[start:end]), sound.head)
        except BrokenHeader:
            raise out.damaged(start) from None


def _edges(out: Recording, block: _Element) -> list[int]:
    """Return where the packets of the block begin, one behind another, and where the last one ends."""
    at = _variable(out, block.body, block.end)[1] + 3
    if at > block.end:
        raise out.damaged(block.start)
    lacing = out[at - 1] >> 1 & 3
    if lacing == _UNLACED:
        return [at, block.end]
    if at == block.end:
        raise out.damaged(block.start)
    count, at = out[at], at + 1
    out.look(at, count)
    sizes: list[int] = []
    for _ in range(0 if lacing == _FIXED else count):
        if lacing == _XIPH:
            size, at = _xiph(out, at, block.end)
        else:
            told, after = _variable(out, at, block.end)
            if told is None:
                raise out.damaged(at)
            bias = (1 << 7 * (after - at) - 1) - 1
            size, at = sizes[-1] + told - bias if sizes else told, after
        sizes.append(size)
    if lacing == _FIXED:
        sizes = [(block.end - at) // (count + 1)] * count
        if (block.end - at) % (count + 1):
            raise out.damaged(block.start)
    edges = list(accumulate(sizes, initial=at))
    if min(sizes, default=0) < 0 or edges[-1] > block.end:
        raise out.damaged(block.start)
    return [*edges, block.end]


def _xiph(out: Recording, at: int, end: int) -> tuple[int, int]:
    size = 0
    while at < end:
        size, at = size + out[at], at + 1
        if out[at - 1] < 255:
            return size, at
    raise out.damaged(at)


def _track_of(out: Recording, element: _Element) -> int:
    if element.id == _BLOCK_GROUP:
        found = [part for part in _elements(out, element.body, element.end) if part.id == _BLOCK]
        if len(found) > 1:  # of another track, perhaps
            raise out.damaged(found[1].start)
        return _track_of(out, found[0]) if found else 0
    return _variable(out, element.body, element.end)[0] or 0


def _elements(out: Recording, start: int, end: int) -> Iterator[_Element]:
    """Yield the elements between `start` and `end`.

    One of unknown length is the segment, which goes to the end, or a cluster: what is in it comes after it.
    """
    at = start
    while at < end:
        out.look(at)
        name_end = at + _length(out, at, end, most=4)
        size, body = _variable(out, name_end, end)
        name = int.from_bytes(out[at:name_end], "big")
        if size is None and name not in {_SEGMENT, _CLUSTER}:
            raise out.damaged(at)
        last = body + size if size is not None else end if name == _SEGMENT else body
        if last > end:
            raise out.damaged(at)
        yield _Element(name, at, body, last)
        at = last


def _length(out: Recording, at: int, end: int, most: int) -> int:
    """Return of how many bytes the number at `at` is: as many as its first byte's leading zeros, and one."""
    length = 9 - out[at].bit_length() if at < end else 9
    if length > most or at + length > end:
        raise out.damaged(at)
    return length


def _variable(out: Recording, at: int, end: int) -> tuple[int | None, int]:
    """Return the number at `at`, None where it says "unknown", and where it ends."""
    length = _length(out, at, end, most=8)
    bits = (1 << (7 * length)) - 1
    value = int.from_bytes(out[at : at + length], "big") & bits
    return (None if value == bits else value), at + length


def _void(out: Recording, element: _Element) -> None:
    """Turn the element, which is at least two bytes long, into one that says nothing."""
    whole = element.end - element.start
    length = next(n for n in range(1, 9) if whole - 1 - n < (1 << (7 * n)) - 1)
    size = (whole - 1 - length) | (1 << (7 * length))
    out[element.start : element.end] = (bytes([_VOID]) + size.to_bytes(length, "big")).ljust(whole, b"\0")
