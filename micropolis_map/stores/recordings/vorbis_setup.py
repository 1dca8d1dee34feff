"""Where the setup packet of Vorbis ends: only who reads all of it knows.

It is read as a decoder does, but for the code trees: a part that does not exist, a type that is not defined
and a cut end are refused. Steps are bounded by the packet's bits, and those by `MOST_BYTES`.

References
----------
Vorbis I specification, 4.2.4 (setup), 3.2.1 (codebooks), 6.2.1 and 7.2.2 (floors), 8.6.1 (residues).
"""

from __future__ import annotations

from dataclasses import dataclass

from micropolis_map.stores.recordings.bits import Bits, BrokenHeader

MOST_BYTES = 65_536
"""Encoders write 3 to 10 kB, of eight channels too."""

_HEAD = 7
_SYNC = 0x564342
_MOST_LENGTH = 32
_MOST_BLOCK = 8_192


@dataclass(frozen=True)
class _There:
    """How many parts of each kind the packet has told so far: others refer to them by number."""

    books: int
    floors: int = 0
    residues: int = 0


def bare_setup(packet: bytes, channels: int) -> bytes:
    """Return the packet with zeros behind the last bit of its setup.

    Raises
    ------
    BrokenHeader
        It cannot be read to its framing bit, or is longer than `MOST_BYTES`.
    """
    if len(packet) > MOST_BYTES or channels < 1:
        raise BrokenHeader
    bits = Bits(packet, "little", 8 * _HEAD)
    books = bits.read(8) + 1
    for _ in range(books):
        _codebook(bits)
    for _ in range(bits.read(6) + 1):
        bits.expect(16, 0)
    floors = bits.read(6) + 1
    for _ in range(floors):
        (_floor_of_curve if bits.expect(16, 0, 1) else _floor_of_filter)(bits, books)
    residues = bits.read(6) + 1
    for _ in range(residues):
        _residue(bits, books, _MOST_BLOCK * channels)
    mappings = bits.read(6) + 1
    for _ in range(mappings):
        _mapping(bits, channels, _There(books, floors, residues))
    for _ in range(bits.read(6) + 1):
        bits.skip(1)
        bits.expect(32, 0)
        bits.below(8, mappings)
    bits.expect(1, 1)
    return bits.kept()


def _codebook(bits: Bits) -> None:
    bits.expect(24, _SYNC)
    dimensions, entries = bits.read(16), bits.read(24)
    if bits.read(1):
        _ordered_lengths(bits, entries)
    elif bits.read(1):
        for _ in range(entries):
            if bits.read(1):
                bits.skip(5)
    else:
        bits.skip(5 * entries)
    lookup = bits.expect(4, 0, 1, 2)
    if lookup:
        bits.skip(64)
        size = bits.read(4) + 1
        bits.skip(1)
        bits.skip(size * (_lattice(entries, dimensions) if lookup == 1 else entries * dimensions))


def _ordered_lengths(bits: Bits, entries: int) -> None:
    length, told = bits.read(5) + 1, 0
    while told < entries:
        told += bits.read((entries - told).bit_length())
        if told > entries or length > _MOST_LENGTH:
            raise BrokenHeader
        length += 1


def _lattice(entries: int, dimensions: int) -> int:
    """Return the greatest whole number whose power of `dimensions` is not above `entries`."""
    if not dimensions:
        raise BrokenHeader
    if dimensions >= entries.bit_length():  # 2 to that power is more already
        return min(entries, 1)
    root: int = round(entries ** (1 / dimensions))
    return root - 1 if root**dimensions > entries else root


def _floor_of_filter(bits: Bits, books: int) -> None:
    bits.skip(8 + 16 + 16 + 6 + 8)
    for _ in range(bits.read(4) + 1):
        bits.below(8, books)


def _floor_of_curve(bits: Bits, books: int) -> None:
    classes = [bits.read(4) for _ in range(bits.read(5))]
    dimensions = []
    for _ in range(max(classes, default=-1) + 1):
        dimensions.append(bits.read(3) + 1)
        subclasses = bits.read(2)
        if subclasses:
            bits.below(8, books)
        for _ in range(1 << subclasses):
            bits.below(8, books + 1)  # the number less one: 0 is no book
    bits.skip(2)
    size = bits.read(4)
    for number in classes:
        bits.skip(size * dimensions[number])


def _residue(bits: Bits, books: int, most: int) -> None:
    bits.expect(16, 0, 1, 2)
    for _ in ("begin", "end", "size of a partition"):
        bits.below(24, most)
    classifications = bits.read(6) + 1
    bits.below(8, books)
    cascades = [bits.read(3) | (bits.read(5) << 3 if bits.read(1) else 0) for _ in range(classifications)]
    for _ in range(sum(map(int.bit_count, cascades))):
        bits.below(8, books)


def _mapping(bits: Bits, channels: int, there: _There) -> None:
    bits.expect(16, 0)
    submaps = bits.read(4) + 1 if bits.read(1) else 1
    if bits.read(1):
        size = (channels - 1).bit_length()
        for _ in range(bits.read(8) + 1):
            if bits.below(size, channels) == bits.below(size, channels):
                raise BrokenHeader
    bits.expect(2, 0)
    if submaps > 1:
        for _ in range(channels):
            bits.below(4, submaps)
    for _ in range(submaps):
        bits.skip(8)
        bits.below(8, there.floors)
        bits.below(8, there.residues)
