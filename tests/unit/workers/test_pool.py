"""The pool of workers: limits that hold, places that are counted, and nothing left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import worker_jobs as jobs
from own_loop import run
from starlette.requests import Request

from micropolis_map.errors import Busy, Cancelled, InvalidInput
from micropolis_map.web.answers import while_there
from micropolis_map.workers.asking import asking, leaving
from micropolis_map.workers.pool import Limits, Workers

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork: work is done here")


@pytest.fixture
def workers():
    return Workers()


def until(fact):
    while not fact():
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def pid_in(path: Path) -> int:
    until(lambda: path.exists() and path.read_text())
    return int(path.read_text())


def test_the_answer_is_that_of_the_function(workers):
    assert [workers.run(jobs.total, *range(n)) for n in range(5)] == [sum(range(n)) for n in range(5)]
    large = os.urandom(3_000_000)
    assert workers.run(jobs.same, large) == large


def test_an_error_comes_as_it_was_raised(workers):
    with pytest.raises(InvalidInput) as raised:
        workers.run(jobs.refused, "x")
    assert str(raised.value) == "the value is 'x'; give another"
    assert raised.value.told(lambda words: f"({words})") == ("(the value is 'x')", "(give another)")
    assert "worker_jobs.py" in "".join(raised.value.__notes__)
    with pytest.raises(RuntimeError, match="ValueError"):
        workers.run(jobs.unpicklable)


def test_more_memory_than_the_limit_is_refused_and_the_next_work_is_done(workers):
    assert workers.run(jobs.filled, 100, limits=Limits(memory_mb=200)) == 100_000_000
    for work in ((jobs.filled, 300), (jobs.filled, 3_000)):
        with pytest.raises(InvalidInput, match="200 MB of memory or 10 seconds"):
            workers.run(*work, limits=Limits(memory_mb=200))
    with pytest.raises(ValueError, match="hidden"):
        workers.run(jobs.filled_then, 300, "hidden", limits=Limits(memory_mb=200))
    with pytest.raises(InvalidInput, match="20 MB of memory"):  # the question itself is too large
        workers.run(jobs.same, bytes(60_000_000), limits=Limits(memory_mb=20))
    assert workers.run(jobs.total, 1, 2) == 3


def test_longer_than_the_limit_is_refused_and_its_process_ended(workers, tmp_path):
    with pytest.raises(InvalidInput, match="1 seconds"):
        workers.run(jobs.spins, tmp_path / "pid", limits=Limits(seconds=1))
    until(lambda: is_gone(pid_in(tmp_path / "pid")))


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGTERM])
def test_a_crash_is_an_error_and_no_more(workers, number):
    with pytest.raises(InvalidInput):
        workers.run(jobs.killed_by, number)
    assert workers.run(jobs.total, 1, 2) == 3


def test_a_template_that_was_killed_is_replaced(workers):
    workers.run(jobs.total)
    workers._template._process.kill()
    assert workers.run(jobs.total, 1, 2) == 3


def test_two_work_eight_wait_and_the_next_is_sent_away(workers, tmp_path):
    gate, left = tmp_path / "gate", threading.Event()
    os.mkfifo(gate)

    def work(name):
        with leaving(left if name == "leaves" else threading.Event()):
            return workers.run(jobs.waits, name, gate)

    with ThreadPoolExecutor(20) as threads:
        held = [threads.submit(work, name) for name in "ab"]
        until(lambda: workers.counts == (2, 0))
        waiting = [threads.submit(work, name) for name in ["leaves", *"cdefghi"]]
        until(lambda: workers.counts == (2, 8))
        with pytest.raises(Busy) as raised:
            workers.run(jobs.total)
        assert raised.value.retry_after_s == 5.0
        left.set()
        with pytest.raises(Cancelled):
            waiting[0].result()
        until(lambda: workers.counts == (2, 7))
        waiting.append(threads.submit(work, "j"))
        until(lambda: workers.counts == (2, 8))
        while not all(one.done() for one in [*held, *waiting]):
            _opened(gate)
        done = [one.result() for one in [*held, *waiting[1:]]]
    assert done == list("abcdefghij")
    assert workers.counts == (0, 0)


def _opened(gate: Path) -> None:
    """Let through who stands at the gate."""
    try:
        os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:  # nobody stands there at this moment
        time.sleep(0.005)


def test_of_one_word_one_is_worked_on_and_others_pass_by(workers, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with ThreadPoolExecutor(4) as threads:
        one = threads.submit(workers.run, jobs.waits, "one", gate, alone="photo")
        until(lambda: workers.counts == (1, 0))
        other = threads.submit(workers.run, jobs.waits, "other", gate, alone="photo")
        until(lambda: workers.counts == (1, 1))
        assert workers.run(jobs.total, 1, 2) == 3
        assert workers.counts == (1, 1)
        while not (one.done() and other.done()):
            _opened(gate)
    assert (one.result(), other.result()) == ("one", "other")


def test_ten_requests_of_one_address_keep_no_other_out(workers, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)

    def work(asker, name):
        with asking(asker):
            return workers.run(jobs.waits, name, gate)

    with ThreadPoolExecutor(20) as threads:
        crowd = [threads.submit(work, "crowd", str(number)) for number in range(10)]
        until(lambda: workers.counts == (2, 8))
        with pytest.raises(Busy):
            work("crowd", "one more")
        others = [threads.submit(work, f"other {number}", f"other {number}") for number in range(3)]
        until(lambda: sum(one.done() for one in crowd) == 3)
        refusals = [one.exception() for one in crowd if one.done()]
        assert {type(one) for one in refusals} == {Busy}
        assert {one.retry_after_s for one in refusals} == {5.0}
        assert workers.counts == (2, 8)
        while not all(one.done() for one in [*crowd, *others]):
            _opened(gate)
    assert [one.result() for one in others] == ["other 0", "other 1", "other 2"]
    assert workers.counts == (0, 0)


def test_within_a_place_no_other_is_needed():
    workers = Workers(at_once=1, most_waiting=0)
    with workers.place():
        assert workers.run(jobs.total, 1, 2) == 3
        assert workers.counts == (1, 0)
    assert workers.counts == (0, 0)


def test_who_closes_the_connection_ends_the_work(workers, tmp_path):
    gone = asyncio.Event()

    async def receive():
        await gone.wait()
        return {"type": "http.disconnect"}

    async def ask():
        request = Request({"type": "http", "method": "GET", "path": "/", "headers": []}, receive)
        asked = asyncio.create_task(while_there(request, workers.run, jobs.spins, tmp_path / "pid"))
        pid = await asyncio.to_thread(pid_in, tmp_path / "pid")
        gone.set()
        with pytest.raises(Cancelled):
            await asked
        return pid

    pid = run(ask())
    until(lambda: is_gone(pid))
    assert workers.counts == (0, 0)


def test_nothing_outlives_a_server_that_was_killed(tmp_path):
    code = (
        "from pathlib import Path; import worker_jobs; from micropolis_map.workers.pool import WORKERS;"
        f"WORKERS.run(worker_jobs.spins, Path({str(tmp_path / 'pid')!r}))"
    )
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    server = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": paths})
    pid = pid_in(tmp_path / "pid")
    server.kill()
    server.wait()
    until(lambda: is_gone(pid))


def test_a_worker_has_no_signals_of_the_template(workers):
    assert workers.run(jobs.signals) == (signal.SIG_DFL, -1)


@pytest.mark.skipif(not hasattr(os, "SCHED_BATCH"), reason="only Linux schedules batches")
def test_the_server_comes_before_its_workers(workers):
    nice, scheduled = workers.run(jobs.urgency)
    assert nice >= min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    assert scheduled == os.SCHED_BATCH
    assert os.sched_getscheduler(0) != os.SCHED_BATCH
