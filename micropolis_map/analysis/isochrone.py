"""Isochrones as true areas: the streets that can be walked in time, and the ground beside them.

Streets are cut exactly where the time runs out; what is reached is widened by `WIDTH_M` to each side and
dissolved. Ground between streets that nobody walks on in time stays a hole. So the area never holds a street
that cannot be reached, unless that lies within `WIDTH_M` of one that can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity

from micropolis_map.analysis.ends import ends, seeds
from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.kernels import BACKWARD, FORWARD
from micropolis_map.analysis.metric import metres_per_degree
from micropolis_map.analysis.network import ACROSS_SQUARE, WAY, WalkNetwork
from micropolis_map.analysis.search import UNREACHED, limit_ms, search
from micropolis_map.analysis.snapping import Snapped, snap
from micropolis_map.errors import InvalidInput
from micropolis_map.i18n import mark

SIGHT_LINES = 40
WIDTH_M = 25.0  # half a building plot: the front doors along a street

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Isochrone:
    """The ground within `minutes` on foot.

    Attributes
    ----------
    polygon
        Polygon or MultiPolygon, EPSG:4326, cut at the antimeridian (RFC 7946); empty when nothing is reached.
    area_m2
        On the ground.
    streets_m
        Length of the streets reached.
    """

    minutes: float
    polygon: shapely.Geometry
    area_m2: float
    streets_m: float


def isochrones(
    network: WalkNetwork, impedance: Impedance, lon: float, lat: float, minutes: Sequence[float]
) -> list[Isochrone]:
    """Return an isochrone for each of `minutes`, in their order, for walks that start at ``lon, lat``.

    Raises
    ------
    InvalidInput
        A number of minutes is not above 0, or the point is farther than 300 m from every way.
    """
    for value in minutes:
        if not value > 0.0:
            raise InvalidInput(
                mark("an isochrone of {value} minutes has no area"),
                mark("give minutes above 0"),
                value=repr(value),
            )
    start = snap(network, np.array([lon]), np.array([lat]), impedance=impedance)
    if start.edge[0] < 0:
        turned = abs(lon) <= 90.0 and snap(network, np.array([lat]), np.array([lon]), impedance=impedance)
        near = mark("choose a point nearer to a street of the community")
        swapped = mark("longitude comes first: did you mean {lat}, {lon}?")
        raise InvalidInput(
            mark("{lon}, {lat} is farther than 300 m from every way this profile walks on"),
            swapped if turned and turned.edge[0] >= 0 else near,
            lon=repr(lon),
            lat=repr(lat),
        )
    reach = Reach(network, impedance, start, max(minutes) * 60.0)
    return [_isochrone(network, reach, float(value)) for value in minutes]


class Reach:
    """What can be walked from one point within a time, edge by edge."""

    def __init__(self, network: WalkNetwork, impedance: Impedance, start: Snapped, cutoff_s: float) -> None:
        self.network = network
        self.impedance = impedance
        self.start = ends(impedance, start)
        graph = impedance.out
        self.labels = np.full(network.nodes, UNREACHED, dtype=np.int64)
        limit = limit_ms(cutoff_s)
        node, label = seeds((self.start.to_from, self.start.to_to), self.start, impedance, limit)
        touched = np.empty(max(network.nodes, 1), dtype=np.int32)
        none = np.empty(0, dtype=np.int32)
        count = search(graph, self.labels, (node, label), limit, touched=touched)
        at = touched[:count]
        arcs = np.concatenate([np.arange(graph.first[v], graph.first[v + 1]) for v in at]) if count else none
        self.edges = np.union1d(graph.edge[arcs], self.start.edge[:1])

    def pieces(self, cutoff_s: float) -> list[tuple[int, float, float]]:
        """Return the reached stretches as ``(edge, from metre, to metre)``; they may overlap."""
        found = []
        left_ms = cutoff_s * 1000.0
        for edge in self.edges.tolist():
            found += self._on_edge(edge, left_ms)
        return found

    def _on_edge(self, edge: int, left_ms: float) -> list[tuple[int, float, float]]:
        network, passes = self.network, int(self.impedance.edge_pass[edge])
        points = slice(network.edge_first[edge], network.edge_first[edge + 1])
        along = network.point_along_m[points]
        there, back = self.impedance.forward[points], self.impedance.backward[points]
        found = []
        at_from, at_to = self.labels[network.edge_from[edge]], self.labels[network.edge_to[edge]]
        length = float(along[-1])
        if passes & FORWARD and at_from != UNREACHED and (at_from >> 32) <= left_ms:
            found.append((edge, 0.0, float(np.interp(left_ms - (at_from >> 32), there, along))))
        if passes & BACKWARD and at_to != UNREACHED and (at_to >> 32) <= left_ms:
            rest = back[-1] - (left_ms - (at_to >> 32))
            found.append((edge, float(np.interp(rest, back, along)), length))
        if edge == self.start.edge[0] and self.start.gap_ms[0] <= left_ms:
            here, spare = float(self.start.along_m[0]), left_ms - float(self.start.gap_ms[0])
            low = np.interp(self.start.backward[0] - spare, back, along) if passes & BACKWARD else here
            high = np.interp(self.start.forward[0] + spare, there, along) if passes & FORWARD else here
            found.append((edge, float(low), float(high)))
        return _merged(found)


def _merged(pieces: list[tuple[int, float, float]]) -> list[tuple[int, float, float]]:
    """Return the stretches of one edge without overlaps; those without length are left out."""
    merged: list[tuple[int, float, float]] = []
    for edge, low, high in sorted(pieces):
        if merged and low <= merged[-1][2]:
            merged[-1] = (edge, merged[-1][1], max(merged[-1][2], high))
        elif high > low:
            merged.append((edge, low, high))
    return merged


def _isochrone(network: WalkNetwork, reach: Reach, minutes: float) -> Isochrone:
    pieces = reach.pieces(minutes * 60.0)
    if not pieces:
        return Isochrone(minutes, shapely.Polygon(), 0.0, 0.0)
    first = network.edge_first[pieces[0][0]]
    lon0, lat0 = float(network.point_lon[first]), float(network.point_lat[first])
    east, north = (float(v) for v in metres_per_degree(np.array(lat0)))
    lines = [_line(network, *piece) for piece in _without_crowds(network, pieces)]
    metric = [np.column_stack([(x - lon0) * east, (y - lat0) * north]) for x, y in lines]
    drawn = np.array([shapely.LineString(line) for line in metric], dtype=object)
    # Widened one by one, then dissolved: a hundred times faster than widening the dissolved streets.
    area = shapely.union_all(shapely.buffer(drawn, WIDTH_M, quad_segs=4))
    streets_m = sum(high - low for edge, low, high in pieces if network.edge_kind[edge] == WAY)
    degrees = shapely.transform(area, lambda xy: xy / (east, north) + (lon0, lat0))
    return Isochrone(minutes, _cut_at_antimeridian(degrees), float(area.area), streets_m)


def _without_crowds(
    network: WalkNetwork, pieces: list[tuple[int, float, float]]
) -> list[tuple[int, float, float]]:
    """Return the pieces without most sight lines: the `SIGHT_LINES` longest cover a square's ground."""
    kept = [piece for piece in pieces if network.edge_kind[piece[0]] == WAY]
    squares: dict[int, list[tuple[float, tuple[int, float, float]]]] = {}
    for piece in pieces:
        if network.edge_kind[piece[0]] == ACROSS_SQUARE:
            way = int(network.point_way[network.edge_first[piece[0]]])
            squares.setdefault(way, []).append((piece[2] - piece[1], piece))
    for lines in squares.values():
        kept += [piece for _, piece in sorted(lines, reverse=True)[:SIGHT_LINES]]
    return kept


def _line(network: WalkNetwork, edge: int, low: float, high: float) -> tuple[Floats, Floats]:
    points = slice(network.edge_first[edge], network.edge_first[edge + 1])
    along = network.point_along_m[points]
    metres = np.concatenate([[low], along[(along > low) & (along < high)], [high]])
    return (
        np.interp(metres, along, network.point_lon[points]),
        np.interp(metres, along, network.point_lat[points]),
    )


def _cut_at_antimeridian(polygon: shapely.Geometry) -> shapely.Geometry:
    west, _, east, _ = shapely.bounds(polygon)
    if west >= -180.0 and east <= 180.0:
        return polygon
    parts = []
    for turn in (-360.0, 0.0, 360.0):
        moved = affinity.translate(polygon, turn)
        parts.append(shapely.intersection(moved, shapely.box(-180.0, -90.0, 180.0, 90.0)))
    return shapely.union_all(np.array([p for p in parts if not p.is_empty], dtype=object))
