"""Before the threads that routes work in: they are shared fairly among those who ask, as workers are.

A thread that one address' request holds, or waits for, would else be another's to wait for: forty requests
that wait for a worker took all threads, and nobody else's came as far as the fair line of the workers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from micropolis_map.errors import Cancelled
from micropolis_map.workers.asking import asker
from micropolis_map.workers.line import Ask, Line
from micropolis_map.workers.pool import busy

T = TypeVar("T")


class Door:
    """Threads, and the line of those who want one; of one event loop.

    Parameters
    ----------
    threads
        How many work at once.
    each
        How many of them work for one asker: the others are there for whoever comes next.
    most_waiting
        How many wait; then one of whoever has most of them is told to come back.
    """

    def __init__(self, threads: int, each: int, most_waiting: int) -> None:
        self._line = Line(threads, most_waiting, each)
        self._threads = CapacityLimiter(threads)
        self._begins: dict[Ask, asyncio.Future[None]] = {}

    async def run(self, function: Callable[..., T], *arguments: Any, gone: asyncio.Event | None = None) -> T:
        """Return ``function(*arguments)``, worked out in a thread when it is its asker's turn.

        Raises
        ------
        Busy
            Too many wait, and who asks has their share of the places.
        Cancelled
            `gone` was set before its turn.
        Exception
            Whatever `function` raised.
        """
        async with self._turn(gone):
            return await to_thread.run_sync(function, *arguments, limiter=self._threads)

    @asynccontextmanager
    async def _turn(self, gone: asyncio.Event | None) -> AsyncIterator[None]:
        ask = Ask(asker())
        begins = self._begins[ask] = asyncio.get_running_loop().create_future()
        leaving = None if gone is None else asyncio.create_task(self._leave(begins, gone))
        self._line.enter(ask)
        self._go_on()
        try:
            await begins
            yield
        finally:
            if leaving is not None:
                leaving.cancel()
            del self._begins[ask]
            if ask in self._line.working:
                self._line.end(ask)
            self._line.leave(ask)
            self._go_on()

    def _go_on(self) -> None:
        """Let begin whoever can; send away whose place in the line is another's."""
        while (ask := self._line.next()) is not None:
            self._line.begin(ask)
            if not self._begins[ask].done():  # else its task was stopped, and gives the place back
                self._begins[ask].set_result(None)
        if len(self._begins) == len(self._line.working) + len(self._line.waiting):
            return
        there = {*self._line.working, *self._line.waiting}
        for ask, begins in self._begins.items():
            if ask not in there and not begins.done():
                begins.set_exception(busy(len(self._line.waiting)))

    @staticmethod
    async def _leave(begins: asyncio.Future[None], gone: asyncio.Event) -> None:
        await gone.wait()
        if not begins.done():
            begins.set_exception(Cancelled("who asked for this has gone", "ask again"))


@lru_cache(maxsize=8)
def _door_of(_: object, threads: int, each: int, most_waiting: int) -> Door:
    return Door(threads, each, most_waiting)


def door(threads: int, each: int, most_waiting: int) -> Door:
    """Return the door of the running event loop to so many threads; tests have several loops."""
    return _door_of(asyncio.get_running_loop(), threads, each, most_waiting)
