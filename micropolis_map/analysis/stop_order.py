"""The best order of a tour's stops: the shortest way through all of them, and whether that is proven.

Every question becomes one about closed rounds: an open walk is a round through a depot from which every
possible first stop, and to which every possible last stop, costs nothing. Costs are compared as whole
milliseconds, so that sums are exact.

References
----------
Held, M., Karp, R. M. (1962). A dynamic programming approach to sequencing problems.
https://doi.org/10.1137/0110015
Or, I. (1976). Traveling salesman-type combinatorial problems (moving short segments: "Or-opt").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from micropolis_map.analysis.stop_order_kernels import NEVER, held_karp, improved_rounds
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

MOST_BY_TABLE = 12
"""Up to so many stops Held and Karp's table (2^n · n entries) answers in milliseconds."""

MOST_STOPS = 60
"""A walk of more stops is none for people; it keeps searches short."""


SEARCHES = ((1, 0.3), (8, 0.7))
"""Workers and their share of the time: one that looks at the whole linear relaxation proves nearly always,
in some hundredths of a second; the many other searches of CP-SAT prove what it is caught in."""


@dataclass(frozen=True)
class StopOrder:
    """An order of stops.

    Attributes
    ----------
    order
        Indices of the stops, each once; of a loop the return to the first is not repeated.
    cost
        Sum along the order, of a loop with the way back; in the unit of the costs given.
    optimal
        Whether no allowed order is shorter, proven.
    """

    order: tuple[int, ...]
    cost: float
    optimal: bool


def best_order(
    cost: Floats,
    *,
    start: int | None = None,
    end: int | None = None,
    loop: bool = False,
    fixed: bool = False,
    seconds: float = 10.0,
) -> StopOrder:
    """Return the order through all stops with the least cost.

    Up to 12 stops it comes from Held and Karp's table, beyond from CP-SAT, which starts with the best round
    that 2-opt and Or-opt found from every stop and proves 60 stops in about a second.

    Parameters
    ----------
    cost : float64[n, n]
        From stop to stop in seconds, not necessarily the same both ways; inf where there is no walk.
    start, end
        Stops that come first and last; None: any.
    loop
        Return to the first stop; `end` is then not allowed.
    fixed
        Keep the order of the matrix; then it is the only one, and optimal.
    seconds
        After so long the best order found so far is returned as not proven.

    Raises
    ------
    InvalidInput
        No stops, too many, `start` and `end` contradict each other, or no order joins all stops.

    Examples
    --------
    >>> best_order(np.array([[0.0, 9.0, 1.0], [9.0, 0.0, 1.0], [1.0, 1.0, 0.0]]), start=0)
    StopOrder(order=(0, 2, 1), cost=2.0, optimal=True)
    """
    n = len(cost)
    _check(cost, start, end, loop=loop)
    if n == 1 or fixed:
        return _joined(cost, tuple(range(n)), loop=loop, optimal=True)
    whole = _as_rounds(whole_ms(cost), start, end, loop=loop)
    if n <= MOST_BY_TABLE:
        around, proven = held_karp(whole), True
    else:
        around, proven = _proven(whole, seconds)
    order = tuple(int(k) for k in around) if loop else tuple(int(k) - 1 for k in around[1:])
    if loop and start is not None:
        turn = order.index(start)
        order = order[turn:] + order[:turn]
    return _joined(cost, order, loop=loop, optimal=proven)


def length_of(cost: Floats, order: tuple[int, ...], *, loop: bool = False) -> float:
    """Return the sum of `cost` along `order`, with the way back to the first for a loop."""
    follow = (*order[1:], order[0]) if loop else order[1:]
    return float(sum(cost[a, b] for a, b in zip(order, follow, strict=False)))


def whole_ms(cost: Floats) -> Longs:
    """Return seconds as whole milliseconds; what is not joined costs more than any order."""
    return np.where(np.isfinite(cost), np.rint(np.nan_to_num(cost, posinf=0.0) * 1000.0), NEVER).astype(
        np.int64
    )


def _check(cost: Floats, start: int | None, end: int | None, *, loop: bool) -> None:
    n = len(cost)
    if not 1 <= n <= MOST_STOPS:
        raise InvalidInput(mark("a tour of {n} stops"), mark("give 1 to {most} stops"), n=n, most=MOST_STOPS)
    if loop and end is not None:
        raise InvalidInput(mark("a loop ends where it starts"), mark("leave out the end, or the loop"))
    if n > 1 and start is not None and start == end:
        raise InvalidInput(
            mark("stop {stop} is both the start and the end"), mark("ask for a loop instead"), stop=start
        )


def _as_rounds(whole: Longs, start: int | None, end: int | None, *, loop: bool) -> Longs:
    """Return the matrix of rounds: for an open walk with a depot before the stops."""
    if loop:
        return whole
    n = len(whole)
    rounds = np.zeros((n + 1, n + 1), dtype=np.int64)
    rounds[1:, 1:] = whole
    if start is not None:
        rounds[0, 1:] = NEVER
        rounds[0, 1 + start] = 0
    if end is not None:
        rounds[1:, 0] = NEVER
        rounds[1 + end, 0] = 0
    return rounds


def _joined(cost: Floats, order: tuple[int, ...], *, loop: bool, optimal: bool) -> StopOrder:
    total = length_of(cost, order, loop=loop and len(order) > 1)
    if not np.isfinite(total):
        raise InvalidInput(
            mark("no walk joins these {n} stops in one tour"),
            mark("leave out the stops that cannot be reached"),
            n=len(order),
        )
    return StopOrder(order, total, optimal)


def _proven(whole: Longs, seconds: float) -> tuple[Longs, bool]:
    """Return the best round found within `seconds`, node 0 first, and whether it is proven."""
    first = improved_rounds(whole)
    known = _round_cost(whole, first)
    model = cp_model.CpModel()
    follows = dict(zip(first.tolist(), np.roll(first, -1).tolist(), strict=True))
    arcs, costs = [], []
    for a in range(len(whole)):
        for b in range(len(whole)):
            if a != b and whole[a, b] < NEVER:
                taken = model.new_bool_var("")
                arcs.append((a, b, taken))
                costs.append(int(whole[a, b]))
                model.add_hint(taken, follows[a] == b)
    model.add_circuit(arcs)
    model.minimize(sum(c * taken for c, (_, _, taken) in zip(costs, arcs, strict=True)))
    best, status = first, cp_model.UNKNOWN
    for workers, share in SEARCHES:
        solver = new_solver(seconds * share, workers)
        status = solver.solve(model)
        if status in {cp_model.OPTIMAL, cp_model.FEASIBLE} and solver.objective_value < known:
            best = followed({a: b for a, b, taken in arcs if solver.boolean_value(taken)})
            known = _round_cost(whole, best)
        if status in {cp_model.OPTIMAL, cp_model.INFEASIBLE}:
            break
    return best, status == cp_model.OPTIMAL


def new_solver(seconds: float, workers: int = 1) -> cp_model.CpSolver:
    """Return a solver for rounds that answers the same each time it proves."""
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.linearization_level = 2
    solver.parameters.add_lp_constraints_lazily = False
    solver.parameters.random_seed = 1
    return solver


def _round_cost(whole: Longs, around: Longs) -> int:
    return int(whole[around, np.roll(around, -1)].sum())


def followed(after: Mapping[int, int]) -> Longs:
    """Return the round that begins at 0, where each number says which comes `after` it."""
    around = [0]
    while after[around[-1]] != 0:
        around.append(after[around[-1]])
    return np.array(around, dtype=np.int64)
