"""HiGHS at work in a process of its own: heard while it works, ended at once when nobody waits any more.

Two reasons. highspy and OR-Tools, which orders tours, each bring a ``libhighs.so.1`` that the other cannot
use, and only one of them can be loaded in a process. And a solver cannot be interrupted from inside while it
builds or presolves a large model, but a process can be ended: a person who stops, and a time limit, hold.

A process that has answered is kept for the next question: starting one takes a third of a second.
"""

from __future__ import annotations

import json
import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Heard = Callable[[dict[str, Any]], None]

CHILD = Path(__file__).with_name("highs_child.py")
LISTEN_EVERY_S = 0.1
GRACE_S = 0.5
"""Beyond its time limit, until the process is ended."""
MOST_IDLE = 2

_LOG = logging.getLogger(__name__)
_IDLE: list[HighsProcess] = []
_TAKING = threading.Lock()


@dataclass(frozen=True)
class Model:
    """Minimise ``cost @ x``, ``row_lower <= A x <= row_upper``, ``0 <= x <= 1``, the first `whole` binary.

    ``A`` is by rows: row ``i`` has ``value[start[i]:start[i + 1]]`` in the columns ``index[…]``.
    """

    cost: Floats
    whole: int
    row_lower: Floats
    row_upper: Floats
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Floats


def solve(model: Model, seconds: float, heard: Heard) -> dict[str, Any] | None:
    """Return the solver's last word, None where it did not come to one in `seconds`.

    Parameters
    ----------
    heard
        Told every tenth of a second what is new: ``bound``, or ``value`` and ``sites`` (the binaries that are
        1), or nothing; may raise to stop.
    """
    child = _taken()
    if child is None:
        return None
    answer: dict[str, Any] | None = None
    try:
        answer = child.answer(model, seconds, heard)
    finally:
        if answer is None or not _kept(child):
            child.end()
    return answer


class HighsProcess:
    """One process; not for two threads at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own file, nothing a person gave
            [sys.executable, "-P", str(CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._said: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, name="highs", daemon=True).start()

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def answer(self, model: Model, seconds: float, heard: Heard) -> dict[str, Any] | None:
        """Return the last word on `model`; None when the process ended, or the time is over."""
        ends = time.monotonic() + seconds + GRACE_S
        try:
            self._ask(model, seconds)
        except OSError as error:
            _LOG.warning("the solver's process ended: %s", error)
            return None
        while (left := ends - time.monotonic()) > 0.0:
            try:
                line = self._said.get(timeout=min(LISTEN_EVERY_S, left))
            except queue.Empty:
                heard({})
                continue
            if not line:
                _LOG.warning("the solver's process ended with code %s", self._process.wait())
                return None
            said: dict[str, Any] = json.loads(line)
            if "status" in said:
                return said
            heard(said)
        return None

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                _closed(stream)

    def _ask(self, model: Model, seconds: float) -> None:
        arrays = {
            name: np.ascontiguousarray(value)
            for name, value in vars(model).items()
            if isinstance(value, np.ndarray)
        }
        head = {
            "seconds": max(seconds, 0.01),
            "whole": model.whole,
            "arrays": [(name, array.size, array.dtype.str) for name, array in arrays.items()],
        }
        pipe = self._process.stdin
        assert pipe is not None
        pipe.write(json.dumps(head).encode() + b"\n")
        for array in arrays.values():
            pipe.write(array.data)
        pipe.flush()

    def _listen(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        try:
            for line in pipe:
                self._said.put(line)
        except ValueError as error:  # closed by `end` while reading
            _LOG.debug("stopped listening: %s", error)
        self._said.put(b"")


def _closed(stream: Any) -> None:
    try:
        stream.close()
    except BrokenPipeError as error:
        _LOG.debug("closed with words left: %s", error)


def _taken() -> HighsProcess | None:
    with _TAKING:
        while _IDLE:
            child = _IDLE.pop()
            if child.is_alive:
                return child
            child.end()
    try:
        return HighsProcess()
    except OSError as error:
        _LOG.warning("no process for the solver: %s", error)
        return None


def _kept(child: HighsProcess) -> bool:
    with _TAKING:
        if len(_IDLE) >= MOST_IDLE or not child.is_alive:
            return False
        _IDLE.append(child)
        return True
