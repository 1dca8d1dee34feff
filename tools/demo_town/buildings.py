"""Houses along the streets, and who lives in them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, Polygon

from tools.demo_town.plan import PLAN, Xy, area, around, random, steady
from tools.demo_town.streets import square
from tools.demo_town.terrain import Terrain
from tools.demo_town.ways import Way

HALF_WIDTH_M = {
    "secondary": 4.5,
    "tertiary": 4.0,
    "residential": 3.2,
    "unclassified": 3.2,
    "living_street": 2.4,
}
HOUSED = {"secondary", "tertiary", "residential", "living_street", "pedestrian", "footway", "steps"}


@dataclass(frozen=True)
class Style:
    """How a quarter builds: kinds with their share, front and depth in metres, setback and gap."""

    kinds: tuple[tuple[str, float], ...]
    front: tuple[float, float]
    depth: tuple[float, float]
    setback: tuple[float, float]
    gap: tuple[float, float]
    levels: tuple[int, int]
    attached: float = 0.0  # share of houses that stand wall to wall with the next


STYLES = {
    "Gammelhavn": Style(
        kinds=(("terrace", 0.64), ("house", 0.29), ("apartments", 0.07)),
        front=(8.5, 12.5),
        depth=(9, 10.5),
        setback=(0.5, 2.2),
        gap=(10, 74),
        attached=0.72,
        levels=(2, 3),
    ),
    "Kirkebakken": Style(
        kinds=(("detached", 0.58), ("semidetached_house", 0.34), ("apartments", 0.08)),
        front=(11, 15),
        depth=(9, 11),
        setback=(5, 8),
        gap=(16, 32),
        levels=(1, 2),
    ),
    "Æblehaven": Style(
        kinds=(("detached", 0.62), ("house", 0.2), ("semidetached_house", 0.18)),
        front=(10, 15),
        depth=(8, 11),
        setback=(6, 10),
        gap=(16, 31),
        levels=(1, 2),
    ),
    "Strandby": Style(
        kinds=(("house", 0.45), ("terrace", 0.47), ("apartments", 0.08)),
        front=(10, 15),
        depth=(9, 11),
        setback=(4, 8),
        gap=(19, 52),
        attached=0.35,
        levels=(1, 3),
    ),
    "Skovholm": Style(
        kinds=(("detached", 0.6), ("house", 0.4)),
        front=(10, 14),
        depth=(8, 10),
        setback=(8, 14),
        gap=(22, 40),
        levels=(1, 1),
    ),
}


@dataclass
class Building:
    """A building: its outline counter-clockwise, tags, and its people where it is a home."""

    shape: Polygon
    tags: dict[str, str]
    people: tuple[int, int, int] | None = None  # all, up to 14, from 65


@dataclass
class Ground:
    """What is taken already."""

    terrain: Terrain
    taken: dict[tuple[int, int], list[Polygon]] = field(default_factory=lambda: defaultdict(list))
    streets: shapely.STRtree | None = None
    margins: list[Polygon] = field(default_factory=list)
    closed: shapely.Geometry | None = None

    def free(self, shape: Polygon) -> bool:
        """Whether `shape` lies on dry land, off streets, greens and other buildings."""
        assert self.streets is not None
        assert self.closed is not None
        if not self.terrain.dry.contains(shape) or self.closed.intersects(shape):
            return False
        if any(self.margins[k].intersects(shape) for k in self.streets.query(shape)):
            return False
        return not any(other.intersects(shape) for other in self._near(shape))

    def take(self, shape: Polygon) -> None:
        """Remember that `shape` stands there."""
        p = shape.centroid
        self.taken[int(p.x // 60), int(p.y // 60)].append(shape)

    def _near(self, shape: Polygon) -> list[Polygon]:
        i, j = int(shape.centroid.x // 60), int(shape.centroid.y // 60)
        return [other for a in (-1, 0, 1) for b in (-1, 0, 1) for other in self.taken.get((i + a, j + b), ())]


def ground(terrain: Terrain, all_ways: list[Way]) -> Ground:
    """Return the ground before anything is built."""
    place = Ground(terrain)
    for way in all_ways:
        width = HALF_WIDTH_M.get(way.kind, 1.4)
        shape = Polygon(way.line) if way.tags.get("area") else LineString(way.line)
        place.margins.append(around(shape, width))
    place.streets = shapely.STRtree(place.margins)
    greens = [area(green["shape"]) for green in PLAN["green"]]
    streams = [around(bed, 9) for bed in terrain.streams.values()]
    quays = shapely.box(-420, -860, 390, -480).difference(around(terrain.land, -16))
    place.closed = shapely.union_all(
        [*greens, *streams, quays, around(terrain.water, 14), around(square(), 1)]
    )
    shapely.prepare(place.closed)
    return place


def homes(place: Ground, all_ways: list[Way]) -> list[Building]:
    """Return the houses along every street of the built quarters, numbered odd on the left and even right."""
    rng = random("homes")
    out: list[Building] = []
    order = {"secondary": 1, "tertiary": 2, "residential": 3, "living_street": 3, "pedestrian": 4}
    towns = {b["quarter"]: around(area(b["shape"]), 24) for b in PLAN["built"]}
    numbers: dict[tuple[int, int], int] = defaultdict(int)
    for way in sorted(all_ways, key=lambda w: (0 if w.tags.get("area") else order.get(w.kind, 5), w.origin)):
        if way.kind not in HOUSED or way.tags.get("bridge") or way.quarter == "Spejlsø":
            continue
        for side in _sides(way):
            out += _row(way, side, place, towns, numbers, rng)
    return out


def _sides(way: Way) -> tuple[int, ...]:
    """Return where houses stand: left (1) and right (-1); round a square only outside."""
    if way.tags.get("area"):
        return (-1,) if shapely.LinearRing(way.line).is_ccw else (1,)
    return (1, -1)


def _row(
    way: Way,
    side: int,
    place: Ground,
    towns: dict[str, Polygon],
    numbers: dict[tuple[int, int], int],
    rng: np.random.Generator,
) -> list[Building]:
    """Return the houses on one side of a way."""
    line, at, out = LineString(way.line), 4.0, []
    back = rng.random()  # a row keeps its line
    while at < line.length - 4:
        p = line.interpolate(at)
        quarter = next((name for name, town in towns.items() if town.contains(p)), "")
        if not quarter:
            at += 10
            continue
        style = STYLES[quarter]
        names, shares = zip(*style.kinds, strict=True)
        kind = str(rng.choice(names, p=shares))
        front = rng.uniform(*style.front) * (1.7 if kind == "apartments" else 1.0)
        setback = HALF_WIDTH_M.get(way.kind, 1.4) + style.setback[0]
        setback += (0.75 * back + 0.25 * rng.random()) * (style.setback[1] - style.setback[0])
        shape = _footprint(line, at + front / 2, side, (front, rng.uniform(*style.depth), setback), kind, rng)
        if not place.free(shape):
            at += 2.5
            continue
        place.take(shape)
        numbers[way.origin, side] += 1
        tags = {"building": kind, "addr:street": way.tags["name"]}
        tags["addr:housenumber"] = str(numbers[way.origin, side] * 2 - (side > 0))
        low, high = style.levels
        tags["building:levels"] = str(int(rng.integers(low, high + 1)) + (kind == "apartments"))
        out.append(Building(shape, tags, _people(kind, quarter, rng)))
        wait = rng.uniform(*style.gap)
        at += front + (0.4 if rng.random() < style.attached else wait)
    return out


def _footprint(
    line: LineString,
    at: float,
    side: int,
    size: tuple[float, float, float],
    kind: str,
    rng: np.random.Generator,
) -> Polygon:
    """Return a house `at` metres along the line, its front to the street; every third has a wing."""
    front, depth, setback = size
    a, b = line.interpolate(max(at - 4, 0)), line.interpolate(min(at + 4, line.length))
    p = line.interpolate(at)
    gap = float(steady(np.hypot(b.x - a.x, b.y - a.y))) or 1.0
    ex, ey = (b.x - a.x) / gap, (b.y - a.y) / gap
    nx, ny = -ey * side, ex * side
    f, d = front / 2, depth
    corners: list[Xy] = [(-f, 0), (f, 0), (f, d), (-f, d)]
    if kind in {"detached", "house"} and setback > 4 and rng.random() < 0.35:
        w = front * rng.uniform(0.35, 0.5) * rng.choice([-1, 1])
        inner = f - abs(w)
        corners = [(-f, 0), (f, 0), (f, d * 1.45), (inner, d * 1.45), (inner, d), (-f, d)]
        if w < 0:
            corners = [(-x, y) for x, y in corners]
    points = [
        (round(p.x + u * ex + (setback + v) * nx, 2), round(p.y + u * ey + (setback + v) * ny, 2))
        for u, v in corners
    ]
    return shapely.orient_polygons(Polygon(points))


def _people(kind: str, quarter: str, rng: np.random.Generator) -> tuple[int, int, int]:
    """Return how many live there, and how many of them are under 15 and over 64."""
    flats = int(rng.integers(3, 7)) if kind == "apartments" else 1
    young, old = {"Æblehaven": (0.24, 0.15), "Gammelhavn": (0.12, 0.27), "Skovholm": (0.12, 0.33)}.get(
        quarter, (0.17, 0.22)
    )
    people = sum(int(rng.choice([1, 2, 3, 4, 5], p=[0.33, 0.36, 0.14, 0.12, 0.05])) for _ in range(flats))
    elders = int(rng.binomial(people, old))
    children = int(rng.binomial(max(people - elders - 1, 0), min(1.0, young * 1.7)))
    return people, children, elders
