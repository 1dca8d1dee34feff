"""Which bytes of an MP4 file are samples of its sound: nobody looks at the rest of its media data.

A phone writes where it was into a track of its own whose samples lie between those of the sound.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

from micropolis_map.stores.recordings.bits import BrokenHeader
from micropolis_map.stores.recordings.boxes import Box, child, children
from micropolis_map.stores.recordings.codec_headers import OPUS, bare_sound
from micropolis_map.stores.recordings.parts import Recording

_Whole = npt.NDArray[np.int64]
_Ranges = list[tuple[_Whole, _Whole]]
"""Arrays of beginnings and of ends, in bytes of the file."""

_SAME_TOLD = ({b"stco", b"co64"}, {b"stsz", b"stz2"}, {b"stsc"})
_BASE, _DESCRIPTION, _DURATION, _SIZE, _OF_MOOF = 0x1, 0x2, 0x8, 0x10, 0x20000
_FLAGS = 0x20
"""What a fragment's track header holds (``tfhd``)."""
_EMPTY = 0x10000
_KNOWN = _BASE | _DESCRIPTION | _DURATION | _SIZE | _FLAGS | _EMPTY | _OF_MOOF
_OFFSET, _FIRST_FLAGS, _RUN_SIZE, _RUN_FIELDS = 0x1, 0x4, 0x200, (0x100, 0x200, 0x400, 0x800)
"""What a run of samples holds (``trun``); of each field four bytes a sample."""
_NOT_OF_SOUND = {0x400, 0x800}
"""Flags, and when a sample is shown: of pictures that come in another order."""
_KNOWN_RUN = _OFFSET | _FIRST_FLAGS | sum(_RUN_FIELDS)
MOST_DESCRIPTIONS = 255
_BYTES_OF_A_PART = 4_096


def sample_ranges(out: Recording, film: Box, fragments: Sequence[Box], heads: dict[int, bytes]) -> _Ranges:
    """Return where the samples of sound are; those of Opus are bare then, each has a range of its own.

    Parameters
    ----------
    film, fragments
        With tracks of sound and no other ones.
    heads
        The tracks' Opus heads by their numbers, empty for other codecs.

    Raises
    ------
    InvalidInput
        The tables do not agree with each other, or with the file.
    """
    ranges = []
    for track in [box for box in children(out, film) if box.kind == b"trak"]:
        head = heads[track_number(out, track)]
        ranges.append(_of_track(out, track, each=bool(head)))
        _bare_opus(out, head, *ranges[-1])
    usual = _usual_sizes(out, film)
    for fragment in fragments:
        following = fragment.start
        for track in [box for box in children(out, fragment) if box.kind == b"traf"]:
            header = child(out, track, b"tfhd")
            begin, size = _begin_and_size(out, header, fragment.start, following, usual)
            following = begin
            for run in [box for box in children(out, track) if box.kind == b"trun"]:
                starts, ends = _of_run(out, run, begin, following, size)
                following = int(ends[-1]) if len(ends) else following
                ranges.append((starts, ends))
                _bare_opus(out, heads[header.number(out, 4)], starts, ends)
    return ranges


def track_number(out: Recording, track: Box) -> int:
    """Return the number by which fragments name the track of a film."""
    header = child(out, track, b"tkhd")
    return header.number(out, 20 if header.number(out, 0, 1) else 12)


def _bare_opus(out: Recording, head: bytes, starts: _Whole, ends: _Whole) -> None:
    if not head:
        return
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        out.look(start, 1 + (end - start) // _BYTES_OF_A_PART)  # samples may lie over each other
        packet = bytes(out[start:end])
        try:
            new = bare_sound(OPUS, packet, head)
        except BrokenHeader:
            raise out.damaged(start) from None
        if new != packet:
            out[start:end] = new


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


def _of_track(out: Recording, track: Box, *, each: bool) -> tuple[_Whole, _Whole]:
    """Return the chunks of a track by its tables, or `each` sample; a fragmented film has empty ones.

    Entries of the tables that are about no sample are blanked.
    """
    there = list(children(out, child(out, track, b"mdia", b"minf", b"stbl")))
    tables = {box.kind: box for box in there}
    # Of two tables one program believes the first, another the last.
    if any(sum(box.kind in kinds for box in there) > 1 for kinds in _SAME_TOLD):
        raise out.damaged(track.start)
    offsets = _chunk_offsets(out, track, tables)
    if not len(offsets):
        for kind, at in _COUNTED_AT.items():
            if kind in tables:
                tables[kind].blank(out, at)
        return offsets, offsets
    last = np.cumsum(_samples_of_chunks(out, track, tables, len(offsets)))
    sizes, same = _sample_sizes(out, track, tables)
    if not same and last[-1] != len(sizes):
        raise out.damaged(track.start)
    _cut_durations(out, track, tables, int(last[-1]))
    if same and each:
        out.look(track.start, int(last[-1]))
        sizes = np.full(int(last[-1]), same)
    if same and not each:
        starts, ends = offsets, offsets + np.diff(last, prepend=0) * same
    else:
        starts, ends = _by_sizes(offsets, last, sizes, each=each)
    if (ends > len(out)).any():
        raise out.damaged(track.start)
    return starts, ends


def _by_sizes(offsets: _Whole, last: _Whole, sizes: _Whole, *, each: bool) -> tuple[_Whole, _Whole]:
    upto = np.concatenate([[0], np.cumsum(sizes)])
    before = upto[np.append(0, last)]
    if not each:
        return offsets, offsets + np.diff(before)
    starts = np.repeat(offsets - before[:-1], np.diff(last, prepend=0)) + upto[:-1]
    return starts, starts + sizes


_COUNTED_AT = {b"stsz": 4, b"stz2": 8, b"stsc": 4, b"stts": 4}
"""Where tables say of how many samples they are."""


def _samples_of_chunks(out: Recording, track: Box, tables: dict[bytes, Box], chunks: int) -> _Whole:
    if b"stsc" not in tables:
        raise out.damaged(track.start)
    table = tables[b"stsc"]
    first, many, description = _numbers(out, table, 8, ">u4", table.number(out, 4) * 3).reshape(-1, 3).T
    steps = np.diff(np.append(first, chunks + 1))
    if not len(first) or first[0] != 1 or (steps <= 0).any() or (description > MOST_DESCRIPTIONS).any():
        raise out.damaged(track.start)
    return np.repeat(many, steps)


def _cut_durations(out: Recording, track: Box, tables: dict[bytes, Box], samples: int) -> None:
    """Keep of the lengths of samples (``stts``) those of samples there are."""
    if b"stts" not in tables:
        raise out.damaged(track.start)
    table = tables[b"stts"]
    pairs = np.frombuffer(bytes(out[table.body + 8 : table.body + 8 + 8 * table.number(out, 4)]), ">u4")
    pairs = pairs.reshape(-1, 2)
    before = np.cumsum(pairs[:, 0].astype(np.int64)) - pairs[:, 0]
    there = (pairs[:, 0] > 0) & (before < samples)
    kept = pairs[there]
    kept[-1:, 0] = np.minimum(kept[-1:, 0], samples - before[there][-1:])
    told = len(kept).to_bytes(4, "big") + kept.tobytes()
    table.blank(out, 4)
    out[table.body + 4 : table.body + 4 + len(told)] = told


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
        same, count = box.number(out, 4), box.number(out, 8)
        if same > len(out):
            raise out.damaged(box.start)
        return (none, same) if same else (_numbers(out, box, 12, ">u4", count), 0)
    if b"stz2" not in tables or (bits := tables[b"stz2"].number(out, 7, 1)) not in {8, 16}:
        raise out.damaged(track.start)
    box = tables[b"stz2"]
    return _numbers(out, box, 12, ">u2" if bits == 16 else ">u1", box.number(out, 8)), 0


def _numbers(out: Recording, box: Box, offset: int, form: str, count: int) -> _Whole:
    start, end = box.body + offset, box.body + offset + count * np.dtype(form).itemsize
    if end > box.end:
        raise out.damaged(box.start)
    told = np.frombuffer(bytes(out[start:end]), form)
    if (told > len(out)).any():  # it is about bytes there are not
        raise out.damaged(box.start)
    return told.astype(np.int64)


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


def _of_run(out: Recording, run: Box, begin: int, following: int, size: int) -> tuple[_Whole, _Whole]:
    flags, count, at = run.number(out, 0) & 0xFFFFFF, run.number(out, 4), 8
    start = following
    if flags & _OFFSET:
        told = run.number(out, at)
        start, at = begin + told - (1 << 32 if told >> 31 else 0), at + 4
    out.look(run.start, count)
    sizes = np.full(count, size, np.int64)
    if flags & _RUN_SIZE:
        fields = [field for field in _RUN_FIELDS if flags & field]
        at += 4 * bool(flags & _FIRST_FLAGS)
        sizes = _columns(out, run, at, count, len(fields))[:, fields.index(_RUN_SIZE)].astype(np.int64)
    ends = start + np.cumsum(sizes)
    if start < 0 or (count and ends[-1] > len(out)):
        raise out.damaged(run.start)
    return ends - sizes, ends


def _columns(out: Recording, run: Box, at: int, count: int, fields: int) -> npt.NDArray[np.uint32]:
    start, end = run.body + at, run.body + at + 4 * count * fields
    if end > run.end:
        raise out.damaged(run.start)
    return np.frombuffer(bytes(out[start:end]), ">u4").reshape(count, fields).copy()


def bare_fragment(out: Recording, header: Box) -> None:
    """Keep of a fragment's track header (``tfhd``) what it says it holds; sound has no flags."""
    flags, at = header.number(out, 0) & _KNOWN, 8
    out[header.body : header.body + 4] = flags.to_bytes(4, "big")
    if flags & _BASE:
        header.small(out, at)
        at += 8
    for field, most in ((_DESCRIPTION, MOST_DESCRIPTIONS), (_DURATION, None), (_SIZE, len(out)), (_FLAGS, 0)):
        if not flags & field:
            continue
        if most == 0:
            header.blank(out, at, 4)
        elif most is not None and header.number(out, at) > most:
            raise out.damaged(header.start)
        at += 4
    header.blank(out, at)


def bare_run(out: Recording, run: Box) -> None:
    """Keep of a run (``trun``) the lengths and sizes of its samples; sound has no flags, no other order."""
    flags, count, at = run.number(out, 0) & _KNOWN_RUN, run.number(out, 4), 8
    out[run.body : run.body + 4] = flags.to_bytes(4, "big")
    at += 4 * bool(flags & _OFFSET)
    if flags & _FIRST_FLAGS:
        run.blank(out, at, 4)
        at += 4
    fields = [field for field in _RUN_FIELDS if flags & field]
    columns = _columns(out, run, at, count, len(fields)) if fields else np.zeros((0, 0), ">u4")
    for k, field in enumerate(fields):
        if field in _NOT_OF_SOUND:
            columns[:, k] = 0
    told = columns.tobytes()
    run.blank(out, at)
    out[run.body + at : run.body + at + len(told)] = told


def free_other_fragments(out: Recording, fragments: Sequence[Box], sounds: Collection[int]) -> None:
    """Turn what fragments say of tracks that are not of `sounds` into free space.

    Raises
    ------
    InvalidInput
        The sound's place is told by where such a track ends.
    """
    for fragment in fragments:
        others = False
        for track in [box for box in children(out, fragment) if box.kind == b"traf"]:
            header = child(out, track, b"tfhd")
            if header.number(out, 4) not in sounds:
                track.free(out)
                others = True
            elif others and not header.number(out, 0) & (_BASE | _OF_MOOF):
                raise out.damaged(track.start)
