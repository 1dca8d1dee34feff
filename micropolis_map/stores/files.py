"""Files that are whole or not there: written aside, synced, renamed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from micropolis_map.errors import StoreUnavailable


def write_whole(path: Path, content: bytes | str) -> None:
    """Replace the file at `path` with `content`; after a crash it is either the old or the new one.

    Raises
    ------
    StoreUnavailable
        It cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(aside).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error


def sync_folder(folder: Path) -> None:
    """Make the folder's renames durable (where the system can open folders)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unwritable(path: Path, error: OSError) -> StoreUnavailable:
    """Return the error that says `path` cannot be written."""
    return StoreUnavailable(
        f"{str(path)!r} cannot be written: {error.strerror or error}",
        "give this user the right to write there, or free some space",
    )


def unreadable(path: Path, error: Exception) -> StoreUnavailable:
    """Return the error that says `path` cannot be read."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return StoreUnavailable(f"{str(path)!r} cannot be read: {reason}", "repair the file or restore it")
