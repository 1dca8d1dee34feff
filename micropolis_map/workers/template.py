"""The process that workers are copies of: it imports what a job names, forks, and ends who is not wanted.

Run by `pool` as ``python -c``. A job comes as one end of a socket pair. The template reads its head (JSON:
``module``, ``memory``, ``seconds``), imports the module if it is the first to name it, and forks: the copy
has everything imported already and starts within milliseconds. The copy reads function and arguments, works
within its limits, and writes the answer; the template adds how it ended. Whoever closes the other end of the
socket ends the copy at once, and when the server is gone all of them end.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pickle
import resource
import select
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from micropolis_map.workers.frames import FRAME, STATUS, framed

BEHIND = 10
"""How much less urgent than the server, whose answers everybody waits for: it gets a tenth of the turns."""


def main(control: socket.socket) -> NoReturn:
    """Serve jobs until the server at the other end of `control` is gone."""
    wakes, wakened = socket.socketpair()
    wakened.settimeout(0.0)
    signal.set_wakeup_fd(wakened.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler nothing is written to the socket
    listening = select.poll()
    listening.register(control, select.POLLIN)
    listening.register(wakes, select.POLLIN)
    jobs: dict[int, socket.socket] = {}
    while True:
        for number, _ in listening.poll():
            if number == control.fileno():
                _begin(control, jobs, listening)
            elif number == wakes.fileno():
                wakes.recv(4096)
                _reap(jobs, listening)
            else:  # nobody waits for this answer any more
                pid = next((pid for pid, job in jobs.items() if job.fileno() == number), 0)
                if pid:  # else it ended this moment, and was told of above
                    os.kill(pid, signal.SIGKILL)
                    listening.unregister(number)


def _begin(control: socket.socket, jobs: dict[int, socket.socket], listening: select.poll) -> None:
    """Fork for the next job; end everything when there is no server to send one."""
    _, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    if not descriptors:
        for pid in jobs:
            os.kill(pid, signal.SIGKILL)
        sys.exit(0)
    job = socket.socket(fileno=descriptors[0])
    head = json.loads(_read(job, b"H"))
    with contextlib.suppress(Exception):  # the copy meets it, too, and says so in its answer
        importlib.import_module(head["module"])
    gc.freeze()
    try:
        pid = os.fork()
    except OSError:  # no room for another process: closing the socket says so
        job.close()
        return
    if pid == 0:
        for other in (control, *jobs.values()):
            other.close()
        _work(job, head)
    jobs[pid] = job
    listening.register(job, 0)


def _reap(jobs: dict[int, socket.socket], listening: select.poll) -> None:
    """Tell of each process that ended how it did."""
    while jobs:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        job = jobs.pop(pid)
        with contextlib.suppress(KeyError):
            listening.unregister(job)  # not there when it was ended because nobody waits
        with contextlib.suppress(ConnectionError):  # for the same reason
            job.sendall(framed(b"E", STATUS.pack(status)))
        job.close()


def _work(job: socket.socket, head: dict[str, Any]) -> NoReturn:
    """Do the job and end this process."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _limit(int(head["memory"]), int(head["seconds"]))
        job.sendall(framed(b"A", _answer(job)))
    finally:
        os._exit(0)


def _answer(job: socket.socket) -> bytes:
    """Return ``(is done, answer or error)``, pickled."""
    try:
        function, arguments = pickle.loads(_read(job, b"J"))  # noqa: S301 - our own server wrote it
        return pickle.dumps((True, function(*arguments)), protocol=5)
    except Exception as error:  # noqa: BLE001 - it is told, and raised where it was asked for
        error.add_note(f"in a worker: {traceback.format_exc()}")
        try:
            return pickle.dumps((False, error))
        except Exception as unpicklable:  # noqa: BLE001 - whatever its class does when pickled
            return pickle.dumps((False, RuntimeError(f"{error!r} (not told whole: {unpicklable!r})")))


def _limit(memory_bytes: int, seconds: int) -> None:
    """Limit this process: memory it may fill beside the template's, and seconds of a processor."""
    os.nice(BEHIND)
    if hasattr(os, "SCHED_BATCH"):  # Linux: nor does one that wakes up take the processor from the server
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = _filled() + memory_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def _filled() -> int:
    """Return the bytes of memory this process could write to, as the limit counts them; nought off Linux."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[5]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _read(job: socket.socket, letter: bytes) -> bytearray:
    """Return the content of the next frame, which has this letter."""
    told, size = FRAME.unpack(_exactly(job, FRAME.size))
    if told != letter:
        raise ValueError(f"a frame {told!r} came where {letter!r} was expected")
    return _exactly(job, size)


def _exactly(job: socket.socket, size: int) -> bytearray:
    content = bytearray(size)
    view, have = memoryview(content), 0
    while have < size:
        got = job.recv_into(view[have:])
        if got == 0:
            raise EOFError(f"{have} of {size} bytes came")
        have += got
    return content
