"""The archive of tiles, read by another reader; whatever is wrong with the file is one clear error."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tile_reading import Archive, place_of

from micropolis_map.errors import StoreUnavailable
from micropolis_map.stores.tile_archive import TileArchive, tile_id, write_archive

FRAME = (-51.3, -30.1, -51.1, 55.5)


def tiles(count: int):
    random = np.random.default_rng(count)
    return {
        (12, int(x), int(y)): random.bytes(int(random.integers(1, 40)))
        for x, y in random.integers(0, 4096, (count, 2))
    }


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "tiles.pmtiles"
        write_archive(path, content.items(), FRAME, "© people")
        return path

    return write


@pytest.mark.parametrize("count", [0, 1, 300, 9_000])
def test_another_reader_finds_all_that_was_written(written, count):
    content = {(8, 3, 200): b"low", (9, 0, 0): b"low", **tiles(count)}
    path = written(content)
    other = Archive(path.read_bytes())
    assert other.tiles == content
    assert other.bounds == pytest.approx(FRAME)
    assert other.told["attribution"] == "© people"
    own = TileArchive(path)
    assert own.zooms == (other.lowest, other.highest)
    some = list(content)[:200]
    assert [own.tile(*place) for place in some] == [content[place] for place in some]
    assert own.tile(12, 4095, 4095) == content.get((12, 4095, 4095))
    assert dict(own.tiles()) == {tile_id(*place): len(one) for place, one in content.items()}


def test_equal_tiles_are_kept_once(written):
    sea = {(12, x, y): b"sea" * 100 for x in range(64) for y in range(64)}
    assert written(sea).stat().st_size < 1_000


@given(st.integers(0, 17), st.data())
def test_a_tile_has_one_number(zoom, data):
    x, y = (data.draw(st.integers(0, 2**zoom - 1)) for _ in "xy")
    assert place_of(tile_id(zoom, x, y)) == (zoom, x, y)


@pytest.mark.parametrize(
    "place", [(-1, 0, 0), (12, -1, 0), (12, 4096, 0), (12, 0, 4096), (99, 0, 0), (7, 1, 1)]
)
def test_where_there_cannot_be_a_tile_is_none(written, place):
    assert TileArchive(written(tiles(20) | {(8, 0, 0): b"x"})).tile(*place) is None


def test_a_missing_archive_says_so(tmp_path):
    with pytest.raises(StoreUnavailable, match=r"nothing\.pmtiles"):
        TileArchive(tmp_path / "nothing.pmtiles")


def read_all(path, places):
    archive = TileArchive(path)
    for place in places:
        archive.tile(*place)


@pytest.mark.parametrize("keep", [0, 6, 50, 126, 127, 130, 200, 1_000, -1])
def test_an_archive_that_breaks_off_is_said_to_be_damaged(written, keep):
    content = tiles(300)
    path = written(content)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(StoreUnavailable):
        read_all(path, content)


def test_a_wrong_byte_is_found_or_harmless(written):
    content = tiles(300)
    path = written(content)
    whole = path.read_bytes()
    random = np.random.default_rng(9)
    for at in [*range(127), *random.integers(127, len(whole), 150).tolist()]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ int(random.integers(1, 256))]) + whole[at + 1 :])
        with suppress(StoreUnavailable):
            read_all(path, list(content)[:20])
