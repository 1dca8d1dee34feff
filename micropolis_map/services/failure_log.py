"""A log of failures nobody expected, for those who repair them."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path


def log_failure(error: BaseException, data: Path) -> Path:
    """Append where `error` came from to ``cache/errors.log`` in the folder `data`; return the file.

    Only its class and the lines of code it passed through: its message and values may name a person.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    log = data / "cache" / "errors.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    stack = traceback.extract_tb(error.__traceback__)
    frames = "".join(f"  {frame.filename}:{frame.lineno} {frame.name}\n" for frame in stack)
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{moment} {type(error).__name__}\n{frames}\n")
    return log
