"""The public file: filled from, kept equal, never overwritten when it cannot be read."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "contracts"))

from dict_place_store import DictPlaceStore
from place_builders import a_place

from micropolis_map.domain.place_geojson import collection
from micropolis_map.errors import StoreUnavailable, UnreadableFile
from micropolis_map.services.publishing import Publishing

LATER = "2026-06-01T00:00:00Z"


@pytest.fixture
def store():
    return DictPlaceStore()


@pytest.fixture
def publishing(store, tmp_path):
    return Publishing(store, tmp_path / "places.geojson")


def write(publishing, *places, exported="2026-02-02T00:00:00Z"):
    publishing.path.write_text(collection(places, exported, licence="CC0-1.0", attribution="Anna"))


def ids_in(path):
    return [feature["id"] for feature in json.loads(path.read_text())["features"]]


def test_a_fresh_store_is_filled_from_the_file_which_stays_as_it_is(store, publishing):
    write(publishing, a_place("a"), a_place("b", revision=7))
    before = publishing.path.read_bytes()
    assert publishing.renew().added == 2
    assert store.get("b").revision == 7
    assert not publishing.mirror_now()
    assert publishing.path.read_bytes() == before


def test_without_a_file_it_is_made(store, publishing):
    store.put(a_place())
    assert publishing.mirror_now()
    assert ids_in(publishing.path) == ["wawer-anin"]


def test_only_what_is_published_is_in_the_file_and_its_header_stays(store, publishing):
    write(publishing, a_place("a"))
    publishing.renew()
    store.put(a_place("b"))
    store.put(a_place("c", status="pending"))
    assert publishing.mirror_now()
    document = json.loads(publishing.path.read_text())
    assert ids_in(publishing.path) == ["a", "b"]
    assert document["micropolis"]["attribution"] == "Anna"
    assert document["micropolis"]["exported"] > "2026-02-02"
    assert not publishing.mirror_now()


def test_a_hidden_place_leaves_the_file_and_does_not_come_back(store, publishing):
    write(publishing, a_place("a"), a_place("b"))
    publishing.renew()
    store.put(a_place("a", status="hidden"))
    publishing.mirror_now()
    assert ids_in(publishing.path) == ["b"]
    write(publishing, a_place("a", updated=LATER, source="pulled"), a_place("b"))
    assert publishing.mirror_now()
    assert store.get("a").status == "hidden"
    assert store.get("a").source == "pulled"
    assert ids_in(publishing.path) == ["b"]


def test_what_the_file_leaves_out_is_not_deleted(store, publishing):
    write(publishing, a_place("a"), a_place("b"))
    publishing.renew()
    write(publishing, a_place("a"))
    assert publishing.mirror_now()
    assert ids_in(publishing.path) == ["a", "b"]


def test_a_newer_place_in_the_file_renews_and_an_older_does_not(store, publishing):
    write(publishing, a_place("a"), a_place("b", updated=LATER))
    publishing.renew()
    write(publishing, a_place("a", updated=LATER, source="new"), a_place("b", source="old"))
    renewal = publishing.renew()
    assert (renewal.added, renewal.renewed, renewal.unchanged) == (0, 1, 1)
    assert (store.get("a").source, store.get("a").revision) == ("new", 2)
    assert store.get("b").source == ""


def test_a_hand_edit_that_forgets_the_date_is_taken_unless_the_store_went_on(store, publishing):
    write(publishing, a_place("a"), a_place("b"))
    publishing.renew()
    store.put(a_place("b", source="resident"))
    write(publishing, a_place("a", source="hand"), a_place("b", source="hand"))
    assert publishing.renew().renewed == 1
    assert (store.get("a").source, store.get("b").source) == ("hand", "resident")


def test_times_of_several_notations_are_compared_as_moments(store, publishing):
    store.put(a_place("a", updated="2026-01-01T12:00:00Z"))
    write(publishing, a_place("a", updated="2026-01-01T12:30:00+01:00", source="older by half an hour"))
    assert publishing.renew().renewed == 0


@pytest.mark.parametrize(
    "content", ["{", '{"type":"FeatureCollection","features":[{"type":"Feature","id":"x"}]}', "\xff"]
)
def test_a_file_that_cannot_be_read_is_left_alone_and_told(store, publishing, content):
    publishing.path.write_bytes(content.encode("latin-1"))
    store.put(a_place())
    assert publishing.renew().problems
    with pytest.raises(UnreadableFile, match=r"places\.geojson.*not rewritten"):
        publishing.mirror_now()
    assert publishing.path.read_bytes() == content.encode("latin-1")


def test_good_features_come_in_beside_a_bad_one(store, publishing):
    write(publishing, a_place("a"))
    document = json.loads(publishing.path.read_text())
    document["features"].append({"type": "Feature", "id": "bad"})
    publishing.path.write_text(json.dumps(document))
    renewal = publishing.renew()
    assert renewal.added == 1
    assert "bad" in renewal.problems[0]


def test_an_id_that_is_there_twice_is_told(publishing):
    write(publishing, a_place("a"), a_place("a", source="2"))
    assert "twice" in publishing.renew().problems[0]


def test_a_read_only_file_is_told_and_kept(store, publishing, monkeypatch):
    write(publishing, a_place("a"))
    publishing.renew()
    store.put(a_place("b"))
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everything
    with pytest.raises(StoreUnavailable, match=r"places\.geojson.*cannot be written"):
        publishing.mirror_now()
    assert ids_in(publishing.path) == ["a"]


def until(fact, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.02)
    return fact()


def test_the_watch_writes_changes_within_five_seconds_takes_edits_in_and_ends(store, publishing):
    publishing.start()
    publishing.start()
    try:
        assert until(publishing.path.exists)
        store.put(a_place("a"))
        assert until(lambda: ids_in(publishing.path) == ["a"])
        write(publishing, a_place("a"), a_place("z"))
        assert until(lambda: len(store.places()) == 2)
        store.put(a_place("last"))
    finally:
        publishing.stop()
    assert ids_in(publishing.path) == ["a", "last", "z"]
    assert not list(publishing.path.parent.glob(".places.geojson.*[!k]"))


def test_the_watch_tells_its_problem_and_forgets_it_when_it_is_gone(store, publishing, monkeypatch):
    monkeypatch.setattr("micropolis_map.services.publishing._RETRY_S", 0.05)
    publishing.path.write_text("{")
    publishing.start()
    try:
        assert until(lambda: "not JSON" in publishing.problem)
        write(publishing, a_place())
        assert until(lambda: publishing.problem == "")
        assert until(lambda: len(store.places()) == 1)
    finally:
        publishing.stop()
