"""Sheets that were drawn are kept for the next who asks: by a hash of all that is on them, in memory.

Not on disk: what its author deletes must be gone, and a restart forgets these.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

MOST_KEPT = 48
"""Booklets and posters; a booklet of eight stops has some 200 kB."""


class Printed:
    """A bounded store of drawn sheets; the one not asked for longest goes first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str, draw: Callable[[], bytes]) -> bytes:
        """Return the sheet of `key`, drawn now where it is not kept."""
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        drawn = draw()
        with self._lock:
            self._kept[key] = drawn
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return drawn

    def __len__(self) -> int:
        return len(self._kept)


def content_key(*parts: Any) -> str:
    """Return a hash of all that a sheet shows, JSON-able or with a text of its own."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:40]
