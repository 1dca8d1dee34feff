"""A frame holds nearly everybody and no more ground than it must, wherever a town lies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micropolis_map.analysis.smallest_frames import ASPECTS, SHARE, smallest_frames


def town(seed: int, homes: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return homes of a few quarters, some far out."""
    rng = np.random.default_rng(seed)
    middles = rng.uniform(-0.05, 0.05, (3, 2))
    at = middles[rng.integers(0, 3, homes)] + rng.normal(0, 0.006, (homes, 2))
    return 7.0 + at[:, 0], 45.0 + at[:, 1], rng.integers(1, 9, homes).astype(np.float64)


def held(box: tuple[float, float, float, float], lon, lat, people) -> float:
    """Return the share of the people in `box`."""
    west, south, east, north = box
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return float(people[inside].sum() / people.sum())


def side(box: tuple[float, float, float, float], aspect: float) -> float:
    """Return the height of the frame of shape `aspect` that shows `box`, in Mercator degrees."""
    west, south, east, north = box
    y = np.degrees(np.arcsinh(np.tan(np.radians([south, north]))))
    return float(max((east - west) / aspect, y[1] - y[0]))


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_each_frame_holds_nearly_everybody(seed):
    lon, lat, people = town(seed)
    boxes = smallest_frames(lon, lat, people)
    assert 1 <= len(boxes) <= len(ASPECTS)
    assert min(held(box, lon, lat, people) for box in boxes) >= SHARE - 1e-6


@given(st.integers(0, 10_000), st.sampled_from(ASPECTS))
@settings(max_examples=15, deadline=None)
def test_no_frame_of_the_shape_is_much_smaller(seed, aspect):
    """Against every frame that begins at homes' own positions."""
    lon, lat, people = town(seed, homes=40)
    (found,) = smallest_frames(lon, lat, people, aspects=(aspect,))
    least = min(
        side((west, south, east, north), aspect)
        for west in lon
        for south in lat
        if (sides := fits(west, south, lon, lat, people, aspect))
        for east, north in [sides]
    )
    assert side(found, aspect) <= 1.06 * least


def fits(west, south, lon, lat, people, aspect):
    """Return east and north of the smallest frame from this corner that holds enough; None if none does."""
    y, y0 = (np.degrees(np.arcsinh(np.tan(np.radians(value)))) for value in (lat, south))
    reach = np.maximum((lon - west) / aspect, y - y0)
    reach[(lon < west) | (lat < south)] = np.inf
    order = np.argsort(reach)
    enough = np.cumsum(people[order]) >= SHARE * people.sum()
    last = order[int(np.argmax(enough))]
    if not enough.any() or not np.isfinite(reach[last]):
        return None
    kept = reach <= reach[last]
    return float(lon[kept].max()), float(lat[kept].max())


@given(st.integers(0, 10_000), st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_order_and_the_unit_of_people_change_nothing(seed, shuffle):
    lon, lat, people = town(seed)
    order = np.random.default_rng(shuffle).permutation(len(lon))
    again = smallest_frames(lon[order], lat[order], people[order] * 4.0)
    assert again == smallest_frames(lon, lat, people)


@given(st.integers(0, 10_000), st.floats(-100, 100))
@settings(max_examples=15, deadline=None)
def test_a_town_further_east_is_framed_further_east(seed, east):
    lon, lat, people = town(seed)
    here, there = (smallest_frames(lon + by, lat, people, aspects=(1.0,))[0] for by in (0.0, east))
    assert side(there, 1.0) == pytest.approx(side(here, 1.0), rel=0.04)
    assert held(there, lon + east, lat, people) >= SHARE - 1e-6


def test_a_few_homes_far_out_do_not_count_however_far():
    rng = np.random.default_rng(1)
    lon, lat = (
        np.r_[rng.normal(7, 0.005, 990), np.full(10, 60.0)],
        np.r_[rng.normal(45, 0.005, 990), np.full(10, -80)],
    )
    for box in smallest_frames(lon, lat, np.ones(1000)):
        assert max(box[2] - box[0], box[3] - box[1]) < 0.05


def test_both_parts_of_a_town_apart_are_in():
    rng = np.random.default_rng(2)
    lon = np.r_[rng.normal(7.0, 0.004, 700), rng.normal(7.2, 0.004, 300)]
    lat = rng.normal(45.0, 0.004, 1000)
    for west, _, east, _ in smallest_frames(lon, lat, np.ones(1000)):
        assert west < 7.0
        assert east > 7.2


def test_nobody_has_no_frame_and_one_home_its_own_spot():
    one, none = np.array([7.0]), np.array([])
    assert smallest_frames(none, none, none) == ()
    assert smallest_frames(one, one, np.array([0.0])) == ()
    assert smallest_frames(one, one, np.array([np.nan])) == ()
    assert smallest_frames(one, one, np.array([3.0])) == ((7.0, 7.0, 7.0, 7.0),)
    assert smallest_frames(np.repeat(one, 5), np.repeat(one, 5), np.ones(5)) == ((7.0, 7.0, 7.0, 7.0),)
    on_a_line = smallest_frames(np.linspace(7, 7.1, 50), np.full(50, 45.0), np.ones(50))
    assert all(south == north == 45.0 and east - west > 0.09 for west, south, east, north in on_a_line)
