"""Names are found by the beginnings of their words, whatever the accents, fast."""

from __future__ import annotations

import pytest
from pinning_builders import feature, published
from tiny_town import write_town
from town_loading import load_community

from micropolis_map.errors import InvalidInput, StoreUnavailable
from micropolis_map.services import finding
from micropolis_map.services.finding import Gazetteer, Name
from micropolis_map.services.loading import LoadRequest

TOWN = Gazetteer(
    [
        Name("ulica Łąkowa 5", "address", 21.1, 52.2),
        Name("ulica Łąkowa", "street", 21.1, 52.2),
        Name("ulica Szkolna", "street", 21.1, 52.2),
        Name("Szkoła nad Łąką", "feature", 21.1, 52.2),
        Name("Algade", "street", 9.7, 55.5),
        Name("Algade 5", "address", 9.7, 55.5),
        Name("Algade 12", "address", 9.7, 55.5),
    ]
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("lak", ["ulica Łąkowa", "Szkoła nad Łąką", "ulica Łąkowa 5"]),
        ("ŁĄK", ["ulica Łąkowa", "Szkoła nad Łąką", "ulica Łąkowa 5"]),
        ("algade", ["Algade", "Algade 5", "Algade 12"]),
        ("algade 1", ["Algade 12"]),
        ("lak szkol", ["Szkoła nad Łąką"]),
        ("5 lakowa", ["ulica Łąkowa 5"]),
        ("akowa", []),
        ("5", []),
        ("  ", []),
    ],
)
def test_beginnings_of_words_in_any_order(query, found):
    assert [name.text for name in TOWN.find(query)] == found


def test_places_districts_and_the_builds_names_together(desk, application, tmp_path):
    published(desk, feature=feature("Anin pump"))
    build = application.community_store.begin_build("wawer")
    finding.write_gazetteer(build, [("Anińska", "street", 21.1, 52.2), ("Zorzy 3", "address", 21.1, 52.2)])
    (build.parent / "current").write_text(build.name)
    found = finding.find(application.place_store, application.community_store, "wawer", "anin")
    assert [(name.text, name.kind) for name in found] == [
        ("Anin", "district"),
        ("Anin pump", "place"),
        ("Anińska", "street"),
    ]
    assert found[1].place_id.startswith("wawer-")
    with pytest.raises(InvalidInput):
        finding.find(application.place_store, application.community_store, "wawer", "x" * 101)


def test_builds_without_a_gazetteer_lend_their_layers_names(application):
    store = application.community_store
    build = store.begin_build("wawer")
    line = {"type": "LineString", "coordinates": [[21.1, 52.2], [21.2, 52.2], [21.3, 52.2]]}
    streets = [{"type": "Feature", "geometry": line, "properties": {"name": "Zorzy"}}] * 2
    store.put_layer(build, "streets", {"type": "FeatureCollection", "features": streets})
    (build.parent / "current").write_text(build.name)
    found = finding.find(application.place_store, store, "wawer", "zor")
    assert [(n.text, n.kind, n.lon) for n in found] == [("Zorzy", "street", 21.2)]


def test_a_damaged_gazetteer_says_so(application):
    store = application.community_store
    build = store.begin_build("wawer")
    (build / finding.GAZETTEER).write_text("[1]")
    (build.parent / "current").write_text(build.name)
    with pytest.raises(StoreUnavailable, match="load"):
        finding.find(application.place_store, store, "wawer", "x")


def test_loading_a_community_makes_its_names_findable(application, tmp_path):
    load_community(application, "tiny", LoadRequest(name="Tiny Town", osm=(write_town(tmp_path),)))
    found = finding.find(application.place_store, application.community_store, "tiny", "barn")
    assert [(name.text, name.kind) for name in found] == [("The Barn", "feature")]
    build = application.community_store.current_build("tiny")
    assert (build / finding.GAZETTEER).is_file()
