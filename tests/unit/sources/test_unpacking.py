"""Packed OpenStreetMap files that unpack to far more than a map is: refused after some of it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from osm_samples import OVERPASS, XML

from micropolis_map.errors import UnreadableFile
from micropolis_map.sources import osm_file, osm_pbf
from micropolis_map.sources.osm_file import read_osm
from micropolis_map.sources.unpacking import CHUNK_BYTES, Room, Unpacked

FREE = 2 * CHUNK_BYTES
BLANKS = b" " * (2 * FREE)
BOMBS = {"xml": XML.encode().replace(b"<node", BLANKS + b"<node", 1), "json": OVERPASS.encode() + BLANKS}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_and_the_same_unpacked_is_read(kind, pack, tmp_path, monkeypatch):
    monkeypatch.setattr(osm_file, "FREE_BYTES", FREE)
    path = tmp_path / "a.osm"
    path.write_bytes(BOMBS[kind])
    assert len(read_osm(path).node_id) == 3
    path.write_bytes(pack(BOMBS[kind]))
    assert path.stat().st_size < FREE / osm_file.TIMES
    with pytest.raises(UnreadableFile, match="unpacks to more than 2,097,152"):
        read_osm(path)


def field(number: int, content: bytes | int) -> bytes:
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def blob(kind: bytes, raw: bytes) -> bytes:
    content = field(2, len(raw)) + field(3, zlib.compress(raw, 9))
    head = field(1, kind) + field(3, len(content))
    return len(head).to_bytes(4, "big") + head + content


def nodes(many: int) -> bytes:
    same = bytes([2]) + bytes(many - 1)  # node 1, and then itself again and again
    return field(1, b"") + field(2, field(2, field(1, same) + field(8, bytes(many)) + field(9, bytes(many))))


def test_a_pbf_of_many_nodes_in_few_bytes_is_refused(tmp_path, monkeypatch):
    head, block = blob(b"OSMHeader", field(4, b"DenseNodes")), nodes(200_000)
    monkeypatch.setattr(osm_pbf, "FREE_BYTES", 2 * len(block))
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(head + blob(b"OSMData", block))
    assert len(read_osm(path).node_id) == 1
    path.write_bytes(head + 3 * blob(b"OSMData", block))
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read_osm(path)


@given(st.lists(st.integers(-5, 50)), st.integers(0, 20), st.integers(1, 9), st.integers(0, 60))
def test_there_is_room_for_what_is_free_or_so_many_times_the_file(sizes, packed, times, free):
    room, fits = Room("a", packed, times, free), True
    for number in range(len(sizes)):
        taken = sum(max(0, size) for size in sizes[: number + 1])
        try:
            room.take(sizes[number])
        except UnreadableFile:
            fits = False
        assert fits == (taken <= max(free, times * packed))
        if not fits:
            break


@given(st.binary(max_size=40), st.lists(st.integers(-1, 9), max_size=12))
def test_what_is_read_is_what_is_packed(content, sizes):
    import io

    ours = Unpacked(io.BytesIO(content), Room("a", 1, 1, 1_000_000))
    theirs = io.BytesIO(content)
    assert [ours.read(size) for size in sizes] == [theirs.read(size) for size in sizes]
    assert (ours.seek(0), ours.read()) == (0, content)
