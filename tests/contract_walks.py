"""How people walk by the words of CONTRACT.md alone: a second implementation, plain and slow.

Nothing of `micropolis_map` is imported. Files are read by pyosmium, or as JSON where an Overpass answer was
recorded; distances are geodesics of pyproj, paths are SciPy's Dijkstra on every node of every way, joining
and sight across squares are Shapely's. Adult, level ground, Wednesday at ten.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from opening_hours import OpeningHours, State, validate
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

GEOD = Geod(ellps="WGS84")
SPEED_M_S = 1.34
CLIMB_S_M = 1.5
RISER_M = 0.17

TEN = datetime(2026, 6, 10, 10)  # noqa: DTZ001 - a Wednesday of no season, by the street's own clock

NOBODY = {
    *(
        "motorway",
        "motorway_link",
        "raceway",
        "bus_guideway",
        "busway",
        "construction",
        "proposed",
        "planned",
    ),
    *("abandoned", "razed", "disused", "rest_area", "services", "escape", "elevator", "no"),
}
GROUNDS = {"pedestrian", "footway", "path", "living_street", "platform", "corridor"}
WELCOME = {"yes", "designated", "permissive"}


@dataclass
class Elements:
    """Nodes, ways and relations of a file by their ids."""

    where: dict[int, tuple[float, float]] = field(default_factory=dict)
    of_node: dict[int, dict[str, str]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], dict[str, str]]] = field(default_factory=dict)
    relations: dict[int, tuple[list[int], dict[str, str]]] = field(default_factory=dict)


def read(path: Path) -> Elements:
    """What is in the file."""
    return _read_overpass(path) if path.suffix == ".json" else _read_osmium(path)


def elements_of(extract: Any) -> Elements:
    """The columns of a test's extract as elements; a reference that dangles stays one."""
    ids = extract.node_id.tolist()
    found = Elements(
        dict(zip(ids, zip(extract.node_lon.tolist(), extract.node_lat.tolist(), strict=True), strict=True))
    )
    found.of_node = {ids[index]: dict(tags) for index, tags in extract.node_tags.items()}
    for way, tags in enumerate(extract.way_tags):
        refs = [ids[index] if index >= 0 else -1 for index in extract.way_nodes(way).tolist()]
        found.ways[int(extract.way_id[way])] = (refs, dict(tags))
    return found


def _read_osmium(path: Path) -> Elements:
    import osmium

    found = Elements()
    for item in osmium.FileProcessor(str(path)):
        tags = dict(item.tags)
        if item.is_node():
            found.where[item.id] = (item.location.lon, item.location.lat)
            if tags:
                found.of_node[item.id] = tags
        elif item.is_way():
            found.ways[item.id] = ([node.ref for node in item.nodes], tags)
        elif item.is_relation():
            found.relations[item.id] = ([m.ref for m in item.members if m.type == "w"], tags)
    return found


def _read_overpass(path: Path) -> Elements:
    found = Elements()
    for item in json.loads(path.read_text(encoding="utf-8"))["elements"]:
        tags = item.get("tags", {})
        if item["type"] == "node":
            found.where[item["id"]] = (item["lon"], item["lat"])
            if tags:
                found.of_node[item["id"]] = tags
        elif item["type"] == "way":
            if tags or item["id"] not in found.ways:
                found.ways[item["id"]] = (item.get("nodes", []), tags)
        elif item["type"] == "relation":
            members = [m["ref"] for m in item.get("members", []) if m["type"] == "way"]
            found.relations[item["id"]] = (members, tags)
    return found


def is_open(hours: str) -> bool | None:
    """Whether the hours are open on a Wednesday in June at ten; None where they cannot be read."""
    if not validate(hours):
        return None
    state, comment = OpeningHours(hours).state(TEN)
    return None if comment else state == State.OPEN


def at_ten(tags: dict[str, str]) -> dict[str, str]:
    """The tags with what conditional tags say at ten."""
    now = dict(tags)
    for key, text in tags.items():
        if key.endswith(":conditional"):
            for value, condition in re.findall(r"([^;@]+)@\s*(\([^)]*\)|[^;]+)", text):
                if is_open(condition.strip().strip("()")):
                    now[key.removesuffix(":conditional")] = value.strip()
    return now


def _forbidden(now: dict[str, str]) -> bool:
    if now.get("foot") in {"no", "use_sidepath", "private"}:
        return True
    if now.get("opening_hours") and is_open(now["opening_hours"]) is False:
        return True
    return now.get("access") in {"no", "private"} and now.get("foot") not in WELCOME


def walked(tags: dict[str, str]) -> bool:
    """Whether people walk on a way."""
    now = at_ten(tags)
    if "highway" not in now or now["highway"] in NOBODY or _forbidden(now):
        return False
    return not (now.get("motorroad") == "yes" and now.get("foot") not in WELCOME)


def closed(tags: dict[str, str]) -> bool:
    """Whether nobody gets past a node."""
    now = at_ten(tags)
    if now.get("barrier") == "wall":
        return True
    locked = now.get("locked") == "yes" and now.get("foot") != "yes"
    return now.get("barrier", "no") != "no" and (locked or _forbidden(now))


def _part(share: float, seconds: float) -> float:
    """The seconds of a part of a segment; who stands at its end has not set foot on it."""
    return share * seconds if share > 0.0 else 0.0


@dataclass
class Joined:
    """Where a point joins: a segment (its number), metres from its first end, metres to walk there."""

    segment: int
    along_m: float
    gap_m: float


class ContractWalks:
    """The streets of a file, and walks on them."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.at: list[tuple[float, float]] = []
        self.vertex_of: dict[int, int] = {}
        # a segment: both ends (vertices), the number of its way in `kinds`
        self.raw: list[tuple[int, int, int]] = []
        # a way: seconds it adds along and against, whether it may be walked so, structure or None
        self.kinds: list[tuple[float, float, bool, bool, str | None]] = []
        for refs, tags in elements.ways.values():
            if walked(tags):
                self._way(refs, tags)
        self._squares()
        self._finish()

    def _vertex(self, node: int) -> int:
        """The vertex of a node; of a closed one a new vertex each time, so that nothing meets there."""
        if closed(self.elements.of_node.get(node, {})):
            self.at.append(self.elements.where[node])
            return len(self.at) - 1
        if node not in self.vertex_of:
            self.vertex_of[node] = len(self.at)
            self.at.append(self.elements.where[node])
        return self.vertex_of[node]

    def _way(self, refs: list[int], tags: dict[str, str]) -> None:
        now = at_ten(tags)
        kind = "ground"
        if now.get("bridge", "no") != "no":
            kind = "bridge"
        if now.get("tunnel", "no") not in {"no", "building_passage"}:
            kind = "tunnel"
        self.kinds.append((*self._climb(now), *self._directions(now), kind))
        for a, b in pairwise(refs):
            if a != b and a in self.elements.where and b in self.elements.where:
                self.raw.append((self._vertex(a), self._vertex(b), len(self.kinds) - 1))

    @staticmethod
    def _climb(now: dict[str, str]) -> tuple[float, float]:
        """Seconds that a staircase adds along its direction, and against it."""
        count = now.get("step_count", "")
        if now["highway"] != "steps" or not count.isdigit():
            return 0.0, 0.0
        seconds = int(count) * RISER_M * CLIMB_S_M
        slope = now.get("incline", "")
        number = re.match(r"\s*([+-]?\d+(?:\.\d+)?)", slope)
        steep = float(number[1]) if number else 0.0
        if slope == "up" or steep > 0:
            return seconds, 0.0
        if slope == "down" or steep < 0:
            return 0.0, seconds
        return seconds / 2, seconds / 2

    @staticmethod
    def _directions(now: dict[str, str]) -> tuple[bool, bool]:
        if now.get("conveying") in {"forward", "backward"}:
            return now["conveying"] == "forward", now["conveying"] == "backward"
        one = now.get("oneway:foot", "no")
        return one not in {"-1", "reverse"}, one not in {"yes", "1", "true"}

    def _squares(self) -> None:
        for refs, tags in self.elements.ways.values():
            closed_ring = len(refs) > 3 and refs[0] == refs[-1]
            if closed_ring and tags.get("area") == "yes" and tags.get("highway") in GROUNDS and walked(tags):
                self._cross([refs], set())
        walkable = {
            frozenset(pair)
            for refs, tags in self.elements.ways.values()
            if walked(tags)
            for pair in pairwise(refs)
        }
        for members, tags in self.elements.relations.values():
            drawn = tags.get("type") == "multipolygon" and tags.get("area") != "no"
            if drawn and tags.get("highway") in GROUNDS and walked(tags):
                rings = self._rings(members)
                outline = {frozenset(pair) for ring in rings for pair in pairwise(ring)}
                for a, b in sorted(map(sorted, outline - walkable)):
                    self._way([a, b], tags)
                self._cross(rings, outline)

    def _rings(self, members: list[int]) -> list[list[int]]:
        parts = [list(self.elements.ways[m][0]) for m in members if m in self.elements.ways]
        rings = []
        while parts:
            ring = parts.pop(0)
            while ring[0] != ring[-1]:
                again = next((p for p in parts if ring[-1] in (p[0], p[-1])), None)
                if again is None:
                    break
                parts.remove(again)
                ring += again[1:] if again[0] == ring[-1] else again[-2::-1]
            if ring[0] == ring[-1] and len(ring) > 3:
                rings.append(ring)
        return rings

    def _cross(self, rings: list[list[int]], outline: set[frozenset[int]]) -> None:
        corners = sorted({node for ring in rings for node in ring})
        if any(node not in self.elements.where for node in corners):
            return
        x0, y0 = self.elements.where[corners[0]]
        east = math.cos(math.radians(y0)) * 111_320.0
        plane = {
            n: ((self.elements.where[n][0] - x0) * east, (self.elements.where[n][1] - y0) * 110_950.0)
            for n in corners
        }
        areas = [shapely.make_valid(shapely.Polygon([plane[n] for n in ring])) for ring in rings]
        ground = areas[0]
        for area in areas[1:]:
            ground = ground.symmetric_difference(area)
        ground = ground.buffer(0.02)
        shapely.prepare(ground)
        sides = outline | {frozenset(pair) for ring in rings for pair in pairwise(ring)}
        pairs = [pair for pair in combinations(corners, 2) if frozenset(pair) not in sides]
        seen = shapely.covers(ground, shapely.linestrings([[plane[a], plane[b]] for a, b in pairs]))
        self.kinds.append((0.0, 0.0, True, True, None))
        for (a, b), clear in zip(pairs, np.atleast_1d(seen), strict=True):
            if clear:
                self.raw.append((self._vertex(a), self._vertex(b), len(self.kinds) - 1))

    def _finish(self) -> None:
        at = np.array(self.at).reshape(-1, 2)
        a, b, way = np.array(self.raw, dtype=np.int64).reshape(-1, 3).T
        metres = GEOD.inv(*at[a].T, *at[b].T)[2]
        of_way = np.bincount(way, metres, minlength=len(self.kinds))[way]
        share = metres / np.maximum(of_way, 1e-9)
        added = np.array([kind[:4] for kind in self.kinds], dtype=float).reshape(-1, 4)[way]
        along_s, against_s = (
            np.where(added[:, 2 + k] > 0, metres / SPEED_M_S + share * added[:, k], np.inf) for k in (0, 1)
        )
        structure = [self.kinds[k][4] for k in way.tolist()]
        self.segments = list(zip(a.tolist(), b.tolist(), metres, along_s, against_s, structure, strict=True))
        self._build_graph(np.r_[a, b], np.r_[b, a], np.r_[along_s, against_s], np.r_[metres, metres])
        in_component = np.bincount(
            self.component[a], np.where([kind is not None for kind in structure], metres, 0.0)
        )
        joined = in_component[self.component[a]] >= 1000.0
        self.ends = np.stack([at[a], at[b]], axis=1)
        self.groups = {
            name: np.flatnonzero(joined & np.array([kind == name for kind in structure], dtype=bool))
            for name in ("ground", "bridge", "tunnel")
        }
        self.trees = {
            name: shapely.STRtree(shapely.linestrings(self.ends[numbers]))
            for name, numbers in self.groups.items()
        }

    def _build_graph(self, tail, head, seconds, metres) -> None:
        """Of several ways between two nodes the quickest counts."""
        usable = np.flatnonzero(np.isfinite(seconds))
        order = usable[np.lexsort((seconds[usable], head[usable], tail[usable]))]
        t, h = tail[order], head[order]
        first = np.r_[True, (np.diff(t) != 0) | (np.diff(h) != 0)] if order.size else np.zeros(0, dtype=bool)
        t, h, order = t[first], h[first], order[first]
        size = (len(self.at), len(self.at))
        # SciPy takes a stored nought for no arc: two nodes on one spot are a hair apart
        self.graph = coo_array((np.maximum(seconds[order], 1e-9), (t, h)), shape=size).tocsr()
        self.arc_m = dict(zip(zip(t.tolist(), h.tolist(), strict=True), metres[order].tolist(), strict=True))
        self.component = connected_components(
            coo_array((np.ones(tail.size), (tail, head)), shape=size), directed=False
        )[1]

    def join(self, lon: float, lat: float) -> Joined | None:
        """Where the point joins the streets, None where nowhere."""
        found = self._nearest(lon, lat, "ground", 300.0)
        over = self._nearest(lon, lat, "bridge", 5.0)
        if over and (found is None or over.gap_m < found.gap_m):
            found = over
        return found or self._nearest(lon, lat, "tunnel", 300.0)

    def _nearest(self, lon: float, lat: float, kind: str, most_m: float) -> Joined | None:
        numbers, share, gap = self._near(lon, lat, kind, most_m)
        if not numbers.size or gap.min() > most_m:
            return None
        best = int(gap.argmin())
        number = int(numbers[best])
        return Joined(number, float(share[best]) * float(self.segments[number][2]), float(gap[best]))

    def _near(self, lon: float, lat: float, kind: str, most_m: float):
        """The segments around a point, how far along each its nearest spot lies, and how far away that is."""
        east = GEOD.inv(lon - 5e-4, lat, lon + 5e-4, lat)[2] / 1e-3
        north = GEOD.inv(lon, lat - 5e-4, lon, lat + 5e-4)[2] / 1e-3
        dx, dy = 1.01 * most_m / east, 1.01 * most_m / north
        near = self.trees[kind].query(shapely.box(lon - dx, lat - dy, lon + dx, lat + dy))
        numbers = np.sort(self.groups[kind][near])
        p, q = ((self.ends[numbers, i] - (lon, lat)) * (east, north) for i in (0, 1))
        d = q - p
        share = np.clip(-(p * d).sum(axis=1) / np.maximum((d * d).sum(axis=1), 1e-12), 0.0, 1.0)
        return numbers, share, np.hypot(*(p + share[:, None] * d).T)

    def is_tie(self, lon: float, lat: float) -> bool:
        """Whether a point is as near to one street as to another that it is not joined to there.

        So is who stands before a closed gate, or where two streets cross on two levels.
        """
        place = self.join(lon, lat)
        if place is None:
            return False
        kind = self.segments[place.segment][5]
        numbers, share, gap = self._near(lon, lat, kind, place.gap_m + 1.0)
        here = gap < place.gap_m + 0.05
        if np.count_nonzero(here) == 1:
            return False
        corners = set()
        for number, part in zip(numbers[here].tolist(), share[here].tolist(), strict=True):
            a, b, *_ = self.segments[number]
            corners.add(a if part == 0.0 else b if part == 1.0 else -1 - number)
        return len(corners) > 1

    def walks(self, origin: Joined | None, ends: list[Joined | None]) -> list[tuple[float, float]]:
        """Seconds and metres from `origin` to each of `ends`, gaps included; inf without a walk."""
        if origin is None:
            return [(math.inf, math.inf)] * len(ends)
        a, b, *_ = self.segments[origin.segment]
        cost, before = dijkstra(self.graph, indices=[a, b], return_predecessors=True)
        return [self._walk(origin, end, (a, b), cost, before) for end in ends]

    def _walk(self, origin, end, starts, cost, before) -> tuple[float, float]:
        if end is None:
            return math.inf, math.inf
        options = []
        _, _, m, go, come, _ = self.segments[origin.segment]
        c, d, k, forth, back, _ = self.segments[end.segment]
        share, part = origin.along_m / m if m else 0.0, end.along_m / k if k else 0.0
        out = [(_part(share, come), origin.along_m), (_part(1 - share, go), m - origin.along_m)]
        into = [(c, _part(part, forth), end.along_m), (d, _part(1 - part, back), k - end.along_m)]
        for i, (leave_s, leave_m) in enumerate(out):
            for vertex, arrive_s, arrive_m in into:
                total = leave_s + cost[i, vertex] + arrive_s
                if math.isfinite(total):
                    options.append((total, leave_m + arrive_m, i, vertex))
        if origin.segment == end.segment:
            way = part - share
            direct = _part(way, go) if way >= 0 else _part(-way, come)
            if math.isfinite(direct):
                options.append((direct, abs(way) * m, -1, -1))
        if not options:
            return math.inf, math.inf
        seconds, metres, i, vertex = min(options)
        while i >= 0 and vertex != starts[i]:
            metres += self.arc_m[int(before[i, vertex]), vertex]
            vertex = int(before[i, vertex])
        gaps = origin.gap_m + end.gap_m
        return seconds + gaps / SPEED_M_S, metres + gaps
