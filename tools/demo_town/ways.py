"""What each way of the network is: highway class, steps, surface, width, light, bridges, crossings."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import LineString
from shapely.ops import substring

from tools.demo_town.plan import HERE, Xy, random
from tools.demo_town.streets import Network, Origin
from tools.demo_town.terrain import Terrain

STEEP = 0.115  # from here on a lane becomes steps
RISER_M = 0.16
MINOR = {"footway", "path", "steps", "track"}


@dataclass
class Way:
    """A way as OpenStreetMap would hold it; `origin` is the street it belongs to."""

    line: tuple[Xy, ...]
    tags: dict[str, str]
    quarter: str
    origin: int

    @property
    def kind(self) -> str:
        """The highway class."""
        return self.tags["highway"]


def ways(net: Network, terrain: Terrain) -> list[Way]:
    """Return the ways of the network with their tags."""
    rng = random("tags")
    names = _names(net)
    out = []
    for index, line in net.merged():
        origin = net.origins[index]
        if origin.kind == "square":
            continue
        quarter = origin.quarter or _quarter(line, terrain)
        base = _class(origin, quarter, index)
        if (
            origin.kind == "grown"
            and quarter == "Gammelhavn"
            and origin.family
            and _rise(line, terrain) > 0.07
        ):
            base = "footway"
        for part, what in _cut(line, base, terrain):
            tags = _tags(what, base, quarter, rng)
            if names[index]:
                tags["name"] = names[index]
            if what == "bridge" or origin.kind == "bridge":
                tags |= {"bridge": "yes", "layer": "1"}
                tags.setdefault("sidewalk", "both")
            if what == "steps":
                tags |= _steps(part, terrain, rng)
            xy = tuple((round(x, 2), round(y, 2)) for x, y in part.coords)
            out.append(Way(xy, dict(sorted(tags.items())), quarter, index))
    return [*_square(net), *out]


def _square(net: Network) -> list[Way]:
    """Return the market square as an area people walk across."""
    ring = [line for line, origin in net.pieces if net.origins[origin].kind == "square"]
    coords = shapely.line_merge(shapely.MultiLineString(ring)).coords
    tags = {"area": "yes", "highway": "pedestrian", "lit": "yes", "name": "Torvet", "surface": "sett"}
    tags |= {"smoothness": "intermediate", "wheelchair": "yes"}
    return [Way(tuple((round(x, 2), round(y, 2)) for x, y in coords), tags, "Gammelhavn", 0)]


def _quarter(line: LineString, terrain: Terrain) -> str:
    middle = line.interpolate(0.5, normalized=True)
    return min(terrain.quarters, key=lambda name: terrain.quarters[name].distance(middle))


def _class(origin: Origin, quarter: str, index: int) -> str:
    if origin.kind == "bridge":
        return "secondary"
    if origin.kind != "grown":
        return origin.kind
    if origin.family == 0:
        return {"Gammelhavn": "living_street" if index % 3 else "residential"}.get(quarter, "residential")
    if quarter == "Gammelhavn":
        return ("pedestrian", "footway", "living_street", "footway")[index % 4]
    return "footway" if index % 5 in (0, 2) else "residential"


def _names(net: Network) -> dict[int, str]:
    """Return an own name for every street that grew; what has a name keeps it."""
    parts: dict[str, Any] = tomllib.loads((HERE / "names.toml").read_text("utf-8"))
    used, out, turn = set(), {}, dict.fromkeys(parts, 0)
    for index, origin in enumerate(net.origins):
        if origin.kind != "grown":
            out[index] = origin.name
            continue
        pool = parts[origin.quarter]
        name = ""
        while not name or name in used:
            k = turn[origin.quarter]
            turn[origin.quarter] += 1
            ends = pool["across" if origin.family else "along"]
            first = pool["first"][(k * 7) % len(pool["first"])]
            name = first + (" " if " " in first else "") + ends[(k + k // len(pool["first"])) % len(ends)]
            name = name[:-5] + "Vænget" if name.endswith(" vænget") else name
        used.add(name)
        out[index] = name
    return out


def _rise(line: LineString, terrain: Terrain) -> float:
    """Return the greatest slope over 20 m of the line."""
    at = np.arange(0, line.length + 1, 10.0)
    z = terrain.z(shapely.get_coordinates(line.interpolate(at)))
    return float(np.abs(z[2:] - z[:-2]).max() / 20) if len(z) > 2 else 0.0


def _cut(line: LineString, base: str, terrain: Terrain) -> list[tuple[LineString, str]]:
    """Return the line in parts: `base`, steps where it is steep, bridges over streams."""
    marks: list[tuple[float, float, str]] = []
    for bed in terrain.streams.values():
        marks += [
            (line.project(shapely.Point(p)) - 6, line.project(shapely.Point(p)) + 6, "bridge")
            for p in shapely.get_coordinates(line.intersection(bed))
        ]
    if base == "footway":
        marks += [(a, b, "steps") for a, b in _steep(line, terrain)]
    if not marks:
        return [(line, base)]
    stops = sorted({0.0, line.length, *(min(max(m, 0.0), line.length) for a, b, _ in marks for m in (a, b))})
    out = []
    for a, b in itertools.pairwise(stops):
        middle = (a + b) / 2
        what = next((kind for x, y, kind in marks if x <= middle <= y), base)
        out.append((substring(line, a, b), what))
    return out


def _steep(line: LineString, terrain: Terrain) -> list[tuple[float, float]]:
    """Return from where to where, in metres along the line, a lane is steps."""
    vertices = [line.project(shapely.Point(p)) for p in line.coords]
    z = terrain.z(np.asarray(line.coords))
    runs: list[tuple[float, float]] = []
    for i in range(len(vertices) - 1):
        a, b = vertices[i], vertices[i + 1]
        if b > a and abs(z[i + 1] - z[i]) / (b - a) > STEEP:
            if runs and a - runs[-1][1] < 9:
                runs[-1] = (runs[-1][0], b)
            else:
                runs.append((a, b))
    return [(a, b) for a, b in runs if b - a > 7]


def _steps(part: LineString, terrain: Terrain, rng: np.random.Generator) -> dict[str, str]:
    z = terrain.z(np.asarray([part.coords[0], part.coords[-1]]))
    tags = {
        "step_count": str(max(3, round(abs(z[1] - z[0]) / RISER_M))),
        "incline": "up" if z[1] >= z[0] else "down",
        "surface": "sett" if rng.random() < 0.6 else "paving_stones",
    }
    if rng.random() < 0.75:
        tags["handrail"] = "yes" if rng.random() < 0.8 else "no"
    if rng.random() < 0.3:
        tags |= {"ramp": "yes", "ramp:stroller": "yes"} if rng.random() < 0.6 else {"ramp": "no"}
    return tags | {"wheelchair": "no"}


SURFACES = {
    "secondary": ("asphalt", "excellent", "7"),
    "tertiary": ("asphalt", "good", "6"),
    "unclassified": ("asphalt", "intermediate", "4.5"),
    "residential": ("asphalt", "good", "5"),
    "living_street": ("sett", "intermediate", "4"),
    "pedestrian": ("sett", "intermediate", "3.5"),
    "service": ("asphalt", "good", "3.5"),
    "footway": ("paving_stones", "good", "2"),
    "steps": ("sett", "bad", "2"),
    "path": ("ground", "bad", "1.2"),
    "track": ("gravel", "bad", "3"),
}


def _tags(what: str, base: str, quarter: str, rng: np.random.Generator) -> dict[str, str]:
    """Return tags as mappers leave them: mostly there, here and there forgotten."""
    kind = base if what == "bridge" else what
    surface, smoothness, width = SURFACES[kind]
    tags = {"highway": kind}
    if kind == "footway" and quarter in {"Æblehaven", "Kirkebakken", "Skovholm"}:
        surface, smoothness = "compacted", "intermediate"
    if quarter == "Gammelhavn" and kind in {"residential", "footway"} and rng.random() < 0.6:
        surface, smoothness = "cobblestone", "bad"
    share = {"secondary": 1.0, "tertiary": 1.0, "steps": 0.0}.get(kind, 0.78)
    known = {"surface": surface, "smoothness": smoothness, "width": width}
    tags |= {key: value for key, value in known.items() if rng.random() < share}
    if kind not in {"path", "track", "unclassified"} and rng.random() < 0.85:
        tags["lit"] = "yes"
    if kind in {"path", "track"} and rng.random() < 0.5:
        tags["lit"] = "no"
    if kind in {"secondary", "tertiary"}:
        tags |= {"maxspeed": "50", "sidewalk": "both" if kind == "secondary" else "right"}
    if kind == "footway" and rng.random() < 0.3:
        tags["wheelchair"] = "limited" if surface in {"cobblestone", "compacted"} else "yes"
    if kind == "track":
        tags["tracktype"] = "grade2"
    return tags


def point_tags(all_ways: list[Way]) -> dict[Xy, dict[str, str]]:
    """Return tags of points of the network: crossings and kerbs where footways meet roads."""
    rng = random("kerbs")
    feet = {
        p
        for way in all_ways
        if way.kind in {"footway", "steps", "pedestrian"}
        for p in (way.line[0], way.line[-1])
    }
    out: dict[Xy, dict[str, str]] = {}
    for way in all_ways:
        if way.kind in {"secondary", "tertiary"}:
            for p in way.line:
                if p in feet and rng.random() < 0.8:
                    marked = rng.random() < 0.6
                    out[p] = {"highway": "crossing", "crossing": "marked" if marked else "unmarked"}
                    out[p] |= {"kerb": str(rng.choice(["lowered", "flush", "raised"], p=[0.6, 0.25, 0.15]))}
                    out[p] |= {"tactile_paving": "yes" if marked and rng.random() < 0.5 else "no"}
    for way in all_ways:
        if way.kind == "footway" and len(way.line) > 4 and way.line[0] in out:
            kerb = str(rng.choice(["lowered", "raised", "flush"], p=[0.65, 0.2, 0.15]))
            out.setdefault(way.line[1], {"barrier": "kerb", "kerb": kerb})
    return out
