"""Which bytes of an MP4 file are samples of its sound: nobody looks at the rest of its media data.

A phone writes where it was into a track of its own whose samples lie between those of the sound.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from micropolis_map.stores.recordings.boxes import Box, child, children
from micropolis_map.stores.recordings.parts import Recording

_Whole = npt.NDArray[np.int64]
_Ranges = list[tuple[_Whole, _Whole]]
"""Arrays of beginnings and of ends, in bytes of the file."""

_SAME_TOLD = ({b"stco", b"co64"}, {b"stsz", b"stz2"}, {b"stsc"})
_BASE, _DESCRIPTION, _DURATION, _SIZE, _OF_MOOF = 0x1, 0x2, 0x8, 0x10, 0x20000
_FLAGS = 0x20
"""What a fragment's track header holds (``tfhd``)."""
_OFFSET, _FIRST_FLAGS, _RUN_SIZE, _RUN_FIELDS = 0x1, 0x4, 0x200, (0x100, 0x200, 0x400, 0x800)
"""What a run of samples holds (``trun``); of each field four bytes a sample."""


def sample_ranges(out: Recording, film: Box, fragments: Sequence[Box], sounds: set[int]) -> _Ranges:
    """Return where the samples of the tracks in the film and of `sounds` in its fragments are.

    Raises
    ------
    InvalidInput
        The tables do not agree with each other.
    """
    ranges = [_of_track(out, track) for track in children(out, film) if track.kind == b"trak"]
    usual = _usual_sizes(out, film)
    for fragment in fragments:
        following = fragment.start
        for track in [box for box in children(out, fragment) if box.kind == b"traf"]:
            header = child(out, track, b"tfhd")
            begin, size = _begin_and_size(out, header, fragment.start, following, usual)
            following = begin
            for run in [box for box in children(out, track) if box.kind == b"trun"]:
                start, following = _of_run(out, run, begin, following, size)
                if header.number(out, 4) in sounds:
                    ranges.append((np.array([start]), np.array([following])))
    return ranges


def blank_between(out: Recording, ranges: _Ranges, media: Sequence[Box]) -> None:
    """Write zeros over all media data but `ranges`."""
    starts = np.concatenate([start for start, _ in ranges])
    ends = np.concatenate([end for _, end in ranges])
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    for box in media:
        edges = np.clip([np.append(starts, box.end), np.insert(ends, 0, box.body)], box.body, box.end)
        for k in np.flatnonzero(edges[1] < edges[0]):
            end, start = int(edges[0, k]), int(edges[1, k])
            out[start:end] = bytes(end - start)


def _of_track(out: Recording, track: Box) -> tuple[_Whole, _Whole]:
    """Return the chunks of a track by its tables (a fragmented film has empty ones)."""
    there = list(children(out, child(out, track, b"mdia", b"minf", b"stbl")))
    tables = {box.kind: box for box in there}
    for kinds in _SAME_TOLD:  # of two tables one program believes the first, another the last
        if sum(box.kind in kinds for box in there) > 1:
            raise out.damaged(track.start)
    offsets = _chunk_offsets(out, track, tables)
    sizes, same = _sample_sizes(out, track, tables)
    if not len(offsets):
        return offsets, offsets
    if b"stsc" not in tables:
        raise out.damaged(track.start)
    counts = tables[b"stsc"]
    first, many, _ = _numbers(out, counts, 8, ">u4", counts.number(out, 4) * 3).reshape(-1, 3).T
    steps = np.diff(np.append(first, len(offsets) + 1))
    if not len(first) or first[0] != 1 or (steps < 0).any() or int(many.max()) > len(out):
        raise out.damaged(track.start)
    last = np.cumsum(np.repeat(many, steps))
    if same:
        return offsets, offsets + np.diff(last, prepend=0) * same
    if last[-1] > len(sizes):
        raise out.damaged(track.start)
    upto = np.concatenate([[0], np.cumsum(sizes)])[np.append(0, last)]
    return offsets, offsets + np.diff(upto)


def _chunk_offsets(out: Recording, track: Box, tables: dict[bytes, Box]) -> _Whole:
    for kind, form in ((b"stco", ">u4"), (b"co64", ">u8")):
        if kind in tables:
            return _numbers(out, tables[kind], 8, form, tables[kind].number(out, 4))
    raise out.damaged(track.start)


def _sample_sizes(out: Recording, track: Box, tables: dict[bytes, Box]) -> tuple[_Whole, int]:
    """Return the sizes of the samples, or none of them and the one that all have."""
    none = np.zeros(0, np.int64)
    if b"stsz" in tables:
        box = tables[b"stsz"]
        same, count = min(box.number(out, 4), len(out)), box.number(out, 8)
        return (none, same) if same else (_numbers(out, box, 12, ">u4", count), 0)
    if b"stz2" not in tables or (bits := tables[b"stz2"].number(out, 7, 1)) not in {8, 16}:
        raise out.damaged(track.start)
    box = tables[b"stz2"]
    return _numbers(out, box, 12, ">u2" if bits == 16 else ">u1", box.number(out, 8)), 0


def _numbers(out: Recording, box: Box, offset: int, form: str, count: int) -> _Whole:
    start, end = box.body + offset, box.body + offset + count * np.dtype(form).itemsize
    if end > box.end:
        raise out.damaged(box.start)
    told = np.frombuffer(bytes(out[start:end]), form).astype(np.uint64)
    # Whatever lies behind the file's end lies behind it as well when it is told smaller.
    return np.minimum(told, np.uint64(len(out))).astype(np.int64)


def _usual_sizes(out: Recording, film: Box) -> dict[int, int]:
    """Return the size of samples that fragments do not tell, by track."""
    told = [box for more in children(out, film) if more.kind == b"mvex" for box in children(out, more)]
    return {box.number(out, 4): box.number(out, 16) for box in told if box.kind == b"trex"}


def _begin_and_size(
    out: Recording, header: Box, moof: int, following: int, usual: dict[int, int]
) -> tuple[int, int]:
    """Return from where a track's offsets count in a fragment, and the size of its samples unless told."""
    flags, at = header.number(out, 0) & 0xFFFFFF, 8
    begin = moof if flags & _OF_MOOF else following
    if flags & _BASE:
        begin, at = header.number(out, 8, 8), 16
    at += 4 * bool(flags & _DESCRIPTION) + 4 * bool(flags & _DURATION)
    size = header.number(out, at) if flags & _SIZE else usual.get(header.number(out, 4), 0)
    return begin, size


def _of_run(out: Recording, run: Box, begin: int, following: int, size: int) -> tuple[int, int]:
    flags, count, at = run.number(out, 0) & 0xFFFFFF, run.number(out, 4), 8
    start = following
    if flags & _OFFSET:
        told = run.number(out, at)
        start, at = begin + told - (1 << 32 if told >> 31 else 0), at + 4
    at += 4 if flags & _FIRST_FLAGS else 0
    fields = [field for field in _RUN_FIELDS if flags & field]
    numbers = _numbers(out, run, at, ">u4", count * len(fields))
    if flags & _RUN_SIZE:
        whole = int(numbers.reshape(count, len(fields))[:, fields.index(_RUN_SIZE)].sum())
    else:
        whole = count * size
    start = min(max(start, 0), len(out))
    return start, min(start + whole, len(out))


def fragment_size(out: Recording, header: Box) -> int:
    """Return how long the content of a fragment's track header (``tfhd``) is by what it says of itself."""
    flags = header.number(out, 0) & 0xFFFFFF
    told = sum(bool(flags & field) for field in (_DESCRIPTION, _DURATION, _SIZE, _FLAGS))
    return 8 + 8 * bool(flags & _BASE) + 4 * told


def run_size(out: Recording, run: Box) -> int:
    """Return how long the content of a run (``trun``) is by what it says of itself."""
    flags, count = run.number(out, 0) & 0xFFFFFF, run.number(out, 4)
    fields = sum(bool(flags & field) for field in _RUN_FIELDS)
    return 8 + 4 * bool(flags & _OFFSET) + 4 * bool(flags & _FIRST_FLAGS) + 4 * fields * count
