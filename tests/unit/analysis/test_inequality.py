"""Laws of Gini and Palma, and their values where they can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.analysis.inequality import gini, palma
from micropolis_map.errors import InvalidInput

homes = st.lists(
    st.tuples(st.floats(1, 5000), st.floats(0.5, 500)),
    min_size=1,
    max_size=30,
).map(lambda pairs: (np.array([c for c, _ in pairs]), np.array([p for _, p in pairs])))
BOTH = [gini, palma]


@pytest.mark.parametrize("measure", BOTH)
@given(homes, st.floats(0.01, 100))
def test_longer_or_slower_walks_for_all_change_nothing(measure, given_homes, factor):
    cost, people = given_homes
    assert measure(cost * factor, people) == pytest.approx(measure(cost, people), abs=1e-9)


@pytest.mark.parametrize("measure", BOTH)
@given(homes)
def test_counting_everybody_twice_changes_nothing(measure, given_homes):
    cost, people = given_homes
    once = measure(cost, people)
    assert measure(np.tile(cost, 2), np.tile(people, 2)) == pytest.approx(once, abs=1e-9)
    assert measure(cost, people * 2) == pytest.approx(once, abs=1e-9)


@given(st.floats(1, 5000), st.lists(st.floats(0.5, 500), min_size=1, max_size=30))
def test_equal_walks_are_equal(cost, people):
    walks, weight = np.full(len(people), cost), np.array(people)
    assert gini(walks, weight) == pytest.approx(0.0, abs=1e-9)
    assert palma(walks, weight) == pytest.approx(0.25)


@given(homes)
def test_gini_is_between_nought_and_one_and_is_the_mean_difference(given_homes):
    cost, people = given_homes
    share = people / people.sum()
    mean = float(share @ cost)
    apart = float(share @ np.abs(cost[:, None] - cost[None, :]) @ share)
    assert 0.0 <= gini(cost, people) < 1.0
    assert gini(cost, people) == pytest.approx(apart / (2 * mean), abs=1e-9)


@given(homes)
def test_palma_is_at_least_that_of_equal_walks(given_homes):
    assert palma(*given_homes) >= 0.25 - 1e-9


def test_a_transfer_to_one_who_walks_less_lowers_both():
    people = np.ones(10)
    before = np.array([1.0] * 4 + [5.0] * 5 + [20.0])
    after = np.array([2.0] * 4 + [5.0] * 5 + [16.0])
    assert gini(after, people) < gini(before, people)
    assert palma(after, people) < palma(before, people)


def test_palma_by_hand_also_where_a_group_ends_inside_a_home():
    assert palma(np.array([60.0, 300.0]), np.array([5.0, 5.0])) == pytest.approx(300 / 240)


def test_who_reaches_nothing_is_left_out_and_nobody_has_no_figure():
    cost, people = np.array([60.0, 120.0, np.inf]), np.ones(3)
    assert gini(cost, people) == pytest.approx(gini(cost[:2], people[:2]))
    for measure in BOTH:
        assert math.isnan(measure(np.array([np.inf]), np.ones(1)))
        assert math.isnan(measure(np.array([60.0]), np.zeros(1)))
    assert gini(np.zeros(3), people) == 0.0


def test_lengths_that_differ_are_an_error():
    with pytest.raises(InvalidInput, match="2 costs for 1"):
        gini(np.zeros(2), np.ones(1))
