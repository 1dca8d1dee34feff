"""The best order of stops against independent answers: every permutation, dynamic programming, OR-tools."""

from functools import cache
from itertools import permutations

import numpy as np
import pytest
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from micropolis_map.analysis.stop_order import best_order, length_of
from micropolis_map.errors import InvalidInput

PATIENCE_S = 600.0
"""For a proof: a busy machine is slow, not wrong. How fast it comes is measured by `make bench`."""


def random_costs(seed, n, *, holes=0.0):
    random = np.random.default_rng(seed)
    at = random.random((n, 2)) * 1500.0
    cost = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) / 1.3
    cost *= 1.0 + 0.4 * random.random((n, n))
    cost[random.random((n, n)) < holes] = np.inf
    np.fill_diagonal(cost, 0.0)
    return np.round(cost, 3)


def by_recursion(cost, start, end, *, loop):
    """Return the least cost by plain memoised recursion over the set still to visit."""
    n = len(cost)

    def least_from(first):
        @cache
        def rest(here, left):
            if not left:
                return (cost[here, first] if loop else 0.0) if end in {None, here} else np.inf
            return min(cost[here, k] + rest(k, left - {k}) for k in left)

        return rest(first, frozenset(range(n)) - {first})

    return min(least_from(first) for first in ([start] if start is not None else range(n)))


@pytest.mark.parametrize("seed", range(100))
def test_up_to_twelve_stops_the_order_is_the_best_there_is(seed):
    random = np.random.default_rng(seed + 1000)
    n = 2 + seed % 8 if seed % 10 else 12
    cost = random_costs(seed, n, holes=0.15 if seed % 3 == 0 else 0.0)
    loop = bool(seed % 2)
    start = int(random.integers(n)) if n == 12 or random.random() < 0.6 else None
    end = (start + 1) % n if start is not None and not loop and random.random() < 0.5 else None
    expected = by_recursion(cost, start, end, loop=loop)
    if not np.isfinite(expected):
        with pytest.raises(InvalidInput, match="no walk joins"):
            best_order(cost, start=start, end=end, loop=loop)
        return
    found = best_order(cost, start=start, end=end, loop=loop, seconds=PATIENCE_S)
    assert found.optimal
    assert sorted(found.order) == list(range(n))
    assert found.cost == pytest.approx(expected, abs=1e-6)
    assert found.cost == pytest.approx(length_of(cost, found.order, loop=loop))
    assert start is None or found.order[0] == start
    assert end is None or found.order[-1] == end


@pytest.mark.parametrize("loop", [False, True])
def test_seven_stops_against_every_permutation(loop):
    cost = random_costs(7, 7)
    least = min(length_of(cost, order, loop=loop) for order in permutations(range(7)))
    assert best_order(cost, loop=loop).cost == pytest.approx(least)


def by_ortools_routing(cost):
    whole = np.rint(cost * 1000.0).astype(int)
    manager = pywrapcp.RoutingIndexManager(len(cost), 1, 0)
    routing = pywrapcp.RoutingModel(manager)
    transit = routing.RegisterTransitCallback(
        lambda a, b: int(whole[manager.IndexToNode(a), manager.IndexToNode(b)])
    )
    routing.SetArcCostEvaluatorOfAllVehicles(transit)
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PATH_CHEAPEST_ARC
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(700)
    return routing.SolveWithParameters(search).ObjectiveValue() / 1000.0


@pytest.mark.parametrize("seed", range(4))
def test_of_25_stops_the_order_is_proven_and_never_worse_than_ortools_routing(seed):
    cost = random_costs(seed, 25)
    found = best_order(cost, start=0, loop=True, seconds=PATIENCE_S)
    assert found.optimal
    assert found.order[0] == 0
    assert found.cost <= by_ortools_routing(cost) + 1e-6


def test_of_40_stops_on_open_ground_the_order_is_proven_too():
    """As far one way as the other: there a search without the linear relaxation proves nothing in time."""
    at = np.random.default_rng(2).random((40, 2)) * 1500.0
    cost = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) / 1.3
    assert best_order(cost, loop=True, seconds=PATIENCE_S).optimal
    assert best_order(cost, seconds=PATIENCE_S).optimal


def test_13_stops_by_solver_equal_the_table():
    cost = random_costs(5, 13, holes=0.1)
    found = best_order(cost, start=0, end=12, seconds=PATIENCE_S)
    assert found.optimal
    assert found.cost == pytest.approx(by_recursion_13(cost))


def by_recursion_13(cost):
    """Return the least open walk from 0 to 12 by a table over sets, written apart from ours."""
    inner = range(1, 12)
    best = {(frozenset([k]), k): cost[0, k] for k in inner}
    for _ in range(10):
        longer = {}
        for (done, last), so_far in best.items():
            for k in inner:
                if k not in done:
                    key = (done | {k}, k)
                    longer[key] = min(longer.get(key, np.inf), so_far + cost[last, k])
        best = longer
    return min(so_far + cost[last, 12] for (_, last), so_far in best.items())


def test_an_order_that_is_kept_stays():
    cost = random_costs(3, 30)
    kept = best_order(cost, fixed=True)
    assert kept.order == tuple(range(30))
    assert kept.cost == pytest.approx(sum(cost[k, k + 1] for k in range(29)))


def test_one_stop_is_a_tour():
    assert best_order(np.zeros((1, 1)), loop=True).order == (0,)


@pytest.mark.parametrize(
    ("question", "words"),
    [({"start": 1, "end": 1}, "both the start and the end"), ({"loop": True, "end": 1}, "ends where")],
)
def test_questions_that_contradict_themselves_are_refused(question, words):
    with pytest.raises(InvalidInput, match=words):
        best_order(random_costs(1, 4), **question)


def test_more_stops_than_people_walk_are_refused():
    with pytest.raises(InvalidInput, match="61 stops"):
        best_order(np.zeros((61, 61)))


def test_stops_without_a_way_between_them_are_refused_beyond_the_table_too():
    cost = random_costs(2, 14)
    cost[:7, 7:] = cost[7:, :7] = np.inf
    with pytest.raises(InvalidInput, match="no walk joins"):
        best_order(cost)
