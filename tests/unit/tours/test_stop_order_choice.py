"""The most worthwhile stops within the time, against every choice in every order."""

from itertools import permutations

import numpy as np
import pytest

from micropolis_map.analysis.stop_order import length_of
from micropolis_map.analysis.stop_order_choice import most_worthwhile
from micropolis_map.errors import InvalidInput

PATIENCE_S = 600.0
"""For a proof: a busy machine is slow, not wrong. How fast it comes is measured by `make bench`."""


def a_case(seed, n=6):
    random = np.random.default_rng(seed)
    at = random.random((n, 2)) * 900.0
    cost = np.round(
        np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) * (1 + 0.2 * random.random((n, n)))
    )
    return cost, random.integers(1, 5, n).tolist(), (random.integers(2, 6, n) * 60.0).tolist()


def by_every_choice(cost, worth, visit, within, *, loop):
    best = 0
    for size in range(1, len(cost) + 1):
        for order in permutations(range(len(cost)), size):
            time = length_of(cost, order, loop=loop and size > 1) + sum(visit[k] for k in order)
            if time <= within:
                best = max(best, sum(worth[k] for k in order))
    return best


@pytest.mark.parametrize("seed", range(8))
def test_no_other_choice_is_worth_more_and_no_other_order_shorter(seed):
    cost, worth, visit = a_case(seed)
    loop = bool(seed % 2)
    within = 1500.0 + 200.0 * (seed % 3)
    found = most_worthwhile(cost, worth, visit, within, loop=loop, seconds=PATIENCE_S)
    time = found.cost + sum(visit[k] for k in found.order)
    expected = by_every_choice(cost, worth, visit, within, loop=loop)
    assert found.optimal
    assert time <= within
    assert sum(worth[k] for k in found.order) == expected
    orders = permutations(found.order)
    assert found.cost == pytest.approx(min(length_of(cost, o, loop=loop and len(o) > 1) for o in orders))


def test_stops_that_are_not_joined_are_never_in_one_walk():
    cost = np.array([[0.0, np.inf, 60.0], [np.inf, 0.0, np.inf], [60.0, np.inf, 0.0]])
    found = most_worthwhile(cost, [1, 1, 1], [60.0] * 3, 3600.0)
    assert sorted(found.order) == [0, 2]


def test_too_little_time_for_any_stop_is_said():
    with pytest.raises(InvalidInput, match="no stop fits 1 minutes"):
        most_worthwhile(np.zeros((2, 2)), [1, 1], [300.0, 300.0], 60.0)


@pytest.mark.parametrize("seed", range(8))
def test_a_machine_without_time_still_proposes_a_walk_and_does_not_call_it_proven(seed):
    cost, worth, visit = a_case(seed, 12)
    loop, start = bool(seed % 2), seed if seed % 3 else None
    found = most_worthwhile(cost, worth, visit, 1800.0, start=start, loop=loop, seconds=0.0)
    assert not found.optimal
    assert found.cost + sum(visit[k] for k in found.order) <= 1800.0
    assert len(found.order) >= 3
    assert start is None or found.order[0] == start
    best = most_worthwhile(cost, worth, visit, 1800.0, start=start, loop=loop, seconds=PATIENCE_S)
    assert sum(worth[k] for k in found.order) <= sum(worth[k] for k in best.order)
    assert sum(worth[k] for k in found.order) >= 0.7 * sum(worth[k] for k in best.order)
