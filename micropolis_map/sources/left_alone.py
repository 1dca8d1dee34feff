"""A request that may be left alone: it runs on a thread of its own while we look after it.

A server may accept a connection and say nothing, or a byte a minute: no timeout of a socket notices. Whoever
waits for it looks at the time and at the person who stops it, and goes away; the thread ends by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from micropolis_map.ports import Progress

T = TypeVar("T")

POLL_S = 0.25
"""How soon a person's stop is noticed."""


class Left(Exception):
    """Nobody waits for this request any more."""


class LeftAlone:
    """One call, which sends one request after another, as seen from both of its threads.

    Parameters
    ----------
    timeout_s
        After twice that (the head of an answer, and its content) a request is given up.
    sending
        Whether it sends from the start on, and never says so.
    """

    def __init__(self, timeout_s: float, *, sending: bool = False) -> None:
        self.message = ""
        self.error: BaseException | None = None
        self.ended = threading.Event()
        self._timeout_s = timeout_s
        self._sent: float | None = monotonic() if sending else None
        self._left = False
        self._lock = threading.Lock()

    def sends(self, request: T) -> T:
        """Note that a request is sent now; `requests` calls this as its ``auth``.

        Raises
        ------
        Left
            Nobody waits any more.
        """
        with self._lock:
            self._check()
            self._sent = monotonic()
        return request

    def tell(self, message: str) -> None:
        """Say what is going on; raise `Left` where nobody waits any more."""
        with self._lock:
            self._check()
        self.message = message

    def received(self) -> None:
        """Note that the answer is here whole, and is read now; raise `Left` where nobody waits any more."""
        with self._lock:
            self._check()
            self._sent = None

    def check_time(self) -> None:
        """Raise `TimeoutError` where the server has had its time."""
        sent = self._sent
        if sent is not None and monotonic() - sent > 2 * self._timeout_s + 1:
            raise TimeoutError

    def leave(self) -> None:
        """Go away: at once from a server, else when the caller's code next sends or has ended."""
        with self._lock:
            self._left = True
            waits_for_server = self._sent is not None
        if not waits_for_server:
            self.ended.wait()

    def _check(self) -> None:
        if self._left:
            raise Left


def watched(work: Callable[[], Any], call: LeftAlone, progress: Progress) -> None:
    """Run `work` on a thread of its own and wait for it, telling `progress` what `call` says.

    Raises
    ------
    TimeoutError
        The server had its time.
    BaseException
        What `work` raised, or `progress`: to stop.
    """

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            call.error = error
        finally:
            call.ended.set()

    threading.Thread(target=run, name="request", daemon=True).start()
    told = ""
    try:
        while not call.ended.wait(POLL_S):
            told = call.message or told
            progress(0.0, told)
            call.check_time()
    except BaseException:
        call.leave()
        raise
    if call.message != told:
        progress(0.0, call.message)
    if call.error is not None:
        raise call.error
