"""Work that is repeated: from start to stop, a last time where that is wanted, in one thread."""

from __future__ import annotations

import threading

import pytest

from micropolis_map.services.repeating import Repeating


def test_it_is_called_until_it_is_stopped():
    often = threading.Semaphore(0)
    calls: list[str] = []

    def work():
        calls.append(threading.current_thread().name)
        often.release()
        return 0.0

    repeating = Repeating("gardener", work)
    repeating.start()
    repeating.start()
    assert all(often.acquire(timeout=60) for _ in range(3))
    repeating.stop()
    count = len(calls)
    assert set(calls) == {"gardener"}
    repeating.stop()
    assert len(calls) == count
    repeating.start()
    assert all(often.acquire(timeout=60) for _ in range(count - 3 + 1))
    repeating.stop()


@pytest.mark.parametrize("once_more", [False, True])
def test_stopped_before_the_first_time_it_is_called_once_more_or_never(once_more):
    calls: list[int] = []
    repeating = Repeating(
        "gardener", lambda: calls.append(1) or 1.0, first_after_s=3600.0, once_more=once_more
    )
    repeating.start()
    repeating.stop()
    assert len(calls) == once_more
