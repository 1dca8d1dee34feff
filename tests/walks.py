"""Shorthand for tests that walk."""

from __future__ import annotations

import numpy as np

from micropolis_map.analysis.cost_matrix import cost_matrix, nearest_spot
from micropolis_map.analysis.impedance import impedance
from micropolis_map.analysis.profiles import profile
from micropolis_map.analysis.snapping import snap
from micropolis_map.analysis.walk_network import build_walk_network


class Walks:
    """A network and a profile, asked with plain lists of (lon, lat)."""

    def __init__(self, extract, name="adult", elevation=None, *, certain_only=False):
        self.network = build_walk_network(extract, elevation=elevation)
        self.profile = profile(name)
        self.impedance = impedance(self.network, self.profile, certain_only=certain_only)

    def snap(self, *points):
        lon, lat = np.array(points, dtype=np.float64).reshape(-1, 2).T
        return snap(self.network, lon, lat, impedance=self.impedance)

    def nearest(self, origins, spots, cutoff_s=None):
        return nearest_spot(self.network, self.impedance, self.snap(*origins), self.snap(*spots), cutoff_s)

    def matrix(self, origins, destinations, cutoff_s=None):
        """Costs in seconds as a dense array, inf where no pair was made."""
        pairs = cost_matrix(
            self.network, self.impedance, self.snap(*origins), self.snap(*destinations), cutoff_s
        )
        dense = np.full((len(origins), len(destinations)), np.inf)
        dense[pairs.origin, pairs.destination] = pairs.cost_s
        return dense

    def metres(self, origin, destination):
        """The length of the least-cost walk in metres, inf without one."""
        pairs = cost_matrix(self.network, self.impedance, self.snap(origin), self.snap(destination))
        return float(pairs.length_m[0]) if len(pairs) else float("inf")
