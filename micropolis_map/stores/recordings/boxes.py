"""The boxes of an MP4 file: where each begins and ends, 32 and 64 bits long, and how one is emptied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from micropolis_map.stores.recordings.parts import Recording

_MOST_NUMBER = 1 << 53
"""A moment in nanoseconds since months; eight letters are more."""


@dataclass(frozen=True)
class Box:
    """A box: its kind is at `start` + 4, its content from `body` to `end`."""

    kind: bytes
    start: int
    body: int
    end: int

    def number(self, out: Recording, offset: int, size: int = 4) -> int:
        """Return the unsigned number at `offset` of the content; `InvalidInput` behind its end."""
        at = self.body + offset
        if at + size > self.end:
            raise out.damaged(self.start)
        return int.from_bytes(out[at : at + size], "big")

    def small(self, out: Recording, offset: int) -> None:
        """`InvalidInput` for a 64-bit number at `offset` that no recording has; all ones are none."""
        if _MOST_NUMBER <= self.number(out, offset, 8) < (1 << 64) - 1:
            raise out.damaged(self.start)

    def blank(self, out: Recording, offset: int, size: int | None = None) -> None:
        """Write zeros from `offset` of the content on, to its end or over `size` bytes."""
        at = self.body + offset
        end = self.end if size is None else at + size
        if not at <= end <= self.end:
            raise out.damaged(self.start)
        out[at:end] = bytes(end - at)

    def free(self, out: Recording) -> None:
        """Turn the box into free space."""
        out[self.start + 4 : self.start + 8] = b"free"
        out[self.body : self.end] = bytes(self.end - self.body)


def boxes(out: Recording, start: int, end: int, *, whole_file: bool = False) -> Iterator[Box]:
    """Yield the boxes between `start` and `end`, one after another to the last byte.

    The last box of a file may say 0 as its size, that is "to the end". Up to seven zeros may follow the last
    box inside another one.

    Raises
    ------
    InvalidInput
        One is longer than what holds it, or something else than boxes is there.
    """
    at = start
    while at < end:
        out.look(at)
        if end - at < 8:
            if whole_file or any(out[at:end]):
                raise out.damaged(at)
            return
        size, body = int.from_bytes(out[at : at + 4], "big"), at + 8
        if size == 1 and end - at >= 16:
            size, body = int.from_bytes(out[at + 8 : at + 16], "big"), at + 16
        elif size == 0 and whole_file:
            size = end - at
        if at + size > end or at + size < body:
            raise out.damaged(at)
        yield Box(bytes(out[at + 4 : at + 8]), at, body, at + size)
        at += size


def children(out: Recording, box: Box, offset: int = 0) -> Iterator[Box]:
    """Yield the boxes inside `box`, from `offset` of its content on."""
    if box.body + offset > box.end:
        raise out.damaged(box.start)
    yield from boxes(out, box.body + offset, box.end)


def child(out: Recording, box: Box, *path: bytes) -> Box:
    """Return the first box at the path inside `box`; `InvalidInput` without it."""
    for kind in path:
        found = next((inner for inner in children(out, box) if inner.kind == kind), None)
        if found is None:
            raise out.damaged(box.start)
        box = found
    return box
