"""MP4 and M4A: the boxes sound needs stay, every other one becomes free space, moments and names zeros.

References
----------
ISO/IEC 14496-12 (the boxes), -14 and -1 (``esds``), RFC 9639 and the Opus and FLAC in MP4 mappings.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import TypeAlias

from micropolis_map.stores.recordings.boxes import Box, boxes, child, children
from micropolis_map.stores.recordings.mp4_description import bare_description, opus_head
from micropolis_map.stores.recordings.mp4_samples import (
    MOST_DESCRIPTIONS,
    bare_fragment,
    bare_run,
    blank_between,
    free_other_fragments,
    sample_ranges,
    track_number,
)
from micropolis_map.stores.recordings.parts import Recording

_Clean = Callable[[Recording, Box], None]
_Parts: TypeAlias = "Mapping[bytes, _Parts | _Clean]"


def bare(data: bytes) -> bytes:
    """Return the MP4 file, as long as it was, with its sound and nothing else.

    Raises
    ------
    InvalidInput
        A box is damaged or cut short, or no track is of a codec that browsers play.
    """
    out = Recording("MP4", data)
    top = list(boxes(out, 0, len(out), whole_file=True))
    films = [box for box in top if box.kind == b"moov"]
    if len(films) != 1:
        raise out.no_sound() if not films else out.damaged(films[1].start)
    sounds = _sounds(out, films[0])
    if not sounds:
        raise out.no_sound()
    fragments = [box for box in top if box.kind == b"moof"]
    free_other_fragments(out, fragments, sounds)
    for box in top:
        _clean(out, box, _KEPT)
    heads = {number: opus_head(out, track) for number, track in sounds.items()}
    ranges = sample_ranges(out, films[0], fragments, heads)
    blank_between(out, ranges, [box for box in top if box.kind == b"mdat"])
    return bytes(out)


def _sounds(out: Recording, film: Box) -> dict[int, Box]:
    """Return the tracks of sound by their numbers; what belongs to others in the film is emptied."""
    sounds: dict[int, Box] = {}
    for box in [inner for inner in children(out, film) if inner.kind == b"trak"]:
        if out[child(out, box, b"mdia", b"hdlr").body + 8 :][:4] == b"soun":
            if sounds.setdefault(track_number(out, box), box) is not box:
                raise out.damaged(box.start)
        else:
            box.free(out)
    return sounds


def _clean(out: Recording, box: Box, parts: _Parts) -> None:
    """Empty what `parts` does not name."""
    kept = parts.get(box.kind)
    if kept is None:
        box.free(out)
    elif isinstance(kept, Mapping):
        there = set()
        for inner in children(out, box):
            if inner.kind in there and inner.kind in kept and inner.kind not in _SEVERAL:
                raise out.damaged(inner.start)  # of two, programs believe one or the other
            there.add(inner.kind)
            _clean(out, inner, kept)
    else:
        kept(out, box)


_SEVERAL = {b"trak", b"trex", b"traf", b"trun"}
_FLAGS = 3
"""Bytes of flags behind the version of a box; few boxes have any that sound needs."""


def _unflagged(out: Recording, box: Box) -> bool:
    """Blank the flags, and return whether the box is of version 1, where some numbers have 64 bits."""
    version = box.number(out, 0, 1)
    if version > 1:
        raise out.damaged(box.start)
    box.blank(out, 1, _FLAGS)
    return version == 1


def _fields(size: int, long_size: int | None = None) -> _Clean:
    """Return what keeps a box of so many bytes, of version 1 where that is longer, and nothing behind it."""

    def clean(out: Recording, box: Box) -> None:
        long = _unflagged(out, box) and long_size is not None
        if long:
            box.small(out, 4)
        _cut(out, box, long_size if long and long_size else size)

    return clean


def _cut(out: Recording, box: Box, size: int) -> None:
    if box.end - box.body > size:
        box.blank(out, size)


def _head(size: int, duration: int, *written: tuple[int, bytes]) -> _Clean:
    """Return what keeps a head of `size` bytes without its moments.

    Parameters
    ----------
    duration
        Where it stands.
    written
        Offsets, and what stands there in every recording: what is reserved, about pictures, the language.
        All as with 32-bit numbers; with 64-bit ones they lie farther.
    """

    def clean(out: Recording, box: Box) -> None:
        flags = box.number(out, 1, _FLAGS)
        long = _unflagged(out, box)
        if box.kind == b"tkhd":
            out[box.body + _FLAGS] = flags & _PLAYED
        box.blank(out, 4, 16 if long else 8)
        if box.kind != b"tkhd" and box.number(out, 20 if long else 12) > _MOST_STEPS:
            raise out.damaged(box.start)
        if long:
            box.small(out, duration + 8)
        for at, new in written:
            start = at + (12 if at > duration else 8) * long
            box.blank(out, start, len(new))
            out[box.body + start : box.body + start + len(new)] = new
        _cut(out, box, size + 12 * long)

    return clean


_PLAYED = 0xF
_MOST_STEPS = 10_000_000
"""Of a second, as Windows counts time."""
_UNTURNED = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
_AS_FAST, _AS_LOUD = struct.pack(">I", 1 << 16), struct.pack(">H", 1 << 8)
_NO_LANGUAGE = struct.pack(">H", 0x55C4)
"""``und``: three letters of five bits."""


def _table(entry: int) -> _Clean:
    """Return what keeps a table of so many bytes an entry, and nothing behind it."""

    def clean(out: Recording, box: Box) -> None:
        _unflagged(out, box)
        box.blank(out, 8 + entry * box.number(out, 4))

    return clean


def _edits(out: Recording, box: Box) -> None:
    """Keep where the sound begins and how long it is: an empty edit and one that plays, as fast as it was."""
    long, count = _unflagged(out, box), box.number(out, 4)
    if count > _MOST_EDITS:
        raise out.damaged(box.start)
    size = 20 if long else 12
    for at in range(8, 8 + size * count, size):
        if long:
            box.small(out, at)
            box.small(out, at + 8)
        box.blank(out, at + size - 4, 4)
        out[box.body + at + size - 4 : box.body + at + size] = _AS_FAST
    box.blank(out, 8 + size * count)


_MOST_EDITS = 4


def _brands(out: Recording, box: Box) -> None:
    """Keep the file's main brand; all others are told again as the plainest one."""
    box.blank(out, 4)
    for at in range(box.body + (8 if box.start == 0 else 0), box.end - 3, 4):
        out[at : at + 4] = b"isom"


def _handler(out: Recording, box: Box) -> None:
    box.number(out, 20)
    box.blank(out, 0, 8)
    box.blank(out, 12)


def _sizes(out: Recording, box: Box) -> None:
    _unflagged(out, box)
    box.blank(out, 12 + (0 if box.number(out, 4) else 4 * box.number(out, 8)))


def _small_sizes(out: Recording, box: Box) -> None:
    _unflagged(out, box)
    box.blank(out, 4, 3)
    box.blank(out, 12 + (box.number(out, 7, 1) * box.number(out, 8) + 7) // 8)


def _references(out: Recording, box: Box) -> None:
    """Keep that the sound is in this file; an address of another one goes."""
    box.blank(out, 0, 4)
    for inner in children(out, box, 8):
        if inner.kind not in _HERE:
            inner.free(out)
            continue
        inner.number(out, 0)
        inner.blank(out, 0)
        out[inner.body + 3] = 1  # "in this file"


_HERE = {b"url ", b"urn ", b"alis"}


def _usual(out: Recording, box: Box) -> None:
    """Keep of what fragments do not tell the length and the size of samples; sound has no flags."""
    _cut(out, box, 24)
    box.blank(out, 0, 4)
    if box.number(out, 8) > MOST_DESCRIPTIONS or box.number(out, 16) > len(out):
        raise out.damaged(box.start)
    box.blank(out, 20, 4)


def _sound_head(out: Recording, box: Box) -> None:
    box.number(out, 4)
    box.blank(out, 0)


def _samples(out: Recording, box: Box) -> None:
    """Leave the samples: which of them are sound is told by all tables together."""


_TABLES: _Parts = {
    b"stsd": bare_description,
    b"stts": _table(8),
    b"stsc": _table(12),
    b"stco": _table(4),
    b"co64": _table(8),
    b"stsz": _sizes,
    b"stz2": _small_sizes,
}
_KEPT_MEDIA: _Parts = {
    b"mdhd": _head(24, 16, (20, _NO_LANGUAGE), (22, bytes(2))),
    b"hdlr": _handler,
    b"minf": {b"smhd": _sound_head, b"dinf": {b"dref": _references}, b"stbl": _TABLES},
}
_KEPT_TRACK: _Parts = {
    b"tkhd": _head(76, 20, (16, bytes(4)), (24, bytes(12)), (36, _AS_LOUD), (38, bytes(2)), (40, _UNTURNED)),
    b"edts": {b"elst": _edits},
    b"mdia": _KEPT_MEDIA,
}
_KEPT: _Parts = {
    b"ftyp": _brands,
    b"styp": _brands,
    b"moov": {
        b"mvhd": _head(
            100, 16, (20, _AS_FAST), (24, _AS_LOUD), (26, bytes(10)), (36, _UNTURNED), (72, bytes(24))
        ),
        b"trak": _KEPT_TRACK,
        b"mvex": {b"trex": _usual, b"mehd": _fields(8, 12)},
    },
    b"moof": {
        b"mfhd": _fields(8),
        b"traf": {b"tfhd": bare_fragment, b"tfdt": _fields(8, 12), b"trun": bare_run},
    },
    b"mdat": _samples,
}
