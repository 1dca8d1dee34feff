"""Pieces: a network cut into tiles whose answers, put together, are exactly the whole's.

A piece holds what lies in its tile and, around it, a halo as wide as anybody walks within the threshold plus
the 300 m of snapping. Every walk that starts in the tile and ends within the threshold stays inside, so that
pieces can be worked on one after the other, or on many machines, each from a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.metric import metres_per_degree
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.profiles import Profile
from micropolis_map.analysis.slope import STEEPEST, relative_speed
from micropolis_map.analysis.snapping import FURTHEST_M

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Piece:
    """A tile of a network with its halo.

    Attributes
    ----------
    network
        Keeps the whole's components, so that islands are the same ones.
    west, south, east, north
        The tile in degrees in the network's frame; west and south belong to it. Tiles on the rim reach
        beyond the network for ever.
    halo_m
    """

    network: WalkNetwork
    west: float
    south: float
    east: float
    north: float
    halo_m: float

    def owns(self, lon: Floats, lat: Floats) -> Bools:
        """Return which points lie in the tile: each point on earth lies in exactly one."""
        x = self.network.frame(lon)
        return (x >= self.west) & (x < self.east) & (lat >= self.south) & (lat < self.north)

    def reaches(self, lon: Floats, lat: Floats) -> Bools:
        """Return which spots a walk from the tile might end at."""
        return _near(self, self.network.frame(lon), lat, self.halo_m + FURTHEST_M)


def halo_m(profile: Profile, threshold_s: float) -> float:
    """Return how far anybody gets in `threshold_s` at the fastest slope, in metres."""
    slopes = np.linspace(-STEEPEST, STEEPEST, 1001)
    return float(profile.speed_m_s * max(1.0, relative_speed(profile.slope, slopes).max()) * threshold_s)


def cut(
    network: WalkNetwork, columns: int, rows: int, profile: Profile, threshold_s: float
) -> Iterator[Piece]:
    """Yield ``columns × rows`` pieces, row by row from the south-west."""
    lon, lat = network.point_lon, network.point_lat
    west, east, south, north = (float(f(v)) if v.size else 0.0 for v in (lon, lat) for f in (np.min, np.max))
    x, y = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
    x[0], x[-1], y[0], y[-1] = -np.inf, np.inf, -np.inf, np.inf
    width = halo_m(profile, threshold_s)
    for row in range(rows):
        for column in range(columns):
            tile = Piece(network, x[column], y[row], x[column + 1], y[row + 1], width)
            yield replace(tile, network=_part(network, _edges_near(tile, width + 2.0 * FURTHEST_M)))


def _near(tile: Piece, lon: Floats, lat: Floats, metres: float) -> Bools:
    """Return which points are within `metres` of the tile (its corners counted generously)."""
    return _box_near(tile, lon, lon, lat, lat, metres)


def _edges_near(tile: Piece, metres: float) -> Bools:
    """Return which edges' bounding boxes are within `metres` of the tile."""
    network = tile.network
    if network.edges == 0:
        return np.zeros(0, dtype=np.bool_)
    first = network.edge_first[:-1]
    lon, lat = network.point_lon, network.point_lat
    west, east = np.minimum.reduceat(lon, first), np.maximum.reduceat(lon, first)
    return _box_near(
        tile, west, east, np.minimum.reduceat(lat, first), np.maximum.reduceat(lat, first), metres
    )


def _box_near(tile: Piece, west: Floats, east: Floats, south: Floats, north: Floats, metres: float) -> Bools:
    dx = np.maximum(np.maximum(tile.west - east, west - tile.east), 0.0)
    dy = np.maximum(np.maximum(tile.south - north, south - tile.north), 0.0)
    poleward = np.minimum(np.maximum(np.abs(south), np.abs(north)) + metres / 100_000.0, 89.0)
    east_m, north_m = metres_per_degree(poleward)[0], metres_per_degree(south)[1]
    near: Bools = np.maximum(dx * east_m, dy * north_m) <= metres * 1.001
    return near


def _part(network: WalkNetwork, keep: Bools) -> WalkNetwork:
    """Return the network of the edges in `keep`."""
    size = np.diff(network.edge_first)
    point = np.repeat(keep, size)
    used = np.zeros(network.nodes, dtype=np.bool_)
    used[network.edge_from[keep]] = used[network.edge_to[keep]] = True
    number = (np.cumsum(used) - 1).astype(np.int32)
    edges = ("edge_row", "edge_kind", "edge_oneway", "edge_steps", "edge_component")
    points = ("lon", "lat", "along_m", "height_m", "osm", "way")
    return replace(
        network,
        node_lon=network.node_lon[used],
        node_lat=network.node_lat[used],
        edge_from=number[network.edge_from[keep]],
        edge_to=number[network.edge_to[keep]],
        edge_first=np.concatenate([[0], np.cumsum(size[keep])]).astype(np.int32),
        **{name: getattr(network, name)[keep] for name in edges},
        **{f"point_{name}": getattr(network, f"point_{name}")[point] for name in points},
    )
