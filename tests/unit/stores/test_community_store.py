"""Communities as folders: read strictly, written whole, built aside."""

from __future__ import annotations

import gzip
import json
import os
import time
from dataclasses import replace

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from micropolis_map.domain.community import Community, District, LoadReport
from micropolis_map.domain.visible_text import visible
from micropolis_map.errors import InvalidInput, MicropolisError, NotFound, StoreUnavailable, UnreadableFile
from micropolis_map.stores import community_store
from micropolis_map.stores.community_store import FolderCommunityStore
from micropolis_map.stores.community_toml import read_community, write_community
from micropolis_map.stores.districts_geojson import voronoi_cells

SQUARE = {"type": "Polygon", "coordinates": [[[21, 52], [22, 52], [22, 53], [21, 53], [21, 52]]]}
WAWER = Community(
    slug="wawer",
    name={"en": "Wawer", "pl": "Wawer"},
    country="PL",
    languages=("pl", "en"),
    centre=(21.5, 52.5),
    query="Wawer, Warszawa",
    about={"en": 'Forest, "villas"\nand a river'},
    outline=SQUARE,
    districts=(District("Anin", SQUARE, (21.5, 52.5)),),
)
REPORT = LoadReport("wawer", 5, 4, 1.5, 0, 1, 1.0, 3, 7.0, "census", 2, 1, 0, 0.1, notes=("one", "two"))


@pytest.fixture
def store(tmp_path):
    return FolderCommunityStore(tmp_path / "geo")


def point(name, lon, lat):
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"role": "district", "name": name},
    }


def test_a_saved_community_is_read_back(store):
    assert store.slugs() == []
    store.save(WAWER)
    assert store.slugs() == ["wawer"]
    assert store.get("wawer") == WAWER


@pytest.fixture
def readings(monkeypatch):
    """How often a description was read and checked."""
    counted = []
    monkeypatch.setattr(
        community_store, "read_community", lambda *given: counted.append(given[1]) or read_community(*given)
    )
    return counted


def made_before(store, seconds):
    for path in (store.folder / "wawer").iterdir():
        moment = time.time() - seconds
        os.utime(path, (moment, moment))


def test_the_files_are_read_once_for_each_of_their_versions(store, readings):
    store.save(WAWER)
    made_before(store, 60)
    assert [store.get("wawer") for _ in range(5)] == [WAWER] * 5
    assert readings == ["wawer"]
    wider = replace(WAWER, districts=(*WAWER.districts, District("Falenica", SQUARE, (21.5, 52.5))))
    store.save(wider)
    made_before(store, 30)
    assert [store.get("wawer") for _ in range(5)] == [wider] * 5
    assert readings == ["wawer", "wawer"]


def test_a_file_changed_a_moment_ago_is_read_again(store, readings):
    store.save(WAWER)
    path = store.folder / "wawer" / "community.toml"
    before, facts = path.read_text("utf-8"), path.stat()
    assert store.get("wawer").country == "PL"
    path.write_text(before.replace('"PL"', '"DK"'), "utf-8")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # as a system does that keeps whole seconds
    assert store.get("wawer").country == "DK"
    assert len(readings) == 2


def test_a_damaged_file_is_told_each_time_and_read_when_it_is_mended(store):
    store.save(WAWER)
    made_before(store, 60)
    path = store.folder / "wawer" / "community.toml"
    whole = path.read_text("utf-8")
    path.write_text("name = ", "utf-8")
    made_before(store, 60)
    for _ in range(2):
        with pytest.raises(MicropolisError, match=r"community\.toml"):
            store.get("wawer")
    path.write_text(whole, "utf-8")
    assert store.get("wawer") == WAWER


def test_no_more_communities_are_kept_than_said(store, readings, monkeypatch):
    monkeypatch.setattr(community_store, "_KEPT", 1)
    store = FolderCommunityStore(store.folder)
    for slug in ("wawer", "anin"):
        store.save(replace(WAWER, slug=slug))
    for path in store.folder.glob("*/*"):
        os.utime(path, (1e9, 1e9))
    for slug in ("wawer", "wawer", "anin", "anin", "wawer"):
        store.get(slug)
    assert readings == ["wawer", "anin", "wawer"]


def test_an_unknown_community_is_not_found_and_the_known_are_named(store):
    store.save(WAWER)
    with pytest.raises(NotFound, match=r"atlantis.*wawer"):
        store.get("atlantis")


@pytest.mark.parametrize("slug", ["", "..", "../etc", "a/b", "Wawer", "ż", "a" * 41, "a\x00", "a\n", "."])
def test_a_slug_leads_nowhere_else(store, slug):
    for use in (store.get, store.current_build, store.begin_build, store.report):
        with pytest.raises(InvalidInput):
            use(slug)
    with pytest.raises(InvalidInput):
        store.save(replace(WAWER, slug=slug))


@settings(max_examples=60)
@given(
    st.builds(
        replace,
        st.just(WAWER),
        name=st.dictionaries(
            st.sampled_from(["en", "pl"]), st.text(min_size=1, max_size=9).map(visible), min_size=1
        ),
        about=st.dictionaries(st.sampled_from(["en", "uk"]), st.text(max_size=20)),
        country=st.text(max_size=9).map(visible),
        query=st.text(max_size=20),
        source=st.text(max_size=20),
        zoom=st.integers(1, 22),
        fictional=st.booleans(),
        districts=st.just(()),
        outline=st.none(),
    )
)
def test_every_description_round_trips_through_toml(community):
    assert read_community(write_community(community), "wawer", "x") == community


@pytest.mark.parametrize(
    "text",
    ["name = ", "zoom = 99", "zoom = 'x'", "centre = [1]", "centre = [200.0, 1.0]", "languages = []",
     "languages = ['Polish!']", "fictional = 'no'", "country = 3", "[name]\nEN = 'x'"],
)  # fmt: skip
def test_a_wrong_description_is_named(store, text):
    store.save(WAWER)
    (store.folder / "wawer" / "community.toml").write_text(text)
    with pytest.raises(UnreadableFile, match=r"community\.toml.*correct the file"):
        store.get("wawer")


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"features":[3]}', '{"features":[{"properties":{}}]}',
     '{"features":[{"properties":{"role":"outline"},"geometry":{"type":"Point","coordinates":[1,2]}}]}',
     '{"features":[{"properties":{"role":"district"},"geometry":{"type":"Point","coordinates":[1,2]}}]}',
     '{"features":[{"properties":{"role":"district","name":"A"},"geometry":{"type":"Point","coordinates":[1,99]}}]}'],
)  # fmt: skip
def test_wrong_districts_are_named(store, text):
    store.save(WAWER)
    (store.folder / "wawer" / "districts.geojson").write_text(text)
    with pytest.raises(UnreadableFile, match=r"districts\.geojson"):
        store.get("wawer")


def test_centres_become_cells_within_the_outline(store):
    store.save(WAWER)
    outline = {"type": "Feature", "geometry": SQUARE, "properties": {"role": "outline"}}
    features = [outline, point("West", 21.25, 52.5), point("East", 21.75, 52.5)]
    path = store.folder / "wawer" / "districts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    west, east = store.get("wawer").districts
    assert (west.name, west.centre, west.approximate) == ("West", (21.25, 52.5), True)
    assert shape(west.geometry).bounds == pytest.approx((21, 52, 21.5, 53))
    assert shape(east.geometry).bounds == pytest.approx((21.5, 52, 22, 53))


hundredths = st.integers(1, 99)
spread = st.tuples(hundredths, hundredths).map(lambda p: (21 + p[0] / 100, 52 + p[1] / 100))


@settings(max_examples=40)
@given(st.lists(spread, min_size=1, max_size=8, unique=True))
def test_cells_share_the_outline_out_completely(centres):
    cells = [shape(cell) for cell in voronoi_cells(centres, SQUARE)]
    assert sum(cell.area for cell in cells) == pytest.approx(1.0)
    assert shapely.union_all(cells).area == pytest.approx(1.0)
    assert all(cell.buffer(1e-9).covers(shapely.Point(c)) for cell, c in zip(cells, centres, strict=True))


def test_cells_without_an_outline_hold_their_centres():
    cells = voronoi_cells([(21.0, 52.0), (21.1, 52.0)], None)
    assert [shape(cell).contains(shapely.Point(x, 52)) for cell, x in zip(cells, (21, 21.1), strict=True)]


def test_a_build_is_seen_only_when_it_is_finished(store):
    store.save(WAWER)
    build = store.begin_build("wawer")
    store.put_layer(build, "streets", {"type": "FeatureCollection", "features": []})
    assert store.current_build("wawer") is None
    assert store.report("wawer") is None
    store.finish_build("wawer", build, REPORT)
    assert store.current_build("wawer") == build
    assert store.report("wawer") == replace(REPORT, build_id=build.name)
    plain = (build / "streets.geojson").read_bytes()
    assert gzip.decompress((build / "streets.geojson.gz").read_bytes()) == plain


def test_a_build_that_stops_before_the_end_leaves_the_old_one(store, monkeypatch):
    store.save(WAWER)
    first = store.begin_build("wawer")
    store.finish_build("wawer", first, REPORT)
    second = store.begin_build("wawer")
    written = community_store.write_whole

    def crash(path, content):
        if path.name == "current":
            raise StoreUnavailable("the power went", "")
        written(path, content)

    monkeypatch.setattr(community_store, "write_whole", crash)
    with pytest.raises(StoreUnavailable):
        store.finish_build("wawer", second, REPORT)
    assert store.current_build("wawer") == first


def test_the_last_build_stays_for_its_readers_and_older_ones_go(store):
    store.save(WAWER)
    builds = []
    for _ in range(3):
        builds.append(store.begin_build("wawer"))
        store.finish_build("wawer", builds[-1], REPORT)
    assert [build.exists() for build in builds] == [False, True, True]
    assert store.current_build("wawer") == builds[-1]


def test_a_build_can_be_made_before_the_community_is_saved(store):
    build = store.begin_build("new-town")
    store.finish_build("new-town", build, REPORT)
    store.save(replace(WAWER, slug="new-town"))
    assert store.current_build("new-town") == build


@pytest.mark.parametrize("name", ["../x", "a/b", "", "A", "x" * 41, "a.b"])
def test_a_layer_leads_nowhere_else(store, name):
    with pytest.raises(InvalidInput):
        store.put_layer(store.begin_build("wawer"), name, {})


def test_damage_in_the_built_files_is_told(store):
    store.save(WAWER)
    build = store.begin_build("wawer")
    store.finish_build("wawer", build, REPORT)
    (build / "report.json").write_text("[")
    with pytest.raises(MicropolisError, match=r"report\.json.*load the community again"):
        store.report("wawer")
    (build.parent / "current").write_text("../../etc")
    with pytest.raises(UnreadableFile, match="load the community again"):
        store.current_build("wawer")
