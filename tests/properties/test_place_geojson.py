"""Places written as GeoJSON and read again are the same places, and their text is stable."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent / "contracts"))

from place_builders import a_place, places, rings

from micropolis_map.domain.geometry import canonical_geometry
from micropolis_map.domain.place_filter import PlaceFilter, filtered, matches, plain
from micropolis_map.domain.place_geojson import (
    collection,
    feature_to_place,
    normalised,
    place_to_feature,
    read_features,
    unknown_properties,
)
from micropolis_map.errors import InvalidInput, UnreadableFile


@settings(max_examples=60)
@given(places)
def test_a_place_round_trips(place):
    clean = normalised(place)
    again = feature_to_place(json.loads(json.dumps(place_to_feature(clean))))
    assert normalised(clean) == clean
    assert again.id == place.id
    assert place_to_feature(again) == place_to_feature(place)


@settings(max_examples=40)
@given(st.lists(places, max_size=4, unique_by=lambda place: place.id), st.randoms())
def test_a_collection_round_trips_in_any_order_one_feature_a_line(many, random):
    text = collection(many, "2026-01-01T00:00:00Z")
    shuffled = list(many)
    random.shuffle(shuffled)
    assert collection(shuffled, "2026-01-01T00:00:00Z") == text
    features, header = read_features(text, "places.geojson")
    assert [feature["id"] for feature in features] == sorted(place.id for place in many)
    assert list(header) == ["schema", "licence", "attribution", "exported"]
    assert sum(line.startswith('{"type":"Feature"') for line in text.split("\n")) == len(many)
    assert collection(map(feature_to_place, features), "2026-01-01T00:00:00Z") == text


@settings(max_examples=40)
@given(rings)
def test_outer_rings_run_counter_clockwise(ring):
    for start in (ring, ring[::-1]):
        written = canonical_geometry({"type": "Polygon", "coordinates": [start]}, "a test")["coordinates"][0]
        if shapely.Polygon(written).is_valid and shapely.Polygon(written).area > 1e-6:
            assert shapely.is_ccw(shapely.LinearRing(written))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"id": None}, ["id", "None"]),
        ({"id": "../etc"}, ["id", "../etc"]),
        ({"geometry": None}, ["wawer-anin", "geometry"]),
        ({"geometry": {"type": "Point", "coordinates": [52.2, 121.1]}}, ["121.1", "latitude"]),
        ({"geometry": {"type": "Point", "coordinates": [float("nan"), 1]}}, ["nan"]),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}}, ["not closed"]),
        ({"geometry": {"type": "Circle", "coordinates": [0, 0]}}, ["Circle"]),
        ({"properties": None}, ["properties"]),
    ],
)
def test_a_broken_feature_is_refused_by_field_and_value(change, names):
    with pytest.raises(InvalidInput) as caught:
        feature_to_place(place_to_feature(a_place()) | change)
    assert all(name in str(caught.value) for name in names)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("community", "../x"), ("kind", "haunted"), ("name", {}), ("name", {"en": "  "}), ("name", "Anin"),
        ("name", {"English": "x"}), ("name", {"en": 3}), ("activity", "A B"), ("themes", ["a,b"]),
        ("themes", "sea"), ("period", {"from": 1950, "to": 1900}), ("period", {"from": "old"}), ("period", 3),
        ("access", {"step_free": "maybe"}), ("access", {"x": [1]}), ("website", "javascript:alert(1)"),
        ("website", "ftp://x.org"), ("website", "http://[x"), ("photos", [{"id": 1}]), ("stories", [3]),
        ("stories", [{"id": "s", "lang": "?"}]), ("created", "yesterday"), ("revision", 0),
        ("revision", True), ("source", "\ud800"), ("description", {"en": "x" * 20_001}),
    ],
)  # fmt: skip
def test_a_wrong_property_is_refused_by_name(field, value):
    feature = place_to_feature(a_place())
    feature["properties"][field] = value
    with pytest.raises(InvalidInput, match="wawer-anin") as caught:
        feature_to_place(feature)
    assert field in str(caught.value) or field.rstrip("s").replace("storie", "story") in str(caught.value)


def test_absent_properties_take_their_defaults_and_unknown_ones_are_told():
    feature = {
        "type": "Feature",
        "id": "a",
        "geometry": {"type": "Point", "coordinates": [21, 52, 110]},
        "properties": {"community": "wawer", "kind": "natural", "name": {"pl": "Las"}, "colour": "green"},
    }
    place = feature_to_place(feature)
    assert place.access == {"step_free": "unknown"}
    assert place.geometry == {"type": "Point", "coordinates": [21.0, 52.0]}
    assert unknown_properties(feature) == ("colour",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"type":"FeatureCollection"}',
        '{"type":"FeatureCollection","features":3}',
        '{"type":"FeatureCollection","features":[],"micropolis":{"schema":2}}',
    ],
)
def test_a_broken_collection_is_refused_by_name(text):
    with pytest.raises(UnreadableFile, match=r"places\.geojson"):
        read_features(text, "places.geojson")


@settings(max_examples=60)
@given(st.lists(places, max_size=5), st.sampled_from(["historical", "natural"]), st.text(max_size=3))
def test_filters_only_narrow_and_agree(many, kind, text):
    kinds, both = PlaceFilter(kinds=(kind,)), PlaceFilter(kinds=(kind,), text=text)
    assert len(filtered(many, both)) <= len(filtered(many, kinds)) <= len(many)
    assert filtered(many, PlaceFilter()) == tuple(many)
    assert filtered(many, both) == tuple(place for place in many if matches(place, both))


@given(
    st.builds(
        PlaceFilter,
        kinds=st.sampled_from([(), ("natural",), ("historical", "co-created")]),
        themes=st.sampled_from([(), ("sea", "ships & ropes")]),
        activities=st.sampled_from([(), ("library",)]),
        text=st.text(max_size=20).map(str.strip),
        ids=st.sampled_from([(), ("a", "b")]),
    )
)
def test_a_filter_round_trips_through_the_address(wanted):
    assert PlaceFilter.from_query(wanted.to_query()) == wanted
    assert bool(wanted) == bool(wanted.to_query())


@pytest.mark.parametrize(
    ("searched", "found"), [("miedzylesie", True), ("MIĘDZY willa", True), ("lodz", False)]
)
def test_search_ignores_accents_and_case_and_wants_every_word(searched, found):
    place = a_place(name={"pl": "Willa, Międzylesie"})
    assert matches(place, PlaceFilter(text=searched)) is found


def test_plain_text():
    assert plain("ŁÓDŹ Kulturøen Ærø Straße") == "lodz kulturoen aero strasse"
