"""Forty-two requests of one address leave another's the next, from the door on."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest
from asgi_client import Client, _asked
from own_loop import run
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.errors import Busy, Cancelled
from micropolis_map.settings import Settings
from micropolis_map.web import answers, requests
from micropolis_map.web.answers import while_asked
from micropolis_map.web.door import Door
from micropolis_map.web.requests import posting
from micropolis_map.web.shared_routes import shared
from micropolis_map.workers.asking import asker, asking
from micropolis_map.workers.pool import WORKERS

ATTACKER, READER = "192.0.2.1", "198.51.100.1"
NEVER_S = 30


async def until(fact):
    while not fact():  # noqa: ASYNC110 - threads tell nobody
        await asyncio.sleep(0.005)


def scope_of(method, address):
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "",
        "server": ("map.example", 80), "client": (address, 1), "headers": [(b"host", b"map.example")],
    }  # fmt: skip


@pytest.fixture
def works():
    return Works()


class Works:
    """What a route works on: the attacker's until it is let go, whoever else's at once."""

    def __init__(self):
        self.goes_on, self.begun = threading.Event(), Counter()

    def work(self, *_):
        self.begun[asker()] += 1
        if asker() == ATTACKER:
            self.goes_on.wait()
        return PlainTextResponse(asker())


@pytest.mark.parametrize(
    ("method", "route"),
    [
        ("GET", lambda works: Route("/", while_asked(works.work))),
        ("POST", lambda works: Route("/", posting(works.work), methods=["POST"])),
        ("GET", lambda works: shared([Route("/", works.work)])[0]),
    ],
)
def test_another_address_is_answered_while_forty_two_of_one_are_worked_on(tmp_path, works, method, route):
    application = build_application(Settings(data=tmp_path / "data"))
    arrived = []

    def noticing(app):
        async def noticed(*asked):
            arrived.append(asked)
            await app(*asked)

        return noticed

    around = [*web.middleware(application), Middleware(noticing)]
    app = Starlette(routes=[route(works)], middleware=around)

    async def try_it():
        attack = [asyncio.create_task(_asked(app, scope_of(method, ATTACKER), b"")) for _ in range(42)]
        await until(lambda: len(arrived) == len(attack))
        for _ in range(200):  # turns of the loop, until each has read its body and is at the door
            await asyncio.sleep(0)
        try:
            async with asyncio.timeout(NEVER_S):
                answer = await _asked(app, scope_of(method, READER), b"")
        finally:
            works.goes_on.set()
        return answer, await asyncio.gather(*attack)

    answer, attack = run(try_it())
    assert answer.content.decode() == READER
    assert [one.status_code for one in attack] == [200] * 42  # nobody was sent away while there was room


def test_one_address_can_fill_the_workers_but_not_the_threads_before_them():
    places = WORKERS._line.at_once + WORKERS._line.most_waiting
    assert places < answers.EACH < answers.THREADS


def test_who_finds_all_threads_taken_has_the_next_one():
    """Four addresses hold all and have more waiting; a fifth comes last and is next."""
    order, ends = [], threading.Semaphore(0)

    def work():
        order.append(asker())
        ends.acquire()

    async def ask(door, address):
        with asking(address):
            await door.run(work)

    async def try_it():
        door = Door(threads=8, each=4, most_waiting=99)
        crowd = [asyncio.create_task(ask(door, f"192.0.2.{n % 4}")) for n in range(40)]
        await until(lambda: len(order) == 8)
        mine = asyncio.create_task(ask(door, READER))
        await asyncio.sleep(0)
        ends.release()
        await until(lambda: len(order) == 9)
        for _ in range(40):
            ends.release()
        await asyncio.gather(mine, *crowd)

    run(try_it())
    assert order[8] == READER
    assert len(order) == 41


def test_who_waits_too_many_or_goes_away_waits_no_more():
    ends = threading.Event()

    async def ask(door, address, gone=None):
        with asking(address):
            return await door.run(ends.wait, gone=gone)

    async def try_it():
        door, gone = Door(threads=2, each=2, most_waiting=3), asyncio.Event()
        held = [asyncio.create_task(ask(door, ATTACKER)) for _ in range(5)]
        await until(lambda: len(door._line.waiting) == 3)
        with pytest.raises(Busy):
            await ask(door, ATTACKER)
        mine = asyncio.create_task(ask(door, READER, gone))
        await until(held[4].done)
        assert isinstance(held[4].exception(), Busy)  # the last of whoever has most made room
        gone.set()
        with pytest.raises(Cancelled):
            await mine
        held[3].cancel()
        with pytest.raises(asyncio.CancelledError):
            await held[3]
        ends.set()
        assert await asyncio.gather(*held[:3]) == [True] * 3
        return door

    door = run(try_it())
    assert (door._line.working, door._line.waiting, door._begins) == ([], [], {})


def test_one_address_cannot_fill_the_room_for_bodies():
    bodies = requests.Bodies(1_000)
    with bodies.room(ATTACKER) as take, bodies.room(ATTACKER) as again:
        take(400)
        again(100)
        with pytest.raises(Busy):
            again(1)
        with bodies.room(READER) as theirs:
            theirs(250)
            with pytest.raises(Busy):
                theirs(1)
            with bodies.room("203.0.113.9") as third:  # there is room for whoever comes next
                third(125)
    with bodies.room(ATTACKER) as take:
        take(500)  # all was given back


def test_a_refusal_at_the_door_is_told_as_any_other(monkeypatch):
    monkeypatch.setattr("micropolis_map.web.shared_routes.MOST_WAITING", 0)
    monkeypatch.setattr("micropolis_map.web.shared_routes.EACH", 0)
    app = Starlette(routes=shared([Route("/", lambda _: PlainTextResponse(""))]))
    answer = Client(app).get("/", headers={"accept-language": "pl"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "error" in answer.json()
