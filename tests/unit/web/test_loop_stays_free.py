"""What would hold up the event loop, and every answer with it, is not done there, or not again."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading

import pytest
from own_loop import run
from starlette.requests import Request

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain import network_address
from micropolis_map.errors import Cancelled
from micropolis_map.services import walk_engine
from micropolis_map.settings import Settings
from micropolis_map.web.answers import while_there
from micropolis_map.workers.asking import check_asker

LATER = "192.0.2.201"


@pytest.fixture
def as_before():
    """The collector and the turns of threads as they were."""
    threshold, switch = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)
    sys.setswitchinterval(switch)


@pytest.mark.usefixtures("as_before")
def test_the_collector_never_looks_at_the_walk_engine_again(tmp_path, monkeypatch):
    application = build_application(Settings(data=tmp_path / "data"))
    engine: list[list[int]] = []
    monkeypatch.setattr(web, "load_bundled", lambda _: None)
    monkeypatch.setattr(web, "compile_apart", lambda: None)
    monkeypatch.setattr(web, "load_engine", lambda: engine.extend([1] for _ in range(100)))

    async def serve():
        async with web.lifespan(application)(None):
            for thread in threading.enumerate():
                if thread.name == "load-bundled":
                    await asyncio.to_thread(thread.join)
            looked_at = {id(one) for one in gc.get_objects()}
            return len(engine), sum(id(part) in looked_at for part in engine)

    assert run(serve()) == (100, 0)


@pytest.mark.usefixtures("as_before")
def test_a_body_s_worth_of_objects_makes_nobody_look_for_lost_ones(tmp_path):
    application = build_application(Settings(data=tmp_path / "data"))

    async def serve():
        async with web.lifespan(application)(None):
            return gc.get_threshold()

    young, *older = run(serve())
    assert young > 3 * 400  # corners of an outline: the lists of its ring, read and mended
    assert older == [10, 10]


@pytest.mark.parametrize(("is_compiled", "loaded"), [(True, [1]), (False, [])])
def test_the_engine_is_loaded_only_where_it_is_compiled(monkeypatch, is_compiled, loaded):
    times: list[int] = []
    monkeypatch.setattr(walk_engine, "is_compiled", lambda: is_compiled)
    monkeypatch.setattr(walk_engine, "load_kernels", lambda: times.append(1))
    walk_engine.load_engine()
    assert times == loaded


def test_an_asker_is_listened_to_not_asked_again_and_again():
    """One question of the connection, however long the work takes; it ends when they have gone."""
    asked, taken_back, goes = [], [], asyncio.Event()
    begun = threading.Event()

    async def receive():
        asked.append(1)
        try:
            await goes.wait()
        except asyncio.CancelledError:
            taken_back.append(1)
            raise
        return {"type": "http.disconnect"}

    def work():
        begun.set()
        while True:
            check_asker()

    async def ask():
        request = Request({"type": "http", "headers": [], "query_string": b"", "path": "/"}, receive)
        working = asyncio.create_task(while_there(request, work))
        await asyncio.to_thread(begun.wait)
        before = len(asked), len(taken_back)
        goes.set()
        with pytest.raises(Cancelled):
            await working
        return before

    assert run(ask()) == (1, 0)
    assert (len(asked), len(taken_back)) == (1, 0)


def test_a_server_that_only_repeats_the_end_of_a_request_is_not_listened_to():
    """It never says who has gone; listening on would turn the event loop round and round."""
    heard, worked = [], threading.Event()

    async def receive():
        heard.append("end")
        if len(heard) == 2:
            worked.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def ask():
        request = Request({"type": "http", "method": "GET", "headers": []}, receive)
        return await while_there(request, worked.wait, 60.0)

    assert run(ask())
    assert heard == ["end", "end"]


def test_an_address_is_read_once_however_often_it_asks(monkeypatch):
    read = []
    real = network_address.ip_address
    monkeypatch.setattr(network_address, "ip_address", lambda text: read.append(text) or real(text))
    assert {network_address.household(LATER) for _ in range(6)} == {LATER}
    assert read == [LATER]
