"""Walks between the stops of a tour, on a build's streets for a profile, or as straight lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.cost_matrix import cost_matrix
from micropolis_map.analysis.impedance import Impedance, impedance
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.paths import Leg, path
from micropolis_map.analysis.profiles import Profile, profile
from micropolis_map.analysis.snapping import Snapped, snap
from micropolis_map.domain.tour import Stop
from micropolis_map.services import opened
from micropolis_map.services.opened import Build

Floats = NDArray[np.float64]
UNKNOWN = float("nan")


@dataclass(frozen=True)
class Walk:
    """A walk from stop to stop.

    Attributes
    ----------
    lon, lat : float64[k]
        From the one to the other, EPSG:4326, with the gaps between them and the streets.
    gap_m
        Metres of the last gap, from the street to the stop; `first_gap_m` those of the first.
    straight
        A line as the crow flies, because the streets are not known.
    height_m : float64[k]
        Of the ground at each point, nan where it is not known; empty for a straight line. Stops beside the
        street are as high as where they join it.
    """

    origin: Stop
    destination: Stop
    lon: Floats
    lat: Floats
    cost_s: float
    length_m: float
    first_gap_m: float = 0.0
    gap_m: float = 0.0
    staircases: int = 0
    ascent_m: float = UNKNOWN
    descent_m: float = UNKNOWN
    certain: bool = False
    legs: tuple[Leg, ...] = ()
    straight: bool = False
    height_m: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class Ground:
    """Streets as a profile walks them."""

    network: WalkNetwork
    impedance: Impedance

    @classmethod
    def of(cls, build: Build, profile_name: str) -> Ground:
        """Return the streets of `build` for the profile."""
        return cls(opened.network_of(build), opened.impedance_of(build, profile_name))

    @classmethod
    def step_free(cls, build: Build, profile_name: str) -> Ground:
        """Return the streets as `smooth_profile` walks them."""
        return cls(opened.network_of(build), _smooth(build, profile_name))

    def snapped(self, points: Sequence[Stop]) -> Snapped:
        """Return where the points join streets the profile can walk."""
        lon, lat = np.array([p.lon for p in points]), np.array([p.lat for p in points])
        return snap(self.network, lon, lat, impedance=self.impedance)

    def costs(self, points: Sequence[Stop]) -> Floats:
        """Return the seconds from each point to each; inf where there is no walk, 0 to itself."""
        at = self.snapped(points)
        pairs = cost_matrix(self.network, self.impedance, at, at, with_lengths=False)
        cost = np.full((len(points), len(points)), np.inf)
        cost[pairs.origin, pairs.destination] = pairs.cost_s
        np.fill_diagonal(cost, 0.0)
        return cost

    def walk(self, origin: Stop, destination: Stop) -> Walk:
        """Return the least-cost walk between two points that are joined."""
        at = self.snapped((origin, destination))
        found = path(self.network, self.impedance, at.take(np.array([0])), at.take(np.array([1])))
        return Walk(
            origin=origin,
            destination=destination,
            lon=np.concatenate([[origin.lon], found.lon, [destination.lon]]),
            lat=np.concatenate([[origin.lat], found.lat, [destination.lat]]),
            cost_s=found.cost_s,
            length_m=found.length_m,
            first_gap_m=float(at.gap_m[0]),
            gap_m=float(at.gap_m[1]),
            staircases=found.staircases,
            ascent_m=found.ascent_m,
            descent_m=found.descent_m,
            certain=found.certain,
            legs=found.legs,
            height_m=np.concatenate([found.height_m[:1], found.height_m, found.height_m[-1:]]),
        )


@lru_cache(maxsize=16)
def _smooth(build: Build, profile_name: str) -> Impedance:
    return impedance(opened.network_of(build), smooth_profile(profile(profile_name)))


def smooth_profile(who: Profile) -> Profile:
    """Return `who` without steps, steep ways, barriers and ways closed to wheelchairs, at the same pace.

    Steep is what is tagged with more than 1 in 12. Rough ground stops a wheelchair but not a rollator, a
    stroller or a stiff knee: who needs it smooth asks for the profile ``wheelchair`` itself.
    """
    wheels = profile("wheelchair")
    stops = {key: values for key, values in wheels.impassable.items() if key in {"wheelchair", "barrier"}}
    return replace(
        wheels,
        name=f"{who.name}, step-free",
        speed_m_s=who.speed_m_s,
        slope=who.slope,
        min_width_m=0.0,
        impassable=stops,
    )


def straight_walk(origin: Stop, destination: Stop, length_m: float, speed_m_s: float) -> Walk:
    """Return the line as the crow flies."""
    lon, lat = np.array([origin.lon, destination.lon]), np.array([origin.lat, destination.lat])
    return Walk(origin, destination, lon, lat, length_m / speed_m_s, length_m, straight=True)
