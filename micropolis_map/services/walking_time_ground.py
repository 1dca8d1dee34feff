"""Walking times for a map that draws quickly: the ground once for each build, the times as one byte each.

Streets and homes stay where they are when somebody chooses another profile, threshold or kind of spot. So a
browser fetches their geometry once (*ground*), and for each choice only a byte for each piece of street or
home, in the same order (*times*).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.metric import wrap
from micropolis_map.analysis.nearest import nearest_everywhere
from micropolis_map.analysis.profiles import profile
from micropolis_map.services import opened
from micropolis_map.services.assessing import Subject, snapped
from micropolis_map.services.opened import Build
from micropolis_map.services.street_pieces import drawn_pieces, half_minutes

SCALE = 100_000
"""Coordinates are whole numbers of 1 / `SCALE` degree (1 m), each but the first of a line as a difference."""

NO_WAY, LONGEST = 255, 254
"""Bytes: half minutes rounded up, `LONGEST` for that and more, `NO_WAY` where no spot can be reached."""


@lru_cache(maxsize=8)
def street_ground(build: Build) -> dict[str, Any]:
    """Return ``{"scale", "lines"}``: each line ``[lon, lat, dlon, dlat, …]``, a piece between two points."""
    network = opened.network_of(build)
    piece = np.flatnonzero(drawn_pieces(build))
    starts = np.flatnonzero(np.diff(piece, prepend=-2) != 1)
    ends = np.append(starts[1:], piece.size)
    at = np.rint(np.column_stack([wrap(network.point_lon), network.point_lat]) * SCALE).astype(np.int64)
    lines = []
    for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
        points = at[piece[a] : piece[b - 1] + 2]
        lines.append(np.diff(points, axis=0, prepend=0).ravel().tolist())
    return {"scale": SCALE, "lines": lines}


def street_times(subject: Subject) -> bytes:
    """Return a byte for each piece of `street_ground`: the walk from its middle to the nearest spot."""
    build, result = subject.build, subject.result
    network = opened.network_of(build)
    cost = opened.impedance_of(build, result.request.profile)
    spots = snapped(build, profile(result.request.profile), result.spots)
    number = half_minutes(nearest_everywhere(network, cost, spots))[drawn_pieces(build)]
    return _as_bytes(number)


@lru_cache(maxsize=8)
def home_ground(build: Build) -> dict[str, Any]:
    """Return ``{"scale", "points", "people"}``: points as one line of `street_ground`, people rounded."""
    homes = opened.homes_of(build)
    at = np.rint(np.column_stack([homes.lon, homes.lat]) * SCALE).astype(np.int64)
    people = np.ones(len(homes)) if homes.population is None else homes.population
    return {
        "scale": SCALE,
        "points": np.diff(at, axis=0, prepend=0).ravel().tolist(),
        "people": np.round(people, 1).tolist(),
    }


def home_times(subject: Subject) -> bytes:
    """Return a byte for each home of `home_ground`."""
    cost_s = subject.result.walks.cost_s
    reached = np.isfinite(cost_s)
    number = np.ceil(np.where(reached, cost_s, 0.0) / 30.0 - 1e-9)
    return _as_bytes(np.where(reached, number, -1).astype(np.int64))


def _as_bytes(number: NDArray[np.int64]) -> bytes:
    return np.where(number < 0, NO_WAY, np.minimum(number, LONGEST)).astype(np.uint8).tobytes()
