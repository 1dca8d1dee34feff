"""All tiles of a town in one file: PMTiles, version 3 (github.com/protomaps/PMTiles/blob/main/spec/v3).

Written and read here instead of by a package: it is a header, and lists of numbers; and what reads it answers
the whole world, so a damaged file must end in our own error, and a look-up in one read of the disk.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from micropolis_map.errors import StoreUnavailable
from micropolis_map.i18n import mark

FILE = "tiles.pmtiles"
"""Its name in a build's folder."""
_HEADER = struct.Struct("<7sB11QBBBBBBiiiiBii")
_MAGIC, _VERSION = b"PMTiles", 3
_GZIP, _MVT = 2, 1
_ROOT_BYTES = 16_384 - _HEADER.size
"""A reader fetches header and first directory together."""
_LEAF = 4_096
"""Entries of a further directory."""
_MOST = 64_000_000
"""Bytes of a directory, unpacked: more is no archive of ours."""
_MOST_ZOOM = 26

Bounds = tuple[float, float, float, float]
Tile = tuple[int, int, int]


class _Entry(NamedTuple):
    """`run` tiles from `id` on share the bytes at `offset`; a run of 0 is a further directory."""

    id: int
    offset: int
    length: int
    run: int


def tile_id(zoom: int, x: int, y: int) -> int:
    """Return the tile's number: zoom by zoom, and in each along a Hilbert curve.

    Examples
    --------
    >>> tile_id(0, 0, 0), tile_id(1, 0, 0), tile_id(1, 0, 1), tile_id(1, 1, 0), tile_id(2, 0, 0)
    (0, 1, 2, 4, 5)
    """
    number: int = (4**zoom - 1) // 3
    side = 1 << zoom
    half = side >> 1
    while half:
        right, down = int(x & half > 0), int(y & half > 0)
        number += half * half * (3 * right ^ down)
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        half >>= 1
    return number


def write_archive(path: Path, tiles: Iterable[tuple[Tile, bytes]], frame: Bounds, attribution: str) -> int:
    """Write the gzipped vector tiles, equal ones once; return how many bytes the file has.

    Parameters
    ----------
    tiles
        Zoom, column, row, and what is there.
    frame
        West, south, east, north of the data in degrees.
    """
    numbered = sorted((tile_id(*tile), content) for tile, content in tiles)
    zooms = [_zoom_of(number) for number in (numbered[0][0], numbered[-1][0])] if numbered else [0, 0]
    entries: list[_Entry] = []
    known: dict[bytes, tuple[int, int]] = {}
    data = bytearray()
    for number, content in numbered:
        key = hashlib.sha256(content).digest()
        if key not in known:
            known[key] = (len(data), len(content))
            data += content
        offset, length = known[key]
        last = entries[-1] if entries else None
        if last is not None and last.offset == offset and last.id + last.run == number:
            entries[-1] = last._replace(run=last.run + 1)
        else:
            entries.append(_Entry(number, offset, length, 1))
    root, leaves = _directories(entries)
    told = gzip.compress(json.dumps({"attribution": attribution, "format": "pbf"}).encode(), mtime=0)
    sizes = (len(root), len(told), len(leaves), len(data))
    places = [_HEADER.size]
    for size in sizes:
        places.append(places[-1] + size)
    parts = [number for pair in zip(places, sizes, strict=False) for number in pair]
    counts = (len(numbered), len(entries), len(known))
    west, south, east, north = (round(value * 1e7) for value in frame)
    middle = (zooms[0], (west + east) // 2, (south + north) // 2)
    kinds = (1, _GZIP, _GZIP, _MVT, *zooms)
    header = _HEADER.pack(_MAGIC, _VERSION, *parts, *counts, *kinds, west, south, east, north, *middle)
    path.write_bytes(b"".join((header, root, told, leaves, data)))
    return path.stat().st_size


def _zoom_of(number: int) -> int:
    return next(zoom for zoom in range(_MOST_ZOOM + 1) if number < (4 ** (zoom + 1) - 1) // 3)


def _directories(entries: Sequence[_Entry]) -> tuple[bytes, bytes]:
    """Return the first directory, and the further ones where one does not hold all entries."""
    root = _packed(entries)
    if len(root) <= _ROOT_BYTES:
        return root, b""
    leaves = bytearray()
    first = []
    for start in range(0, len(entries), _LEAF):
        leaf = _packed(entries[start : start + _LEAF])
        first.append(_Entry(entries[start].id, len(leaves), len(leaf), 0))
        leaves += leaf
    return _packed(first), bytes(leaves)


def _packed(entries: Sequence[_Entry]) -> bytes:
    ids = [entry.id for entry in entries]
    numbers = [len(entries), *(b - a for a, b in pairwise([0, *ids]))]
    numbers += [entry.run for entry in entries] + [entry.length for entry in entries]
    end = -1
    for entry in entries:
        numbers.append(0 if entry.offset == end else entry.offset + 1)
        end = entry.offset + entry.length
    return gzip.compress(b"".join(map(_varint, numbers)), mtime=0)


def _varint(number: int) -> bytes:
    content = bytearray()
    while number > 127:
        content.append(number & 127 | 128)
        number >>= 7
    content.append(number)
    return bytes(content)


class TileArchive:
    """An archive open for reading, by several threads at once.

    Raises
    ------
    StoreUnavailable
        It is missing, or no such archive.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1
        try:
            self._file = os.open(path, os.O_RDONLY)
            header = _HEADER.unpack(self._read(0, _HEADER.size))
            if header[:2] != (_MAGIC, _VERSION) or header[14:17] != (_GZIP, _GZIP, _MVT):
                raise ValueError("it is no archive of vector tiles")  # noqa: TRY301 - one answer for all
            self._leaves, self._data = header[6], header[8]
            self.zooms: tuple[int, int] = (header[17], header[18])
            self.frame: Bounds = tuple(value / 1e7 for value in header[19:23])
            self._root = _unpacked(self._read(header[2], header[3]))
        except (OSError, ValueError, struct.error, EOFError, zlib.error) as error:
            raise self._damaged(error) from error

    def __del__(self) -> None:
        if self._file >= 0:
            os.close(self._file)

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return the gzipped tile, None where there is none.

        Raises
        ------
        StoreUnavailable
            The file is damaged.
        """
        if not (self.zooms[0] <= zoom <= self.zooms[1] and 0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
            return None
        number = tile_id(zoom, x, y)
        try:
            entry = _find(self._root, number)
            if entry is not None and entry.run == 0:
                entry = _find(_unpacked(self._read(self._leaves + entry.offset, entry.length)), number)
            if entry is None or number >= entry.id + entry.run:
                return None
            return self._read(self._data + entry.offset, entry.length)
        except (OSError, ValueError, EOFError, zlib.error) as error:
            raise self._damaged(error) from error

    def tiles(self) -> Iterator[tuple[int, int]]:
        """Yield the number and the bytes' length of each tile."""
        for entry in self._root:
            leaf = [entry]
            if entry.run == 0:
                leaf = _unpacked(self._read(self._leaves + entry.offset, entry.length))
            yield from ((one.id + i, one.length) for one in leaf for i in range(one.run))

    def _read(self, offset: int, length: int) -> bytes:
        if length > _MOST or offset > os.fstat(self._file).st_size:
            raise ValueError(f"{length} bytes from {offset} on are not there")
        content = os.pread(self._file, length, offset)
        if len(content) < length:
            raise ValueError(f"it ends after {offset + len(content)} bytes")
        return content

    def _damaged(self, error: Exception) -> StoreUnavailable:
        return StoreUnavailable(
            mark("{file} cannot be read: {reason}"),
            mark("load the community again"),
            file=repr(str(self._path)),
            reason=error,
        )


def _find(entries: Sequence[_Entry], number: int) -> _Entry | None:
    """Return the last entry that begins at or before the tile."""
    at = bisect_right(entries, number, key=lambda entry: entry.id) - 1
    return entries[at] if at >= 0 else None


def _unpacked(content: bytes) -> list[_Entry]:
    unpacker: Any = zlib.decompressobj(wbits=31)
    numbers = _numbers(unpacker.decompress(content, _MOST))
    count = next(numbers, 0)
    if count > _MOST:
        raise ValueError(f"{count} entries are too many")
    try:
        ids, total = [], 0
        for _ in range(count):
            total += next(numbers)
            ids.append(total)
        runs = [next(numbers) for _ in range(count)]
        lengths = [next(numbers) for _ in range(count)]
        offsets: list[int] = []
        for i in range(count):
            value = next(numbers)
            offsets.append(value - 1 if value or not i else offsets[-1] + lengths[i - 1])
    except StopIteration:
        raise ValueError("a list of tiles breaks off") from None
    return [_Entry(*entry) for entry in zip(ids, offsets, lengths, runs, strict=True)]


def _numbers(content: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in content:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
