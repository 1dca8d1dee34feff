"""Benches, toilets and drinking water near the line of a tour, and how far it is from bench to bench."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from micropolis_map.analysis.metric import metres_per_degree
from micropolis_map.ports import CommunityStore
from micropolis_map.services import opened
from micropolis_map.services.opened import Build
from micropolis_map.services.touring import TourPlan

NEAR_M: Mapping[str, float] = {"bench": 30.0, "toilets": 100.0, "drinking_water": 100.0}
"""How far from the line each is still on the way: a bench one sees, a toilet one goes to."""


@dataclass(frozen=True)
class Nearby:
    """A bench, toilet or drinking water near the line.

    Attributes
    ----------
    off_m, along_m
        Metres from the line, and along it from its start to the nearest point.
    step_free
        ``yes``, ``limited``, ``no`` or ``unknown``.
    """

    kind: str
    name: str
    lon: float
    lat: float
    off_m: float
    along_m: float
    step_free: str
    opening_hours: str


@dataclass(frozen=True)
class Comforts:
    """What is near the line, in the order of walking.

    Attributes
    ----------
    longest_without_bench_m
        The longest stretch of the walk between two benches, or a bench and an end.
    """

    nearby: tuple[Nearby, ...]
    longest_without_bench_m: float

    def count(self, kind: str) -> int:
        """Return how many there are of a kind."""
        return Counter(one.kind for one in self.nearby)[kind]


def comforts_near(store: CommunityStore, plan: TourPlan) -> Comforts | None:
    """Return what is near the line; None where that is not known: no streets loaded, or an older build."""
    folder = store.current_build(plan.community)
    points = opened.comforts_of(Build(plan.community, folder)) if folder is not None else None
    if points is None or not plan.loaded or not plan.walks:
        return None
    lon = np.concatenate([walk.lon for walk in plan.walks])
    lat = np.concatenate([walk.lat for walk in plan.walks])
    east, north = (float(v) for v in metres_per_degree(np.array(float(lat.mean()))))
    line = shapely.linestrings(np.column_stack((lon * east, lat * north)))
    at: NDArray[np.object_] = np.asarray(
        shapely.points(np.asarray(points.lon) * east, np.asarray(points.lat) * north)
    )
    off = shapely.distance(at, line)
    kinds = points.columns["kind"] if len(points) else np.array([], np.str_)
    reach = np.array([NEAR_M.get(str(kind), 0.0) for kind in kinds])
    near = np.flatnonzero(off <= reach)
    along = np.asarray(shapely.line_locate_point(line, at[near]))
    found = [
        Nearby(
            kind=str(kinds[k]),
            name=points.name[k],
            lon=float(points.lon[k]),
            lat=float(points.lat[k]),
            off_m=float(off[k]),
            along_m=float(a),
            step_free=str(points.columns["step_free"][k]),
            opening_hours=str(points.columns["opening_hours"][k]),
        )
        for k, a in zip(near.tolist(), along.tolist(), strict=True)
    ]
    found.sort(key=lambda one: (one.along_m, one.kind))
    benches = [one.along_m for one in found if one.kind == "bench"]
    ends = np.array([0.0, *benches, float(shapely.length(line))])
    return Comforts(tuple(found), float(np.diff(ends).max()))
