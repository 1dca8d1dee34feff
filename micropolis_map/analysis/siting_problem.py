"""A siting problem: who lives where, what they walk to every candidate, and what each would give them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.gains import Gains
from micropolis_map.errors import InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CAP_S = 7200.0
"""Two hours: beyond this nobody walks, and how far beyond makes no difference."""


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
