"""What goes through the socket between a worker and who asked: a letter, eight bytes of length, the content.

``H`` is the head, ``J`` the job (pickled), ``A`` the answer (pickled), ``E`` how the process ended (the
status of ``waitpid``).
"""

from __future__ import annotations

import struct

FRAME = struct.Struct("<cQ")
STATUS = struct.Struct("<i")


def framed(letter: bytes, content: bytes) -> bytes:
    """Return the frame of `content`."""
    return FRAME.pack(letter, len(content)) + content


def frames(heard: bytes | bytearray) -> dict[bytes, bytes]:
    """Return the content of each frame that has come whole, by its letter."""
    found, at = {}, 0
    while len(heard) - at >= FRAME.size:
        letter, size = FRAME.unpack_from(heard, at)
        at += FRAME.size
        if at + size > len(heard):
            break
        found[letter] = bytes(heard[at : at + size])
        at += size
    return found
