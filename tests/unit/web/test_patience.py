"""Half a request is not waited for; a whole one is answered however it comes."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from ipaddress import ip_network

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from own_loop import run
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from websockets.asyncio.client import connect

from micropolis_map.web.connections import Shares, share_out
from micropolis_map.web.patience import (
    READ_BYTES_S,
    READ_S,
    Readers,
    SlowBodies,
    end_half_heads,
    end_slow_readers,
    send_at_once,
    server_states,
)

WHOLE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
GET_LARGE = WHOLE.replace(b"/ ", b"/large ", 1)
LARGE = b"x" * 30_000_000
"""More than the buffers of both machines hold."""
SOON_S = 0.3


async def until(fact):
    while not fact():  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(head_s=60.0, body_s=60.0, read_s=60.0, shares=None, trusted=()):
    """A server whose socket does not say that it is TCP, as Streamlit binds it."""
    came = []

    async def answer(request):
        try:
            came.append(await request.body())
        except ClientDisconnect:
            came.append("gone")
            raise
        return PlainTextResponse("well")

    async def large(request):
        try:
            await request.body()
            return PlainTextResponse(LARGE)
        finally:
            came.append("asked")

    async def echo(websocket):
        await websocket.accept()
        try:
            while True:
                await websocket.send_text(await websocket.receive_text() * 100)
        finally:
            came.append("socket gone")

    @asynccontextmanager
    async def lifespan(_):
        send_at_once()
        if shares:
            share_out(shares, trusted)
        states = server_states()
        tasks = [
            asyncio.create_task(end)
            for end in (end_half_heads(states, head_s), end_slow_readers(states, read_s))
        ]
        yield
        for task in tasks:
            task.cancel()

    routes = [
        Route("/", answer, methods=["GET", "POST"]),
        Route("/large", large),
        WebSocketRoute("/ws", echo),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(SlowBodies, body_s=body_s)], lifespan=lifespan)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="websockets-sansio"))
    running = asyncio.create_task(server.serve([listening]))
    await until(lambda: server.started)
    yield listening.getsockname()[1], came, server
    server.should_exit = True
    await running


async def opened(port, *said, address="127.0.0.1"):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    writer.write(b"".join(said))
    await writer.drain()
    return reader, writer


def asked(*said, **limits):
    """What is heard until the connection is closed, and what came of bodies."""

    async def try_it():
        async with serving(**limits) as (port, came, _):
            reader, writer = await opened(port, *said)
            heard = await reader.read()
            writer.close()
            return heard, came

    return run(try_it())


@pytest.mark.parametrize("half", [b"", b"GET / HT", WHOLE[:-2], b"G" * 100])
def test_half_a_head_is_closed(half):
    heard, came = asked(half, head_s=SOON_S)
    assert b"200 OK" not in heard
    assert came == []


def test_half_a_head_after_a_whole_one_is_closed_too():
    heard, came = asked(WHOLE, WHOLE[:-2], head_s=SOON_S)
    assert heard.count(b"200 OK") == 1
    assert came == [b""]


def test_a_body_that_does_not_come_is_given_up():
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
    heard, came = asked(head, b"12345", body_s=SOON_S)
    assert b"200 OK" not in heard
    assert came == ["gone"]


def test_much_of_a_body_buys_no_silence():
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n"
    heard, came = asked(head, bytes(3_000_000), body_s=SOON_S)
    assert b"200 OK" not in heard
    assert came == ["gone"]


def test_whole_requests_and_sockets_stay_open_longer_than_half_ones():
    async def try_it():
        async with serving(head_s=SOON_S, body_s=SOON_S) as (port, came, _):
            async with connect(f"ws://127.0.0.1:{port}/ws") as talking:
                reader, writer = await opened(port, b"GET / HTTP/1.1\r\n")
                await reader.read()  # a half one that came later is closed
                writer.close()
                await talking.send("still there")
                heard = await talking.recv()
            reader, writer = await opened(port, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
            for letter in (b"1", b"2", b"3", b"4"):
                writer.write(letter)
                await writer.drain()
            answer = await reader.read(15)
            writer.close()
            return heard, answer, came

    heard, answer, came = run(try_it())
    assert (heard, answer, came) == ("still there" * 100, b"HTTP/1.1 200 OK", ["socket gone", b"1234"])


@pytest.mark.parametrize("asked", [GET_LARGE, WHOLE * 3 + GET_LARGE * 3])
def test_who_does_not_read_their_answer_is_cut_off_and_nobody_else(asked):
    async def try_it():
        async with serving(read_s=SOON_S) as (port, came, server):
            connections = server.server_state.connections
            idle, other = await opened(port, WHOLE)
            await idle.read(15)
            _, writer = await opened(port)
            writer.transport.pause_reading()
            writer.write(asked)
            await until(lambda: "asked" in came and len(connections) == 2)
            await until(lambda: len(connections) == 1)
            reader, reading = await opened(port, GET_LARGE.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            whole = await reader.read()
            for one in (writer, other, reading):
                one.close()
            return whole

    assert run(try_it()).endswith(LARGE)


def test_a_socket_that_is_not_read_is_cut_off():
    async def try_it():
        async with serving(read_s=SOON_S) as (port, came, _):
            talking = await connect(f"ws://127.0.0.1:{port}/ws", compression=None, ping_interval=None)
            talking.transport.pause_reading()
            for _ in range(300):
                await talking.send("x" * 1_000)
            await until(lambda: came == ["socket gone"])
            talking.transport.abort()

    run(try_it())


@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(0, 3)), min_size=40, max_size=200))
def test_who_reads_a_thousand_bytes_a_second_is_waited_for(looks):
    """Whatever is written meanwhile: only of who read less in some stretch of time so long."""
    readers, waiting, now, since = Readers(), 50_000, 0.0, []
    for read, written in looks:
        taken = min(waiting, read)
        waiting += (written == 3 and waiting < 64_000) * 40_000 - taken
        since.append((now := now + 2.0, taken))
        if readers.too_slow({"they": waiting}, now):
            recent = [bytes_ for at, bytes_ in since if at > now - READ_S]
            assert sum(recent) <= READ_S * READ_BYTES_S
            return


@pytest.mark.parametrize(
    ("each_look", "cut_after_s"), [(0, 30), (1, 32), (1_000, 60), (1_900, 600), (2_100, None)]
)
def test_who_reads_hardly_anything_is_not_waited_for(each_look, cut_after_s):
    readers = Readers()
    looks = range(0, 10_000, 2)
    cut = [now for now in looks if readers.too_slow({"they": 10_000_000 - now // 2 * each_look}, now)]
    assert cut[:1] == ([] if cut_after_s is None else [cut_after_s])


def test_small_answers_are_sent_at_once():
    async def try_it():
        async with serving() as (port, _, server):
            _, writer = await opened(port)
            await until(lambda: server.server_state.connections)
            (accepted,) = server.server_state.connections
            there = accepted.transport.get_extra_info("socket")
            is_set = there.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            writer.close()
            return is_set, there.proto

    is_set, proto = run(try_it())
    assert proto == 0  # asyncio would have left it
    assert is_set


@pytest.mark.parametrize(
    "said", [b"", WHOLE[:-2], WHOLE, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n1"]
)
def test_an_address_holds_its_share_of_connections_and_no_more(said):
    """Sixty are opened by one that may have ten; another address is heard."""

    async def try_it():
        async with serving(shares=Shares(10, 40, 4)) as (port, _, server):
            held = [await opened(port, said, address="127.0.0.2") for _ in range(60)]
            _, other = heard = await opened(port, WHOLE, address="127.0.0.3")
            first = await heard[0].read(15)
            other.close()
            await until(lambda: len(server.server_state.connections) <= 11)
            now = len(server.server_state.connections)
            for _, writer in held:
                writer.close()
        return first, now

    first, now = run(try_it())
    assert first == b"HTTP/1.1 200 OK"
    assert 10 <= now <= 11


def test_a_named_proxy_speaks_for_many():
    async def try_it():
        trusted = [ip_network("127.0.0.2/32")]
        async with serving(shares=Shares(10, 40, 4), trusted=trusted) as (port, _, server):
            held = [await opened(port, address="127.0.0.2") for _ in range(35)]
            await until(lambda: len(server.server_state.connections) == len(held))
            for _, writer in held:
                writer.close()

    run(try_it())


def test_shares_leave_room_for_files():
    for number in (256, 1_024, 16_384):
        shares = Shares.of(number)
        assert shares.each * 2 <= shares.total
        assert shares.total + 3 * shares.at_a_time <= number * 0.9
