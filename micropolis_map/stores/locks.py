"""Locks between processes, on a file: the system frees them when their holder ends, however it ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from micropolis_map.errors import StoreUnavailable
from micropolis_map.stores.files import unwritable

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _take(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: BinaryIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(path: Path, *, wait_s: float = 30.0) -> Iterator[None]:
    """Hold the lock of the file at `path` (made when missing) while the block runs.

    Raises
    ------
    StoreUnavailable
        Another process held it for longer than `wait_s`, or the file cannot be made.
    """
    file = try_lock(path)
    deadline = time.monotonic() + wait_s
    while file is None:
        if time.monotonic() > deadline:
            raise StoreUnavailable(
                f"{str(path)!r} was held by another process for {wait_s:g} s", "wait, or end that process"
            )
        time.sleep(0.02)
        file = try_lock(path)
    try:
        yield
    finally:
        file.close()


def try_lock(path: Path) -> BinaryIO | None:
    """Return the open file that holds the lock until it is closed; None when another holder has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        _take(file)
    except OSError:
        file.close()
        return None
    return file
