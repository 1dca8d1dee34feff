"""The second nearest spot of every origin, however far: what is left when the nearest one closes.

The nearest and the second nearest spot differ in their number, so in one of its binary digits. For every
digit the nearest of the spots that have the other one is looked for; the best of these is the second nearest.
So a dozen searches from all spots at once answer for a thousand spots, and no list of pairs is made.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.nearest import nearest_spot
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.snapping import Snapped


def second_spot_cost(
    network: WalkNetwork, impedance: Impedance, origins: Snapped, spots: Snapped
) -> NDArray[np.float64]:
    """Return the seconds to each origin's second nearest spot, float64[n]; inf where there is none."""
    second = np.full(len(origins), np.inf)
    first = nearest_spot(network, impedance, origins, spots).spot
    number = np.arange(len(spots))
    for digit in range(max(0, len(spots) - 1).bit_length()):
        for side in (0, 1):
            asking = np.flatnonzero((first >= 0) & ((first >> digit & 1) != side))
            others = np.flatnonzero((number >> digit & 1) == side)
            if asking.size and others.size:
                found = nearest_spot(network, impedance, origins.take(asking), spots.take(others))
                second[asking] = np.minimum(second[asking], found.cost_s)
    return second
