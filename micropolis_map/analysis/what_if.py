"""What if there were one more spot? Only what it improves is computed anew.

A new spot matters where it is nearer than all others: a search from it that stops wherever it brings no
improvement touches its catchment and nothing else. The answer is that of a computation from scratch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.ends import Ends, by_edge, ends, seeds
from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.nearest import choose
from micropolis_map.analysis.search import FURTHEST_MS, search, search_in_parts
from micropolis_map.analysis.snapping import Snapped

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Improvement:
    """What a new spot changes.

    Attributes
    ----------
    home : int64[k]
        Indices of the homes that come nearer to a spot.
    cost_s : float64[k]
        Their new cost; `before_s` is the old one, inf where nothing could be reached.
    """

    home: NDArray[np.int64]
    cost_s: Floats
    before_s: Floats

    def gained(self, population: Floats, threshold_s: float) -> float:
        """Return how many people come within `threshold_s` (inclusive)."""
        now = (self.cost_s <= threshold_s) & (self.before_s > threshold_s)
        return float(population[self.home[now]].sum())


class WhatIf:
    """The present state, which questions do not change: homes, spots, and everybody's cost."""

    def __init__(self, impedance: Impedance, homes: Snapped, spots: Snapped) -> None:
        self.impedance = impedance
        self.homes = ends(impedance, homes)
        self.spots = ends(impedance, spots)
        self.labels = search_in_parts(impedance.into, self._seeds(self.spots), FURTHEST_MS)
        self.cost_s = self._costs(self.homes, self.spots, self.labels)
        edge = np.maximum(self.homes.edge, 0)
        self._home_ends = (impedance.network.edge_from[edge], impedance.network.edge_to[edge])

    def with_spot(self, spot: Snapped) -> Improvement:
        """Return what one more spot (the first of `spot`) improves."""
        new = ends(self.impedance, spot.take(np.array([0])))
        labels = self.labels.copy()
        search(self.impedance.into, labels, self._seeds(new), FURTHEST_MS)
        changed = labels != self.labels
        tail, head = self._home_ends
        near = (changed[tail] | changed[head] | (self.homes.edge == new.edge[0])) & (self.homes.edge >= 0)
        home = np.flatnonzero(near)
        cost = self._costs(_take(self.homes, home), new, labels)
        better = cost < self.cost_s[home]
        return Improvement(home[better], cost[better], self.cost_s[home][better])

    def _seeds(self, spots: Ends) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        return seeds((spots.from_from, spots.from_to), spots, self.impedance, FURTHEST_MS)

    def _costs(self, homes: Ends, spots: Ends, labels: NDArray[np.int64]) -> Floats:
        network = self.impedance.network
        on_edge = by_edge(spots.edge, network.edges)
        cost_ms, _, _ = choose(homes, spots, labels, network, self.impedance.edge_pass, *on_edge)
        return cost_ms / 1000.0


def _take(points: Ends, keep: NDArray[np.int64]) -> Ends:
    return Ends(**{name: values[keep] for name, values in vars(points).items()})
