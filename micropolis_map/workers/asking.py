"""For whom work is done: whose places it takes (`line`), and whether they still wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from micropolis_map.errors import Cancelled

_LEFT: ContextVar[threading.Event | None] = ContextVar("left", default=None)
_ASKER: ContextVar[str | None] = ContextVar("asker", default=None)
_FINDERS: list[Callable[[], str]] = []


@contextmanager
def leaving(left: threading.Event) -> Iterator[None]:
    """Say that who asks for the work within has gone once `left` is set: then it ends with `Cancelled`."""
    token = _LEFT.set(left)
    try:
        yield
    finally:
        _LEFT.reset(token)


def check_asker() -> None:
    """Raise `Cancelled` where nobody waits for the answer any more."""
    left = _LEFT.get()
    if left is not None and left.is_set():
        raise Cancelled("who asked for this has gone", "ask again")


@contextmanager
def asking(asker: str) -> Iterator[None]:
    """Say who asks for the work within."""
    token = _ASKER.set(asker)
    try:
        yield
    finally:
        _ASKER.reset(token)


def find_askers(finder: Callable[[], str]) -> None:
    """Ask `finder`, too, who asks for a work where nobody said it: for threads that others begin."""
    if finder not in _FINDERS:
        _FINDERS.append(finder)


def asker() -> str:
    """Return who asks for the work; empty for the server itself, and a command."""
    said = _ASKER.get()
    if said is not None:
        return said
    return next(filter(None, (finder() for finder in _FINDERS)), "")
