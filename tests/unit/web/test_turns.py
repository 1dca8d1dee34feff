"""Requests of one address take turns, and its open pages are counted: others are heard in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager

import pytest
from own_loop import run
from starlette.responses import PlainTextResponse

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.settings import Settings
from micropolis_map.web.open_sockets import MOST_EACH, OpenSockets
from micropolis_map.web.turns import Turns

ATTACKER, READER = "192.0.2.1", "198.51.100.1"


def scope_of(address, kind="http", path="/"):
    return {"type": kind, "path": path, "query_string": b"", "headers": [], "client": (address, 1)}


def test_one_request_of_an_address_begins_in_a_turn_of_the_loop():
    """Each comes on a connection of its own, all at once; a page of another address takes twenty turns."""
    begun = Counter()

    async def app(scope, receive, send):
        begun[scope["client"][0]] += 1
        if scope["client"][0] == READER:
            before = begun[ATTACKER]
            for _ in range(20):
                await asyncio.sleep(0)
            send(begun[ATTACKER] - before)

    async def try_it():
        turns, meanwhile = Turns(app), []
        attack = [asyncio.create_task(turns(scope_of(ATTACKER), None, None)) for _ in range(400)]
        attack[7].cancel()
        await turns(scope_of(READER), None, meanwhile.append)
        await asyncio.gather(*attack, return_exceptions=True)
        return meanwhile, turns

    meanwhile, turns = run(try_it())
    assert meanwhile[0] <= 21
    assert begun == {ATTACKER: 399, READER: 1}
    assert turns._waiting == {}


def test_the_server_s_requests_take_turns(tmp_path):
    application = build_application(Settings(data=tmp_path / "data"))
    assert {Turns, OpenSockets} <= {one.cls for one in web.middleware(application)}


async def answer_of(app, scope):
    """What is sent until it is over."""
    said = []

    async def send(message):
        said.append(message)

    await app(scope, None, send)
    return said


@asynccontextmanager
async def open_pages(address, number, most):
    """So many pages are open at the address; each may be closed."""
    closing = [asyncio.Event() for _ in range(number)]
    waiting = iter(closing)

    async def streamlit(scope, receive, send):
        if scope["type"] == "http":
            await PlainTextResponse("ok")(scope, receive, send)
        elif scope["client"][0] == address:
            await next(waiting).wait()

    app = OpenSockets(streamlit, most=most)
    held = [asyncio.create_task(app(scope_of(address, "websocket"), None, None)) for _ in closing]
    await asyncio.sleep(0)
    yield app, closing
    for one in closing:
        one.set()
    await asyncio.gather(*held)
    assert app._open == {}


@pytest.mark.parametrize("most", [1, 3, MOST_EACH])
def test_an_address_has_so_many_pages_open_and_is_told_so(most):
    async def try_it():
        async with open_pages(ATTACKER, most, most) as (app, closing):
            one_more = scope_of(ATTACKER, "websocket") | {"extensions": {"websocket.http.response": {}}}
            (refused, *_) = await answer_of(app, one_more)
            assert (refused["type"], refused["status"]) == ("websocket.http.response.start", 429)
            assert await answer_of(app, scope_of(ATTACKER, "websocket")) == [
                {"type": "websocket.close", "code": 1013, "reason": ""}
            ]
            assert await answer_of(app, scope_of(READER, "websocket")) == []  # it came through
            health, told = await answer_of(app, scope_of(ATTACKER, path="/base/_stcore/health"))
            assert (health["status"], dict(health["headers"])[b"retry-after"]) == (429, b"30")
            assert told["body"].decode() == (
                f"{most} pages are open at your address: close some of them, then reload this one"
            )
            for scope in (scope_of(READER, path="/_stcore/health"), scope_of(ATTACKER, path="/")):
                assert (await answer_of(app, scope))[0]["status"] == 200
            closing[0].set()
            await asyncio.sleep(0)
            assert (await answer_of(app, scope_of(ATTACKER, path="/_stcore/health")))[0]["status"] == 200

    run(try_it())
