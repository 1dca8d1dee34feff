"""What a browser tells of taps is read with care: it may send anything."""

from __future__ import annotations

import pytest

from micropolis_map.ui.components.map_taps import LARGEST, MOST, Tap, read_taps

SESSION = "one"


def told(taps, session=SESSION, name="taps"):
    return {"last_active_drawing": {"id": name, "properties": {"session": session, "taps": taps}}}


def put(number, place="a"):
    return {"n": number, "kind": "put", "place": place}


def test_taps_are_read_in_order_with_their_facts():
    taps = read_taps(told([put(3), put(4, "b")]), SESSION)
    assert taps == (Tap(3, "put", {"place": "a"}), Tap(4, "put", {"place": "b"}))
    assert [tap.place for tap in taps] == ["a", "b"]


@pytest.mark.parametrize(
    "payload",
    [
        None,
        "x",
        {},
        {"last_active_drawing": None},
        {"last_active_drawing": {"id": "taps"}},
        {"last_active_drawing": {"id": "taps", "properties": []}},
        told([put(1)], name="p1"),
        told([put(1)], session="an earlier one"),
        told([put(1)], session=None),
        told("x"),
        told({"n": 1}),
        told([7, None, [put(1)]]),
        told([put(0), put(-1), {"n": True, "kind": "put"}, put("1"), put(1.5), put(LARGEST)]),
        told([{"n": 1}, {"n": 2, "kind": ""}, {"n": 3, "kind": 7}, {"n": 4, "kind": "x" * 129}]),
    ],
)
def test_what_makes_no_sense_is_no_tap(payload):
    assert read_taps(payload, SESSION) == ()


def test_a_number_counts_once_and_only_upwards():
    taps = read_taps(told([put(2), put(2, "b"), put(1, "c"), put(5, "d")]), SESSION)
    assert [(tap.number, tap.place) for tap in taps] == [(2, "a"), (5, "d")]


def test_no_more_taps_are_read_than_a_finger_makes():
    assert len(read_taps(told([put(n) for n in range(1, 50 * MOST)]), SESSION)) == MOST


@pytest.mark.parametrize("place", [7, None, ["a"], "x" * 129])
def test_a_place_that_is_no_id_is_none(place):
    assert read_taps(told([put(1, place)]), SESSION)[0].place == ""
