"""Vector tiles and PMTiles read by the letter of their specifications, independently of the product.

Mapbox Vector Tile 2.1 and PMTiles 3; slow, plain, and strict: whatever the specification forbids is an
assertion.
"""

from __future__ import annotations

import gzip
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

POINT, LINE, POLYGON = 1, 2, 3


@dataclass
class Feature:
    kind: int
    properties: dict[str, Any]
    parts: list[Any] = field(default_factory=list)
    """Points; lines; or polygons, each a list of closed rings, the outer one first."""


def messages(content: bytes):
    """Yield number and value of each field of a protocol buffer."""
    at = 0
    while at < len(content):
        key, at = varint(content, at)
        wire = key & 7
        if wire == 0:
            value, at = varint(content, at)
        elif wire == 2:
            size, at = varint(content, at)
            value = content[at : at + size]
            assert len(value) == size, "a message breaks off"
            at += size
        else:
            raise AssertionError(f"wire type {wire}")
        yield key >> 3, value


def varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def packed(content: bytes) -> list[int]:
    numbers, at = [], 0
    while at < len(content):
        value, at = varint(content, at)
        numbers.append(value)
    return numbers


def read_tile(content: bytes) -> dict[str, list[Feature]]:
    """Return the features of each layer of a tile, in their order."""
    layers: dict[str, list[Feature]] = {}
    for number, layer in messages(content):
        assert number == 3
        name, features = read_layer(layer)
        assert name not in layers, "two layers of one name"
        layers[name] = features
    return layers


def read_layer(content: bytes) -> tuple[str, list[Feature]]:
    name, keys, values, rows, extent, version = "", [], [], [], 4096, 1
    for number, value in messages(content):
        if number == 1:
            name = value.decode()
        elif number == 2:
            rows.append(value)
        elif number == 3:
            keys.append(value.decode())
        elif number == 4:
            values.append(read_value(value))
        elif number == 5:
            extent = value
        elif number == 15:
            version = value
        else:
            raise AssertionError(f"field {number} of a layer")
    assert (version, extent) == (2, 4096)
    assert len(set(keys)) == len(keys)
    return name, [read_feature(row, keys, values) for row in rows]


def read_value(content: bytes) -> Any:
    ((number, value),) = messages(content)
    if number == 1:
        return value.decode()
    assert number in {5, 6}, f"value type {number}"
    return value if number == 5 else (value >> 1) ^ -(value & 1)


def read_feature(content: bytes, keys: list[str], values: list[Any]) -> Feature:
    kind, tags, commands = 0, [], []
    for number, value in messages(content):
        if number == 2:
            tags = packed(value)
        elif number == 3:
            kind = value
        elif number == 4:
            commands = packed(value)
        else:
            raise AssertionError(f"field {number} of a feature")
    assert len(tags) % 2 == 0
    properties = {keys[tags[i]]: values[tags[i + 1]] for i in range(0, len(tags), 2)}
    assert len(properties) == len(tags) // 2, "a key twice"
    return Feature(kind, properties, geometry(kind, commands))


def geometry(kind: int, commands: list[int]) -> list[Any]:
    lines: list[list[tuple[int, int]]] = []
    x = y = at = 0
    closed = True
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        assert count > 0
        if command == 7:
            assert kind == POLYGON
            assert count == 1
            assert len(lines[-1]) >= 3
            lines[-1].append(lines[-1][0])
            closed = True
            continue
        assert command in {1, 2}
        if command == 1:
            assert kind == POINT or (count == 1 and closed)
            closed = kind != POLYGON
        for _ in range(count):
            step = [(n >> 1) ^ -(n & 1) for n in commands[at : at + 2]]
            at += 2
            assert command == 1 or step != [0, 0], "a step of no length"
            x, y = x + step[0], y + step[1]
            if command == 1:
                lines.append([])
            lines[-1].append((x, y))
    assert closed
    if kind == POINT:
        return [line[0] for line in lines]
    if kind == LINE:
        assert all(len(line) > 1 for line in lines)
        return lines
    return polygons(lines)


def polygons(rings: list[list[tuple[int, int]]]) -> list[Any]:
    found: list[Any] = []
    for ring in rings:
        area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
        assert area != 0, "a ring without area"
        if area > 0:  # clockwise on the screen: an outer ring
            found.append([ring])
        else:
            found[-1].append(ring)
    return found


class Archive:
    """A PMTiles file read whole."""

    def __init__(self, content: bytes) -> None:
        assert content[:7] == b"PMTiles"
        assert content[7] == 3
        numbers = [int.from_bytes(content[i : i + 8], "little") for i in range(8, 96, 8)]
        root, root_size, told, told_size, leaves, leaves_size, data, data_size, tiles, entries, unique = (
            numbers
        )
        assert root >= 127
        assert root + root_size <= 16_384
        assert data + data_size == len(content)
        clustered, internal, compression, kind, self.lowest, self.highest = content[96:102]
        assert (clustered, internal, compression, kind) == (1, 2, 2, 1)
        self.bounds = [
            int.from_bytes(content[i : i + 4], "little", signed=True) / 1e7 for i in range(102, 118, 4)
        ]
        self.told = json.loads(gzip.decompress(content[told : told + told_size]))
        self.content, self.data = content, data
        self.tiles: dict[tuple[int, int, int], bytes] = {}
        seen = 0
        for entry in self._entries(root, root_size, leaves):
            seen += 1
            number, offset, size, run = entry
            for i in range(run):
                self.tiles[place_of(number + i)] = content[data + offset : data + offset + size]
        assert (len(self.tiles), seen) == (tiles, entries)
        assert len(set(self.tiles.values())) == unique
        del leaves_size

    def _entries(self, start: int, size: int, leaves: int):
        numbers = packed(gzip.decompress(self.content[start : start + size]))
        n = numbers[0]
        ids, at = [], 0
        for step in numbers[1 : n + 1]:
            at += step
            ids.append(at)
        runs, sizes, offsets = (numbers[1 + k * n : 1 + (k + 1) * n] for k in (1, 2, 3))
        assert len(numbers) == 1 + 4 * n
        for i in range(n):
            offsets[i] = offsets[i - 1] + sizes[i - 1] if offsets[i] == 0 else offsets[i] - 1
            if runs[i] == 0:
                yield from self._entries(leaves + offsets[i], sizes[i], leaves)
            else:
                yield ids[i], offsets[i], sizes[i], runs[i]

    def read(self, zoom: int, x: int, y: int) -> dict[str, list[Feature]]:
        return read_tile(gzip.decompress(self.tiles[zoom, x, y]))


def place_of(number: int) -> tuple[int, int, int]:
    """Zoom, column and row of a tile's number: the Hilbert curve's own definition, turned back."""
    zoom = 0
    while number >= 4**zoom:
        number -= 4**zoom
        zoom += 1
    x = y = 0
    for level in range(zoom):
        side = 1 << level
        right = 1 & (number >> 1)
        down = 1 & (number ^ right)
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        x, y = x + side * right, y + side * down
        number >>= 2
    return zoom, x, y
