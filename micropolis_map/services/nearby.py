"""Published places near another one, without looking at every outline of the town."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from micropolis_map.domain.duplicates import NEAR_M, near_duplicates
from micropolis_map.domain.geometry import bounds
from micropolis_map.domain.place import Place
from micropolis_map.services.participation import Participation

_DEGREE_M = 110_500.0
"""The shortest degree of latitude, at the equator: a box drawn with it is never too small."""


@dataclass(frozen=True)
class _Boxes:
    """Places and the boxes around them: degrees, west south east north, one row each."""

    places: tuple[Place, ...]
    boxes: NDArray[np.float64]


def duplicates_of(desk: Participation, place: Place) -> list[Place]:
    """Return the published places of its community that may be the same as `place`, the nearest first."""
    known = _boxes(desk, place.community, desk.places.version())
    west, south, east, north = bounds(place.geometry)
    high = NEAR_M * 1.1 / _DEGREE_M
    wide = high / max(0.01, math.cos(math.radians(max(abs(south), abs(north)))))
    reach = known.boxes + np.array([-wide, -high, wide, high])
    near = (reach[:, 0] <= east) & (reach[:, 2] >= west) & (reach[:, 1] <= north) & (reach[:, 3] >= south)
    return near_duplicates(place, (known.places[number] for number in np.flatnonzero(near)))


@lru_cache(maxsize=16)
def _boxes(desk: Participation, community: str, version: str) -> _Boxes:  # noqa: ARG001 - renews the answer
    places = tuple(desk.places.places(community))
    boxes = [bounds(place.geometry) for place in places]
    return _Boxes(places, np.array(boxes, dtype=np.float64).reshape(-1, 4))
