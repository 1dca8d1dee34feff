"""Facility location: where new sites do most good, with a proof or an honest gap.

Three objectives, all for n demand points that also keep their walk to the existing spots:

``coverage`` (MCLP)
    The most people within the threshold (inclusive) of an existing spot or a new site.
``p-median``
    The least walking in all, in person-seconds. A walk longer than ``cap_s``, or none at all, counts as
    ``cap_s``: whoever cannot be reached weighs heavily, but not infinitely.
``equity``
    The worst-off first: the longest walk of anybody is as short as possible (p-center, not weighted: one
    person counts like a hundred); among all choices that do this, the one with most people within the
    threshold. Who can reach neither a spot nor any candidate within ``cap_s`` cannot be helped and is left
    out of the longest walk; while anybody else is beyond ``cap_s`` the longest walk is ``cap_s``.

People are found good sites at once (greedy, then swaps); a Lagrangian bound says how much better others
could be and rules most candidates out; HiGHS settles the rest exactly, within the time given.

References
----------
Church, R., ReVelle, C. (1974). The maximal covering location problem. https://doi.org/10.1007/BF01942293
Hakimi, S. L. (1964). Optimum locations of switching centers and the absolute centers and medians of a graph.
https://doi.org/10.1287/opre.12.3.450
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.gains import Gains
from micropolis_map.analysis.interchange import greedy, swapped
from micropolis_map.analysis.lagrangian import bounded
from micropolis_map.analysis.siting_model import Tell, most
from micropolis_map.analysis.worst_off import Walks, least_radius
from micropolis_map.errors import InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OBJECTIVES = ("coverage", "p-median", "equity")
CAP_S = 7200.0
"""Two hours: beyond this nobody walks, and how far beyond makes no difference."""
TIME_LIMIT_S = 20.0
BOUND_SHARE = 0.5
"""Of the time that the Lagrangian bound may take; the rest is for HiGHS."""
MOST_PAIRS = 1_500_000
"""More pairs than this are not given to HiGHS: building the model alone would take the time."""
EXACT = 1e-9
"""A relative difference below this is rounding."""


@dataclass(frozen=True)
class SitingProblem:
    """Sparse walking times from n demand points to m candidates.

    Attributes
    ----------
    demand, candidate : int[k]
        Pairs; one that is left out cannot be walked.
    cost_s : float64[k]
    weight : float64[n]
        People, finite and not negative; points without people count for nothing.
    candidates
        m.
    new
        How many sites to choose, 1 … m.
    threshold_s
        Near is at most this.
    existing_s : float64[n] or None
        Walking time to the nearest spot that stays; inf or None where there is none.
    """

    demand: NDArray[np.integer]
    candidate: NDArray[np.integer]
    cost_s: Floats
    weight: Floats
    candidates: int
    new: int
    threshold_s: float
    existing_s: Floats | None = None
    cap_s: float = CAP_S

    def __post_init__(self) -> None:
        if not 1 <= self.new <= self.candidates:
            raise InvalidInput(
                f"{self.new} new sites cannot be chosen from {self.candidates} candidates",
                "ask for at least one, and for at most as many as there are candidates",
            )
        if not (np.isfinite(self.weight).all() and (self.weight >= 0.0).all()):
            raise InvalidInput("a demand point has a negative or no number of people", "give 0 or more")

    @property
    def now_s(self) -> Floats:
        """Walking time without new sites, at most ``cap_s``, float64[n]."""
        none = np.full(self.weight.size, np.inf)
        return np.minimum(none if self.existing_s is None else self.existing_s, self.cap_s)

    def cost_with(self, sites: Ints) -> Floats:
        """Return everybody's walking time with these `sites`; inf where there is no way."""
        none = np.full(self.weight.size, np.inf)
        cost = none if self.existing_s is None else self.existing_s.copy()
        pairs = np.isin(self.candidate, sites)
        np.minimum.at(cost, self.demand[pairs], self.cost_s[pairs])
        return cost

    def covered(self, cost_s: Floats) -> float:
        """Return how many people are within the threshold."""
        return float(self.weight[cost_s <= self.threshold_s].sum())

    def coverage_gains(self) -> Gains:
        """Return the people that each candidate newly covers."""
        cost = np.inf if self.existing_s is None else self.existing_s[self.demand]
        near = (self.cost_s <= self.threshold_s) & (cost > self.threshold_s)
        return self._gains(np.where(near, self.weight[self.demand], 0.0))

    def saving_gains(self) -> Gains:
        """Return the person-seconds that each candidate saves."""
        saved = self.now_s[self.demand] - self.cost_s
        return self._gains(self.weight[self.demand] * np.maximum(saved, 0.0))

    def _gains(self, gain: Floats) -> Gains:
        row, site = self.demand.astype(np.int64), self.candidate.astype(np.int64)
        return Gains.of(row, site, gain, self.weight.size, self.candidates)


@dataclass(frozen=True)
class Siting:
    """Chosen sites and how good they are.

    Attributes
    ----------
    sites : int64[p]
        In the order in which each adds most people within the threshold (then saves most walking).
    value, bound
        Of the objective: people newly covered (`bound` is at most reached by any choice), person-seconds of
        all walking, or seconds of the longest walk (any choice leaves at least `bound`).
    gap
        ``|bound - value| / value``; 0 when proven, None where there is nothing to divide by.
    is_proven
        Whether nothing better exists.
    """

    sites: Ints
    objective: str
    value: float
    bound: float
    gap: float | None
    is_proven: bool
    seconds: float


def locate(
    problem: SitingProblem,
    objective: str = "coverage",
    time_limit_s: float = TIME_LIMIT_S,
    tell: Tell | None = None,
    first_answer: Callable[[Ints], None] | None = None,
) -> Siting:
    """Return the best sites for `objective`.

    Parameters
    ----------
    time_limit_s
        For the proof; without one the best sites found are returned with their gap.
    tell
        Told the share of the time and what is happening; may raise `errors.Cancelled`.
    first_answer
        Called with good sites (greedy and swaps) before any proof.

    Raises
    ------
    InvalidInput
        The objective is not known.
    """
    if objective not in OBJECTIVES:
        raise InvalidInput(f"there is no objective {objective!r}", f"give one of {', '.join(OBJECTIVES)}")
    begun = time.monotonic()
    budget = _Budget(begun + time_limit_s, tell, first_answer)
    if objective == "equity":
        sites, value, bound, is_proven, gap = _equity(problem, budget)
    else:
        gains = problem.coverage_gains() if objective == "coverage" else problem.saving_gains()
        sites, value, bound = _greatest(gains, problem.new, budget)
        if objective == "coverage":
            sites = _useful(problem, gains, sites)
        else:
            whole = float((problem.weight * problem.now_s).sum())
            value, bound = whole - value, whole - bound
        gap = _gap(value, bound)
        is_proven = gap == 0.0
    order = in_order(problem, sites)
    return Siting(order, objective, value, bound, gap, is_proven, time.monotonic() - begun)


@dataclass(frozen=True)
class _Budget:
    ends: float
    tell: Tell | None
    first_answer: Callable[[Ints], None] | None

    @property
    def left(self) -> float:
        return max(0.0, self.ends - time.monotonic())

    def show(self, sites: Ints) -> None:
        if self.first_answer is not None:
            self.first_answer(sites)
        if self.tell is not None:
            self.tell(0.05, "Good sites found; looking for better ones")


def _gap(value: float, bound: float) -> float | None:
    difference = abs(bound - value)
    if difference <= EXACT * max(abs(value), abs(bound)):
        return 0.0
    return difference / abs(value) if value else None


def _greatest(gains: Gains, new: int, budget: _Budget) -> tuple[Ints, float, float]:
    """Return the sites that give most, what they give, and what no others exceed."""
    start = swapped(gains, greedy(gains, new))
    budget.show(start)
    known = bounded(gains, start, budget.left * BOUND_SHARE, budget.tell)
    if known.is_proven:
        return known.sites, known.value, known.value
    kept = np.union1d(np.flatnonzero(known.open), known.sites)
    rest = gains.take(kept)
    if rest.row.size > MOST_PAIRS:
        return known.sites, known.value, known.bound
    answer = most(rest, new, budget.left, budget.tell)
    sites, value = known.sites, known.value
    if answer.sites is not None and gains.value(kept[answer.sites]) > value:
        sites, value = kept[answer.sites], gains.value(kept[answer.sites])
    return sites, value, value if answer.is_proven else max(value, min(known.bound, answer.bound))


def _equity(problem: SitingProblem, budget: _Budget) -> tuple[Ints, float, float, bool, float | None]:
    walks = _walks_of_helpable(problem)
    gains = problem.coverage_gains()
    budget.show(swapped(gains, greedy(gains, problem.new)))
    found = least_radius(walks, problem.new, budget.left * BOUND_SHARE, budget.tell)
    value, bound = found.radius_s, found.bound_s
    gap = _gap(value, bound)
    must_hit = walks.must_hit(value)
    answer = most(gains, problem.new, budget.left, budget.tell, must_hit)
    sites, given = found.sites, gains.value(found.sites)
    if answer.sites is not None and gains.value(answer.sites) >= given:
        sites, given = answer.sites, gains.value(answer.sites)
    if gap == 0.0 and not answer.is_proven:
        gap = _gap(given, max(given, answer.bound))
    return sites, value, bound, gap == 0.0 and (answer.is_proven or not gains.row.size), gap


def _walks_of_helpable(problem: SitingProblem) -> Walks:
    near = problem.cost_s < problem.cap_s
    row, site, cost = problem.demand[near], problem.candidate[near], problem.cost_s[near]
    now = problem.now_s
    can = now < problem.cap_s
    can[row] = True
    can &= problem.weight > 0.0
    place = np.cumsum(can) - 1
    keep = can[row]
    return Walks(
        place[row[keep]].astype(np.int64),
        site[keep].astype(np.int64),
        cost[keep],
        now[can],
        problem.candidates,
    )


def _useful(problem: SitingProblem, gains: Gains, sites: Ints) -> Ints:
    """Return `sites` with those that cover nobody more replaced by those that save most walking."""
    kept: list[int] = []
    total = 0.0
    for site in sites.tolist():
        now = gains.value(np.array([*kept, site]))
        if now > total * (1.0 + EXACT):
            kept, total = [*kept, site], now
    savings = problem.saving_gains()
    while len(kept) < sites.size:
        others = np.setdiff1d(np.arange(problem.candidates), kept)
        worth = [savings.value(np.array([*kept, other])) for other in others.tolist()]
        kept.append(int(others[int(np.argmax(worth))]))
    return np.array(kept)


def in_order(problem: SitingProblem, sites: Ints) -> Ints:
    """Return `sites` in the order in which each adds most people, then saves most, to those before it."""
    pairs = np.isin(problem.candidate, sites)
    demand, candidate, cost = problem.demand[pairs], problem.candidate[pairs], problem.cost_s[pairs]
    cost_now = problem.cost_with(np.empty(0, dtype=np.int64))
    left, order = sorted(sites.tolist()), []
    while left:
        best: tuple[float, float] = (-1.0, -1.0)
        for site in left:
            mine = candidate == site
            row, there = demand[mine], cost[mine]
            near = (there <= problem.threshold_s) & (cost_now[row] > problem.threshold_s)
            saved = np.maximum(0.0, np.minimum(cost_now[row], problem.cap_s) - there)
            worth = (float(problem.weight[row[near]].sum()), float(problem.weight[row] @ saved))
            if worth > best:
                best, winner = worth, site
        mine = candidate == winner
        np.minimum.at(cost_now, demand[mine], cost[mine])
        order.append(winner)
        left.remove(winner)
    return np.array(order, dtype=np.int64)
