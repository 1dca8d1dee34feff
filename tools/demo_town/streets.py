"""Roads, grown streets, shore paths and the square become one network that meets in shared points."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass

import networkx as nx
import numpy as np
import shapely
from shapely import LineString, Point

from tools.demo_town.growth import Field, Grown, grow
from tools.demo_town.plan import PLAN, Floats, Xy, area, around, lines, polygons, resample, smooth, steady
from tools.demo_town.terrain import Terrain

GRID_M = 0.25


@dataclass(frozen=True)
class Origin:
    """What a piece of the network was before the network was tied together."""

    line: LineString
    name: str
    kind: str  # a highway value, "grown", "square" or "bridge"
    quarter: str = ""
    family: int = 0


@dataclass
class Network:
    """Pieces between junctions, each with its origin; they meet only in their ends."""

    origins: list[Origin]
    pieces: list[tuple[LineString, int]]

    def graph(self) -> nx.MultiGraph:
        """Return the pieces as a graph of their ends."""
        graph = nx.MultiGraph()
        for i, (line, _) in enumerate(self.pieces):
            graph.add_edge(line.coords[0], line.coords[-1], key=i, length=line.length)
        return graph

    def merged(self) -> list[tuple[int, LineString]]:
        """Return the pieces of each origin in as few lines as they make."""
        by_origin = defaultdict(list)
        for line, origin in self.pieces:
            by_origin[origin].append(line)
        out = []
        for origin in sorted(by_origin):
            whole = shapely.line_merge(shapely.MultiLineString(by_origin[origin]))
            out += [(origin, line) for line in lines(whole)]
        return out


def square() -> shapely.Polygon:
    """Return the market square."""
    return shapely.Polygon(PLAN["square"]["shape"])


def keep_off(terrain: Terrain) -> shapely.Geometry:
    """Return where no street grows: water, greens, the square."""
    greens = [around(area(green["shape"]), 9) for green in PLAN["green"]]
    streams = [around(bed, 16) for bed in terrain.streams.values()]
    return shapely.union_all([around(terrain.water, 18), around(square(), 7), *greens, *streams])


def network(terrain: Terrain) -> Network:
    """Return the whole walkable network of the town."""
    given = [
        Origin(LineString(smooth(r["line"], 13)), r["name"], "bridge" if r.get("bridge") else r["kind"])
        for r in PLAN["road"]
    ]
    given += _lanes(given)
    given += _shore_paths(terrain, given)
    grown = grow(Field(terrain, keep_off(terrain)), [np.asarray(o.line.coords) for o in given])
    origins = [Origin(square().exterior, PLAN["square"]["name"], "square", "Gammelhavn"), *given]
    origins += _joined(grown, origins, terrain)
    plaza = square()
    cut = [o.line if o.kind == "square" else o.line.difference(plaza) for o in origins]
    net = Network(origins, _noded(cut, origins))
    for _ in range(2):
        net = Network(origins, _noded(_tidied(net), origins))
    return _without_stubs(net)


def _lanes(given: list[Origin]) -> list[Origin]:
    """Return the long lanes from the roads to the farms."""
    out = []
    for farm in PLAN["farm"]:
        road = min((o.line for o in given), key=lambda line: line.distance(Point(farm["to"])))
        start = road.interpolate(road.project(Point(farm["to"])))
        (ax, ay), (bx, by) = (start.x, start.y), farm["at"]
        bend = [ax * 0.45 + bx * 0.55 - (by - ay) * 0.13, ay * 0.45 + by * 0.55 + (bx - ax) * 0.13]
        line = LineString(smooth([[ax, ay], bend, farm["at"]], 15))
        out.append(Origin(line, f"{farm['name']}vej", "track"))
    return out


def _shore_paths(terrain: Terrain, given: list[Origin]) -> list[Origin]:
    """Return the path along the shore of each island, where no road runs and outside the harbour."""
    roads = around(shapely.union_all([o.line for o in given]), 34)
    harbour = shapely.box(-440, -1010, 400, -500)
    out = []
    for coast, island in zip(terrain.coasts, PLAN["island"], strict=True):
        inner = polygons(around(around(coast, -70), 36))[0]
        ring = LineString(resample(np.asarray(inner.exterior.coords), 16))
        for part in lines(shapely.line_merge(ring.difference(shapely.union_all([roads, harbour])))):
            if part.length > 120:
                name = "Kyststien" if island["name"] == "Amberø" else "Holmstien"
                near = [o.line for o in given]
                out.append(Origin(_tied(part, near, 60), name, "path"))
    return out


def _tied(line: LineString, others: list[LineString], reach_m: float) -> LineString:
    """Return `line` with each loose end led to the nearest of `others` within reach."""
    points = list(line.coords)
    for at_end in (True, False):
        end = Point(points[-1] if at_end else points[0])
        best = min(others, key=lambda o: o.distance(end))
        if 0.01 < best.distance(end) < reach_m:
            near = best.interpolate(best.project(end))
            points = [*points, (near.x, near.y)] if at_end else [(near.x, near.y), *points]
    return LineString(points)


def _joined(grown: list[Grown], given: list[Origin], terrain: Terrain) -> list[Origin]:
    """Return the grown streets, their ends led on to the street ahead of them."""
    all_lines = [o.line for o in given if o.kind != "bridge"] + [LineString(g.line) for g in grown]
    tree = shapely.STRtree(all_lines)
    out = []
    for i, street in enumerate(grown):
        me = len(all_lines) - len(grown) + i
        points = [(float(x), float(y)) for x, y in resample(street.line, 11)]
        for _ in range(2):
            ahead = _ahead(points, tree, all_lines, me)
            if ahead and terrain.dry.contains(LineString([points[-1], ahead])):
                points.append(ahead)
            points.reverse()
        out.append(Origin(LineString(points), "", "grown", street.quarter, street.family))
    return out


def _ahead(points: list[Xy], tree: shapely.STRtree, others: list[LineString], me: int) -> Xy | None:
    """Return where the street meets the next one if it goes straight on, or a little aside."""
    (ax, ay), (bx, by) = points[-2], points[-1]
    size = float(steady(np.hypot(bx - ax, by - ay)))
    for turn in (0.0, 0.35, -0.35, 0.8, -0.8):
        c, s = float(steady(np.cos(turn))) / size, float(steady(np.sin(turn))) / size
        dx, dy = (bx - ax) * c - (by - ay) * s, (bx - ax) * s + (by - ay) * c
        ray = LineString([(bx + dx, by + dy), (bx + dx * 52, by + dy * 52)])
        hits = [
            Point(p)
            for k in sorted(tree.query(ray, "intersects"))
            if k != me
            for p in shapely.get_coordinates(ray.intersection(others[k]))
        ]
        if hits:
            hit = min(hits, key=lambda p: p.distance(Point(bx, by)))
            return (hit.x + dx * 0.6, hit.y + dy * 0.6)
    return None


def _noded(parts: list[shapely.Geometry], origins: list[Origin]) -> list[tuple[LineString, int]]:
    """Return the pieces between all meetings of `parts`, with the origin each lies on."""
    whole = shapely.line_merge(shapely.union_all(parts, grid_size=GRID_M))
    pieces = lines(shapely.union_all([whole], grid_size=GRID_M))
    tree = shapely.STRtree([o.line for o in origins])
    out = []
    for piece in pieces:
        middle = piece.interpolate(0.5, normalized=True)
        near = sorted(tree.query(around(middle, 9)))
        if near:
            out.append((piece, int(min(near, key=lambda k: (round(origins[k].line.distance(middle)), k)))))
    return out


def _tidied(net: Network) -> list[LineString]:
    """Return the pieces with junctions closer than 7 m drawn into one, and short loose ends left out."""
    graph = net.graph()
    tied: nx.Graph = nx.Graph()
    tied.add_nodes_from(graph)
    for a, b, length in graph.edges(data="length"):
        if length < 7 and a != b:
            tied.add_edge(a, b)
    moved: dict[Xy, Xy] = {}
    for group in nx.connected_components(tied):
        first = max(sorted(group), key=graph.degree)
        moved |= dict.fromkeys(group, first)
    out = []
    for line, origin in _without_stubs(net).pieces:
        points = list(line.coords)
        points[0], points[-1] = moved[points[0]], moved[points[-1]]
        if line.length < 7 and points[0] == points[-1]:
            continue
        inner = [p for p in points[1:-1] if min(_gap(p, points[0]), _gap(p, points[-1])) > 4]
        path = LineString([points[0], *inner, points[-1]])
        if path.length > 0:
            out.append(path if net.origins[origin].kind == "square" else path.simplify(0.12))
    return out


def _gap(a: Xy, b: Xy) -> float:
    return float(steady(np.hypot(a[0] - b[0], a[1] - b[1])))


def _without_stubs(net: Network) -> Network:
    """Return the largest connected part without loose ends shorter than a house and its garden."""
    pieces = dict(enumerate(net.pieces))
    while True:
        ends = Counter(end for line, _ in pieces.values() for end in (line.coords[0], line.coords[-1]))
        stubs = [
            i
            for i, (line, origin) in pieces.items()
            if 1 in (ends[line.coords[0]], ends[line.coords[-1]])
            and line.length < (30 if net.origins[origin].kind == "grown" else 12)
        ]
        if not stubs:
            break
        for i in stubs:
            del pieces[i]
    graph = Network(net.origins, list(pieces.values())).graph()
    main = max(nx.connected_components(graph), key=lambda part: (len(part), min(part)))
    return Network(net.origins, [p for p in pieces.values() if p[0].coords[0] in main])


def crossings_without_node(ways: list[Floats]) -> int:
    """Return how many pairs of `ways` cross or touch where they share no point."""
    segments, points = [], []
    for way in ways:
        for a, b in itertools.pairwise(way):
            segments.append(LineString([a, b]))
            points.append({tuple(a), tuple(b)})
    tree = shapely.STRtree(segments)
    left, right = tree.query(segments, "intersects")
    return sum(1 for i, j in zip(left, right, strict=True) if i < j and not points[i] & points[j])
