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
from micropolis_map.stores.recordings.mp4_description import bare_description
from micropolis_map.stores.recordings.mp4_samples import (
    blank_between,
    fragment_size,
    run_size,
    sample_ranges,
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
    for box in top:
        _clean(out, box, _KEPT)
    ranges = sample_ranges(out, films[0], [box for box in top if box.kind == b"moof"], sounds)
    blank_between(out, ranges, [box for box in top if box.kind == b"mdat"])
    return bytes(out)


def _sounds(out: Recording, film: Box) -> set[int]:
    """Return the numbers of the tracks of sound; what belongs to others in the film is emptied."""
    sounds = set()
    for box in [inner for inner in children(out, film) if inner.kind == b"trak"]:
        if out[child(out, box, b"mdia", b"hdlr").body + 8 :][:4] == b"soun":
            header = child(out, box, b"tkhd")
            sounds.add(header.number(out, 20 if header.number(out, 0, 1) else 12))
        else:
            box.free(out)
    return sounds


def _clean(out: Recording, box: Box, parts: _Parts) -> None:
    """Empty what `parts` does not name."""
    kept = parts.get(box.kind)
    if kept is None:
        box.free(out)
    elif isinstance(kept, Mapping):
        for inner in children(out, box):
            _clean(out, inner, kept)
    else:
        kept(out, box)


def _fields(size: int, long_size: int | None = None) -> _Clean:
    """Return what keeps a box of so many bytes, of version 1 where that is longer, and nothing behind it."""

    def clean(out: Recording, box: Box) -> None:
        most = long_size if long_size and box.number(out, 0, 1) == 1 else size
        if box.end - box.body > most:
            box.blank(out, most)

    return clean


def _head(size: int, matrix: int | None, *gaps: tuple[int, int]) -> _Clean:
    """Return what keeps a head of `size` bytes without its moments and without what is in its gaps.

    Parameters
    ----------
    matrix
        Where it says how pictures are turned, which sound does not need.
    gaps
        Offsets and lengths of reserved bytes. All as with 32-bit moments; with 64-bit ones they lie farther.
    """

    def clean(out: Recording, box: Box) -> None:
        long = box.number(out, 0, 1) == 1
        box.blank(out, 4, 16 if long else 8)
        for at, length in gaps:
            box.blank(out, at + (12 if at > _DURATION_AT else 8) * long, length)
        if matrix is not None:
            start = box.body + matrix + 12 * long
            box.blank(out, matrix + 12 * long, len(_UNTURNED))
            out[start : start + len(_UNTURNED)] = _UNTURNED
        if box.end - box.body > size + 12 * long:
            box.blank(out, size + 12 * long)

    return clean


_DURATION_AT = 20
_UNTURNED = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)


def _table(entry: int, long_entry: int | None = None) -> _Clean:
    """Return what keeps a table of so many bytes an entry, and nothing behind it."""

    def clean(out: Recording, box: Box) -> None:
        size = long_entry if long_entry and box.number(out, 0, 1) == 1 else entry
        box.blank(out, 8 + size * box.number(out, 4))

    return clean


def _brands(out: Recording, box: Box) -> None:
    """Keep the main brand; those it agrees with are told again as the plainest one."""
    box.blank(out, 4)
    for at in range(box.body + 8, box.end - 3, 4):
        out[at : at + 4] = b"isom"


def _handler(out: Recording, box: Box) -> None:
    box.number(out, 20)
    box.blank(out, 4, 4)
    box.blank(out, 12)


def _sizes(out: Recording, box: Box) -> None:
    box.blank(out, 12 + (0 if box.number(out, 4) else 4 * box.number(out, 8)))


def _small_sizes(out: Recording, box: Box) -> None:
    box.blank(out, 12 + (box.number(out, 7, 1) * box.number(out, 8) + 7) // 8)


def _references(out: Recording, box: Box) -> None:
    """Keep that the sound is in this file; an address of another one goes."""
    for inner in children(out, box, 8):
        if inner.end - inner.body > 4:
            inner.blank(out, 4)


def _fragment(out: Recording, box: Box) -> None:
    size = fragment_size(out, box)
    if box.end - box.body > size:
        box.blank(out, size)


def _run(out: Recording, box: Box) -> None:
    box.blank(out, run_size(out, box))


def _index(out: Recording, box: Box) -> None:
    at = 28 if box.number(out, 0, 1) == 1 else 20
    box.blank(out, at + 4 + 12 * box.number(out, at + 2, 2))


def _samples(out: Recording, box: Box) -> None:
    """Leave the samples: which of them are sound is told by all tables together."""


_TABLES: _Parts = {
    b"stsd": bare_description,
    b"stts": _table(8),
    b"ctts": _table(8),
    b"stss": _table(4),
    b"stsc": _table(12),
    b"stco": _table(4),
    b"co64": _table(8),
    b"stsz": _sizes,
    b"stz2": _small_sizes,
}
_KEPT_MEDIA: _Parts = {
    b"mdhd": _head(24, None, (22, 2)),
    b"hdlr": _handler,
    b"minf": {b"smhd": _fields(8), b"dinf": {b"dref": _references}, b"stbl": _TABLES},
}
_KEPT_TRACK: _Parts = {
    b"tkhd": _head(84, 40, (16, 4), (24, 8), (38, 2)),
    b"edts": {b"elst": _table(12, 20)},
    b"mdia": _KEPT_MEDIA,
}
_KEPT: _Parts = {
    b"ftyp": _brands,
    b"styp": _brands,
    b"moov": {
        b"mvhd": _head(100, 36, (26, 10), (72, 24)),
        b"trak": _KEPT_TRACK,
        b"mvex": {b"trex": _fields(24), b"mehd": _fields(8, 12)},
    },
    b"moof": {b"mfhd": _fields(8), b"traf": {b"tfhd": _fragment, b"tfdt": _fields(8, 12), b"trun": _run}},
    b"sidx": _index,
    b"mdat": _samples,
}
