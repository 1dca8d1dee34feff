"""What a tour is walked on: surfaces, and what would stop a wheelchair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.metric import segment_length_m
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.profiles import Passage
from micropolis_map.analysis.snapping import snap
from micropolis_map.i18n import mark, translation
from micropolis_map.services.touring_walks import Walk

ON_THE_WAY_M = 0.5
"""A stretch of the line lies on an edge when its middle is at most so far from it."""

STEPS, STEEP = mark("steps"), mark("steep")
BARRIER, CLOSED = mark("barrier"), mark("not passable by wheelchair")


@dataclass(frozen=True)
class Obstacle:
    """A stretch that the step-free twin does not take.

    Attributes
    ----------
    what
        In words: steps, steep, a barrier.
    name
        The street's, "" for a nameless way.
    lon, lat
        Its middle.
    """

    what: str
    name: str
    lon: float
    lat: float
    length_m: float

    def as_json(self) -> dict[str, Any]:
        """Return it as ``tour --json`` prints it."""
        where = [round(self.lon, 6), round(self.lat, 6)]
        return {"what": self.what, "name": self.name, "at": where, "length_m": round(self.length_m, 1)}


@dataclass(frozen=True)
class _Stretches:
    edge: NDArray[np.int32]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    length_m: NDArray[np.float64]


def surfaces_of(network: WalkNetwork, walks: Sequence[Walk]) -> tuple[tuple[str, float], ...]:
    """Return the metres on each ``surface``, the longest first; "unknown" where no tag says."""
    metres: Counter[str] = Counter()
    for walk in walks:
        found = _stretches(network, walk)
        for edge, length in zip(found.edge.tolist(), found.length_m.tolist(), strict=True):
            metres[_tags(network, edge).get("surface", "unknown") if edge >= 0 else "unknown"] += length
    return tuple(metres.most_common())


def obstacles_of(
    network: WalkNetwork, smooth: Impedance, walks: Sequence[Walk], lang: str = "en"
) -> tuple[Obstacle, ...]:
    """Return the stretches impassable by `smooth`, in the order of walking; those of one kind joined."""
    obstacles: list[Obstacle] = []
    for walk in walks:
        found = _stretches(network, walk)
        barred = (found.edge >= 0) & (smooth.edge_passage[found.edge] == Passage.IMPASSABLE)
        before: tuple[int, str, str] | None = None
        for k in np.flatnonzero(barred).tolist():
            tags = _tags(network, int(found.edge[k]))
            what, name = _what(tags, lang), tags.get("name", "")
            at = (float(found.lon[k]), float(found.lat[k]), float(found.length_m[k]))
            if before == (k - 1, what, name):
                at = (obstacles[-1].lon, obstacles[-1].lat, at[2] + obstacles.pop().length_m)
            obstacles.append(Obstacle(what, name, *at))
            before = (k, what, name)
    return tuple(obstacles)


def _what(tags: Mapping[str, str], lang: str) -> str:
    say = translation(lang).gettext
    if tags.get("highway") == "steps":
        return say(STEPS)
    if "barrier" in tags:
        return f"{say(BARRIER)} ({tags['barrier']})"
    if tags.get("wheelchair") == "no":
        return say(CLOSED)
    return f"{say(STEEP)} ({tags['incline']})" if "incline" in tags else say(BARRIER)


def _stretches(network: WalkNetwork, walk: Walk) -> _Stretches:
    """Return the walk's segments with the edge each lies on, -1 for the gaps at its ends."""
    lon, lat = walk.lon, walk.lat
    middle = (lon[1:] + lon[:-1]) / 2.0, (lat[1:] + lat[:-1]) / 2.0
    edge = snap(network, *middle, furthest_m=ON_THE_WAY_M, from_outside=False).edge.copy()
    edge[[0, -1]] = -1
    return _Stretches(edge, *middle, segment_length_m(lon[:-1], lat[:-1], lon[1:], lat[1:]))


def _tags(network: WalkNetwork, edge: int) -> Mapping[str, str]:
    return network.tags(int(network.point_way[network.edge_first[edge]]))
