"""Tiles of a town without streets: made once, anew when the sketch changes, never for a closed town."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micropolis_map.errors import NotFound, StoreUnavailable, UnreadableFile
from micropolis_map.services.sketched_map import archive_of_sketch, sketched
from micropolis_map.stores.community_store import FolderCommunityStore
from micropolis_map.stores.sketch_geojson import read_sketch
from micropolis_map.stores.tile_archive import TileArchive
from micropolis_map.stores.town_states import TownState, TownStates

GEO = Path(__file__).parents[3] / "data" / "geo"
TEXT = (GEO / "cagliari" / "sketch.geojson").read_text(encoding="utf-8")


@pytest.fixture
def store(tmp_path: Path) -> FolderCommunityStore:
    shutil.copytree(GEO, tmp_path / "geo", ignore=shutil.ignore_patterns("built", "cache"))
    return FolderCommunityStore(tmp_path / "geo")


def _drawn(store: FolderCommunityStore) -> Path:
    shown = sketched(store, "cagliari")
    assert shown is not None
    path = archive_of_sketch(store, "cagliari", shown.build)
    assert path is not None
    return path


def test_the_archive_is_made_once_and_holds_the_town(store: FolderCommunityStore) -> None:
    path = _drawn(store)
    made = path.stat()
    assert _drawn(store).stat().st_ino == made.st_ino
    assert made.st_size < 150_000
    archive = TileArchive(path)
    assert archive.zooms == (8, 15)
    assert archive.tile(12, 2151, 1562)  # Castello
    assert [file.name for file in path.parent.glob("*.pmtiles")] == [path.name]


@pytest.mark.parametrize("name", ["sketch.geojson", "districts.geojson"])
def test_another_sketch_has_another_name_and_takes_the_place_of_the_old(
    store: FolderCommunityStore, name: str
) -> None:
    before = _drawn(store)
    file = store.folder / "cagliari" / name
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    after = _drawn(store)
    assert after != before
    assert not before.exists()
    assert archive_of_sketch(store, "cagliari", before.stem) is None


@pytest.mark.parametrize(
    "build", ["sketch-", "sketch-0123456789", "sketch-../../cagliari", "sketch-" + "a" * 500]
)
def test_no_other_name_makes_anything(store: FolderCommunityStore, build: str) -> None:
    assert archive_of_sketch(store, "cagliari", f"sketch-{build}") is None
    assert not (store.folder / "cagliari" / "cache").exists()


def test_a_closed_or_unknown_town_has_no_tiles(store: FolderCommunityStore) -> None:
    build = _drawn(store).stem
    hidden = TownState("hidden", "Cagliari", "2026-12-01T00:00:00Z", "")
    TownStates(store.folder).put("cagliari", hidden)
    assert archive_of_sketch(store, "cagliari", build) is None
    assert archive_of_sketch(store, "nowhere", build) is None
    with pytest.raises(NotFound):
        sketched(store, "cagliari")


def test_a_town_without_a_sketch_or_with_streets_shows_none(store: FolderCommunityStore) -> None:
    assert sketched(store, "demo") is None
    build = store.folder / "wawer" / "built" / "20260101T000000Z-00000000"
    build.mkdir(parents=True)
    (build.parent / "current").write_text(build.name)
    assert sketched(store, "wawer") is None


def test_where_nothing_can_be_written_our_error_says_so(store: FolderCommunityStore) -> None:
    shown = sketched(store, "cagliari")
    assert shown is not None
    (store.folder / "cagliari" / "cache").write_text("a file where the folder belongs")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        archive_of_sketch(store, "cagliari", shown.build)


DAMAGE = [
    "", "{", "[]", '{"features":[]}', "null", TEXT.replace('"sea"', '"lava"'),
    TEXT.replace("9.02549", "1e400"), TEXT.replace("9.02549", '"x"'), TEXT.replace('"licence"', '"x"'),
    TEXT.replace("[9.0166,39.14,9.22,39.2625]", "[9.22,39.14,9.0166,39.2625]"), TEXT.replace('"note"', '"x"'),
    TEXT.replace('"Polygon"', '"Point"'), "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", DAMAGE, ids=range(len(DAMAGE)))
def test_a_damaged_sketch_is_told_and_the_town_still_opens(store: FolderCommunityStore, text: str) -> None:
    build = _drawn(store).stem
    (store.folder / "cagliari" / "sketch.geojson").write_text(text, "utf-8")
    assert store.get("cagliari").name["it"] == "Cagliari"
    with pytest.raises(UnreadableFile, match="sketch"):
        store.sketch("cagliari")
    shown = sketched(store, "cagliari")
    assert shown is not None
    assert (shown.build, shown.frame) == ("", None)
    assert shown.note["en"].startswith("The sketch of this town is damaged")
    assert archive_of_sketch(store, "cagliari", build) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(
    where=st.sampled_from(["frame", "note", "features", "properties", "geometry", "coordinates"]), value=JSON
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_value_anywhere_is_a_sketch_or_our_error(where: str, value: object) -> None:
    document = json.loads(TEXT)
    feature = document["features"][0]
    inside = {"frame": document["micropolis"], "note": document["micropolis"], "features": document}
    inside |= {"properties": feature, "geometry": feature, "coordinates": feature["geometry"]}
    inside[where][where] = value
    try:
        read_sketch(json.dumps(document), "it")
    except UnreadableFile:
        return
