"""Mapbox Vector Tiles (specification 2.1) as bytes: many geometries are encoded at once by NumPy.

A tile is layers, a layer features with tags: numbers of keys and values that the layer lists. A geometry is a
list of whole numbers: commands, and steps from point to point, each written in as few bytes as it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

EXTENT = 4096
"""Units of a tile's side."""
POINT, LINE, POLYGON = 1, 2, 3
_MOVE, _LINE, _CLOSE = 1, 2, 7
_WORD = 5
"""Bytes a 32-bit number takes at most."""

Ints = NDArray[np.int64]


def encode_geometries(geometry: Any, feature: Ints, kind: int) -> tuple[bytes, Ints]:
    """Return the commands of features, and where in the bytes each begins and the last ends.

    Parameters
    ----------
    geometry : object[n]
        Points, lines or polygons of one part, in units of their tile, whole numbers; outer rings run
        counter-clockwise in a plane whose second axis counts up. Nothing may be empty.
    feature : int64[n]
        Of which feature each is a part: 0, 1, …, ascending without gaps.
    """
    lines, owner = shapely.get_rings(geometry, return_index=True) if kind == POLYGON else (geometry, None)
    owner = feature if owner is None else feature[owner]
    xy, line = shapely.get_coordinates(lines, return_index=True)
    points = np.rint(xy).astype(np.int64)
    same = np.zeros(len(points), np.bool_)
    same[1:] = (line[1:] == line[:-1]) & (points[1:] == points[:-1]).all(axis=1)
    if kind == POLYGON:  # the last point is the first again
        same[np.append(np.flatnonzero(line[1:] != line[:-1]), len(line) - 1)] = True
    points, line = points[~same], line[~same]
    words, counts = _commands(points, line, owner, kind)
    sizes = np.bincount(owner, weights=counts, minlength=int(feature[-1]) + 1).astype(np.int64)
    content, length = varints(words)
    ends = np.concatenate(([0], np.cumsum(length)))
    return content, ends[np.concatenate(([0], np.cumsum(sizes)))]


def _commands(points: Ints, line: Ints, owner: Ints, kind: int) -> tuple[Ints, Ints]:
    """Return the numbers of all lines one after the other, and how many each line has."""
    first = np.flatnonzero(np.concatenate(([True], line[1:] != line[:-1])))
    n = np.diff(np.append(first, len(line)))
    steps = np.diff(points, axis=0, prepend=0)
    begins = first[np.concatenate(([True], owner[1:] != owner[:-1]))]
    steps[begins] = points[begins]  # each feature starts from the corner of the tile
    steps = (steps << 1) ^ (steps >> 63)
    counts = 2 * n + {POINT: 1, LINE: 2, POLYGON: 3}[kind]
    base = np.cumsum(counts) - counts
    words = np.zeros(int(counts.sum()), np.int64)
    number = np.arange(len(line)) - np.repeat(first, n)
    at = np.repeat(base, n) + 2 * number + np.where(number == 0, 1, 2)
    words[at], words[at + 1] = steps[:, 0], steps[:, 1]
    words[base] = _MOVE | 1 << 3
    if kind != POINT:
        words[base + 3] = _LINE | (n - 1) << 3
    if kind == POLYGON:
        words[base + counts - 1] = _CLOSE | 1 << 3
    return words, counts


def varints(words: Ints) -> tuple[bytes, Ints]:
    """Return numbers below 2**32 as base-128 varints one after the other, and how many bytes each has."""
    parts = words[:, None] >> (7 * np.arange(_WORD)) & 0x7F
    length = np.maximum(np.count_nonzero(words[:, None] >> (7 * np.arange(_WORD)), axis=1), 1)
    place = np.arange(_WORD)[None, :]
    parts |= (place < length[:, None] - 1) << 7
    return parts.astype(np.uint8)[place < length[:, None]].tobytes(), length


def layer_bytes(name: str, kind: int, rows: Iterable[tuple[Mapping[str, str | int], bytes]]) -> bytes:
    """Return a layer: properties and encoded geometry of each feature, in the order in which it is drawn."""
    keys: dict[str, int] = {}
    values: dict[str | int, int] = {}
    written: dict[int, bytes] = {}
    end = bytes((0x18, kind, 0x22))
    content = [_field(1, name.encode())]
    for properties, geometry in rows:
        tags = written.get(id(properties))
        if tags is None:
            numbers = bytearray()
            for key, value in properties.items():
                numbers += _varint(keys.setdefault(key, len(keys)))
                numbers += _varint(values.setdefault(value, len(values)))
            tags = written[id(properties)] = _field(2, bytes(numbers)) + end
        size = _varint(len(geometry))
        content += (b"\x12", _varint(len(tags) + len(size) + len(geometry)), tags, size, geometry)
    content += [_field(3, key.encode()) for key in keys]
    content += [_field(4, _value(value)) for value in values]
    content += [b"\x28" + _varint(EXTENT), b"\x78\x02"]
    return _field(3, b"".join(content))


def _value(value: str | int) -> bytes:
    if isinstance(value, str):
        return _field(1, value.encode())
    return b"\x30" + _varint((value << 1) ^ (value >> 63))


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    return _SMALL[number] if number < _MANY else _long_varint(number)


def _long_varint(number: int) -> bytes:
    content = bytearray()
    while number > 127:
        content.append(number & 127 | 128)
        number >>= 7
    content.append(number)
    return bytes(content)


_MANY = 4_096
_SMALL: Sequence[bytes] = [_long_varint(number) for number in range(_MANY)]
"""Sizes and numbers of a tile are mostly small, and written a hundred thousand times."""
