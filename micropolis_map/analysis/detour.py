"""The detour ratio: how much longer a walk is than the way of the crow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.metric import segment_length_m, unwrap

Floats = NDArray[np.float64]


def detour_ratio(
    length_m: Floats, lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats, *, least_m: float = 50.0
) -> Floats:
    """Return ``length_m`` ÷ the straight distance; inf where there is no walk, nan closer than `least_m`.

    Parameters
    ----------
    length_m : float64[n]
        Of the walks, gaps included, inf for none (`Nearest.length_m`).
    lon_a, lat_a, lon_b, lat_b : float64[n]
        The points themselves, not where they join the network, EPSG:4326.
    least_m
        Over shorter distances a ratio says nothing.
    """
    if length_m.size == 0:
        return np.empty(0)
    reference = float(lon_a[0])
    crow_m = segment_length_m(unwrap(lon_a, reference), lat_a, unwrap(lon_b, reference), lat_b)
    ratio: Floats = np.divide(length_m, crow_m, out=np.full(length_m.shape, np.nan), where=crow_m >= least_m)
    return ratio
