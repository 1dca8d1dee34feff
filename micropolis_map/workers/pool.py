"""A small pool of processes for what strangers give: two work at once, eight wait, the next is sent away.

Places are shared fairly among those who ask (`line`): nobody's requests keep all others out.

A process works within `Limits` of memory and time and is ended when whoever asked has gone: geometry that
takes for ever, a photo that fills the memory or a file that crashes its reader ends there, and the server
goes on. Where processes cannot be forked (Windows) the work is done here, without limits.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from micropolis_map.errors import Busy, InvalidInput
from micropolis_map.i18n import mark
from micropolis_map.workers.asking import asker, check_asker
from micropolis_map.workers.frames import STATUS, framed, frames
from micropolis_map.workers.line import Ask, Line

AT_ONCE = 2
MOST_WAITING = 8
RETRY_AFTER_S = 5.0
LOOK_EVERY_S = 0.2
"""How often a waiting place looks whether its asker is still there."""
CLOCK = 3
"""Times the seconds of a processor that a job may take by the clock: a busy machine is nobody's fault."""

T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_HELD: ContextVar[Workers | None] = ContextVar("held", default=None)


@dataclass(frozen=True)
class Limits:
    """What one process may take: memory it fills (MB), and seconds of a processor."""

    memory_mb: int = 512
    seconds: int = 10


USUAL = Limits()


class Workers:
    """The places, and the template that processes are copies of."""

    def __init__(self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING) -> None:
        self._changed = threading.Condition()
        self._line = Line(at_once, most_waiting)
        self._template: _Template | None = None
        self._starting = threading.Lock()

    @property
    def counts(self) -> tuple[int, int]:
        """How many places are taken, and how many wait for one."""
        with self._changed:
            return len(self._line.working), len(self._line.waiting)

    def run(
        self, function: Callable[..., T], *arguments: object, limits: Limits = USUAL, alone: str = ""
    ) -> T:
        """Return ``function(*arguments)``, worked out in a process of its own.

        Parameters
        ----------
        function
            Of a module, by its name there; arguments and answer must pickle.
        alone
            Of works with the same word here only one is done at a time.

        Raises
        ------
        Busy
            All places are taken, and who asks has their share of them.
        InvalidInput
            It took more memory or time than its limits, or its process crashed.
        Cancelled
            Who asked has gone (`leaving`).
        Exception
            Whatever `function` raised.
        """
        with self.place(alone):
            if not hasattr(os, "fork"):
                return function(*arguments)
            return self._asked(function, arguments, limits)

    @contextmanager
    def place(self, alone: str = "") -> Iterator[None]:
        """Hold one of the places; for works that do a part here. Within, `run` needs no place of its own.

        Raises
        ------
        Busy, Cancelled
            As `run`.
        """
        if _HELD.get() is self:
            yield
            return
        ask = Ask(asker(), alone)
        self._take(ask)
        token = _HELD.set(self)
        try:
            yield
        finally:
            _HELD.reset(token)
            with self._changed:
                self._line.end(ask)
                self._changed.notify_all()

    def _take(self, ask: Ask) -> None:
        line = self._line
        with self._changed:
            if not line.enter(ask):
                raise busy(len(line.waiting))
            self._changed.notify_all()
            try:
                while line.next() is not ask:
                    self._changed.wait(LOOK_EVERY_S)
                    check_asker()
                    if ask not in line.waiting:  # its place is another's, who holds fewer
                        raise busy(len(line.waiting))
                line.begin(ask)
            finally:
                line.leave(ask)
                self._changed.notify_all()

    def _asked(self, function: Callable[..., T], arguments: tuple[object, ...], limits: Limits) -> T:
        head = {
            "module": function.__module__,
            "memory": limits.memory_mb * 1_000_000,
            "seconds": limits.seconds,
        }
        said = framed(b"H", json.dumps(head).encode()), framed(b"J", pickle.dumps((function, arguments), 5))
        ends = time.monotonic() + limits.seconds * CLOCK
        template = self._begun()
        try:
            answer, status = _spoken(template, said, ends)
        except ConnectionError as error:  # the template was ended from outside; a new one takes its place
            _LOG.warning("the template of workers ended: %s", error)
            try:
                answer, status = _spoken(self._begun(instead_of=template), said, ends)
            except ConnectionError as again:
                raise busy(0) from again
        if answer is None:
            raise _died(status, limits)
        is_done, said = pickle.loads(answer)  # noqa: S301 - a copy of our own template wrote it
        if is_done:
            done: T = said
            return done
        if isinstance(said, MemoryError):
            raise _too_heavy(limits) from said
        raise said

    def _begun(self, instead_of: _Template | None = None) -> _Template:
        with self._starting:
            if self._template in {None, instead_of} or not self._template.is_alive:
                self._template = _Template()
            return self._template


class _Template:
    """The process of `template`; ends with this one, because its socket does."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._sending = threading.Lock()
        number = theirs.fileno()
        code = f"import socket; from {__package__}.template import main; main(socket.socket(fileno={number}))"
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            # Threads do not live on in a copy.
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own words, nothing a person gave
                [sys.executable, "-c", code],
                pass_fds=(number,),
                env=environment,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def send(self, job: socket.socket) -> None:
        with self._sending:
            socket.send_fds(self._control, [b"j"], [job.fileno()])


def _spoken(template: _Template, said: tuple[bytes, bytes], ends: float) -> tuple[bytes | None, int]:
    """Return a new process's answer to head and job, None without one, and how it ended (0 is well).

    Raises
    ------
    ConnectionError
        The template ended.
    """
    head, job = said
    ours, theirs = socket.socketpair()
    with ours:  # closing it ends the process
        with theirs:
            ours.sendall(head)
            template.send(theirs)
        ours.settimeout(LOOK_EVERY_S)
        return _talked(ours, job, ends)


def _talked(ours: socket.socket, job: bytes, ends: float) -> tuple[bytes | None, int]:
    heard, told, view = bytearray(), dict[bytes, bytes](), memoryview(job)
    while b"E" not in told:
        check_asker()
        if time.monotonic() > ends:
            return None, signal.SIGXCPU
        try:
            if view:
                view = view[_sent(ours, view) :]
                continue
            part = ours.recv(1 << 20)
        except TimeoutError:
            continue
        if not part:
            raise ConnectionResetError("nobody said how a worker ended")
        heard += part
        told = frames(heard)
    return told.get(b"A"), STATUS.unpack(told[b"E"])[0]


def _sent(ours: socket.socket, view: memoryview) -> int:
    """Return how much was sent; all, as it were, where the process ended before it had read it."""
    try:
        return ours.send(view)
    except (BrokenPipeError, ConnectionResetError):
        return len(view)


def busy(waiting: int) -> Busy:
    """Return what is told to who comes when so many wait already."""
    return Busy(
        mark("{n} others wait for work of this kind"),
        mark("try again in a few seconds"),
        retry_after_s=RETRY_AFTER_S,
        n=waiting,
    )


def _too_heavy(limits: Limits) -> InvalidInput:
    return InvalidInput(
        mark("this needs more than {mb} MB of memory or {seconds} seconds of work"),
        mark("make it smaller or simpler"),
        mb=limits.memory_mb,
        seconds=limits.seconds,
    )


def _died(status: int, limits: Limits) -> InvalidInput:
    _LOG.warning("a worker ended with status %s", status)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL, signal.SIGABRT}:
        return _too_heavy(limits)
    return InvalidInput(
        mark("this could not be worked out: its reader crashed"), mark("give it in another form")
    )


WORKERS = Workers()
"""Of this process: the limits are those of the machine."""
READERS = Workers(most_waiting=32)
"""For files that only people with a right give: strangers, who fill the other places, hold up nobody here."""
FILE = Limits(memory_mb=1_500, seconds=60)
"""Of one file that is read for a town."""
