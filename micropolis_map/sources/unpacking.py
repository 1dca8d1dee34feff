"""Packed files, unpacked no further than a map can be packed: a megabyte of nothing would fill any memory."""

from __future__ import annotations

import threading
from typing import Protocol

from micropolis_map.errors import UnreadableFile
from micropolis_map.i18n import mark

CHUNK_BYTES = 1 << 20


class Readable(Protocol):
    """What can be read from its beginning on."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next `size` bytes, all that are left with -1, none at the end."""

    def seek(self, offset: int, /) -> int:
        """Go to `offset`."""


class Room:
    """How many bytes a packed file may unpack to; for all threads that unpack it.

    Parameters
    ----------
    packed
        Bytes of the file.
    times
        How many times as large it may become.
    free
        So many bytes are always allowed: small files of many equal lines pack best.
    """

    def __init__(self, name: str, packed: int, times: int, free: int) -> None:
        self.name, self._packed, self._most, self._taken = name, packed, max(free, times * packed), 0
        self._taking = threading.Lock()

    def take(self, size: int) -> None:
        """Count `size` bytes more.

        Raises
        ------
        UnreadableFile
            It is more than OpenStreetMap data can be.
        """
        with self._taking:
            self._taken += max(0, size)
            if self._taken > self._most:
                raise UnreadableFile(
                    mark("{file} has {bytes} bytes and unpacks to more than {most}"),
                    mark("that is no map: download or export it again, or give it unpacked"),
                    file=self.name,
                    bytes=self._packed,
                    most=self._most,
                )


class Unpacked:
    """The unpacked `stream`, which breaks off where there is no more room for it."""

    def __init__(self, stream: Readable, room: Room) -> None:
        self._stream, self._room = stream, room

    def read(self, size: int = -1, /) -> bytes:
        """Return the next `size` bytes; what comes is counted, so seeking back and reading again is, too."""
        parts = list[bytes]()
        while size != 0:
            part = self._stream.read(CHUNK_BYTES if size < 0 else min(size, CHUNK_BYTES))
            if not part:
                break
            self._room.take(len(part))
            parts.append(part)
            size -= len(part) if size > 0 else 0
        return b"".join(parts)

    def seek(self, offset: int, /) -> int:
        """Go to `offset`."""
        return self._stream.seek(offset)
