"""Numbers of so many bits, one after another, as codecs write their headers."""

from __future__ import annotations

from typing import Literal


class BrokenHeader(ValueError):
    """A codec's header is cut short or not of its form."""


class Bits:
    """A reader of `data`: of a byte the lowest bit first (``little``, Vorbis) or the highest (``big``)."""

    def __init__(self, data: bytes, order: Literal["little", "big"], at: int = 0) -> None:
        self._data, self._order, self.at = data, order, at

    def skip(self, size: int) -> None:
        """Pass over `size` bits; `BrokenHeader` where there are not so many."""
        self.at += size
        if self.at > 8 * len(self._data):
            raise BrokenHeader

    def read(self, size: int) -> int:
        """Return the number of the next `size` bits; `BrokenHeader` where there are not so many."""
        start = self.at
        self.skip(size)
        inside = int.from_bytes(self._data[start // 8 : -(-self.at // 8)], self._order)
        past = start % 8 if self._order == "little" else -self.at % 8
        return inside >> past & ((1 << size) - 1)

    def expect(self, size: int, *allowed: int) -> int:
        """Return the number of the next `size` bits; `BrokenHeader` where it is none of `allowed`."""
        value = self.read(size)
        if value not in allowed:
            raise BrokenHeader
        return value

    def below(self, size: int, most: int) -> int:
        """Return the number of the next `size` bits; `BrokenHeader` where it is not below `most`."""
        value = self.read(size)
        if value >= most:
            raise BrokenHeader
        return value

    def kept(self) -> bytes:
        """Return what was read, then zeros, as long as the data was."""
        whole, rest = divmod(self.at, 8)
        out = self._data[:whole]
        if rest:
            mask = (1 << rest) - 1 if self._order == "little" else 0xFF00 >> rest & 0xFF
            out += bytes([self._data[whole] & mask])
        return out.ljust(len(self._data), b"\0")
