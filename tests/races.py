"""Several people who do something in the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from micropolis_map.errors import MicropolisError


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each call returned, or the error of ours it raised; any other error fails the test."""
    begin = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        begin.wait()
        try:
            answers[number] = calls[number]()
        except MicropolisError as error:
            answers[number] = error
        except BaseException as error:
            answers[number] = error
            raise

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors = [one for one in answers if isinstance(one, BaseException)]
    assert [one for one in errors if not isinstance(one, MicropolisError)] == []
    return answers


def refused(answers: Sequence[Any]) -> list[MicropolisError]:
    """Those of the answers that were refusals."""
    return [answer for answer in answers if isinstance(answer, MicropolisError)]
