"""Whose places a request's or a page's work takes in the pool of workers."""

from __future__ import annotations

import pytest
from asgi_client import Client
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.settings import Settings
from micropolis_map.web.answers import while_asked
from micropolis_map.web.requests import posting
from micropolis_map.workers import asking


@pytest.fixture
def server(tmp_path):
    application = build_application(Settings(data=tmp_path / "data"))
    told = [
        Route("/sync", lambda _: PlainTextResponse(asking.asker())),
        Route("/watched", while_asked(lambda _: PlainTextResponse(asking.asker()))),
        Route("/posted", posting(lambda *_: PlainTextResponse(asking.asker())), methods=["POST"]),
    ]
    return Starlette(routes=told, middleware=web.middleware(application))


@pytest.mark.parametrize(
    ("address", "asker"),
    [
        ("192.0.2.55", "192.0.2.55"),
        ("::ffff:192.0.2.55", "192.0.2.55"),
        ("2001:db8::1", "2001:db8::"),
        ("2001:db8:0:0:ffff::2%eth0", "2001:db8::"),
        ("2001:db8:0:1::2", "2001:db8:0:1::"),
    ],
)
def test_every_route_works_for_the_address_that_asked(server, address, asker):
    client = Client(server, address=address)
    answers = [client.get("/sync"), client.get("/watched"), client.post("/posted")]
    assert [one.content.decode() for one in answers] == [asker] * 3
    assert asking.asker() == ""


def test_a_thread_that_others_began_is_asked_for_its_session(monkeypatch):
    monkeypatch.setattr(asking, "_FINDERS", [])
    asking.find_askers(lambda: "")
    asking.find_askers(lambda: "page 7")
    assert asking.asker() == "page 7"
    with asking.asking("192.0.2.1"):
        assert asking.asker() == "192.0.2.1"
