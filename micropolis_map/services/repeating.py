"""What is done again and again while the server runs, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Repeating:
    """Calls `work` from `start` to `stop`.

    Parameters
    ----------
    work
        Returns after how many seconds it wants to be called again; answers for its own errors.
    first_after_s
        How long to wait before the first time.
    once_more
        Whether to call it a last time when it is stopped.
    """

    def __init__(
        self, name: str, work: Callable[[], float], *, first_after_s: float = 0.0, once_more: bool = False
    ) -> None:
        self._name = name
        self._work = work
        self._first_after_s = first_after_s
        self._once_more = once_more
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; nothing happens where it has begun."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, and wait until it has ended."""
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        pause_s = self._first_after_s
        while not self._stop.wait(pause_s):
            pause_s = self._work()
        if self._once_more:
            self._work()
