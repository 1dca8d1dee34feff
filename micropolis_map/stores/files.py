"""Files that are whole or not there: written aside, synced, renamed."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from micropolis_map.errors import StoreUnavailable
from micropolis_map.i18n import mark


def write_whole(path: Path, content: bytes | str, *, private: bool = False) -> os.stat_result:
    """Replace the file at `path` with `content`, and return the new file's facts as the system keeps them.

    After a crash the file is either the old or the new one.

    Parameters
    ----------
    private
        Nobody else on the machine may read the file, nor look into its folder.

    Raises
    ------
    StoreUnavailable
        It cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        if path.exists() and not os.access(path, os.W_OK):
            # A rename would replace it all the same, against the wish of who made it read-only.
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        path.parent.mkdir(parents=True, exist_ok=True)
        if private and path.parent.stat().st_mode & 0o077:
            path.parent.chmod(0o700)
        handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                written = os.fstat(file.fileno())
            kept = path.stat().st_mode & 0o777 if path.exists() else 0o644
            Path(aside).chmod(0o600 if private else kept)
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    return written


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
    """Return the error that says `path` cannot be written; one of ours says itself what is amiss."""
    if isinstance(error, StoreUnavailable):
        return error
    # NumPy says only how many values it wrote when a disk is full.
    reason = error.strerror or f"the disk took only a part of it ({error})"
    return StoreUnavailable(
        mark("{file} cannot be written: {reason}"),
        mark("give this user the right to write there, or free some space"),
        file=repr(str(path)),
        reason=reason,
    )


def unreadable(path: Path, error: Exception) -> StoreUnavailable:
    """Return the error that says `path` cannot be read; one of ours says itself what is amiss."""
    if isinstance(error, StoreUnavailable):
        return error
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return StoreUnavailable(
        mark("{file} cannot be read: {reason}"),
        mark("repair the file or restore it"),
        file=repr(str(path)),
        reason=reason,
    )
