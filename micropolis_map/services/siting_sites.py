"""New sites as a person gives them: numbered points."""

from __future__ import annotations

import numpy as np

from micropolis_map.domain.points import PointSet


def points_at(points: tuple[tuple[float, float], ...]) -> PointSet:
    """Return ``(lon, lat)`` as points with the ids ``1``, ``2`` …."""
    return PointSet(
        tuple(str(n) for n in range(1, len(points) + 1)),
        np.array([lon for lon, _ in points], dtype=np.float64),
        np.array([lat for _, lat in points], dtype=np.float64),
    )
