"""A line to the server on which every answer comes late: pages, pictures and what Streamlit's socket says."""

from __future__ import annotations

import asyncio
import contextlib
from threading import Thread

PIECE = 65536


class SlowLine:
    """Passes bytes to the server at once, and those of the server `delay_s` later, in their order."""

    def __init__(self, port: int) -> None:
        self.delay_s = 0.0
        self._server_port = port
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._listener = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        self.url = f"http://127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Hang up."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _hang_up(self) -> None:
        self._listener.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, asked: asyncio.StreamReader, browser: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # hung up
            await self._pass(asked, browser)

    async def _pass(self, asked: asyncio.StreamReader, browser: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError), contextlib.closing(browser):  # also where the server is not there
            said, server = await asyncio.open_connection("127.0.0.1", self._server_port)
            later: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
            await asyncio.gather(_forward(asked, server), self._hear(said, later), self._tell(later, browser))

    async def _hear(self, said: asyncio.StreamReader, later: asyncio.Queue[tuple[float, bytes]]) -> None:
        with contextlib.suppress(OSError):
            while piece := await said.read(PIECE):
                later.put_nowait((self._loop.time() + self.delay_s, piece))
        later.put_nowait((self._loop.time() + self.delay_s, b""))

    async def _tell(self, later: asyncio.Queue[tuple[float, bytes]], browser: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError), contextlib.closing(browser):  # the other way may still be open
            while True:
                due, piece = await later.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                if not piece:
                    return
                browser.write(piece)
                await browser.drain()


async def _forward(asked: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError), contextlib.closing(server):
        while piece := await asked.read(PIECE):
            server.write(piece)
            await server.drain()
