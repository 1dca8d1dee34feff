"""What of an Opus packet is not sound: its padding, which no decoder looks at.

References
----------
RFC 6716, 3.2 (how frames are packed) and appendix B (several streams in one packet).
"""

from __future__ import annotations

from micropolis_map.stores.recordings.bits import BrokenHeader

MOST_FRAME = 1_275
_MOST_STEPS = 48
"""120 ms, the longest packet there is, in steps of 2.5 ms."""
_STEPS = (4, 8, 16, 24) * 3 + (4, 8) * 2 + (1, 2, 4, 8) * 4
"""How long a frame of each of the 32 configurations is."""
_VARIABLE, _PADDED, _COUNT = 0x80, 0x40, 0x3F
_LONG = 252


def bare_opus(packet: bytes, streams: int) -> bytes:
    """Return the packet, as long as it was, with zeros as its padding; an empty one is a lost one.

    Raises
    ------
    BrokenHeader
        Its frames do not fill it, or are longer than Opus has them: a decoder refuses it.
    """
    if not packet:
        return packet
    out, at = packet, 0
    for following in range(streams - 1, -1, -1):
        start, at = _padding(packet, at, told=following > 0)
        if start < at:
            out = out[:start] + bytes(at - start) + out[at:]
    return out


def _padding(packet: bytes, at: int, *, told: bool) -> tuple[int, int]:
    """Return where the padding of the stream that begins at `at` begins and ends.

    Parameters
    ----------
    told
        Another stream follows, so the last frame's size is told as well.
    """
    kind, config = _byte(packet, at) & 3, packet[at] >> 3
    at, count, variable, padding = at + 1, 1 if kind == 0 else 2, kind == 2, 0
    if kind == 3:
        flags = _byte(packet, at)
        count, variable, at = flags & _COUNT, bool(flags & _VARIABLE), at + 1
        if flags & _PADDED:
            padding, at = _padding_size(packet, at)
    if not count or count * _STEPS[config] > _MOST_STEPS:
        raise BrokenHeader
    sizes = []
    for _ in range((count if variable else 1) - (not told)):
        size, at = _size(packet, at)
        sizes.append(size)
    if not told:
        rest = len(packet) - at - padding - sum(sizes)
        if rest < 0 or (not variable and rest % count):
            raise BrokenHeader
        sizes.append(rest if variable else rest // count)
    end = at + (sum(sizes) if variable else sizes[0] * count)
    if max(sizes) > MOST_FRAME or end + padding > len(packet):
        raise BrokenHeader
    return end, end + padding


def _padding_size(packet: bytes, at: int) -> tuple[int, int]:
    size = 0
    while _byte(packet, at) == 255:
        size, at = size + 254, at + 1
    return size + packet[at], at + 1


def _size(packet: bytes, at: int) -> tuple[int, int]:
    first = _byte(packet, at)
    return (first, at + 1) if first < _LONG else (first + 4 * _byte(packet, at + 1), at + 2)


def _byte(packet: bytes, at: int) -> int:
    if at >= len(packet):
        raise BrokenHeader
    return packet[at]
