"""OpenStreetMap's binary format, decoded straight into columns.

A file is a row of blobs; each blob, inflated, is a block of elements in Protocol Buffers' wire format with
its own table of strings. The blobs are inflated and decoded side by side in threads by three numba kernels.

References
----------
OpenStreetMap Wiki, "PBF Format" (fileformat.proto, osmformat.proto);
Protocol Buffers, "Encoding" (wire types, varints, ZigZag).
"""

from __future__ import annotations

import bz2
import datetime as dt
import lzma
import mmap
import os
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from micropolis_map.domain.osm_extract import OsmRelation
from micropolis_map.errors import MicropolisError, UnreadableFile
from micropolis_map.i18n import mark
from micropolis_map.ports import Progress, silent
from micropolis_map.sources.osm_columns import OsmColumns, join_columns
from micropolis_map.sources.osm_editions import PLACE_ONLY, editions_of
from micropolis_map.sources.unpacking import Room
from micropolis_map.sources.wire_format import DELTA, PLAIN, ZIGZAG, Bytes, column, dense_tags, fields, inner

MAX_BLOB_BYTES = 32 * 1024 * 1024
"""A blob must be smaller, says the format; also what keeps a small hostile file from filling the memory."""
TIMES, FREE_BYTES = 10, MAX_BLOB_BYTES
"""How many times its size a file may unpack to; real ones become two to four times as large."""
KNOWN_FEATURES = frozenset({"OsmSchema-V0.6", "DenseNodes"})
HISTORY = "HistoricalInformation"
NOWHERE = (1 << 31) - 1
"""Of a node whose place the writer did not know (libosmium's undefined coordinate)."""
MEMBER_TYPES = ("node", "way", "relation")

_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class _Scale:
    """What the numbers of a block mean: nanodegrees, milliseconds, and its table of strings."""

    granularity: int
    lon_offset: int
    lat_offset: int
    date_ms: int
    strings: list[str]


def pbf_columns(path: Path, progress: Progress = silent) -> OsmColumns:
    """Return what the ``.osm.pbf`` file at `path` lists, also places that are kept on its ways.

    Raises
    ------
    UnreadableFile
        It is truncated, damaged, or a history file.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            room = Room(path.name, len(data), TIMES, FREE_BYTES)
            return join_columns(list(_blocks(data, room, progress)))
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
    if kind == "OSMHeader":
        return _header(_inflate(blob, room), room)
    return _block(_inflate(blob, room)) if kind == "OSMData" else join_columns([])


def _inflate(blob: bytes, room: Room) -> Bytes:
    message = _message(np.frombuffer(blob, np.uint8))
    if 1 in message:
        return message[1]
    size = _int(message, 2)
    room.take(size)
    if size > MAX_BLOB_BYTES:
        raise ValueError(f"a block has {size} bytes, more than {MAX_BLOB_BYTES}")
    if 3 in message:
        raw = zlib.decompressobj().decompress(message[3].tobytes(), MAX_BLOB_BYTES)
    elif 4 in message:
        raw = lzma.LZMADecompressor().decompress(message[4].tobytes(), MAX_BLOB_BYTES)
    elif 5 in message:
        raw = bz2.BZ2Decompressor().decompress(message[5].tobytes(), MAX_BLOB_BYTES)
    elif 6 in message:
        raw = _unpacked(message[6], size, "lz4_raw")
    elif 7 in message:
        raw = _unpacked(message[7], size, "zstd")
    else:
        raise ValueError("a block is empty, or compressed in an unknown way")
    if len(raw) != size:
        raise ValueError(f"a block has {len(raw)} bytes instead of {size}")
    return np.frombuffer(raw, np.uint8)


def _unpacked(packed: Bytes, size: int, codec: str) -> bytes:
    """Return `size` bytes unpacked by LZ4 or Zstandard, which Python lacks and Arrow has."""
    import pyarrow as pa  # noqa: PLC0415 - few files need it

    raw: bytes = pa.decompress(packed.tobytes(), size, codec=codec, asbytes=True)
    if codec == "lz4_raw" and size:  # names no length: shorter ones come with other bytes behind
        try:
            pa.decompress(packed.tobytes(), size - 1, codec=codec)
        except OSError:
            return raw
        raise ValueError(f"a block has fewer than {size} bytes")
    return raw


def _header(buffer: Bytes, room: Room) -> OsmColumns:
    """Return the header's replication time and box; refuse features that are not known."""
    table = fields(buffer, 0, len(buffer))
    needed = {buffer[s:e].tobytes().decode("utf-8", "replace") for f, s, e in table.tolist() if f == 4}
    if HISTORY in needed:
        raise UnreadableFile(
            mark("{file} is a history file: it holds every version of everything"),
            mark("take the newest state out of it with `osmium time-filter history.osm.pbf -o town.osm.pbf`"),
            file=room.name,
        )
    if needed - KNOWN_FEATURES:
        raise ValueError(f"it needs the feature {sorted(needed - KNOWN_FEATURES)!r}, which is not known here")
    message, header = _message(buffer), join_columns([])
    seconds = _int(message, 32)
    if seconds:
        header.timestamp = dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if 1 in message:
        box = _message(message[1])
        west, east, north, south = (_zigzag(_int(box, number)) / 1e9 for number in (1, 2, 3, 4))
        header.bounds = [(west, south, east, north)]
    return header


def _zigzag(value: int) -> int:
    return ((value >> 1) & 0x7FFFFFFFFFFFFFFF) ^ -(value & 1)


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
    scale = _Scale(
        _int(message, 17, 100), _int(message, 20), _int(message, 19), _int(message, 18, 1000), strings
    )
    groups = [
        (number, start, end)
        for f, s, e in table.tolist()
        if f == 2
        for number, start, end in _ranges(fields(buffer, s, e))
    ]
    parts = []
    for number, start, end in groups:
        if number == 1:
            parts.append(_nodes(buffer, start, end, scale))
        elif number == 2:
            parts.extend(_dense(buffer, start[i : i + 1], end[i : i + 1], scale) for i in range(len(start)))
        elif number == 3:
            parts.append(_ways(buffer, start, end, scale))
        elif number == 4:
            parts.append(_relations(buffer, start, end, scale))
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
    ids: _Ints, lat: _Ints, lon: _Ints, tags: dict[int, Mapping[str, str]], scale: _Scale
) -> OsmColumns:
    """Return nodes; degrees = (offset + granularity · raw) / 10⁹, rounded once and so exactly the decimal."""
    if not len(ids) == len(lat) == len(lon):
        raise ValueError("a block's nodes have coordinates missing")
    part = join_columns([])
    part.node_id, part.node_tags = ids, tags
    part.node_lon = (scale.lon_offset + scale.granularity * lon) / 1e9
    part.node_lat = (scale.lat_offset + scale.granularity * lat) / 1e9
    part.node_edition = None
    return part


def _dense(buffer: Bytes, start: _Ints, end: _Ints, scale: _Scale) -> OsmColumns:
    ids = column(buffer, start, end, 1, DELTA)[1]
    lat = column(buffer, start, end, 8, DELTA)[1]
    lon = column(buffer, start, end, 9, DELTA)[1]
    flat = column(buffer, start, end, 10, PLAIN)[1]
    tags = _tagged(*dense_tags(flat, len(ids)), scale.strings) if len(flat) else {}
    part = _node_columns(ids, lat, lon, tags, scale)
    info = inner(buffer, start, end, 5)
    version, made = column(buffer, *info, 1, PLAIN)[1], column(buffer, *info, 2, DELTA)[1]
    if len(version) == len(ids) or len(made) == len(ids):
        none = np.zeros(len(ids), np.int64)
        part.node_edition = editions_of(
            version if len(version) == len(ids) else none,
            made * scale.date_ms // 1000 if len(made) == len(ids) else none,
        )
    return _placed(part, lat, lon)


def _placed(part: OsmColumns, lat: _Ints, lon: _Ints) -> OsmColumns:
    """Return the nodes without those that have no place (deleted, redacted): as good as missing."""
    known = (lat != NOWHERE) | (lon != NOWHERE)
    if known.all():
        return part
    at = np.cumsum(known) - 1
    part.node_tags = {int(at[i]): tags for i, tags in part.node_tags.items() if known[i]}
    part.node_id, part.node_lon, part.node_lat = (
        column[known] for column in (part.node_id, part.node_lon, part.node_lat)
    )
    part.node_edition = None if part.node_edition is None else part.node_edition[known]
    return part


def _nodes(buffer: Bytes, start: _Ints, end: _Ints, scale: _Scale) -> OsmColumns:
    ids = column(buffer, start, end, 1, ZIGZAG)[1]
    lat = column(buffer, start, end, 8, ZIGZAG)[1]
    lon = column(buffer, start, end, 9, ZIGZAG)[1]
    offsets, keys = column(buffer, start, end, 2, PLAIN)
    values = column(buffer, start, end, 3, PLAIN)[1]
    part = _node_columns(ids, lat, lon, _tagged(offsets, keys, values, scale.strings), scale)
    part.node_edition = _infos(buffer, start, end, scale)
    return _placed(part, lat, lon)


def _infos(buffer: Bytes, start: _Ints, end: _Ints, scale: _Scale) -> _Ints:
    """Return the editions that the messages in field 4 tell, 0 without one."""
    info = inner(buffer, start, end, 4)
    found = []
    for number in (1, 2):
        offsets, values = column(buffer, *info, number, PLAIN)
        one = np.diff(offsets) == 1
        found.append(np.zeros(len(start), np.int64))
        found[-1][one] = values[offsets[:-1][one]]
    return editions_of(found[0], found[1] * scale.date_ms // 1000)


def _ways(buffer: Bytes, start: _Ints, end: _Ints, scale: _Scale) -> OsmColumns:
    lat, lon = column(buffer, start, end, 9, DELTA)[1], column(buffer, start, end, 10, DELTA)[1]
    offsets, keys = column(buffer, start, end, 2, PLAIN)
    values = column(buffer, start, end, 3, PLAIN)[1]
    bounds, refs = column(buffer, start, end, 8, DELTA)
    part = join_columns([])
    if len(lat) or len(lon):
        if not len(lat) == len(lon) == len(refs):
            raise ValueError("a block's ways have places missing")
        known = (lat != NOWHERE) & (lon != NOWHERE)
        part = _node_columns(refs[known], lat[known], lon[known], {}, scale)
        part.node_edition = np.full(len(part.node_id), PLACE_ONLY)
    part.way_id = column(buffer, start, end, 1, PLAIN)[1]
    part.way_refs = refs
    part.way_counts = np.diff(bounds)
    part.way_tags = list(_tag_dicts(offsets, keys, values, scale.strings))
    part.way_edition = _infos(buffer, start, end, scale)
    return part


def _relations(buffer: Bytes, start: _Ints, end: _Ints, scale: _Scale) -> OsmColumns:
    part = join_columns([])
    ids = column(buffer, start, end, 1, PLAIN)[1].tolist()
    offsets, keys = column(buffer, start, end, 2, PLAIN)
    values = column(buffer, start, end, 3, PLAIN)[1]
    bounds, members = column(buffer, start, end, 9, DELTA)
    roles = [scale.strings[i] for i in column(buffer, start, end, 8, PLAIN)[1].tolist()]
    types = [MEMBER_TYPES[i] for i in column(buffer, start, end, 10, PLAIN)[1].tolist()]
    all_members = list(zip(types, members.tolist(), roles, strict=True))
    tags = _tag_dicts(offsets, keys, values, scale.strings)
    part.relations = [
        OsmRelation(id=ids[i], tags=tags[i], members=tuple(all_members[bounds[i] : bounds[i + 1]]))
        for i in range(len(ids))
    ]
    part.relation_edition = _infos(buffer, start, end, scale).tolist()
    return part
