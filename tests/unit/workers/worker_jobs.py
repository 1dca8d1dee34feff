"""What the tests of the pool have done in a worker."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from micropolis_map.errors import InvalidInput


def total(*numbers):
    return sum(numbers)


def refused(value):
    raise InvalidInput("the value is {value}", "give another", value=repr(value))


def unpicklable():
    raise ValueError(lambda: "no pickle takes this")


def filled(megabytes):
    return len(bytearray(megabytes * 1_000_000))


def filled_then(megabytes, error):
    """Hide that the memory was not enough, as a library may."""
    try:
        filled(megabytes)
    except MemoryError:
        raise ValueError(error) from None


def killed_by(number):
    os.kill(os.getpid(), number)


def spins(path: Path):
    path.write_text(str(os.getpid()))
    while True:
        pass


def waits(name: str, gate: Path):
    """Come back when somebody opens the gate, a FIFO, for writing."""
    gate.open("rb").close()
    return name


def signals():
    return signal.getsignal(signal.SIGCHLD), signal.set_wakeup_fd(-1)


def same(value):
    return value


def urgency():
    """How nice this process is, and how it is scheduled."""
    return os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)
