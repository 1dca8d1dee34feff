"""Tiles over HTTP: who may have them, what a browser keeps, and what nobody gets by tricks of the address."""

from __future__ import annotations

import gzip
import os

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tile_reading import Archive, read_tile
from tiny_town import write_town
from town_loading import load_community

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.errors import StoreUnavailable
from micropolis_map.maps.addresses import tiles_url
from micropolis_map.services import loading
from micropolis_map.services.loading import LoadRequest
from micropolis_map.services.town_map import has_tiles
from micropolis_map.settings import Settings
from micropolis_map.stores.town_states import TownState, TownStates

PLAIN = {"accept-encoding": "identity"}


def full_disk(*_):
    raise OSError(28, "No space left on device")


class World:
    def __init__(self, folder) -> None:
        self.application = build_application(Settings(data=folder / "data"))
        self.osm = write_town(folder)
        self.load()
        server = Starlette(routes=web.routes(self.application), middleware=web.middleware(self.application))
        self.client = TestClient(server)

    def load(self):
        load_community(self.application, "tiny", LoadRequest(osm=(self.osm,)))
        self.build = self.application.community_store.current_build("tiny")

    def address(self, z, x, y, slug="tiny", build=None):
        address = tiles_url(slug, build or self.build.name)
        return address.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))

    def get(self, *place, headers=None, **about):
        return self.client.get(self.address(*place, **about), headers=headers)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("tiles"))


@pytest.fixture(scope="module")
def archive(world):
    return Archive((world.build / "tiles.pmtiles").read_bytes())


def test_every_tile_is_served_as_it_is_stored(world, archive):
    for place, content in list(archive.tiles.items())[::9]:
        plain = world.get(*place, headers=PLAIN)
        packed = world.get(*place, headers={"accept-encoding": "gzip"})
        assert plain.content == packed.content == gzip.decompress(content)
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        for reply in (plain, packed):
            assert reply.headers["content-type"] == "application/vnd.mapbox-vector-tile"
            assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert reply.headers["vary"] == "Accept-Encoding"
    assert {"buildings", "streets"} <= {
        name for content in archive.tiles.values() for name in read_tile(gzip.decompress(content))
    }


@pytest.mark.parametrize("place", [(15, 0, 0), (7, 1, 1), (16, 0, 0), (15, 32768, 1), (0, 0, 0), (999, 1, 1)])
def test_beyond_the_map_is_nothing(world, place):
    reply = world.get(*place)
    assert (reply.status_code, reply.content) == (204, b"")
    assert "immutable" in reply.headers["cache-control"]


WRONG = ("-1", "+1", "1.0", "1e2", "०", "¹", "0x1", "", " 1", "1" * 40, "%00", "..", "a", "NaN", "1%2f2")


def test_what_is_no_number_is_no_address(world):
    for i, number in enumerate(WRONG):
        place: list = [8, 1, 1]
        place[i % 3] = number
        assert world.get(*place).status_code in {400, 404}, place


@pytest.mark.parametrize(
    "build",
    [
        "current",
        "..",
        "%2e%2e",
        "..%2f..",
        "20260101T000000Z-00000000",
        "x" * 3_000,
        "%00",
        "homes.npz",
        ".lock",
    ],
)
def test_another_build_is_none(world, build):
    assert world.get(8, 136, 81, build=build).status_code in {400, 404}


def test_other_towns_and_other_methods_have_no_tiles(world, archive):
    place = next(iter(archive.tiles))
    for slug in ("nowhere", "..", "tiny%2f..%2ftiny", "TINY"):
        assert world.get(*place, slug=slug).status_code == 404
    assert world.client.post(world.address(*place)).status_code == 405
    assert world.client.get("/tiles/tiny").status_code == 404


def test_a_build_keeps_its_address_while_it_exists_and_what_is_damaged_says_so(tmp_path, monkeypatch):
    world = World(tmp_path)
    whole = (world.build / "tiles.pmtiles").read_bytes()
    place = next(iter(Archive(whole).tiles))
    begun = world.application.community_store.begin_build("tiny")
    os.link(world.build / "tiles.pmtiles", begun / "tiles.pmtiles")
    assert world.get(*place, build=begun.name).status_code == 404  # it is not finished

    first, path = world.build.name, world.build / "tiles.pmtiles"
    world.load()
    assert has_tiles(world.build)
    assert world.get(*place, build=first).status_code == 200
    path.unlink()
    path.write_bytes(whole[:200])
    reply = world.get(*place, build=first)
    assert reply.status_code == 503
    assert "tiles.pmtiles" in reply.json()["error"]
    assert str(tmp_path) not in reply.text
    path.unlink()
    assert world.get(*place, build=first).status_code == 404
    assert not has_tiles(path.parent)

    now = world.build
    with monkeypatch.context() as patch:
        patch.setattr(loading, "write_map", full_disk)
        with pytest.raises(StoreUnavailable):
            world.load()
    assert world.application.community_store.current_build("tiny") == now
    assert world.get(*place).status_code == 200

    TownStates(world.application.settings.data / "geo").put(
        "tiny", TownState("hidden", "Tiny", "2026-12-01T00:00:00+00:00", "ola")
    )
    assert world.get(*place).status_code == 404
