"""The headers of Opus, Vorbis and FLAC without their words, each exactly as long as before.

Fields that say nothing a decoder needs (bit rates, sums, sizes as a hint) say nothing.

References
----------
RFC 7845 (Opus in Ogg), RFC 9639 (FLAC, and in Ogg), Vorbis I specification.
"""

from __future__ import annotations

from typing import Literal

from micropolis_map.stores.recordings.bits import BrokenHeader
from micropolis_map.stores.recordings.opus_packets import bare_opus
from micropolis_map.stores.recordings.vorbis_setup import bare_setup

OPUS, OPUS_TAGS = b"OpusHead", b"OpusTags"
VORBIS, VORBIS_TAGS, VORBIS_SETUP = b"\x01vorbis", b"\x03vorbis", b"\x05vorbis"
FLAC_IN_OGG = b"\x7fFLAC"
HEADERS = {OPUS: (OPUS, OPUS_TAGS), VORBIS: (VORBIS, VORBIS_TAGS, VORBIS_SETUP)}

_VORBIS_SIZE, _STREAMINFO_SIZE = 30, 34
_BLOCK_SIZES = range(6, 14)
"""Of Vorbis, as powers of two."""
_OPUS_SIZE, _MOST_OPUS_CHANNELS, _SILENT = 11, 8, 255
_STREAMINFO, _PADDING, _COMMENTS = 0, 1, 4
_LAST, _MOST_BLOCKS = 0x80, 1_000


def bare_header(kind: bytes, packet: bytes, head: bytes) -> bytes:
    """Return a header packet of Opus or Vorbis without comments and without bytes behind its fields.

    Parameters
    ----------
    kind
        What it must begin with, of `HEADERS`.
    head
        The first header packet of the stream.
    """
    if not packet.startswith(kind):
        raise BrokenHeader
    if kind == OPUS:
        return OPUS + bare_opus_facts(packet[len(OPUS) :], "little")
    if kind == OPUS_TAGS:
        return OPUS_TAGS + _no_comments(len(packet) - 8)
    if kind == VORBIS:
        return _bare_vorbis(packet)
    if kind == VORBIS_TAGS:
        return VORBIS_TAGS + _no_comments(len(packet) - 8) + b"\x01"
    return bare_setup(packet, head[11])


def bare_sound(codec: bytes, packet: bytes, head: bytes) -> bytes:
    """Return a packet of sound without its padding; `BrokenHeader` where it is something else.

    What is behind the last bit a decoder of Vorbis, AAC or FLAC reads of a packet is only known to a decoder.
    """
    if codec == OPUS:
        return bare_opus(packet, opus_streams(head[len(OPUS) :]))
    if codec == VORBIS and packet and packet[0] & 1:
        raise BrokenHeader
    if codec == FLAC_IN_OGG and packet[:2] not in {b"\xff\xf8", b"\xff\xf9", b""}:
        raise BrokenHeader
    return packet


def opus_streams(facts: bytes) -> int:
    """Return of how many streams the packets are that `facts` (as `bare_opus_facts`) are about."""
    return facts[_OPUS_SIZE] if facts[_OPUS_SIZE - 1] else 1


def bare_opus_facts(facts: bytes, order: Literal["little", "big"]) -> bytes:
    """Return what Opus says of itself: version, channels, skipped samples, rate, gain and who is where.

    At most eight channels, as browsers have them: of more, their places could spell words.
    """
    if len(facts) < _OPUS_SIZE or facts[0] > 15:
        raise BrokenHeader
    channels, family = facts[1], facts[_OPUS_SIZE - 1]
    out = facts[:4] + (48_000).to_bytes(4, order) + facts[8:_OPUS_SIZE]
    if family == 0 and 1 <= channels <= 2:
        return out.ljust(len(facts), b"\0")
    places = facts[_OPUS_SIZE : _OPUS_SIZE + 2 + channels]
    if family not in {1, 255} or not 1 <= channels <= _MOST_OPUS_CHANNELS or len(places) < 2 + channels:
        raise BrokenHeader
    streams, coupled = places[0], places[1]
    decoded = streams + coupled
    if not max(1, coupled) <= streams or decoded > _MOST_OPUS_CHANNELS:
        raise BrokenHeader
    if any(place >= decoded and place != _SILENT for place in places[2:]):
        raise BrokenHeader
    return (out + places).ljust(len(facts), b"\0")


def _bare_vorbis(packet: bytes) -> bytes:
    """Return the first header: version, channels, rate, no bit rates, the sizes of blocks, framing bit."""
    if len(packet) < _VORBIS_SIZE or any(packet[7:11]) or not packet[11] or not any(packet[12:16]):
        raise BrokenHeader
    short, long = packet[28] & 15, packet[28] >> 4
    if short not in _BLOCK_SIZES or long not in _BLOCK_SIZES or short > long or not packet[29] & 1:
        raise BrokenHeader
    return (packet[:16] + bytes(12) + packet[28:29] + b"\x01").ljust(len(packet), b"\0")


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
    if cuts[2] > len(private):
        raise BrokenHeader
    packets = [private[cuts[k] : cuts[k + 1]] for k in range(3)]
    bare = [bare_header(kind, one, packets[0]) for kind, one in zip(HEADERS[VORBIS], packets, strict=True)]
    return private[:at] + b"".join(bare)


def bare_first_flac(packet: bytes) -> bytes:
    """Return the first packet of FLAC in Ogg: the mapping's head and the stream's facts."""
    if packet[5:7] != b"\x01\0" or packet[9:13] != b"fLaC" or packet[13:17] not in _facts_heads():
        raise BrokenHeader
    return packet[:17] + _bare_facts(packet[17:])


def bare_flac_block(block: bytes) -> tuple[bytes, bool]:
    """Return FLAC's metadata block behind the first without words, and whether it is the last one.

    Comments become empty ones; pictures, cue sheets, facts told again and programs' own become padding.
    """
    if len(block) < 4 or int.from_bytes(block[1:4], "big") != len(block) - 4:
        raise BrokenHeader
    last, size = block[0] & _LAST, len(block) - 4
    if block[0] & ~_LAST == _COMMENTS:
        return block[:4] + _no_comments(size), bool(last)
    return bytes([last | _PADDING]) + block[1:4] + bytes(size), bool(last)


def bare_flac_blocks(blocks: bytes) -> bytes:
    """Return all metadata blocks without words; the first is the stream's facts."""
    at = 4 + _STREAMINFO_SIZE
    if blocks[:4] not in _facts_heads() or len(blocks) < at:
        raise BrokenHeader
    out, last = [blocks[:4] + _bare_facts(blocks[4:at])], bool(blocks[0] & _LAST)
    for _ in range(_MOST_BLOCKS):
        if last:
            return b"".join(out).ljust(len(blocks), b"\0")
        size = 4 + int.from_bytes(blocks[at + 1 : at + 4], "big")
        block, last = bare_flac_block(blocks[at : at + size])
        out.append(block)
        at += size
    raise BrokenHeader


def _bare_facts(facts: bytes) -> bytes:
    """Return FLAC's STREAMINFO: sizes of blocks, rate, channels and bits.

    Not the sizes of frames, the number of samples and their sum: 0 is "not known".
    """
    if len(facts) < _STREAMINFO_SIZE:
        raise BrokenHeader
    rate_to_bits = facts[10:13] + bytes([facts[13] & 0xF0])
    return (facts[:4] + bytes(6) + rate_to_bits).ljust(len(facts), b"\0")


def _facts_heads() -> tuple[bytes, bytes]:
    size = _STREAMINFO_SIZE.to_bytes(3, "big")
    return bytes([_STREAMINFO]) + size, bytes([_STREAMINFO | _LAST]) + size


def _no_comments(size: int) -> bytes:
    """Return a comment header of `size` bytes that says nothing: a maker's name of blanks, no comments."""
    if size < 8:
        raise BrokenHeader
    return (size - 8).to_bytes(4, "little") + b" " * (size - 8) + bytes(4)
