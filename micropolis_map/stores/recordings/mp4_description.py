"""How the sound of an MP4 track is coded (``stsd``), without what else can be said there."""

from __future__ import annotations

import struct

from micropolis_map.stores.recordings.bits import Bits, BrokenHeader
from micropolis_map.stores.recordings.boxes import Box, child, children
from micropolis_map.stores.recordings.codec_headers import OPUS, bare_flac_blocks, bare_opus_facts
from micropolis_map.stores.recordings.parts import Recording

_CODECS = {b"mp4a", b"Opus", b"fLaC", b"alac", b"ac-3", b"ec-3", b"samr", b"sawb", b".mp3", b"ipcm", b"fpcm"}
_ENTRY = 28
"""Bytes of a sound's entry before its own boxes; QuickTime's versions 1 and 2 have more."""
_MORE = {1: 16, 2: 36}
_STREAM, _DECODER, _SPECIFIC, _SYNC_LAYER = 3, 4, 5, 6
"""Tags of MPEG-4's descriptors."""
_AAC, _DOUBLED, _TOLD = (1, 2, 3, 4), {5, 29}, 15
"""AAC as browsers play it; with a half that is made up; a frequency in bits of its own."""
_DOUBLED_MARK, _STEREO_MARK = 0x2B7, 0x548
_MPEG_4_SOUND = 0x40
_DEPENDS, _ADDRESS, _CLOCK = 0x80, 0x40, 0x20


def bare_description(out: Recording, box: Box) -> None:
    """Empty what decoding does not need; `InvalidInput` for a codec that browsers do not play."""
    version = box.number(out, 0, 1)
    box.blank(out, 1, 3)
    entries = list(children(out, box, 8))
    if version > 1 or len(entries) != box.number(out, 4):
        raise out.damaged(box.start)
    for entry in entries:
        if entry.kind not in _CODECS:
            raise out.no_sound()
        version_of_entry = entry.number(out, 8, 2)
        more = _MORE.get(version_of_entry, 0) if version == 0 else 0
        entry.blank(out, 0, 6)
        entry.blank(out, 10, 6)
        entry.blank(out, 20, 4)
        _check_numbers(out, entry, more)
        for inner in children(out, entry, _ENTRY + more):
            _bare_codec(out, inner)


def _check_numbers(out: Recording, entry: Box, more: int) -> None:
    """Raise InvalidInput where an entry tells a number that no sound has: four letters are more."""
    numbers = [entry.number(out, at, 2) for at in (16, 18)]
    if max(numbers) > _MOST_BITS:
        raise out.damaged(entry.start)
    told = list(range(_ENTRY, _ENTRY + more, 4))
    if more == _MORE[2]:
        (rate,) = struct.unpack(">d", out[entry.body + 32 : entry.body + 40])
        if not 1 <= rate <= _MOST_RATE or rate % 1:
            raise out.damaged(entry.start)
        told = [at for at in told if at not in {32, 36, 44}]
        out[entry.body + 44 : entry.body + 48] = b"\x7f\0\0\0"
    if any(entry.number(out, at) >= _MOST_MORE for at in told):
        raise out.damaged(entry.start)


_MOST_BITS, _MOST_RATE, _MOST_MORE = 255, 1 << 20, 1 << 24


def opus_head(out: Recording, track: Box) -> bytes:
    """Return the head of a track of Opus as in Ogg, nothing for another codec; `InvalidInput` for several."""
    entries = list(children(out, child(out, track, b"mdia", b"minf", b"stbl", b"stsd"), 8))
    if not any(entry.kind == b"Opus" for entry in entries):
        return b""
    if len(entries) > 1:
        raise out.damaged(entries[1].start)
    told = [box for box in children(out, entries[0], _ENTRY) if box.kind == b"dOps"]
    if len(told) != 1:
        raise out.damaged(entries[0].start)
    return OPUS + bytes(out[told[0].body : told[0].end])


def _bare_codec(out: Recording, box: Box) -> None:
    if box.kind == b"wave":
        for inner in children(out, box):
            _bare_codec(out, inner)
    elif box.kind == b"esds":
        _bare_stream(out, box)
    elif box.kind == b"dOps":
        _bare_opus(out, box)
    elif box.kind == b"dfLa":
        _bare_flac(out, box)
    elif box.kind == b"alac":
        _cut(out, box, _ALAC)
        box.blank(out, 0, 4)
        box.blank(out, 16, 8)
    elif box.kind in _SHORT:
        _cut(out, box, _SHORT[box.kind])
    else:
        box.free(out)


_SHORT = {b"dac3": 3, b"dec3": 6, b"srat": 8, b"pcmC": 6, b"frma": 4}
"""The most bytes of what other codecs say of themselves."""
_ALAC = 28
"""Its facts; sizes of packets and the bit rate in them are hints."""


def _cut(out: Recording, box: Box, size: int) -> None:
    if box.end - box.body > size:
        box.blank(out, size)


def _bare_opus(out: Recording, box: Box) -> None:
    try:
        out[box.body : box.end] = bare_opus_facts(bytes(out[box.body : box.end]), "big")
    except BrokenHeader:
        raise out.damaged(box.start) from None


def _bare_flac(out: Recording, box: Box) -> None:
    try:
        out[box.body + 4 : box.end] = bare_flac_blocks(bytes(out[box.body + 4 : box.end]))
    except BrokenHeader:
        raise out.damaged(box.start) from None


def _bare_stream(out: Recording, box: Box) -> None:
    """Keep an ``esds``'s decoder and what it needs to know; addresses and every other descriptor go."""
    box.blank(out, 0, 4)
    tag, at, end = _descriptor(out, box, 4)
    if tag != _STREAM:
        raise out.damaged(box.start)
    box.blank(out, end)
    flags = box.number(out, at + 2, 1)
    at += 5 if flags & _DEPENDS else 3
    if flags & _ADDRESS:
        size = box.number(out, at, 1)
        box.blank(out, at + 1, size)
        at += 1 + size
    at += 2 if flags & _CLOCK else 0
    while at < end:
        tag, body, at = _descriptor(out, box, at)
        if tag == _DECODER:
            box.blank(out, body + 2, 11)  # the size of a buffer and bit rates: hints
            _bare_decoder(out, box, body, at)
        else:
            kept = min(at - body, 1) if tag == _SYNC_LAYER else 0
            box.blank(out, body + kept, at - body - kept)


def _bare_decoder(out: Recording, box: Box, start: int, end: int) -> None:
    at, kind = start + 13, box.number(out, start, 1)
    while at < end:
        tag, body, at = _descriptor(out, box, at)
        if tag == _SPECIFIC and kind == _MPEG_4_SOUND:
            inside = slice(box.body + body, box.body + at)
            try:
                out[inside] = _bare_specific(bytes(out[inside]))
            except BrokenHeader:
                raise out.no_sound() from None
        elif tag == _SPECIFIC:  # MPEG-2's AAC says two bytes, MP3 nothing
            box.blank(out, body + min(at - body, 2), at - body - min(at - body, 2))
        else:
            box.blank(out, body, at - body)


def _bare_specific(config: bytes) -> bytes:
    """Return an ``AudioSpecificConfig`` of AAC without bits behind its own (ISO/IEC 14496-3, 1.6.2.1).

    Raises
    ------
    BrokenHeader
        It is of another codec, or its channels are told by a table with room for a comment.
    """
    bits = Bits(config, "big")
    kind = bits.read(5)
    _read_frequency(bits)
    bits.expect(4, *range(1, 15))
    doubled = kind in _DOUBLED
    if doubled:
        _read_frequency(bits)
        kind = bits.read(5)
    if kind not in _AAC:
        raise BrokenHeader
    bits.skip(1)
    if bits.read(1):
        bits.skip(14)
    bits.expect(1, 0)
    own = bits.at
    try:
        if not doubled:
            bits.expect(11, _DOUBLED_MARK)
            bits.expect(5, 5)
            if bits.read(1):
                _read_frequency(bits)
                own = bits.at
                bits.expect(11, _STEREO_MARK)
                bits.skip(1)
            own = bits.at
    except BrokenHeader:  # nothing more is told
        bits.at = own
    return bits.kept()


def _read_frequency(bits: Bits) -> None:
    if bits.read(4) == _TOLD:
        bits.skip(24)


def _descriptor(out: Recording, box: Box, at: int) -> tuple[int, int, int]:
    """Return the tag of the descriptor at `at` of the box's content, and where its own begins and ends."""
    tag, size = box.number(out, at, 1), 0
    at += 1
    for _ in range(4):
        byte = box.number(out, at, 1)
        size, at = size << 7 | byte & 0x7F, at + 1
        if not byte & 0x80:
            break
    if box.body + at + size > box.end:
        raise out.damaged(box.start)
    return tag, at, at + size
