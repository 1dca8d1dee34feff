"""The homes that new sites bring near, and those still too far: what the planner's map draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from micropolis_map.services.assessing import Deps
from micropolis_map.services.siting_ground import ground_of
from micropolis_map.services.siting_link import Points
from micropolis_map.services.siting_plan import plan_of
from micropolis_map.services.siting_result import SitingRequest
from micropolis_map.services.siting_sites import points_at

MOST_HOMES = 6_000
"""More are drawn together in squares."""
DIGITS = 5


def homes_changed(deps: Deps, slug: str, request: SitingRequest, points: Points) -> dict[str, Any]:
    """Return ``homes``: ``[lon, lat, people, 1 if newly near else 0]`` of those not near without the sites.

    Where they are many, homes of one square of about 50 m (100 m …) and one kind are added up.
    """
    ground = ground_of(deps, slug, request)
    plan = plan_of(ground, points_at(points))
    limit, people = ground.threshold_s, ground.people
    shown = np.flatnonzero((plan.cost_before_s > limit) & (people > 0.0))
    near = plan.cost_after_s[shown] <= limit
    homes = ground.before.origins
    lon, lat, count = homes.lon[shown], homes.lat[shown], people[shown]
    step = 0.0005
    while count.size > MOST_HOMES:
        cells = np.column_stack([np.round(lon / step), np.round(lat / step), near])
        _, first, cell = np.unique(cells, axis=0, return_index=True, return_inverse=True)
        count = np.bincount(cell.reshape(-1), count).astype(np.float64)
        lon, lat, near, step = lon[first], lat[first], near[first], step * 2.0
    rows = zip(
        lon.round(DIGITS).tolist(),
        lat.round(DIGITS).tolist(),
        count.round(1).tolist(),
        near.astype(int).tolist(),
        strict=True,
    )
    return {"homes": [list(row) for row in rows]}
