"""The most worthwhile stops of a walk within a given time (orienteering), and their order.

References
----------
Golden, B. L., Levy, L., Vohra, R. (1987). The orienteering problem.
https://doi.org/10.1002/1520-6750(198706)34:3<307::AID-NAV3220340302>3.0.CO;2-D
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from micropolis_map.analysis.stop_order import StopOrder, best_order, followed, new_solver, whole_ms
from micropolis_map.analysis.stop_order_kernels import NEVER
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

Floats = NDArray[np.float64]


def most_worthwhile(
    cost: Floats,
    worth: Sequence[int],
    visit_s: Sequence[float],
    within_s: float,
    *,
    start: int | None = None,
    loop: bool = False,
    seconds: float = 5.0,
) -> StopOrder:
    """Return the stops with the most worth whose walk and visits take at most `within_s`, in their order.

    Of choices of equal worth it is any one; the order of what is chosen is the best there is.

    Parameters
    ----------
    cost : float64[n, n]
        Seconds from stop to stop; inf where there is no walk.
    worth
        What each stop counts, 0 or more.
    visit_s
        Seconds spent at each.
    start
        A stop that is taken and comes first; None: any.
    loop
        Return to the first stop within the time.
    seconds
        After so long the best choice found so far, at least one made stop by stop, is returned as not proven.

    Raises
    ------
    InvalidInput
        Not even one stop fits the time, or the one to start with does not.
    """
    n = len(cost)
    if not n or (min(visit_s) if start is None else visit_s[start]) > within_s:
        raise InvalidInput(
            mark("no stop fits {minutes} minutes"), mark("give more time"), minutes=f"{within_s / 60:g}"
        )
    whole, visits = whole_ms(cost), np.rint(np.asarray(visit_s) * 1000.0).astype(np.int64)
    limit_ms = round(within_s * 1000.0)
    model = cp_model.CpModel()
    arcs = [(0, 0, model.new_constant(0))]
    spent: list[cp_model.LinearExprT] = []
    chosen = []
    for a in range(n):
        left_out = model.new_bool_var("")
        chosen.append(left_out.negated())
        arcs += [
            (a + 1, a + 1, left_out),
            (0, a + 1, model.new_bool_var("")),
            (a + 1, 0, model.new_bool_var("")),
        ]
        spent.append(int(visits[a]) * (1 - left_out))
    for a in range(n):
        for b in range(n):
            if a != b and whole[a, b] + visits[a] + visits[b] <= limit_ms:
                taken = model.new_bool_var("")
                arcs.append((a + 1, b + 1, taken))
                spent.append(int(whole[a, b]) * taken)
    if loop:
        spent += _ways_back(model, arcs, whole)
    if start is not None:
        model.add_bool_and([taken for a, b, taken in arcs if (a, b) == (0, start + 1)])
    model.add_circuit(arcs)
    time = cp_model.LinearExpr.sum(spent)
    model.add(time <= limit_ms)
    model.maximize(sum(int(w) * c for w, c in zip(worth, chosen, strict=True)))
    solver = new_solver(seconds)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        raise InvalidInput(
            mark("no walk was found within {minutes} minutes"),
            mark("give more time"),
            minutes=f"{within_s / 60:g}",
        )
    proposed = _in_order(solver, arcs) if status in {cp_model.OPTIMAL, cp_model.FEASIBLE} else []
    simple = _greedy(whole, worth, visits, limit_ms, start=start, loop=loop)
    order = max(proposed, simple, key=lambda stops: sum(worth[k] for k in stops))
    begin = None if start is None else order.index(start)
    least = best_order(cost[np.ix_(order, order)], start=begin, loop=loop, seconds=seconds)
    found = tuple(order[k] for k in least.order)
    return StopOrder(found, least.cost, status == cp_model.OPTIMAL and least.optimal)


def _greedy(
    whole: NDArray[np.int64],
    worth: Sequence[int],
    visits: NDArray[np.int64],
    limit_ms: int,
    *,
    start: int | None,
    loop: bool,
) -> list[int]:
    """Return stops that fit, put in one by one where they bring most worth for the time they take."""

    def spent(order: list[int]) -> int:
        legs = itertools.pairwise([*order, order[0]] if loop and len(order) > 1 else order)
        return sum(int(visits[k]) for k in order) + sum(int(whole[a, b]) for a, b in legs)

    order = [int(np.argmin(visits)) if start is None else start]
    first = 0 if start is None else 1
    while True:
        used = spent(order)
        longer = (
            (worth[k] / max(1, spent(grown) - used), grown)
            for k in range(len(worth))
            if k not in order and worth[k] > 0
            for at in range(first, len(order) + 1)
            if spent(grown := [*order[:at], k, *order[at:]]) <= limit_ms
        )
        best = max(longer, default=None)
        if best is None:
            return order
        order = best[1]


def _in_order(solver: cp_model.CpSolver, arcs: Sequence[tuple[int, int, cp_model.IntVar]]) -> list[int]:
    """Return the stops that the solver took, in the order it walks them."""
    after = {a: b for a, b, taken in arcs if a != b and solver.boolean_value(taken)}
    return [stop - 1 for stop in followed(after)[1:].tolist()]


def _ways_back(
    model: cp_model.CpModel, arcs: list[tuple[int, int, cp_model.IntVar]], whole: NDArray[np.int64]
) -> list[cp_model.LinearExprT]:
    """Return the time from the last stop back to the first, for each pair they may be."""
    first = {b: taken for a, b, taken in arcs if a == 0 and b != 0}
    last = {a: taken for a, b, taken in arcs if b == 0 and a != 0}
    spent: list[cp_model.LinearExprT] = []
    for a, ends in last.items():
        for b, begins in first.items():
            if a == b:
                continue
            if whole[a - 1, b - 1] >= NEVER:
                model.add_bool_or(ends.negated(), begins.negated())
                continue
            back = model.new_bool_var("")
            model.add_bool_or(ends.negated(), begins.negated(), back)
            spent.append(int(whole[a - 1, b - 1]) * back)
    return spent
