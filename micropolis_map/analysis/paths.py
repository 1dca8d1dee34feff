"""One walk in full: geometry, cost, staircases, climbs, and the streets it follows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from micropolis_map.analysis.ends import Ends, ends, seeds
from micropolis_map.analysis.impedance import Impedance
from micropolis_map.analysis.kernels import COST, NODE
from micropolis_map.analysis.metric import wrap
from micropolis_map.analysis.network import WalkNetwork
from micropolis_map.analysis.profiles import Passage
from micropolis_map.analysis.search import FURTHEST_MS, UNREACHED, search
from micropolis_map.analysis.snapping import Snapped

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Leg:
    """A stretch of a walk along one street.

    Attributes
    ----------
    name
        The street's name, "" for a nameless way.
    highway
        Value of ``highway``, "" for a way across a square's open ground without one.
    language
        Names by language as far as the way has them.
    """

    name: str
    highway: str
    length_m: float
    steps: float = 0.0


@dataclass(frozen=True)
class Path:
    """A least-cost walk.

    Attributes
    ----------
    lon, lat : float64[k]
        From the snapped origin to the snapped destination, EPSG:4326; empty when there is no walk.
    cost_s, length_m
        Gaps included; inf when there is no walk.
    staircases
        How many flights of steps it takes; `steps` counts the single steps where tagged.
    ascent_m, descent_m
        nan where heights are not known.
    certain
        Whether every metre is known to be passable for the profile.
    legs
        In the order of walking; neighbours of the same name are one leg.
    height_m : float64[k]
        Of the points, nan where it is not known.
    """

    lon: Floats
    lat: Floats
    cost_s: float
    length_m: float
    staircases: int = 0
    steps: int = 0
    ascent_m: float = float("nan")
    descent_m: float = float("nan")
    certain: bool = False
    legs: tuple[Leg, ...] = ()
    height_m: Floats = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class _Piece:
    """A part of an edge: from metre `start` to metre `stop`, backwards where the first is larger."""

    edge: int
    start: float
    stop: float


def path(network: WalkNetwork, impedance: Impedance, origin: Snapped, destination: Snapped) -> Path:
    """Return the least-cost walk from the first point of `origin` to the first of `destination`."""
    nowhere = Path(np.empty(0), np.empty(0), float("inf"), float("inf"))
    a, b = ends(impedance, origin.take(np.array([0]))), ends(impedance, destination.take(np.array([0])))
    if a.edge[0] < 0 or b.edge[0] < 0:
        return nowhere
    cost_ms, pieces = _search(network, impedance, a, b)
    if not np.isfinite(cost_ms):
        return nowhere
    gaps_m = float(a.gap_m[0] + b.gap_m[0])
    return _describe(network, impedance, pieces, cost_ms / 1000.0, gaps_m)


def _search(network: WalkNetwork, impedance: Impedance, a: Ends, b: Ends) -> tuple[float, list[_Piece]]:
    ea, eb = int(a.edge[0]), int(b.edge[0])
    direct = _direct(impedance, a, b) if ea == eb else np.inf
    labels = np.full(network.nodes, UNREACHED, dtype=np.int64)
    seed_node, seed_label = seeds((a.to_from, a.to_to), a, impedance, FURTHEST_MS)
    graph = impedance.out
    last = np.array([network.edge_from[eb], network.edge_to[eb]], dtype=np.int32)
    search(graph, labels, (seed_node, seed_label), FURTHEST_MS, targets=last)
    over = [
        (float(labels[node] >> 32) + float(way[0] + b.gap_ms[0]) if labels[node] != UNREACHED else np.inf)
        for node, way in zip(last, (b.from_from, b.from_to), strict=True)
    ]
    if direct <= min(over):
        return direct, [_Piece(ea, float(a.along_m[0]), float(b.along_m[0]))]
    if not np.isfinite(min(over)):
        return np.inf, []
    side = int(np.argmin(over))
    end_m = 0.0 if side == 0 else float(b.along_m[0] + b.rest_m[0])
    tail = _Piece(eb, end_m, float(b.along_m[0]))
    return min(over), [*_retrace(network, impedance, labels, a, int(last[side])), tail]


def _direct(impedance: Impedance, a: Ends, b: Ends) -> float:
    passes = impedance.edge_pass[a.edge[0]]
    walk = np.inf
    if b.along_m[0] >= a.along_m[0] and passes & 1:
        walk = b.forward[0] - a.forward[0]
    if b.along_m[0] <= a.along_m[0] and passes & 2:
        walk = min(walk, a.backward[0] - b.backward[0])
    return float(walk + a.gap_ms[0] + b.gap_ms[0])


def _retrace(
    network: WalkNetwork, impedance: Impedance, labels: NDArray[np.int64], a: Ends, node: int
) -> list[_Piece]:
    """Return the pieces from the origin to `node`, in the order of walking."""
    edge = int(a.edge[0])
    length = float(a.along_m[0] + a.rest_m[0])
    starts: dict[tuple[int, int], _Piece] = {}
    for end, cost, stop in (
        (int(network.edge_from[edge]), a.to_from[0], 0.0),
        (int(network.edge_to[edge]), a.to_to[0], length),
    ):
        if np.isfinite(cost):
            starts.setdefault(
                (end, int(np.rint(cost + a.gap_ms[0]))), _Piece(edge, float(a.along_m[0]), stop)
            )
    graph = impedance.into
    pieces: list[_Piece] = []
    while (node, int(labels[node] >> 32)) not in starts:
        arcs = slice(graph.first[node], graph.first[node + 1])
        before = graph.arc[arcs] & NODE
        known = labels[before] != UNREACHED
        fits = known & (np.where(known, labels[before], 0) + (graph.arc[arcs] & COST) == labels[node])
        k = int(np.argmax(fits))
        e, previous = int(graph.edge[arcs][k]), int(before[k])
        m = float(network.edge_length_m[e])
        ahead = network.edge_to[e] == node and network.edge_from[e] == previous
        pieces.append(_Piece(e, 0.0, m) if ahead else _Piece(e, m, 0.0))
        node = previous
    return [starts[(node, int(labels[node] >> 32))], *pieces[::-1]]


def _describe(
    network: WalkNetwork, impedance: Impedance, pieces: list[_Piece], cost_s: float, gaps_m: float
) -> Path:
    lon, lat, height = [], [], []
    legs: list[Leg] = []
    staircases: set[int] = set()
    for piece in pieces:
        x, y, z = _geometry(network, piece)
        lon.append(x)
        lat.append(y)
        height.append(z)
        leg = _leg(network, piece)
        if legs and (legs[-1].name, legs[-1].highway) == (leg.name, leg.highway):
            leg = Leg(leg.name, leg.highway, legs[-1].length_m + leg.length_m, legs[-1].steps + leg.steps)
            legs.pop()
        if leg.length_m > 0.0:
            legs.append(leg)
        if leg.highway == "steps":
            staircases.add(int(network.point_way[network.edge_first[piece.edge]]))
    xs, ys, zs = np.concatenate(lon), np.concatenate(lat), np.concatenate(height)
    new = np.append(True, (np.diff(xs) != 0.0) | (np.diff(ys) != 0.0))
    rise = np.diff(zs)
    known = network.has_heights and bool(np.isfinite(zs).all())
    return Path(
        lon=wrap(xs[new]),
        lat=ys[new],
        cost_s=cost_s,
        length_m=sum(abs(p.stop - p.start) for p in pieces) + gaps_m,
        staircases=len(staircases),
        steps=round(sum(leg.steps for leg in legs)),
        ascent_m=float(rise[rise > 0.0].sum()) if known else float("nan"),
        descent_m=float(-rise[rise < 0.0].sum()) if known else float("nan"),
        certain=all(impedance.edge_passage[p.edge] == Passage.PASSABLE for p in pieces),
        legs=tuple(legs),
        height_m=zs[new],
    )


def _geometry(network: WalkNetwork, piece: _Piece) -> tuple[Floats, Floats, Floats]:
    points = slice(network.edge_first[piece.edge], network.edge_first[piece.edge + 1])
    along = network.point_along_m[points]
    low, high = sorted((piece.start, piece.stop))
    metres = np.concatenate([[low], along[(along > low) & (along < high)], [high]])
    if piece.start > piece.stop:
        metres = metres[::-1]
    columns = (network.point_lon[points], network.point_lat[points], network.point_height_m[points])
    x, y, z = (np.interp(metres, along, values) for values in columns)
    return x, y, z


def _leg(network: WalkNetwork, piece: _Piece) -> Leg:
    point = network.edge_first[piece.edge]
    tags = network.tags(int(network.point_way[point]))
    length = abs(piece.stop - piece.start)
    whole = float(network.edge_length_m[piece.edge])
    steps = float(np.nan_to_num(network.edge_steps[piece.edge])) * (length / whole if whole else 0.0)
    return Leg(tags.get("name", ""), tags.get("highway", ""), length, steps)
