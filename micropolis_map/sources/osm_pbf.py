"""OpenStreetMap's binary format, decoded straight into columns.

A file is a row of blobs; each blob, inflated, is a block of elements in Protocol Buffers' wire format with
its own table of strings. The blobs are inflated and decoded side by side in threads by three numba kernels.

References
----------
OpenStreetMap Wiki, "PBF Format" (fileformat.proto, osmformat.proto);
Protocol Buffers, "Encoding" (wire types, varints, ZigZag).
"""

from __future__ import annotations

import datetime as dt
import lzma
import mmap
import os
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from micropolis_map.domain.osm_extract import OsmExtract, OsmRelation
from micropolis_map.errors import MicropolisError, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress, silent
from micropolis_map.sources.osm_columns import OsmColumns, extract_of, join_columns
from micropolis_map.sources.unpacking import Room
from micropolis_map.sources.wire_format import DELTA, PLAIN, ZIGZAG, Bytes, column, dense_tags, fields

MAX_BLOB_BYTES = 32 * 1024 * 1024
"""A blob must be smaller, says the format; also what keeps a small hostile file from filling the memory."""
TIMES, FREE_BYTES = 10, MAX_BLOB_BYTES
"""How many times its size a file may unpack to; real ones become two to four times as large."""
KNOWN_FEATURES = frozenset({"OsmSchema-V0.6", "DenseNodes"})
MEMBER_TYPES = ("node", "way", "relation")

_Ints = NDArray[np.int64]


def read_pbf(path: Path, progress: Progress = silent) -> OsmExtract:
    """Return the elements of the ``.osm.pbf`` file at `path`.

    Raises
    ------
    UnreadableFile
        It is truncated, damaged, compressed in a way this Python cannot undo, or a history file.
    InvalidInput
        It holds no element.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            room = Room(path.name, len(data), TIMES, FREE_BYTES)
            return extract_of(join_columns(list(_blocks(data, room, progress))), path.name)
    except (ValueError, OverflowError, LookupError, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
        if isinstance(error, MicropolisError):
            raise
        raise UnreadableFile(
            mark("{file} is not a whole .osm.pbf file: {reason}"),
            mark("download or export it again"),
            file=path.name,
            reason=error,
        ) from error


def _blocks(data: mmap.mmap, room: Room, progress: Progress) -> Iterator[OsmColumns]:
    """Yield the decoded blocks of the file in their order."""
    size = len(data)
    pool = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1))
    try:
        blobs = list(_blobs(data))
        jobs = [pool.submit(_decode, bytes(data[start:end]), kind, room) for kind, start, end in blobs]
        for job, (_, _, end) in zip(jobs, blobs, strict=True):
            yield job.result()
            progress(end / size, "reading OpenStreetMap data")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _blobs(data: mmap.mmap) -> Iterator[tuple[str, int, int]]:
    """Yield type, start and end of each blob; a file that ends inside one is damaged."""
    position, size = 0, len(data)
    while position < size:
        head = position + 4
        length = int.from_bytes(data[position:head], "big")
        if head + length > size or length > 64 * 1024:
            raise ValueError(f"it ends or breaks off at byte {position} of {size}")
        header = _message(np.frombuffer(data[head : head + length], np.uint8))
        start = head + length
        position = start + _int(header, 3)
        if position < start:
            raise ValueError(f"its block at byte {start} has a negative size")
        if position > size:
            raise ValueError(f"its last block needs {position - size} more bytes")
        yield header[1].tobytes().decode("ascii", "replace"), start, position


def _decode(blob: bytes, kind: str, room: Room) -> OsmColumns:
    """Return the elements of one blob; a header gives its timestamp only, unknown kinds nothing."""
    empty = join_columns([])
    if kind == "OSMHeader":
        empty.timestamp = _header_timestamp(_inflate(blob, room))
        return empty
    return _block(_inflate(blob, room)) if kind == "OSMData" else empty


def _inflate(blob: bytes, room: Room) -> Bytes:
    message = _message(np.frombuffer(blob, np.uint8))
    if 1 in message:
        return message[1]
    room.take(_int(message, 2))
    if 3 in message:
        raw = zlib.decompressobj().decompress(message[3].tobytes(), MAX_BLOB_BYTES)
    elif 4 in message:
        raw = lzma.LZMADecompressor().decompress(message[4].tobytes(), MAX_BLOB_BYTES)
    elif 7 in message:
        raw = _unzstd(message[7].tobytes())
    else:
        raise ValueError("a block is compressed with bzip2 or LZ4: convert it with `osmium cat -f pbf`")
    if len(raw) != _int(message, 2):
        raise ValueError(f"a block has {len(raw)} bytes instead of {_int(message, 2)}")
    return np.frombuffer(raw, np.uint8)


def _unzstd(data: bytes) -> bytes:
    """Return the inflated bytes; Python has the algorithm from 3.14 on."""
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
    except ImportError:
        raise ValueError(
            "a block is compressed with Zstandard, which Python knows from 3.14 on: "
            "convert it with `osmium cat -f pbf,pbf_compression=zlib`"
        ) from None
    inflated: bytes = zstd.ZstdDecompressor().decompress(data, MAX_BLOB_BYTES)
    return inflated


def _header_timestamp(buffer: Bytes) -> str:
    """Return the header's replication time as an ISO date, "" without one; refuse unknown features."""
    table = fields(buffer, 0, len(buffer))
    needed = {buffer[s:e].tobytes().decode("utf-8", "replace") for f, s, e in table.tolist() if f == 4}
    if needed - KNOWN_FEATURES:
        raise ValueError(f"it needs the feature {sorted(needed - KNOWN_FEATURES)!r}, which is not known here")
    seconds = _int(_message(buffer), 32)
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""


def _message(buffer: Bytes) -> dict[int, Bytes]:
    """Return the bytes of each field of a message, the last one of a repeated field."""
    return {f: buffer[s:e] for f, s, e in fields(buffer, 0, len(buffer)).tolist()}


def _int(message: Mapping[int, Bytes], number: int, default: int = 0) -> int:
    """Return the varint in field `number`."""
    value = 0
    for shift, byte in enumerate(message.get(number, np.empty(0, np.uint8)).tolist()):
        value |= (byte & 127) << (7 * shift)
    if number not in message:
        return default
    return value - (1 << 64) if value >= 1 << 63 else value


def _block(buffer: Bytes) -> OsmColumns:
    """Return the elements of an inflated PrimitiveBlock."""
    table = fields(buffer, 0, len(buffer))
    message = _message(buffer)
    strings = _strings(message[1]) if 1 in message else []
    scale = (_int(message, 17, 100), _int(message, 20), _int(message, 19))
    groups = [
        (number, start, end)
        for f, s, e in table.tolist()
        if f == 2
        for number, start, end in _ranges(fields(buffer, s, e))
    ]
    parts = []
    for number, start, end in groups:
        if number == 1:
            parts.append(_nodes(buffer, start, end, strings, scale))
        elif number == 2:
            parts.extend(
                _dense(buffer, start[i : i + 1], end[i : i + 1], strings, scale) for i in range(len(start))
            )
        elif number == 3:
            parts.append(_ways(buffer, start, end, strings))
        elif number == 4:
            parts.append(_relations(buffer, start, end, strings))
    return join_columns(parts)


def _ranges(table: NDArray[np.int64]) -> Iterator[tuple[int, _Ints, _Ints]]:
    """Yield each field number of a group with the byte ranges of its messages."""
    for number in np.unique(table[:, 0]).tolist():
        rows = table[table[:, 0] == number]
        yield number, np.ascontiguousarray(rows[:, 1]), np.ascontiguousarray(rows[:, 2])


def _strings(buffer: Bytes) -> list[str]:
    raw = buffer.tobytes()
    return [raw[s:e].decode("utf-8", "replace") for _, s, e in fields(buffer, 0, len(buffer)).tolist()]


def _tag_dicts(offsets: _Ints, keys: _Ints, values: _Ints, strings: list[str]) -> list[dict[str, str]]:
    """Return one dict for each pair of neighbouring offsets."""
    names = [strings[i] for i in keys.tolist()]
    texts = [strings[i] for i in values.tolist()]
    if len(names) != len(texts):
        raise ValueError("a block's tags have keys without values")
    bounds = offsets.tolist()
    return [dict(zip(names[a:b], texts[a:b], strict=True)) for a, b in pairwise(bounds)]


def _tagged(offsets: _Ints, keys: _Ints, values: _Ints, strings: list[str]) -> dict[int, Mapping[str, str]]:
    """Return the dicts of those that have tags, by position."""
    positions = np.flatnonzero(np.diff(offsets))
    bounds = np.concatenate((offsets[positions], offsets[-1:]))
    return dict(zip(positions.tolist(), _tag_dicts(bounds, keys, values, strings), strict=True))


def _node_columns(
    ids: _Ints, lat: _Ints, lon: _Ints, tags: dict[int, Mapping[str, str]], scale: tuple[int, int, int]
) -> OsmColumns:
    """Return nodes; degrees = (offset + granularity · raw) / 10⁹, rounded once and so exactly the decimal."""
    if not len(ids) == len(lat) == len(lon):
        raise ValueError("a block's nodes have coordinates missing")
    granularity, lon_offset, lat_offset = scale
    part = join_columns([])
    part.node_id, part.node_tags = ids, tags
    part.node_lon = (lon_offset + granularity * lon) / 1e9
    part.node_lat = (lat_offset + granularity * lat) / 1e9
    return part


def _dense(
    buffer: Bytes, start: _Ints, end: _Ints, strings: list[str], scale: tuple[int, int, int]
) -> OsmColumns:
    ids = column(buffer, start, end, 1, DELTA)[1]
    lat = column(buffer, start, end, 8, DELTA)[1]
    lon = column(buffer, start, end, 9, DELTA)[1]
    flat = column(buffer, start, end, 10, PLAIN)[1]
    tags = _tagged(*dense_tags(flat, len(ids)), strings) if len(flat) else {}
    return _node_columns(ids, lat, lon, tags, scale)


def _nodes(
    buffer: Bytes, start: _Ints, end: _Ints, strings: list[str], scale: tuple[int, int, int]
) -> OsmColumns:
    ids = column(buffer, start, end, 1, ZIGZAG)[1]
    lat = column(buffer, start, end, 8, ZIGZAG)[1]
    lon = column(buffer, start, end, 9, ZIGZAG)[1]
    offsets, keys = column(buffer, start, end, 2, PLAIN)
    values = column(buffer, start, end, 3, PLAIN)[1]
    return _node_columns(ids, lat, lon, _tagged(offsets, keys, values, strings), scale)


def _ways(buffer: Bytes, start: _Ints, end: _Ints, strings: list[str]) -> OsmColumns:
    part = join_columns([])
    part.way_id = column(buffer, start, end, 1, PLAIN)[1]
    offsets, keys = column(buffer, start, end, 2, PLAIN)
    values = column(buffer, start, end, 3, PLAIN)[1]
    bounds, part.way_refs = column(buffer, start, end, 8, DELTA)
    part.way_counts = np.diff(bounds)
    part.way_tags = list(_tag_dicts(offsets, keys, values, strings))
    return part


def _relations(buffer: Bytes, start: _Ints, end: _Ints, strings: list[str]) -> OsmColumns:
    part = join_columns([])
    ids = column(buffer, start, end, 1, PLAIN)[1].tolist()
    offsets, keys = column(buffer, start, end, 2, PLAIN)
    values = column(buffer, start, end, 3, PLAIN)[1]
    bounds, members = column(buffer, start, end, 9, DELTA)
    roles = [strings[i] for i in column(buffer, start, end, 8, PLAIN)[1].tolist()]
    types = [MEMBER_TYPES[i] for i in column(buffer, start, end, 10, PLAIN)[1].tolist()]
    all_members = list(zip(types, members.tolist(), roles, strict=True))
    tags = _tag_dicts(offsets, keys, values, strings)
    part.relations = [
        OsmRelation(id=ids[i], tags=tags[i], members=tuple(all_members[bounds[i] : bounds[i + 1]]))
        for i in range(len(ids))
    ]
    return part
