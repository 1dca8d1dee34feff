"""The headers of Opus, Vorbis and FLAC without their words, each exactly as long as before.

References
----------
RFC 7845 (Opus in Ogg), RFC 9639 (FLAC, and in Ogg), Vorbis I specification.
"""

from __future__ import annotations

OPUS, OPUS_TAGS = b"OpusHead", b"OpusTags"
VORBIS, VORBIS_TAGS, VORBIS_SETUP = b"\x01vorbis", b"\x03vorbis", b"\x05vorbis"
FLAC_IN_OGG = b"\x7fFLAC"

_VORBIS_SIZE, _STREAMINFO_SIZE = 30, 34
_STREAMINFO, _PADDING, _COMMENTS = 0, 1, 4
_LAST, _MOST_BLOCKS = 0x80, 1_000


class BrokenHeader(ValueError):
    """A codec's header is cut short or not of its form."""


def bare_packet(packet: bytes) -> bytes:
    """Return a header packet of Opus or Vorbis without comments and without bytes behind its fields."""
    if packet.startswith(OPUS) and len(packet) >= 19:
        size = 19 if packet[18] == 0 else 21 + packet[9]
        return packet[:size].ljust(len(packet), b"\0")
    if packet.startswith(OPUS_TAGS):
        return OPUS_TAGS + _no_comments(len(packet) - 8)
    if packet.startswith(VORBIS) and len(packet) >= _VORBIS_SIZE:
        return packet[:_VORBIS_SIZE].ljust(len(packet), b"\0")
    if packet.startswith(VORBIS_TAGS):
        return VORBIS_TAGS + _no_comments(len(packet) - 8) + b"\x01"
    if packet.startswith(VORBIS_SETUP):
        return packet
    raise BrokenHeader


def bare_laced(private: bytes) -> bytes:
    """Return the three headers of Vorbis as Matroska keeps them: their number less one, sizes, packets."""
    at, sizes = 1, []
    if private[:1] != b"\x02":
        raise BrokenHeader
    for _ in range(2):
        size = 0
        while private[at : at + 1] == b"\xff":
            size, at = size + 255, at + 1
        if at >= len(private):
            raise BrokenHeader
        sizes.append(size + private[at])
        at += 1
    cuts = [at, at + sizes[0], at + sum(sizes), len(private)]
    packets = [private[cuts[k] : cuts[k + 1]] for k in range(3)]
    kinds = (VORBIS, VORBIS_TAGS, VORBIS_SETUP)
    if cuts[2] > len(private) or not all(map(bytes.startswith, packets, kinds)):
        raise BrokenHeader
    return private[:at] + b"".join(map(bare_packet, packets))


def bare_first_flac(packet: bytes) -> bytes:
    """Return the first packet of FLAC in Ogg: the mapping's head and the stream's facts."""
    if packet[9:13] != b"fLaC" or packet[13:17] not in _facts_heads() or len(packet) < 17 + _STREAMINFO_SIZE:
        raise BrokenHeader
    return packet[: 17 + _STREAMINFO_SIZE].ljust(len(packet), b"\0")


def bare_flac_block(block: bytes) -> tuple[bytes, bool]:
    """Return FLAC's metadata block without words, and whether it is the last one.

    Comments become empty ones; pictures, cue sheets and programs' own become padding.
    """
    if len(block) < 4 or int.from_bytes(block[1:4], "big") != len(block) - 4:
        raise BrokenHeader
    last, size = block[0] & _LAST, len(block) - 4
    if block[0] & ~_LAST == _STREAMINFO and size == _STREAMINFO_SIZE:
        return block, bool(last)
    if block[0] & ~_LAST == _COMMENTS:
        return block[:4] + _no_comments(size), bool(last)
    return bytes([last | _PADDING]) + block[1:4] + bytes(size), bool(last)


def bare_flac_blocks(blocks: bytes) -> bytes:
    """Return all metadata blocks without words."""
    out, at = [], 0
    for _ in range(_MOST_BLOCKS):
        size = 4 + int.from_bytes(blocks[at + 1 : at + 4], "big")
        block, last = bare_flac_block(blocks[at : at + size])
        out.append(block)
        at += size
        if last:
            return b"".join(out).ljust(len(blocks), b"\0")
    raise BrokenHeader


def _facts_heads() -> tuple[bytes, bytes]:
    size = _STREAMINFO_SIZE.to_bytes(3, "big")
    return bytes([_STREAMINFO]) + size, bytes([_STREAMINFO | _LAST]) + size


def _no_comments(size: int) -> bytes:
    """Return a comment header of `size` bytes that says nothing: a maker's name of blanks, no comments."""
    if size < 8:
        raise BrokenHeader
    return (size - 8).to_bytes(4, "little") + b" " * (size - 8) + bytes(4)
