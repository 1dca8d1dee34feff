"""How the sound of an MP4 track is coded (``stsd``), without what else can be said there."""

from __future__ import annotations

from micropolis_map.stores.recordings.boxes import Box, children
from micropolis_map.stores.recordings.codec_headers import BrokenHeader, bare_flac_blocks
from micropolis_map.stores.recordings.parts import Recording

_CODECS = {b"mp4a", b"Opus", b"fLaC", b"alac", b"ac-3", b"ec-3", b"samr", b"sawb", b".mp3", b"ipcm", b"fpcm"}
_ENTRY = 28
"""Bytes of a sound's entry before its own boxes; QuickTime's versions 1 and 2 have more."""
_MORE = {1: 16, 2: 36}
_STREAM, _DECODER, _SPECIFIC, _SYNC_LAYER = 3, 4, 5, 6
"""Tags of MPEG-4's descriptors."""
_AAC, _AAC_SIZE, _TOLD = {2, 5, 29}, 8, 15
"""AAC-LC and HE-AAC, as phones record; their description's longest form; a frequency in bytes of its own."""
_DEPENDS, _ADDRESS, _CLOCK = 0x80, 0x40, 0x20


def bare_description(out: Recording, box: Box) -> None:
    """Empty what decoding does not need; `InvalidInput` for a codec that browsers do not play."""
    version = box.number(out, 0, 1)
    for entry in children(out, box, 8):
        if entry.kind not in _CODECS:
            raise out.no_sound()
        more = _MORE.get(entry.number(out, 8, 2), 0) if version == 0 else 0
        entry.blank(out, 0, 6)
        entry.blank(out, 10, 6)
        for inner in children(out, entry, _ENTRY + more):
            _bare_codec(out, inner)


def _bare_codec(out: Recording, box: Box) -> None:
    if box.kind == b"wave":
        for inner in children(out, box):
            _bare_codec(out, inner)
    elif box.kind == b"esds":
        _bare_stream(out, box)
    elif box.kind == b"dOps":
        _cut(out, box, 11 if box.number(out, 10, 1) == 0 else 13 + box.number(out, 1, 1))
    elif box.kind == b"dfLa":
        _bare_flac(out, box)
    elif box.kind in _SHORT:
        _cut(out, box, _SHORT[box.kind])
    else:
        box.free(out)


_SHORT = {b"alac": 52, b"dac3": 3, b"dec3": 45, b"damr": 9, b"btrt": 12, b"srat": 8, b"pcmC": 6, b"frma": 4}
"""The most bytes of what other codecs say of themselves."""


def _cut(out: Recording, box: Box, size: int) -> None:
    if box.end - box.body > size:
        box.blank(out, size)


def _bare_flac(out: Recording, box: Box) -> None:
    try:
        out[box.body + 4 : box.end] = bare_flac_blocks(bytes(out[box.body + 4 : box.end]))
    except BrokenHeader:
        raise out.damaged(box.start) from None


def _bare_stream(out: Recording, box: Box) -> None:
    """Keep an ``esds``'s decoder and what it needs to know; addresses and every other descriptor go."""
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
            _bare_decoder(out, box, body + 13, at)
        else:
            kept = min(at - body, 1) if tag == _SYNC_LAYER else 0
            box.blank(out, body + kept, at - body - kept)


def _bare_decoder(out: Recording, box: Box, at: int, end: int) -> None:
    while at < end:
        tag, body, at = _descriptor(out, box, at)
        kept = _config_size(out, box, body, at - body) if tag == _SPECIFIC else 0
        box.blank(out, body + kept, at - body - kept)


def _config_size(out: Recording, box: Box, at: int, size: int) -> int:
    """Return how much of an ``AudioSpecificConfig`` can say how AAC is decoded; all of another codec's."""
    if size <= _AAC_SIZE:
        return size
    first = box.number(out, at, 2)
    kind, frequency, channels = first >> 11, first >> 7 & 15, first >> 3 & 15
    return _AAC_SIZE if kind in _AAC and frequency != _TOLD and channels else size


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
