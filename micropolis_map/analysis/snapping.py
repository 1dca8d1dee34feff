"""Snapping: the nearest point of the nearest walkable edge, not the nearest node.

Which edge is nearest is decided among the edges the profile may walk on (so a wheelchair user is not put on a
staircase), lying outside islands of ways shorter than 1 km; lines across squares and barriers are no place to
stand on. Nobody gets from above into a tunnel or from below onto a bridge: a bridge is joined from 5 m at
most, a tunnel only where no other way is near. Distances are metres on the ground around each point.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.metric import ECCENTRICITY_2, SEMI_MAJOR_M, metres_per_degree, wrap
from micropolis_map.analysis.network import BRIDGE, ON_GROUND, TUNNEL, WalkNetwork

FURTHEST_M = 300.0  # CONTRACT.md: farther from every edge is unreachable
ONTO_BRIDGE_M = 5.0  # CONTRACT.md: who is farther from a bridge stands under or beside it
CELL_M = 60.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Snapped:
    """Points on the network, in columns.

    Attributes
    ----------
    edge : int32[n]
        -1 for a point farther than 300 m from every edge.
    point : int32[n]
        The point of the edge before the snapped one (an index into ``network.point_lon``).
    share : float64[n]
        How far from that point to the next, 0 to 1.
    offset_m : float64[n]
        Metres from the edge's first point.
    gap_m : float64[n]
        Metres between the point and the edge; nan where unreachable.
    lon, lat : float64[n]
        The snapped point, EPSG:4326; nan where unreachable.
    """

    edge: Ints
    point: Ints
    share: Floats
    offset_m: Floats
    gap_m: Floats
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return self.edge.size

    def take(self, keep: NDArray[np.intp] | NDArray[np.bool_]) -> Snapped:
        """Return the points at the mask or indices `keep`."""
        return Snapped(
            self.edge[keep],
            self.point[keep],
            self.share[keep],
            self.offset_m[keep],
            self.gap_m[keep],
            self.lon[keep],
            self.lat[keep],
        )


@dataclass(frozen=True)
class SegmentGrid:
    """Segments by the square cells they run through."""

    west: float
    south: float
    cell_lon: float
    cell_lat: float
    columns: int
    rows: int
    first: Ints
    segment: Ints
    narrowest_m: float
    """The least metres a cell measures across, at the community's latitude farthest from the equator."""


def snap(
    network: WalkNetwork,
    lon: Floats,
    lat: Floats,
    *,
    impedance: Impedance | None = None,
    furthest_m: float = FURTHEST_M,
    from_outside: bool = True,
) -> Snapped:
    """Return where each point joins the network.

    Of two edges at the same distance the first in the network's order is taken.

    Parameters
    ----------
    lon, lat : float64[n]
        EPSG:4326; a point with nan is unreachable.
    impedance
        Whose passable edges count; without it every walkable edge does. With ``certain_only`` the edges
        the profile may or may not pass count too: a point does not move because tags are missing.
    from_outside
        Whether the points are homes, places, people, who are in no tunnel and on no bridge. Points of a walk
        may be: then every way counts alike.
    """
    lon = np.atleast_1d(np.asarray(lon, dtype=np.float64))
    lat = np.atleast_1d(np.asarray(lat, dtype=np.float64))
    open_ = network.edge_is_joined
    if impedance is not None:
        open_ = open_ & (impedance.edge_passage > 0)
    join = _joined if from_outside else _nearest_of
    point, share, gap = join(network, open_, network.frame(lon), lat, furthest_m)
    found = point >= 0
    edge = np.full(point.size, -1, dtype=np.int32)
    edge[found] = np.searchsorted(network.edge_first, point[found], side="right") - 1
    i = np.where(found, point, 0)
    if network.point_lon.size == 0:
        nothing = np.full(point.size, np.nan)
        return Snapped(edge, point, share, nothing, nothing, nothing, nothing)

    def between(values: Floats) -> Floats:
        following = values[np.minimum(i + 1, values.size - 1)]
        return np.where(found, values[i] + share * (following - values[i]), np.nan)

    return Snapped(
        edge=edge,
        point=point,
        share=share,
        offset_m=between(network.point_along_m),
        gap_m=np.where(found, gap, np.nan),
        lon=wrap(between(network.point_lon)),
        lat=between(network.point_lat),
    )


def _joined(
    network: WalkNetwork, open_: NDArray[np.bool_], x: Floats, y: Floats, furthest_m: float
) -> tuple[Ints, Floats, Floats]:
    """Return where points join the `open_` edges: the segment's first point, the share along it, the gap."""
    structure = network.edge_structure
    point, share, gap = _nearest_of(network, open_ & (structure == ON_GROUND), x, y, furthest_m)
    bridges = open_ & (structure == BRIDGE)
    if bridges.any():
        over = _nearest_of(network, bridges, x, y, min(ONTO_BRIDGE_M, furthest_m))
        nearer = (over[2] < gap) | ((over[2] == gap) & (over[0] >= 0) & (over[0] < point))
        point[nearer], share[nearer], gap[nearer] = over[0][nearer], over[1][nearer], over[2][nearer]
    tunnels = open_ & (structure == TUNNEL)
    if tunnels.any() and (left := np.flatnonzero(point < 0)).size:
        point[left], share[left], gap[left] = _nearest_of(network, tunnels, x[left], y[left], furthest_m)
    return point, share, gap


def _nearest_of(
    network: WalkNetwork, mask: NDArray[np.bool_], x: Floats, y: Floats, furthest_m: float
) -> tuple[Ints, Floats, Floats]:
    grid = _grid(_Key(network, mask.tobytes()))
    found: tuple[Ints, Floats, Floats] = _nearest(
        x,
        y,
        network.point_lon,
        network.point_lat,
        grid.first,
        grid.segment,
        (grid.west, grid.south, grid.cell_lon, grid.cell_lat, grid.narrowest_m),
        (grid.columns, grid.rows),
        furthest_m,
    )
    return found


class _Key:
    """A network and a mask of its edges; equal when both are the same."""

    def __init__(self, network: WalkNetwork, mask: bytes) -> None:
        self.network = network
        self.mask = mask

    def __hash__(self) -> int:
        return hash((id(self.network), self.mask))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.network is other.network and self.mask == other.mask


@lru_cache(maxsize=48)
def _grid(key: _Key) -> SegmentGrid:
    network = key.network
    open_ = np.frombuffer(key.mask, dtype=np.bool_)
    mine = np.repeat(open_, np.diff(network.edge_first)) if network.edges else np.zeros(0, dtype=np.bool_)
    if network.edges:
        mine[network.edge_first[1:] - 1] = False
    segment = np.flatnonzero(mine).astype(np.int32)
    if segment.size == 0:
        return SegmentGrid(0.0, 0.0, 1.0, 1.0, 1, 1, np.zeros(2, dtype=np.int32), segment, CELL_M)
    lon, lat = network.point_lon, network.point_lat
    ends = np.concatenate([segment, segment + 1])
    west, south = float(lon[ends].min()), float(lat[ends].min())
    width, height = float(np.ptp(lon[ends])), float(np.ptp(lat[ends]))
    middle_east, north = metres_per_degree(np.array(south + height / 2.0))
    area = width * float(middle_east) * height * float(north)
    side = max(CELL_M, float(np.sqrt(area / (8.0 * segment.size + 64.0))))
    cell_lon, cell_lat = side / float(middle_east), side / float(north)
    columns, rows = int(width / cell_lon) + 1, int(height / cell_lat) + 1
    first, inside = _fill_grid(lon, lat, segment, (west, south, cell_lon, cell_lat), columns, rows)
    east, north_ends = metres_per_degree(np.array([south, south + height]))
    narrowest = min(float(east.min()) * cell_lon, float(north_ends.min()) * cell_lat) * 0.999
    return SegmentGrid(west, south, cell_lon, cell_lat, columns, rows, first, inside, narrowest)


@njit(cache=True, nogil=True)
def _fill_grid(
    lon: Floats,
    lat: Floats,
    segment: Ints,
    origin: tuple[float, float, float, float],
    columns: int,
    rows: int,
) -> tuple[Ints, Ints]:
    west, south, cell_lon, cell_lat = origin
    first = np.zeros(columns * rows + 1, np.int32)
    inside = np.empty(0, np.int32)
    fill = first
    for write in range(2):
        if write == 1:
            for c in range(columns * rows):
                first[c + 1] += first[c]
            inside = np.empty(first[columns * rows], np.int32)
            fill = first[:-1].copy()
        for k in range(segment.size):
            i = segment[k]
            x0 = (min(lon[i], lon[i + 1]) - west) / cell_lon
            x1 = (max(lon[i], lon[i + 1]) - west) / cell_lon
            y0 = (min(lat[i], lat[i + 1]) - south) / cell_lat
            y1 = (max(lat[i], lat[i + 1]) - south) / cell_lat
            steep = abs((lon[i + 1] - lon[i]) / cell_lon)
            for row in range(int(y0), min(int(y1), rows - 1) + 1):
                a = x0
                b = x1
                if y1 - y0 > 1.0 and steep > 1.0:  # a long slanting segment: only its part in this row
                    fy = (lat[i] - south) / cell_lat
                    ty = (lat[i + 1] - south) / cell_lat
                    fx = (lon[i] - west) / cell_lon
                    tx = (lon[i + 1] - west) / cell_lon
                    p = min(max((row - fy) / (ty - fy), 0.0), 1.0)
                    q = min(max((row + 1 - fy) / (ty - fy), 0.0), 1.0)
                    a = max(x0, min(fx + p * (tx - fx), fx + q * (tx - fx)) - 1e-6)
                    b = min(x1, max(fx + p * (tx - fx), fx + q * (tx - fx)) + 1e-6)
                for column in range(int(a), min(int(b), columns - 1) + 1):
                    c = row * columns + column
                    if write == 0:
                        first[c + 1] += 1
                    else:
                        inside[fill[c]] = i
                        fill[c] += 1
    return first, inside


@njit(cache=True, nogil=True)
def _nearest(  # noqa: C901, PLR0913, PLR0915, PLR0917
    xs: Floats,
    ys: Floats,
    lon: Floats,
    lat: Floats,
    first: Ints,
    segment: Ints,
    grid: tuple[float, float, float, float, float],
    shape: tuple[int, int],
    furthest_m: float,
) -> tuple[Ints, Floats, Floats]:
    """Return the segment's first point (-1 for none), the share along it, and the gap for each point."""
    west, south, cell_lon, cell_lat, narrowest = grid
    columns, rows = shape
    found = np.full(xs.size, -1, np.int32)
    share = np.zeros(xs.size)
    gap = np.full(xs.size, np.inf)
    rings = int(furthest_m / narrowest) + 1
    for n in range(xs.size):
        x = xs[n]
        y = ys[n]
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        phi = np.radians(y)
        w2 = 1.0 - ECCENTRICITY_2 * np.sin(phi) ** 2
        east = np.radians(SEMI_MAJOR_M / np.sqrt(w2) * np.cos(phi))
        north = np.radians(SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / w2**1.5)
        column = int(np.floor((x - west) / cell_lon))
        row = int(np.floor((y - south) / cell_lat))
        best = furthest_m * furthest_m
        for ring in range(rings + 1):
            if ring > 0 and (ring - 1) * narrowest > np.sqrt(best):
                break
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                on_rim = r == row - ring or r == row + ring
                step = 1 if on_rim else max(2 * ring, 1)
                for c in range(column - ring, column + ring + 1, step):
                    if c < 0 or c >= columns:
                        continue
                    cell = r * columns + c
                    for k in range(first[cell], first[cell + 1]):
                        i = segment[k]
                        ax = (lon[i] - x) * east
                        ay = (lat[i] - y) * north
                        dx = (lon[i + 1] - lon[i]) * east
                        dy = (lat[i + 1] - lat[i]) * north
                        square = dx * dx + dy * dy
                        t = 0.0
                        if square > 0.0:
                            t = min(max(-(ax * dx + ay * dy) / square, 0.0), 1.0)
                        px = ax + t * dx
                        py = ay + t * dy
                        d = px * px + py * py
                        if d < best or (d == best and (found[n] < 0 or i < found[n])):
                            best = d
                            found[n] = i
                            share[n] = t
                            gap[n] = np.sqrt(d)
    return found, share, gap
