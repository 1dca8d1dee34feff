"""What a stranger is told of a town that is hidden or erased: as of one that never was, everywhere."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from asgi_client import Client, Reply

sys.path.insert(0, str(Path(__file__).parents[1] / "pinning"))

import test_every_route_as_everybody as everybody
from pinning_builders import secret
from starlette.applications import Starlette

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.services import guided_walks, removing_towns
from micropolis_map.settings import Settings

NAMES = ("place", "waiting", "photo", "tour", "asked_tour", "walk", "seat", "slug")
"""Of a `World`, what belongs to the town."""
_numbers = count(1)

quick_hashes = everybody.quick_hashes
world = everybody.world


def never_was(world: everybody.World) -> everybody.World:
    """The world as asked for by somebody who made up all names: as long, of the same letters."""
    return replace(world, **{name: _other(getattr(world, name)) for name in NAMES})


def _other(name: str) -> str:
    turned = str.maketrans("0123456789abcdefw", "1234567890bcdefan")
    head, mark, tail = name.rpartition("-")
    return head + mark + tail.translate(turned)


def told(world: everybody.World, method: str, path: str) -> tuple[int, Mapping[str, str], bytes]:
    """What somebody who has not asked before is told; in an error but for the names that they asked for."""
    number = next(_numbers)
    client = Client(world.server, address=f"10.7.{number // 250}.{number % 250}")
    client.headers = {**client.headers, "x-micropolis-key": secret("eve")}
    reply = everybody.ask(world, client, everybody.STRANGER, method, path)
    return reply.status_code, *_without(world, reply)


def _without(world: everybody.World, reply: Reply) -> tuple[Mapping[str, str], bytes]:
    if reply.status_code == 200:
        return reply.headers, reply.content

    def plain(text: str) -> str:
        for name in NAMES:
            text = text.replace(getattr(world, name), f"<{name}>")
        return text

    headers = {name: plain(value) for name, value in reply.headers.items()}
    return headers, plain(reply.content.decode("latin-1")).encode("latin-1")


@pytest.fixture(scope="module", params=["hidden", "erased"])
def closed(world, request) -> everybody.World:
    """A world whose town is hidden; then erased."""
    if "wawer" in world.application.community_store.slugs():
        removing_towns.hide(world.application, LOCAL_ADMINISTRATOR, "wawer")
    if request.param == "erased":
        removing_towns.erase(world.application, LOCAL_ADMINISTRATOR, "wawer")
    world.application.publishing.mirror_now()
    return world


@pytest.mark.parametrize(("method", "path"), sorted(everybody.WHO))
def test_a_closed_town_answers_as_one_that_never_was(closed, method, path):
    assert told(closed, method, path) == told(never_was(closed), method, path)


@pytest.fixture(scope="module")
def without(tmp_path_factory) -> Client:
    """A server that never had the town."""
    application = build_application(Settings(data=tmp_path_factory.mktemp("without")))
    application.community_store.save(Community("demo", {"en": "Demo"}, centre=(9.7, 55.5)))
    return Client(Starlette(routes=web.routes(application), middleware=web.middleware(application)))


@pytest.mark.parametrize("path", [path for method, path in sorted(everybody.WHO) if method == "GET"])
def test_what_is_told_of_all_towns_has_no_closed_one(closed, without, path):
    """Nor do lists: of its names only those stand there that were in the question, or are an example."""
    address = everybody.addressed(never_was(closed), path)
    reply, other = Client(closed.server).get(address), without.get(address)
    assert reply.status_code == other.status_code
    for name in ("Wawer", "wawer", *(getattr(closed, name) for name in NAMES)):
        assert reply.content.count(name.encode()) == other.content.count(name.encode())
        assert name not in repr(reply.headers)


def test_a_version_tells_of_no_closed_town(closed, without):
    """Nor that there is any: it looks as everywhere else, and nobody can try names against it."""
    address = "/data/demo/version.json"
    versions = [client.get(address).json()["version"] for client in (Client(closed.server), without)]
    assert len({len(one) for one in versions}) == 1
    states = (closed.application.settings.data / "geo" / "wawer" / "state.json").stat()
    assert str(states.st_mtime_ns) not in versions[0]
    for guess in ("wawer", "-wawer", str(frozenset({"wawer"}))):
        assert hashlib.sha256(guess.encode()).hexdigest()[:8] not in versions[0]


def test_who_has_a_seat_gives_it_back_though_the_town_is_hidden(tmp_path_factory):
    world = everybody.a_world(tmp_path_factory.mktemp("seats"))
    removing_towns.hide(world.application, LOCAL_ADMINISTRATOR, "wawer")
    author, stranger = world.client(everybody.AUTHOR), world.client(everybody.STRANGER)
    address = f"/api/guided/{world.walk}/give-back"
    body = {"seat": world.seat}
    assert stranger.post(address, json=body).status_code == 404
    assert author.post("/api/guided/w-0000000000000000/give-back", json=body).status_code == 404
    walks = world.application.participation.walks
    assert not walks.seat(world.seat).cancelled
    free = guided_walks.occupancy(world.application.participation, walks.get(world.walk)).free
    reply = author.post(address, json=body)
    assert (reply.status_code, reply.json()) == (200, {"free": free + 1, "waiting": 0})
    assert walks.seat(world.seat).cancelled
    assert walks.seat(world.seat).name == ""


@pytest.mark.parametrize("what", ["withdraw", "delete", "tours/withdraw", "tours/delete"])
def test_what_is_yours_is_taken_back_though_the_town_is_hidden(tmp_path_factory, what):
    world = everybody.a_world(tmp_path_factory.mktemp("mine"))
    removing_towns.hide(world.application, LOCAL_ADMINISTRATOR, "wawer")
    body = {"tour": world.asked_tour} if "tours" in what else {"proposal_id": world.waiting}
    assert world.client(everybody.STRANGER).post(f"/api/mine/{what}", json=body).status_code == 404
    reply = world.client(everybody.AUTHOR).post(f"/api/mine/{what}", json=body)
    assert reply.status_code == 200, reply.content
