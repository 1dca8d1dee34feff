"""People covered by the number of new sites, and the knee: from where on one more site adds little.

References
----------
Satopää, V., Albrecht, J., Irwin, D., Raghavan, B. (2011). Finding a "kneedle" in a haystack.
https://doi.org/10.1109/ICDCSW.2011.20
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from micropolis_map.analysis.gains import Gains
from micropolis_map.analysis.interchange import greedy, swapped


def coverage_curve(gains: Gains, most: int) -> tuple[float, ...]:
    """Return how many more people 0, 1 … `most` sites cover at least (greedy choice and swaps); ascending."""
    values = [0.0]
    for new in range(1, min(most, gains.sites) + 1):
        values.append(max(values[-1], gains.value(swapped(gains, greedy(gains, new)))))
    return tuple(values)


def knee(values: Sequence[float]) -> int:
    """Return the number of sites at which the curve bends most; 0 for one that does not bend.

    It is where the curve is highest above the straight line from its first to its last point.

    Examples
    --------
    >>> knee([0, 60, 90, 95, 97, 98])
    2
    """
    if len(values) < 3 or values[-1] <= values[0]:
        return 0
    curve = (np.asarray(values) - values[0]) / (values[-1] - values[0])
    above = curve - np.linspace(0.0, 1.0, len(values))
    best = int(np.argmax(above))
    return best if above[best] > 1e-9 else 0
