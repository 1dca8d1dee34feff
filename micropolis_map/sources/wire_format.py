"""Protocol Buffers' wire format, read by numba kernels into arrays.

A message is a row of fields: a varint key (number and wire type), then a varint, a fixed number of bytes, or
a length and that many bytes. The kernels raise ``ValueError`` where a message breaks off.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
PLAIN, ZIGZAG, DELTA = 0, 1, 2


@njit(cache=True, nogil=True)
def varint(buffer: Bytes, position: int, end: int) -> tuple[int, int]:
    """Return the varint at `position` as a signed 64-bit number, and the position behind it."""
    value = 0
    shift = 0
    while True:
        if position >= end or shift > 63:
            raise ValueError("a number breaks off")
        byte = int(buffer[position])
        position += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, position
        shift += 7


@njit(cache=True, nogil=True)
def field(buffer: Bytes, position: int, end: int) -> tuple[int, int, int]:
    """Return the number of the field at `position`, and start and end of its bytes (of its varint, too)."""
    key, start = varint(buffer, position, end)
    wire = key & 7
    if wire == 0:
        _, stop = varint(buffer, start, end)
    elif wire == 2:
        length, start = varint(buffer, start, end)
        stop = start + length
        if length < 0:
            raise ValueError("a field has a negative length")
    elif wire == 1:
        stop = start + 8
    elif wire == 5:
        stop = start + 4
    else:
        raise ValueError("a field has an unknown wire type")
    if stop > end:
        raise ValueError("a field breaks off")
    return key >> 3, start, stop


@njit(cache=True, nogil=True)
def fields(buffer: Bytes, start: int, end: int) -> NDArray[np.int64]:
    """Return the fields of the message in ``buffer[start:end]``: int64[k, 3] of number, start, end."""
    count = 0
    position = start
    while position < end:
        _, _, position = field(buffer, position, end)
        count += 1
    table = np.empty((count, 3), np.int64)
    position = start
    for row in range(count):
        number, first, position = field(buffer, position, end)
        table[row, 0] = number
        table[row, 1] = first
        table[row, 2] = position
    return table


@njit(cache=True, nogil=True)
def _offsets(
    buffer: Bytes, starts: NDArray[np.int64], ends: NDArray[np.int64], wanted: int
) -> NDArray[np.int64]:
    """Return how many numbers `wanted` has before each message, and in all (a number ends below 128)."""
    offsets = np.zeros(len(starts) + 1, np.int64)
    for i in range(len(starts)):
        count = 0
        position = starts[i]
        while position < ends[i]:
            number, first, position = field(buffer, position, ends[i])
            if number == wanted:
                count += int(np.sum(buffer[first:position] < 128))
        offsets[i + 1] = offsets[i] + count
    return offsets


@njit(cache=True, nogil=True)
def column(
    buffer: Bytes, starts: NDArray[np.int64], ends: NDArray[np.int64], wanted: int, coding: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return field `wanted` of many messages as one column.

    Parameters
    ----------
    buffer, starts, ends
        Message ``i`` is ``buffer[starts[i]:ends[i]]``.
    wanted
        Number of a varint field, packed or not.
    coding
        `PLAIN`, `ZIGZAG` (``sint64``), or `DELTA` (ZigZag differences within a message).

    Returns
    -------
    offsets : int64[len(starts) + 1]
    values : int64[m]
        Message ``i`` has ``values[offsets[i]:offsets[i + 1]]``.
    """
    offsets = _offsets(buffer, starts, ends, wanted)
    values = np.empty(offsets[-1], np.int64)
    out = 0
    for i in range(len(starts)):
        before = 0
        position = starts[i]
        while position < ends[i]:
            number, first, position = field(buffer, position, ends[i])
            while number == wanted and first < position:
                value, first = varint(buffer, first, position)
                if coding != PLAIN:
                    value = ((value >> 1) & 0x7FFFFFFFFFFFFFFF) ^ -(value & 1)
                if coding == DELTA:
                    value += before
                    before = value
                values[out] = value
                out += 1
    return offsets, values


@njit(cache=True, nogil=True)
def inner(
    buffer: Bytes, starts: NDArray[np.int64], ends: NDArray[np.int64], wanted: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return start and end of the message in field `wanted` of many messages; both the same without one."""
    first = np.zeros(len(starts), np.int64)
    last = np.zeros(len(starts), np.int64)
    for i in range(len(starts)):
        position = starts[i]
        while position < ends[i]:
            number, begin, position = field(buffer, position, ends[i])
            if number == wanted:
                first[i] = begin
                last[i] = position
    return first, last


@njit(cache=True, nogil=True)
def dense_tags(
    flat: NDArray[np.int64], nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Split ``key value key value 0 0 key value 0 …`` into offsets int64[nodes + 1], keys and values."""
    offsets = np.zeros(nodes + 1, np.int64)
    keys = np.empty(len(flat) // 2 + 1, np.int64)
    values = np.empty(len(flat) // 2 + 1, np.int64)
    count = 0
    position = 0
    for node in range(nodes):
        while position < len(flat) and flat[position] != 0:
            if position + 1 >= len(flat):
                raise ValueError("a tag breaks off")
            keys[count] = flat[position]
            values[count] = flat[position + 1]
            count += 1
            position += 2
        position += 1
        offsets[node + 1] = count
    return offsets, keys[:count], values[:count]
