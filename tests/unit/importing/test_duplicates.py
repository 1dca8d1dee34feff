"""A place that is there already is found, another one is not."""

from __future__ import annotations

import math
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.domain.duplicates import (
    distance_m,
    edit_distance,
    near_duplicates,
    near_namesakes,
    similar,
)
from micropolis_map.domain.place import Place

LON, LAT = 21.2, 52.2
METRE = 1 / 111_195


def place(place_id: str, east_m: float = 0, geometry: Any = None, **names: str) -> Place:
    lon = LON + east_m * METRE / math.cos(math.radians(LAT))
    point = {"type": "Point", "coordinates": [lon, LAT]}
    return Place(place_id, "wawer", "historical", names, geometry or point)


def square(side_m: float) -> dict[str, Any]:
    half = side_m / 2 * METRE
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [[LON + x * half / math.cos(math.radians(LAT)), LAT + y * half] for x, y in corners]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kawiarnia Łąka", "kawiarnia laka"),
        ("Biblioteka Publiczna", "Bibljoteka publiczna"),
        ("Old Harbour", "The Old Harbour"),
        ("Parco di Monte Urpinu", "PARCO DI MONTE URPINU"),
        ("Rødhus", "Rodhus"),
        ("Dworzec w Falenicy", "dworzec Falenica"),
        ("Кав'ярня Липа", "Кав’ярня «Липа»"),
    ],
)
def test_similar_names(one: str, other: str) -> None:
    assert similar(one, other)
    assert similar(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bakery", "Library"),
        ("Old Harbour", "New Bakery"),
        ("", "x"),
        ("…", "!"),
        ("Las", "Lis i Kruk"),
        ("A", "B"),
    ],
)
def test_other_names(one: str, other: str) -> None:
    assert not similar(one, other)


def test_a_hundred_metres_and_no_more() -> None:
    me = place("me", en="Old Oak")
    others = [place("far", 101, en="Old Oak"), place("b", 99, en="Old oak"), place("a", 30, en="The Old Oak")]
    assert [other.id for other in near_duplicates(me, others)] == ["a", "b"]


def test_across_languages_never_itself_never_withdrawn() -> None:
    me = place("me", en="Forest", pl="Las Wawerski")
    withdrawn = Place("w", "wawer", "natural", {"en": "Forest"}, me.geometry, status="withdrawn")
    assert near_duplicates(me, [me, withdrawn]) == []
    assert [p.id for p in near_duplicates(me, [place("x", 5, uk="las wawerski")])] == ["x"]


def test_areas_count_from_their_edge_and_hold_what_is_inside() -> None:
    area = place("area", geometry=square(1000), en="City Park")
    assert distance_m(area.geometry, place("in", 0, en="x").geometry) == 0
    assert distance_m(area.geometry, place("out", 560, en="x").geometry) == pytest.approx(60, abs=1)
    assert [p.id for p in near_duplicates(place("me", 560, en="City park"), [area])] == ["area"]
    assert near_duplicates(place("me", 700, en="City park"), [area]) == []
    line = {"type": "LineString", "coordinates": [[LON - 1, LAT], [LON + 1, LAT]]}
    assert distance_m(line, square(100)) == 0


def test_a_hole_is_not_inside() -> None:
    ring = {"type": "Polygon", "coordinates": [*square(1000)["coordinates"], *square(400)["coordinates"]]}
    assert distance_m(ring, place("p", en="x").geometry) == pytest.approx(200, rel=0.01)


def circle(corners: int, east_m: float) -> dict[str, Any]:
    turns = [2 * math.pi * k / corners for k in range(corners)]
    ring = [
        [
            LON + METRE * (east_m + 200 * math.cos(t)) / math.cos(math.radians(LAT)),
            LAT + METRE * 200 * math.sin(t),
        ]
        for t in turns
    ]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def test_fine_outlines_are_not_compared_side_by_side() -> None:
    """2,000 corners are allowed; each with each of another outline was 80 s of the server's processor."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        metres = distance_m(circle(300, 0), circle(300, 450))
    finally:
        sys.setprofile(None)
    assert metres == pytest.approx(50, abs=1)
    assert calls < 10 * 300


PARTS = {"MultiPoint": [[LON - 0.1, LAT], [LON, LAT]], "MultiLineString": [[[LON - 0.1, LAT], [LON, LAT]]]}


@pytest.mark.parametrize("kind", PARTS)
def test_any_part_inside_is_inside(kind: str) -> None:
    parts = {"type": kind, "coordinates": PARTS[kind]}
    assert distance_m(parts, square(1000)) == distance_m(square(1000), parts) == 0


def test_rings_may_be_open() -> None:
    """As somebody draws them: they are closed when the place is kept."""
    closed = square(1000)["coordinates"][0]
    spot = place("out", 560, en="x").geometry
    assert distance_m({"type": "Polygon", "coordinates": [closed[:-1]]}, spot) == distance_m(
        square(1000), spot
    )


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_edit_distance_is_a_distance(a: str, b: str, c: str) -> None:
    assert edit_distance(a, b) == edit_distance(b, a)
    assert (edit_distance(a, b) == 0) == (a == b)
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)


@given(st.floats(0, 300))
def test_points_are_as_far_apart_as_on_the_sphere(metres: float) -> None:
    assert distance_m(place("a", en="x").geometry, place("b", metres, en="x").geometry) == pytest.approx(
        metres, rel=0.01, abs=0.01
    )


@given(
    st.lists(
        st.tuples(st.floats(-400, 400), st.sampled_from(["Old Oak", "old oak", "Mill", "Bakery"])),
        max_size=12,
    )
)
def test_namesakes_are_the_nearest_duplicate_of_each(spots: list[tuple[float, str]]) -> None:
    there = [place(f"p{i}", metres, en=name) for i, (metres, name) in enumerate(spots)]
    there.append(place("park", geometry=square(300), en="Old oak park"))
    new = [
        place("n1", 10, en="The Old Oak"),
        place("n2", -250, en="Mill"),
        place("n3", geometry=square(50), en="Mill"),
    ]
    expected = [(one, found[0]) for one in new if (found := near_duplicates(one, there))]
    assert list(near_namesakes(new, there)) == expected
